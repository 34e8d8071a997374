"""More designs of toy cars: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.drawing import Design, one_of
from visa_ros.sim.designs.solids import extruded
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.goods import VIVID
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    Model,
    move,
    Part,
    rounded_box,
    sphere,
    stretch,
    sweep,
    turn,
)

_COATS = (*VIVID, 'white', 'black', 'gray')
_RUBBER, _GLASS = (0.05, 0.05, 0.05), (0.1, 0.13, 0.17)
_WOOD = np.array([0.8, 0.6, 0.36])


def toy_car(rng: np.random.Generator) -> Model:
    """Saloon, pickup, racing car, wooden car, beetle or off-roader."""
    return one_of(rng, _CARS)


def _car_saloon(rng: np.random.Generator) -> Model:
    """Bonnet, boot, and a glass cabin whose roof stands on pillars."""
    n = rng.uniform(0.07, 0.15)
    w, wheel, name = n * rng.uniform(0.4, 0.48), n * rng.uniform(0.08, 0.11), pick(rng, _COATS)
    rgb, low, belt = shade(rng, name), wheel * 0.7, wheel * 0.7 + n * rng.uniform(0.13, 0.17)
    nose, tail = belt - n * 0.035, belt - n * rng.uniform(0.0, 0.02)
    body = extruded(
        [(-n / 2, low), (n / 2, low), (n / 2, nose - n * 0.02), (n * 0.46, nose),
         (n * 0.2, belt), (-n * 0.36, belt), (-n * 0.47, tail), (-n / 2, tail - n * 0.03)],
        w, bevel=n * 0.02,
    )  # fmt: skip
    h = n * rng.uniform(0.11, 0.14)
    back, front = -n * rng.uniform(0.3, 0.4), n * rng.uniform(0.14, 0.24)
    parts = [paint(body, rgb, gloss=0.8)]
    roof = (back + h * rng.uniform(0.4, 1.0), front - h * 1.1)
    parts += _cabin(((back, front), roof), w, belt, h, rgb)
    parts += wheels((-n * 0.3, n * 0.31), w, wheel, rgb=METAL)
    parts += lights(n, w, (low + nose) / 2)
    return Model(parts=tuple(parts), color=name)


def _car_pickup(rng: np.random.Generator) -> Model:
    """Cabin in the middle, an open bed behind it, big wheels."""
    n = rng.uniform(0.09, 0.17)
    w, wheel, name = n * rng.uniform(0.38, 0.46), n * rng.uniform(0.09, 0.13), pick(rng, _COATS)
    rgb, low, high = shade(rng, name), wheel * 0.8, n * rng.uniform(0.11, 0.14)
    front = rounded_box((n * 0.58, w, high), radius=n * 0.02)
    bed = rounded_box((n * 0.46, w, high * 0.4), radius=n * 0.01)
    wall = rounded_box((n * 0.46, w * 0.07, high * 1.02), radius=n * 0.005)
    gate = rounded_box((n * 0.02, w, high * 1.02), radius=n * 0.005)
    body = [move(front, (n * 0.21, 0, low)), move(bed, (-n * 0.28, 0, low))]
    body += [move(wall, (-n * 0.27, y * w * 0.465, low)) for y in (-1, 1)]
    body.append(move(gate, (-n * 0.49, 0, low)))
    parts = [paint(p, rgb, gloss=0.8) for p in body]
    h, belt = n * rng.uniform(0.12, 0.16), low + high
    parts += _cabin(((-n * 0.07, n * 0.27), (-n * 0.06, n * 0.16)), w, belt, h, rgb)
    if rng.random() < 0.4:
        load = rounded_box((n * 0.25, w * 0.6, high * 1.3), radius=n * 0.02)
        load_rgb = shade(rng, pick(rng, ('yellow', 'brown', 'gray')))
        parts.append(paint(move(load, (-n * 0.28, 0, low + high * 0.3)), load_rgb))
    parts += wheels((-n * 0.3, n * 0.3), w * 1.04, wheel, rgb=METAL)
    parts += lights(n, w, low + high * 0.6)
    return Model(parts=tuple(parts), color=name)


def _car_racer(rng: np.random.Generator) -> Model:
    """Low and pointed with free wheels, wings and a driver's helmet."""
    n = rng.uniform(0.09, 0.16)
    wheel, w, name = n * rng.uniform(0.085, 0.11), n * rng.uniform(0.38, 0.46), pick(rng, _COATS)
    rgb = shade(rng, name)
    x = n * np.array([-0.46, -0.35, -0.1, 0.1, 0.3, 0.48])
    half = n * np.array(
        [[0.05, 0.07], [0.075, 0.12], [0.07, 0.13], [0.055, 0.08], [0.04, 0.05], [0.015, 0.02]]
    )
    path = np.stack((x, 0 * x, half[:, 0] + wheel * 0.5), 1)
    parts = [paint(sweep(path, circle(14), half), rgb, gloss=0.8)]
    helmet = move(sphere(n * 0.045, rings=10, segments=14), (-n * 0.06, 0, wheel / 2 + n * 0.145))
    parts.append(paint(helmet, shade(rng, pick(rng, ('white', 'yellow', 'red')))))
    trim = rgb if rng.random() < 0.5 else np.array(shade(rng, pick(rng, ('black', 'white'))))
    tail = rounded_box((n * 0.1, w, n * 0.015), radius=n * 0.005)
    ends = rounded_box((n * 0.11, n * 0.015, n * 0.09), radius=n * 0.005)
    parts += [paint(move(tail, (-n * 0.44, 0, wheel + n * 0.15)), trim)]
    parts += [paint(move(ends, (-n * 0.44, y * w / 2, wheel + n * 0.09)), trim) for y in (-1, 1)]
    strut = rounded_box((n * 0.05, n * 0.03, n * 0.14), radius=n * 0.005)
    parts.append(paint(move(strut, (-n * 0.44, 0, wheel + n * 0.01)), trim))
    wing = rounded_box((n * 0.08, w * 0.95, n * 0.012), radius=n * 0.004)
    parts.append(paint(move(wing, (n * 0.46, 0, wheel * 0.6)), trim))
    parts += wheels((-n * 0.3, n * 0.3), w, wheel, rgb=METAL, tyre=0.25)
    axle = turn(cylinder(n * 0.012, w * 0.9, segments=8), 'x', 90)
    parts += [
        paint(move(axle, (x, w * 0.45, wheel)), METAL, gloss=0.7) for x in (-n * 0.3, n * 0.3)
    ]
    return Model(parts=tuple(parts), color=name)


def _car_wooden(rng: np.random.Generator) -> Model:
    """Cut from a thick board, with plain disc wheels and mostly a peg driver or round windows."""
    n = rng.uniform(0.09, 0.16)
    w, wheel, h = (
        n * rng.uniform(0.26, 0.42),
        n * rng.uniform(0.1, 0.15),
        n * rng.uniform(0.3, 0.42),
    )
    name = pick(rng, ('brown', 'brown', 'brown', *VIVID))
    rgb = _WOOD * rng.uniform(0.8, 1.1) if name == 'brown' else np.array(shade(rng, name))
    t = np.linspace(0, np.pi, 13)
    round_ = rng.uniform(0.35, 0.9)
    hull = np.stack((np.cos(t) * n / 2, h * 0.55 * np.sin(t) ** round_), 1)
    roof = np.stack((np.cos(t) * n * 0.27, h * np.sin(t) ** round_), 1)
    low = (0, 0, wheel * 0.6)
    parts = [paint(move(extruded(hull, w, bevel=n * 0.012), low), rgb)]
    if rng.random() < 0.55:
        back = -n * rng.uniform(0.02, 0.1)
        cab = extruded(roof, w * 0.98, bevel=n * 0.015)
        parts.append(paint(move(cab, (back, 0, low[2])), rgb))
        pane = turn(cylinder(h * 0.15, w * 1.0, segments=16), 'x', 90)
        parts += [paint(move(pane, (back + x * n * 0.11, w / 2, low[2] + h * 0.68)), _GLASS)
                  for x in (-1, 1)]  # fmt: skip
    else:
        peg = cylinder(n * 0.06, h * 0.8, segments=16)
        parts.append(paint(move(peg, low), shade(rng, pick(rng, VIVID))))
        head = move(sphere(n * 0.075, rings=10, segments=16), (0, 0, low[2] + h * 0.8))
        parts.append(paint(head, _WOOD * 1.1))
    discs = np.array(shade(rng, pick(rng, VIVID))) if rng.random() < 0.5 else _WOOD * 0.6
    parts += wheels((-n * 0.28, n * 0.28), w * 1.3, wheel, rgb=_WOOD, tyre=0.12, tyre_rgb=discs)
    return Model(parts=tuple(parts), color=name)


def _car_beetle(rng: np.random.Generator) -> Model:
    """Round old-timer: domed body and cabin, bulging mudguards, running boards."""
    n = rng.uniform(0.07, 0.13)
    w, wheel, name = n * rng.uniform(0.44, 0.5), n * 0.1, pick(rng, _COATS)
    rgb = shade(rng, name)
    ball = sphere(1.0, rings=11, segments=18)
    body = move(stretch(ball, (n * 0.5, w * 0.38, n * 0.15)), (0, 0, wheel * 1.5))
    cabin = move(stretch(ball, (n * 0.29, w * 0.37, n * 0.2)), (-n * 0.06, 0, wheel * 1.9))
    pane = stretch(ball, (n * 0.235, w * 0.385, n * 0.1))
    shield = stretch(ball, (n * 0.27, w * 0.26, n * 0.1))
    guard = stretch(ball, (wheel * 1.5, w * 0.13, wheel * 1.25))
    board = rounded_box((n * 0.5, w * 0.98, n * 0.03), radius=n * 0.01)
    coat = [body, cabin, move(board, (0, 0, wheel * 0.75))]
    coat += [
        move(guard, (x * n * 0.31, y * w * 0.38, wheel * 1.15)) for x in (-1, 1) for y in (-1, 1)
    ]
    parts = [paint(p, rgb, gloss=0.8) for p in coat]
    for dark, x in ((pane, -n * 0.06), (shield, -n * 0.035)):
        parts.append(paint(move(dark, (x, 0, wheel * 2.75)), _GLASS, gloss=0.9))
    parts += wheels((-n * 0.31, n * 0.31), w * 1.02, wheel, rgb=METAL)
    lamp = stretch(sphere(n * 0.04, rings=8, segments=12), (0.6, 1, 1))
    parts += [paint(move(lamp, (n * 0.43, y * w * 0.36, wheel * 1.75)), METAL, gloss=0.7)
              for y in (-1, 1)]  # fmt: skip
    return Model(parts=tuple(parts), color=name)


def _car_offroader(rng: np.random.Generator) -> Model:
    """Square and open: seats, a windscreen, a roll bar and the spare wheel behind."""
    n = rng.uniform(0.08, 0.14)
    w, wheel, name = n * rng.uniform(0.44, 0.54), n * rng.uniform(0.13, 0.16), pick(rng, _COATS)
    rgb, low, high = shade(rng, name), wheel * 0.9, n * 0.15
    tub = rounded_box((n * 0.52, w * 0.9, high * 0.5), radius=n * 0.01)
    bonnet = rounded_box((n * 0.4, w * 0.86, high * 1.1), radius=n * 0.03)
    side = rounded_box((n * 0.54, w * 0.07, high), radius=n * 0.008)
    coat = [move(tub, (-n * 0.2, 0, low)), move(bonnet, (n * 0.27, 0, low))]
    coat += [move(side, (-n * 0.2, y * w * 0.42, low)) for y in (-1, 1)]
    gate = rounded_box((n * 0.03, w * 0.9, high), radius=n * 0.008)
    coat.append(move(gate, (-n * 0.46, 0, low)))
    parts = [paint(p, rgb, gloss=0.6) for p in coat]
    bar = n * 0.017
    for x, tall in ((n * 0.08, 0.16), (-n * 0.25, 0.22)):
        foot, top, y = low + high * 0.8, low + high + n * tall, w * 0.4
        hoop = np.array([(x, -y, foot), (x, -y * 0.97, top), (x, y * 0.97, top), (x, y, foot)])
        parts += [
            paint(sweep(hoop[k : k + 2], circle(8), bar, across=(1, 0, 0)), _RUBBER)
            for k in range(3)
        ]
    seat = rounded_box((n * 0.05, w * 0.26, n * 0.17), radius=n * 0.02)
    parts += [
        paint(move(seat, (-n * 0.13, y * w * 0.2, low + high * 0.4)), _RUBBER) for y in (-1, 1)
    ]
    spare = turn(cylinder(wheel * 0.85, n * 0.07, bevel=n * 0.015, segments=18), 'y', -90)
    parts.append(paint(move(spare, (-n * 0.47, 0, low + high * 0.6)), _RUBBER))
    parts += wheels((-n * 0.3, n * 0.3), w, wheel, rgb=METAL, tyre=0.24)
    parts += lights(n * 0.94, w * 0.9, low + high * 0.6)
    return Model(parts=tuple(parts), color=name)


_CARS: tuple[Design, ...] = (
    _car_saloon,
    _car_saloon,
    _car_pickup,
    _car_racer,
    _car_wooden,
    _car_beetle,
    _car_offroader,
)


def _cabin(
    ends: Sequence[Sequence[float]], w: float, z: float, h: float, rgb: Sequence[float]
) -> list[Part]:
    """Windows between the belt line and the roof, both from back to front, and four pillars."""
    (x0, x1), (x2, x3) = ends
    pane = extruded([(x0, z), (x1, z), (x3, z + h), (x2, z + h)], w * 0.84)
    lid = rounded_box((x3 - x2 + h * 0.12, w * 0.88, h * 0.16), radius=h * 0.07)
    parts = [paint(pane, _GLASS, gloss=0.9)]
    parts.append(paint(move(lid, ((x2 + x3) / 2, 0, z + h * 0.93)), rgb, gloss=0.8))
    middle = (x0 + x1 + x2 + x3) / 4
    for low, high in ((x0, x2), (x1, x3), (middle, middle)):
        for y in (-1, 1):
            rod = [(low, y * w * 0.42, z), (high, y * w * 0.42, z + h)]
            post = sweep(rod, circle(6), h * 0.07, across=(0, 1, 0))
            parts.append(paint(post, rgb, gloss=0.8))
    return parts


def wheels(
    places: Sequence[float],
    w: float,
    r: float,
    *,
    rgb: Sequence[float] | np.ndarray,
    tyre: float = 0.18,
    tyre_rgb: Sequence[float] | np.ndarray = _RUBBER,
) -> list[Part]:
    """Two axles; tyres that end at the width w, each as wide as a share of it."""
    rim = turn(cylinder(r, w * tyre, bevel=r * 0.12, segments=18), 'x', 90)
    hub = turn(cylinder(r * 0.55, w * tyre + r * 0.1, segments=12), 'x', 90)
    parts = []
    for x in places:
        for y in (w / 2, -w / 2 + w * tyre):
            parts.append(paint(move(rim, (x, y, r)), tyre_rgb))
            parts.append(paint(move(hub, (x, y + r * 0.05, r)), rgb, gloss=0.7))
    return parts


def lights(n: float, w: float, z: float) -> list[Part]:
    """Pale lamps in front and red ones behind."""
    lamp = stretch(sphere(n * 0.03, rings=8, segments=10), (0.4, 1, 0.8))
    return [
        paint(move(lamp, (x * n * 0.497, y * w * 0.34, z)), rgb, gloss=0.7)
        for x, rgb in ((1, METAL), (-1, (0.7, 0.05, 0.05)))
        for y in (-1, 1)
    ]
