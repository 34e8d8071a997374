"""
The measures of a frame from packed masks.

The numbers of pixels that the definitions in visa_ros.eval (jaccard, f_measure, accuracy,
robustness) are made of are counted on bits, so that the values are the same to the last digit.
What belongs to the truth alone, its outline and the outline's surroundings, is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.samples import Track
from visa_ros.errors import DataError
from visa_ros.eval.boundary import tolerance_px
from visa_ros.eval.metrics import FrameRule
from visa_ros.eval.packed import Bits, dilate, NOTHING, outline, pack, stacked
from visa_ros.video.rle import decode

MEASURES = ('J', 'F', 'A_legacy', 'R_legacy', 'R')
_TINY = 1e-6  # as in the definition of R
_OBJECTS_MAX = 254  # more cannot be told apart in the 8 bits of A_legacy


class FrameTruth:
    """
    The objects that an expression means, on one frame.

    levels  where at least 1, 2, ... of them are
    """

    def __init__(self, objects: Sequence[Bits], hw: tuple[int, int]) -> None:
        self.hw = hw
        self.levels = stacked(objects)
        self.mask = self.levels[0] if self.levels else NOTHING
        self.area = self.mask.count()

    @cached_property
    def outline(self) -> Bits:
        """The pixels of the outline of their union."""
        return outline(self.mask, self.hw)

    @cached_property
    def outline_px(self) -> int:
        """How many these are."""
        return self.outline.count()

    @cached_property
    def near(self) -> Bits:
        """Where an outline counts as the same."""
        return dilate(self.outline, tolerance_px(*self.hw))


class VideoTruth:
    """
    The true masks of a video; each is decoded once, however many expressions mean it.

    tracks  object -> a mask or None per frame
    """

    def __init__(self, tracks: Mapping[str, Track], hw: tuple[int, int]) -> None:
        self.hw = hw
        self._tracks = tracks
        self._masks: dict[tuple[str, int], Bits] = {}
        self._frames: dict[tuple[tuple[str, ...], int], FrameTruth] = {}

    def frame(self, objects: tuple[str, ...], k: int) -> FrameTruth:
        """Return what is true of these objects on frame k; DataError if a mask is damaged."""
        if len(objects) > _OBJECTS_MAX:
            raise DataError(f'an expression means {len(objects)} objects: at most {_OBJECTS_MAX}')
        key = (objects, k)
        if key not in self._frames:
            masks = [self._mask(name, k) for name in objects]
            self._frames[key] = FrameTruth(masks, self.hw)
        return self._frames[key]

    def area(self, objects: tuple[str, ...], k: int) -> int:
        """Return how many pixels any of these objects covers on frame k; DataError as frame."""
        masks = stacked([self._mask(name, k) for name in objects])
        return masks[0].count() if masks else 0

    def _mask(self, name: str, k: int) -> Bits:
        key = (name, k)
        if key not in self._masks:
            rle = self._tracks[name][k]
            self._masks[key] = NOTHING if rle is None else pack(decode(rle))
        return self._masks[key]


@dataclass(frozen=True, kw_only=True)
class FrameValues:
    """
    The measures of one frame, 0 to 1.

    values           as MEASURES
    predicted, true  whether the prediction, and the truth, has a pixel
    """

    values: tuple[float, ...]
    predicted: bool
    true: bool


def compare(prediction: Bits, truth: FrameTruth, foreground_px: int) -> FrameValues:
    """
    Compare a prediction with the truth.

    foreground_px  area of all objects of the video that are asked about, for R
    """
    marked = prediction.count()
    right = prediction.overlap(truth.mask)
    union, false = marked + truth.area - right, marked - right
    size = truth.hw[0] * truth.hw[1]
    # 1 - truth in 8 bits, times 255: 255 off the objects, n - 1 where n of them overlap.
    legacy = 255 * false + sum(prediction.overlap(level) for level in truth.levels[1:])
    return FrameValues(
        values=(
            right / union if union else 1.0,
            _contour(prediction, truth, marked=bool(marked)),
            (size - union) / size,
            _relative(legacy, foreground_px),
            _relative(false, foreground_px),
        ),
        predicted=marked > 0,
        true=truth.area > 0,
    )


def _relative(false: int, foreground_px: int) -> float:
    return max(0.0, 1.0 - false / (foreground_px + _TINY))


def _contour(prediction: Bits, truth: FrameTruth, *, marked: bool) -> float:
    if not marked and not truth.area:
        return 1.0
    ours = outline(prediction, truth.hw) if marked else NOTHING
    ours_px = ours.count()
    if not ours_px and not truth.outline_px:
        return 1.0
    if not ours_px or not truth.outline_px:
        return 0.0
    precision = ours.overlap(truth.near) / ours_px
    near_ours = dilate(ours, tolerance_px(*truth.hw))
    recall = truth.outline.overlap(near_ours) / truth.outline_px
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


def means(frames: Sequence[FrameValues], rule: FrameRule) -> dict[str, float]:
    """
    Return the mean of each measure over the frames of an expression, by MEASURES.

    J and F are over the frames that the rule counts, NaN where it counts none; the others are
    over all frames.
    """
    table: NDArray[np.float64] = np.array([frame.values for frame in frames], np.float64)
    counted = rule.counted(
        np.array([frame.predicted for frame in frames], np.bool_),
        np.array([frame.true for frame in frames], np.bool_),
    )
    columns = [table[counted, 0], table[counted, 1], *table[:, 2:].T]
    found = [float(np.mean(column)) if len(column) else float('nan') for column in columns]
    return dict(zip(MEASURES, found, strict=True))
