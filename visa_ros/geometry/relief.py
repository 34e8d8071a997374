"""
What a depth image tells about shapes: maps for a network, as the pictures are for its colours.

After HHA (Gupta et al., Learning Rich Features from RGB-D Images, 2014): height above the plane
that most of the picture shows, which is mostly the table, and angle with it; besides, the normals
as the camera sees them and the scale.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import InvalidFrameError
from visa_ros.geometry.camera import rays
from visa_ros.geometry.planes import fit_plane, Plane
from visa_ros.structs import Camera, Frame

CHANNELS = 6
"""Height, normal x and y, cosine of the normal's angle with the plane's, scale, known."""
KNOWN = 5
"""The last channel: 1 where there is depth; 0 where there is none, and then so are all others."""
ACROSS = 1
"""The channel of the normals' x, which a mirror turns."""
_HEIGHT_M = 0.1  # the height that is 1 in its map
_HEIGHTS = (-1.0, 3.0)  # bounds of that map
_SCALE_M = 0.003  # width that a pixel spans where the map of scale is 0
_SCALES = (-4.0, 4.0)  # bounds of that map
_PLANE_M = 0.008  # distance at which a point lies on the plane
_PLANE_SHARE = 0.15  # of the known points that a plane must hold
_FLOOR_M = 0.3  # a plane so much below another that is parallel is the floor, the other a table
_PARALLEL = 0.98  # cosine of two normals
_LEAST_KNOWN = 0.05  # share of the pixels


def relief(
    depth_m: NDArray[np.float32], camera: Camera, hw: tuple[int, int]
) -> NDArray[np.float32] | None:
    """
    Describe the shape of what is seen.

    depth_m  float32 (H, W)  metres along the optical axis; NaN, inf or <= 0 is unknown
    hw       of the result
    returns  float32 (CHANNELS, h, w), all of about 1; None where hardly any depth is known

    InvalidFrameError if the camera is of another size, or its distortion is not known.
    """
    if depth_m.shape != (camera.height, camera.width):
        raise InvalidFrameError(
            f'depth {depth_m.shape} does not match the camera {(camera.height, camera.width)}'
        )
    points, known = _points(depth_m, camera, hw)
    if known.mean() < _LEAST_KNOWN:
        return None
    normals = _normals(points, known)
    maps = np.zeros((CHANNELS, *hw), np.float32)
    maps[1:3] = np.moveaxis(normals[..., :2], -1, 0)
    if (plane := _table(points[known])) is not None:
        height = plane.height_m(points.reshape(-1, 3)).reshape(hw) / _HEIGHT_M
        maps[0] = np.clip(height, *_HEIGHTS)
        maps[3] = np.einsum('hwx,x->hw', normals, plane.normal.astype(np.float32))
    with np.errstate(divide='ignore'):
        spans_m = points[..., 2] * (depth_m.shape[1] / hw[1] / camera.fx)
        maps[4] = np.log(spans_m / _SCALE_M).clip(*_SCALES)
    maps[KNOWN] = 1
    maps[:, ~known] = 0
    return maps


def relief_of(frame: Frame, hw: tuple[int, int]) -> NDArray[np.float32] | None:
    """Describe the shape of what a frame shows, as `relief` does; None also without a camera."""
    if frame.depth_m is None or frame.camera is None:
        return None
    try:
        return relief(frame.depth_m, frame.camera, hw)
    except InvalidFrameError:  # a lens that nobody knows: colours alone are worth an answer
        return None


def _points(
    depth_m: NDArray[np.float32], camera: Camera, hw: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Take a grid of pixels: points in the optical frame (h, w, 3), 0 where not known (h, w)."""
    rows, columns = (
        ((np.arange(small) + 0.5) * large / small).astype(int)
        for small, large in zip(hw, depth_m.shape, strict=True)
    )
    z = depth_m[rows[:, None], columns]
    directions = rays(camera)[rows[:, None], columns]
    with np.errstate(invalid='ignore'):
        known = np.isfinite(z) & (z > 0) & np.isfinite(directions[..., 0])
    z = np.where(known, z, 0).astype(np.float32)[..., None]
    points = np.concatenate((directions * z, z), axis=2)
    points[~known] = 0
    return points, known


def _table(points_m: NDArray[np.float32]) -> Plane | None:
    """Find the plane (of points (P, 3)) that things stand on, and not the floor below it."""
    plane = fit_plane(points_m, tolerance_m=_PLANE_M, min_share=_PLANE_SHARE)
    if plane is None:
        return None
    higher = points_m[plane.height_m(points_m) > _FLOOR_M]
    least = _PLANE_SHARE * len(points_m)
    if len(higher) < least:
        return plane
    table = fit_plane(higher, tolerance_m=_PLANE_M, min_share=least / len(higher))
    if table is None or table.normal @ plane.normal < _PARALLEL:
        return plane
    return table


def _normals(points: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """
    Unit normals of a grid of points (h, w, 3), towards the camera.

    Of means over 3x3 points, for depth comes in steps; at edges they mean little.
    """
    edge = cv2.BORDER_REPLICATE
    count = cv2.blur(known.astype(np.float32), (3, 3), borderType=edge)[..., None]
    smooth = cv2.blur(points, (3, 3), borderType=edge) / np.maximum(count, np.float32(1e-6))
    right = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, borderType=edge)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, borderType=edge)
    normals = np.cross(down, right)
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    return np.asarray(normals / np.maximum(length, np.float32(1e-12)), np.float32)
