"""How much of each object a camera sees, by casting rays: no OpenGL, no driver's rounding."""

from __future__ import annotations

import mujoco
import numpy as np

from visa_ros.structs import Camera

# Surfaces are in these groups of geoms; group 3 has the hulls for contacts.
_SURFACES = np.array([1, 1, 1, 0, 0, 0], np.uint8)


def visible_pixels(
    model: mujoco.MjModel,
    data: mujoco.MjData,
    instance_of_body: np.ndarray,
    *,
    pose: np.ndarray,
    camera: Camera,
    stride: int,
) -> np.ndarray:
    """
    Estimate the visible pixels of each instance, int64 (instances + 1,); 0 is background.

    data    its kinematics are up to date
    pose    float64 (4, 4), world from the optical frame
    stride  one ray for so many columns and rows, through the middle of the pixels it stands for
    """
    rays = _rays(camera, stride) @ pose[:3, :3].T
    geoms, distance = np.full(len(rays), -1, np.int32), np.zeros(len(rays))
    mujoco.mj_multiRay(
        model, data, np.ascontiguousarray(pose[:3, 3]), rays.ravel(), _SURFACES, True, -1,
        geoms, distance, None, len(rays), mujoco.mjMAXVAL,
    )  # fmt: skip
    hit = geoms[geoms >= 0]
    instances = instance_of_body[model.geom_bodyid[hit]]
    return np.bincount(instances, minlength=model.nbody) * stride**2


def _rays(camera: Camera, stride: int) -> np.ndarray:
    """Directions of unit length in the optical frame, float64 (rays, 3)."""
    middle = (stride - 1) / 2
    x = (np.arange(0, camera.width, stride) + middle - camera.cx) / camera.fx
    y = (np.arange(0, camera.height, stride) + middle - camera.cy) / camera.fy
    grid = np.stack((*np.meshgrid(x, y), np.ones((len(y), len(x)))), axis=-1).reshape(-1, 3)
    return np.asarray(grid / np.linalg.norm(grid, axis=1, keepdims=True))
