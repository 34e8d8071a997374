"""More designs of plates, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.dish_forms import (
    arc,
    colored,
    Finish,
    reshaped,
    ring,
    steel,
    timber,
    vessel,
)
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    loop,
    Model,
    move,
    Part,
    rounded_box,
    stretch,
    sweep,
    turn,
)
from visa_ros.sim.tableware import CERAMIC_COLORS

_GLAZES = (*CERAMIC_COLORS, 'white', 'white', 'black')


def _polygon(rng: np.random.Generator) -> Model:
    """Plate with five to twelve straight sides, of porcelain, tin or paper."""
    r, h = rng.uniform(0.08, 0.135), rng.uniform(0.012, 0.028)
    sides = int(rng.choice([5, 6, 6, 8, 8, 10, 12]))
    tone = steel(rng) if rng.random() < 0.2 else colored(rng, _GLAZES, rng.uniform(0.1, 0.8))
    pair = vessel(_rimmed(r, h, rng.uniform(0.55, 0.85)), 0.0035, segments=sides)
    return _fired(pair, tone, colored(rng, _GLAZES) if rng.random() < 0.25 else tone)


def _soup(rng: np.random.Generator) -> Model:
    """Soup or pasta plate: a small deep well in a very broad flat or rising rim."""
    r, h = rng.uniform(0.1, 0.145), rng.uniform(0.026, 0.042)
    well, lip = rng.uniform(0.42, 0.64), h * rng.uniform(0.65, 1.0)
    deep = arc(r * well * rng.uniform(0.55, 0.8), r * well, lip, bulge=rng.uniform(0.5, 1))
    wall = [*deep, (r * (well + 0.04), lip * 1.01), (r * 0.97, h), (r, h * 1.02)]
    tone = colored(rng, _GLAZES, 0.7)
    outside, inside = vessel(wall, 0.004, foot=rng.choice([0.0, 0.003]), segments=40)
    parts = [paint(outside, tone[1], gloss=0.7), paint(inside, tone[1], gloss=0.7)]
    if rng.random() < 0.5:
        edge = stretch(ring(r - 0.001, 0.0028, segments=40), (1, 1, 0.6))
        band = colored(rng, CERAMIC_COLORS)[1]
        parts.append(paint(move(edge, (0, 0, parts[1].vertices[:, 2].max())), band, gloss=0.7))
    return Model(parts=tuple(parts), color=tone[0])


def _shaped(rng: np.random.Generator) -> Model:
    """Plate in the shape of a heart, a leaf, a drop or a clover."""
    r, h = rng.uniform(0.075, 0.115), rng.uniform(0.012, 0.022)
    kind, lobes, deep = int(rng.integers(3)), int(rng.choice([3, 5, 6])), rng.uniform(0.08, 0.2)

    def form(angle: np.ndarray) -> np.ndarray:
        if kind == 0:
            gap = np.exp(-((np.angle(np.exp(1j * (angle - np.pi / 2))) / 0.42) ** 2))
            tip = np.exp(-((np.angle(np.exp(1j * (angle + np.pi / 2))) / 0.3) ** 2))
            return np.asarray(1 - 0.4 * gap + 0.22 * tip)
        if kind == 1:
            return np.asarray(1 + deep * np.cos(lobes * angle))
        tips = np.abs(np.cos(angle)) ** 6 * (1 if lobes % 2 else np.cos(angle) > 0)
        return np.asarray(0.72 + (0.3 + deep) * tips)

    tone = colored(rng, _GLAZES, rng.uniform(0.2, 0.8))
    pair = vessel(_rimmed(r, h, rng.uniform(0.7, 0.88)), 0.0035, segments=80)
    return _fired([reshaped(p, form, r, power=0.4) for p in pair], tone)


def _displayed(rng: np.random.Generator) -> Model:
    """Plate stood on edge to be looked at, leaning back in a little easel of wire or wood."""
    r, h = rng.uniform(0.075, 0.125), rng.uniform(0.012, 0.02)
    tone, second = colored(rng, _GLAZES, 0.8), colored(rng, CERAMIC_COLORS, 0.8)
    pair = vessel(_rimmed(r, h, rng.uniform(0.55, 0.75)), 0.0035, segments=44)
    disc = paint(cylinder(r * rng.uniform(0.2, 0.45), 0.0012, segments=28), second[1], gloss=0.8)
    parts = [*(paint(p, tone[1], gloss=0.8) for p in pair), move(disc, (0, 0, 0.0036))]
    lean, low = rng.uniform(66, 80), 0.012
    parts = [move(turn(p, 'x', lean), (0, 0, r * np.sin(np.radians(lean)) + low)) for p in parts]
    wood = timber(rng)[1] if rng.random() < 0.4 else METAL
    front = -r * np.cos(np.radians(lean)) - h - 0.008
    tall = r * rng.uniform(0.7, 1.2)
    for x in (-0.42 * r, 0.42 * r):
        path = [(front, 0.02), (front, 0.003), (front + 0.05, 0.003), (front * 0.2 + 0.03, tall)]
        way = loop([(x, y, z) for y, z in path], count=14)
        parts.append(paint(sweep(way, circle(8), 0.003, across=(1, 0, 0)), wood, gloss=0.6))
    bar = rounded_box((0.84 * r, 0.005, 0.005), radius=0.001, steps=1)
    parts.append(paint(move(bar, (0, front + 0.045, 0.001)), wood, gloss=0.6))
    return Model(parts=tuple(parts), color=tone[0])


def _upturned(rng: np.random.Generator) -> Model:
    """Plate upside down: its back with the ring it stands on."""
    r, h = rng.uniform(0.08, 0.13), rng.uniform(0.016, 0.028)
    wall = _rimmed(r, h, rng.uniform(0.6, 0.8))
    tone = colored(rng, _GLAZES, 0.6)
    parts = list(vessel(wall, 0.004, segments=int(rng.choice([8, 12, 48, 48]))))
    parts.append(ring(r * rng.uniform(0.38, 0.5), rng.uniform(0.002, 0.004), segments=40))
    return _fired([turn(p, 'x', 180) for p in parts], tone)


def _animal(rng: np.random.Generator) -> Model:
    """Child's plate: the head of a bear, a mouse or a cat, its ears small dishes; a face in it."""
    r, h = rng.uniform(0.07, 0.095), rng.uniform(0.016, 0.026)
    tone = colored(rng, ('pink', 'yellow', 'blue', 'green', 'orange', 'white', 'gray'), 0.4)
    small, at = r * rng.uniform(0.34, 0.5), rng.uniform(35, 58)
    parts = list(vessel(arc(r * 0.85, r, h, count=6), 0.0035, segments=44))
    for sign in (-1, 1):
        turned = np.radians(90 + sign * at)
        place = (r + small * 0.82) * np.array([np.cos(turned), np.sin(turned), 0])
        parts += [
            move(p, place) for p in vessel(arc(small * 0.8, small, h, count=6), 0.003, segments=22)
        ]
    parts = [paint(p, tone[1], gloss=0.4) for p in parts]
    dark = shade(rng, 'black')
    eye = stretch(cylinder(r * 0.08, 0.0014, segments=14), (1, rng.uniform(1, 1.6), 1))
    parts += [paint(move(eye, (x * r * 0.32, r * 0.25, 0.0034)), dark) for x in (-1, 1)]
    nose = stretch(cylinder(r * 0.14, 0.0016, segments=16), (1.3, 1, 1))
    parts.append(paint(move(nose, (0, -r * 0.1, 0.0034)), shade(rng, pick(rng, ('red', 'black')))))
    return Model(parts=tuple(parts), color=tone[0])


def _rimmed(r: float, h: float, well: float) -> np.ndarray:
    """Wall of a flat plate: a well, its bend, and a rim that rises to height h."""
    steps = [(well * 0.93, 0), (well * 0.98, 0.25), (well * 1.03, 0.6), (1, 1)]
    return np.array(steps) * [r, h]


def _fired(parts: Sequence[Part], tone: Finish, back: Finish | None = None) -> Model:
    """Paint all parts alike, or the first, which is the back, in its own colour."""
    tones = [back or tone, *[tone] * (len(parts) - 1)]
    painted = [paint(p, t[1], gloss=t[2]) for p, t in zip(parts, tones, strict=True)]
    return Model(parts=tuple(painted), color=tone[0])


PLATES: tuple[Design, ...] = (
    _polygon,
    _soup,
    _shaped,
    _displayed,
    _upturned,
    _animal,
)
