"""Surfaces of procedural objects: lathes, sweeps, rounded boxes. numpy only; metres, z up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

CREASE_DEG = 38.0
"""Faces that meet at a larger angle than this are shaded as an edge."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """
    A surface of one material.

    vertices   float64 (V, 3)  m
    faces      int32   (F, 3)  counter-clockwise seen from outside
    rgba       0 to 1
    gloss      0 (matt) to 1 (polished)
    texcoords  float64 (V, 2) or None; texture uint8 (h, w, 3) or None, its first row at v = 1
    """

    vertices: np.ndarray
    faces: np.ndarray
    rgba: tuple[float, float, float, float] = (0.8, 0.8, 0.8, 1.0)
    gloss: float = 0.3
    texcoords: np.ndarray | None = None
    texture: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """
    A thing made of parts; the origin is at the centre of its underside, z points up.

    color     name of its main colour, '' where it has none worth naming
    model_id  where its shape comes from; a generator leaves it to its caller
    """

    parts: tuple[Part, ...]
    color: str
    model_id: str = ''

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest corner of the bounding box, float64 (3,), m."""
        points = np.concatenate([part.vertices for part in self.parts])
        return points.min(0), points.max(0)


def grounded(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Move the parts together so that the origin is at the centre of their underside."""
    points = np.concatenate([part.vertices for part in parts])
    low, high = points.min(0), points.max(0)
    origin = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return tuple(move(part, -origin) for part in parts)


def merged(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Join the parts of one material: fewer meshes build and draw faster."""
    groups: dict[object, list[Part]] = {}
    for part in parts:
        alike = (part.rgba, part.gloss) if part.texture is None else id(part)
        groups.setdefault(alike, []).append(part)
    return tuple(_joined(group) for group in groups.values())


def _joined(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(len(p.vertices) for p in parts[:-1])])
    faces = [p.faces + start for p, start in zip(parts, starts, strict=True)]
    return replace(
        parts[0],
        vertices=np.concatenate([p.vertices for p in parts]),
        faces=np.concatenate(faces).astype(np.int32),
        texcoords=None,
    )


def move(part: Part, offset: Sequence[float] | np.ndarray) -> Part:
    """Shift by an offset in m."""
    return replace(part, vertices=part.vertices + np.asarray(offset, float))


def stretch(part: Part, factors: Sequence[float]) -> Part:
    """Scale along the axes by positive factors."""
    return replace(part, vertices=part.vertices * np.asarray(factors, float))


def turn(part: Part, axis: str, degrees: float) -> Part:
    """Rotate about 'x', 'y' or 'z' through the origin."""
    return replace(part, vertices=part.vertices @ rotation(axis, degrees).T)


def rotation(axis: str, degrees: float) -> np.ndarray:
    """Rotation matrix (3, 3) about a coordinate axis, right-handed."""
    angle = np.deg2rad(degrees)
    i, j = {'x': (1, 2), 'y': (2, 0), 'z': (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = np.cos(angle)
    matrix[i, j], matrix[j, i] = -np.sin(angle), np.sin(angle)
    return matrix


def lathe(
    profile: Sequence[Sequence[float]] | np.ndarray,
    *,
    segments: int = 32,
    start: float = 0.0,
    portion: float = 1.0,
) -> Part:
    """
    Turn a profile of (radius, height) about z; it runs from the foot up the outside.

    start, portion: where a partial turn begins and how far it goes, in whole turns.
    """
    profile = np.asarray(profile, float)
    whole = portion >= 1.0
    angles = 2 * np.pi * (start + portion * np.arange(segments + (not whole)) / segments)
    ring = np.stack((np.cos(angles), np.sin(angles)), axis=1)
    flat = profile[:, None, :1] * ring[None]
    heights = np.broadcast_to(profile[:, None, 1:], (*flat.shape[:2], 1))
    vertices = np.concatenate((flat, heights), axis=2).reshape(-1, 3)
    return _solid(vertices, _grid_faces(len(profile), len(angles), wrap=whole))


def sweep(
    path: Sequence[Sequence[float]] | np.ndarray,
    section: np.ndarray,
    scale: Sequence[float] | np.ndarray | float,
    *,
    across: Sequence[float] = (0.0, 0.0, 1.0),
) -> Part:
    """
    Move a closed section along a path and close both ends.

    path     (n, 3)  m
    section  (k, 2)  counter-clockwise; its first axis follows `across`
    scale    size of the section: a number, (n,), or (n, 2) for its two axes
    across   a direction that is nowhere parallel to the path
    """
    path = np.asarray(path, float)
    scale = np.asarray(scale, float)
    scale = scale[:, None] if scale.ndim == 1 else scale
    scale = np.broadcast_to(scale, (len(path), 2))
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    second = np.cross(along, np.asarray(across, float))
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    first = np.cross(second, along)
    rings = (
        path[:, None]
        + first[:, None] * (section[None, :, :1] * scale[:, None, :1])
        + second[:, None] * (section[None, :, 1:] * scale[:, None, 1:])
    )
    ends = [np.repeat(p[None, None], len(section), axis=1) for p in (path[0], path[-1])]
    rings = np.concatenate((ends[0], rings, ends[1]))
    faces = _grid_faces(len(rings), len(section), wrap=True)
    return _solid(rings.reshape(-1, 3), faces)


def circle(count: int = 14) -> np.ndarray:
    """Section (count, 2) of radius 1."""
    angles = 2 * np.pi * np.arange(count) / count
    return np.stack((np.cos(angles), np.sin(angles)), axis=1)


def rectangle(round_off: float = 0.25) -> np.ndarray:
    """Section (8, 2) of half widths 1 with cut corners."""
    cut = 1 - round_off
    corner = [(1, -cut), (1, cut), (cut, 1), (-cut, 1), (-1, cut), (-1, -cut), (-cut, -1)]
    return np.array([*corner, (cut, -1)], float)


def sphere(radius: float, *, rings: int = 16, segments: int = 28) -> Part:
    """Sphere about the origin."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, rings)
    return lathe(radius * np.stack((np.cos(angles), np.sin(angles)), 1), segments=segments)


def cylinder(radius: float, height: float, *, bevel: float = 0.0, segments: int = 28) -> Part:
    """Upright cylinder that stands on the origin."""
    r, h, b = radius, height, bevel
    profile = [(0, 0), (r - b, 0), (r, b), (r, h - b), (r - b, h), (0, h)]
    return lathe(profile, segments=segments)


def rounded_box(size: Sequence[float] | np.ndarray, *, radius: float, steps: int = 2) -> Part:
    """Box that stands on the origin, its edges rounded."""
    half = np.asarray(size, float) / 2
    radius = min(radius, 0.98 * float(half.min()))
    tangents = np.tan(np.deg2rad(np.linspace(0, 45, steps + 1)))
    lines = np.concatenate((-tangents[::-1], tangents))
    signs = np.repeat([-1.0, 1.0], steps + 1)
    u, v = np.meshgrid(lines, lines, indexing='ij')
    su, sv = np.meshgrid(signs, signs, indexing='ij')
    faces = _grid_faces(len(lines), len(lines), wrap=False)
    vertices: list[np.ndarray] = []
    triangles: list[np.ndarray] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            order = [(axis + 1) % 3, (axis + 2) % 3]
            side, inner = np.empty((*u.shape, 3)), np.empty((*u.shape, 3))
            side[..., order[0]], side[..., order[1]], side[..., axis] = u, v, sign
            inner[..., order[0]], inner[..., order[1]], inner[..., axis] = su, sv, sign
            side /= np.linalg.norm(side, axis=-1, keepdims=True)
            points = (inner * (half - radius) + side * radius).reshape(-1, 3)
            triangles.append((faces if sign < 0 else faces[:, ::-1]) + len(points) * len(vertices))
            vertices.append(points)
    points = np.concatenate(vertices) + np.array([0, 0, half[2]])
    return _solid(points, np.concatenate(triangles))


def loop(points: Sequence[Sequence[float]] | np.ndarray, *, count: int = 18) -> np.ndarray:
    """Smooth curve (count, 3) through the points (Catmull-Rom), from the first to the last."""
    knots = np.asarray(points, float)
    knots = np.concatenate((2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]))
    at = np.linspace(0, len(knots) - 3, count)
    i = np.minimum(at.astype(int), len(knots) - 4)
    t = (at - i)[:, None]
    a, b, c, d = (knots[i + k] for k in range(4))
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def corner_normals(part: Part) -> np.ndarray:
    """
    Shading normals (F, 3, 3), one per corner of each face.

    Each is the area-weighted mean over the faces that share the point and lie within
    CREASE_DEG of its own face, so round things look round and edges stay sharp.
    """
    vertices, faces = part.vertices, part.faces
    corners = vertices[faces]
    area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    unit = area / np.maximum(np.linalg.norm(area, axis=1, keepdims=True), 1e-20)
    # One number per place: points closer than a micrometre are the same.
    key = np.round(vertices * 1e6).astype(np.int64) @ np.array([1, 1 << 21, 1 << 42])
    _, point = np.unique(key, return_inverse=True)
    point = point.reshape(-1)[faces].ravel()
    order = np.argsort(point, kind='stable')
    counts = np.bincount(point)
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))
    mine = np.repeat(np.arange(point.size), counts[point])
    ahead = np.arange(mine.size) - np.repeat(
        np.cumsum(counts[point]) - counts[point], counts[point]
    )
    theirs = order[first[point[mine]] + ahead] // 3
    close = (unit[mine // 3] * unit[theirs]).sum(1) > np.cos(np.deg2rad(CREASE_DEG))
    total = np.zeros((point.size, 3))
    np.add.at(total, mine[close], area[theirs[close]])
    total /= np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-20)
    return total.reshape(-1, 3, 3)


def _grid_faces(rows: int, columns: int, *, wrap: bool) -> np.ndarray:
    """Triangles of a grid of points, row by row; the columns close to a ring if wrapped."""
    across = columns if wrap else columns - 1
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(across), indexing='ij')
    k = (j + 1) % columns
    a, b, c, d = i * columns + j, i * columns + k, (i + 1) * columns + k, (i + 1) * columns + j
    return np.stack((a, b, c, a, c, d), axis=-1).reshape(-1, 3).astype(np.int32)


def _solid(vertices: np.ndarray, faces: np.ndarray) -> Part:
    """Drop the triangles without area (poles of a lathe) and the points nobody uses."""
    corners = vertices[faces]
    area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    faces = faces[np.linalg.norm(area, axis=1) > 1e-13]
    used, index = np.unique(faces, return_inverse=True)
    return Part(vertices=vertices[used], faces=index.reshape(-1, 3).astype(np.int32))
