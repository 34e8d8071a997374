"""
Masks as COCO's compressed run-length encoding, byte for byte as pycocotools writes it.

Runs are counted down the columns, background first. A run is stored as the difference to the
run before the last one (from the fourth on), in groups of five bits, low group first, with
0x20 as the mark of a group that is followed by another; each group is one character from '0'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError

_BITS = 5
_SIGN = 0x10
_MORE = 0x20
_FIRST_CHAR = 48
_GROUPS_MAX = 13  # 13 groups of 5 bits hold any difference of 64 bit


@dataclass(frozen=True)
class Rle:
    """
    A binary mask, compressed.

    size    height and width in px
    counts  COCO's compressed ASCII form
    """

    size: tuple[int, int]
    counts: str


def encode(mask: NDArray[np.bool_]) -> Rle:
    """
    Compress a mask.

    mask  bool (H, W), H and W at least 1
    """
    if mask.ndim != 2 or mask.dtype != np.bool_ or mask.size == 0:
        raise DataError(f'mask: want bool (H, W), got {mask.dtype} {mask.shape}')
    return Rle((mask.shape[0], mask.shape[1]), _text_of(_runs_of(mask)))


def decode(rle: Rle) -> NDArray[np.bool_]:
    """
    Expand a mask to bool (H, W).

    DataError if the runs are damaged or do not fill the image.
    """
    runs = _runs_from(rle.counts)
    height, width = rle.size
    pixels = height * width
    if runs.min() < 0 or runs.max() > pixels or runs.sum() != pixels:
        raise DataError(f'the runs of this mask do not fill {width}x{height} px: it is damaged')
    values = np.arange(len(runs)) % 2 == 1
    return np.ascontiguousarray(np.repeat(values, runs).reshape(width, height).T)


def _runs_of(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Lengths of the runs, background first; the first may be 0."""
    columns = np.ascontiguousarray(mask.T).reshape(-1)
    edges = np.flatnonzero(columns[1:] != columns[:-1]) + 1
    bounds = np.concatenate(([0], edges, [columns.size]))
    runs = np.diff(bounds)
    return np.concatenate(([0], runs)) if columns[0] else runs


def _text_of(runs: NDArray[np.int64]) -> str:
    rest = runs.copy()
    rest[3:] -= runs[1:-2]
    chars = np.zeros((len(runs), _GROUPS_MAX), np.uint8)
    active = np.ones(len(runs), np.bool_)
    for column in range(_GROUPS_MAX):
        group = rest & (_MORE - 1)
        rest >>= _BITS
        more = np.where(group & _SIGN, rest != -1, rest != 0)
        chars[active, column] = (group + np.where(more, _MORE, 0) + _FIRST_CHAR)[active]
        active &= more
        if not active.any():
            break
    return chars[chars > 0].tobytes().decode('ascii')


def _runs_from(text: str) -> NDArray[np.int64]:
    try:
        chars = np.frombuffer(text.encode('ascii'), np.uint8).astype(np.int64) - _FIRST_CHAR
    except UnicodeEncodeError as error:
        raise DataError('the runs of this mask are not ASCII: it is damaged') from error
    if not len(chars) or chars.min() < 0 or chars.max() >= 2 * _MORE or chars[-1] & _MORE:
        raise DataError('the runs of this mask are damaged or cut off')
    ends = np.flatnonzero(chars & _MORE == 0)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() >= _GROUPS_MAX:
        raise DataError('a run of this mask is impossibly long: it is damaged')
    shifts = (np.arange(len(chars)) - np.repeat(starts, lengths)) * _BITS
    runs = np.add.reduceat((chars & (_MORE - 1)) << shifts, starts)
    runs = np.where(chars[ends] & _SIGN, runs - (1 << (lengths * _BITS)), runs)
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    return runs
