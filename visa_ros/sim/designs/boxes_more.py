"""More designs of boxes, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import prism
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.goods import VIVID
from visa_ros.sim.shapes import (
    circle,
    Model,
    move,
    Part,
    rounded_box,
    sphere,
    turn,
)

_TONES = (*VIVID, 'white', 'black', 'gray', 'brown')


def _box_plan(rng: np.random.Generator) -> Model:
    """Gift or hat box: six or eight sides, or an oval, a lid with a knob, at times ribbons."""
    r, sides = rng.uniform(0.04, 0.09), int(rng.choice([6, 6, 8, 8, 28]))
    h, name = r * rng.uniform(0.6, 1.5), pick(rng, _TONES)
    plan = circle(sides) * r * [1, rng.uniform(0.65, 0.85) if sides == 28 else 1]
    rgb, other = shade(rng, name), shade(rng, pick(rng, [c for c in _TONES if c != name]))
    high = h * rng.uniform(0.2, 0.4)
    parts = [paint(prism(plan, h), rgb)]
    lid = move(prism(plan * 1.05, high, bevel=0.001), (0, 0, h - high * 0.7))
    parts.append(paint(lid, rgb))
    top = h + high * 0.3
    if rng.random() < 0.6:
        for about in (0,) if sides == 28 else (0, 90):
            band = rounded_box((r * 1.75, r * 0.16, 0.0014), radius=0.0004, steps=1)
            band = move(band, (0, 0, top - 0.0004))
            parts.append(paint(turn(band, 'z', about), other, gloss=0.6))
    knob = sphere(r * 0.12, rings=8, segments=12)
    parts.append(paint(move(knob, (0, 0, top + r * 0.08)), other, gloss=0.6))
    return Model(parts=tuple(parts), color=name)


def _box_drawers(rng: np.random.Generator) -> Model:
    """Box of drawers on a table: one to three fronts with knobs, one pulled out."""
    w, d, h = rng.uniform(0.1, 0.2), rng.uniform(0.08, 0.14), rng.uniform(0.06, 0.2)
    count, name = int(rng.integers(1, 4)), pick(rng, ('brown', 'brown', *_TONES))
    rgb = np.array(shade(rng, name))
    parts = [paint(rounded_box((w, d, h), radius=0.003), rgb)]
    high, out = h * 0.94 / count, int(rng.integers(count + 1))
    for i in range(count):
        z = h * 0.03 + i * high
        pull = d * rng.uniform(0.25, 0.5) if i == out else 0.003
        tray = _tray(w * 0.9, pull + 0.01, high * 0.86, 0.003)
        parts += [paint(move(p, (0, -d / 2 - pull / 2 + 0.005, z)), rgb * 0.8) for p in tray]
        front = rounded_box((w * 0.92, 0.004, high * 0.9), radius=0.001, steps=1)
        parts.append(paint(move(front, (0, -d / 2 - pull, z)), rgb * 1.05))
        knob = sphere(min(high * 0.14, 0.008), rings=8, segments=12)
        parts.append(paint(move(knob, (0, -d / 2 - pull - 0.005, z + high * 0.45)), METAL))
    return Model(parts=tuple(parts), color=name)


def _box_crate(rng: np.random.Generator) -> Model:
    """Open wooden crate of slats with gaps between corner posts."""
    w, d, h = rng.uniform(0.13, 0.28), rng.uniform(0.09, 0.17), rng.uniform(0.06, 0.14)
    rgb = np.array([0.66, 0.47, 0.26]) * rng.uniform(0.7, 1.15)
    count, thick = int(rng.integers(2, 4)), rng.uniform(0.003, 0.006)
    pitch = h / count
    parts = [paint(rounded_box((w, d, thick), radius=0.001, steps=1), rgb * 0.85)]
    for i in range(count):
        for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            size = (thick, d, pitch * 0.72) if x else (w, thick, pitch * 0.72)
            at = (x * (w - thick) / 2, y * (d - thick) / 2, i * pitch + pitch * 0.14)
            slat = rounded_box(size, radius=0.0006, steps=1)
            parts.append(paint(move(slat, at), rgb * rng.uniform(0.9, 1.08)))
    post = rounded_box((0.01, 0.01, h), radius=0.001, steps=1)
    for x in (-1, 1):
        for y in (-1, 1):
            at = (x * (w / 2 - 0.005 - thick), y * (d / 2 - 0.005 - thick), 0)
            parts.append(paint(move(post, at), rgb * 0.8))
    return Model(parts=tuple(parts), color='brown')


BOXES: tuple[Design, ...] = (
    _box_plan,
    _box_drawers,
    _box_crate,
)


def _tray(width: float, depth: float, height: float, wall: float) -> list[Part]:
    """Floor and four walls, open above."""
    parts = [rounded_box((width, depth, wall), radius=0.0006, steps=1)]
    for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        size = (wall, depth, height) if x else (width, wall, height)
        side = rounded_box(size, radius=0.0006, steps=1)
        parts.append(move(side, (x * (width - wall) / 2, y * (depth - wall) / 2, 0)))
    return parts
