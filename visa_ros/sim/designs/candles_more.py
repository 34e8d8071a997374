"""More designs of candles, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.dish_forms import timber
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import prism
from visa_ros.sim.designs.vessel_forms import curve, rippled, solid, tube
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    Part,
    rectangle,
    rounded_box,
    sphere,
    sweep,
    turn,
)

_WAXES = ('white', 'white', 'red', 'yellow', 'purple', 'pink', 'green', 'blue', 'orange', 'brown')
_BRASS = (0.72, 0.55, 0.22)
_DIGITS = {
    0: (
        (-1, 0.5),
        (-0.9, 1.5),
        (0, 2),
        (0.9, 1.5),
        (1, 0.5),
        (0.8, -0.4),
        (0, -0.9),
        (-0.8, -0.4),
    ),
    1: ((-0.6, 1.3), (0.1, 2), (0.1, 0.6), (0.1, -0.9)),
    2: ((-0.8, 1.4), (0, 2), (0.8, 1.4), (0.3, 0.4), (-0.8, -0.8), (0.9, -0.8)),
    3: ((-0.7, 1.7), (0.2, 2), (0.8, 1.4), (0, 0.6), (0.9, -0.1), (0.2, -0.9), (-0.8, -0.6)),
    4: ((0.5, -0.9), (0.5, 0.5), (0.4, 2), (-0.9, 0.1), (0, 0.1), (1, 0.1)),
    5: ((0.8, 1.9), (-0.6, 1.9), (-0.6, 0.7), (0.5, 0.8), (0.8, -0.2), (0, -0.9), (-0.8, -0.6)),
    7: ((-0.9, 1.9), (0, 1.9), (0.9, 1.8), (0.2, 0.4), (-0.2, -0.9)),
}
"""Strokes of digits, (across, up)."""


def _digit(rng: np.random.Generator) -> Model:
    """Birthday candle in the shape of a digit, standing on a small foot."""
    size, name = rng.uniform(0.016, 0.026), pick(rng, _WAXES)
    digit = int(rng.choice(list(_DIGITS)))
    knots = [(x * size, 0, (y + 1) * size + size * 0.25) for x, y in _DIGITS[digit]]
    knots += [knots[0]] if digit == 0 else []
    form = np.array([size * rng.uniform(0.28, 0.4), size * rng.uniform(0.22, 0.34)])
    stroke = sweep(loop(knots, count=36), rectangle(0.35) * form, 1.0, across=(0, 1, 0))
    low = float(stroke.vertices[:, 2].min())
    foot = rounded_box((size * 2.1, size * 1.1, size * 0.22), radius=0.002, steps=1)
    rgb = shade(rng, name)
    parts = [paint(p, rgb, gloss=0.5) for p in (move(stroke, (0, 0, size * 0.15 - low)), foot)]
    top = parts[0].vertices[parts[0].vertices[:, 2].argmax()]
    return Model(parts=(*parts, *_wick(rng, top - [0, 0, 0.003], 0.75)), color=name)


def _branched(rng: np.random.Generator) -> Model:
    """Candlestick with two to five arms in a plane, a slim candle on each."""
    reach, h = rng.uniform(0.06, 0.1), rng.uniform(0.08, 0.13)
    metal = (_BRASS, METAL, (0.06, 0.06, 0.06))[int(rng.integers(3))]
    foot = rng.uniform(0.035, 0.05)
    name, pairs = pick(rng, _WAXES), int(rng.integers(1, 3))
    stand = curve(
        [(foot, 0), (foot * 0.9, 0.005), (0.008, 0.015), (0.01, h * 0.5), (0.006, h)], count=14
    )
    parts = [paint(solid(stand, segments=20), metal, gloss=0.8)]
    spots = [(0.0, h)] if rng.random() < 0.7 else []
    for k in range(pairs):
        x, z = reach * (k + 1) / pairs, h * rng.uniform(0.8, 1.0)
        arm = tube([(0, 0, h * 0.45), (x * 0.55, 0, h * 0.4), (x, 0, z)], 0.0035, count=9)
        parts += [paint(turn(arm, 'z', a), metal, gloss=0.8) for a in (0, 180)]
        spots += [(x, z), (-x, z)]
    r, tall, rgb = rng.uniform(0.007, 0.01), rng.uniform(0.06, 0.12), shade(rng, name)
    cup = lathe([(0, -0.004), (0.012, 0), (0.014, 0.01), (0.007, 0.008), (0, 0.008)], segments=14)
    wax = lathe(
        [(0, 0), (r, 0), (r * 0.75, tall), (r * 0.3, tall + r), (0, tall + r)], segments=14
    )
    burning = float(rng.random() < 0.7)
    for x, z in spots:
        parts.append(paint(move(cup, (x, 0, z)), metal, gloss=0.8))
        parts.append(paint(move(wax, (x, 0, z + 0.005)), rgb, gloss=0.4))
        parts += _wick(rng, (x, 0, z + tall + r), burning)
    return Model(parts=tuple(parts), color=name)


def _pyramid(rng: np.random.Generator) -> Model:
    """Pyramid, cone or pointed prism of wax with a wick at its tip."""
    r, h, name = rng.uniform(0.026, 0.046), rng.uniform(0.07, 0.15), pick(rng, _WAXES)
    sides, top = int(rng.choice([3, 4, 4, 28])), rng.uniform(0.06, 0.2)
    low = rng.choice([0.0, 0.0, 0.5])
    rows = [(0, 0), (r, 0), (r, h * low), (r * top, h), (0, h - 0.001)]
    body = lathe(rows, segments=sides)
    parts = [paint(body, shade(rng, name), gloss=0.5)]
    if rng.random() < 0.3:
        foot = cylinder(r * 1.25, 0.006, bevel=0.001, segments=sides)
        tone = timber(rng)[1]
        parts = [move(parts[0], (0, 0, 0.006)), paint(foot, tone)]
        h += 0.006
    return Model(parts=(*parts, *_wick(rng, (0, 0, h - 0.002), 0.7)), color=name)


def _rolled(rng: np.random.Generator) -> Model:
    """Candle rolled of a sheet of beeswax: its edge seen as a spiral on top."""
    r, h = rng.uniform(0.014, 0.026), rng.uniform(0.05, 0.19)
    name = pick(rng, ('yellow', 'yellow', 'orange', 'brown', 'red', 'green', 'white', 'purple'))
    turns, n = rng.uniform(3, 4.5), 64
    angle = 2 * np.pi * turns * np.linspace(0.2, 1, n)
    radius = r * np.linspace(0.2, 1, n)
    path = np.stack((radius * np.cos(angle), radius * np.sin(angle), 0 * angle), 1)
    slope = rng.choice([0.0, 0.25]) * h * np.linspace(1, 0, n)
    half = (h + slope) / 2
    path[:, 2] = half
    thick = np.full(n, r * 0.8 / turns * 0.4)
    form = np.stack((half, thick), 1)
    sheet = sweep(path, rectangle(0.1), form, across=(0, 0, 1))
    parts = [paint(sheet, shade(rng, name), gloss=0.3)]
    core = cylinder(r * 0.22, float(2 * half[0]) - 0.001, segments=12)
    parts.append(paint(core, parts[0].rgba[:3]))
    return Model(parts=(*parts, *_wick(rng, (0, 0, 2 * half[0] - 0.002), 0.5)), color=name)


def _bubble(rng: np.random.Generator) -> Model:
    """Cube of balls grown together, as modern candles are, three by three by two or three."""
    r, name = rng.uniform(0.008, 0.012), pick(rng, _WAXES)
    ball = sphere(r, rings=7, segments=10)
    step, tall = r * rng.uniform(1.55, 1.75), int(rng.integers(2, 4))
    rgb = shade(rng, name)
    parts = [
        paint(move(ball, (x * step, y * step, z * step + r * 0.9)), rgb, gloss=0.5)
        for x in (-1, 0, 1)
        for y in (-1, 0, 1)
        for z in range(tall)
        if z == tall - 1 or x or y
    ]
    block = rounded_box((2 * step, 2 * step, (tall - 1) * step + r), radius=0.002, steps=1)
    parts.append(paint(block, rgb, gloss=0.5))
    top = (tall - 1) * step + 1.85 * r
    return Model(parts=(*parts, *_wick(rng, (0, 0, top), 0.5)), color=name)


def _tree(rng: np.random.Generator) -> Model:
    """Candle in the shape of a fir: tiers on a short trunk."""
    r, name = rng.uniform(0.026, 0.04), pick(rng, ('green', 'green', 'white', 'red', 'blue'))
    h, tiers = r * rng.uniform(2.2, 3.2), int(rng.integers(3, 6))
    rows = [(0, 0), (r * 0.4, 0), (r * 0.35, h * 0.1)]
    for k in range(tiers):
        low, z = r * (1 - 0.8 * k / tiers), h * (0.1 + 0.9 * k / tiers)
        rows += [(low, z), (low * 0.5, z + h * 0.85 / tiers)]
    body = lathe([*rows[:-1], (r * 0.05, h), (0, h)], segments=36)
    lobes = int(rng.choice([5, 6, 9]))
    parts = [paint(rippled(body, lobes, rng.uniform(0, 0.12)), shade(rng, name), gloss=0.4)]
    return Model(parts=(*parts, *_wick(rng, (0, 0, h - 0.002), 0.7)), color=name)


def _star(rng: np.random.Generator) -> Model:
    """Star or flower-shaped low candle, or a tall star-shaped pillar."""
    r, name = rng.uniform(0.026, 0.048), pick(rng, _WAXES)
    h = r * (rng.uniform(0.5, 0.9) if rng.random() < 0.5 else rng.uniform(1.8, 3.0))
    points = int(rng.choice([5, 5, 7, 8]))
    plan = circle(2 * points) * np.tile([1.0, rng.uniform(0.5, 0.75)], points)[:, None]
    if rng.random() < 0.4:
        angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        plan = circle(60) * (0.85 + 0.15 * np.cos(points * angle))[:, None]
    rgb = shade(rng, name)
    body = prism(plan * r, h, bevel=r * 0.06)
    pool = move(cylinder(r * 0.3, 0.001, segments=18), (0, 0, h - 0.0003))
    parts = [paint(body, rgb, gloss=0.4), paint(pool, np.array(rgb) * 0.8 + 0.1, gloss=0.9)]
    return Model(parts=(*parts, *_wick(rng, (0, 0, h - 0.001), 0.75)), color=name)


def _wick(rng: np.random.Generator, foot: Sequence[float], burning: float) -> list[Part]:
    """Dark wick from its foot up, with a flame with the chance given."""
    x, y, z = (float(v) for v in foot)
    tall = rng.uniform(0.009, 0.015)
    wick = paint(move(cylinder(0.0011, tall, segments=7), (x, y, z)), (0.06, 0.05, 0.05))
    if rng.random() >= burning:
        return [wick]
    t, size = np.linspace(0, 1, 9), rng.uniform(0.017, 0.028)
    drop = np.stack((size * 0.42 * np.sin(np.pi * t**0.7) * (1 - 0.35 * t), size * t), 1)
    flame = move(lathe(drop, segments=12), (x, y, z + tall * 0.6))
    return [wick, paint(flame, (0.97, 0.8, 0.3), gloss=0.0)]


CANDLES: tuple[Design, ...] = (
    _digit,
    _branched,
    _pyramid,
    _rolled,
    _bubble,
    _tree,
    _star,
)
