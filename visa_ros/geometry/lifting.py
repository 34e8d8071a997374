"""From depth images to points. Pure numpy; the tables of rays are cached per camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import InvalidFrameError
from visa_ros.geometry.camera import rays
from visa_ros.structs import Camera


def valid_pixels(
    depth_m: NDArray[np.float32], mask: NDArray[np.bool_], camera: Camera
) -> NDArray[np.bool_]:
    """Pixels of a mask that have a depth and a ray: bool (H, W); see lift_mask."""
    hw = (camera.height, camera.width)
    if depth_m.shape != hw or mask.shape != hw:
        raise InvalidFrameError(
            f'depth {depth_m.shape} and mask {mask.shape} do not match the camera {hw}'
        )
    with np.errstate(invalid='ignore'):
        known = (depth_m > 0) & np.isfinite(depth_m)
    return mask & known & np.isfinite(rays(camera)[..., 0])


def lift_mask(
    depth_m: NDArray[np.float32], mask: NDArray[np.bool_], camera: Camera
) -> NDArray[np.float32]:
    """
    Back-project the pixels of a mask that have a valid depth, row by row.

    depth_m  float32 (H, W)  metres along the optical axis; NaN, inf or <= 0 is unknown
    mask     bool    (H, W)
    returns  float32 (P, 3)  x, y, z in the optical frame; P may be 0

    InvalidFrameError if the sizes differ or the distortion of the camera is not known.
    """
    valid = valid_pixels(depth_m, mask, camera)
    z = depth_m[valid].astype(np.float32)[:, None]
    return np.concatenate((rays(camera)[valid] * z, z), axis=1)


def lift_image(depth_m: NDArray[np.float32], camera: Camera) -> NDArray[np.float32]:
    """
    Back-project a whole depth image.

    depth_m  float32 (H, W)     as for lift_mask
    returns  float32 (H, W, 3)  NaN where the depth is unknown
    """
    valid = valid_pixels(depth_m, np.ones(depth_m.shape, np.bool_), camera)
    z = np.where(valid, depth_m, np.nan).astype(np.float32)[..., None]
    return np.concatenate((rays(camera) * z, z), axis=2)
