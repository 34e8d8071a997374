"""What the designs of several kinds share: cuts, extrusions and uneven skins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.shapes import lathe, Part, sweep


def flat(outline: Sequence[Sequence[float]] | np.ndarray, z: float, *, bulge: float = 0.0) -> Part:
    """Face that looks up, its outline (n, 2) counter-clockwise; bulge raises its middle, m."""
    ring = np.asarray(outline, float)
    rim = np.column_stack((ring, np.full(len(ring), z)))
    i = np.arange(len(ring))
    faces = np.stack((i, (i + 1) % len(ring), np.full_like(i, len(ring))), 1)
    return Part(
        vertices=np.concatenate((rim, [[*ring.mean(0), z + bulge]])),
        faces=faces.astype(np.int32),
    )


def extruded(
    outline: Sequence[Sequence[float]] | np.ndarray, width: float, *, bevel: float = 0.0
) -> Part:
    """Solid with a side view (x, z), counter-clockwise, as wide as `width` along y."""
    ring = np.asarray(outline, float)
    middle = (ring.min(0) + ring.max(0)) / 2
    section = (ring - middle)[::-1, ::-1]
    inner = 1 - bevel / np.abs(section).max(0)
    y = np.array([-width / 2, bevel - width / 2, width / 2 - bevel, width / 2])
    path = np.stack((np.full(4, middle[0]), y, np.full(4, middle[1])), 1)
    if not bevel:
        return sweep(path[[0, 3]], section, 1.0)
    return sweep(path, section, np.stack((inner, np.ones(2), np.ones(2), inner)))


def sector(
    profile: np.ndarray, portion: float, *, start: float = 0.0, segments: int = 16
) -> tuple[Part, Part]:
    """Piece of a turned solid, cut out along its axis: its skin and its two cut faces."""
    skin = lathe(profile, segments=segments, start=start, portion=portion)
    count = len(profile)
    middle = profile.mean(0)
    i = np.arange(count)
    fan = np.stack((i, (i + 1) % count, np.full(count, count)), 1)
    points = []
    for turns in (start, start + portion):
        r, h = np.concatenate((profile, middle[None])).T
        angle = 2 * np.pi * turns
        points.append(np.stack((r * np.cos(angle), r * np.sin(angle), h), 1))
    faces = np.concatenate((fan, fan[:, ::-1] + count + 1)).astype(np.int32)
    return skin, Part(vertices=np.concatenate(points), faces=faces)


def split(part: Part, chosen: np.ndarray) -> tuple[Part, Part]:
    """Divide a part into its chosen faces and the others."""
    return replace(part, faces=part.faces[chosen]), replace(part, faces=part.faces[~chosen])


def face_centers(part: Part) -> np.ndarray:
    """Centre of each face, (F, 3)."""
    return np.asarray(part.vertices[part.faces].mean(1))


def bumpy(rng: np.random.Generator, part: Part, depth: float, size: float) -> Part:
    """Make a part uneven by about `depth`, with bumps of about `size`, m."""
    waves = rng.normal(0, 0.5 / size, (8, 3))
    swell = np.sin(2 * np.pi * (part.vertices @ waves.T + rng.random(8))).sum(1) / 2
    arm = part.vertices - part.vertices.mean(0)
    arm /= np.maximum(np.linalg.norm(arm, axis=1, keepdims=True), 1e-9)
    return replace(part, vertices=part.vertices + arm * (depth * swell)[:, None])


def leaf(length: float, width: float, *, rise: float) -> Part:
    """Pointed leaf from the origin along x; its tip lies `rise` higher."""
    t = np.linspace(0, 1, 9)
    path = np.stack((length * t, 0 * t, rise * np.sin(t * np.pi * 0.6)), 1)
    half = width / 2 * np.sin(np.pi * t) ** 0.8 + 0.0006
    angles = 2 * np.pi * np.arange(8) / 8
    section = np.stack((np.cos(angles), np.sin(angles)), 1)
    return sweep(path, section, np.stack((np.full(9, 0.0008), half), 1))
