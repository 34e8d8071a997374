"""Predicted masks as pictures: any pixel that is not zero is object."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visa_ros.errors import DataError
from visa_ros.eval.packed import Bits, NOTHING, pack, unpack
from visa_ros.eval.pngbits import bits_of
from visa_ros.video.opencv import opencv

_SIGNATURE = b'\x89PNG\r\n\x1a\n'
_HEADER_END = 33
_EMPTY_BYTES_MAX = 8192
_EMPTY_KEPT = 8


class MaskReader:
    """
    Reads masks of one size.

    Frames without a mask are often the same file again and again; it is decoded once.
    """

    def __init__(self, hw: tuple[int, int]) -> None:
        self._hw = hw
        self._empty: list[bytes] = []

    def read(self, path: Path) -> Bits:
        """Read one mask; DataError that names the file: missing, damaged, or of another size."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(f'{path}: missing or not readable') from error
        if content in self._empty:
            return NOTHING
        _check(content, path, self._hw)
        mask = bits_of(content, self._hw)
        if mask is None:
            mask = pack(_decode(content, path))
        if mask.empty and len(content) < _EMPTY_BYTES_MAX and len(self._empty) < _EMPTY_KEPT:
            self._empty.append(content)
        return mask


def _check(content: bytes, path: Path, hw: tuple[int, int]) -> None:
    """Raise DataError unless this is a PNG of the right size."""
    if content[:8] != _SIGNATURE or content[12:16] != b'IHDR' or len(content) < _HEADER_END:
        raise DataError(f'{path}: not a PNG picture')
    width, height = struct.unpack_from('>II', content, 16)
    if (height, width) != hw:
        raise DataError(f'{path}: {width}x{height} px, the video has {hw[1]}x{hw[0]} px')


def _decode(content: bytes, path: Path) -> NDArray[np.bool_]:
    """
    Return where there is object, bool (H, W).

    Palettes count by their numbers, colours by any channel but alpha.
    """
    try:
        with Image.open(BytesIO(content)) as image:
            bands = image.getbands()
            pixels = np.asarray(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f'{path}: damaged: {error}') from error
    if pixels.ndim == 3:
        colors = [i for i, band in enumerate(bands) if band != 'A']
        return np.asarray(pixels[:, :, colors].any(axis=2))
    return np.asarray(pixels != 0)


def encode_mask(mask: Bits, hw: tuple[int, int]) -> bytes:
    """Make a picture of hw px in shades of grey, 0 and 255."""
    cv2 = opencv()
    done, content = cv2.imencode('.png', unpack(mask, hw).astype(np.uint8) * np.uint8(255))
    if not done:
        raise DataError(f'a mask of {hw[1]}x{hw[0]} px cannot be made a picture')
    picture: bytes = content.tobytes()
    return picture


def write_mask(path: Path, mask: Bits, hw: tuple[int, int]) -> None:
    """Write a mask as encode_mask makes it; the file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + '.part')
    part.write_bytes(encode_mask(mask, hw))
    part.replace(path)
