"""cIoU and gIoU: how referring and reasoning segmentation of pictures is scored (LISA)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError

IGNORE = 255
_TINY = 1e-5


@dataclass(frozen=True, kw_only=True)
class PixelCounts:
    """What one picture adds to the figures: px in both masks, and in either of them."""

    intersection: int
    union: int


def count_pixels(prediction: NDArray[np.bool_], truth: NDArray[np.uint8]) -> PixelCounts:
    """
    Compare one mask with the truth.

    prediction  bool  (H, W)
    truth       uint8 (H, W): 1 object, 0 background, 255 not judged

    DataError if shapes or dtypes differ, or the truth has other values.
    """
    if prediction.shape != truth.shape or prediction.ndim != 2:
        raise DataError(f'masks: want one size (H, W), got {prediction.shape}, {truth.shape}')
    if prediction.dtype != np.bool_ or truth.dtype != np.uint8:
        raise DataError(f'masks: want bool and uint8, got {prediction.dtype} and {truth.dtype}')
    if not np.isin(truth, (0, 1, IGNORE)).all():
        raise DataError('truth: want 0, 1 and 255 only')
    marked, real = prediction & (truth != IGNORE), truth == 1
    return PixelCounts(
        intersection=int(np.count_nonzero(marked & real)),
        union=int(np.count_nonzero(marked | real)),
    )


def cumulative_iou(counts: Sequence[PixelCounts]) -> float:
    """cIoU: all intersections over all unions, 0 to 1; NaN without a pixel."""
    union = sum(c.union for c in counts)
    return sum(c.intersection for c in counts) / union if union else float('nan')


def generalised_iou(counts: Sequence[PixelCounts]) -> float:
    """GIoU: mean of the pictures' own ratios, 1 where the union is empty; NaN for none."""
    if not counts:
        return float('nan')
    return float(np.mean([c.intersection / (c.union + _TINY) if c.union else 1.0 for c in counts]))
