"""
Coarse masks with outlines from the picture: He et al., Guided Image Filtering, ECCV 2010.

A mask decoder decides in cells of several pixels. Around each cell the mask is taken for a linear
function of the colours there; the same function of all pixels gives the outline. Fitting it in
cells and not in pixels is their Fast Guided Filter (2015).
"""

from __future__ import annotations

import cv2
import numpy as np

_REACH = 6  # cells to each side that one function is fitted in
_CONTRAST = 1e-4  # variance of a colour, from 0 to 1, below which it tells nothing
_SURE = 1.5  # logits beyond this count as this: what is fitted is where the mask is, not how sure
_ABOVE = 0.48  # of the filtered probability, from where on it is object
_LEAST_KEPT = 0.25  # of a mask; what keeps less is too small or too like what is around it


class Guide:
    """
    A picture, ready to outline any number of masks of it.

    rgb       uint8 (H, W, 3)
    cells_hw  (h, w) of the masks
    """

    def __init__(self, rgb: np.ndarray, cells_hw: tuple[int, int]) -> None:
        self._picture = rgb.astype(np.float32) / 255
        size = cells_hw[::-1]
        self._cells = cv2.resize(self._picture, size, interpolation=cv2.INTER_AREA)
        self._means = _box(self._cells)
        products = self._cells[..., :, None] * self._cells[..., None, :]
        spread = _box(products.reshape(*cells_hw, 9)).reshape(products.shape)
        spread -= self._means[..., :, None] * self._means[..., None, :]
        self._inverse = np.linalg.inv(spread + _CONTRAST * np.eye(3, dtype=np.float32))

    def outline(self, logits: np.ndarray) -> np.ndarray:
        """
        Return the mask, bool (H, W), of logits float (h, w); above 0 is object.

        A mask that the picture does not bear out keeps the outlines of its cells.
        """
        height, width = self._picture.shape[:2]
        coarse = cv2.resize(logits.astype(np.float32), (width, height)) > 0
        outlined = self._fitted(logits) > _ABOVE
        kept = np.count_nonzero(outlined) >= _LEAST_KEPT * np.count_nonzero(coarse)
        return outlined if kept else coarse

    def _fitted(self, logits: np.ndarray) -> np.ndarray:
        """Probability of each pixel, float (H, W), as far as its colour tells."""
        likely = 1 / (1 + np.exp(-np.clip(logits.astype(np.float32), -_SURE, _SURE)))
        mean = _box(likely)
        along = _box(self._cells * likely[..., None]) - self._means * mean[..., None]
        slope = np.einsum('hwcd,hwd->hwc', self._inverse, along)
        offset = mean - (slope * self._means).sum(axis=2)
        fitted = _box(np.dstack((slope, offset)))
        fitted = cv2.resize(fitted, self._picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return np.einsum('hwc,hwc->hw', fitted[..., :3], self._picture) + fitted[..., 3]


def _box(values: np.ndarray) -> np.ndarray:
    """Mean around each cell, of float (h, w) or (h, w, C)."""
    side = (2 * _REACH + 1, 2 * _REACH + 1)
    return cv2.blur(values, side, borderType=cv2.BORDER_REFLECT)
