"""
A and R: pixels that agree, and how little is marked that should not be (R2-VOS).

VISA's released evaluation gives these two the predictions as 0 and 255 and the truth as 0 and 1,
and adds overlapping objects up in 8 bits. The figures that are published are of that kind: R is
then little more than the share of frames without a false pixel. They are `*_legacy` here, for
comparison with published tables; the others are what the definitions mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError
from visa_ros.eval.overlap import check_masks

_TINY = 1e-6


def accuracy(prediction: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Return the share of the pixels that agree; masks bool (H, W), DataError if they differ."""
    check_masks(prediction, truth)
    return float((prediction == truth).mean())


def robustness(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], foreground: NDArray[np.bool_]
) -> float:
    """
    R: 1 less the falsely marked area, relative to that of all objects; not below 0.

    prediction, truth  bool (H, W)
    foreground         bool (H, W): the union of all objects of the video that are asked about

    DataError if shapes or dtypes differ.
    """
    check_masks(prediction, truth)
    check_masks(foreground, truth)
    return _relative(int(np.count_nonzero(prediction & ~truth)), foreground)


def accuracy_legacy(prediction: NDArray[np.bool_], total: NDArray[np.uint8]) -> float:
    """
    Return A as released: only background can agree, and what 255 objects cover.

    prediction  bool  (H, W)
    total       uint8 (H, W): how many of the true objects cover each pixel

    DataError if shapes or dtypes differ.
    """
    _check_total(prediction, total)
    return float((total == _grey(prediction)).mean())


def robustness_legacy(
    prediction: NDArray[np.bool_], total: NDArray[np.uint8], foreground: NDArray[np.bool_]
) -> float:
    """
    Return R as released: a false pixel counts 255, and where objects overlap 8 bits run over.

    prediction  bool  (H, W)
    total       uint8 (H, W): how many of the true objects cover each pixel
    foreground  bool  (H, W): the union of all objects of the video that are asked about

    DataError if shapes or dtypes differ.
    """
    _check_total(prediction, total)
    check_masks(foreground, prediction)
    # Reference: (1 - truth) * prediction, all of it in uint8.
    false = (np.uint8(1) - total) * _grey(prediction)
    return _relative(int(false.sum(dtype=np.int64)), foreground)


def _grey(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return mask.astype(np.uint8) * np.uint8(255)


def _relative(false: int, foreground: NDArray[np.bool_]) -> float:
    return max(0.0, 1.0 - false / (int(np.count_nonzero(foreground)) + _TINY))


def _check_total(prediction: NDArray[np.bool_], total: NDArray[np.uint8]) -> None:
    if total.dtype != np.uint8:
        raise DataError(f'total: want uint8, got {total.dtype}')
    check_masks(prediction, total.astype(np.bool_))


@dataclass(frozen=True, kw_only=True)
class Abstention:
    """
    How well a model knows when to say that there is nothing.

    precision       share of its refusals that were right; None: it never refused
    recall          share of the questions about absent things that it refused; None: none asked
    false_refusals  share of the other questions that it refused; None: none asked
    """

    precision: float | None
    recall: float | None
    false_refusals: float | None


def abstention(absent: Sequence[bool], refused: Sequence[bool]) -> Abstention:
    """
    Compare what was refused with what should have been.

    absent   per expression: there is no such object
    refused  per expression: no frame has a mask

    DataError if there are not equally many.
    """
    if len(absent) != len(refused):
        raise DataError(f'{len(absent)} expressions against {len(refused)} answers')
    missing, empty = np.array(absent, np.bool_), np.array(refused, np.bool_)
    return Abstention(
        precision=_share(missing[empty]),
        recall=_share(empty[missing]),
        false_refusals=_share(empty[~missing]),
    )


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None
