"""Where the simulated camera is, and its intrinsics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visa_ros.structs import Camera

OPTICAL_FROM_GL = np.diag([1.0, -1.0, -1.0])
"""OpenGL cameras look along -z with y up, optical frames along +z with y down."""


@dataclass(frozen=True, kw_only=True)
class CameraPath:
    """
    A camera that looks at a point on the table and may swing slowly around it.

    target               m, world
    azimuth, elevation   rad, at rest; distance in m
    fovy_deg             full vertical field of view
    swing_rad, lift_rad  amplitudes of the motion; 0 for a fixed camera
    period_s             of a full swing
    """

    target: tuple[float, float, float]
    azimuth: float
    elevation: float
    distance: float
    fovy_deg: float
    swing_rad: float = 0.0
    lift_rad: float = 0.0
    period_s: float = 12.0

    def world_from_camera(self, time_s: float) -> np.ndarray:
        """Pose of the optical frame, float64 (4, 4)."""
        phase = 2 * np.pi * time_s / self.period_s
        azimuth = self.azimuth + self.swing_rad * np.sin(phase)
        elevation = self.elevation + self.lift_rad * np.sin(0.7 * phase)
        back = np.array([
            np.cos(elevation) * np.cos(azimuth),
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
        ])  # fmt: skip
        right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
        pose = np.eye(4)
        pose[:3, :3] = np.stack((right, np.cross(back, right), back), 1) @ OPTICAL_FROM_GL
        pose[:3, 3] = np.asarray(self.target) + self.distance * back
        return pose


def draw_path(rng: np.random.Generator, *, moving: bool) -> CameraPath:
    """Draw a view of the table."""
    x, y = rng.uniform(-0.05, 0.05, 2)
    fovy = float(rng.uniform(38, 56))
    elevation = float(rng.uniform(0.4, 1.2))
    # The middle of the table about fills the picture, whatever the lens and the slant are.
    half_height = max(0.25, 0.29 * np.sin(elevation) + 0.06)
    near = rng.uniform(0.8, 1.35) * half_height / np.tan(np.deg2rad(fovy / 2))
    return CameraPath(
        target=(float(x), float(y), 0.03),
        azimuth=float(rng.uniform(0, 2 * np.pi)),
        elevation=elevation,
        distance=float(near),
        fovy_deg=fovy,
        swing_rad=float(rng.uniform(0.12, 0.35) * rng.choice([-1, 1])) if moving else 0.0,
        lift_rad=float(rng.uniform(-0.08, 0.08)) if moving else 0.0,
        period_s=float(rng.uniform(9, 15)),
    )


def intrinsics(width: int, height: int, fovy_deg: float) -> Camera:
    """Pinhole camera with square pixels and its axis through the middle of the image."""
    focal = height / 2 / float(np.tan(np.deg2rad(fovy_deg) / 2))
    return Camera(
        width=width, height=height, fx=focal, fy=focal, cx=(width - 1) / 2, cy=(height - 1) / 2
    )


def project(points: np.ndarray, world_from_camera: np.ndarray, camera: Camera) -> np.ndarray:
    """Pixel coordinates (N, 2) of points (N, 3) in the world; they must lie before the camera."""
    local = (points - world_from_camera[:3, 3]) @ world_from_camera[:3, :3]
    scale = np.array([camera.fx, camera.fy]) / local[:, 2:]
    return local[:, :2] * scale + [camera.cx, camera.cy]
