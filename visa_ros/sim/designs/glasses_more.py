"""More designs of glasses, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.vessel_forms import (
    curve,
    filling,
    Profile,
    rippled,
    settled,
    shell,
    squared,
    tube,
)
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import Model, move, Part, sphere

LIQUIDS = (
    (0.75, 0.84, 0.87),
    (0.94, 0.55, 0.06),
    (0.1, 0.04, 0.02),
    (0.92, 0.85, 0.42),
    (0.7, 0.36, 0.07),
    (0.82, 0.2, 0.26),
    (0.35, 0.7, 0.4),
)


def _shot_glass(rng: np.random.Generator) -> Model:
    """Very small glass with a thick foot, straight, flared or waisted."""
    r, h = rng.uniform(0.019, 0.027), rng.uniform(0.042, 0.085)
    low, waist = rng.uniform(0.65, 0.95), rng.uniform(0.85, 1.05)
    outer = curve([(r * low, 0), (r * (low + 1) / 2 * waist, h * 0.4), (r, h)], count=8)
    return _glass(rng, outer, floor=h * rng.uniform(0.12, 0.3), wall=0.002)


def _square_glass(rng: np.random.Generator) -> Model:
    """Tumbler of square section with round corners, tall."""
    r, h, power = rng.uniform(0.028, 0.037), rng.uniform(0.095, 0.15), rng.uniform(4, 9)
    outer = np.array([(r * rng.uniform(0.7, 1), 0), (r * 0.95, h * 0.5), (r, h)])
    floor = rng.uniform(0.006, 0.018)
    return _glass(rng, outer, floor=floor, segments=40, form=lambda p: squared(p, power))


def _bubbled_glass(rng: np.random.Generator) -> Model:
    """Glass whose wall swells in rings one above the other, or is fluted from top to bottom."""
    r, h, rings = rng.uniform(0.031, 0.041), rng.uniform(0.075, 0.14), int(rng.integers(3, 7))
    t = np.linspace(0, 1, 4 * rings + 1)
    flutes = rng.random() < 0.4
    swell = 0 if flutes else rng.uniform(0.06, 0.14) * np.abs(np.sin(np.pi * rings * t))
    outer = np.stack((r * (rng.uniform(0.75, 1) * (1 - t) + t + swell), h * t), 1)
    if flutes:
        count = int(rng.choice([6, 12, 16]))
        wall = outer[[0, len(outer) // 2, -1]]
        return _glass(rng, wall, floor=0.008, segments=48, form=lambda p: rippled(p, count, 0.05))
    return _glass(rng, outer, floor=0.006, segments=20)


def _hurricane_glass(rng: np.random.Generator) -> Model:
    """Curved bar glass on a short stem, often with a straw and a cherry."""
    r, tall, stem = rng.uniform(0.033, 0.041), rng.uniform(0.1, 0.14), rng.uniform(0.02, 0.035)
    bowl = [(0.008, 0), (r * 0.9, tall * 0.25), (r * rng.uniform(0.6, 0.75), tall * 0.62)]
    outer = _on_stem([*bowl, (r, tall)], stem, r * rng.uniform(0.85, 1.1))
    extras = []
    top = stem + tall
    if rng.random() < 0.7:
        straw = tube([(0, 0, top * 0.6), (r * 0.5, 0, top * 0.95), (r, 0, top * 1.2)], 0.003)
        extras.append(paint(straw, shade(rng, pick(rng, ('red', 'green', 'yellow', 'pink')))))
    if rng.random() < 0.6:
        fruit = move(sphere(rng.uniform(0.008, 0.013), rings=8, segments=14), (-r, 0, top))
        extras.append(paint(fruit, shade(rng, pick(rng, ('red', 'orange', 'yellow'))), gloss=0.7))
    return _glass(rng, outer, floor=stem + 0.008, base=stem, within=extras)


def _margarita_glass(rng: np.random.Generator) -> Model:
    """Broad bowl above a small well, on a stem."""
    r, tall, stem = rng.uniform(0.046, 0.058), rng.uniform(0.05, 0.075), rng.uniform(0.045, 0.09)
    well, step = r * rng.uniform(0.38, 0.55), tall * rng.uniform(0.35, 0.5)
    bowl = [(0.005, 0), (well * 0.9, step * 0.35), (well, step), (r * 0.85, step * 1.3)]
    outer = _on_stem([*bowl, (r, tall)], stem, r * rng.uniform(0.65, 0.85))
    return _glass(rng, outer, floor=stem + 0.005, base=stem)


GLASSES: tuple[Design, ...] = (
    _shot_glass,
    _square_glass,
    _bubbled_glass,
    _hurricane_glass,
    _margarita_glass,
)


def _on_stem(bowl: Sequence[tuple[float, float]], stem: float, wide: float) -> Profile:
    """Profile of a bowl that is given from height 0, on a stem and a round foot."""
    thin = bowl[0][0]
    foot = [(wide, 0), (wide, 0.002), (thin * 1.8, 0.007), (thin, stem * 0.5), (thin, stem * 0.9)]
    return np.array([*foot, *((x, stem + z) for x, z in curve(bowl, count=11))])


def _glass(
    rng: np.random.Generator,
    outer: Profile,
    *,
    floor: float,
    base: float = 0.0,
    wall: float = 0.0025,
    segments: int = 26,
    within: Sequence[Part] = (),
    form: Callable[[Part], Part] = lambda part: part,
) -> Model:
    """See-through vessel with things in it and mostly a drink; an empty one may lie."""
    tint = pick(rng, ('', '', '', '', 'blue', 'green', 'pink', 'gray', 'orange'))
    rgb = np.array(shade(rng, tint)) * 0.5 + 0.4 if tint else np.array([0.83, 0.9, 0.92])
    alpha = rng.uniform(0.28, 0.45)
    pair = [form(p) for p in shell(outer, wall, floor=floor, segments=segments)]
    parts = [paint(p, rgb, gloss=0.95, alpha=alpha) for p in pair]
    if rng.random() < 0.55:
        level = base + (outer[-1, 1] - base) * rng.uniform(0.5, 0.85)
        drink = form(filling(outer, wall, level, floor=floor, segments=segments))
        liquid = LIQUIDS[int(rng.integers(len(LIQUIDS)))]
        within = [*within, paint(drink, liquid, gloss=0.8, alpha=rng.choice([0.7, 1.0]))]
    if within:
        return Model(parts=(*within, *parts), color='')
    return Model(parts=settled(rng, parts, over=0.15, lying=0.08), color='')
