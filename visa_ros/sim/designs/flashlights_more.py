"""More designs of flashlights, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import barrel, lobed, plan_of, prism, rod
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    loop,
    Model,
    move,
    Part,
    rounded_box,
    sweep,
    turn,
)

_TONES = ('red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'black', 'gray', 'white')
_DARK = (0.07, 0.07, 0.08)


def _pistol(rng: np.random.Generator) -> Model:
    """Spotlight with a deep reflector and a pistol's grip; on its side or on its lens."""
    head, deep = rng.uniform(0.05, 0.075), rng.uniform(0.08, 0.12)
    name = pick(rng, ('black', 'yellow', 'red', 'orange', 'blue', 'green', 'gray'))
    rgb = shade(rng, name)
    rows = [(0, head * 0.3), (0.08, head * 0.5), (0.35, head * 0.62), (0.8, head), (0.96, head)]
    cone = barrel(rows, deep, 0, 24)
    rim = barrel([(0.9, head * 1.05), (1, head * 1.05)], deep, 0, 24)
    foot = -head - rng.uniform(0.06, 0.085)
    lean = rng.uniform(0.1, 0.35) * foot
    path = [(deep * 0.22, 0, -head * 0.3), (deep * 0.2 + lean * 0.5, 0, foot * 0.6)]
    path.append((deep * 0.18 + lean, 0, foot))
    form = circle(12) * np.array([0.015, rng.uniform(0.018, 0.023)])
    grip = sweep(loop(path, count=8), form, 1.0, across=(0, 1, 0))
    trigger = rounded_box((0.012, 0.012, 0.026), radius=0.003, steps=1)
    trigger = move(trigger, (deep * 0.22 + 0.022, 0, -head * 0.62 - 0.028))
    second = rgb if rng.random() < 0.5 else _DARK
    parts = [paint(cone, rgb, gloss=0.4), paint(rim, _DARK), paint(grip, second)]
    parts += [paint(trigger, (0.8, 0.1, 0.08)), *_lens(rng, deep, head * 0.93, 0)]
    side = pick(rng, ('side', 'front'))
    parts = [turn(p, 'x', 90) if side == 'side' else turn(p, 'y', 90) for p in parts]
    return Model(parts=tuple(parts), color=name)


def _flat(rng: np.random.Generator) -> Model:
    """Old flat pocket light: a lying tin box, a round lens on its face, a slide."""
    wide, tall, deep = rng.uniform(0.055, 0.07), rng.uniform(0.09, 0.12), rng.uniform(0.022, 0.03)
    name = pick(rng, ('gray', 'black', 'green', 'blue', 'red', 'brown', 'yellow'))
    rgb = METAL if name == 'gray' else shade(rng, name)
    body = prism(plan_of(tall, wide, wide * rng.uniform(0.1, 0.45)), deep, bevel=0.002)
    r = wide * rng.uniform(0.33, 0.42)
    at = (tall / 2 - r - 0.009, 0, deep - 0.001)
    rim = move(cylinder(r, 0.008, bevel=0.001, segments=28), at)
    glass = move(cylinder(r * 0.86, 0.0088, segments=24), at)
    bulb = move(cylinder(r * 0.22, 0.0096, segments=14), at)
    slide = rounded_box((0.02, 0.009, 0.005), radius=0.0015, steps=1)
    slide = move(slide, (-tall * 0.22, 0, deep - 0.001))
    parts = [paint(body, rgb, gloss=0.5), paint(rim, METAL, gloss=0.9), paint(slide, METAL)]
    parts.append(paint(glass, (0.98, 0.95, 0.75), gloss=1.0))
    parts.append(paint(bulb, (0.95, 0.8, 0.3), gloss=0.6))
    return Model(parts=tuple(parts), color=name)


def _dynamo(rng: np.random.Generator) -> Model:
    """Light to wind up: an egg-shaped body, a crank with a knob on its side, lamps."""
    r, length = rng.uniform(0.02, 0.028), rng.uniform(0.1, 0.14)
    name = pick(rng, _TONES)
    rgb, second = shade(rng, name), shade(rng, pick(rng, ('black', 'gray', 'white')))
    high = r * rng.uniform(0.75, 1.0)
    t = np.linspace(0, 1, 11)
    bulge = np.sin(np.pi * (0.06 + 0.7 * t)) ** 0.6
    body = rod(np.stack((length * t, r * 1.15 * bulge, high * bulge), 1), at=(0, 0, high))
    front, size = length, float(bulge[-1])
    rim = rod(
        [
            (front - 0.006, r * 1.2 * size, high * 1.04 * size),
            (front + 0.003, r * 1.15 * size, high * size),
        ],
        at=(0, 0, high),
    )
    reach = rng.uniform(0.04, 0.055)
    hub = move(cylinder(0.012, 0.006, segments=16), (length * 0.35, 0, 2 * high - 0.003))
    arm = rounded_box((reach, 0.011, 0.005), radius=0.002, steps=1)
    arm = move(arm, (length * 0.35 - reach / 2 + 0.005, 0, 2 * high + 0.001))
    knob = cylinder(0.007, 0.014, bevel=0.002, segments=14)
    knob = move(knob, (length * 0.35 - reach + 0.012, 0, 2 * high + 0.004))
    parts = [paint(body, rgb, gloss=0.5), paint(rim, second)]
    parts += [paint(p, second) for p in (hub, arm, knob)]
    for y in np.linspace(-0.5, 0.5, int(rng.integers(2, 4))) * r * 1.2 * size:
        lamp = rod([(front, high * 0.3), (front + 0.005, high * 0.3)], at=(0, y, high))
        parts.append(paint(lamp, (0.97, 0.96, 0.85), gloss=1.0))
    return Model(parts=tuple(parts), color=name)


def _thrower(rng: np.random.Generator) -> Model:
    """Search light of metal: a short tube, fins, and a head several times as wide."""
    r, length = rng.uniform(0.013, 0.018), rng.uniform(0.12, 0.22)
    head = r * rng.uniform(2.3, 3.4)
    name = pick(rng, ('black', 'black', 'gray', 'green', 'yellow', 'blue', 'red'))
    neck = rng.uniform(0.5, 0.62)
    fins = [
        (x, r * (1.7 if k % 2 else 1.25)) for k, x in enumerate(np.linspace(neck - 0.14, neck, 8))
    ]
    rows = [(0, r * 0.85), (0.03, r), (neck - 0.16, r), *fins, (0.82, head * 0.93), (0.84, head)]
    body = barrel([*rows, (0.98, head), (1, head * 0.97)], length, head, 24)
    parts = [paint(body, shade(rng, name), gloss=0.5)]
    if rng.random() < 0.5:
        band = barrel([(0.9, head * 1.015), (0.93, head * 1.015)], length, head, 24)
        parts.append(paint(band, METAL, gloss=0.9))
    parts += _lens(rng, length, head * 0.92, head)
    if rng.random() < 0.35:
        parts = [turn(p, 'y', 90) for p in parts]
    return Model(parts=tuple(parts), color=name)


def _many_leds(rng: np.random.Generator) -> Model:
    """Short light with a six- or eight-sided or fluted barrel, many lamps in its face, a strap."""
    r, length = rng.uniform(0.012, 0.018), rng.uniform(0.08, 0.12)
    name, sides = pick(rng, _TONES), int(rng.choice([6, 8]))
    head = r * rng.uniform(1.15, 1.5)
    rgb = shade(rng, name)
    grip = lobed(40, sides + 2, 0.06) if rng.random() < 0.4 else circle(sides)
    rows = [(0, r * 0.9), (0.02, r), (0.66, r), (0.68, r * 0.9)]
    body = rod([(x * length, s) for x, s in rows], section=grip, at=(0, 0, head))
    top = barrel([(0.67, r * 0.9), (0.72, head), (0.99, head), (1, head * 0.95)], length, head)
    tail = barrel([(-0.05, r * 0.5), (0.01, r * 0.55)], length, head)
    face = barrel([(0.99, head * 0.86), (1.004, head * 0.86)], length, head)
    parts = [paint(p, rgb, gloss=0.7) for p in (body, top)]
    parts += [paint(tail, _DARK), paint(face, METAL, gloss=0.9)]
    for ring, count in ((0, 1), (0.34, 5), (0.66, int(rng.integers(8, 12)))):
        for a in 2 * np.pi * np.arange(count) / count:
            at = (0, ring * head * np.cos(a), head + ring * head * np.sin(a))
            lamp = rod(
                [(length, head * 0.1), (length + 0.002, head * 0.1)], section=circle(8), at=at
            )
            parts.append(paint(lamp, (0.97, 0.97, 0.9), gloss=1.0))
    drop, out = rng.uniform(0.04, 0.07), rng.uniform(0.012, 0.025)
    knots = [(0.0, 0, head), (-drop * 0.5, out, 0.004), (-drop, 0, 0.002)]
    knots += [(-drop * 0.5, -out, 0.004), (0.0, -0.002, head)]
    parts.append(paint(sweep(loop(knots, count=20), circle(6), 0.0014), _DARK))
    return Model(parts=tuple(parts), color=name)


def _camping(rng: np.random.Generator) -> Model:
    """Light that draws out to a lantern: a frosted tube between barrel and head, a wire loop."""
    r, length = rng.uniform(0.016, 0.024), rng.uniform(0.13, 0.19)
    head, name = r * rng.uniform(1.15, 1.5), pick(rng, _TONES)
    rgb = shade(rng, name)
    split = rng.uniform(0.4, 0.52)
    rear = barrel([(0, r * 0.9), (0.03, r), (split - 0.03, r), (split, r * 1.1)], length, head)
    frosted = barrel([(split, r * 0.95), (0.76, r * 0.95)], length, head)
    front = barrel([(0.75, r * 1.1), (0.82, head), (0.98, head), (1, head * 0.95)], length, head)
    parts = [paint(p, rgb, gloss=0.4) for p in (rear, front)]
    parts.append(paint(frosted, (0.95, 0.94, 0.84), gloss=0.3))
    for at in np.linspace(0.1, split - 0.08, int(rng.integers(3, 7))):
        rib = barrel([(at, r * 1.05), (at + 0.015, r * 1.05)], length, head)
        parts.append(paint(rib, _DARK, gloss=0.2))
    knots = [(0.004, r * 0.7, head), (-r * 1.2, r * 0.5, head), (-r * 1.2, -r * 0.5, head)]
    hoop = sweep(loop([*knots, (0.004, -r * 0.7, head)], count=12), circle(6), 0.0016)
    parts += [paint(hoop, METAL, gloss=0.8), *_lens(rng, length, head * 0.88, head)]
    if rng.random() < 0.3:
        parts = [turn(p, 'y', 90) for p in parts]
    return Model(parts=tuple(parts), color=name)


def _child(rng: np.random.Generator) -> Model:
    """Toy light: short, round and bright, a bell of a head in another colour, a big button."""
    r, length = rng.uniform(0.018, 0.026), rng.uniform(0.09, 0.13)
    head = r * rng.uniform(1.4, 1.8)
    name, other, third = rng.choice(_TONES[:7], 3, replace=False).tolist()
    t = np.linspace(0, 1, 7)
    tail = [(0.16 * u, r * np.sqrt(1 - (1 - u) ** 2) + 1e-4) for u in t]
    body = barrel([*tail, (0.35, r * 0.88), (0.6, r * 0.9)], length, head)
    u = np.linspace(0, 1, 6)
    wide = r * 0.95 + (head - r * 0.95) * u ** rng.uniform(0.5, 0.6)
    bell = list(zip(0.56 + 0.34 * u, wide, strict=True))
    cone = barrel([*bell, (0.97, head)], length, head)
    rim = barrel([(0.94, head * 1.06), (1, head * 1.06)], length, head, int(rng.choice([8, 20])))
    button = move(
        cylinder(r * 0.4, r * 0.4, bevel=r * 0.08, segments=16),
        (length * 0.36, 0, head + r * 0.72),
    )
    parts = [paint(body, shade(rng, name), gloss=0.5), paint(cone, shade(rng, other), gloss=0.5)]
    parts += [paint(rim, shade(rng, third), gloss=0.5), paint(button, shade(rng, third))]
    parts += _lens(rng, length, head * 0.9, head)
    if rng.random() < 0.2:
        parts = [turn(p, 'y', 90) for p in parts]
    return Model(parts=tuple(parts), color=name)


def _lens(rng: np.random.Generator, end: float, radius: float, height: float) -> list[Part]:
    """Bright window that faces +x, and the bulb in its middle."""
    tone = (0.98, 0.95, 0.75) if rng.random() < 0.5 else (0.85, 0.9, 0.95)
    glass = rod([(end - 0.001, radius), (end + 0.0008, radius)], at=(0, 0, height))
    bulb = rod([(end, radius * 0.3), (end + 0.0014, radius * 0.25)], at=(0, 0, height))
    return [paint(glass, tone, gloss=1.0), paint(bulb, (0.95, 0.8, 0.3), gloss=0.6)]


FLASHLIGHTS: tuple[Design, ...] = (
    _pistol,
    _flat,
    _dynamo,
    _thrower,
    _many_leds,
    _camping,
    _child,
)
