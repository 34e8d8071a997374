"""Masks as COCO writes them: run lengths in two forms, and polygons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError
from visa_ros.video.rle import decode, encode, Rle

# A text of a few bytes can claim a mask of any size; no camera's is larger.
PIXELS_MAX = 1 << 28
_FAR_PX = 100_000
# Polygons are traced on a grid this much finer than the pixels, as COCO does.
_FINER = 5


def rle_of(value: object, where: str) -> Rle:
    """
    Read {"size": [height, width], "counts": ...}; counts compressed or a plain list of runs.

    DataError with `where` if it is of another form. Damaged runs are found by `decode`.
    """
    if not isinstance(value, dict) or 'size' not in value or 'counts' not in value:
        raise DataError(f'{where}: want a mask with size and counts')
    hw, counts = _hw_of(value['size'], where), value['counts']
    if isinstance(counts, bytes):
        counts = counts.decode('latin-1')
    if isinstance(counts, str):
        return Rle(hw, counts)
    return encode(_expand(counts, hw, where))


def _hw_of(size: object, where: str) -> tuple[int, int]:
    if isinstance(size, list) and len(size) == 2 and all(type(n) is int for n in size):
        height, width = size
        if height > 0 and width > 0 and height * width <= PIXELS_MAX:
            return height, width
    raise DataError(f'{where}: mask of impossible size {size!r:.60}')


def _expand(counts: object, hw: tuple[int, int], where: str) -> NDArray[np.bool_]:
    height, width = hw
    if not isinstance(counts, list) or not all(type(n) is int and n >= 0 for n in counts):
        raise DataError(f'{where}: the counts of a mask are neither text nor a list of lengths')
    if sum(counts) != height * width:
        raise DataError(f'{where}: the runs of a mask do not fill {width}x{height} px')
    values = np.arange(len(counts)) % 2 == 1
    return np.ascontiguousarray(np.repeat(values, counts).reshape(width, height).T)


def mask_of(segmentation: object, hw: tuple[int, int], where: str) -> NDArray[np.bool_]:
    """
    Draw an annotation's `segmentation`: polygons, a mask, or a list of masks; their union.

    hw       height and width of the picture in px
    returns  bool (H, W); empty for an empty list

    DataError with `where` if it is of another form, or a mask is damaged or of another size.
    """
    parts = segmentation if isinstance(segmentation, list) else [segmentation]
    mask = np.zeros(hw, np.bool_)
    for part in parts:
        if isinstance(part, list):
            mask |= fill_polygon(_corners(part, where), hw)
            continue
        rle = rle_of(part, where)
        if rle.size != hw:
            raise DataError(f'{where}: mask of {_px(rle.size)}, the picture has {_px(hw)}')
        mask |= decode(rle)
    return mask


def _px(hw: tuple[int, int]) -> str:
    return f'{hw[1]}x{hw[0]} px'


def _corners(numbers: Sequence[Any], where: str) -> NDArray[np.float64]:
    try:
        flat = np.array(numbers, np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f'{where}: a polygon is not a list of numbers') from error
    if flat.ndim != 1 or len(flat) % 2 or len(flat) < 6 or not np.isfinite(flat).all():
        raise DataError(f'{where}: a polygon needs x, y of at least three corners')
    if np.abs(flat).max() > _FAR_PX:
        raise DataError(f'{where}: a polygon lies outside of every picture')
    return flat.reshape(-1, 2)


def fill_polygon(corners: NDArray[np.float64], hw: tuple[int, int]) -> NDArray[np.bool_]:
    """
    Draw the inside of a polygon as COCO's own tools do, to the pixel.

    corners  float (K, 2)  x and y in px, from the top left corner of the picture
    returns  bool (H, W)

    The outline is traced on a grid five times as fine; where it passes from one column of pixel
    centres to the next, the mask turns over from that height on downwards.
    """
    height, width = hw
    fine = np.trunc(_FINER * corners + 0.5).astype(np.int64)
    outline = np.concatenate(
        [_trace(a, b) for a, b in zip(fine, np.roll(fine, -1, axis=0), strict=True)]
    )
    before, after = outline[:-1], outline[1:]
    crossing = before[:, 0] != after[:, 0]
    before, after = before[crossing], after[crossing]
    u = np.where(after[:, 0] < before[:, 0], after[:, 0], after[:, 0] - 1)
    column = (u + 0.5) / _FINER - 0.5
    row = (np.minimum(before[:, 1], after[:, 1]) + 0.5) / _FINER - 0.5
    inside = (np.floor(column) == column) & (column >= 0) & (column <= width - 1)
    top = np.ceil(np.clip(row[inside], 0, height)).astype(np.int64)
    turns = np.bincount(column[inside].astype(np.int64) * height + top, minlength=width * height)
    filled = np.cumsum(turns[: width * height]) % 2 == 1
    return np.ascontiguousarray(filled.reshape(width, height).T)


def _trace(start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the grid points (M, 2) of a straight line, both ends included."""
    long = int(np.argmax(np.abs(end - start)))  # the axis it advances along; 0 if both are equal
    short = 1 - long
    # COCO always steps upwards, so that rounding does not depend on the direction.
    low, high = (start, end) if start[long] <= end[long] else (end, start)
    steps = np.arange(high[long] - low[long] + 1)
    slope = (high[short] - low[short]) / max(int(high[long] - low[long]), 1)
    points = np.empty((len(steps), 2), np.int64)
    points[:, long] = low[long] + steps
    points[:, short] = np.trunc(low[short] + slope * steps + 0.5).astype(np.int64)
    return points if low is start else points[::-1]
