"""
What an object looks like, to know it again when it returns.

A view of an object is described by 256 numbers for its colours, its size and its place, all from
numpy alone. Colours are brightness and two chromaticities, which change little with the light,
counted in a coarse histogram whose neighbouring bins overlap. Histograms are compared by the
Bhattacharyya coefficient. The descriptor tells a red mug from a blue one and a mug from a table;
it cannot tell two equal mugs apart, for which their places have to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
import math

import numpy as np

from visa_ros.structs import Frame

_BINS = (8, 8, 4)  # two chromaticities, brightness
_MAX_PIXELS = 4096
_DARK = 32.0  # of 255; the chromaticity of what is darker is noise
_SIZE_RATIO = 0.5  # half hidden or half as far away is still the same object
_OTHER_LABEL = 0.8
_FAR_AWAY = 0.05  # at most: places decide between equals only
_LEARNING = 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """
    One view of an object, or a mean of several.

    colors  float32 (256,)  histogram, sums to 1
    size    square root of its part of the image, 0 to 1
    size_m  square root of its area, in m; None without depth or intrinsics
    place   centre of its bounding box: x and y, each 0 to 1 of the image
    label   what the model called it; may be empty
    """

    colors: np.ndarray
    size: float
    size_m: float | None
    place: tuple[float, float]
    label: str = ''


def look_of(frame: Frame, mask: np.ndarray, label: str = '') -> Look | None:
    """Describe the object below a mask, bool (H, W); None if it is empty."""
    index = np.flatnonzero(mask)
    if not len(index):
        return None
    height, width = frame.hw
    chosen = index[:: max(1, len(index) // _MAX_PIXELS)]
    rows, columns = index[[0, -1]] // width, chosen % width
    return Look(
        colors=_colors(frame.rgb.reshape(-1, 3)[chosen]),
        size=math.sqrt(len(index) / (height * width)),
        size_m=_size_m(frame, chosen, len(index)),
        place=(
            float(columns.min() + columns.max() + 1) / (2 * width),
            float(rows.sum() + 1) / (2 * height),
        ),
        label=label,
    )


def likeness(one: Look, other: Look) -> float:
    """How much alike two views look, 0 to 1; the order does not matter."""
    # Rounding could lift the overlap of a histogram with itself above 1.
    overlap = min(1.0, float(np.sqrt(one.colors * other.colors).sum()))
    same = overlap * min(1.0, _ratio(one, other) / _SIZE_RATIO)
    differ = one.label and other.label and one.label != other.label
    return same * _OTHER_LABEL if differ else same


def learned(known: Look, new: Look) -> Look:
    """Let a newer view of the same object count; the place is that of the new one."""
    size_m = new.size_m
    if known.size_m is not None and size_m is not None:
        size_m = known.size_m + _LEARNING * (size_m - known.size_m)
    return replace(
        known,
        colors=known.colors + _LEARNING * (new.colors - known.colors),
        size=known.size + _LEARNING * (new.size - known.size),
        size_m=size_m,
        place=new.place,
    )


def recognise(
    missed: Mapping[int, Look], views: Sequence[Look], *, at_least: float
) -> dict[int, int]:
    """
    Find objects among views: object id -> position of the view.

    The pair that looks most alike is taken first; between equals the nearer one. No object has
    two views, no view is two objects, and whatever looks less alike than `at_least` is not the
    same object.
    """
    pairs = []
    for object_id, known in missed.items():
        for position, view in enumerate(views):
            alike = likeness(known, view)
            if alike >= at_least:
                pairs.append((_FAR_AWAY * math.dist(known.place, view.place) - alike,
                              object_id, position))  # fmt: skip
    found: dict[int, int] = {}
    for _, object_id, position in sorted(pairs):
        if object_id not in found and position not in found.values():
            found[object_id] = position
    return found


def _colors(pixels: np.ndarray) -> np.ndarray:
    """Histogram of uint8 (P, 3), P >= 1: float32 (256,)."""
    red, green, blue = pixels.T.astype(np.float32)
    bright = np.maximum(np.maximum(red, green), blue)
    scale = bright + _DARK
    axes = ((red - green) / scale, (blue - (red + green) / 2) / scale, bright / 127.5 - 1.0)
    # From -1..1 to bins; real objects are dull: the root spreads the middle.
    spread = [np.sign(a) * np.sqrt(np.abs(a)) if k < 2 else a for k, a in enumerate(axes)]
    bins = [
        np.clip(((a + 1) * (n / 2)).astype(np.int64), 0, n - 1)
        for a, n in zip(spread, _BINS, strict=True)
    ]
    counts = np.bincount(np.ravel_multi_index(bins, _BINS), minlength=math.prod(_BINS))
    blurred = _blur(counts.reshape(_BINS).astype(np.float32) / len(pixels))
    colors: np.ndarray = blurred.ravel() / blurred.sum()
    return colors


def _blur(histogram: np.ndarray) -> np.ndarray:
    """Give each bin's neighbours a part of it, along every axis; nothing is lost at the ends."""
    for axis in range(histogram.ndim):
        padded = np.pad(
            histogram, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode='symmetric'
        )
        n = histogram.shape[axis]
        before, middle, after = (np.take(padded, range(k, k + n), axis) for k in range(3))
        histogram = 0.25 * before + 0.5 * middle + 0.25 * after
    return histogram


def _size_m(frame: Frame, index: np.ndarray, area_px: int) -> float | None:
    """Square root of the area of a surface that faces the camera."""
    if frame.depth_m is None or frame.camera is None:
        return None
    depth_m = frame.depth_m.ravel()[index]
    depth_m = depth_m[np.isfinite(depth_m) & (depth_m > 0)]
    if not len(depth_m):
        return None
    camera = frame.camera
    return float(np.median(depth_m)) * math.sqrt(area_px / (camera.fx * camera.fy))


def _ratio(one: Look, other: Look) -> float:
    """The smaller size as a part of the larger one."""
    if one.size_m is not None and other.size_m is not None:
        sizes = (one.size_m, other.size_m)
    else:
        sizes = (one.size, other.size)
    return min(sizes) / max(sizes)
