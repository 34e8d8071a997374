"""
Masks from PNG pictures without making the pixels.

A mask as most programs write it has 8 bits per pixel but two values. The filters that PNG puts
before the compression are differences then, to the left or the upper neighbour, and on single
bits a difference is an exclusive or. Everything that is not of this kind is left to others.
"""

from __future__ import annotations

from functools import lru_cache
import importlib
import struct
from typing import Any
import zlib

import numpy as np
from numpy.typing import NDArray

from visa_ros.eval.packed import Bits, cut_out, NOTHING, pack_rows, WORD_BITS, Words

_LEFT, _UP = 1, 2  # PNG's filters; 0: none, 3 and 4: means
_HEADER_END = 33
_GREY_8 = b'\x08\x00\x00\x00\x00'  # 8 bit, grey, the only compression and filtering, one pass


def bits_of(content: bytes, hw: tuple[int, int]) -> Bits | None:
    """
    Read a mask.

    content  a PNG file of hw px
    returns  None if it is of another kind, has other values than 0 and one more, or is damaged
    """
    if content[24:29] != _GREY_8:
        return None
    rows = _rows_of(content, hw)
    if rows is None:
        return None
    filters, pixels = rows[:, 0], rows[:, 1:]
    if filters.max() > _UP:
        return None
    used = np.flatnonzero(pixels.any(axis=1))
    if not len(used):
        return NOTHING
    top, last = int(used[0]), int(used[-1])
    changed = pixels[top : last + 1]
    value = int(changed[0][np.flatnonzero(changed[0])[0]])
    toggles = _tall(pack_rows(changed != 0), hw[0] - top)
    bits = _undo(toggles, filters[top:], hw[1])
    rises = _tall(pack_rows(changed == value), hw[0] - top)
    falls = _tall(pack_rows(changed == 256 - value), hw[0] - top)
    if (toggles & ((bits & ~rises) | (~bits & ~falls))).any():
        return None
    return cut_out(top, bits)


def _rows_of(content: bytes, hw: tuple[int, int]) -> NDArray[np.uint8] | None:
    """Return each row with its filter in front, uint8 (H, 1 + W); None if damaged."""
    size = hw[0] * (hw[1] + 1)
    inflater = _inflate().decompressobj()
    try:
        raw = inflater.decompress(_compressed(content), size + 1)
    except (_inflate().error, struct.error):
        return None
    if len(raw) != size or not inflater.eof:  # the end holds a checksum
        return None
    return np.frombuffer(raw, np.uint8).reshape(hw[0], hw[1] + 1)


def _compressed(content: bytes) -> bytes:
    """Join the parts of the picture; struct.error if the file is cut off."""
    parts, at = [], _HEADER_END
    while True:
        length, kind = struct.unpack_from('>I4s', content, at)
        if kind == b'IDAT':
            parts.append(content[at + 8 : at + 8 + length])
        if kind == b'IEND':
            return b''.join(parts)
        at += length + 12


@lru_cache(maxsize=1)
def _inflate() -> Any:
    """Use zlib-ng where it is installed: it is many times as fast on masks."""
    try:
        return importlib.import_module('zlib_ng.zlib_ng')
    except ImportError:
        return zlib


def _tall(words: Words, height: int) -> Words:
    """Add rows without pixels."""
    out = np.zeros((height, words.shape[1]), np.uint64)
    out[: len(words)] = words
    return out


def _undo(toggles: Words, filters: NDArray[np.uint8], width: int) -> Words:
    """Turn what changes into what is set; the row above the first one is empty."""
    rows = toggles.copy()
    left = filters == _LEFT
    rows[left] = _along_rows(toggles[left])
    if width % WORD_BITS:
        rows[:, -1] &= np.uint64((1 << width % WORD_BITS) - 1)
    # Rows that differ from the one above form runs; each begins with a row that does not.
    begins = filters != _UP
    begins[0] = True
    starts = np.maximum.accumulate(np.where(begins, np.arange(len(rows)), 0))
    sums = np.zeros((len(rows) + 1, rows.shape[1]), np.uint64)
    np.bitwise_xor.accumulate(rows, axis=0, out=sums[1:])
    undone: Words = sums[1:] ^ sums[starts]
    return undone


def _along_rows(words: Words) -> Words:
    """Exclusive or of each bit with all before it in its row."""
    out = words.copy()
    for step in (1, 2, 4, 8, 16, 32):
        out ^= out << np.uint64(step)
    odd = out >> np.uint64(WORD_BITS - 1)
    carry = np.bitwise_xor.accumulate(odd, axis=1) ^ odd
    inverted: Words = out ^ (np.uint64(0) - carry)
    return inverted
