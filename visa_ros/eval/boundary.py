"""Contour accuracy F: how well the outlines of a predicted mask and the true one agree."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from visa_ros.eval.overlap import check_masks, WhenEmpty

# Two outlines agree within this share of the image's diagonal.
TOLERANCE = 0.008


def boundary_map(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """
    Mark the pixels that differ from their right, lower or lower right neighbour.

    mask     bool (H, W)
    returns  bool (H, W); the last row looks right only, the last column down only
    """
    padded = np.pad(mask, ((0, 1), (0, 1)), mode='edge')
    right, below, corner = padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    differs: NDArray[np.bool_] = (mask != right) | (mask != below) | (mask != corner)
    return differs


def tolerance_px(height: int, width: int) -> int:
    """Return how far apart two outlines may be in an image of this size."""
    return math.ceil(TOLERANCE * math.hypot(height, width))


def disk(radius: int) -> NDArray[np.uint8]:
    """Return the discrete disk of a radius, uint8 (2 radius + 1, 2 radius + 1)."""
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    inside: NDArray[np.bool_] = x * x + y * y <= radius * radius
    return inside.astype(np.uint8)


def f_measure(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], *, when_empty: WhenEmpty
) -> float:
    """
    Harmonic mean of precision and recall of the predicted outline, 0 to 1.

    prediction, truth  bool (H, W)

    An outline on one side only counts 0; DataError if the shapes or dtypes differ.
    """
    check_masks(prediction, truth)
    if not prediction.any() and not truth.any():
        return when_empty.value_of_frame
    ours, theirs = boundary_map(prediction), boundary_map(truth)
    # A mask that fills the image has no outline either; as in the reference, outlines alone count.
    if not ours.any() and not theirs.any():
        return 1.0
    if not ours.any() or not theirs.any():
        return 0.0
    radius = tolerance_px(*truth.shape)
    return _agreement(*_around(ours, theirs, margin=radius), radius)


def _around(
    ours: NDArray[np.bool_], theirs: NDArray[np.bool_], *, margin: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Cut out the part of the image with outlines in it: dilation is local, so nothing changes."""
    either = ours | theirs
    rows, columns = np.flatnonzero(either.any(axis=1)), np.flatnonzero(either.any(axis=0))
    part = np.s_[
        max(rows[0] - margin, 0) : rows[-1] + margin + 1,
        max(columns[0] - margin, 0) : columns[-1] + margin + 1,
    ]
    return ours[part], theirs[part]


def _agreement(ours: NDArray[np.bool_], theirs: NDArray[np.bool_], radius: int) -> float:
    element = disk(radius)
    near_theirs = cv2.dilate(theirs.view(np.uint8), element).astype(np.bool_)
    near_ours = cv2.dilate(ours.view(np.uint8), element).astype(np.bool_)
    precision = int(np.count_nonzero(ours & near_theirs)) / int(np.count_nonzero(ours))
    recall = int(np.count_nonzero(theirs & near_ours)) / int(np.count_nonzero(theirs))
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0
