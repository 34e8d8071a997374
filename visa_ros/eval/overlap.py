"""Region similarity J: how much a predicted mask and the true one overlap."""

from __future__ import annotations

import enum

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError


class WhenEmpty(enum.Enum):
    """What a frame counts in which neither the prediction nor the truth has a pixel."""

    PERFECT = 'perfect'
    SKIPPED = 'skipped'

    @property
    def value_of_frame(self) -> float:
        """Return the frame's score: 1, or NaN, which means leave it out of the mean."""
        return 1.0 if self is WhenEmpty.PERFECT else float('nan')


def jaccard(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], *, when_empty: WhenEmpty
) -> float:
    """
    Intersection over union of two masks, 0 to 1.

    prediction, truth  bool (H, W)

    DataError if the shapes or dtypes differ.
    """
    check_masks(prediction, truth)
    union = int(np.count_nonzero(prediction | truth))
    if union == 0:
        return when_empty.value_of_frame
    return int(np.count_nonzero(prediction & truth)) / union


def check_masks(prediction: NDArray[np.bool_], truth: NDArray[np.bool_]) -> None:
    """Raise DataError unless both are bool masks of one size."""
    if prediction.shape != truth.shape or prediction.ndim != 2:
        raise DataError(
            f'masks: want two of one size (H, W), got {prediction.shape} and {truth.shape}'
        )
    if prediction.dtype != np.bool_ or truth.dtype != np.bool_:
        raise DataError(f'masks: want bool, got {prediction.dtype} and {truth.dtype}')
