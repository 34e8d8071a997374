"""More designs of bread, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.bread import crust_rgb
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.solids import bumpy, extruded, flat
from visa_ros.sim.finish import paint
from visa_ros.sim.shapes import circle, lathe, Model, move, Part, sphere, stretch, turn

_CRUMB = np.array([0.9, 0.8, 0.6])
_FLOUR = np.array([0.88, 0.78, 0.6])


def _bread_ring(rng: np.random.Generator) -> Model:
    """Wreath: a ring of dough, smooth and slashed or of balls baked together."""
    r, brown = rng.uniform(0.06, 0.11), crust_rgb(rng)
    tube, knobs = r * rng.uniform(0.3, 0.45), int(rng.integers(7, 12))
    parts = []
    if rng.random() < 0.5:
        for k in range(knobs):
            bun = stretch(sphere(tube, rings=10, segments=16), (1, 1.1, 0.85))
            bun = turn(move(bun, (r, 0, 0)), 'z', 360 * k / knobs)
            parts.append(paint(bun, brown * rng.uniform(0.92, 1.08), gloss=0.2))
        return Model(parts=tuple(parts), color='brown')
    section = np.concatenate((circle(14), circle(1))) * (tube, tube * 0.85) + (r, 0)
    parts.append(paint(bumpy(rng, lathe(section, segments=40), r * 0.01, r), brown, gloss=0.15))
    for k in range(knobs):
        slash = stretch(sphere(tube, rings=8, segments=12), (0.6, 0.16, 0.2))
        slash = move(turn(slash, 'z', 35), (r, 0, tube * 0.78))
        parts.append(paint(turn(slash, 'z', 360 * k / knobs), 0.4 * brown + 0.6 * _FLOUR))
    return Model(parts=tuple(parts), color='brown')


def _bread_humps(rng: np.random.Generator) -> Model:
    """Milk loaf from a tin: straight below, two to five round humps above."""
    w, h, count = rng.uniform(0.08, 0.11), rng.uniform(0.05, 0.08), int(rng.integers(2, 6))
    each, brown = w * rng.uniform(0.5, 0.62), crust_rgb(rng)
    half = w / 2
    box = [(-half * 0.92, 0), (half * 0.92, 0), (half, h), (-half, h)]
    parts = [paint(extruded(box, each * count, bevel=0.006), brown * (1.12, 1.2, 1.25))]
    for k in range(count):
        hump = sphere(1.0, rings=13, segments=24)
        hump = stretch(hump, (half * 1.05, each * 0.58, half * rng.uniform(0.75, 0.95)))
        y = each * (k - (count - 1) / 2)
        parts.append(paint(move(hump, (0, y, h * 0.9)), brown, gloss=0.4))
    return Model(parts=tuple(parts), color='brown')


def _bread_epi(rng: np.random.Generator) -> Model:
    """Ear of wheat: a baguette snipped into pointed leaves to left and right."""
    length, count = rng.uniform(0.17, 0.26), int(rng.integers(5, 10))
    step, brown = length / count, crust_rgb(rng)
    wide, out = step * rng.uniform(0.36, 0.46), rng.uniform(20, 42)
    parts: list[Part] = []
    for k in range(count):
        body = stretch(sphere(1.0, rings=12, segments=14), (step * 0.95, wide, wide * 0.8))
        x = body.vertices[:, 0] / step
        taper = np.where(x > 0, 1 - 0.55 * x, 1.0)[:, None] * [0, 1, 1] + [1, 0, 0]
        body = Part(vertices=body.vertices * taper, faces=body.faces)
        side = 0 if k == count - 1 else (-1) ** k
        body = move(turn(body, 'z', side * out), (step * k, side * wide * 0.55, wide * 0.8))
        parts.append(paint(body, brown * rng.uniform(0.93, 1.08), gloss=0.15))
    return Model(parts=tuple(parts), color='brown')


def _bread_triangles(rng: np.random.Generator) -> Model:
    """Toast cut from corner to corner: two to four triangles in crust, stacked or apart."""
    w, thick = rng.uniform(0.08, 0.11), rng.uniform(0.01, 0.017)
    crumb, brown = _CRUMB * np.power(rng.uniform(0.6, 1.0), (0.5, 1.0, 1.8)), crust_rgb(rng)
    plan = np.array([(-0.5, -0.48), (0.48, -0.5), (0.5, -0.44), (-0.44, 0.5), (-0.5, 0.48)]) * w
    middle = plan.mean(0)
    whole = turn(extruded(plan - middle, thick, bevel=0.001), 'x', -90)
    face = flat((plan - middle) * 0.88, thick / 2 + 0.0005, bulge=0.0006)
    inner = flat((plan - middle) * (0.9, 0.9), thick / 2 + 0.0003)
    tones = ((whole, brown), (face, crumb), (inner, crumb * 0.9))
    one = [paint(p, c, gloss=0.0) for p, c in tones]
    parts, stack = [], rng.random() < 0.5
    for k in range(int(rng.integers(2, 5))):
        about = rng.uniform(-15, 15) + (0 if stack else 180 * (k % 2))
        at = (w * 0.12 * k, 0, thick * 1.1 * k) if stack else (w * 0.45 * k, w * 0.4 * (k % 2), 0)
        parts += [move(turn(p, 'z', about), at) for p in one]
    return Model(parts=tuple(parts), color='')


BREADS: tuple[Design, ...] = (
    _bread_ring,
    _bread_humps,
    _bread_epi,
    _bread_triangles,
)
