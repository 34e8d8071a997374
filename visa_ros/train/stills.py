"""Clips from single pictures: the same picture again and again, bent differently each time."""

from __future__ import annotations

import cv2
import numpy as np

from visa_ros.train.clips import TrainingClip

_POINTS = 4
_GRID_PX = 8


def bent(clip: TrainingClip, rng: np.random.Generator, *, strength: float) -> TrainingClip:
    """
    Bend each frame of a clip by a thin-plate spline of its own.

    strength  standard deviation of how far it moves points, as a share of the shorter side;
              0: the clip itself

    Together with the moving views of `make_batch` (affine maps) this is XMem's practice on still
    pictures. What comes from outside the frame is grey, and background.
    """
    if strength <= 0:
        return clip
    hw = clip.instances.shape[1:]
    rgb, instances = np.empty_like(clip.rgb), np.empty_like(clip.instances)
    for k in range(len(rgb)):
        columns, rows = thin_plate(rng, hw, strength)
        rgb[k] = cv2.remap(
            clip.rgb[k], columns, rows, cv2.INTER_LINEAR, borderValue=(127, 127, 127)
        )
        instances[k] = cv2.remap(clip.instances[k], columns, rows, cv2.INTER_NEAREST)
    return TrainingClip(rgb=rgb, instances=instances)


def thin_plate(
    rng: np.random.Generator, hw: tuple[int, ...], strength: float
) -> tuple[np.ndarray, np.ndarray]:
    """
    Draw a smooth map of a picture onto itself.

    Returns the column and the row, float32 (H, W) px, from which each pixel comes: the thin-plate
    spline through a grid of points that are moved at random.
    """
    extent = np.array(hw, float) - 1
    side = np.linspace(0.0, 1.0, _POINTS)
    points = np.stack(np.meshgrid(side, side, indexing='ij'), axis=-1).reshape(-1, 2) * extent
    moved = points + rng.normal(0, strength * min(hw), points.shape)
    coarse = [np.linspace(0, n - 1, max(2, n // _GRID_PX)) for n in hw]
    places = np.stack(np.meshgrid(*coarse, indexing='ij'), axis=-1)  # (h, w, 2)
    maps = _spline(points, moved, places.reshape(-1, 2)).reshape(places.shape)
    # The map is smooth, so it is computed on a coarse grid whose corners are those of the picture.
    rows, columns = (_enlarged(maps[..., n], hw) for n in (0, 1))
    return columns, rows


def _spline(points: np.ndarray, values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Interpolate values (P, 2), known at points (P, 2), at places (Q, 2)."""
    count = len(points)
    affine = np.hstack((np.ones((count, 1)), points))
    system = np.block([[_kernel(points, points), affine], [affine.T, np.zeros((3, 3))]])
    weights = np.linalg.solve(system, np.vstack((values, np.zeros((3, 2)))))
    here = np.hstack((_kernel(places, points), np.ones((len(places), 1)), places))
    return np.asarray(here @ weights)


def _kernel(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """r^2 log r between all pairs: (A, 2) and (B, 2) to (A, B)."""
    squared = ((left[:, None] - right) ** 2).sum(-1)
    return np.asarray(0.5 * squared * np.log(np.maximum(squared, 1e-12)))


def _enlarged(coarse: np.ndarray, hw: tuple[int, ...]) -> np.ndarray:
    """Bilinear (h, w) to float32 (H, W), corners on corners."""
    columns, rows = np.meshgrid(
        *(
            np.linspace(0, n - 1, m, dtype=np.float32)
            for n, m in zip(coarse.shape[::-1], hw[::-1], strict=True)
        )
    )
    return cv2.remap(coarse.astype(np.float32), columns, rows, cv2.INTER_LINEAR)
