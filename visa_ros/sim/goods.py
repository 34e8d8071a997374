"""Procedural books, boxes, toys and candles: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    Part,
    rounded_box,
    sphere,
    sweep,
    turn,
)

VIVID = ('red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink')
COVERS = (*VIVID, 'black', 'brown', 'white')


def book(rng: np.random.Generator) -> Model:
    """Two boards and a spine around a block of pages; lies, seldom stands."""
    w, d, h = rng.uniform(0.11, 0.16), rng.uniform(0.16, 0.22), rng.uniform(0.016, 0.04)
    board, name = 0.003, pick(rng, COVERS)
    rgb = shade(rng, name)
    cover = [
        rounded_box((w, d, board), radius=0.001, steps=1),
        move(rounded_box((w, d, board), radius=0.001, steps=1), (0, 0, h - board)),
        move(rounded_box((0.004, d, h), radius=0.0015, steps=1), (-w / 2, 0, 0)),
    ]
    pages = move(
        rounded_box((w - 0.008, d - 0.01, h - 2 * board), radius=0.0005, steps=1),
        (-0.001, 0, board),
    )
    parts = [
        *(paint(p, rgb, gloss=0.25) for p in cover),
        paint(pages, (0.9, 0.87, 0.78), gloss=0.0),
    ]
    other = shade(rng, pick(rng, [c for c in ('white', 'black', 'yellow', 'gray') if c != name]))
    for y, tall in ((d * 0.22, d * 0.1), (-d * 0.25, d * 0.05)):
        title = rounded_box((w * rng.uniform(0.4, 0.75), tall, 0.0008), radius=0.0003, steps=1)
        parts.append(paint(move(title, (0, y, h - 0.0004)), other))
    if rng.random() < 0.12:
        parts = [turn(p, 'x', 90) for p in parts]
    return Model(parts=tuple(parts), color=name)


def box(rng: np.random.Generator) -> Model:
    """Cardboard or coloured box, mostly with tape or a label."""
    size = rng.uniform(0.07, 0.18, 3) * [1.0, 0.8, 0.9]
    plain = rng.random() < 0.4
    name = 'brown' if plain else pick(rng, (*VIVID, 'white', 'black', 'gray'))
    rgb = np.array([0.58, 0.41, 0.24]) * rng.uniform(0.85, 1.15) if plain else shade(rng, name)
    parts = [paint(rounded_box(size, radius=0.003), rgb, gloss=0.05 if plain else 0.3)]
    if plain:
        tape = rounded_box((size[0] * 1.004, size[1] * 0.14, size[2] * 0.5), radius=0.002)
        parts.append(paint(move(tape, (0, 0, size[2] * 0.503)), (0.75, 0.64, 0.42), gloss=0.5))
    elif rng.random() < 0.6:
        label = rounded_box((size[0] * 0.55, size[1] * 1.006, size[2] * 0.5), radius=0.002)
        other = pick(rng, [c for c in ('white', 'yellow', 'black', 'red') if c != name])
        parts.append(paint(move(label, (0, 0, size[2] * 0.25)), shade(rng, other)))
    return Model(parts=tuple(parts), color=name)


def ball(rng: np.random.Generator) -> Model:
    """One colour, one with a band, halves, or a beach ball's wedges."""
    r = rng.uniform(0.028, 0.07)
    name, other = rng.choice([*VIVID, 'white'], 2, replace=False).tolist()
    kind = int(rng.integers(4))
    tilt = rng.uniform(0, 180)
    if kind == 0:
        return Model(
            parts=(paint(sphere(r, rings=22, segments=34), shade(rng, name), gloss=0.6),),
            color=name,
        )
    limits = {1: [(-90, -10), (-10, 10), (10, 90)], 2: [(-90, 0), (0, 90)]}
    if kind in limits:
        pieces = [_zone(r, *span) for span in limits[kind]]
        shades = [shade(rng, name), shade(rng, other)]
        tones = [shades[i % 2] for i in range(len(pieces))]
    else:
        half = np.deg2rad(np.linspace(-90, 90, 20))
        profile = r * np.stack((np.cos(half), np.sin(half)), 1)
        pieces = [lathe(profile, segments=6, start=i / 6, portion=1 / 6) for i in range(6)]
        third = [shade(rng, c) for c in (name, 'white', other)]
        tones = [third[i % 3] for i in range(6)]
    parts = tuple(
        turn(paint(p, c, gloss=0.6), 'x', tilt) for p, c in zip(pieces, tones, strict=True)
    )
    return Model(parts=parts, color=name if kind == 1 else '')


def _zone(radius: float, low_deg: float, high_deg: float) -> Part:
    """Part of a sphere between two latitudes."""
    angles = np.deg2rad(np.linspace(low_deg, high_deg, 5 + int((high_deg - low_deg) / 9)))
    return lathe(radius * np.stack((np.cos(angles), np.sin(angles)), 1), segments=34)


def toy_block(rng: np.random.Generator) -> Model:
    """Small vivid cube, sometimes with a mark on its faces."""
    side = rng.uniform(0.03, 0.05)
    name = pick(rng, VIVID)
    parts = [
        paint(
            rounded_box((side, side, side), radius=side * 0.08, steps=3),
            shade(rng, name),
            gloss=0.4,
        )
    ]
    if rng.random() < 0.5:
        mark = rounded_box((side * 1.008, side * 0.45, side * 0.45), radius=0.002)
        pale = np.array(shade(rng, name)) * 0.4 + 0.5
        parts += [paint(turn(move(mark, (0, 0, side * 0.275)), 'z', a), pale) for a in (0, 90)]
    return Model(parts=tuple(parts), color=name)


def toy_car(rng: np.random.Generator) -> Model:
    """Body, cabin with windows, four wheels."""
    length = rng.uniform(0.09, 0.15)
    w, wheel = length * rng.uniform(0.42, 0.5), length * rng.uniform(0.105, 0.135)
    name = pick(rng, (*VIVID, 'white'))
    rgb = shade(rng, name)
    body = move(
        rounded_box((length, w, length * 0.19), radius=length * 0.06, steps=3), (0, 0, wheel * 0.8)
    )
    deck, back = wheel * 0.8 + length * 0.17, -length * rng.uniform(0.02, 0.12)
    cabin = rounded_box((length * 0.5, w * 0.86, length * 0.17), radius=length * 0.05, steps=3)
    sides = rounded_box((length * 0.37, w * 0.875, length * 0.09), radius=length * 0.02)
    front = rounded_box((length * 0.508, w * 0.68, length * 0.09), radius=length * 0.02)
    tyre = turn(cylinder(wheel, w * 0.2, bevel=wheel * 0.15, segments=18), 'x', 90)
    hub = turn(cylinder(wheel * 0.5, w * 0.21, segments=12), 'x', 90)
    parts = [paint(body, rgb, gloss=0.7), paint(move(cabin, (back, 0, deck)), rgb, gloss=0.7)]
    parts += [
        paint(move(p, (back, 0, deck + length * 0.03)), (0.1, 0.12, 0.15), gloss=0.9)
        for p in (sides, front)
    ]
    for x in (-0.3, 0.3):
        for y in (-1, 1):
            at = (x * length, y * w * 0.43 + w * 0.1, wheel)
            parts += [
                paint(move(tyre, at), (0.05, 0.05, 0.05)),
                paint(move(hub, (at[0], at[1] + y * w * 0.006, at[2])), (0.7, 0.7, 0.7)),
            ]
    return Model(parts=tuple(parts), color=name)


def candle(rng: np.random.Generator) -> Model:
    """Wax cylinder with a hollow top and a wick."""
    r, h = rng.uniform(0.016, 0.035), rng.uniform(0.07, 0.17)
    name = pick(rng, ('white', 'white', 'red', 'yellow', 'purple', 'pink', 'green', 'blue'))
    body = lathe(
        [
            (0, 0),
            (r, 0),
            (r, h * 0.5),
            (r, h),
            (r * 0.85, h),
            (r * 0.5, h - r * 0.25),
            (0, h - r * 0.3),
        ],
        segments=30,
    )
    wick = sweep(
        loop([(0, 0, h - r * 0.35), (0, 0, h), (0.002, 0, h + 0.012)], count=6),
        circle(7),
        0.0013,
        across=(0, 1, 0),
    )
    return Model(
        parts=(
            paint(body, shade(rng, name), gloss=0.35),
            paint(wick, (0.06, 0.05, 0.05), gloss=0),
        ),
        color=name,
    )
