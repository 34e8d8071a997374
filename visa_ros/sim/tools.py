"""Procedural tools and devices: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    Model,
    move,
    Part,
    rounded_box,
    stretch,
    sweep,
    turn,
)


def flashlight(rng: np.random.Generator) -> Model:
    """Barrel, flared head with a bright lens, a switch; lies, or stands on its tail."""
    r, length = rng.uniform(0.012, 0.017), rng.uniform(0.12, 0.18)
    head, name = (
        r * rng.uniform(1.5, 1.9),
        pick(rng, ('black', 'gray', 'red', 'blue', 'yellow', 'green')),
    )
    body = lathe(
        [(0, 0), (r * 0.9, 0), (r, 0.004), (r, length * 0.6), (head, length * 0.76)], segments=26
    )
    collar = lathe(
        [
            (head, length * 0.76),
            (head * 1.04, length * 0.78),
            (head * 1.04, length),
            (head * 0.88, length),
            (head * 0.86, length * 0.97),
        ],
        segments=26,
    )
    lens = lathe(
        [(head * 0.87, length * 0.97), (head * 0.4, length * 0.985), (0, length * 0.99)],
        segments=26,
    )
    switch = move(
        rounded_box((r * 0.7, r * 0.5, length * 0.08), radius=0.002), (r * 0.85, 0, length * 0.45)
    )
    parts: tuple[Part, ...] = (
        paint(body, shade(rng, name), gloss=0.5),
        paint(collar, METAL if rng.random() < 0.5 else (0.08, 0.08, 0.08), gloss=0.8),
        paint(lens, (0.98, 0.95, 0.72), gloss=1.0),
        paint(switch, (0.85, 0.15, 0.1) if name != 'red' else (0.1, 0.1, 0.1)),
    )
    if rng.random() < 0.8:
        # The switch looks up: it would be a poor rest.
        parts = tuple(turn(p, 'y', -90) for p in parts)
    return Model(parts=parts, color=name)


def hammer(rng: np.random.Generator) -> Model:
    """Handle and a steel head with a face and a wedge, lying on its side."""
    length, r = rng.uniform(0.22, 0.3), rng.uniform(0.011, 0.014)
    name = pick(rng, ('brown', 'brown', 'black', 'red', 'yellow', 'blue'))
    thick = rng.uniform(0.013, 0.017)
    path = np.stack((np.linspace(0, length, 10), np.zeros(10), np.full(10, thick)), 1)
    width = r * np.interp(np.arange(10), [0, 2, 6, 9], [1.15, 1.0, 0.75, 0.7])
    grip = sweep(path, circle(12), np.stack((width, 0.8 * width), 1), across=(0, 1, 0))
    span = rng.uniform(0.045, 0.06)
    y = np.array([-1.0, -0.75, -0.7, -0.3, 0.3, 0.5, 1.0]) * span
    head = np.stack((np.full(7, length - thick * 0.6), y, np.full(7, thick)), 1)
    head[-1, 0] -= span * 0.15
    tall = thick * np.array([1, 1, 0.75, 0.85, 0.85, 0.8, 0.7])
    flat = thick * np.array([1, 1, 0.75, 0.85, 0.85, 0.6, 0.08])
    steel = sweep(head, circle(16), np.stack((tall, flat), 1), across=(1, 0, 0))
    parts = (paint(grip, shade(rng, name), gloss=0.3), paint(steel, (0.36, 0.37, 0.39), gloss=0.9))
    return Model(parts=parts, color=name)


def screwdriver(rng: np.random.Generator) -> Model:
    """Fluted handle, long thin shaft, flat tip; lying."""
    grip, shaft = rng.uniform(0.08, 0.1), rng.uniform(0.08, 0.13)
    r = rng.uniform(0.012, 0.016)
    name = pick(rng, ('red', 'yellow', 'orange', 'blue', 'green', 'black'))
    z = np.linspace(0, grip, 14)
    radius = r * np.interp(z / grip, [0, 0.06, 0.2, 0.7, 0.85, 1], [0.7, 1, 1.05, 0.95, 0.6, 0.62])
    fluted = circle(24) * (1 + 0.07 * np.cos(6 * 2 * np.pi * np.arange(24) / 24))[:, None]
    path = np.stack((z, 0 * z, np.full(14, r)), 1)
    handle = sweep(path, fluted, radius)
    x = np.array([0.97, 1.0, 1.85, 1.9, 2.0])
    steel = np.stack((grip + shaft * (x - 1), 0 * x, np.full(5, r)), 1)
    scale = np.array([[3.4, 3.4], [3.4, 3.4], [3.2, 3.2], [3.2, 4.2], [0.7, 4.6]]) * 1e-3
    tip = sweep(steel, circle(12), scale)
    parts = (paint(handle, shade(rng, name), gloss=0.6), paint(tip, METAL, gloss=0.9))
    return Model(parts=parts, color=name)


def pen(rng: np.random.Generator) -> Model:
    """Barrel, cone with a tip, button and clip; lying."""
    r, length = rng.uniform(0.0045, 0.006), rng.uniform(0.13, 0.15)
    name = pick(rng, ('blue', 'black', 'red', 'green', 'white', 'yellow', 'purple'))
    barrel = lathe(
        [(r * 0.9, 0), (r, length * 0.1), (r, length * 0.72), (r * 0.95, length * 0.84)],
        segments=18,
    )
    cone = lathe([(0, -length * 0.13), (r * 0.25, -length * 0.12), (r * 0.9, 0)], segments=18)
    top = lathe(
        [(r * 0.95, length * 0.84), (r * 0.9, length * 0.87), (0, length * 0.87)], segments=18
    )
    button = move(cylinder(r * 0.5, length * 0.05, segments=12), (0, 0, length * 0.86))
    clip = move(
        rounded_box((r * 0.4, r * 0.7, length * 0.3), radius=0.0006), (-r * 1.25, 0, length * 0.55)
    )
    trim = METAL if rng.random() < 0.6 else (0.07, 0.07, 0.07)
    rgb = shade(rng, name)
    parts = [paint(barrel, rgb, gloss=0.6)]
    parts += [paint(p, trim, gloss=0.8) for p in (cone, top, button)]
    parts.append(paint(clip, rgb, gloss=0.6))
    return Model(parts=tuple(turn(p, 'y', 90) for p in parts), color=name)


def phone(rng: np.random.Generator) -> Model:
    """Thin slab with a screen."""
    w, d, h = rng.uniform(0.066, 0.078), rng.uniform(0.14, 0.16), rng.uniform(0.008, 0.01)
    name = pick(rng, ('black', 'black', 'white', 'gray', 'blue', 'red'))
    slab = _slab(w, d, h, corner=0.009)
    screen = _slab(w * 0.93, d * (0.95 if rng.random() < 0.6 else 0.82), 0.0008, corner=0.006)
    lit = rng.random() < 0.4
    glow = rng.uniform(0.15, 0.75, 3) if lit else rng.uniform(0.02, 0.06, 3)
    parts = [
        paint(slab, shade(rng, name), gloss=0.6),
        paint(move(screen, (0, 0, h - 0.0003)), glow, gloss=1.0),
    ]
    if lit:
        bar = rounded_box((w * 0.75, d * 0.1, 0.0008), radius=0.0003, steps=1)
        tile = rounded_box((w * 0.16, w * 0.16, 0.0008), radius=0.0003, steps=1)
        parts.append(paint(move(bar, (0, d * 0.25, h + 0.0001)), (0.9, 0.9, 0.92)))
        parts += [
            paint(move(tile, (w * x, d * y, h + 0.0001)), rng.uniform(0.2, 0.95, 3))
            for x in (-0.27, 0, 0.27)
            for y in (-0.28, -0.12, 0.04)
        ]
    return Model(parts=tuple(parts), color='black' if name == 'black' and not lit else '')


def remote(rng: np.random.Generator) -> Model:
    """Long slab with rows of buttons."""
    w, d, h = rng.uniform(0.042, 0.052), rng.uniform(0.15, 0.21), rng.uniform(0.014, 0.02)
    name = pick(rng, ('black', 'black', 'gray', 'white'))
    rubber = (0.82, 0.82, 0.8) if name == 'black' else (0.1, 0.1, 0.11)
    parts = [paint(_slab(w, d, h, corner=0.008), shade(rng, name), gloss=0.4)]
    button = cylinder(w * 0.09, 0.002, bevel=0.0006, segments=10)
    wide = stretch(button, (1.2, 0.7, 1))
    rows = int(rng.integers(5, 8))
    for i in range(rows):
        y = d * (0.3 - 0.62 * i / rows)
        parts += [paint(move(wide, (x * w, y, h - 0.0005)), rubber) for x in (-0.27, 0, 0.27)]
    parts.append(paint(move(button, (-w * 0.27, d * 0.42, h - 0.0005)), (0.85, 0.1, 0.08)))
    ring = lathe(
        [
            (w * 0.24, h - 0.001),
            (w * 0.26, h + 0.0015),
            (w * 0.15, h + 0.0015),
            (w * 0.14, h - 0.001),
        ],
        segments=24,
    )
    parts.append(paint(move(ring, (0, -d * 0.4, 0)), rubber))
    return Model(parts=tuple(parts), color=name)


def _slab(width: float, depth: float, height: float, *, corner: float) -> Part:
    """Flat box with round corners in plan."""
    angles = np.deg2rad(np.arange(0, 360, 360 / 32))
    plan = np.stack((np.cos(angles), np.sin(angles)), 1) * corner
    plan += np.sign(np.round(plan, 9) + 1e-12) * [width / 2 - corner, depth / 2 - corner]
    z = np.array([0, 0.2, 0.8, 1.0]) * height
    inset = np.array([0.985, 1, 1, 0.985])
    return sweep(np.stack((0 * z, 0 * z, z), 1), plan, inset, across=(1, 0, 0))
