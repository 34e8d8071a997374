"""
Raw and compressed image data, as ROS messages and bags carry it, as numpy arrays.

Plain layouts are read with numpy alone; Bayer, YUV and compressed data go through OpenCV.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from visa_ros.errors import EncodingError
from visa_ros.video.opencv import opencv

MM_PER_M = 1000.0

# Encoding -> type and number of channels, in the order of the data.
LAYOUTS: Mapping[str, tuple[str, int]] = {
    'rgb8': ('u1', 3),
    'bgr8': ('u1', 3),
    'rgba8': ('u1', 4),
    'bgra8': ('u1', 4),
    'mono8': ('u1', 1),
    '8UC1': ('u1', 1),
    'mono16': ('u2', 1),
    '16UC1': ('u2', 1),
    '32FC1': ('f4', 1),
    'bayer_rggb8': ('u1', 1),
    'bayer_bggr8': ('u1', 1),
    'bayer_gbrg8': ('u1', 1),
    'bayer_grbg8': ('u1', 1),
    'yuv422': ('u1', 2),
    'uyvy': ('u1', 2),
    'yuv422_yuy2': ('u1', 2),
    'yuyv': ('u1', 2),
}

# ROS names a Bayer pattern by its first two rows, OpenCV by the second row's second pixel on.
_CV_CODES: Mapping[str, str] = {
    'bayer_rggb8': 'COLOR_BayerBG2RGB',
    'bayer_bggr8': 'COLOR_BayerRG2RGB',
    'bayer_gbrg8': 'COLOR_BayerGR2RGB',
    'bayer_grbg8': 'COLOR_BayerGB2RGB',
    'yuv422': 'COLOR_YUV2RGB_UYVY',
    'uyvy': 'COLOR_YUV2RGB_UYVY',
    'yuv422_yuy2': 'COLOR_YUV2RGB_YUY2',
    'yuyv': 'COLOR_YUV2RGB_YUY2',
}

_COLORS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    'rgb8': lambda pixels: pixels,
    'bgr8': lambda pixels: pixels[..., ::-1],
    'rgba8': lambda pixels: pixels[..., :3],
    'bgra8': lambda pixels: pixels[..., 2::-1],
    'mono8': lambda pixels: np.repeat(pixels[..., None], 3, axis=2),
    '8UC1': lambda pixels: np.repeat(pixels[..., None], 3, axis=2),
    'mono16': lambda pixels: np.repeat((pixels >> 8).astype(np.uint8)[..., None], 3, axis=2),
}

_DEPTHS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    '16UC1': lambda pixels: _metres(pixels, MM_PER_M),
    'mono16': lambda pixels: _metres(pixels, MM_PER_M),
    '32FC1': lambda pixels: _metres(pixels, 1.0),
}

COLOR_ENCODINGS = frozenset({*_COLORS, *_CV_CODES})
DEPTH_ENCODINGS = frozenset(_DEPTHS)


def decode_image(
    encoding: str, height: int, width: int, step: int, is_bigendian: bool, data: Any
) -> np.ndarray:
    """
    Read the pixels as they are stored, without their padding.

    step     bytes from one row to the next
    data     a buffer of at least `step * height` bytes; the last row may lack its padding
    returns  (H, W) for one channel, else (H, W, C), in native byte order; maybe a read-only
             view of the data

    EncodingError if the encoding is unknown or the sizes do not fit.
    """
    if encoding not in LAYOUTS:
        raise EncodingError(
            f'image encoding {encoding!r} is not supported: publish one of {sorted(LAYOUTS)}'
        )
    kind, channels = LAYOUTS[encoding]
    dtype = np.dtype(kind).newbyteorder('>' if is_bigendian else '<')
    row_bytes = width * channels * dtype.itemsize
    raw = np.frombuffer(data, np.uint8)
    needed = step * (height - 1) + row_bytes
    if height < 1 or width < 1 or step < row_bytes or raw.size < needed:
        raise EncodingError(
            f'{encoding} image of {width}x{height} px, step {step}: want step >= {row_bytes} '
            f'and at least {max(needed, 0)} bytes, got {raw.size}'
        )
    rows = np.lib.stride_tricks.as_strided(raw, (height, row_bytes), (step, 1), writeable=False)
    pixels = np.ascontiguousarray(rows).view(dtype).astype(kind, copy=False)
    return pixels if channels == 1 else pixels.reshape(height, width, channels)


def to_rgb(encoding: str, pixels: np.ndarray) -> np.ndarray:
    """
    Turn decoded pixels into colours: uint8 (H, W, 3), RGB order, an array of its own.

    EncodingError if the encoding carries no colour or brightness.
    """
    if encoding in _COLORS:
        return np.array(_COLORS[encoding](pixels), order='C')
    if encoding in _CV_CODES:
        return _through_opencv(encoding, pixels)
    raise EncodingError(
        f'encoding {encoding!r} is no colour image: use one of {sorted(COLOR_ENCODINGS)}'
    )


def to_depth_m(encoding: str, pixels: np.ndarray) -> np.ndarray:
    """
    Turn decoded pixels into depth: float32 (H, W), metres, NaN where unknown.

    16 bit values are millimetres. EncodingError if the encoding carries no depth.
    """
    if encoding not in _DEPTHS:
        raise EncodingError(
            f'encoding {encoding!r} is no depth image: use one of {sorted(DEPTH_ENCODINGS)}'
        )
    return _DEPTHS[encoding](pixels)


def decode_compressed(data: Any) -> np.ndarray:
    """
    Read a JPEG or PNG file held in memory.

    returns  uint8 (H, W, 3) RGB, or the one channel of a 16 bit PNG as uint16 (H, W)

    EncodingError if it is damaged.
    """
    cv2 = opencv()
    raw = np.frombuffer(data, np.uint8)
    pixels = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED) if raw.size else None
    if pixels is None:
        raise EncodingError(
            f'compressed image of {raw.size} bytes: not a readable JPEG or PNG, maybe cut off'
        )
    if pixels.dtype == np.uint16:
        return np.asarray(pixels)
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    encoding = {1: 'mono8', 3: 'bgr8', 4: 'bgra8'}[channels]
    return to_rgb(encoding, pixels.reshape(pixels.shape[:2]) if channels == 1 else pixels)


def _metres(pixels: np.ndarray, per_m: float) -> np.ndarray:
    depth_m = pixels.astype(np.float32) / np.float32(per_m)
    depth_m[~(np.isfinite(depth_m) & (depth_m > 0))] = np.nan
    return depth_m


def _through_opencv(encoding: str, pixels: np.ndarray) -> np.ndarray:
    cv2 = opencv()
    try:
        return np.asarray(cv2.cvtColor(pixels, getattr(cv2, _CV_CODES[encoding])))
    except cv2.error as error:
        raise EncodingError(
            f'{encoding} image {pixels.shape} cannot be converted: {error}'
        ) from error
