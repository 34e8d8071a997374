"""Forms that the designs of vessels share: shells, handles, fillings, rims and poses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.knowledge import COLORS
from visa_ros.sim.shapes import circle, lathe, loop, Part, rectangle, sweep, turn
from visa_ros.sim.tableware import CERAMIC_COLORS

Profile = np.ndarray
Rgb = tuple[float, float, float]

HANDLES = {
    'round': ((0.75, 0.98), (1.0, 0.5), (0.75, 0.02)),
    'square': ((0.8, 1.0), (1.0, 0.92), (1.0, 0.5), (1.0, 0.08), (0.8, 0.0)),
    'ear': ((0.75, 1.06), (1.0, 0.72), (0.6, 0.25)),
    'low': ((0.6, 0.85), (1.0, 0.4), (0.75, 0.0)),
}
"""Way of a handle: (out, up), as shares of its reach and of its height, from its top."""

HOT_DRINKS = ((0.12, 0.05, 0.03), (0.6, 0.4, 0.24), (0.5, 0.19, 0.04), (0.92, 0.9, 0.85))


def other_color(rng: np.random.Generator, name: str, among: Sequence[str] = ()) -> Rgb:
    """Shade of a colour of another name."""
    return shade(rng, pick(rng, [c for c in among or tuple(COLORS) if c != name]))


def curve(knots: Sequence[Sequence[float]], *, count: int = 14) -> Profile:
    """Smooth profile (count, 2) of radius and height through the knots."""
    return loop([(r, 0, z) for r, z in knots], count=count)[:, [0, 2]]


def radius_at(outer: Profile, height: float) -> float:
    """Radius of a rising profile at a height."""
    return float(np.interp(height, outer[:, 1], outer[:, 0]))


def shell(
    outer: Profile, wall: float, *, floor: float | None = None, segments: int = 32
) -> tuple[Part, Part]:
    """Outside and inside of an open vessel; below its floor it is solid."""
    inner = _inner(outer, wall, wall if floor is None else floor)
    rim = (outer[-1, 0] - wall / 2, outer[-1, 1] + wall * 0.4)
    outside = lathe([(0, outer[0, 1]), *outer, rim], segments=segments)
    return outside, lathe([rim, *inner[::-1]], segments=segments)


def filling(
    outer: Profile, wall: float, level: float, *, floor: float | None = None, segments: int = 32
) -> Part:
    """What stands in the vessel up to a level, just within its walls."""
    inner = _inner(outer, wall, wall if floor is None else floor)
    inner += [0, 3e-4]
    below = inner[inner[:, 1] < level]
    top = (radius_at(inner[1:], level), level)
    profile = np.array([*below, top, (0, level)])
    profile[:, 0] = np.maximum(profile[:, 0] - 3e-4, 0)
    return lathe(profile, segments=segments)


def _inner(outer: Profile, wall: float, floor: float) -> Profile:
    """Inner profile from the middle of the floor to the rim."""
    above = outer[outer[:, 1] > floor] - [wall, 0]
    above[:, 0] = np.maximum(above[:, 0], 1e-3)
    low = max(min(above[0, 0], radius_at(outer, floor) - wall) * 0.97, 1e-3)
    return np.array([(0, floor), (low, floor), *above])


def solid(outer: Profile, *, segments: int = 32) -> Part:
    """Closed turned body."""
    return lathe([(0, outer[0, 1]), *outer, (0, outer[-1, 1])], segments=segments)


def wrapped(outer: Profile, low: float, high: float, *, segments: int = 32) -> Part:
    """Label or band that lies on a vessel between two heights."""
    heights = np.linspace(low, high, 7 if high - low > 0.015 else 3)
    profile = [(radius_at(outer, z) + 5e-4, z) for z in heights]
    return lathe(
        [(profile[0][0] - 6e-4, low), *profile, (profile[-1][0] - 6e-4, high)], segments=segments
    )


def ring(radius: float, thick: float, height: float, *, segments: int = 28) -> Part:
    """Torus around z."""
    return lathe(
        np.concatenate((circle(8), circle(1))) * thick + [radius, height], segments=segments
    )


def ear(
    outer: Profile,
    span: tuple[float, float],
    reach: float,
    half: tuple[float, float],
    *,
    style: str = 'round',
    flat: bool = False,
) -> Part:
    """Handle towards +x between two heights; half its width and thickness in m."""
    low, high = span
    ways = ((-0.02, 1.0), *HANDLES[style], (-0.02, 0.0))
    points = []
    for out, up in ways:
        z = low + up * (high - low)
        points.append((radius_at(outer, z) - 0.0015 + max(out, 0) * reach, 0, z))
    section = (rectangle(0.35) if flat else circle(10)) * np.array(half)
    return sweep(loop(points, count=20), section, 1.0, across=(0, 1, 0))


def tube(
    points: Sequence[Sequence[float]], radius: float | np.ndarray, *, count: int = 14
) -> Part:
    """Round bar along a curve in the plane of x and z."""
    return sweep(loop(points, count=count), circle(10), radius, across=(0, 1, 0))


def rippled(part: Part, lobes: int, depth: float) -> Part:
    """Flute a turned part: its radius changes by this share around it."""
    points = part.vertices.copy()
    angle = np.arctan2(points[:, 1], points[:, 0])
    points[:, :2] *= (1 + depth * np.cos(lobes * angle))[:, None]
    return replace(part, vertices=points)


def squared(part: Part, power: float) -> Part:
    """Make a turned part's section a square with round corners; a power of 2 leaves it round."""
    points = part.vertices.copy()
    angle = np.arctan2(points[:, 1], points[:, 0])
    norm = np.abs(np.cos(angle)) ** power + np.abs(np.sin(angle)) ** power
    points[:, :2] *= (norm ** (-1 / power))[:, None]
    return replace(part, vertices=points)


def split(
    part: Part, mask: np.ndarray, first: Sequence[float], second: Sequence[float], *, gloss: float
) -> list[Part]:
    """Paint the faces of the mask in the first colour and the rest in the second."""
    halves = ((mask, first), (~mask, second))
    return [
        paint(replace(part, faces=part.faces[which]), rgb, gloss=gloss)
        for which, rgb in halves
        if which.any()
    ]


def settled(
    rng: np.random.Generator, parts: Sequence[Part], *, over: float = 0.0, lying: float = 0.0
) -> tuple[Part, ...]:
    """Set upside down or lay down with these chances; a handle at +x stays off the table."""
    draw = rng.random()
    if draw < over:
        return tuple(turn(part, 'x', 180) for part in parts)
    if draw < over + lying:
        spin = rng.uniform(110, 250)
        return tuple(turn(turn(part, 'z', spin), 'y', 90) for part in parts)
    return tuple(parts)


def glazed(
    rng: np.random.Generator,
    name: str,
    outer: Profile,
    *,
    wall: float = 0.004,
    within: str = '',
    segments: int = 32,
    full: bool = False,
) -> list[Part]:
    """Body of one colour, or with another inside, and perhaps a hot drink in it."""
    outside, inside = shell(outer, wall, segments=segments)
    rgb = shade(rng, name)
    if within == name or (not within and rng.random() < 0.65):
        lining = rgb
    else:
        lining = shade(rng, within or pick(rng, CERAMIC_COLORS))
    parts = [paint(outside, rgb, gloss=0.6), paint(inside, lining, gloss=0.6)]
    if full:
        drink = HOT_DRINKS[int(rng.integers(len(HOT_DRINKS)))]
        level = outer[-1, 1] * rng.uniform(0.7, 0.9)
        parts.append(paint(filling(outer, wall, level, segments=segments), drink, gloss=0.8))
    return parts


def alike(parts: list[Part], grip: Part) -> Part:
    """Paint a handle or rim like the outside of its vessel."""
    return paint(grip, parts[0].rgba[:3], gloss=parts[0].gloss)
