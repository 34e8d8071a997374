"""
The plane that an object stands on or lies against.

Products are sums by einsum: a BLAS starts threads for them that cost more than they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TRIALS = 200
_SEED = 0
_POINTS_MAX = 2000


@dataclass(frozen=True, kw_only=True, eq=False)
class Plane:
    """
    Points with normal . p = offset_m.

    normal   float64 (3,), unit, towards the camera: the origin is on its positive side
    noise_m  root mean square distance of the points it was fitted to
    """

    normal: NDArray[np.float64]
    offset_m: float
    noise_m: float

    def height_m(self, points_m: NDArray[np.floating]) -> NDArray[np.float64]:
        """Signed distances of (P, 3) points: positive on the camera's side."""
        heights_m = np.einsum('px,x->p', points_m, self.normal) - self.offset_m
        return np.asarray(heights_m, np.float64)


def fit_plane(
    points_m: NDArray[np.floating], *, tolerance_m: float, min_share: float
) -> Plane | None:
    """
    Find the plane that most of the points lie on, by RANSAC with a fixed seed.

    points_m     (P, 3) in the optical frame
    tolerance_m  distance at which a point lies on the plane
    min_share    share of the points it must hold; None is returned if no plane does
    """
    points = np.asarray(points_m, np.float64)
    if len(points) < 3:
        return None
    rng = np.random.default_rng(_SEED)
    if len(points) > _POINTS_MAX:
        points = points[rng.choice(len(points), _POINTS_MAX, replace=False)]
    corners = points[rng.integers(len(points), size=(_TRIALS, 3))]  # (trials, 3, xyz)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    usable = lengths > 1e-12
    if not usable.any():
        return None
    normals = normals[usable] / lengths[usable, None]
    offsets = np.einsum('tx,tx->t', normals, corners[usable, 0])
    distances_m = np.einsum('px,tx->pt', points, normals) - offsets
    inside = np.abs(distances_m) <= tolerance_m  # (P, trials)
    best = int(inside.sum(axis=0).argmax())
    if inside[:, best].mean() < min_share:
        return None
    return _refine(points[inside[:, best]])


def _refine(points: NDArray[np.float64]) -> Plane:
    """Least squares over the points of the plane."""
    center = points.mean(axis=0)
    normal = np.linalg.eigh((points - center).T @ (points - center))[1][:, 0]
    offset_m = float(normal @ center)
    noise_m = float(np.sqrt(np.mean((np.einsum('px,x->p', points, normal) - offset_m) ** 2)))
    if offset_m > 0:
        normal, offset_m = -normal, -offset_m
    return Plane(normal=normal, offset_m=offset_m, noise_m=noise_m)
