"""Procedural crockery: each function draws one model from a random generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.finish import banded, METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    Part,
    rectangle,
    sphere,
    sweep,
    turn,
)

CERAMIC_COLORS = (
    'red',
    'orange',
    'yellow',
    'green',
    'blue',
    'purple',
    'pink',
    'brown',
    'black',
    'gray',
    'white',
    'white',
)


def dish(
    outer: Sequence[Sequence[float]] | np.ndarray, wall: float, *, segments: int = 36
) -> Part:
    """Open vessel from its outer profile (foot to rim); the inside follows at the wall's width."""
    outside = np.asarray(outer, float)
    inside = outside[::-1].copy()
    inside[:, 0] = np.maximum(inside[:, 0] - wall, 0)
    inside[1:, 1] += wall
    rim = [(outside[-1, 0] - wall / 2, outside[-1, 1] + wall / 3)]
    return lathe(np.concatenate((outside, rim, inside)), segments=segments)


def _wall(radii: Sequence[float], height: float, *, count: int = 9) -> np.ndarray:
    """Profile from the centre of the foot up through radii at equal heights."""
    heights = np.linspace(0, height, count)
    radius = loop([(r, 0, i) for i, r in enumerate(radii)], count=count)[:, 0]
    return np.concatenate(([(0, 0)], np.stack((radius, heights), 1)))


def mug(rng: np.random.Generator) -> Model:
    """Straight or bellied, with a handle."""
    r, h = rng.uniform(0.036, 0.048), rng.uniform(0.08, 0.115)
    belly = rng.choice([1.0, 1.0, 1.08, 0.92])
    name = pick(rng, CERAMIC_COLORS)
    body = dish(_wall([r * 0.96, r * belly, r], h), 0.004)
    reach, low, high = rng.uniform(0.024, 0.034), h * 0.2, h * 0.82
    path = loop(
        [
            (r * 0.97, 0, high),
            (r + reach * 0.8, 0, high),
            (r + reach, 0, (low + high) / 2),
            (r + reach * 0.8, 0, low),
            (r * 0.97, 0, low),
        ]
    )
    section = circle(10) * np.array([rng.uniform(0.0055, 0.008), 0.0045])
    grip = sweep(path, section, 1.0, across=(0, 1, 0))
    parts = banded(rng, body, name, chance=0.25, gloss=0.6)
    return Model(parts=(*parts, replace(grip, rgba=parts[0].rgba, gloss=0.6)), color=name)


def cup(rng: np.random.Generator) -> Model:
    """Tapered beaker without a handle."""
    r, h = rng.uniform(0.032, 0.042), rng.uniform(0.075, 0.12)
    name = pick(rng, CERAMIC_COLORS)
    body = dish(_wall([r * rng.uniform(0.62, 0.75), r * 0.86, r], h), 0.0025)
    parts = banded(rng, body, name, chance=0.3, gloss=0.3)
    return Model(parts=parts, color=name)


def glass(rng: np.random.Generator) -> Model:
    """Tumbler or stemmed glass, see-through."""
    r, h = rng.uniform(0.03, 0.04), rng.uniform(0.09, 0.15)
    tint = pick(rng, ('', '', '', 'blue', 'green', 'pink'))
    rgb = np.array([0.82, 0.9, 0.92]) if not tint else 0.5 * np.array(shade(rng, tint)) + 0.4
    if rng.random() < 0.4:
        stem = h * 0.45
        outer = [
            (0, 0),
            (r * 0.9, 0),
            (r * 0.85, 0.003),
            (0.006, 0.01),
            (0.004, stem * 0.6),
            (0.006, stem),
            (r * 0.7, stem + 0.015),
            (r, stem + h * 0.3),
            (r * 0.82, h),
        ]
        body = lathe(
            [*outer, (r * 0.78, h), (r * 0.93, stem + h * 0.3), (0, stem + 0.012)], segments=30
        )
    else:
        body = dish(_wall([r * rng.uniform(0.75, 0.98), r * 0.95, r], h), 0.003, segments=30)
    return Model(parts=(paint(body, rgb, gloss=0.95, alpha=rng.uniform(0.35, 0.5)),), color='')


def bottle(rng: np.random.Generator) -> Model:
    """Body, shoulder, neck and cap, mostly with a label; now and then it lies."""
    r, h = rng.uniform(0.028, 0.042), rng.uniform(0.19, 0.29)
    neck, shoulder = r * rng.uniform(0.3, 0.45), h * rng.uniform(0.55, 0.68)
    name = pick(rng, ('green', 'green', 'brown', 'blue', 'white', 'red', 'black', 'yellow'))
    rise = loop(
        [
            (r, 0, shoulder),
            (r * 0.85, 0, shoulder + h * 0.07),
            (neck * 1.1, 0, shoulder + h * 0.16),
            (neck, 0, h * 0.95),
        ],
        count=10,
    )
    body = lathe(
        [(0, 0.004), (r * 0.9, 0), (r, 0.008), (r, shoulder / 2), *rise[:, [0, 2]], (0, h * 0.95)],
        segments=30,
    )
    cap = move(cylinder(neck * 1.25, h * 0.07, bevel=0.001, segments=20), (0, 0, h * 0.93))
    alpha = 1.0 if name in ('white', 'red', 'black', 'yellow') else rng.uniform(0.75, 1.0)
    parts = [
        paint(body, shade(rng, name), gloss=0.8, alpha=alpha),
        paint(cap, shade(rng, pick(rng, ('white', 'black', 'red', 'gray')))),
    ]
    if rng.random() < 0.7:
        tall = shoulder * rng.uniform(0.35, 0.6)
        label = lathe([(r + 5e-4, 0), (r + 5e-4, tall)], segments=30)
        parts.append(
            paint(
                move(label, (0, 0, shoulder * 0.2)),
                shade(rng, pick(rng, ('white', 'white', 'yellow', 'red'))),
                gloss=0.1,
            )
        )
    return Model(parts=_laid(rng, parts, 0.2), color=name)


def can(rng: np.random.Generator) -> Model:
    """Metal can with a coloured label all around."""
    tin = rng.random() < 0.35
    r, h = (rng.uniform(0.034, 0.045), rng.uniform(0.07, 0.11)) if tin else (0.033, 0.118)
    name = pick(rng, ('red', 'blue', 'green', 'yellow', 'orange', 'purple', 'black', 'white'))
    low, high, waist = h * 0.06, h * 0.94, r * (1.0 if tin else 0.86)
    ends = [
        lathe([(0, 0.003), (waist * 0.9, 0.003), (waist * 0.95, 0), (r, low)], segments=30),
        lathe(
            [(r, high), (waist * 0.95, h), (waist * 0.9, h - 0.003), (0, h - 0.003)], segments=30
        ),
    ]
    label = lathe([(r, z) for z in np.linspace(low, high, 9)], segments=30)
    parts = [paint(end, METAL, gloss=0.9) for end in ends]
    parts += banded(rng, label, name, chance=0.5, gloss=0.7)
    return Model(parts=_laid(rng, parts, 0.15), color=name)


def bowl(rng: np.random.Generator) -> Model:
    """Round bowl, wider than high."""
    r = rng.uniform(0.06, 0.095)
    h = r * rng.uniform(0.55, 0.8)
    name = pick(rng, CERAMIC_COLORS)
    angles = np.linspace(0.3, np.pi / 2, 10)
    curve = np.stack((r * np.sin(angles), h * (1 - np.cos(angles))), 1)
    foot = [(0, 0), (r * 0.42, 0), (r * 0.4, h * 0.06)]
    body = dish([*foot, *curve[2:]], 0.004)
    return Model(parts=banded(rng, body, name, chance=0.25, gloss=0.6), color=name)


def plate(rng: np.random.Generator) -> Model:
    """Flat plate with a raised rim."""
    r, h = rng.uniform(0.08, 0.125), rng.uniform(0.016, 0.026)
    name = pick(rng, CERAMIC_COLORS)
    body = dish(
        [(0, 0), (r * 0.55, 0), (r * 0.68, h * 0.3), (r * 0.85, h * 0.75), (r, h)],
        0.004,
        segments=44,
    )
    parts = [paint(body, shade(rng, name), gloss=0.6)]
    if rng.random() < 0.4:
        ring = lathe([(r * 0.985, h + 0.0012), (r * 0.9, h * 0.83 + 0.0056)], segments=44)
        parts.append(paint(ring, shade(rng, pick(rng, ('blue', 'red', 'black', 'white')))))
    return Model(parts=tuple(parts), color=name)


def teapot(rng: np.random.Generator) -> Model:
    """Bellied pot with spout, handle and lid."""
    r = rng.uniform(0.05, 0.068)
    h = r * rng.uniform(1.35, 1.7)
    name = pick(rng, CERAMIC_COLORS)
    belly = loop(
        [(r * 0.62, 0, 0), (r, 0, h * 0.42), (r * 0.8, 0, h * 0.8), (r * 0.5, 0, h)], count=12
    )
    body = lathe([(0, 0), *belly[:, [0, 2]], (0, h)], segments=30)
    lid = lathe(
        [(r * 0.52, h), (r * 0.5, h * 1.03), (r * 0.3, h * 1.1), (0, h * 1.13)], segments=24
    )
    knob = move(sphere(r * 0.13, rings=8, segments=12), (0, 0, h * 1.2))
    out = loop(
        [
            (r * 0.85, 0, h * 0.3),
            (r * 1.3, 0, h * 0.42),
            (r * 1.5, 0, h * 0.75),
            (r * 1.72, 0, h * 0.92),
        ],
        count=12,
    )
    spout = sweep(out, circle(12), np.linspace(r * 0.26, r * 0.11, 12), across=(0, 1, 0))
    back = loop(
        [
            (-r * 0.75, 0, h * 0.82),
            (-r * 1.45, 0, h * 0.85),
            (-r * 1.6, 0, h * 0.5),
            (-r * 0.9, 0, h * 0.2),
        ]
    )
    grip = sweep(back, circle(10), r * 0.1, across=(0, 1, 0))
    rgb = shade(rng, name)
    parts = [paint(p, rgb, gloss=0.7) for p in (body, spout, grip)]
    top = rgb if rng.random() < 0.6 else shade(rng, pick(rng, ('white', 'black', 'brown')))
    parts += [paint(p, top, gloss=0.7) for p in (lid, knob)]
    return Model(parts=tuple(parts), color=name)


def vase(rng: np.random.Generator) -> Model:
    """Slender, bellied below, with a narrow neck and a lip."""
    r, h = rng.uniform(0.035, 0.055), rng.uniform(0.16, 0.25)
    name = pick(rng, CERAMIC_COLORS)
    radii = [
        r * rng.uniform(0.55, 0.75),
        r,
        r * rng.uniform(0.75, 0.95),
        r * rng.uniform(0.3, 0.45),
        r * rng.uniform(0.5, 0.75),
    ]
    body = dish(_wall(radii, h, count=20), 0.004, segments=30)
    return Model(parts=banded(rng, body, name, chance=0.3, gloss=0.7), color=name)


def pan(rng: np.random.Generator) -> Model:
    """Frying pan with a long handle."""
    r, h = rng.uniform(0.08, 0.115), rng.uniform(0.035, 0.05)
    name = pick(rng, ('black', 'black', 'gray', 'gray', 'red', 'blue'))
    body = dish([(0, 0), (r * 0.8, 0), (r * 0.87, h * 0.15), (r, h)], 0.004, segments=40)
    length = r * rng.uniform(1.3, 1.7)
    path = loop(
        [(r * 0.97, 0, h * 0.8), (r + 0.3 * length, 0, h), (r + length, 0, h * 1.25)], count=10
    )
    width = np.interp(np.arange(10), [0, 3, 9], [0.007, 0.011, 0.014])
    grip = sweep(path, rectangle(0.5), np.stack((width, np.full(10, 0.0065)), 1), across=(0, 1, 0))
    parts = (
        paint(body, shade(rng, name), gloss=0.5),
        paint(grip, shade(rng, pick(rng, ('black', 'brown'))), gloss=0.2),
    )
    return Model(parts=parts, color=name)


def _laid(rng: np.random.Generator, parts: Sequence[Part], chance: float) -> tuple[Part, ...]:
    """Lay the thing on its side with this chance."""
    lies = rng.random() < chance
    return tuple(turn(part, 'y', 90) if lies else part for part in parts)
