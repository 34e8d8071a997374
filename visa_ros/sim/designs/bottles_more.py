"""More designs of bottles, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.vessel_forms import (
    curve,
    other_color,
    settled,
    solid,
    squared,
    tube,
    wrapped,
)
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import cylinder, lathe, Model, move, rounded_box, sphere, stretch, turn

HUES = ('white', 'white', 'blue', 'green', 'red', 'yellow', 'brown', 'black')


def _pump_bottle(rng: np.random.Generator) -> Model:
    """Soap or lotion with a pump to press; round or oblong."""
    r, h = rng.uniform(0.027, 0.04), rng.uniform(0.1, 0.17)
    top = h * rng.uniform(0.75, 0.92)
    outer = np.array([(r * 0.93, 0), (r, 0.004), (r, top), (r * 0.7, h * 0.97), (r * 0.38, h)])
    name, power, deep = pick(rng, HUES), rng.uniform(2, 2.4), rng.uniform(0.6, 1)
    rgb, second = shade(rng, name), other_color(rng, name, ('white', 'black', 'gray'))
    label = wrapped(outer, h * 0.15, top * rng.uniform(0.5, 0.85))
    parts = [
        paint(stretch(squared(p, power), (1, deep, 1)), c, gloss=0.6)
        for p, c in ((solid(outer), rgb), (label, other_color(rng, name, HUES)))
    ][: int(rng.integers(1, 3))]
    reach, rise = rng.uniform(0.026, 0.042), rng.uniform(0.018, 0.035)
    parts.append(paint(move(cylinder(0.012, 0.014, bevel=0.001), (0, 0, h - 0.001)), second))
    parts.append(paint(move(cylinder(0.004, rise, segments=12), (0, 0, h + 0.012)), second))
    head = [(-0.009, 0, h + 0.012 + rise), (reach * 0.7, 0, h + 0.014 + rise)]
    parts.append(paint(tube([*head, (reach, 0, h + 0.004 + rise)], 0.0055), second))
    return Model(parts=tuple(parts), color=name)


def _trigger_bottle(rng: np.random.Generator) -> Model:
    """Cleaner in an oval bottle with a spray head and a trigger."""
    r, h = rng.uniform(0.034, 0.045), rng.uniform(0.13, 0.21)
    knots = [(r * 0.95, 0), (r, h * 0.4), (r * rng.uniform(0.7, 1), h * 0.65), (0.014, h * 0.92)]
    outer = curve([*knots, (0.013, h)])
    name, deep = pick(rng, HUES), rng.uniform(0.6, 1)
    body = stretch(solid(outer), (1, deep, 1))
    head = other_color(rng, name, ('red', 'white', 'blue', 'black', 'green'))
    long = rng.uniform(0.06, 0.085)
    top = move(rounded_box((long, 0.022, 0.024), radius=0.007), (long * 0.16, 0, h + 0.012))
    front = long * 0.62
    nose = move(turn(cylinder(0.008, 0.014, segments=14), 'y', 90), (front, 0, h + 0.025))
    lever = [(front * 0.6, 0, h + 0.014), (front * 0.75, 0, h - 0.008), (front, 0, h - 0.03)]
    parts = [paint(body, shade(rng, name), gloss=0.5)]
    parts += [paint(p, head) for p in (top, move(cylinder(0.016, 0.018), (0, 0, h - 0.004)))]
    parts += [paint(p, other_color(rng, name, HUES)) for p in (nose, tube(lever, 0.004))]
    return Model(parts=tuple(parts), color=name)


def _squeeze_bottle(rng: np.random.Generator) -> Model:
    """Soft bottle of sauce or glue with a long pointed nozzle."""
    r, h = rng.uniform(0.02, 0.034), rng.uniform(0.09, 0.18)
    waist = rng.uniform(0.85, 1)
    outer = curve([(r * 0.95, 0), (r, h * 0.15), (r * waist, h * 0.55), (r * 0.95, h)], count=10)
    name = pick(rng, ('red', 'red', 'yellow', 'yellow', 'brown', 'white', 'green'))
    rgb = shade(rng, name)
    tall = h * rng.uniform(0.25, 0.45)
    rim = [(r * 1.03, h - 0.004), (r * 1.03, h + 0.006), (r * 0.5, h + 0.012)]
    spout = lathe([*rim, (0.007, h + 0.014), (0.0025, h + tall), (0, h + tall)])
    tip = rgb if rng.random() < 0.5 else other_color(rng, name, ('white', 'red', 'green'))
    parts = [paint(solid(outer), rgb, gloss=0.5), paint(spout, tip)]
    if rng.random() < 0.6:
        label = wrapped(outer, h * 0.2, h * rng.uniform(0.5, 0.8))
        parts.append(paint(label, other_color(rng, name, HUES)))
    return Model(parts=settled(rng, parts, lying=0.15), color=name)


def _dropper_bottle(rng: np.random.Generator) -> Model:
    """Small bottle of medicine or scent with a rubber bulb for drops."""
    r, h = rng.uniform(0.013, 0.023), rng.uniform(0.045, 0.085)
    knots = [(r * 0.95, 0), (r, 0.003), (r, h * 0.7), (r * 0.8, h * 0.85), (r * 0.45, h * 0.9)]
    name = pick(rng, ('brown', 'brown', 'blue', 'green', 'white', 'black'))
    outer = np.array([*knots, (r * 0.45, h)])
    bulb = stretch(sphere(r * 0.38, rings=10, segments=16), (1, 1, rng.uniform(1.6, 2.4)))
    cap = move(cylinder(r * 0.6, r * 0.8, bevel=0.001), (0, 0, h - 0.002))
    label = wrapped(outer, h * 0.12, h * rng.uniform(0.45, 0.65))
    parts = [paint(solid(outer), shade(rng, name), gloss=0.9)]
    parts.append(paint(label, other_color(rng, name, ('white', 'yellow', 'gray'))))
    parts += [paint(cap, other_color(rng, name, ('black', 'white', 'gray')), gloss=0.5)]
    parts.append(paint(move(bulb, (0, 0, h + r * 1.1)), shade(rng, pick(rng, ('black', 'red')))))
    return Model(parts=settled(rng, parts, lying=0.12), color=name)


def _baby_bottle(rng: np.random.Generator) -> Model:
    """Baby's bottle of milk with a screw ring and a teat."""
    r, h = rng.uniform(0.025, 0.033), rng.uniform(0.09, 0.16)
    waist = rng.uniform(0.78, 1)
    outer = curve([(r * 0.95, 0), (r, h * 0.15), (r * waist, h * 0.5), (r, h * 0.8), (r * 0.8, h)])
    collar = move(cylinder(r * 0.95, 0.016, bevel=0.002), (0, 0, h - 0.003))
    s = r * rng.uniform(0.85, 1.05)
    teat = [(s * 0.8, 0), (s * 0.65, s * 0.4), (s * 0.25, s * 0.8), (s * 0.28, s * 1.2)]
    teat = lathe([*teat, (s * 0.18, s * 1.4), (0, s * 1.45)])
    name = pick(rng, HUES[2:])
    parts = [paint(solid(outer), (0.93, 0.93, 0.9), gloss=0.7)]
    parts += [
        paint(collar, shade(rng, name)),
        paint(move(teat, (0, 0, h + 0.012)), (0.8, 0.6, 0.4)),
    ]
    return Model(parts=settled(rng, parts, lying=0.2), color='white')


def _jug_bottle(rng: np.random.Generator) -> Model:
    """Large flat bottle of detergent or milk with a handle at its shoulder and a screw cap."""
    r, h, power = rng.uniform(0.05, 0.075), rng.uniform(0.17, 0.27), rng.uniform(3, 6)
    top, deep = h * rng.uniform(0.5, 0.62), rng.uniform(0.5, 0.68)
    outer = curve([(r * 0.95, 0), (r, h * 0.06), (r, top), (r * 0.5, h * 0.85), (r * 0.3, h)])
    name = pick(rng, HUES)
    body = stretch(squared(solid(outer), power), (1, deep, 1))
    grip = [(r * 0.3, 0, h * 0.92), (r * 0.8, 0, h * 0.93), (r * 0.98, 0, h * 0.8)]
    grip = tube([*grip, (r * 0.9, 0, top * 0.98)], r * rng.uniform(0.12, 0.18))
    cap = move(cylinder(r * 0.36, h * 0.11, bevel=0.003), (0, 0, h * 0.96))
    rgb = shade(rng, name)
    parts = [paint(p, rgb, gloss=0.4) for p in (body, grip)]
    parts.append(paint(cap, other_color(rng, name, HUES)))
    tag = squared(wrapped(outer, top * 0.2, top * rng.uniform(0.5, 0.95)), power)
    tag = stretch(tag, (1, deep, 1))
    parts.append(paint(tag, other_color(rng, name, HUES)))
    return Model(parts=tuple(parts), color=name)


BOTTLES: tuple[Design, ...] = (
    _pump_bottle,
    _trigger_bottle,
    _squeeze_bottle,
    _dropper_bottle,
    _baby_bottle,
    _jug_bottle,
)
