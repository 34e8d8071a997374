"""
Masks as bits, 64 px to a word, cut to what they cover.

Overlaps, outlines and dilations by a disk are then a few operations on a few hundred words
instead of passes over the whole picture. The values are those of visa_ros.eval.boundary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
import math

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

WORD_BITS = 64
_ONE = np.uint64(1)
_LAST = np.uint64(WORD_BITS - 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Bits:
    """
    The part of a mask around its pixels; all others are not set.

    top    row of the first row of words
    left   column of the first column of words, in words
    words  uint64 (h, w): px 64 c + b of a row is bit b of word c, low bit first
    """

    top: int
    left: int
    words: Words

    @property
    def empty(self) -> bool:
        """Whether no pixel can be set."""
        return self.words.size == 0

    def count(self) -> int:
        """Return the number of pixels."""
        return _ones(self.words)

    def overlap(self, other: Bits) -> int:
        """Return the number of pixels that both have."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom, right = min(self._bottom, other._bottom), min(self._right, other._right)
        if bottom <= top or right <= left:
            return 0
        box = (top, bottom, left, right)
        return _ones(self._part(box) & other._part(box))

    @property
    def _bottom(self) -> int:
        return self.top + len(self.words)

    @property
    def _right(self) -> int:
        return self.left + int(self.words.shape[1])

    def _part(self, box: tuple[int, int, int, int]) -> Words:
        top, bottom, left, right = box
        rows = slice(top - self.top, bottom - self.top)
        return self.words[rows, left - self.left : right - self.left]


def _ones(words: Words) -> int:
    return int.from_bytes(words.tobytes(), 'little').bit_count()


NOTHING = Bits(top=0, left=0, words=np.zeros((0, 0), np.uint64))


def pack(mask: NDArray[np.bool_] | NDArray[np.uint8] | NDArray[np.uint16]) -> Bits:
    """Pack a mask (H, W); what is not zero is set."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return NOTHING
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    return _trimmed(top, 0, pack_rows(mask[top:bottom].astype(np.bool_, copy=False)))


def pack_rows(mask: NDArray[np.bool_]) -> Words:
    """Pack all of a mask (H, W): uint64 (H, words that W takes)."""
    band = np.packbits(mask, axis=1, bitorder='little')
    words = np.zeros((mask.shape[0], 8 * -(-mask.shape[1] // WORD_BITS)), np.uint8)
    words[:, : band.shape[1]] = band
    return words.view('<u8')


def cut_out(top: int, words: Words) -> Bits:
    """Keep the rows and words with pixels; words begin at row `top`, column 0."""
    rows = np.flatnonzero(words.any(axis=1))
    if not len(rows):
        return NOTHING
    first, last = int(rows[0]), int(rows[-1]) + 1
    return _trimmed(top + first, 0, words[first:last])


def unpack(bits: Bits, hw: tuple[int, int]) -> NDArray[np.bool_]:
    """Expand to bool (H, W)."""
    mask = np.zeros(hw, np.bool_)
    if not bits.empty:
        block = np.unpackbits(bits.words.view(np.uint8), axis=1, bitorder='little')
        left = bits.left * WORD_BITS
        width = min(block.shape[1], hw[1] - left)
        mask[bits.top : bits._bottom, left : left + width] = block[:, :width]
    return mask


def _trimmed(top: int, left: int, words: Words) -> Bits:
    columns = np.flatnonzero(words.any(axis=0))
    if not len(columns):
        return NOTHING
    first, last = int(columns[0]), int(columns[-1])
    return Bits(top=top, left=left + first, words=words[:, first : last + 1].copy())


def stacked(masks: Sequence[Bits]) -> list[Bits]:
    """Return where at least 1, 2, 3, ... of the masks have a pixel, as far as there are any."""
    masks = [mask for mask in masks if not mask.empty]
    if len(masks) < 2:
        return masks
    top, left = min(m.top for m in masks), min(m.left for m in masks)
    shape = max(m._bottom for m in masks) - top, max(m._right for m in masks) - left
    levels: list[Words] = []
    for mask in masks:
        rising = np.zeros(shape, np.uint64)
        rows, columns = mask.top - top, mask.left - left
        height, width = mask.words.shape
        rising[rows : rows + height, columns : columns + width] = mask.words
        for level in levels:
            both = level & rising
            level |= rising
            rising = both
        if rising.any():
            levels.append(rising)
    return [_trimmed(top, left, level) for level in levels]


def outline(bits: Bits, hw: tuple[int, int]) -> Bits:
    """
    Mark the pixels that differ from their right, lower or lower right neighbour.

    hw  height and width of the picture in px; beyond its border nothing changes
    """
    if bits.empty:
        return NOTHING
    height, width = hw
    words = np.zeros((bits.words.shape[0] + 2, bits.words.shape[1] + 2), np.uint64)
    words[1:-1, 1:-1] = bits.words
    if bits._bottom == height:
        words[-1] = words[-2]
    at_border = bits._right * WORD_BITS >= width
    if at_border:
        _repeat_last_pixel(words, width)
    right = (words[:, :-1] >> _ONE) | (words[:, 1:] << _LAST)
    words = words[:, :-1]
    differs = (words ^ right) | _differs(words, right)
    if at_border and width % WORD_BITS:
        differs[:, -1] &= _low_bits(width % WORD_BITS)
    first_row, first_word = int(bits.top == 0), int(bits.left == 0)
    return _trimmed(
        bits.top - 1 + first_row,
        bits.left - 1 + first_word,
        differs[first_row:-1, first_word:],
    )


def _differs(words: Words, right: Words) -> Words:
    """Compare with the rows below; the last row is compared with nothing."""
    differs = np.zeros_like(words)
    differs[:-1] = (words[:-1] ^ words[1:]) | (words[:-1] ^ right[1:])
    return differs


def _repeat_last_pixel(words: Words, width: int) -> None:
    """Set the pixel right of the picture as the last one in it."""
    used = width % WORD_BITS
    if used:
        last = (words[:, -2] >> np.uint64(used - 1)) & _ONE
        words[:, -2] |= last << np.uint64(used)
    else:
        words[:, -1] = words[:, -2] >> _LAST


def _low_bits(count: int) -> np.uint64:
    return np.uint64((1 << count) - 1)


def dilate(bits: Bits, radius: int) -> Bits:
    """
    Widen by the discrete disk of a radius in px.

    The result is not cut at the border of the picture.
    """
    if bits.empty:
        return NOTHING
    height, width = bits.words.shape
    margin = -(-radius // WORD_BITS)
    row = np.zeros((height, width + 2 * margin), np.uint64)
    row[:, margin : margin + width] = bits.words
    out = np.zeros((height + 2 * radius, row.shape[1]), np.uint64)
    for offset, steps in _disk_rows(radius):
        for step in steps:
            row = _wider(row, step)
        for start in {radius - offset, radius + offset}:
            out[start : start + height] |= row
    return Bits(top=bits.top - radius, left=bits.left - margin, words=out)


@lru_cache(maxsize=64)
def _disk_rows(radius: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Rows of a disk from the outermost in: distance, steps by which it is wider than the last."""
    rows, half = [], 0
    for offset in range(radius, -1, -1):
        wanted = math.isqrt(radius * radius - offset * offset)
        steps = tuple(_steps(half, wanted))
        rows.append((offset, steps))
        half = wanted
    return tuple(rows)


def _steps(half: int, wanted: int) -> Iterator[int]:
    """Go from one half width to another one; no step leaves a gap."""
    while half < wanted:
        step = min(2 * half + 1, wanted - half, WORD_BITS - 1)
        yield step
        half += step


def _wider(words: Words, step: int) -> Words:
    """Add the pixels at a distance of 1 <= step <= 63 px to the left and to the right."""
    near, far = np.uint64(step), np.uint64(WORD_BITS - step)
    out: Words = words | (words << near) | (words >> near)
    out[:, 1:] |= words[:, :-1] >> far
    out[:, :-1] |= words[:, 1:] << far
    return out
