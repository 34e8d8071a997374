"""
What a depth image tells about shapes: maps for a network, as the pictures are for its colours.

After HHA (Gupta et al., Learning Rich Features from RGB-D Images, 2014): height above the ground,
which on a table is that above the table, and angle with it; and besides it the normals as the
camera sees them and the scale.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from visa_ros.geometry.camera import rays
from visa_ros.geometry.planes import fit_plane
from visa_ros.structs import Camera, Frame

CHANNELS = 6
"""Height, normal x and y, cosine of the normal's angle with the plane's, scale, known."""
KNOWN = 5
"""The last channel: 1 where there is depth; 0 where there is none, and then so are all others."""
_HEIGHT_M = 0.1  # 1 in the map
_HEIGHTS = (-1.0, 3.0)
_SCALE_M = 0.003  # of the width that a pixel of the map spans: 0 in the map
_PLANE_M = 0.008
_PLANE_SHARE = 0.15
_LEAST_KNOWN = 0.05


def relief(
    depth_m: NDArray[np.float32], camera: Camera, hw: tuple[int, int]
) -> NDArray[np.float32] | None:
    """
    Describe the shape of what is seen.

    depth_m  float32 (H, W)  metres along the optical axis; NaN, inf or <= 0 is unknown
    hw       of the result
    returns  float32 (CHANNELS, h, w), all of about 1; None where hardly any depth is known

    InvalidFrameError if the distortion of the camera is not known.
    """
    rows, columns = (
        ((np.arange(small) + 0.5) * large / small).astype(int)
        for small, large in zip(hw, depth_m.shape, strict=True)
    )
    z = depth_m[rows[:, None], columns]
    directions = rays(camera)[rows[:, None], columns]
    with np.errstate(invalid='ignore'):
        known = np.isfinite(z) & (z > 0) & np.isfinite(directions[..., 0])
    if known.mean() < _LEAST_KNOWN:
        return None
    z = np.where(known, z, 0).astype(np.float32)
    points = np.concatenate((directions * z[..., None], z[..., None]), axis=2)
    points[~known] = 0
    normals = _normals(points, known)
    maps = np.zeros((CHANNELS, *hw), np.float32)
    maps[1:3] = np.moveaxis(normals[..., :2], -1, 0)
    plane = fit_plane(points[known], tolerance_m=_PLANE_M, min_share=_PLANE_SHARE)
    if plane is not None:
        height = plane.height_m(points.reshape(-1, 3)).reshape(hw) / _HEIGHT_M
        maps[0] = np.clip(height, *_HEIGHTS)
        maps[3] = normals @ plane.normal.astype(np.float32)
    with np.errstate(divide='ignore'):
        maps[4] = np.log(z * (depth_m.shape[1] / hw[1] / camera.fx / _SCALE_M))
    maps[KNOWN] = 1
    maps[:, ~known] = 0
    return maps


def relief_of(frame: Frame, hw: tuple[int, int]) -> NDArray[np.float32] | None:
    """Describe the shape of what a frame shows, as `relief` does; None also without camera."""
    if frame.depth_m is None or frame.camera is None:
        return None
    return relief(frame.depth_m, frame.camera, hw)


def _normals(points: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """
    Unit normals of a grid of points (h, w, 3), towards the camera.

    Of means over 3x3 points, for depth comes in steps; at edges they mean little.
    """
    count = cv2.blur(known.astype(np.float32), (3, 3))[..., None]
    smooth = cv2.blur(points, (3, 3)) / np.maximum(count, np.float32(1e-6))
    right = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3)
    normals = np.cross(down, right)
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    return normals / np.maximum(length, np.float32(1e-12))
