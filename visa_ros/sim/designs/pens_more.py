"""More designs of pens, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.dish_forms import sheet, smooth, timber
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import barrel, plan_of, prism, rod
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    loop,
    Model,
    move,
    Part,
    rectangle,
    rounded_box,
    sphere,
    stretch,
    sweep,
    turn,
)

_TONES = ('red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'black', 'gray', 'white')
_GOLD = (0.78, 0.6, 0.22)
_DARK = (0.06, 0.06, 0.07)


def _quill(rng: np.random.Generator) -> Model:
    """Quill pen: a feather with a bare shaft that ends in a nib."""
    length, bend = rng.uniform(0.19, 0.28), rng.uniform(-0.12, 0.12)
    name = pick(rng, ('white', 'white', 'black', 'gray', 'blue', 'red', 'purple'))
    r, start = rng.uniform(0.0018, 0.0026), rng.uniform(0.25, 0.4)
    t = np.linspace(0, 1, 20)
    y = bend * length * t**2
    path = np.stack((length * t, y, np.full(20, r)), 1)
    shaft = sweep(path, circle(8), r * np.interp(t, [0, 0.8, 1], [1, 0.6, 0.2]), across=(0, 0, 1))
    parts = [paint(shaft, (0.88, 0.84, 0.7), gloss=0.4)]
    u = np.linspace(start, 1.04, 40)
    v = (u - start) / (1.04 - start)
    wide = rng.uniform(0.013, 0.024)
    lines = ([0.15, 0.9, 1, 0.75, 0.1], [0.3, 0.7, 0.9, 1, 0.1], [0.1, 1, 0.8, 0.5, 0.06])
    half = wide * smooth(v, lines[int(rng.integers(3))])
    half = np.maximum(half * (1 + 0.12 * np.sin(v * rng.uniform(30, 70))), 0.0006)
    vane = sheet(length * u, half, 0.0008, middle=bend * length * u**2 + 0.1 * wide, rise=r)
    parts.append(paint(vane, shade(rng, name), gloss=0.1))
    tone = _GOLD if rng.random() < 0.6 else _DARK
    nib = [(-0.022, 0.0002), (-0.013, r), (-0.004, r * 1.1), (0.012, r * 1.25)]
    parts.append(paint(rod(nib, section=circle(8), at=(0, 0, r)), tone, gloss=0.8))
    return Model(parts=tuple(parts), color=name)


def _dip(rng: np.random.Generator) -> Model:
    """Dip pen: a wooden or coloured holder with a thin waist, a broad metal nib."""
    length, r = rng.uniform(0.14, 0.19), rng.uniform(0.004, 0.0062)
    wooden = rng.random() < 0.5
    name, rgb, gloss = timber(rng) if wooden else ('', (0, 0, 0), 0.7)
    if not wooden:
        name = pick(rng, _TONES)
        rgb = shade(rng, name)
    x = np.linspace(0, 0.82, 14)
    lines = ([0.25, 0.45, 0.6, 0.85, 1], [0.6, 0.4, 0.6, 1.1, 0.8], [0.3, 0.8, 0.6, 0.8, 1])
    rows = np.stack((x, r * smooth(x / 0.82, lines[int(rng.integers(3))])), 1)
    parts = [paint(barrel(rows, length, r), rgb, gloss=gloss)]
    tone = METAL
    collar = [(0.81, r * 0.85), (0.83, r * 0.95), (0.86, r * 0.7)]
    parts.append(paint(barrel(collar, length, r), tone, gloss=0.9))
    nib = [(0.85, r * 0.6, r * 0.5), (0.92, r * 0.85, r * 0.4), (0.96, r * 0.4, r * 0.2)]
    parts.append(paint(barrel([*nib, (1, r * 0.04, r * 0.04)], length, r), tone, gloss=0.9))
    return Model(parts=tuple(parts), color=name)


def _highlighter(rng: np.random.Generator) -> Model:
    """Highlighter: a broad flat bright body with a chisel tip, or a cap with a clip."""
    length, r, flat = rng.uniform(0.105, 0.135), rng.uniform(0.0095, 0.014), rng.uniform(0.45, 0.7)
    name = pick(rng, ('yellow', 'yellow', 'pink', 'green', 'orange', 'blue', 'purple'))
    rgb, dark = shade(rng, name), rng.random() < 0.3
    section = rectangle(rng.uniform(0.25, 0.6))

    def block(rows: Sequence[Sequence[float]]) -> Part:
        stations = [(x * length, a * r, a * r * flat) for x, a in rows]
        return rod(stations, section=section, at=(0, 0, r * flat))

    parts = [paint(block([(0, 0.6), (0.03, 0.7), (0.25, 0.95), (0.62, 1)]), rgb, gloss=0.5)]
    trim = _DARK if dark else rgb
    if rng.random() < 0.75:
        parts.append(paint(block([(0.62, 0.9), (0.74, 0.75), (0.84, 0.5)]), _DARK, gloss=0.3))
        tip = [(0.83, 0.4), (0.92, 0.38), (0.97, 0.12)]
        parts.append(paint(block(tip), rgb, gloss=0.1))
    else:
        parts.append(
            paint(block([(0.6, 1.1), (0.7, 1.08), (0.98, 0.7), (1, 0.6)]), trim, gloss=0.5)
        )
        clip = rounded_box((0.33 * length, r * 0.5, 0.0016), radius=0.0007, steps=1)
        parts.append(paint(move(clip, (0.8 * length, 0, 2.13 * r * flat)), trim, gloss=0.5))
    label = plan_of(length * 0.28, r * 1.1, 0.002)
    sheet_ = move(prism(label, 0.0005), (length * 0.44, 0, r * flat * 1.97))
    parts.append(paint(sheet_, (0.92, 0.92, 0.9) if rng.random() < 0.6 else _DARK))
    return Model(parts=tuple(parts), color='' if dark else name)


def _topper(rng: np.random.Generator) -> Model:
    """Child's pen with a figure on its end: a flower, or a face with ears or without."""
    length, r = rng.uniform(0.12, 0.145), rng.uniform(0.0035, 0.0055)
    name, big = pick(rng, _TONES), rng.uniform(0.009, 0.015)
    other = shade(rng, pick(rng, [c for c in _TONES if c != name]))
    high = big * 0.75
    rows = [(0.0, r * 0.9), (0.02, r), (0.83, r), (0.9, r * 0.7), (0.96, r * 0.3)]
    parts = [paint(barrel(rows, length, high), shade(rng, name), gloss=0.6)]
    point = [(0.95, r * 0.3), (1, r * 0.1)]
    parts.append(paint(barrel(point, length, high), METAL, gloss=0.9))
    ball, kind = sphere(big, rings=10, segments=16), int(rng.integers(3))
    head = stretch(ball, (1, 1, 0.75))
    center = (-big * 0.9, 0, high)
    if kind == 0:
        petals = int(rng.integers(5, 8))
        for k in range(petals):
            petal = move(stretch(ball, (0.55, 0.4, 0.3)), (big * 0.8, 0, 0))
            petal = turn(petal, 'z', 360 * k / petals)
            parts.append(paint(move(petal, center), other, gloss=0.4))
        head = stretch(ball, (0.5, 0.5, 0.5))
    ears = ((-0.75, 0.7), (-0.75, -0.7)) if kind == 1 else ()
    for x, y in ears:
        ear = move(stretch(ball, (0.45, 0.45, 0.35)), (x * big, y * big, 0))
        parts.append(paint(move(ear, center), other, gloss=0.4))
    for y in (-0.35, 0.35) if kind else ():
        eye = move(stretch(ball, (0.14, 0.14, 0.1)), (-0.1 * big, y * big, 0.68 * big))
        parts.append(paint(move(eye, center), _DARK, gloss=0.9))
    middle = other if kind else shade(rng, 'yellow')
    parts.append(paint(move(head, center), middle, gloss=0.4))
    return Model(parts=tuple(parts), color=name)


def _student(rng: np.random.Generator) -> Model:
    """Student's fountain pen with a big wire clip, capped or open."""
    length, r = rng.uniform(0.125, 0.145), rng.uniform(0.0058, 0.0075)
    name = pick(rng, _TONES)
    rgb, sides = shade(rng, name), int(rng.choice([3, 4, 6]))
    corner = plan_of(1.8, 1.8, 0.5, count=24) if sides == 4 else circle(24)
    parts = []

    def add(rows: Sequence[Sequence[float]], tone: Sequence[float], section: np.ndarray) -> None:
        stations = [(x * length, a * r) for x, a in rows]
        parts.append(paint(rod(stations, section=section, at=(0, 0, r)), tone, gloss=0.6))

    add([(0, 0.75), (0.02, 0.9), (0.55, 0.95), (0.62, 0.9)], rgb, corner)
    if rng.random() < 0.5:
        grip = circle(sides if sides != 4 else 3)
        add([(0.61, 1.0), (0.82, 0.8), (0.84, 0.85)], _DARK if name != 'black' else rgb, grip)
        nib = [(0.83, 0.5, 0.35), (0.9, 0.6, 0.25), (1, 0.05, 0.05)]
        flat = rod([(x * length, a * r, b * r) for x, a, b in nib], at=(0, 0, r))
        parts.append(paint(flat, METAL, gloss=0.9))
    else:
        add([(0.53, 1.0), (0.96, 1.02), (0.99, 0.9), (1, 0.6)], rgb, corner)
        for y in (-0.3, 0.3):
            knots = [(0.97, y, 2.0), (0.92, y, 2.45), (0.65, y, 2.35), (0.6, y * 0.1, 2.1)]
            wire = loop([(x * length, b * r, z * r) for x, b, z in knots], count=10)
            clip = sweep(wire, circle(6), 0.0008, across=(0, 1, 0))
            parts.append(paint(clip, METAL if rng.random() < 0.7 else _DARK, gloss=0.9))
    return Model(parts=tuple(parts), color=name)


def _four_color(rng: np.random.Generator) -> Model:
    """Thick pen of four colours: a white upper half with slides, a coloured lower half."""
    length, r = rng.uniform(0.135, 0.152), rng.uniform(0.006, 0.008)
    name = pick(rng, ('blue', 'blue', 'orange', 'green', 'pink', 'purple', 'red', 'black'))
    low = [(0.42, r), (0.86, r * 0.92), (0.95, r * 0.45), (0.97, r * 0.3)]
    parts = [paint(barrel(low, length, r), shade(rng, name), gloss=0.6)]
    upper = [(0.06, r * 0.8), (0.08, r), (0.42, r)]
    parts.append(paint(barrel(upper, length, r), shade(rng, 'white'), gloss=0.6))
    point = [(0.96, r * 0.25), (1, r * 0.1)]
    parts.append(paint(barrel(point, length, r), METAL, gloss=0.9))
    if rng.random() < 0.6:
        knob = move(sphere(r * 0.75, rings=9, segments=14), (length * 0.05, 0, r))
        parts.append(paint(knob, shade(rng, 'white'), gloss=0.6))
    down = int(rng.integers(4))
    for k, color in enumerate(('blue', 'black', 'green', 'red')):
        slide = rounded_box((0.014, r * 0.5, 0.0032), radius=0.001, steps=1)
        at = (length * (0.19 if k == down else 0.12), 0, r * 0.72)
        lever = turn(move(slide, at), 'x', 45 + 90 * k)
        parts.append(paint(move(lever, (0, 0, r)), shade(rng, color), gloss=0.5))
    clip = rounded_box((0.045, r * 0.55, 0.0014), radius=0.0006, steps=1)
    parts.append(paint(move(clip, (length * 0.24, 0, 2.1 * r)), shade(rng, 'white'), gloss=0.5))
    return Model(parts=tuple(parts), color='')


def _square(rng: np.random.Generator) -> Model:
    """Square or many-sided metal pen, its cap lying beside it or stuck on its end."""
    length, r = rng.uniform(0.115, 0.14), rng.uniform(0.0042, 0.006)
    name = pick(rng, ('black', 'gray', 'blue', 'red', 'white', 'green', 'purple'))
    rgb, trim = shade(rng, name), METAL
    section = rectangle(0.2) if rng.random() < 0.6 else circle(int(rng.choice([6, 8])))
    high, cap = r * 1.25, length * rng.uniform(0.4, 0.48)
    body = [(0, r * 0.9), (length * 0.76, r)]
    parts = [paint(rod(body, section=section, at=(0, 0, high)), rgb, gloss=0.8)]
    grip = [(length * 0.76, r * 0.85), (length * 0.9, r * 0.6), (length * 0.92, r * 0.3)]
    parts.append(paint(rod(grip, section=circle(14), at=(0, 0, high)), _DARK, gloss=0.5))
    tip = [(length * 0.92, r * 0.25), (length, r * 0.08)]
    parts.append(paint(rod(tip, section=circle(10), at=(0, 0, high)), trim, gloss=0.9))
    lid = [rod([(0, r * 1.2), (cap, r * 1.25)], section=section, at=(0, 0, high))]
    lid.append(rod([(cap, r * 1.28), (cap + 0.004, r * 1.28)], section=section, at=(0, 0, high)))
    clip = rounded_box((cap * 0.75, r * 0.6, 0.0012), radius=0.0005, steps=1)
    lid.append(move(clip, (cap * 0.55, 0, high + r * 1.3)))
    lid.append(move(cylinder(r * 0.3, 0.002, segments=10), (cap * 0.85, 0, high + r)))
    beside, angle = rng.random() < 0.5, rng.uniform(-40, 40)
    place = (length * 0.1, r * 10, 0) if beside else (-cap * 0.75, 0, 0)
    for piece, tone in zip(lid, (rgb, trim, trim, trim), strict=True):
        part = turn(piece, 'z', angle if beside else 0)
        parts.append(paint(move(part, place), tone, gloss=0.8))
    return Model(parts=tuple(parts), color=name)


PENS: tuple[Design, ...] = (
    _quill,
    _dip,
    _highlighter,
    _topper,
    _student,
    _four_color,
    _square,
)
