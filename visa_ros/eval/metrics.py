"""
J and F of one object, or expression, over the frames of a video.

Evaluators agree on what a frame scores, an empty prediction of an empty truth 1; they differ in
which frames they count. That choice is a parameter here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import enum

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError
from visa_ros.eval.boundary import f_measure
from visa_ros.eval.overlap import jaccard, WhenEmpty

Masks = Sequence[NDArray[np.bool_]]
Values = NDArray[np.float64]

_BINS = 4


class FrameRule(enum.Enum):
    """
    Which frames count.

    VISA                all; a frame that is rightly empty counts 1
    DAVIS               davis2017-evaluation, semi-supervised: as VISA, without the first and the
                        last frame
    DAVIS_UNSUPERVISED  davis2017-evaluation, unsupervised (and Ref-DAVIS17): as VISA
    VOS_BENCHMARK       hkchengrex/vos-benchmark: without the first and the last frame, and of
                        those only from the first one on that has the object in truth or
                        prediction; an object that the truth never has does not count at all
    """

    VISA = 'visa'
    DAVIS = 'davis'
    DAVIS_UNSUPERVISED = 'davis-unsupervised'
    VOS_BENCHMARK = 'vos-benchmark'

    def counted(self, predicted: NDArray[np.bool_], true: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """
        Choose the frames that count.

        predicted, true  bool (T,)  whether the prediction, and the truth, has a pixel
        returns          bool (T,)
        """
        counted = np.ones(len(true), np.bool_)
        if self in {FrameRule.DAVIS, FrameRule.VOS_BENCHMARK}:
            counted[:1] = counted[-1:] = False
        if self is FrameRule.VOS_BENCHMARK:
            begun: NDArray[np.bool_] = np.logical_or.accumulate(counted & (predicted | true))
            counted &= begun & (counted & true).any()
        return counted


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """
    What DAVIS tells of a measure over the frames of an object; NaN where no frame counts.

    mean    0 to 1
    recall  share of the frames above 0.5
    decay   mean over the first quarter less that over the last: what is lost on the way
    """

    mean: float
    recall: float
    decay: float


@dataclass(frozen=True, kw_only=True)
class TrackScore:
    """
    J and F of one object.

    region   J: intersection over union
    contour  F: agreement of the outlines
    frames   how many count
    """

    region: Statistics
    contour: Statistics
    frames: int

    @property
    def both(self) -> float:
        """J&F: the mean of the two means."""
        return (self.region.mean + self.contour.mean) / 2


def score_track(
    predictions: Masks, truths: Masks, *, rule: FrameRule, void: Masks | None = None
) -> TrackScore:
    """
    Compare the masks of one object, frame by frame.

    predictions, truths  bool (H, W) per frame
    void                 bool (H, W) per frame: pixels that nobody judges (255 in DAVIS)

    DataError if there are not equally many, or shapes or dtypes differ.
    """
    predictions, truths = _without(predictions, void), _without(truths, void)
    region = region_per_frame(predictions, truths)
    contour = contour_per_frame(predictions, truths)
    counted = rule.counted(_has_pixels(predictions), _has_pixels(truths))
    return TrackScore(
        region=statistics(region[counted]),
        contour=statistics(contour[counted]),
        frames=int(counted.sum()),
    )


def region_per_frame(predictions: Masks, truths: Masks) -> Values:
    """Return J of each frame, float64 (T,); 1 where both are empty. DataError as score_track."""
    pairs = _pairs(predictions, truths)
    return np.array([jaccard(p, t, when_empty=WhenEmpty.PERFECT) for p, t in pairs], np.float64)


def contour_per_frame(predictions: Masks, truths: Masks) -> Values:
    """Return F of each frame, float64 (T,); 1 where both are empty. DataError as score_track."""
    pairs = _pairs(predictions, truths)
    return np.array([f_measure(p, t, when_empty=WhenEmpty.PERFECT) for p, t in pairs], np.float64)


def statistics(values: Values) -> Statistics:
    """
    Sum up a measure over frames as davis2017-evaluation does.

    values  float64 (T,)

    A frame on the border of two quarters belongs to both. DAVIS keeps the borders in 8 bits, which
    goes wrong beyond 255 frames; here they are what was meant.
    """
    if not len(values):
        return Statistics(mean=float('nan'), recall=float('nan'), decay=float('nan'))
    bounds = np.round(np.linspace(1, len(values), _BINS + 1) + 1e-10).astype(int) - 1
    first, last = values[: bounds[1] + 1], values[bounds[-2] :]
    return Statistics(
        mean=float(values.mean()),
        recall=float((values > 0.5).mean()),
        decay=float(first.mean() - last.mean()),
    )


def _without(masks: Masks, void: Masks | None) -> Masks:
    """Take the pixels out that nobody judges."""
    if void is None:
        return masks
    return [mask & ~hidden for mask, hidden in _pairs(masks, void)]


def _has_pixels(masks: Masks) -> NDArray[np.bool_]:
    return np.array([mask.any() for mask in masks], np.bool_)


def _pairs(first: Masks, second: Masks) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    if len(first) != len(second):
        raise DataError(f'masks: {len(first)} frames against {len(second)}')
    return list(zip(first, second, strict=True))
