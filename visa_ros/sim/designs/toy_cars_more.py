"""More designs of toy cars, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.solids import extruded
from visa_ros.sim.designs.toy_cars import lights, wheels
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.goods import VIVID
from visa_ros.sim.shapes import cylinder, Model, move, rounded_box, sphere, stretch, turn

_COATS = (*VIVID, 'white', 'black', 'gray')
_RUBBER, _GLASS = (0.05, 0.05, 0.05), (0.1, 0.13, 0.17)


def _car_sports(rng: np.random.Generator) -> Model:
    """Low wedge with a small dark cabin, broad wheels and mostly a wing on its tail."""
    n = rng.uniform(0.07, 0.17)
    w, wheel, name = n * rng.uniform(0.42, 0.5), n * rng.uniform(0.085, 0.1), pick(rng, _COATS)
    rgb, low, tail = shade(rng, name), wheel * 0.4, n * rng.uniform(0.18, 0.23)
    side = [(-n / 2, low), (n / 2, low), (n / 2, low + n * 0.03), (n * 0.15, tail * 0.92),
            (-n * 0.45, tail), (-n * 0.5, tail * 0.8)]  # fmt: skip
    parts = [paint(extruded(side, w, bevel=n * 0.02), rgb, gloss=0.9)]
    h, x = n * rng.uniform(0.07, 0.1), n * rng.uniform(-0.12, 0.0)
    glass = [(x - n * 0.24, tail * 0.9), (x + n * 0.27, tail * 0.9), (x + n * 0.04, tail + h),
             (x - n * 0.1, tail + h)]  # fmt: skip
    parts.append(paint(extruded(glass, w * 0.76, bevel=n * 0.03), _GLASS, gloss=0.9))
    lid = rounded_box((n * 0.15, w * 0.62, n * 0.012), radius=n * 0.005, steps=1)
    parts.append(paint(move(lid, (x - n * 0.03, 0, tail + h * 0.93)), rgb, gloss=0.9))
    if rng.random() < 0.7:
        blade = rounded_box((n * 0.09, w * 0.96, n * 0.014), radius=n * 0.005, steps=1)
        stalk = rounded_box((n * 0.03, n * 0.015, n * 0.07), radius=n * 0.003, steps=1)
        rise = n * rng.uniform(0.04, 0.065)
        parts.append(paint(move(blade, (-n * 0.45, 0, tail + rise)), rgb, gloss=0.9))
        parts += [paint(move(stalk, (-n * 0.44, y * w * 0.3, tail + rise - n * 0.06)), _RUBBER)
                  for y in (-1, 1)]  # fmt: skip
    parts += wheels((-n * 0.31, n * 0.31), w * 1.03, wheel, rgb=METAL)
    parts += lights(n, w, low + n * 0.02)
    return Model(parts=tuple(parts), color=name)


def _car_chunky(rng: np.random.Generator) -> Model:
    """Toddler's car: a short fat round body, big eyes of windows, huge plain wheels."""
    n = rng.uniform(0.06, 0.12)
    w, wheel = n * rng.uniform(0.52, 0.68), n * rng.uniform(0.14, 0.19)
    names = rng.choice(VIVID, 2, replace=False).tolist()
    rgb, low, h = shade(rng, names[0]), wheel * 0.7, n * rng.uniform(0.24, 0.32)
    body = rounded_box((n, w, h), radius=h * rng.uniform(0.3, 0.48), steps=3)
    span, high = n * rng.uniform(0.5, 0.62), n * rng.uniform(0.24, 0.36)
    cabin = rounded_box((span, w * 0.86, high * 1.6), radius=high * 0.45, steps=3)
    back = -n * rng.uniform(0.02, 0.14)
    parts = [paint(move(body, (0, 0, low)), rgb, gloss=0.6)]
    parts.append(paint(move(cabin, (back, 0, low + h - high * 0.6)), rgb, gloss=0.6))
    sill = low + h + high * 0.1
    for size in ((span * 0.62, w * 0.88, high * 0.55), (span * 1.02, w * 0.55, high * 0.55)):
        pane = rounded_box(size, radius=high * 0.12)
        parts.append(paint(move(pane, (back, 0, sill)), _GLASS, gloss=0.8))
    tone = shade(rng, names[1]) if rng.random() < 0.6 else _RUBBER
    hub = shade(rng, pick(rng, ('yellow', 'white', 'red')))
    parts += wheels((-n * 0.29, n * 0.29), w * 1.12, wheel, rgb=hub, tyre_rgb=tone)
    parts += lights(n, w * 0.9, low + h * 0.5)
    return Model(parts=tuple(parts), color=names[0])


def _car_monster(rng: np.random.Generator) -> Model:
    """Big-foot truck: a car's body high above four enormous tyres."""
    n = rng.uniform(0.08, 0.16)
    w, wheel, name = n * rng.uniform(0.36, 0.44), n * rng.uniform(0.19, 0.25), pick(rng, _COATS)
    rgb, low, h = shade(rng, name), wheel * rng.uniform(1.2, 1.5), n * rng.uniform(0.12, 0.16)
    body = rounded_box((n, w, h), radius=n * 0.025)
    x, belt = n * rng.uniform(-0.12, 0.08), low + h
    cab = [(x - n * 0.2, belt), (x + n * 0.24, belt), (x + n * 0.12, belt + h),
           (x - n * 0.17, belt + h)]  # fmt: skip
    parts = [paint(move(body, (0, 0, low)), rgb, gloss=0.7)]
    parts.append(paint(extruded(cab, w * 0.86, bevel=n * 0.01), _GLASS, gloss=0.9))
    roof = rounded_box((n * 0.33, w * 0.9, h * 0.2), radius=h * 0.08, steps=1)
    parts.append(paint(move(roof, (x - n * 0.025, 0, belt + h * 0.92)), rgb, gloss=0.7))
    axle = turn(cylinder(n * 0.025, w * 1.5, segments=10), 'x', 90)
    strut = rounded_box((n * 0.05, w * 0.5, low - wheel * 0.9), radius=n * 0.01, steps=1)
    for place in (-n * 0.32, n * 0.32):
        parts.append(paint(move(axle, (place, w * 0.75, wheel)), METAL, gloss=0.7))
        parts.append(paint(move(strut, (place, 0, wheel)), shade(rng, 'gray')))
    hub = shade(rng, pick(rng, ('gray', 'yellow', 'red', 'white')))
    parts += wheels((-n * 0.32, n * 0.32), w * 1.7, wheel, rgb=hub, tyre=0.24)
    parts += lights(n, w, low + h * 0.5)
    return Model(parts=tuple(parts), color=name)


def _car_veteran(rng: np.random.Generator) -> Model:
    """Car of the 1920s: narrow bonnet, upright cabin, mudguards, thin big wheels."""
    n = rng.uniform(0.08, 0.15)
    w, wheel, name = n * rng.uniform(0.38, 0.46), n * rng.uniform(0.11, 0.14), pick(rng, _COATS)
    rgb, low, h = shade(rng, name), wheel * 0.9, n * rng.uniform(0.15, 0.19)
    hood = rounded_box((n * 0.36, w * 0.5, h), radius=n * 0.03)
    tub = rounded_box((n * 0.5, w * 0.76, h), radius=n * 0.02)
    parts = [paint(move(hood, (n * 0.24, 0, low)), rgb, gloss=0.8)]
    parts.append(paint(move(tub, (-n * 0.18, 0, low)), rgb, gloss=0.8))
    dark = shade(rng, 'black')
    tall = n * rng.uniform(0.15, 0.22)
    pane = rounded_box((n * 0.44, w * 0.68, tall), radius=n * 0.008, steps=1)
    roof = rounded_box((n * 0.54, w * 0.8, n * 0.03), radius=n * 0.014)
    parts.append(paint(move(pane, (-n * 0.18, 0, low + h - 0.0005)), _GLASS, gloss=0.8))
    parts.append(paint(move(roof, (-n * 0.17, 0, low + h + tall * 0.95)), dark))
    for x in (-n * 0.4, -n * 0.18, n * 0.03):
        post = rounded_box((n * 0.025, w * 0.72, tall), radius=n * 0.004, steps=1)
        parts.append(paint(move(post, (x, 0, low + h - 0.0005)), rgb))
    board = rounded_box((n * 0.4, w * 0.95, n * 0.02), radius=n * 0.006, steps=1)
    parts.append(paint(move(board, (0, 0, wheel * 0.7)), dark))
    t = np.linspace(0.05, np.pi * 0.95, 9)
    arc = np.stack((np.cos(t), np.sin(t)), 1)
    guard = extruded(np.concatenate((arc * wheel * 1.28, arc[::-1] * wheel * 1.15)), w * 0.18)
    for x in (-n * 0.33, n * 0.33):
        parts += [paint(move(guard, (x, y * w * 0.41, wheel)), dark) for y in (-1, 1)]
    grille = rounded_box((n * 0.02, w * 0.4, h * 0.9), radius=n * 0.008, steps=1)
    parts.append(paint(move(grille, (n * 0.42, 0, low)), METAL, gloss=0.9))
    parts += wheels((-n * 0.33, n * 0.33), w * 0.98, wheel, rgb=METAL, tyre=0.12)
    parts += lights(n * 0.86, w * 0.8, low + h * 0.8)
    return Model(parts=tuple(parts), color=name)


def _car_service(rng: np.random.Generator) -> Model:
    """Police car, taxi or ambulance: an estate with a light bar or a sign on its roof."""
    n = rng.uniform(0.07, 0.14)
    w, wheel = n * rng.uniform(0.42, 0.48), n * rng.uniform(0.085, 0.11)
    name = pick(rng, ('white', 'black', 'yellow', 'red', 'blue'))
    rgb, low, h = shade(rng, name), wheel * 0.7, n * rng.uniform(0.14, 0.18)
    body = rounded_box((n, w, h), radius=n * 0.035)
    belt, high = low + h, n * rng.uniform(0.12, 0.17)
    cab = [(-n * 0.47, belt), (n * 0.22, belt), (n * 0.08, belt + high), (-n * 0.42, belt + high)]
    parts = [paint(move(body, (0, 0, low)), rgb, gloss=0.8)]
    parts.append(paint(extruded(cab, w * 0.86, bevel=n * 0.01), _GLASS, gloss=0.9))
    roof = rounded_box((n * 0.54, w * 0.9, high * 0.18), radius=n * 0.01, steps=1)
    parts.append(paint(move(roof, (-n * 0.17, 0, belt + high * 0.93)), rgb, gloss=0.8))
    for x in (-n * 0.42, -n * 0.18, n * 0.03):
        post = rounded_box((n * 0.03, w * 0.875, high), radius=n * 0.003, steps=1)
        parts.append(paint(move(post, (x, 0, belt)), rgb, gloss=0.8))
    stripe = shade(rng, pick(rng, [c for c in ('blue', 'red', 'green', 'white') if c != name]))
    line = rounded_box((n * 0.84, w * 1.01, h * 0.2), radius=n * 0.004, steps=1)
    parts.append(paint(move(line, (0, 0, low + h * 0.5)), stripe))
    bar = rounded_box((n * 0.08, w * 0.33, n * rng.uniform(0.04, 0.06)), radius=n * 0.015)
    tones = ('blue', 'red') if rng.random() < 0.7 else ('yellow', 'yellow')
    for y, tone in zip((-1, 1), tones, strict=True):
        at = (-n * 0.1, y * w * 0.165, belt + high * 1.05)
        parts.append(paint(move(bar, at), shade(rng, tone), gloss=0.8))
    parts += wheels((-n * 0.3, n * 0.3), w * 1.02, wheel, rgb=METAL)
    parts += lights(n, w, low + h * 0.6)
    return Model(parts=tuple(parts), color=name)


def _car_bubble(rng: np.random.Generator) -> Model:
    """Micro car: as tall as long, its round dome half of glass."""
    n = rng.uniform(0.05, 0.1)
    w, wheel, name = n * rng.uniform(0.56, 0.66), n * rng.uniform(0.11, 0.14), pick(rng, _COATS)
    rgb, low = shade(rng, name), wheel * 0.6
    h, power = n * rng.uniform(0.55, 0.72), rng.uniform(0.55, 0.9)
    t = np.linspace(0, np.pi, 17)
    ring = np.stack((np.cos(t) * n / 2, np.abs(np.sin(t)) ** power * h + low), 1)
    parts = [paint(extruded(ring, w, bevel=n * 0.05), rgb, gloss=0.8)]
    for middle, share in ((0.22, 0.36), (-0.2, 0.3)):
        pane = np.stack((np.cos(t) * n * share / 2 + middle * n * 0.85, 0 * t), 1)
        pane[:, 1] = np.sin(t) ** 0.4 * h * 0.3 + low + h * 0.46
        parts.append(paint(extruded(pane, w * 1.01), _GLASS, gloss=0.9))
    shield = stretch(sphere(1.0, rings=9, segments=14), (n * 0.1, w * 0.36, h * 0.2))
    parts.append(paint(move(shield, (n * 0.335, 0, low + h * 0.62)), _GLASS, gloss=0.9))
    parts += wheels((-n * 0.31, n * 0.31), w * 1.04, wheel, rgb=METAL)
    parts += lights(n * 0.95, w, low + h * 0.28)
    return Model(parts=tuple(parts), color=name)


CARS: tuple[Design, ...] = (
    _car_sports,
    _car_chunky,
    _car_monster,
    _car_veteran,
    _car_service,
    _car_bubble,
)
