"""Oriented boxes around points, right for flat, straight and single points too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ANGLES_RAD = np.deg2rad(np.arange(0.0, 90.0, 1.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class OrientedBox:
    """
    A box in the frame of the points.

    center_m  float64 (3,)
    rotation  float64 (3, 3)  points_from_box, a rotation; its columns are the axes of the box
    size_m    float64 (3,)    full side lengths
    """

    center_m: Floats
    rotation: Floats
    size_m: Floats


def oriented_box(points_m: NDArray[np.floating], *, up: Floats | None = None) -> OrientedBox:
    """
    Find a tight box around points; the same points give the same box.

    points_m  (P, 3), P >= 1
    up        unit normal of what the object stands on: the third axis of the box, which is then
              as small as can be on that plane. None: the axes follow the spread of the points
    """
    points = np.asarray(points_m, np.float64)
    rotation = _principal_axes(points) if up is None else _axes_on_plane(points, up)
    local = points @ rotation
    low, high = local.min(axis=0), local.max(axis=0)
    return OrientedBox(
        center_m=rotation @ ((low + high) / 2), rotation=rotation, size_m=high - low
    )


def _principal_axes(points: Floats) -> Floats:
    """Axes by falling spread; the largest component of the first two is made positive."""
    centred = points - points.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.where(axes[largest, np.arange(3)] < 0, -1.0, 1.0)
    axes[:, 2] = np.cross(axes[:, 0], axes[:, 1])
    return axes


def _axes_on_plane(points: Floats, up: Floats) -> Floats:
    """Axes of the rectangle of least area around the points as seen from above."""
    helper = np.eye(3)[np.abs(up).argmin()]
    first = np.cross(helper, up)
    first /= np.linalg.norm(first)
    second = np.cross(up, first)
    flat = points @ np.stack((first, second), axis=1)  # (P, 2)
    cos, sin = np.cos(_ANGLES_RAD), np.sin(_ANGLES_RAD)
    x = flat @ np.stack((cos, sin))  # (P, angles)
    y = flat @ np.stack((-sin, cos))
    best = int(np.argmin(np.ptp(x, axis=0) * np.ptp(y, axis=0)))
    axis = cos[best] * first + sin[best] * second
    return np.stack((axis, np.cross(up, axis), up), axis=1)
