"""
Coarse masks with outlines from the picture: He et al., Guided Image Filtering, ECCV 2010.

A network decides in cells of several pixels. Around each cell the mask is taken for a linear
function of the colours there; the same function of all pixels gives the outline. Fitting it in
cells and not in pixels is their Fast Guided Filter (2015).
"""

from __future__ import annotations

import cv2
import numpy as np

_CONTRAST = 1e-4  # variance of a colour, from 0 to 1, below which it tells nothing
_SURE = 1.5  # logits beyond this count as this: what is fitted is where the mask is, not how sure
_ABOVE = 0.48  # of the filtered probability, from where on it is object
_LEAST_KEPT = 0.25  # of a mask; what keeps less is too small or too like what is around it
_COLORS = range(3)


class Guide:
    """
    A picture, ready to outline any number of masks of it.

    rgb       uint8 (H, W, 3)
    cells_hw  (h, w) of the masks
    reach     cells to each side that one function is fitted in
    """

    def __init__(self, rgb: np.ndarray, cells_hw: tuple[int, int], *, reach: int = 6) -> None:
        self._colors, self._reach = cv2.split(rgb), reach
        small = cv2.resize(rgb, cells_hw[::-1], interpolation=cv2.INTER_AREA)
        self._cells = [plane / 255 for plane in cv2.split(small)]
        self._means = [self._box(plane) for plane in self._cells]
        self._inverse = _inverted(
            [[self._covariance(i, j) + _CONTRAST * (i == j) for j in _COLORS] for i in _COLORS]
        )

    def outline(self, logits: np.ndarray) -> np.ndarray:
        """
        Return the mask, bool (H, W), of logits float (h, w); above 0 is object.

        A mask that the picture does not bear out keeps the outlines of its cells.
        """
        logits = logits.astype(np.float32)
        coarse = cv2.resize(logits, self._colors[0].shape[::-1]) > 0
        likely = 1 / (1 + np.exp(-np.clip(logits, -_SURE, _SURE)))
        outlined = self.shares(likely) > _ABOVE
        return outlined if is_borne_out(outlined, coarse) else coarse

    def shares(self, cells: np.ndarray) -> np.ndarray:
        """
        Tell how much of each pixel is object, float32 (H, W), as far as its colour tells.

        cells  float (h, w), from 0 to 1, of each cell; the result may lie a little outside of that
        """
        mean = self._box(cells)
        along = [
            self._box(plane * cells) - m * mean
            for plane, m in zip(self._cells, self._means, strict=True)
        ]
        slopes = [sum(row[k] * along[k] for k in _COLORS) for row in self._inverse]
        offset = mean - sum(s * m for s, m in zip(slopes, self._means, strict=True))
        result = self._enlarged(offset)
        for slope, color in zip(slopes, self._colors, strict=True):
            result += cv2.multiply(self._enlarged(slope / 255), color, dtype=cv2.CV_32F)
        return result

    def _covariance(self, i: int, j: int) -> np.ndarray:
        return self._box(self._cells[i] * self._cells[j]) - self._means[i] * self._means[j]

    def _enlarged(self, fitted: np.ndarray) -> np.ndarray:
        """What was fitted around each cell, for each pixel: float32 (H, W)."""
        around = self._box(fitted).astype(np.float32)
        return np.asarray(cv2.resize(around, self._colors[0].shape[::-1]))

    def _box(self, plane: np.ndarray) -> np.ndarray:
        """Mean around each cell, float (h, w)."""
        side = 2 * self._reach + 1
        return np.asarray(cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT))


def is_borne_out(outlined: np.ndarray, coarse: np.ndarray) -> bool:
    """Whether the colours keep enough of a mask to tell it from what is around it; bool (H, W)."""
    return bool(np.count_nonzero(outlined) >= _LEAST_KEPT * np.count_nonzero(coarse))


def _inverted(of: list[list[np.ndarray]]) -> list[list[np.ndarray]]:
    """Invert symmetric matrices of three rows, each entry float (h, w), by their cofactors."""
    (a, b, c), (_, d, e), (_, _, f) = of
    ab, ac, bc = c * e - b * f, b * e - c * d, b * c - a * e
    aa, bb, cc = d * f - e * e, a * f - c * c, a * d - b * b
    scale = 1 / (a * aa + b * ab + c * ac)
    return [[scale * x for x in row] for row in ((aa, ab, ac), (ab, bb, bc), (ac, bc, cc))]
