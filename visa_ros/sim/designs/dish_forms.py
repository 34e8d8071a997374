"""Surfaces that several designs share: vessels, reshaped turnings, sheets along x, prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import circle, cylinder, lathe, loop, Model, move, Part, sweep

Finish = tuple[str, tuple[float, float, float], float]
"""Name of the colour ('' for none), rgb, gloss."""


def arc(
    low: float, high: float, height: float, *, bulge: float = 1.0, count: int = 9
) -> np.ndarray:
    """Wall (count, 2) from radius low to high: a cone at bulge 0, a quarter ellipse at 1."""
    t = np.linspace(0, np.pi / 2, count)
    line, round_r, round_z = t / t[-1], np.sin(t), 1 - np.cos(t)
    radius = low + (high - low) * (line + bulge * (round_r - line))
    return np.stack((radius, height * (line + bulge * (round_z - line))), 1)


def vessel(
    wall: Sequence[Sequence[float]] | np.ndarray,
    thick: float,
    *,
    foot: float = 0.0,
    segments: int = 40,
) -> tuple[Part, Part]:
    """Outside and inside of an open vessel from its wall, which stands on a ring, the foot."""
    outer = np.asarray(wall, float) + np.array([0, foot])
    rim = [(outer[-1, 0] - thick / 2, outer[-1, 1] + thick / 3)]
    ground = [(0, 0), (outer[0, 0] * 0.98, 0)] if foot else [(0, outer[0, 1])]
    inner = outer[::-1] + np.array([-thick, thick])
    inner[0, 1] -= thick
    inner[:, 0] = np.maximum(inner[:, 0], 0)
    outside = lathe([*ground, *outer, *rim], segments=segments)
    return outside, lathe([*rim, *inner, (0, inner[-1, 1])], segments=segments)


def reshaped(
    part: Part, factor: Callable[[np.ndarray], np.ndarray], reach: float, *, power: float = 2.0
) -> Part:
    """Scale a turned part by a factor of the angle: in full at the radius reach, less within."""
    x, y = part.vertices[:, 0], part.vertices[:, 1]
    weight = np.minimum(np.hypot(x, y) / reach, 1.0) ** power
    scale = 1 + weight * (factor(np.arctan2(y, x)) - 1)
    return replace(part, vertices=part.vertices * np.stack((scale, scale, np.ones_like(x)), 1))


def squarish(corner: float) -> Callable[[np.ndarray], np.ndarray]:
    """Factor of the angle that makes a circle a square: its corners sharper with the exponent."""

    def factor(angle: np.ndarray) -> np.ndarray:
        total = np.abs(np.cos(angle)) ** corner + np.abs(np.sin(angle)) ** corner
        return np.asarray(total ** (-1 / corner))

    return factor


def wavy(count: int, amount: float) -> Callable[[np.ndarray], np.ndarray]:
    """Factor of the angle for so many lobes."""
    return lambda angle: np.asarray(1 + amount * (np.abs(np.cos(count * angle / 2)) - 0.6))


def ring(radius: float, tube: float, *, segments: int = 20) -> Part:
    """Torus around z about the origin."""
    angles = np.linspace(-np.pi / 2, 1.5 * np.pi, 9)
    profile = np.stack((radius + tube * np.cos(angles), tube * np.sin(angles)), 1)
    return lathe(profile, segments=segments)


def printed(part: Part, picture: np.ndarray, reach: float, *, gloss: float) -> Part:
    """Print a picture from above onto the square of half width reach about the origin."""
    coords = 0.5 + part.vertices[:, :2] / (2.05 * reach)
    part = paint(part, (1.0, 1.0, 1.0), gloss=gloss)
    return replace(part, texcoords=coords, texture=picture)


def smooth(at: np.ndarray, values: Sequence[float]) -> np.ndarray:
    """Smooth curve through values at equal distances over 0..1, where `at` says."""
    knots = loop([(value, 0, 0) for value in values], count=80)[:, 0]
    return np.asarray(np.interp(at, np.linspace(0, 1, 80), knots))


def stations(count: int) -> np.ndarray:
    """Places over 0..1, denser at both ends."""
    return (1 - np.cos(np.linspace(0, np.pi, count))) / 2


def flat_section(columns: int = 9) -> np.ndarray:
    """Section of a sheet (2 * columns, 2), finer towards its edges."""
    across = np.cos(np.linspace(0, np.pi, columns))
    up = np.ones(columns)
    return np.concatenate((np.stack((-across, -up), 1), np.stack((across, up), 1)))


def sheet(
    x: np.ndarray,
    half: np.ndarray | float,
    thick: np.ndarray | float,
    *,
    middle: np.ndarray | float = 0.0,
    rise: np.ndarray | float = 0.0,
    sag: np.ndarray | float = 0.0,
    wedge: float = 0.0,
    flat: float = 2.0,
    section: np.ndarray | None = None,
) -> Part:
    """
    Strip along increasing x.

    half, thick  half width and thickness at each x
    middle, rise  its middle line: y and z
    sag, flat     depth of the hollow across, and how flat its bottom is (2 is round)
    wedge         0 to 1: how much thinner the side of low y is
    """
    half = np.broadcast_to(half, x.shape)
    scale = np.stack((half, np.broadcast_to(thick, x.shape) / 2), 1)
    path = np.stack((x, 0 * x, 0 * x), 1)
    form = flat_section() if section is None else section
    part = sweep(path, form, scale, across=(0, 1, 0))
    points = part.vertices.copy()

    def at(values: np.ndarray | float) -> np.ndarray:
        return np.asarray(np.interp(part.vertices[:, 0], x, np.broadcast_to(values, x.shape)))

    side = np.clip(points[:, 1] / np.maximum(at(half), 1e-6), -1, 1)
    points[:, 2] *= 1 - wedge * (1 - side) / 2
    points[:, 2] += at(rise) - at(sag) * (1 - np.abs(side) ** flat)
    points[:, 1] += at(middle)
    return replace(part, vertices=points)


def steel(rng: np.random.Generator) -> Finish:
    """Finish of metal cutlery and pans: mostly steel, now and then gold, copper or black."""
    kind = rng.random()
    if kind < 0.62:
        light = rng.uniform(0.8, 1.15)
        return '', (METAL[0] * light, METAL[1] * light, METAL[2] * light), rng.uniform(0.5, 0.95)
    if kind < 0.75:
        return '', (0.78, 0.6 * rng.uniform(0.95, 1.1), 0.28), 0.85
    if kind < 0.83:
        return '', (0.75, 0.43 * rng.uniform(0.95, 1.1), 0.32), 0.85
    return 'black', shade(rng, 'black'), rng.uniform(0.2, 0.6)


def timber(rng: np.random.Generator) -> Finish:
    """Finish of wood: pale wood has no colour worth naming, dark wood is brown."""
    if rng.random() < 0.45:
        light = rng.uniform(0.6, 0.85)
        return '', (light, light * rng.uniform(0.7, 0.8), light * rng.uniform(0.42, 0.58)), 0.15
    return 'brown', shade(rng, 'brown'), rng.uniform(0.1, 0.4)


def colored(rng: np.random.Generator, names: Sequence[str], gloss: float = 0.4) -> Finish:
    """Finish in one of the colours."""
    name = pick(rng, names)
    return name, shade(rng, name), gloss


PLASTIC_COLORS = ('white', 'white', 'black', 'red', 'blue', 'green', 'yellow', 'orange', 'pink')


def thick_grip(rng: np.random.Generator, stem: Part, start: float) -> tuple[str, list[Part]]:
    """Handle around a stem from x = start to its end, and the name of its colour."""
    name, rgb, gloss = timber(rng) if rng.random() < 0.35 else colored(rng, PLASTIC_COLORS, 0.5)
    points = stem.vertices[stem.vertices[:, 0] > start - 0.01]
    x = start + (points[:, 0].max() + 0.004 - start) * stations(24)
    u = (x - x[0]) / (x[-1] - x[0])
    shapes = ([0.7, 0.75, 0.9, 1.0, 0.95], [1, 0.85, 0.8, 1, 1.1], [0.8, 1.0, 1.0, 0.9, 0.7])
    ends = np.sqrt(np.clip(np.minimum(u, 1 - u) / 0.06, 0.1, 1))
    wide, thick = rng.uniform(0.0075, 0.0115), rng.uniform(0.0075, 0.011)
    line = smooth(u, shapes[int(rng.integers(len(shapes)))])
    lift = np.polyval(np.polyfit(points[:, 0] - start, points[:, 2], 3), x - start)
    grip = sheet(x, wide * line * ends, thick * ends, rise=lift, section=circle(12))
    parts = [paint(grip, rgb, gloss=gloss)]
    for at in (0.3, 0.7) if rng.random() < 0.5 else ():
        height = np.interp(at, u, lift) - thick / 2 - 0.0004
        stud = cylinder(0.0021, thick + 0.0008, segments=8)
        stud = move(stud, (x[0] + at * (x[-1] - x[0]), 0, height))
        parts.append(paint(stud, METAL, gloss=0.9))
    return name, parts


def plain(parts: Sequence[Part], finish: Finish) -> Model:
    """Give all parts one finish."""
    name, rgb, gloss = finish
    return Model(parts=tuple(paint(p, rgb, gloss=gloss) for p in parts), color=name)
