"""Growing and shrinking masks by squares, in numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def grow(mask: Mask, px: int) -> Mask:
    """Set every pixel that has a pixel of the mask within px rows and columns."""
    return _grow_rows(_grow_rows(mask, px).T, px).T


def shrink(mask: Mask, px: int) -> Mask:
    """Clear every pixel within px rows and columns of the outside; the image's rim is no edge."""
    return ~grow(~mask, px)


def bounds(mask: Mask, *, margin_px: int = 0) -> tuple[slice, slice]:
    """Rows and columns of a mask that has a pixel, with a margin where the image has room."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(0, int(rows[0]) - margin_px), int(rows[-1]) + 1 + margin_px),
        slice(max(0, int(columns[0]) - margin_px), int(columns[-1]) + 1 + margin_px),
    )


def _grow_rows(mask: Mask, px: int) -> Mask:
    height = mask.shape[0]
    sums = np.zeros((height + 1, mask.shape[1]), np.int32)
    np.cumsum(mask, axis=0, out=sums[1:])
    first = np.maximum(np.arange(height) - px, 0)
    stop = np.minimum(np.arange(height) + px + 1, height)
    return sums[stop] > sums[first]
