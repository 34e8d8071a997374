"""
Crockery and cutlery of shapes and colours that training never renders.

Each function draws one model; the shapes lie outside of what visa_ros.sim.tableware and
cutlery can draw, so a model that knows a kind only from those meets a new instance here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.finish import METAL, middles, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    Part,
    rectangle,
    stretch,
    sweep,
    turn,
)
from visa_ros.sim.tableware import CERAMIC_COLORS, dish


def _profile(radii: Sequence[float], height: float, *, count: int = 12) -> np.ndarray:
    """Outer profile from the centre of the foot up through radii at equal heights."""
    radius = loop([(r, 0, i) for i, r in enumerate(radii)], count=count)[:, 0]
    return np.concatenate(([(0, 0)], np.stack((radius, np.linspace(0, height, count)), 1)))


def _dipped(rng: np.random.Generator, part: Part, name: str) -> tuple[Part, ...]:
    """Paint a part whose lowest quarter has another colour."""
    low, high = part.vertices[:, 2].min(), part.vertices[:, 2].max()
    below = middles(part, 2) < low + 0.26 * (high - low)
    painted = paint(part, shade(rng, name), gloss=0.6)
    other = shade(rng, pick(rng, [c for c in ('white', 'black', 'brown', 'gray') if c != name]))
    foot = paint(replace(part, faces=part.faces[below]), other, gloss=0.2)
    return replace(painted, faces=painted.faces[~below]), foot


def mug(rng: np.random.Generator) -> Model:
    """Eight-sided, tall or squat, dipped in a second glaze, with an angular handle."""
    squat = rng.random() < 0.5
    r = rng.uniform(0.05, 0.057) if squat else rng.uniform(0.034, 0.04)
    h = rng.uniform(0.065, 0.075) if squat else rng.uniform(0.125, 0.145)
    name = pick(rng, CERAMIC_COLORS)
    body = dish(_profile([r, r, r], h), 0.004, segments=8)
    reach, low, high = 0.03, h * 0.22, h * 0.8
    inner, outer = r * 0.9, r + reach
    path = [(inner, 0, high), (outer - 0.004, 0, high), (outer, 0, high - 0.004)]
    path += [(outer, 0, low + 0.004), (outer - 0.004, 0, low), (inner, 0, low)]
    grip = sweep(path, rectangle(0.3) * np.array([0.007, 0.004]), 1.0, across=(0, 1, 0))
    parts = _dipped(rng, body, name)
    return Model(parts=(*parts, replace(grip, rgba=parts[0].rgba, gloss=0.6)), color=name)


def cup(rng: np.random.Generator) -> Model:
    """Cup for the way, with a lid and a sleeve."""
    r, h = rng.uniform(0.04, 0.046), rng.uniform(0.125, 0.15)
    name = pick(rng, ('white', 'red', 'green', 'blue', 'orange', 'pink', 'yellow'))
    wall = lathe([(0, 0), (r * 0.68, 0), (r, h)], segments=30)
    at = np.array([0.3, 0.68])
    sleeve = lathe(np.stack((r * (0.68 + 0.32 * at) + 0.0012, at * h), 1), segments=30)
    lid = lathe(
        [(r, h), (r * 1.06, h), (r * 1.06, h + 0.006), (r * 0.9, h + 0.008),
         (r * 0.86, h + 0.016), (r * 0.7, h + 0.013), (0, h + 0.013)],
        segments=30,
    )  # fmt: skip
    parts = (
        paint(wall, shade(rng, name), gloss=0.15),
        paint(sleeve, (0.2, 0.19, 0.18), gloss=0.0),
        paint(lid, shade(rng, pick(rng, ('white', 'black'))), gloss=0.4),
    )
    return Model(parts=parts, color=name)


def glass(rng: np.random.Generator) -> Model:
    """Champagne flute, or a low eight-sided whisky glass."""
    tint = rng.uniform(-0.06, 0.06, 3)
    if rng.random() < 0.5:
        r, h = rng.uniform(0.023, 0.027), rng.uniform(0.19, 0.22)
        foot = [(0, 0), (r * 1.25, 0), (r * 1.2, 0.003), (0.005, 0.01), (0.0035, h * 0.38)]
        body = lathe(
            [*foot, (r * 0.7, h * 0.52), (r, h * 0.75), (r * 0.9, h), (r * 0.84, h),
             (r * 0.92, h * 0.75), (0, h * 0.42)],
            segments=28,
        )  # fmt: skip
    else:
        r, h = rng.uniform(0.042, 0.048), rng.uniform(0.07, 0.085)
        body = dish(_profile([r * 0.95, r, r], h), 0.006, segments=8)
    rgb = np.array([0.82, 0.9, 0.92]) + tint
    return Model(parts=(paint(body, rgb, gloss=0.95, alpha=rng.uniform(0.4, 0.5)),), color='')


def bottle(rng: np.random.Generator) -> Model:
    """Four-sided body with a long neck, in colours that no other bottle has."""
    r, h = rng.uniform(0.038, 0.05), rng.uniform(0.2, 0.27)
    name = pick(rng, ('orange', 'purple', 'pink', 'gray'))
    body = lathe(
        [(0, 0), (r, 0), (r, h * 0.48), (r * 0.8, h * 0.56), (r * 0.3, h * 0.62)], segments=4
    )
    neck = lathe([(r * 0.3, h * 0.6), (r * 0.24, h * 0.7), (r * 0.24, h)], segments=20)
    cork = move(cylinder(r * 0.22, h * 0.06, segments=16), (0, 0, h * 0.98))
    rgb = shade(rng, name)
    parts = (
        paint(turn(body, 'z', 45), rgb, gloss=0.7),
        paint(neck, rgb, gloss=0.7),
        paint(cork, (0.55, 0.4, 0.25), gloss=0.05),
    )
    return Model(parts=parts, color=name)


def can(rng: np.random.Generator) -> Model:
    """Slim can, as energy drinks come in, with two stripes."""
    r, h = rng.uniform(0.025, 0.028), rng.uniform(0.14, 0.16)
    name = pick(rng, ('pink', 'brown', 'gray'))
    foot = lathe([(0, 0.002), (r * 0.8, 0), (r, h * 0.05)], segments=30)
    top = lathe([(r, h * 0.92), (r * 0.78, h), (r * 0.72, h - 0.003), (0, h - 0.003)], segments=30)
    tab = move(cylinder(r * 0.25, 0.002, segments=14), (r * 0.2, 0, h - 0.003))
    wall = lathe([(r, z) for z in np.linspace(h * 0.05, h * 0.92, 14)], segments=30)
    at = middles(wall, 2) / h
    stripe = (np.abs(at - 0.25) < 0.05) | (np.abs(at - 0.75) < 0.05)
    other = shade(rng, pick(rng, ('white', 'black', 'yellow')))
    parts = (
        *(paint(p, METAL, gloss=0.9) for p in (foot, top, tab)),
        paint(replace(wall, faces=wall.faces[~stripe]), shade(rng, name), gloss=0.7),
        paint(replace(wall, faces=wall.faces[stripe]), other, gloss=0.7),
    )
    return Model(parts=parts, color=name)


def bowl(rng: np.random.Generator) -> Model:
    """Eight-sided and conical, on a high foot."""
    r = rng.uniform(0.065, 0.09)
    h = r * rng.uniform(0.75, 0.9)
    name = pick(rng, CERAMIC_COLORS)
    outer = [(0, 0), (r * 0.45, 0), (r * 0.4, h * 0.18), (r * 0.55, h * 0.3), (r, h)]
    return Model(parts=_dipped(rng, dish(outer, 0.005, segments=8), name), color=name)


def plate(rng: np.random.Generator) -> Model:
    """Four-sided, with an upright rim and a coloured middle."""
    r, h = rng.uniform(0.1, 0.13), rng.uniform(0.02, 0.028)
    name = pick(rng, CERAMIC_COLORS)
    body = dish([(0, 0), (r * 0.8, 0), (r * 0.9, h * 0.25), (r, h)], 0.004, segments=4)
    middle = move(lathe([(r * 0.45, 0), (0, 0.0006)], segments=4), (0, 0, 0.0045))
    other = pick(rng, [c for c in ('white', 'black', 'yellow', 'blue') if c != name])
    parts = (paint(body, shade(rng, name), gloss=0.6), paint(middle, shade(rng, other)))
    return Model(parts=parts, color=name)


def teapot(rng: np.random.Generator) -> Model:
    """Low cylinder with a straight spout and a handle that arches over the lid."""
    r = rng.uniform(0.055, 0.07)
    h = r * rng.uniform(1.0, 1.2)
    name = pick(rng, CERAMIC_COLORS)
    body = lathe([(0, 0), (r, 0), (r, h * 0.9), (r * 0.92, h), (0, h)], segments=30)
    lid = lathe([(r * 0.5, h), (r * 0.48, h * 1.06), (0, h * 1.08)], segments=20)
    knob = move(cylinder(r * 0.12, r * 0.16, bevel=0.002, segments=12), (0, 0, h * 1.07))
    way = np.linspace((r * 0.9, 0, h * 0.25), (r * 1.75, 0, h * 0.95), 8)
    spout = sweep(way, circle(12), np.linspace(r * 0.26, r * 0.13, 8), across=(0, 1, 0))
    arch = loop(
        [(r * 0.85, 0, h * 0.95), (r * 0.8, 0, h * 1.6), (0, 0, h * 1.95), (-r * 0.8, 0, h * 1.6),
         (-r * 0.85, 0, h * 0.95)]
    )  # fmt: skip
    grip = sweep(arch, circle(10), r * 0.08, across=(0, 1, 0))
    rgb = shade(rng, name)
    dark = shade(rng, pick(rng, ('brown', 'black')))
    parts = [paint(p, rgb, gloss=0.3) for p in (body, spout, lid)]
    return Model(parts=(*parts, *(paint(p, dark) for p in (grip, knob))), color=name)


def vase(rng: np.random.Generator) -> Model:
    """Double gourd, round or six-sided, with a flared mouth."""
    r, h = rng.uniform(0.042, 0.055), rng.uniform(0.2, 0.27)
    name = pick(rng, CERAMIC_COLORS)
    radii = [r * 0.6, r, r * 0.85, r * 0.42, r * 0.62, r * 0.55, r * 0.28, r * 0.6]
    segments = 6 if rng.random() < 0.5 else 30
    body = dish(_profile(radii, h, count=24), 0.004, segments=segments)
    return Model(parts=_dipped(rng, body, name), color=name)


def pan(rng: np.random.Generator) -> Model:
    """Square grill pan with ribs and a wooden handle."""
    r, h = rng.uniform(0.105, 0.125), rng.uniform(0.03, 0.04)
    name = pick(rng, ('green', 'orange', 'purple', 'white'))
    body = turn(dish([(0, 0), (r * 0.9, 0), (r, h)], 0.005, segments=4), 'z', 45)
    side = r / np.sqrt(2)
    ribs = [
        move(stretch(cylinder(1.0, 0.003, segments=4), (side * 1.1, 0.006, 1)), (0, y, 0.004))
        for y in np.linspace(-side * 0.6, side * 0.6, 5)
    ]
    length = r * rng.uniform(1.2, 1.5)
    path = np.linspace((side * 0.95, 0, h * 0.8), (side + length, 0, h * 1.2), 8)
    grip = sweep(path, circle(10), np.linspace(0.008, 0.012, 8), across=(0, 1, 0))
    parts = (
        paint(body, shade(rng, name), gloss=0.5),
        *(paint(rib, (0.1, 0.1, 0.1)) for rib in ribs),
        paint(grip, (0.5, 0.33, 0.18), gloss=0.1),
    )
    return Model(parts=parts, color=name)


def _handle(start: float, length: float, thick: float, *, count: int = 10) -> Part:
    """Round handle along +x that lies on the table."""
    x = np.linspace(start, start + length, count)
    path = np.stack((x, 0 * x, np.full(count, thick)), 1)
    swell = thick * np.interp(np.linspace(0, 1, count), [0, 0.2, 0.8, 1], [0.6, 0.75, 1, 0.7])
    return sweep(path, circle(12), swell, across=(0, 1, 0))


def spoon(rng: np.random.Generator) -> Model:
    """Serving spoon: nearly round, with a long and thick coloured handle."""
    a = rng.uniform(0.026, 0.032)
    curve = [(0, 0), (0.5, 0.0016), (0.85, 0.006), (1.0, 0.012)]
    head = stretch(dish([(r * a, z) for r, z in curve], 0.002, segments=28), (1.25, 1.0, 1.0))
    stem = move(_handle(a * 1.15, rng.uniform(0.14, 0.18), 0.006), (0, 0, 0.003))
    name = pick(rng, ('orange', 'purple', 'pink', 'gray', 'brown'))
    return Model(parts=(paint(head, METAL, gloss=0.9), paint(stem, shade(rng, name))), color=name)


def fork(rng: np.random.Generator) -> Model:
    """Carving fork: two long prongs and a coloured round handle."""
    reach, width = rng.uniform(0.08, 0.1), rng.uniform(0.01, 0.013)
    prongs = []
    for side in (-1, 1):
        path = loop(
            [(0.002, side * 0.002, 0.007), (-0.02, side * width, 0.006),
             (-reach * 0.6, side * width, 0.003), (-reach, side * width, 0.006)], count=12,
        )  # fmt: skip
        prongs.append(sweep(path, circle(8), np.linspace(0.0032, 0.0014, 12)))
    neck = sweep(np.linspace((-0.002, 0, 0.007), (0.05, 0, 0.007), 5), circle(10), 0.0035)
    name = pick(rng, ('orange', 'purple', 'pink', 'gray', 'brown'))
    grip = _handle(0.045, rng.uniform(0.09, 0.11), 0.0085)
    parts = [paint(p, METAL, gloss=0.9) for p in (*prongs, neck)]
    return Model(parts=(*parts, paint(grip, shade(rng, name))), color=name)


def knife(rng: np.random.Generator) -> Model:
    """Cleaver: a broad blade and a round handle."""
    blade, high = rng.uniform(0.15, 0.18), rng.uniform(0.021, 0.026)
    x = np.linspace(0, -blade, 6)
    path = np.stack((x, 0 * x, np.full(6, 0.008)), 1)
    scale = np.stack((high * np.array([1, 1, 1, 1, 1, 0.95]), np.full(6, 0.0014)), 1)
    flat = sweep(path, rectangle(0.2), scale, across=(0, 1, 0))
    name = pick(rng, ('yellow', 'orange', 'purple', 'pink', 'gray'))
    grip = move(_handle(-0.004, rng.uniform(0.1, 0.12), 0.0095), (0, high * 0.6, 0))
    parts = (paint(flat, METAL, gloss=0.9), paint(grip, shade(rng, name), gloss=0.4))
    return Model(parts=parts, color=name)
