"""Depth as a real camera would give it, and the relief that is left of it."""

from __future__ import annotations

import cv2
import numpy as np

from visa_ros.geometry.relief import CHANNELS, relief
from visa_ros.sim.record import SceneRecord

_NO_DEPTH_SHARE = 0.2
_NOISY_SHARE = 0.7
_NOISE_MAX = 0.004  # m at 1 m, growing with the square of the distance
_SCALE_STD = 0.01
_HOLED_SHARE = 0.5
_HOLES_MAX = 12
_EDGE = 0.02  # relative step of depth at which a camera sees none
_EDGE_SHARE = 0.4


def drawn_relief(
    depth_m: np.ndarray, record: SceneRecord, hw: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    """
    Describe depth (H, W), float32 (CHANNELS, h, w); at times there is none: all is 0.

    record  with the camera of this depth
    """
    maps = None
    if rng.random() >= _NO_DEPTH_SHARE:
        maps = relief(depth_m, record.camera, hw)
    return np.zeros((CHANNELS, *hw), np.float32) if maps is None else maps


def spoiled(depth_m: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """
    Give depth (H, W) the faults of a camera: noise, a wrong scale, holes, no depth at edges.

    Of the size that the camera gives: grain and holes are so many of its pixels.
    """
    depth_m = depth_m * np.float32(1 + rng.normal(0, _SCALE_STD))
    if rng.random() < _EDGE_SHARE:
        depth_m = _without_edges(depth_m)
    if rng.random() < _NOISY_SHARE:
        # Neighbours err alike: cameras compare patches.
        coarse = rng.normal(0, 1, (depth_m.shape[0] // 3, depth_m.shape[1] // 3))
        noise = cv2.resize(coarse.astype(np.float32), depth_m.shape[::-1])
        depth_m = depth_m + np.float32(rng.uniform(0, _NOISE_MAX)) * noise * depth_m**2
    if rng.random() < _HOLED_SHARE:
        depth_m = _holed(depth_m, rng)
    return depth_m


def _without_edges(depth_m: np.ndarray) -> np.ndarray:
    known = np.nan_to_num(depth_m)
    around = np.ones((3, 3), np.uint8)
    step = cv2.dilate(known, around) - cv2.erode(known, around)
    return np.where(step > _EDGE * known, np.float32(np.nan), depth_m)


def _holed(depth_m: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    holes = np.zeros(depth_m.shape, np.uint8)
    height, width = depth_m.shape
    for _ in range(int(rng.integers(1, _HOLES_MAX))):
        center = int(rng.integers(width)), int(rng.integers(height))
        across, down = (int(axis) for axis in rng.integers(2, max(3, width // 20), 2))
        cv2.ellipse(
            holes, center, (across, down), float(rng.uniform(0, 180)), 0, 360, 1, cv2.FILLED
        )
    return np.where(holes > 0, np.float32(np.nan), depth_m)
