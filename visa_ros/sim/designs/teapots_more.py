"""More designs of teapots, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.dish_forms import timber
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.solids import extruded
from visa_ros.sim.designs.teapot_parts import curved_spout, handle_behind, knobbed_lid
from visa_ros.sim.designs.vessel_forms import (
    curve,
    ear,
    other_color,
    rippled,
    shell,
    solid,
    squared,
    tube,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    lathe,
    Model,
    move,
    Part,
    rounded_box,
    sphere,
    stretch,
    sweep,
    turn,
)
from visa_ros.sim.tableware import CERAMIC_COLORS

_GLAZES = (*CERAMIC_COLORS, 'brown', 'black', 'white')


def _cube(rng: np.random.Generator) -> Model:
    """Square pot with four flat or slightly round sides, a spout and an angular handle."""
    r = rng.uniform(0.042, 0.055)
    h, top = r * rng.uniform(1.4, 2.1), r * rng.uniform(0.75, 1.0)
    outer = np.array([(r * 0.96, 0), (r, 0.004), (top, h * 0.94), (top * 0.92, h)])
    name = pick(rng, _GLAZES)
    rgb = shade(rng, name)
    parts = [squared(solid(outer, segments=48), rng.uniform(5, 16))]
    parts.append(curved_spout(outer, 0.3, rng.uniform(0.9, 1.02), r * 0.75, r * 0.2))
    style = pick(rng, ('square', 'square', 'ear'))
    parts.append(
        handle_behind(outer, (h * 0.15, h * 0.9), r * 0.65, (r * 0.12, r * 0.1), style, flat=True)
    )
    lid = knobbed_lid(rng, top * rng.uniform(0.55, 0.8), h, rgb, dome=rng.uniform(0.05, 0.3))
    return _glossy(parts, rgb, [squared(p, 4) for p in lid], name)


def _gooseneck(rng: np.random.Generator) -> Model:
    """Kettle pot for slow pouring: a cone of metal with a long thin neck from its foot."""
    r = rng.uniform(0.052, 0.068)
    h, top = r * rng.uniform(1.3, 1.75), r * rng.uniform(0.6, 0.8)
    outer = np.array([(r * 0.97, 0), (r, 0.005), ((r + top) / 2, h * 0.5), (top, h)])
    name = pick(rng, ('gray', 'gray', 'black', 'white', 'green', 'blue', 'red', 'orange'))
    rgb = METAL if name == 'gray' else shade(rng, name)
    reach, thick = r * rng.uniform(0.7, 1.0), r * rng.uniform(0.08, 0.12)
    knots = [(r * 0.9, 0, h * 0.16), (r + reach * 0.45, 0, h * 0.25)]
    knots += [(r + reach * 0.5, 0, h * 0.75), (r + reach * 0.75, 0, h * 1.05)]
    knots.append((r + reach * 1.05, 0, h * 1.0))
    spout = tube(knots, np.linspace(thick * 1.5, thick, 18), count=18)
    style = pick(rng, ('square', 'round', 'ear'))
    grip = handle_behind(
        outer, (h * 0.25, h * 0.95), r * rng.uniform(0.7, 0.95), (r * 0.13, r * 0.12), style
    )
    dark = timber(rng)[1] if rng.random() < 0.5 else (0.06, 0.06, 0.06)
    body = [paint(p, rgb, gloss=0.8) for p in (solid(outer, segments=36), spout)]
    lid = knobbed_lid(rng, top * 0.9, h, rgb, dome=0.12, knob=dark)
    return Model(parts=(*body, paint(grip, dark), *lid), color=name)


def _pumpkin(rng: np.random.Generator) -> Model:
    """Squat pot with deep lobes, like a pumpkin, a melon or a flower; its lid lobed too."""
    r = rng.uniform(0.05, 0.064)
    h = r * rng.uniform(1.05, 1.4)
    outer = curve(
        [(r * 0.55, 0), (r * 0.95, h * 0.25), (r, h * 0.5), (r * 0.8, h * 0.85), (r * 0.42, h)],
        count=12,
    )
    name = pick(rng, ('orange', 'orange', 'green', 'yellow', 'white', 'brown', 'pink', 'red'))
    rgb = shade(rng, name)
    lobes, depth = int(rng.choice([5, 6, 8, 10])), rng.uniform(0.04, 0.09)
    parts = [rippled(solid(outer, segments=60), lobes, depth)]
    parts.append(curved_spout(outer, 0.35, 0.98, r * rng.uniform(0.5, 0.7), r * 0.2))
    half = (r * 0.1, r * 0.09)
    parts.append(handle_behind(outer, (h * 0.2, h * 0.85), r * 0.6, half, 'ear'))
    lid = [rippled(p, lobes, depth) for p in knobbed_lid(rng, r * 0.42, h, rgb, dome=0.35)]
    stalk = (0.2, 0.36, 0.12) if name == 'orange' else rgb
    return _glossy(parts, rgb, [lid[0], paint(lid[1], stalk, gloss=0.5)], name)


def _cottage(rng: np.random.Generator) -> Model:
    """Novelty pot in the shape of a cottage: a gabled roof for its lid, door and windows."""
    wide, deep, h = rng.uniform(0.08, 0.1), rng.uniform(0.06, 0.075), rng.uniform(0.05, 0.07)
    name = pick(rng, ('white', 'yellow', 'pink', 'blue', 'orange'))
    rgb, roof_rgb = shade(rng, name), other_color(rng, name, ('red', 'brown', 'green', 'gray'))
    body = rounded_box((wide, deep, h), radius=0.006)
    rise, over = rng.uniform(0.03, 0.045), wide / 2 + 0.006
    gable = extruded(
        [(-over, h - 0.001), (over, h - 0.001), (0.006, h + rise), (-0.006, h + rise)], deep + 0.01
    )
    chimney = rounded_box((0.014, 0.014, 0.022), radius=0.002, steps=1)
    outer = np.array([(wide / 2, 0), (wide / 2, h)])
    spout = curved_spout(outer, 0.25, rng.uniform(0.95, 1.1), 0.035, 0.0105)
    half = (0.007, 0.006)
    grip = handle_behind(outer, (h * 0.15, h * 0.88), 0.034, half, pick(rng, ('ear', 'round')))
    parts = [paint(p, rgb, gloss=0.6) for p in (body, spout, grip)]
    parts.append(paint(gable, roof_rgb, gloss=0.5))
    parts.append(paint(move(chimney, (0, 0, h + rise - 0.006)), roof_rgb, gloss=0.5))
    door = rounded_box((wide * 0.2, deep + 0.003, h * 0.55), radius=0.002, steps=1)
    pane = rounded_box((wide * 0.17, deep + 0.003, h * 0.25), radius=0.002, steps=1)
    parts.append(paint(door, (0.36, 0.2, 0.09)))
    parts += [paint(move(pane, (x * wide, 0, h * 0.45)), (0.3, 0.4, 0.55)) for x in (-0.3, 0.3)]
    return Model(parts=tuple(parts), color=name)


def _for_one(rng: np.random.Generator) -> Model:
    """Tea for one: a small pot that sits in the mouth of its own cup."""
    r = rng.uniform(0.036, 0.046)
    low, h = r * rng.uniform(0.9, 1.2), r * rng.uniform(1.2, 1.5)
    cup = curve([(r * 0.6, 0), (r * 0.95, low * 0.4), (r * 1.08, low)], count=8)
    outer = curve([(r * 0.85, 0), (r * 1.15, h * 0.35), (r, h * 0.7), (r * 0.5, h)], count=12)
    name = pick(rng, CERAMIC_COLORS)
    rgb = shade(rng, name)
    second = rgb if rng.random() < 0.5 else other_color(rng, name)
    half = (r * 0.12, r * 0.1)
    below = [*shell(cup, 0.003, segments=24)]
    below.append(turn(ear(cup, (low * 0.2, low * 0.85), r * 0.5, half), 'z', 180))
    spout = curved_spout(outer, 0.35, 0.98, r * rng.uniform(0.55, 0.8), r * 0.2)
    grip = handle_behind(outer, (h * 0.2, h * 0.85), r * 0.55, half, 'ear')
    pot = [solid(outer, segments=24), spout, grip]
    lift = (0, 0, low - 0.001)
    lid = [move(p, lift) for p in knobbed_lid(rng, r * 0.5, h, second, dome=0.25)]
    lower = [paint(p, second, gloss=0.7) for p in below]
    return _glossy([move(p, lift) for p in pot], rgb, [*lid, *lower], name)


def _wheel(rng: np.random.Generator) -> Model:
    """Pot with a flat round body on edge, as of the art-deco years or of hunters."""
    r, deep = rng.uniform(0.05, 0.066), rng.uniform(0.4, 0.6)
    name = pick(rng, _GLAZES)
    rgb = shade(rng, name)
    ball = stretch(sphere(r, rings=16, segments=36), (1, deep, 1))
    foot = lathe([(0, 0), (r * 0.5, 0), (r * 0.4, r * 0.2), (0, r * 0.3)], segments=24)
    t = np.linspace(-1.3, 1.25, 14)
    outer = np.stack((r * np.cos(t), r + r * np.sin(t)), 1)
    spout = curved_spout(outer, 0.42, rng.uniform(0.88, 1.0), r * 0.65, r * 0.17)
    half = (r * 0.11, r * 0.09)
    grip = handle_behind(outer, (r * 0.5, r * 1.65), r * 0.5, half, pick(rng, ('ear', 'square')))
    parts = [move(ball, (0, 0, r)), stretch(foot, (1, deep * 1.4, 1)), spout, grip]
    top = rgb if rng.random() < 0.6 else other_color(rng, name)
    lid = knobbed_lid(rng, r * 0.3, r * 1.93, top, dome=0.35)
    return _glossy([move(p, (0, 0, 0.003)) for p in parts], rgb, lid, name)


def _faceted(rng: np.random.Generator) -> Model:
    """Cone, diamond or drum of four to ten flat sides, a straight spout, a hoop of a handle."""
    r, sides = rng.uniform(0.05, 0.066), int(rng.choice([4, 5, 6, 8, 8, 10]))
    h, top = r * rng.uniform(1.2, 1.9), r * rng.uniform(0.35, 0.6)
    waist = r * rng.uniform(0.7, 1.0)
    outer = np.array([(waist, 0), (r, h * rng.uniform(0.1, 0.55)), (top, h)])
    name = pick(rng, _GLAZES)
    rgb = METAL if name == 'gray' else shade(rng, name)
    body = turn(solid(outer, segments=sides), 'z', 180 / sides * int(rng.integers(2)))
    root = np.array([r * 0.55, 0, h * 0.4])
    tip = np.array([r * rng.uniform(1.5, 1.9), 0, h * rng.uniform(0.85, 1.05)])
    spout = sweep(
        [root + (tip - root) * t for t in np.linspace(0, 1, 5)],
        circle(int(rng.choice([4, 6, 12]))),
        r * np.linspace(0.26, 0.12, 5),
        across=(0, 1, 0),
    )
    half = (r * 0.11, r * 0.09)
    style = pick(rng, ('square', 'low', 'round'))
    grip = handle_behind(outer, (h * 0.25, h * 0.92), r * 0.65, half, style, flat=True)
    lid = knobbed_lid(rng, top * 0.92, h, rgb, dome=rng.uniform(0.1, 0.9))
    return _glossy([body, spout, grip], rgb, lid, name)


def _glossy(parts: Sequence[Part], rgb: Sequence[float], rest: Sequence[Part], name: str) -> Model:
    """Paint the parts in one glaze and add the rest."""
    return Model(parts=(*(paint(p, rgb, gloss=0.6) for p in parts), *rest), color=name)


TEAPOTS: tuple[Design, ...] = (
    _cube,
    _gooseneck,
    _pumpkin,
    _cottage,
    _for_one,
    _wheel,
    _faceted,
)
