"""Outline of a lemon, and citrus fruit cut open: halves, slices and wedges."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.solids import flat, sector
from visa_ros.sim.finish import paint
from visa_ros.sim.shapes import lathe, move, Part, turn

PITH = np.array([0.95, 0.9, 0.74])


def lemon_profile(r: float, long: float, *, tip: float, neck: float) -> np.ndarray:
    """Outline about its axis: half as long as long * r, a tip above and a neck below."""
    t = np.linspace(-np.pi / 2, np.pi / 2, 30)
    far = np.exp(-((np.cos(t) / 0.26) ** 2))
    height = long * np.sin(t) + far * np.where(t > 0, tip, -neck)
    return r * np.stack((np.maximum(np.cos(t), 0), height), 1)


def _segments(count: int, r: float, z: float) -> list[Part]:
    """Pulp of a cut across: wedges with rounded corners, looking up."""
    parts = []
    half = np.pi / count - 0.07
    for k in range(count):
        angles = 2 * np.pi * k / count + half * np.array([-0.8, -0.97, -0.75, 0, 0.75, 0.97, 0.8])
        reach = r * np.array([0.3, 0.84, 0.96, 1, 0.96, 0.84, 0.3])
        tip = 2 * np.pi * k / count
        outline = np.stack((reach * np.cos(angles), reach * np.sin(angles)), 1)
        start = 0.14 * r * np.array([[np.cos(tip), np.sin(tip)]])
        parts.append(flat(np.concatenate((start, outline)), z, bulge=0.0012))
    return parts


def half(
    rng: np.random.Generator, r: float, deep: float, rind: np.ndarray, pulp: np.ndarray
) -> list[Part]:
    """Half a fruit below z = 0, `deep` times as deep as its radius."""
    outside = lemon_profile(r, deep, tip=0, neck=0.16 if deep > 1.2 else 0.0)
    bowl = lathe(np.concatenate((outside[:15], [(r, 0), (r * 0.95, 0)])), segments=36)
    pith = lathe([(r * 0.955, 0), (0, 0)], segments=36)
    parts = [paint(bowl, rind, gloss=0.35), paint(pith, PITH, gloss=0.1)]
    pieces = _segments(int(rng.integers(8, 12)), r * rng.uniform(0.82, 0.9), 0.0005)
    return parts + [paint(p, pulp, gloss=0.7) for p in pieces]


def leaning(rng: np.random.Generator, parts: list[Part]) -> tuple[Part, ...]:
    """Lean the parts of a half a little to one side."""
    tilt, about = rng.uniform(-20, 20), rng.uniform(0, 360)
    return tuple(turn(turn(p, 'y', tilt), 'z', about) for p in parts)


def one_slice(
    count: int, r: float, thick: float, rind: np.ndarray, pulp: np.ndarray
) -> list[Part]:
    """Round slice of so many segments."""
    edge = lathe([(0, 0), (r, 0), (r, thick), (r * 0.95, thick)], segments=36)
    pith = lathe([(r * 0.955, thick), (0, thick)], segments=36)
    pieces = _segments(count, r * 0.87, thick + 0.0005)
    rest = [paint(p, pulp, gloss=0.7) for p in pieces]
    return [paint(edge, rind, gloss=0.35), paint(pith, PITH, gloss=0.1), *rest]


def slices(
    rng: np.random.Generator, r: float, thick: float, rind: np.ndarray, pulp: np.ndarray
) -> tuple[Part, ...]:
    """Round slices, each leaning on the one before."""
    one = one_slice(int(rng.integers(8, 12)), r, thick, rind, pulp)
    parts = list(one)
    for k in range(1, int(rng.integers(1, 4))):
        lean = float(np.rad2deg(np.arctan(thick / (1.4 * r))))
        shift = r * rng.uniform(1.1, 1.3) * k
        about = rng.uniform(0, 360)
        laid = [turn(turn(p, 'z', about), 'y', lean) for p in one]
        at = (shift, r * rng.uniform(-0.1, 0.1), thick)
        parts += [move(p, at) for p in laid]
    return tuple(parts)


def wedge(
    rng: np.random.Generator, profile: np.ndarray, rind: np.ndarray, pulp: np.ndarray
) -> tuple[Part, ...]:
    """Piece cut out along the axis, on a cut face or on its rind."""
    portion = rng.uniform(0.13, 0.27)
    skin, cut = sector(profile, portion)
    inner = sector(profile * 0.87, portion + 0.012, start=-0.006)[1]
    parts = [paint(skin, rind, gloss=0.35), paint(cut, PITH, gloss=0.1)]
    parts.append(paint(inner, pulp, gloss=0.7))
    if rng.random() < 0.3:
        return tuple(turn(p, 'x', 90) for p in parts)
    aside = rng.uniform(-20, 20) - 90 - portion * 180
    return tuple(turn(turn(p, 'z', aside), 'x', 90) for p in parts)
