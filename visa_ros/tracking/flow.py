"""
Sharp outlines for the masks of a coarse network, carried over by optical flow.

The network looks at small pictures and decides in cells of several pixels. Where the picture only
shifts from one frame to the next, the outline of before is better than that: dense flow (DIS,
Kroeger et al., ECCV 2016, of OpenCV) carries it along. Where flow does not explain what is seen,
because something has come, gone or moved far, the network decides, and the colours of the picture
give what it finds an outline. Where flow explains everything in and around all objects, the
network is not asked for a picture or two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from visa_ros.nn.outlines import Guide, is_borne_out
from visa_ros.structs import Propagated

_TOLERANCE = 20.0  # of 255: difference at which flow no longer explains a pixel
_NETWORK_BLUR_PX = 3.0  # what the network's outlines are uncertain by
_CELL_PX, _REACH = 5, 3  # in which its outlines are fitted to the colours, and cells around each
_OBJECT = 0.45  # share of a pixel, by its colour, from where on it is object
_STEEPEN = 1.15  # keeps outlines from washing out
_MOST_TRUST = 0.95  # in flow; the rest is the network's, so that outlines do not stray for ever
_HALF = 127.5
_EXPLAINED = 0.9  # mean over an object and its surroundings from which on flow alone will do
_AROUND_PX = 9
_MOST_ALONE = 2  # pictures in a row for which the network is not asked


@dataclass(frozen=True, kw_only=True, eq=False)
class _View:
    """
    A small picture.

    rgb       uint8 (h, w, 3)
    gray      uint8 (h, w)
    image_hw  px of the whole picture
    """

    rgb: np.ndarray
    gray: np.ndarray
    image_hw: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Passage:
    """
    From one picture to the next.

    place      float32 (h, w) each: x and y on the last picture of each pixel
    explained  float32 (h, w): how well what was there explains what is seen, 0 to _MOST_TRUST
    """

    place: tuple[np.ndarray, np.ndarray]
    explained: np.ndarray


class FlowSharpener:
    """
    The last picture, and the outlines on it.

    short_side  px of the pictures that flow is computed on; smaller ones stay as they are

    Call `look` with each picture; then `carry`, and if that says None, `sharpen`. What is known
    changes with these two alone. One thread owns a sharpener. Its memory is two small pictures
    with the flow between them, and one byte per pixel for each object.
    """

    def __init__(self, short_side: int) -> None:
        self._short_side = short_side
        preset = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
        self._dis = cv2.DISOpticalFlow_create(preset)  # type: ignore[attr-defined]
        self._view: _View | None = None
        self._coming: _View | None = None
        self._passage: _Passage | None = None
        self._soft: dict[int, np.ndarray] = {}
        self._scores: dict[int, float] = {}
        self._alone = 0

    @property
    def nbytes(self) -> int:
        """Size of the outlines that are remembered, in bytes."""
        return sum(soft.nbytes for soft in self._soft.values())

    def max_bytes(self, image_hw: tuple[int, int], objects: int) -> int:
        """Tell what nbytes never exceeds for images of this size and so many objects."""
        height, width = self._size(image_hw)
        return height * width * objects

    def forget(self, ids: Iterable[int]) -> None:
        """Drop these outlines."""
        for object_id in ids:
            self._soft.pop(object_id, None)
            self._scores.pop(object_id, None)

    def look(self, rgb: np.ndarray) -> None:
        """Take the next picture, uint8 (H, W, 3)."""
        hw = self._size(rgb.shape[:2])
        small = cv2.resize(rgb, hw[::-1], interpolation=cv2.INTER_AREA)
        self._coming = _View(
            rgb=small, gray=cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), image_hw=rgb.shape[:2]
        )
        known = self._view is not None and self._view.gray.shape == hw and bool(self._soft)
        self._passage = self._flow(self._view, self._coming) if self._view and known else None

    def carry(self, ids: Iterable[int]) -> dict[int, Propagated] | None:
        """
        Find objects on the picture by flow alone.

        None where that will not do: some of them are not in sight, or something around them is not
        explained, or the network was not asked for some pictures.
        """
        ids, view, passage = tuple(ids), self._coming, self._passage
        if view is None or passage is None or self._alone >= _MOST_ALONE:
            return None
        soft = {i: cv2.remap(self._soft[i], *passage.place, cv2.INTER_LINEAR)
                for i in ids if i in self._soft}  # fmt: skip
        if len(soft) < len(ids) or not all(_clear(s, passage.explained) for s in soft.values()):
            return None
        soft = {i: _steep(s) for i, s in soft.items()}
        scores = {i: _score(s, passage.explained, self._scores[i]) for i, s in soft.items()}
        self._keep(view, soft, scores, alone=self._alone + 1)
        masks = _grown(soft, view.image_hw)
        return {i: _propagated(masks[i], None, scores[i]) for i in ids}

    def sharpen(
        self, found: Mapping[int, Propagated], given: Iterable[int]
    ) -> dict[int, Propagated]:
        """
        Correct what the network has found on the picture.

        found   id -> mask (H, W) and score
        given   ids whose masks are exact

        Masks stay disjoint. The score of an object is that of the network, raised towards 1 by the
        share of its mask that flow explains.
        """
        view, passage = self._coming, self._passage
        if view is None:
            return dict(found)
        exact = frozenset(given)
        soft = {i: _shrunk(p.mask, view.gray.shape) for i, p in found.items()}
        soft |= _outlined({i: s for i, s in soft.items() if i not in exact}, view.rgb)
        scores = {i: p.score for i, p in found.items()}
        carried = [i for i in found if i in self._soft and i not in exact]
        if passage is not None:
            for i in carried:
                before = cv2.remap(self._soft[i], *passage.place, cv2.INTER_LINEAR)
                soft[i] = _mixed(before, soft[i], passage.explained)
                scores[i] = _score(soft[i], passage.explained, scores[i])
        self._keep(view, soft, scores, alone=0)
        if passage is None or not carried:
            return dict(found)
        masks = _grown({i: soft[i] for i in soft if i not in exact}, view.image_hw)
        taken = [found[i].mask for i in exact if i in found]
        free = ~np.logical_or.reduce(taken) if taken else None
        return {
            i: p if i in exact else _propagated(masks[i], free, scores[i])
            for i, p in found.items()
        }

    def _keep(
        self, view: _View, soft: dict[int, np.ndarray], scores: dict[int, float], *, alone: int
    ) -> None:
        self._view, self._soft, self._scores, self._alone = view, soft, scores, alone
        self._coming = self._passage = None

    def _size(self, image_hw: tuple[int, ...]) -> tuple[int, int]:
        scale = min(1.0, self._short_side / min(image_hw))
        height, width = (max(16, round(n * scale)) for n in image_hw)
        return height, width

    def _flow(self, before: _View, view: _View) -> _Passage:
        flow = self._dis.calc(view.gray, before.gray, None)
        height, width = view.gray.shape
        x = flow[..., 0] + np.arange(width, dtype=np.float32)
        y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
        # What came from outside the last picture is explained by nothing.
        alien = (255.0, 0.0, 255.0)
        carried = cv2.remap(
            before.rgb, x, y, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=alien,
        )  # fmt: skip
        gap = cv2.absdiff(*(cv2.GaussianBlur(p, (0, 0), 1) for p in (view.rgb, carried)))
        gap = cv2.blur(gap.max(axis=2).astype(np.float32), (5, 5)) / np.float32(_TOLERANCE)
        return _Passage(place=(x, y), explained=_MOST_TRUST * np.exp(-np.square(gap)))


def _clear(soft: np.ndarray, explained: np.ndarray) -> bool:
    """Whether an object is in sight, and flow explains it and what is around it."""
    inside = (soft > _HALF).astype(np.uint8)
    around = cv2.dilate(inside, np.ones((_AROUND_PX, _AROUND_PX), np.uint8)) > 0
    return bool(around.any()) and float(explained[around].mean()) >= _EXPLAINED


def _shrunk(mask: np.ndarray, hw: tuple[int, int]) -> np.ndarray:
    """Bool (H, W) to uint8 (h, w), 0 to 255."""
    pixels = mask.astype(np.uint8) * np.uint8(255)
    return np.asarray(cv2.resize(pixels, hw[::-1], interpolation=cv2.INTER_AREA))


def _outlined(soft: Mapping[int, np.ndarray], rgb: np.ndarray) -> dict[int, np.ndarray]:
    """Those masks uint8 (h, w) that the colours of the picture bear out, with their outlines."""
    shown = {i: plane for i, plane in soft.items() if plane.any()}
    if not shown:
        return {}
    size = round(rgb.shape[1] / _CELL_PX), round(rgb.shape[0] / _CELL_PX)
    guide = Guide(rgb, size[::-1], reach=_REACH)
    result = {}
    for i, plane in shown.items():
        shares = guide.shares(cv2.resize(plane, size, interpolation=cv2.INTER_AREA) / 255)
        outlined = np.clip(255 * (shares - _OBJECT) + _HALF, 0, 255).astype(np.uint8)
        if is_borne_out(outlined > _HALF, plane > _HALF):
            result[i] = outlined
    return result


def _mixed(before: np.ndarray, network: np.ndarray, explained: np.ndarray) -> np.ndarray:
    """Take the outline of before where flow explains the picture, else the network's."""
    blurred = cv2.GaussianBlur(network, (0, 0), _NETWORK_BLUR_PX)
    return _steep(explained * before + (1 - explained) * blurred)


def _steep(soft: np.ndarray) -> np.ndarray:
    steep = (soft.astype(np.float32) - _HALF) * _STEEPEN + _HALF
    return np.asarray(np.clip(steep, 0, 255), np.uint8)


def _score(soft: np.ndarray, explained: np.ndarray, score: float) -> float:
    inside = soft > _HALF
    if not inside.any():
        return 0.0
    share = float(explained[inside].mean())
    return share + (1 - share) * score


def _grown(soft: Mapping[int, np.ndarray], hw: tuple[int, ...]) -> dict[int, np.ndarray]:
    """Masks bool (H, W): each pixel is of whatever is surest there."""
    height, width = hw[:2]
    large = [cv2.resize(s, (width, height), interpolation=cv2.INTER_LINEAR) for s in soft.values()]
    best = large[0] if len(large) == 1 else np.maximum.reduce(large)
    free = best > _HALF
    masks = {}
    for i, plane in zip(soft, large, strict=True):
        masks[i] = (plane == best) & free
        free = free & ~masks[i]
    return masks


def _propagated(mask: np.ndarray, free: np.ndarray | None, score: float) -> Propagated:
    mask = mask if free is None else mask & free
    return Propagated(mask=mask, score=score if mask.any() else 0.0)
