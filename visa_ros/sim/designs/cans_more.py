"""More designs of cans, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.vessel_forms import (
    other_color,
    ring,
    settled,
    shell,
    solid,
    squared,
    tube,
    wrapped,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import cylinder, lathe, Model, move, Part, rounded_box, stretch, turn

HUES = ('red', 'blue', 'green', 'yellow', 'orange', 'purple', 'pink', 'black', 'white', 'gray')


def _several_cans(rng: np.random.Generator) -> Model:
    """Two to four drink cans side by side, held by a clip of card or plastic."""
    r, h, count = rng.uniform(0.031, 0.034), rng.uniform(0.09, 0.12), int(rng.integers(2, 5))
    spots = [(0, 0), (1, 0), (0, 1), (1, 1)] if count == 4 else [(k, 0) for k in range(count)]
    name = pick(rng, HUES)
    one = _drink(rng, r, h, shade(rng, name), segments=20)
    parts = [move(p, (2 * r * x, 2 * r * y, 0)) for x, y in spots for p in one]
    size = (2 * r * (max(x for x, _ in spots) + 0.7), 2 * r * (max(y for _, y in spots) + 0.7))
    clip = move(rounded_box((*size, 0.003), radius=0.001), (size[0] / 2, size[1] / 2, h - 0.012))
    parts.append(paint(move(clip, (-0.7 * r, -0.7 * r, 0)), other_color(rng, name, HUES)))
    return Model(parts=tuple(parts), color=name)


def _spray_can(rng: np.random.Generator) -> Model:
    """Spray can with a domed shoulder, under a tall cap or with its button bare."""
    r, h = rng.uniform(0.022, 0.033), rng.uniform(0.12, 0.19)
    name = pick(rng, HUES)
    dome = lathe(
        [(r, 0), (r * 1.03, 0.002), (r * 0.85, r * 0.4), (r * 0.5, r * 0.6), (0, r * 0.6)]
    )
    parts = [paint(cylinder(r, h, bevel=0.002), shade(rng, name), gloss=0.7)]
    parts.append(paint(move(dome, (0, 0, h)), METAL, gloss=0.9))
    parts.append(paint(ring(r, 0.0018, 0.002), METAL, gloss=0.9))
    second = other_color(rng, name, HUES)
    if rng.random() < 0.5:
        cap = cylinder(r * rng.uniform(0.9, 0.98), r * rng.uniform(1.1, 1.7), bevel=0.003)
        parts.append(paint(move(cap, (0, 0, h + 0.002)), second))
    else:
        stem = move(cylinder(r * 0.27, r * 0.6, bevel=0.001), (0, 0, h + r * 0.55))
        dot = move(turn(cylinder(r * 0.08, r * 0.1), 'y', 90), (r * 0.22, 0, h + r * 0.9))
        parts += [paint(stem, second), paint(dot, (0.05, 0.05, 0.05))]
    label = wrapped(np.array([(r, 0), (r, h)]), h * rng.uniform(0.1, 0.5), h * 0.85)
    parts.append(paint(label, other_color(rng, name, HUES), gloss=0.6))
    return Model(parts=settled(rng, parts, lying=0.2), color=name)


def _paint_can(rng: np.random.Generator) -> Model:
    """Paint can with a bail of wire, closed, or open and full of paint."""
    r, h = rng.uniform(0.045, 0.08), rng.uniform(0.09, 0.17)
    outer = np.array([(r, 0), (r, h / 2), (r, h)])
    name = pick(rng, HUES)
    label = wrapped(outer, h * 0.1, h * rng.uniform(0.75, 0.88))
    parts = [paint(p, METAL, gloss=0.85) for p in shell(outer, 0.003)]
    parts += [paint(label, shade(rng, name)), paint(ring(r, 0.003, h), METAL, gloss=0.9)]
    is_open = rng.random() < 0.4
    top = cylinder(r - 0.002, h - (0.018 if is_open else 0.003))
    parts.append(paint(top, other_color(rng, 'gray') if is_open else METAL, gloss=0.8))
    rise, out = r * rng.uniform(0.5, 1.1), r + 0.003
    arch = [(-out, 0, h * 0.7), (-r * 0.8, 0, h + rise * 0.6), (0, 0, h + rise)]
    wire = tube([*arch, (r * 0.8, 0, h + rise * 0.6), (out, 0, h * 0.7)], 0.0017, count=18)
    lug = turn(cylinder(0.007, 2 * r + 0.008, segments=12), 'y', 90)
    parts.append(paint(wire, METAL, gloss=0.8))
    parts.append(paint(move(lug, (-r - 0.004, 0, h * 0.7)), METAL))
    return Model(parts=tuple(parts), color=name)


def _oil_can(rng: np.random.Generator) -> Model:
    """Tall oblong can for oil or solvent with a handle and a screw cap on top."""
    w, d, h = rng.uniform(0.07, 0.11), rng.uniform(0.04, 0.07), rng.uniform(0.12, 0.22)
    name = pick(rng, HUES)
    rgb = METAL if name == 'gray' else shade(rng, name)
    body = move(rounded_box((w, d, h - 0.004), radius=0.008), (0, 0, 0.002))
    seams = [rounded_box((w + 0.003, d + 0.003, 0.004), radius=0.0018) for _ in range(2)]
    tag = move(rounded_box((w * 0.8, d + 0.001, h * 0.5), radius=4e-4), (0, 0, h * 0.2))
    grip = [(-w * 0.38, 0, h - 0.002), (-w * 0.3, 0, h + 0.018), (w * 0.05, 0, h + 0.018)]
    grip = stretch(tube([*grip, (w * 0.12, 0, h - 0.002)], 0.003), (1, 2.5, 1))
    cap = move(cylinder(0.012, 0.016, bevel=0.001), (w * 0.3, 0, h - 0.001))
    parts = [paint(body, rgb, gloss=0.7), paint(tag, other_color(rng, name, HUES))]
    parts += [paint(p, METAL, gloss=0.9) for p in (seams[0], move(seams[1], (0, 0, h - 0.004)))]
    parts += [paint(grip, METAL), paint(cap, other_color(rng, name, ('red', 'black', 'white')))]
    return Model(parts=tuple(parts), color=name)


def _meat_tin(rng: np.random.Generator) -> Model:
    """Tapered oblong tin for corned beef or ham, its seams standing out."""
    r, h, taper = rng.uniform(0.032, 0.045), rng.uniform(0.06, 0.095), rng.uniform(0.75, 0.95)
    deep, power = rng.uniform(0.6, 0.9), rng.uniform(4, 8)
    outer = np.array([(r, 0), (r, 0.004), (r * 0.97, 0.005), (r * taper, h - 0.005)])
    end = np.array([(r * taper * 1.04, h - 0.004), (r * taper * 1.04, h)])
    name = pick(rng, HUES)
    label = wrapped(outer, h * 0.14, h * 0.86)
    lid = lathe([*end, (r * taper * 0.95, h), (r * taper * 0.92, h - 0.003), (0, h - 0.003)])
    skin = [(solid(outer), METAL), (lid, METAL), (label, shade(rng, name))]
    parts = [paint(stretch(squared(p, power), (1, deep, 1)), rgb, gloss=0.6) for p, rgb in skin]
    return Model(parts=settled(rng, parts, over=0.2), color=name)


def _party_keg(rng: np.random.Generator) -> Model:
    """Small keg of beer: a wide can with three hoops pressed out and a tap or a bung."""
    r, h = rng.uniform(0.055, 0.08), rng.uniform(0.14, 0.25)
    hoop = rng.uniform(1.03, 1.07)
    wall = [(r * 0.85, 0), (r * 0.9, h * 0.04), (r, h * 0.07)]
    for z in (0.2, 0.34, 0.68):
        wall += [(r, h * z), (r * hoop, h * (z + 0.02)), (r, h * (z + 0.04))]
    outer = np.array([*wall, (r, h * 0.92), (r * 0.9, h * 0.97), (r * 0.88, h)])
    name = pick(rng, HUES)
    parts = [paint(solid(outer), shade(rng, name), gloss=0.8)]
    parts += [paint(ring(r * 0.88, 0.004, z), METAL, gloss=0.9) for z in (0.004, h)]
    parts.append(paint(move(cylinder(0.014, 0.006), (0, 0, h)), (0.05, 0.05, 0.05)))
    if rng.random() < 0.5:
        tap = move(turn(cylinder(0.009, 0.026), 'y', 90), (r * 0.98, 0, h * 0.14))
        parts.append(paint(tap, other_color(rng, name, ('red', 'black', 'white'))))
    label = wrapped(outer, h * 0.38, h * rng.uniform(0.55, 0.66))
    parts.append(paint(label, other_color(rng, name, HUES), gloss=0.6))
    return Model(parts=tuple(parts), color=name)


CANS: tuple[Design, ...] = (
    _several_cans,
    _spray_can,
    _paint_can,
    _oil_can,
    _meat_tin,
    _party_keg,
)


def _drink(
    rng: np.random.Generator, r: float, h: float, rgb: tuple[float, ...], *, segments: int
) -> list[Part]:
    """Body, sunk lid and tab of a drink can."""
    wall = [(0, 0.004), (r * 0.7, 0.004), (r * 0.78, 0), (r, h * 0.05), (r, h * 0.9)]
    body = lathe([*wall, (r * 0.85, h * 0.97)], segments=segments)
    edge = [(r * 0.85, h * 0.97), (r * 0.89, h - 0.002), (r * 0.86, h), (r * 0.79, h)]
    lid = lathe([*edge, (r * 0.75, h - 0.004), (0, h - 0.004)], segments=segments)
    tab = stretch(cylinder(r * 0.22, 0.0015, segments=12), (1.5, 1, 1))
    tab = move(tab, (r * rng.uniform(0.1, 0.2), 0, h - 0.0035))
    hole = move(cylinder(r * 0.23, 6e-4, segments=12), (-r * 0.42, 0, h - 0.004))
    parts = [paint(body, rgb, gloss=0.8), paint(lid, METAL, gloss=0.9)]
    return [*parts, paint(tab, np.array(METAL) * 0.8), paint(hole, (0.04, 0.04, 0.04))]
