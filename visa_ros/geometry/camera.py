"""
Pinhole and fisheye cameras: from pixels to rays and back.

Distortion follows OpenCV's models under the names of sensor_msgs: 'plumb_bob' (k1 k2 p1 p2 k3),
'rational_polynomial' (k1 k2 p1 p2 k3 k4 k5 k6) and 'equidistant' (k1 k2 k3 k4).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import InvalidFrameError
from visa_ros.structs import Camera

Floats = NDArray[np.float64]

_PINHOLE = ('none', '')
_MAX_COEFFICIENTS = {'plumb_bob': 5, 'rational_polynomial': 8, 'equidistant': 4}
_ITERATIONS = 30
_WORST_PX = 0.1  # a ray that projects farther from its pixel has no solution


def camera_from_info(
    *,
    width: int,
    height: int,
    k: Sequence[float],
    d: Sequence[float] = (),
    distortion_model: str = 'none',
) -> Camera:
    """
    Make a camera from the numbers of a sensor_msgs/CameraInfo.

    k  3x3 intrinsics, row-major
    d  distortion coefficients

    InvalidFrameError if the camera is not calibrated or its distortion is not known.
    """
    if len(k) != 9:
        raise InvalidFrameError(f'camera: want 9 intrinsics, got {len(k)}')
    camera = Camera(
        width=int(width),
        height=int(height),
        fx=float(k[0]),
        fy=float(k[4]),
        cx=float(k[2]),
        cy=float(k[5]),
        distortion_model=distortion_model or 'none',
        distortion=tuple(float(value) for value in d),
    )
    _coefficients(camera)
    return camera


@lru_cache(maxsize=8)
def rays(camera: Camera) -> NDArray[np.float32]:
    """
    Directions of all pixels, undistorted: float32 (H, W, 2), x/z and y/z in the optical frame.

    NaN where a pixel looks sideways or backwards, or where the distortion model has no inverse.
    The table is shared and read-only. InvalidFrameError if the distortion is not known.
    """
    x, y = np.meshgrid(
        (np.arange(camera.width) - camera.cx) / camera.fx,
        (np.arange(camera.height) - camera.cy) / camera.fy,
    )
    table = np.stack(_undistort(x, y, camera), axis=-1).astype(np.float32)
    table.setflags(write=False)
    return table


def project(points_m: NDArray[np.floating], camera: Camera) -> Floats:
    """
    Pixels of points: float64 (P, 2), u and v, counted from the centre of the top left pixel.

    points_m  (P, 3) in the optical frame; NaN comes back for points that are not in front
    """
    points = np.asarray(points_m, np.float64)
    z = np.where(points[:, 2] > 0, points[:, 2], np.nan)
    x, y = _distort(points[:, 0] / z, points[:, 1] / z, camera)
    return np.stack((x * camera.fx + camera.cx, y * camera.fy + camera.cy), axis=1)


def _undistort(x: Floats, y: Floats, camera: Camera) -> tuple[Floats, Floats]:
    if camera.distortion_model in _PINHOLE:
        return x, y
    k = _coefficients(camera)
    with np.errstate(all='ignore'):
        if camera.distortion_model == 'equidistant':
            found = _fisheye_inverse(x, y, k)
        else:
            found = _brown_inverse(x, y, k)
        again = _distort(*found, camera)
        error_px = np.hypot((again[0] - x) * camera.fx, (again[1] - y) * camera.fy)
        good = error_px < _WORST_PX
    return np.where(good, found[0], np.nan), np.where(good, found[1], np.nan)


def _distort(x: Floats, y: Floats, camera: Camera) -> tuple[Floats, Floats]:
    if camera.distortion_model in _PINHOLE:
        return x, y
    k = _coefficients(camera)
    if camera.distortion_model == 'equidistant':
        radius = np.hypot(x, y)
        scale = np.divide(
            _fisheye_radius(np.arctan(radius), k),
            radius,
            out=np.ones_like(radius),
            where=radius > 0,
        )
        return x * scale, y * scale
    scale, shift_x, shift_y = _brown_terms(x, y, k)
    return x * scale + shift_x, y * scale + shift_y


def _brown_terms(x: Floats, y: Floats, k: Floats) -> tuple[Floats, Floats, Floats]:
    """Radial factor and tangential shifts of the Brown-Conrady model."""
    k1, k2, p1, p2, k3, k4, k5, k6 = k
    r2 = x * x + y * y
    scale = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)))
    shift_x = 2 * p1 * x * y + p2 * (r2 + 2 * x * x)
    shift_y = p1 * (r2 + 2 * y * y) + 2 * p2 * x * y
    return scale, shift_x, shift_y


def _brown_inverse(x: Floats, y: Floats, k: Floats) -> tuple[Floats, Floats]:
    """Fixed-point iteration; it may run away where the distortion is extreme."""
    found_x, found_y = x, y
    for _ in range(_ITERATIONS):
        scale, shift_x, shift_y = _brown_terms(found_x, found_y, k)
        found_x, found_y = (x - shift_x) / scale, (y - shift_y) / scale
    return found_x, found_y


def _fisheye_radius(theta: Floats, k: Floats) -> Floats:
    t2 = theta * theta
    k1, k2, k3, k4 = (float(value) for value in k)
    return theta * (1 + t2 * (k1 + t2 * (k2 + t2 * (k3 + t2 * k4))))


def _fisheye_inverse(x: Floats, y: Floats, k: Floats) -> tuple[Floats, Floats]:
    """Newton's method for the angle to the optical axis."""
    radius = np.hypot(x, y)
    k1, k2, k3, k4 = k
    theta = radius.copy()
    for _ in range(_ITERATIONS):
        t2 = theta * theta
        slope = 1 + t2 * (3 * k1 + t2 * (5 * k2 + t2 * (7 * k3 + t2 * 9 * k4)))
        theta = theta - (_fisheye_radius(theta, k) - radius) / slope
    ahead = (theta >= 0) & (theta < np.pi / 2)
    tangent = np.where(ahead, np.tan(theta), np.nan)
    scale = np.divide(tangent, radius, out=np.ones_like(radius), where=radius > 0)
    return x * scale, y * scale


def _coefficients(camera: Camera) -> Floats:
    """Distortion coefficients, padded with zeros to the size of the model."""
    model, given = camera.distortion_model, camera.distortion
    if model in _PINHOLE:
        return np.zeros(0)
    if model not in _MAX_COEFFICIENTS:
        raise InvalidFrameError(
            f'distortion model {model!r} is not known: use none or one of '
            f'{sorted(_MAX_COEFFICIENTS)}, or publish rectified images'
        )
    if len(given) > _MAX_COEFFICIENTS[model]:
        raise InvalidFrameError(
            f'{model}: want at most {_MAX_COEFFICIENTS[model]} coefficients, got {len(given)}'
        )
    size = 4 if model == 'equidistant' else 8
    return np.pad(np.asarray(given, np.float64), (0, size - len(given)))
