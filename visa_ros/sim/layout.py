"""Who is on the table and where: drawn by seed, without overlaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from visa_ros.sim.shapes import Model

REACH_M = 0.29
"""Objects stand within this distance of the middle of the table."""
TWIN_SHARE = 0.4
"""Share of the scenes with several objects of one category; some of them do not fit."""
BOX_SHARE = 0.3
"""Share of the scenes that get a box if they have none: it can hide other things."""

Maker = Callable[[str, np.random.Generator], Model]


@dataclass(frozen=True, kw_only=True, eq=False)
class Thing:
    """One object of the cast; half_m is half its footprint, (2,), along its own axes."""

    category: str
    model: Model

    @property
    def half_m(self) -> np.ndarray:
        """Half the width and depth of its bounding box, (2,)."""
        low, high = self.model.bounds()
        return (high - low)[:2] / 2

    @property
    def size_m(self) -> np.ndarray:
        """Extents of its bounding box, (3,)."""
        low, high = self.model.bounds()
        return high - low


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place on the table: position in m and heading in rad."""

    x: float
    y: float
    yaw: float


def draw_cast(
    rng: np.random.Generator, make: Maker, categories: Sequence[str], count: int
) -> list[Thing]:
    """Draw the objects of a scene; in some, two or three are of one category."""
    names = [categories[i] for i in rng.permutation(len(categories))]
    if rng.random() < TWIN_SHARE:
        twins = 3 if count >= 5 and rng.random() < 0.3 else 2
        names = names[:1] * (twins - 1) + names
    if count > len(names):
        names += [categories[i] for i in rng.integers(len(categories), size=count)]
    chosen = names[:count]
    if 'box' in categories and 'box' not in chosen and count > 2 and rng.random() < BOX_SHARE:
        chosen[-1] = 'box'
    return [Thing(category=name, model=make(name, rng)) for name in chosen]


def arrange(
    rng: np.random.Generator, things: Sequence[Thing], *, margin_m: float = 0.015
) -> list[Spot | None]:
    """Find a free place for each thing, the large ones first; None where none was found."""
    order = sorted(range(len(things)), key=lambda i: -float(np.prod(things[i].half_m)))
    spots: list[Spot | None] = [None] * len(things)
    for i in order:
        taken = [(spots[j], things[j].half_m) for j in range(len(things)) if spots[j] is not None]
        spots[i] = _free_spot(rng, things[i].half_m, taken, margin_m)
    return spots


def _free_spot(
    rng: np.random.Generator,
    half: np.ndarray,
    taken: Sequence[tuple[Spot | None, np.ndarray]],
    margin_m: float,
) -> Spot | None:
    for _ in range(80):
        angle, radius = rng.uniform(0, 2 * np.pi), REACH_M * np.sqrt(rng.random())
        spot = Spot(
            x=float(radius * np.cos(angle)),
            y=float(radius * np.sin(angle)),
            yaw=float(rng.uniform(-np.pi, np.pi)),
        )
        corners = footprint(spot, half + margin_m)
        if all(apart(corners, footprint(s, h)) for s, h in taken if s is not None):
            return spot
    return None


def footprint(spot: Spot, half: np.ndarray) -> np.ndarray:
    """Corners (4, 2) of a rectangle of this half size on the spot."""
    c, s = np.cos(spot.yaw), np.sin(spot.yaw)
    corners = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * half
    return corners @ np.array([[c, s], [-s, c]]) + [spot.x, spot.y]


def apart(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two convex outlines (n, 2) do not touch (separating axes)."""
    for outline in (first, second):
        edges = np.roll(outline, -1, 0) - outline
        normals = np.stack((edges[:, 1], -edges[:, 0]), 1)
        a, b = first @ normals.T, second @ normals.T
        if ((a.min(0) > b.max(0)) | (b.min(0) > a.max(0))).any():
            return True
    return False


def hull(points: np.ndarray) -> np.ndarray:
    """Convex outline (k, 2), counter-clockwise, of points (n, 2)."""
    ordered = [tuple(p) for p in points[np.lexsort((points[:, 1], points[:, 0]))].tolist()]
    return np.array(_half_hull(ordered)[:-1] + _half_hull(ordered[::-1])[:-1])


def _half_hull(ordered: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    chain: list[tuple[float, ...]] = []
    for p in ordered:
        while len(chain) >= 2 and _left(chain[-2], chain[-1], p) <= 0:
            chain.pop()
        chain.append(p)
    return chain


def _left(a: tuple[float, ...], b: tuple[float, ...], p: tuple[float, ...]) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def share_inside(points: np.ndarray, outline: np.ndarray) -> float:
    """Share of points (n, 2) within a convex counter-clockwise outline."""
    edges = np.roll(outline, -1, 0) - outline
    ahead = points[:, None] - outline[None]
    return float((edges[:, 0] * ahead[..., 1] >= edges[:, 1] * ahead[..., 0]).all(1).mean())
