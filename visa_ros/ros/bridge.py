"""
Colour encodings that visa_ros.video.encodings does not know.

They go through cv_bridge where it can be trusted, else, for those of 16 bit, through numpy and
OpenCV. Two kinds of cv_bridge cannot be trusted: the one of PyPI, a port of ROS 1 that reads
some encodings wrongly without an error, and one that was compiled for numpy 1 when numpy 2 is
installed, which does not import.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
import importlib
import importlib.util
import logging
from typing import Any

import numpy as np
from sensor_msgs.msg import Image

from visa_ros.errors import EncodingError
from visa_ros.video.encodings import COLOR_ENCODINGS, decode_image, to_rgb

_log = logging.getLogger(__name__)

_COMPILED = 'cv_bridge.boost.cv_bridge_boost'  # Python code in PyPI's port

# 16 bit encoding -> the 8 bit one with the same layout, and its number of channels.
_WIDE: Mapping[str, tuple[str, int]] = {
    'rgb16': ('rgb8', 3),
    'bgr16': ('bgr8', 3),
    'rgba16': ('rgba8', 4),
    'bgra16': ('bgra8', 4),
    'bayer_rggb16': ('bayer_rggb8', 1),
    'bayer_bggr16': ('bayer_bggr8', 1),
    'bayer_gbrg16': ('bayer_gbrg8', 1),
    'bayer_grbg16': ('bayer_grbg8', 1),
}


def foreign_to_rgb(msg: Image) -> np.ndarray:
    """
    Convert an image of a rare encoding to uint8 (H, W, 3), RGB order.

    EncodingError, which names the encoding, if nothing here can.
    """
    bridge = cv_bridge()
    if bridge is not None:
        return _through_cv_bridge(bridge, msg)
    if msg.encoding in _WIDE:
        return _wide_to_rgb(msg)
    known = sorted({*COLOR_ENCODINGS, *_WIDE})
    raise EncodingError(
        f'image encoding {msg.encoding!r} is not supported: publish one of {known}, '
        'or install cv_bridge of the ROS distribution'
    )


@lru_cache(maxsize=1)
def cv_bridge() -> Any | None:
    """Return a CvBridge that works, or None."""
    try:
        if importlib.util.find_spec('cv_bridge') is None:
            return None
        compiled = importlib.util.find_spec(_COMPILED)
        if compiled is None or (compiled.origin or '').endswith('.py'):
            _log.info("cv_bridge is not used: it is PyPI's port, which misreads encodings")
            return None
        importlib.import_module(_COMPILED)
        return importlib.import_module('cv_bridge').CvBridge()
    except Exception as error:  # its extension may fail in any way next to another numpy
        _log.info('cv_bridge is not used, it does not work here: %s', error)
        return None


def _through_cv_bridge(bridge: Any, msg: Image) -> np.ndarray:
    try:
        rgb = np.asarray(bridge.imgmsg_to_cv2(msg, 'rgb8'))
    except Exception as error:  # CvBridgeError, and whatever OpenCV raises under it
        raise EncodingError(
            f'image encoding {msg.encoding!r}: cv_bridge cannot convert it: {error}'
        ) from error
    if rgb.dtype != np.uint8 or rgb.shape != (msg.height, msg.width, 3):
        raise EncodingError(
            f'image encoding {msg.encoding!r}: cv_bridge made {rgb.dtype} {rgb.shape} of it'
        )
    return rgb


def _wide_to_rgb(msg: Image) -> np.ndarray:
    """Keep the high byte of each value; 8 bit is what the model sees."""
    narrow, channels = _WIDE[msg.encoding]
    values = decode_image(
        '16UC1', msg.height, msg.width * channels, msg.step, bool(msg.is_bigendian), msg.data
    )
    pixels = (values >> 8).astype(np.uint8)
    shape = (msg.height, msg.width) if channels == 1 else (msg.height, msg.width, channels)
    return to_rgb(narrow, pixels.reshape(shape))
