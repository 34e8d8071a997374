"""Designs of teapots and kettles: a spout, a lid, and a handle behind, above or beside."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.teapot_parts import bail, curved_spout, handle_behind, knobbed_lid
from visa_ros.sim.designs.vessel_forms import (
    curve,
    filling,
    other_color,
    radius_at,
    rippled,
    shell,
    solid,
    split,
    wrapped,
)
from visa_ros.sim.finish import METAL, middles, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    Model,
    move,
    sphere,
    sweep,
    turn,
)
from visa_ros.sim.tableware import CERAMIC_COLORS

GOLD = (0.78, 0.6, 0.25)


def teapot(rng: np.random.Generator) -> Model:
    """A pot with a spout, a handle and a lid."""
    return one_of(rng, _TEAPOTS)


def _globe_pot(rng: np.random.Generator) -> Model:
    """English pot: a globe with a short curved spout, an ear of a handle and a domed lid."""
    r = rng.uniform(0.048, 0.062)
    h = r * rng.uniform(1.45, 1.8)
    outer = curve(
        [(r * 0.55, 0), (r * 0.95, h * 0.25), (r, h * 0.5), (r * 0.8, h * 0.85), (r * 0.5, h)],
        count=16,
    )
    name = pick(rng, (*CERAMIC_COLORS, 'brown'))
    rgb = shade(rng, name)
    body = solid(outer)
    at = middles(body, 2) / h
    middle = rng.uniform(0.35, 0.65)
    plain = np.abs(at - middle) > rng.uniform(0.08, 0.2) if rng.random() < 0.4 else at > -1
    parts = split(body, plain, rgb, other_color(rng, name), gloss=0.7)
    spout = curved_spout(outer, 0.3, rng.uniform(0.85, 1.0), r * rng.uniform(0.6, 0.85), r * 0.22)
    grip = handle_behind(
        outer,
        (h * 0.2, h * 0.85),
        r * rng.uniform(0.5, 0.7),
        (r * 0.12, r * 0.09),
        pick(rng, ('round', 'ear')),
    )
    parts += [paint(p, rgb, gloss=0.7) for p in (spout, grip)]
    top = rgb if rng.random() < 0.6 else other_color(rng, name)
    return Model(parts=(*parts, *knobbed_lid(rng, r * 0.5, h, top, dome=0.3)), color=name)


def _iron_pot(rng: np.random.Generator) -> Model:
    """Japanese iron pot: squat, studded or ribbed, a short spout and a bail over its lid."""
    r = rng.uniform(0.052, 0.068)
    h = r * rng.uniform(0.95, 1.3)
    outer = curve(
        [(r * 0.6, 0), (r * 0.95, h * 0.3), (r, h * 0.5), (r * 0.85, h * 0.8), (r * 0.48, h)],
        count=16,
    )
    name = pick(rng, ('black', 'black', 'gray', 'brown', 'blue', 'red', 'green'))
    rgb = np.array(shade(rng, name)) * 0.9
    body = rippled(solid(outer, segments=48), int(rng.choice([8, 12, 24])), rng.uniform(0, 0.02))
    spout = curved_spout(outer, 0.55, 1.02, r * rng.uniform(0.4, 0.55), r * 0.2)
    parts = [paint(p, rgb, gloss=0.2) for p in (body, spout)]
    if rng.random() < 0.6:
        stud = sphere(r * 0.045, rings=4, segments=6)
        for z in (0.45, 0.62):
            reach = radius_at(outer, h * z)
            for angle in np.arange(0, 360, 30) + 100 * z:
                parts.append(
                    paint(turn(move(stud, (reach, 0, h * z)), 'z', angle), rgb, gloss=0.2)
                )
    parts.append(paint(bail(outer, h, r * rng.uniform(0.7, 1.0), flat=False), rgb, gloss=0.3))
    return Model(parts=(*parts, *knobbed_lid(rng, r * 0.48, h, rgb, dome=0.15)), color=name)


def _side_handled_pot(rng: np.random.Generator) -> Model:
    """Japanese kyusu: a straight stick of a handle at the side of the spout."""
    r = rng.uniform(0.043, 0.056)
    h = r * rng.uniform(1.1, 1.5)
    outer = curve([(r * 0.75, 0), (r, h * 0.35), (r * 0.97, h * 0.65), (r * 0.55, h)], count=14)
    name = pick(rng, ('brown', 'brown', 'orange', 'black', 'white', 'gray', 'green', 'blue'))
    rgb, gloss = shade(rng, name), rng.uniform(0.1, 0.6)
    body, spout = solid(outer), curved_spout(outer, 0.5, 1.0, r * 0.5, r * 0.2)
    start = np.array([r * 0.85, 0, h * 0.55])
    way = np.array([1, 0, rng.uniform(0.15, 0.5)])
    length = r * rng.uniform(1.2, 1.7)
    stick = sweep(
        [start + way * length * t for t in np.linspace(0, 1, 6)],
        circle(12),
        r * np.linspace(0.15, rng.uniform(0.19, 0.27), 6),
        across=(0, 1, 0),
    )
    wood = shade(rng, 'brown') if rng.random() < 0.25 else rgb
    parts = [paint(p, rgb, gloss=gloss) for p in (body, spout)]
    parts.append(paint(turn(stick, 'z', rng.choice([-90, -75, 90])), wood, gloss=gloss))
    return Model(parts=(*parts, *knobbed_lid(rng, r * 0.55, h, rgb, dome=0.2)), color=name)


def _silver_pot(rng: np.random.Generator) -> Model:
    """Tall pot of silver, brass or enamel on a foot, a swan's neck for a spout, a pointed lid."""
    r = rng.uniform(0.042, 0.054)
    h = r * rng.uniform(2.2, 2.9)
    outer = curve(
        [
            (r * 0.7, 0),
            (r * 0.45, h * 0.07),
            (r, h * 0.33),
            (r * 0.85, h * 0.6),
            (r * 0.5, h * 0.85),
            (r * 0.55, h),
        ],
        count=20,
    )
    name, rgb = [
        ('gray', METAL),
        ('gray', METAL),
        ('yellow', GOLD),
        ('white', (0.92, 0.9, 0.86)),
        ('blue', (0.08, 0.15, 0.5)),
        ('red', (0.6, 0.05, 0.06)),
    ][int(rng.integers(6))]
    lobes, depth = int(rng.choice([8, 10, 12])), rng.choice([0.0, 0.025])
    body = rippled(solid(outer, segments=48), lobes, depth)
    spout = curved_spout(outer, 0.28, rng.uniform(0.85, 0.98), r * rng.uniform(0.9, 1.2), r * 0.19)
    grip = handle_behind(
        outer,
        (h * 0.25, h * 0.88),
        r * rng.uniform(0.8, 1.05),
        (r * 0.1, r * 0.1),
        pick(rng, ('ear', 'round')),
    )
    dark = (0.05, 0.04, 0.04) if rng.random() < 0.3 else rgb
    parts = [paint(body, rgb, gloss=0.9), paint(spout, rgb, gloss=0.9), paint(grip, dark)]
    return Model(
        parts=(*parts, *knobbed_lid(rng, r * 0.58, h, rgb, dome=rng.uniform(0.4, 1.0))), color=name
    )


def _modern_pot(rng: np.random.Generator) -> Model:
    """Cylinder or cone with a straight spout, a bent or square handle and a flat lid."""
    r = rng.uniform(0.042, 0.056)
    h = r * rng.uniform(1.5, 2.2)
    top = r * rng.uniform(0.65, 1.0)
    outer = np.array(
        [(r * 0.95, 0), (r, 0.004), ((r + top) / 2, h / 2), (top, h * 0.97), (top * 0.95, h)]
    )
    name = pick(rng, CERAMIC_COLORS)
    rgb = METAL if name == 'gray' else shade(rng, name)
    second = rgb if rng.random() < 0.4 else other_color(rng, name, ('brown', 'black', 'white'))
    segments = int(rng.choice([6, 8, 32, 32, 32]))
    tip = np.array([r * rng.uniform(1.6, 1.9), 0, h * rng.uniform(0.88, 1.02)])
    root = np.array([r * 0.8, 0, h * rng.uniform(0.35, 0.6)])
    spout = sweep(
        [root + (tip - root) * t for t in np.linspace(0, 1, 6)],
        circle(14),
        r * np.linspace(0.28, 0.12, 6),
        across=(0, 1, 0),
    )
    grip = handle_behind(
        outer,
        (h * 0.15, h * 0.88),
        r * rng.uniform(0.55, 0.8),
        (r * 0.13, r * 0.08),
        pick(rng, ('square', 'round')),
        flat=True,
    )
    parts = [
        paint(solid(outer, segments=segments), rgb, gloss=0.4),
        paint(spout, rgb, gloss=0.4),
        paint(grip, second, gloss=0.4),
    ]
    return Model(parts=(*parts, *knobbed_lid(rng, top * 0.8, h, second, dome=0.06)), color=name)


def _glass_pot(rng: np.random.Generator) -> Model:
    """See-through pot with tea in it, a lid of steel, wood or glass."""
    r = rng.uniform(0.046, 0.06)
    h = r * rng.uniform(1.4, 1.9)
    outer = curve([(r * 0.75, 0), (r, h * 0.3), (r * 0.95, h * 0.6), (r * 0.55, h)], count=14)
    pale = np.array([0.82, 0.9, 0.92])
    spout = curved_spout(outer, 0.45, 0.98, r * 0.6, r * 0.17)
    grip = handle_behind(
        outer,
        (h * 0.2, h * 0.88),
        r * rng.uniform(0.55, 0.75),
        (r * 0.09, r * 0.08),
        pick(rng, ('square', 'round', 'ear')),
    )
    tea = [(0.7, 0.32, 0.04), (0.5, 0.14, 0.03), (0.65, 0.68, 0.2)][int(rng.integers(3))]
    drink = filling(outer, 0.003, h * rng.uniform(0.4, 0.75))
    rgb = [METAL, METAL, (0.5, 0.32, 0.16), (0.06, 0.06, 0.06)][int(rng.integers(4))]
    glass = [*shell(outer, 0.003), spout]
    parts = [paint(drink, tea, gloss=0.7), *knobbed_lid(rng, r * 0.56, h, rgb, dome=0.15)]
    parts += [paint(p, pale, gloss=0.95, alpha=0.45) for p in glass]
    solid_grip = rng.random() < 0.4
    parts.append(
        paint(grip, rgb if solid_grip else pale, gloss=0.9, alpha=1.0 if solid_grip else 0.5)
    )
    return Model(parts=tuple(parts), color='')


def _bamboo_pot(rng: np.random.Generator) -> Model:
    """Chinese pot of porcelain, its tall bail of cane or wire from shoulder to shoulder."""
    r = rng.uniform(0.044, 0.058)
    h = r * rng.uniform(1.3, 1.9)
    outer = curve(
        [(r * 0.8, 0), (r * 0.95, h * 0.2), (r, h * rng.uniform(0.6, 0.75)), (r * 0.5, h)],
        count=14,
    )
    name = pick(rng, ('white', 'white', 'blue', 'green', 'red', 'brown', 'pink', 'yellow'))
    rgb = shade(rng, name)
    spout = curved_spout(outer, 0.35, 0.97, r * rng.uniform(0.6, 0.8), r * 0.19)
    parts = [paint(p, rgb, gloss=0.7) for p in (solid(outer), spout)]
    cane = (0.6, 0.42, 0.2) if rng.random() < 0.7 else METAL
    parts.append(paint(bail(outer, h, r * rng.uniform(1.0, 1.4), flat=False), cane))
    if rng.random() < 0.6:
        ink = other_color(rng, name, ('blue', 'red', 'white', 'black'))
        parts.append(paint(wrapped(outer, h * 0.3, h * rng.uniform(0.38, 0.6)), ink, gloss=0.7))
    return Model(parts=(*parts, *knobbed_lid(rng, r * 0.5, h, rgb, dome=0.25)), color=name)


_TEAPOTS = (
    _globe_pot,
    _iron_pot,
    _side_handled_pot,
    _silver_pot,
    _modern_pot,
    _glass_pot,
    _bamboo_pot,
)
