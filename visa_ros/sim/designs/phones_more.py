"""More designs of phones, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import (
    display,
    flat_quad,
    key,
    keys,
    picture,
    plan_of,
    prism,
    screen,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import circle, cylinder, loop, Model, move, Part, rounded_box, sweep, turn

_SHELLS = ('black', 'black', 'gray', 'white', 'blue', 'red', 'green', 'purple', 'pink', 'yellow')
_DARK = (0.03, 0.03, 0.04)


def _phone_clam(rng: np.random.Generator) -> Model:
    """Modern folding phone, half open like a book or a powder box, glass over the fold."""
    tall = rng.random() < 0.5
    w, h = rng.uniform(0.066, 0.078), rng.uniform(0.005, 0.008)
    d = w * (rng.uniform(1.0, 1.2) if tall else rng.uniform(1.7, 2.1))
    if not tall:
        w, d = d, w
    name, lift = pick(rng, _SHELLS), rng.uniform(20, 85) if tall else rng.uniform(6, 32)
    shell = paint(prism(plan_of(w, d, 0.007), h, bevel=0.001), shade(rng, name), gloss=0.6)
    glass = paint(move(prism(plan_of(w * 0.95, d * 0.97, 0.005), 0.0006), (0, 0, h - 0.0002)),
                  _DARK, gloss=1.0)  # fmt: skip
    half = [shell, glass]
    if not tall or rng.random() < 0.7:
        half.append(picture([flat_quad(w * 0.9, d * 0.9, h + 0.0006)], screen(rng)))
    upper = [turn(move(p, (0, d / 2, -h)), 'x', lift) for p in half]
    lower = [move(p, (0, -d / 2, -h)) for p in half]
    pin = turn(cylinder(h * 0.55, w * 0.96, segments=12), 'y', 90)
    parts = [*upper, *lower, paint(move(pin, (-w * 0.48, 0, -h * 0.45)), METAL, gloss=0.7)]
    return Model(parts=tuple(parts), color=name)


def _phone_brick(rng: np.random.Generator) -> Model:
    """Mobile phone of the 1980s: a thick brick with a long rubber antenna, lying."""
    w, d, h = rng.uniform(0.05, 0.075), rng.uniform(0.13, 0.2), rng.uniform(0.035, 0.055)
    name = pick(rng, ('gray', 'black', 'white', 'brown', 'green'))
    parts = [paint(prism(plan_of(w, d, 0.008), h, bevel=0.004), shade(rng, name))]
    rod = turn(cylinder(w * rng.uniform(0.07, 0.12), d * rng.uniform(0.3, 0.6), bevel=0.002,
                        segments=12), 'x', -90)  # fmt: skip
    side = pick(rng, (-1, 1))
    parts.append(paint(move(rod, (side * w * 0.3, d * 0.48, h * 0.5)), _DARK))
    parts += display(rng, w * 0.62, d * 0.09, (0, d * 0.23, h))
    tone = (0.86, 0.86, 0.83) if name in ('black', 'gray') else (0.12, 0.12, 0.13)
    rows = int(rng.integers(4, 7))
    pads = keys(w * 0.76, d * 0.42, rows=rows, columns=3, at=(0, -d * 0.08, h))
    parts += [paint(p, tone) for p in pads]
    for y in (0.38, -0.4):
        for k in range(-2, 3):
            slit = move(key(w * 0.4, 0.0014, 0.001), (0, y * d + k * 0.0032, h - 0.0003))
            parts.append(paint(slit, _DARK))
    return Model(parts=tuple(parts), color=name)


def _phone_stand(rng: np.random.Generator) -> Model:
    """Smartphone leaning in a small stand or dock, its screen to the front."""
    w, h = rng.uniform(0.062, 0.08), rng.uniform(0.0075, 0.012)
    d, name = w * rng.uniform(1.85, 2.2), pick(rng, _SHELLS)
    lean = rng.uniform(55, 78)
    slab = [paint(prism(plan_of(w, d, w * 0.12), h, bevel=0.001), shade(rng, name), gloss=0.6)]
    pane = move(prism(plan_of(w * 0.96, d * 0.97, w * 0.1), 0.0006), (0, 0, h - 0.0002))
    slab += [paint(pane, _DARK, gloss=1.0)]
    slab += [picture([flat_quad(w * 0.9, d * 0.9, h + 0.0006)], screen(rng))]
    if rng.random() < 0.3:
        slab, w, d = [turn(p, 'z', 90) for p in slab], d, w
    parts = [move(turn(move(p, (0, d / 2, 0)), 'x', lean), (0, 0, 0.006)) for p in slab]
    foot_rgb = METAL if rng.random() < 0.5 else shade(rng, pick(rng, ('black', 'white', 'brown')))
    deep = d * np.cos(np.deg2rad(lean)) + 0.035
    foot = rounded_box((w * rng.uniform(0.5, 0.9), deep, 0.006), radius=0.002, steps=1)
    lip = rounded_box((w * 0.4, 0.004, 0.016), radius=0.001, steps=1)
    prop = rounded_box((w * 0.35, d * 0.55, 0.004), radius=0.001, steps=1)
    prop = turn(move(prop, (0, d * 0.275, -0.0045)), 'x', lean)
    at = ((foot, (0, deep / 2 - 0.022, 0)), (lip, (0, -h - 0.005, 0)), (prop, (0, 0.002, 0.004)))
    parts += [paint(move(p, place), foot_rgb, gloss=0.6) for p, place in at]
    return Model(parts=tuple(parts), color='')


def _phone_receiver(rng: np.random.Generator) -> Model:
    """Handset of a cordless telephone in its charging cradle, upright."""
    w, d, h = rng.uniform(0.044, 0.056), rng.uniform(0.13, 0.18), rng.uniform(0.02, 0.028)
    name = pick(rng, ('black', 'gray', 'white', 'blue', 'red'))
    rgb = shade(rng, name)
    bar = [paint(prism(plan_of(w, d, w * rng.uniform(0.2, 0.48)), h, bevel=0.004), rgb)]
    bar += display(rng, w * 0.66, d * 0.17, (0, d * 0.24, h))
    tone = (0.85, 0.85, 0.83) if name != 'white' else (0.3, 0.3, 0.32)
    pads = keys(w * 0.74, d * 0.4, rows=5, columns=3, at=(0, -d * 0.12, h), round_=True)
    bar += [paint(p, tone) for p in pads]
    slit = move(key(w * 0.34, 0.003, 0.001), (0, d * 0.42, h - 0.0004))
    bar.append(paint(slit, _DARK))
    if rng.random() < 0.5:
        rod = turn(cylinder(h * 0.25, d * 0.2, bevel=0.001, segments=10), 'x', -90)
        bar.append(paint(move(rod, (w * 0.28, d * 0.46, h * 0.5)), _DARK))
    lean = rng.uniform(58, 85)
    parts = [move(turn(move(p, (0, d / 2, -h / 2)), 'x', lean), (0, 0, 0.01)) for p in bar]
    size, tall = w * rng.uniform(1.4, 1.9), rng.uniform(0.02, 0.035)
    base = prism(plan_of(size, size * rng.uniform(0.9, 1.3), size * 0.3), tall, bevel=0.004)
    parts.append(paint(move(base, (0, 0.008, 0)), rgb if rng.random() < 0.5 else _DARK))
    return Model(parts=tuple(parts), color=name)


def _phone_handset(rng: np.random.Generator) -> Model:
    """Classic bowed telephone receiver with two round ends and a curly cord, laid down."""
    n = rng.uniform(0.17, 0.23)
    thick, name = n * rng.uniform(0.11, 0.15), pick(rng, _SHELLS)
    rgb = shade(rng, name)
    parts = [paint(p, rgb, gloss=0.7) for p in _handset(n, thick)]
    t, turns = np.linspace(0, 1, 100), int(rng.integers(9, 14))
    a, r = 2 * np.pi * turns * t, rng.uniform(0.004, 0.006)
    cord = np.stack((n * 0.42 - n * 0.7 * t, r * np.cos(a) + n * 0.3 * t**0.5,
                     r + 0.001 + r * np.sin(a)), 1)  # fmt: skip
    parts.append(paint(sweep(cord, circle(5), 0.0013, across=(0.3, 0.1, 0.95)), rgb))
    return Model(parts=tuple(parts), color=name)


PHONES: tuple[Design, ...] = (
    _phone_clam,
    _phone_brick,
    _phone_stand,
    _phone_receiver,
    _phone_handset,
)


def _handset(length: float, thick: float) -> list[Part]:
    """Receiver along x above z = 0: a bowed grip and two round ends that look down."""
    n, rise = length / 2, thick * 1.5
    path = loop([(-n * 0.85, 0, rise * 0.5), (-n * 0.5, 0, rise), (n * 0.5, 0, rise),
                 (n * 0.85, 0, rise * 0.5)], count=12)  # fmt: skip
    grip = sweep(path, circle(12), thick * 0.5, across=(0, 1, 0))
    end = cylinder(thick * 0.95, thick * 0.9, bevel=thick * 0.2, segments=20)
    return [grip, *(move(end, (x * (n - thick * 0.95), 0, 0)) for x in (-1, 1))]
