"""
Models bent out of shape and painted anew, for training: a kind must not be known by one outline.

A generator draws what varies in a design; this varies what a design leaves alone: proportions,
taper, bend, the section across, and where one colour ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from visa_ros.sim.finish import middles, paint, shade
from visa_ros.sim.knowledge import COLORS
from visa_ros.sim.shapes import grounded, merged, Model, Part

_UNCHANGED = 0.25  # share of the models
_LONGEST_M, _SHORTEST_M = 0.32, 0.025  # of a varied model's longest side
Map = Callable[[np.ndarray], np.ndarray]


def varied(model: Model, rng: np.random.Generator) -> Model:
    """
    Vary a model that stands on the origin; its colour keeps its name.

    Sizes stay those of things that lie on a table.
    """
    if rng.random() < _UNCHANGED:
        return model
    parts = model.parts
    for change in (_taper, _bulge, _section, _bend, _stretch):
        low, high = _bounds(parts)
        parts = tuple(
            replace(part, vertices=change_points(part.vertices))
            for change_points in [change(low, high, rng)]
            for part in parts
        )
    return replace(model, parts=merged(grounded(_repaint(_sized(parts), model.color, rng))))


def _bounds(parts: tuple[Part, ...]) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate([part.vertices for part in parts])
    return points.min(0), points.max(0)


def _along(points: np.ndarray, low: np.ndarray, high: np.ndarray, axis: int) -> np.ndarray:
    """Place along an axis, -1/2 to 1/2, as a column."""
    extent = max(high[axis] - low[axis], 1e-6)
    return ((points[:, axis] - low[axis]) / extent - 0.5)[:, None]


def _axis(low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> int:
    """Mostly the longest side; else upwards."""
    return int(np.argmax(high - low)) if rng.random() < 0.6 else 2


def _taper(low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> Map:
    """Make one end wider than the other."""
    axis, amount = _axis(low, high, rng), rng.uniform(-0.45, 0.45)
    return _scaled_across(low, high, axis, lambda t: 1 + amount * t)


def _bulge(low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> Map:
    """Make the middle wider than the ends, or narrower."""
    axis, amount = _axis(low, high, rng), rng.uniform(-0.2, 0.25)
    return _scaled_across(low, high, axis, lambda t: 1 + amount * (1 - 4 * t**2))


def _scaled_across(low: np.ndarray, high: np.ndarray, axis: int, factor: Map) -> Map:
    middle = (low + high) / 2
    middle[axis] = 0

    def change(points: np.ndarray) -> np.ndarray:
        scale = np.repeat(factor(_along(points, low, high, axis)), 3, axis=1)
        scale[:, axis] = 1
        return middle + (points - middle) * scale

    return change


def _section(low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> Map:
    """Give what is about round, seen from above, a section of lobes or flat sides."""
    width, depth = (high - low)[:2]
    sides, turn = int(rng.integers(3, 9)), rng.uniform(0, 2 * np.pi)
    lobes, flat = rng.uniform(0, 0.08), rng.uniform(0, 1)
    round_enough = max(width, depth) < 1.7 * min(width, depth)
    if not round_enough or rng.random() < 0.55:
        return lambda points: points
    middle = ((low + high) / 2)[:2]

    def change(points: np.ndarray) -> np.ndarray:
        arm = points[:, :2] - middle
        angle = np.arctan2(arm[:, 1], arm[:, 0]) + turn
        sector = 2 * np.pi / sides
        straight = np.cos(sector / 2) / np.cos(np.mod(angle, sector) - sector / 2)
        factor = straight**flat * (1 + lobes * np.cos(sides * angle))
        return np.concatenate((middle + arm * factor[:, None], points[:, 2:]), axis=1)

    return change


def _bend(low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> Map:
    """Curve what is long, sideways."""
    extent = high - low
    axis = int(np.argmax(extent))
    across = int(rng.choice([k for k in (0, 1) if k != axis]))
    amount = float(rng.normal(0, 0.06)) * extent[axis]

    def change(points: np.ndarray) -> np.ndarray:
        bent = points.copy()
        bent[:, across] += amount * 4 * _along(points, low, high, axis)[:, 0] ** 2
        return bent

    return change


def _stretch(low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> Map:
    """Change the proportions, and the size as a whole."""
    factors = np.exp(rng.normal(0, 0.16, 3) + rng.uniform(-0.22, 0.22))
    return lambda points: points * factors


def _sized(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    low, high = _bounds(parts)
    longest = float((high - low).max())
    factor = np.clip(longest, _SHORTEST_M, _LONGEST_M) / longest
    return tuple(replace(part, vertices=part.vertices * factor) for part in parts)


def _repaint(parts: tuple[Part, ...], color: str, rng: np.random.Generator) -> tuple[Part, ...]:
    """Give small parts another colour, or the largest one a second."""
    sizes = [_area(part) for part in parts]
    main = int(np.argmax(sizes))
    painted = [
        part if k == main or rng.random() < 0.6 else _colored(part, rng)
        for k, part in enumerate(parts)
    ]
    if color and rng.random() < 0.3 and parts[main].texture is None:
        painted[main : main + 1] = _divided(parts[main], rng)
    return tuple(painted)


def _divided(part: Part, rng: np.random.Generator) -> list[Part]:
    """Paint a third of a part or less, at one end or around the middle, in another colour."""
    along = middles(part, int(rng.integers(3)))
    if rng.random() < 0.5:
        along = np.abs(along - np.median(along))
    small = along > np.quantile(along, rng.uniform(0.65, 0.9))
    if rng.random() < 0.5:
        small = along < np.quantile(along, rng.uniform(0.1, 0.35))
    if not small.any() or small.all():
        return [part]
    other = _colored(replace(part, faces=part.faces[small]), rng)
    return [replace(part, faces=part.faces[~small]), other]


def _colored(part: Part, rng: np.random.Generator) -> Part:
    rgb = shade(rng, str(rng.choice(sorted(COLORS))))
    bare = replace(part, texcoords=None, texture=None)
    return paint(bare, rgb, gloss=float(rng.uniform(0, 0.8)), alpha=part.rgba[3])


def _area(part: Part) -> float:
    corners = part.vertices[part.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return float(np.linalg.norm(across, axis=1).sum())
