"""
Goods, tools and devices of shapes and colours that training never renders.

As visa_ros.sim.unseen_kitchen, for what visa_ros.sim.goods and tools draw.
"""

from __future__ import annotations

import numpy as np

from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    rectangle,
    rounded_box,
    sphere,
    sweep,
    turn,
)

BLACK = (0.06, 0.06, 0.06)


def book(rng: np.random.Generator) -> Model:
    """Open book that lies on its back, its pages arched."""
    w, d, h = rng.uniform(0.1, 0.13), rng.uniform(0.15, 0.2), rng.uniform(0.012, 0.02)
    name = pick(rng, ('red', 'green', 'blue', 'brown', 'black', 'gray'))
    cover = rounded_box((2 * w + 0.01, d + 0.012, 0.003), radius=0.001, steps=1)
    parts = [paint(cover, shade(rng, name), gloss=0.3)]
    x = np.linspace(0, w, 9)
    top = h * np.sin(np.pi * np.clip(x / w * 0.9 + 0.06, 0, 1)) ** 0.5
    outline = np.concatenate((np.stack((x, 0 * x), 1), np.stack((x, top), 1)[::-1]))
    path = np.stack((np.zeros(4), np.linspace(-d / 2, d / 2, 4), np.zeros(4)), 1)
    for side in (1, -1):
        # The second axis of a section points down here.
        section = (outline * [side, -1])[::-side]
        block = sweep(path, section, 1.0, across=(1, 0, 0))
        parts.append(paint(move(block, (0, 0, 0.003)), (0.93, 0.9, 0.82), gloss=0.0))
    for row in np.linspace(-0.36, 0.36, 9):
        for half in (-0.5, 0.5):
            line = rounded_box((w * 0.62, d * 0.02, 0.0012), radius=0.0004, steps=1)
            parts.append(paint(move(line, (half * w, row * d, h + 0.0026)), (0.35, 0.34, 0.33)))
    return Model(parts=tuple(parts), color='')


def box(rng: np.random.Generator) -> Model:
    """Shoe box with an overlapping lid, or a flat one as for pizza."""
    if rng.random() < 0.5:
        size = np.array([rng.uniform(0.17, 0.2), rng.uniform(0.1, 0.12), rng.uniform(0.07, 0.09)])
    else:
        side = rng.uniform(0.17, 0.2)
        size = np.array([side, side, rng.uniform(0.028, 0.036)])
    name, lid = rng.choice(['brown', 'gray', 'pink', 'purple', 'white', 'orange'], 2, False)
    body = rounded_box(size * [1, 1, 0.8], radius=0.002)
    top = move(rounded_box(size * [1.03, 1.05, 0.35], radius=0.002), (0, 0, size[2] * 0.66))
    knot = move(rounded_box((size[0] * 0.3, size[1] * 0.3, 0.001), radius=0.0004), (0, 0, size[2]))
    parts = (
        paint(body, shade(rng, str(name)), gloss=0.1),
        paint(top, shade(rng, str(lid)), gloss=0.1),
        paint(move(knot, (0, 0, size[2] * 0.012)), shade(rng, str(name)), gloss=0.1),
    )
    return Model(parts=parts, color='')


def ball(rng: np.random.Generator) -> Model:
    """With raised seams, as for basketball."""
    r = rng.uniform(0.035, 0.065)
    name = pick(rng, ('orange', 'brown', 'gray', 'black'))
    seam = shade(rng, 'white') if name == 'black' else BLACK
    angles = np.linspace(0, 2 * np.pi, 33)
    ring = r * np.stack((np.cos(angles), np.sin(angles), 0 * angles), 1)
    band = sweep(ring, circle(5), r * 0.035)
    rings = [band, turn(band, 'x', 90), turn(band, 'x', 45), turn(band, 'x', 135)]
    tilt = rng.uniform(0, 90)
    parts = [paint(sphere(r, rings=22, segments=34), shade(rng, name), gloss=0.2)]
    parts += [paint(p, seam, gloss=0.1) for p in rings]
    return Model(parts=tuple(turn(p, 'y', tilt) for p in parts), color=name)


def toy_block(rng: np.random.Generator) -> Model:
    """Cube whose edges frame faces of another colour."""
    side = rng.uniform(0.042, 0.058)
    name = pick(rng, ('brown', 'white', 'black', 'gray'))
    rgb = np.array([0.58, 0.42, 0.25]) if name == 'brown' else shade(rng, name)
    cube = rounded_box((side, side, side), radius=side * 0.05)
    inset = side * 0.72
    slab = move(rounded_box((side * 1.01, inset, inset), radius=0.001), (0, 0, (side - inset) / 2))
    upright = move(turn(move(slab, (0, 0, -side / 2)), 'y', 90), (0, 0, side / 2))
    tones = rng.choice(['red', 'blue', 'green', 'yellow', 'orange'], 3, replace=False)
    faces = (slab, turn(slab, 'z', 90), upright)
    parts = [paint(p, shade(rng, str(c))) for p, c in zip(faces, tones, strict=True)]
    return Model(parts=(paint(cube, rgb, gloss=0.1), *parts), color='')


def toy_car(rng: np.random.Generator) -> Model:
    """Van or bus: one long body with a row of windows."""
    length = rng.uniform(0.1, 0.15)
    w, wheel = length * 0.42, length * 0.1
    name = pick(rng, ('black', 'gray', 'brown'))
    body = rounded_box((length, w, length * 0.36), radius=length * 0.04, steps=3)
    parts = [paint(move(body, (0, 0, wheel * 0.7)), shade(rng, name), gloss=0.6)]
    pane = rounded_box((length * 0.16, w * 1.02, length * 0.12), radius=length * 0.01)
    front = rounded_box((length * 0.2, w * 0.8, length * 0.12), radius=length * 0.01)
    high = wheel * 0.7 + length * 0.19
    panes = [move(pane, (x * length, 0, high)) for x in (-0.33, -0.1, 0.13)]
    panes.append(move(front, (length * 0.405, 0, high)))
    parts += [paint(p, (0.6, 0.75, 0.85), gloss=0.9) for p in panes]
    tyre = turn(cylinder(wheel, w * 0.22, bevel=wheel * 0.15, segments=18), 'x', 90)
    hub = turn(cylinder(wheel * 0.45, w * 0.23, segments=12), 'x', 90)
    for x in (-0.3, 0.3):
        for y in (-1, 1):
            at = (x * length, y * w * 0.42 + w * 0.11, wheel)
            parts += [paint(move(tyre, at), BLACK), paint(move(hub, at), (0.8, 0.75, 0.3))]
    return Model(parts=tuple(parts), color=name)


def candle(rng: np.random.Generator) -> Model:
    """Six-sided, burning, on a dish."""
    r, h = rng.uniform(0.02, 0.03), rng.uniform(0.06, 0.11)
    name = pick(rng, ('orange', 'brown', 'black', 'gray'))
    wax = move(lathe([(0, 0), (r, 0), (r, h), (r * 0.7, h), (0, h - 0.004)], segments=6),
               (0, 0, 0.006))  # fmt: skip
    saucer = lathe(
        [(0, 0), (r * 1.7, 0), (r * 2.0, 0.012), (r * 1.9, 0.012), (r * 1.6, 0.005), (0, 0.006)],
        segments=28,
    )
    wick = move(cylinder(0.0014, 0.014, segments=8), (0, 0, h))
    t = np.linspace(0, 1, 9)
    drop = 0.008 * np.sin(np.pi * t**0.6) * (1 - 0.35 * t)
    flame = move(lathe(np.stack((drop, 0.03 * t), 1), segments=14), (0, 0, h + 0.008))
    parts = (
        paint(wax, shade(rng, name), gloss=0.3),
        paint(saucer, METAL, gloss=0.8),
        paint(wick, BLACK),
        paint(flame, (0.98, 0.75, 0.15), gloss=0.0),
    )
    return Model(parts=parts, color=name)


def flashlight(rng: np.random.Generator) -> Model:
    """Hand lamp: a box with a handle on top and a wide round lens in front."""
    length, w = rng.uniform(0.11, 0.14), rng.uniform(0.05, 0.06)
    name = pick(rng, ('white', 'orange', 'purple', 'pink'))
    tall = w * 1.25
    body = rounded_box((length, w, tall), radius=0.008)
    head = turn(lathe([(w * 0.55, 0), (w * 0.75, 0.03), (w * 0.66, 0.03)], segments=28), 'y', 90)
    lens = turn(lathe([(w * 0.67, 0.026), (0, 0.03)], segments=28), 'y', 90)
    arch = loop(
        [(-length * 0.42, 0, tall * 0.95), (-length * 0.36, 0, tall * 1.45),
         (length * 0.3, 0, tall * 1.45), (length * 0.36, 0, tall * 0.95)]
    )  # fmt: skip
    grip = sweep(arch, rectangle(0.3) * [0.009, 0.006], 1.0, across=(0, 1, 0))
    front = (length * 0.47, 0, w * 0.75)
    parts = (
        paint(body, shade(rng, name), gloss=0.5),
        paint(move(head, front), (0.12, 0.12, 0.12), gloss=0.6),
        paint(move(lens, front), (0.98, 0.95, 0.72), gloss=1.0),
        paint(grip, (0.1, 0.1, 0.1), gloss=0.2),
    )
    return Model(parts=parts, color=name)


def hammer(rng: np.random.Generator) -> Model:
    """Mallet: a thick cylinder across a straight handle."""
    length, r = rng.uniform(0.22, 0.28), rng.uniform(0.009, 0.011)
    thick, span = rng.uniform(0.022, 0.028), rng.uniform(0.05, 0.06)
    path = np.stack((np.linspace(0, length, 8), np.zeros(8), np.full(8, thick)), 1)
    grip = sweep(path, circle(12), r, across=(0, 1, 0))
    head = move(turn(cylinder(thick, 2 * span, bevel=0.004), 'x', 90), (length, span, thick))
    name = pick(rng, ('green', 'orange', 'purple', 'gray'))
    rgb = shade(rng, name)
    tone = np.array([0.62, 0.45, 0.27]) * rng.uniform(0.8, 1.1)
    return Model(parts=(paint(grip, tone, gloss=0.1), paint(head, rgb, gloss=0.2)), color=name)


def screwdriver(rng: np.random.Generator) -> Model:
    """Stubby: a fat two-coloured handle and a short shaft."""
    grip, shaft, r = rng.uniform(0.055, 0.07), rng.uniform(0.045, 0.06), rng.uniform(0.017, 0.02)
    name = pick(rng, ('purple', 'pink', 'white', 'gray'))
    z = np.linspace(0, grip, 12)
    radius = r * np.interp(z / grip, [0, 0.1, 0.5, 0.8, 1], [0.75, 1, 0.95, 0.75, 0.85])
    lobed = circle(24) * (1 + 0.1 * np.cos(4 * 2 * np.pi * np.arange(24) / 24))[:, None]
    handle = sweep(np.stack((z, 0 * z, np.full(12, r)), 1), lobed, radius)
    cap = sweep([(-0.008, 0, r), (-0.004, 0, r), (0, 0, r)], circle(16), r * 0.8)
    rod = sweep(np.linspace((grip, 0, r), (grip + shaft, 0, r), 4), circle(10), 0.0038)
    tip = sweep(
        np.linspace((grip + shaft, 0, r), (grip + shaft + 0.012, 0, r), 3),
        circle(10), np.array([[0.0038, 0.0038], [0.003, 0.0058], [0.0008, 0.006]]),
    )  # fmt: skip
    parts = (
        paint(handle, shade(rng, name), gloss=0.5),
        paint(cap, BLACK, gloss=0.2),
        *(paint(p, METAL, gloss=0.9) for p in (rod, tip)),
    )
    return Model(parts=parts, color=name)


def pen(rng: np.random.Generator) -> Model:
    """Ballpoint for a desk: thick and tapered, with golden rings and tip."""
    r, length = rng.uniform(0.0068, 0.008), rng.uniform(0.115, 0.135)
    name = pick(rng, ('orange', 'pink', 'brown', 'gray'))
    barrel = lathe(
        [(r * 0.75, 0), (r, length * 0.3), (r, length * 0.55), (r * 0.55, length), (0, length)],
        segments=20,
    )
    section = lathe([(r * 0.5, -length * 0.13), (r * 0.75, 0)], segments=18)
    tip = move(
        lathe([(0, -0.012), (r * 0.2, -0.01), (r * 0.5, 0)], segments=14), (0, 0, -length * 0.13)
    )
    rings = [
        move(cylinder(r * 1.06, 0.0025, segments=18), (0, 0, length * x)) for x in (0.28, 0.36)
    ]
    gold = (0.78, 0.62, 0.22)
    parts = [paint(barrel, shade(rng, name), gloss=0.9), paint(section, BLACK, gloss=0.6)]
    parts += [paint(p, gold, gloss=1.0) for p in (tip, *rings)]
    return Model(parts=tuple(turn(p, 'y', 90) for p in parts), color=name)


def phone(rng: np.random.Generator) -> Model:
    """Face down: a coloured back with a block of three cameras."""
    w, d, h = rng.uniform(0.068, 0.08), rng.uniform(0.145, 0.165), rng.uniform(0.008, 0.01)
    name = pick(rng, ('pink', 'purple', 'green', 'yellow'))
    parts = [paint(rounded_box((w, d, h), radius=h * 0.45, steps=3), shade(rng, name), gloss=0.8)]
    block = rounded_box((w * 0.44, w * 0.44, 0.0025), radius=0.001)
    corner = (-w * 0.22, d * 0.33)
    parts.append(paint(move(block, (*corner, h - 0.0006)), (0.16, 0.16, 0.17), gloss=0.6))
    for x, y in ((-0.1, 0.1), (0.1, 0.1), (0.0, -0.1)):
        at = (corner[0] + x * w, corner[1] + y * w)
        rim = move(cylinder(w * 0.085, 0.0016, segments=18), (*at, h + 0.0016))
        lens = move(cylinder(w * 0.055, 0.0018, segments=18), (*at, h + 0.0018))
        parts += [paint(rim, METAL, gloss=0.9), paint(lens, (0.04, 0.05, 0.1), gloss=1.0)]
    return Model(parts=tuple(parts), color=name)


def remote(rng: np.random.Generator) -> Model:
    """Short and round at both ends, with one large ring and few buttons."""
    w, d, h = rng.uniform(0.036, 0.044), rng.uniform(0.12, 0.145), rng.uniform(0.016, 0.02)
    name = pick(rng, ('red', 'blue', 'orange', 'pink', 'purple'))
    angles = np.deg2rad(np.arange(0, 360, 10))
    plan = np.stack((np.cos(angles), np.sin(angles)), 1) * w / 2
    plan[:, 1] += np.where(np.sin(angles) >= 0, 1, -1) * (d - w) / 2
    z = np.array([0, 0.15, 0.8, 1.0]) * h
    inset = np.array([0.93, 1, 1, 0.9])
    body = sweep(np.stack((0 * z, 0 * z, z), 1), plan, inset, across=(1, 0, 0))
    rubber = (0.93, 0.93, 0.92)
    ring = lathe(
        [(w * 0.32, -0.001), (w * 0.34, 0.0018), (w * 0.2, 0.0018), (w * 0.18, -0.001)],
        segments=26,
    )
    parts = [
        paint(body, shade(rng, name), gloss=0.5),
        paint(move(ring, (0, d * 0.2, h)), rubber),
        paint(move(cylinder(w * 0.13, 0.002, segments=14), (0, d * 0.2, h - 0.0004)), BLACK),
    ]
    button = cylinder(w * 0.11, 0.0025, bevel=0.0006, segments=12)
    for row in (-0.02, -0.12, -0.22):
        parts += [paint(move(button, (x * w, row * d, h - 0.0005)), rubber) for x in (-0.2, 0.2)]
    return Model(parts=tuple(parts), color=name)
