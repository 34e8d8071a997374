"""Designs of vases, empty or with flowers."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.vessel_flowers import bunch
from visa_ros.sim.designs.vessel_forms import (
    curve,
    ear,
    other_color,
    Profile,
    ring,
    rippled,
    shell,
    split,
    squared,
)
from visa_ros.sim.finish import METAL, middles, paint, pick, shade
from visa_ros.sim.shapes import (
    lathe,
    Model,
    move,
    Part,
    sphere,
    stretch,
    turn,
)
from visa_ros.sim.tableware import CERAMIC_COLORS

DARK = (0.05, 0.045, 0.04)


def vase(rng: np.random.Generator) -> Model:
    """A vessel for flowers."""
    return one_of(rng, _VASES)


def _amphora(rng: np.random.Generator) -> Model:
    """Urn with two handles from its shoulder to its neck, on a foot."""
    r, h = rng.uniform(0.042, 0.06), rng.uniform(0.15, 0.23)
    neck = r * rng.uniform(0.35, 0.55)
    outer = curve(
        [
            (r * 0.5, 0),
            (r * 0.3, h * 0.07),
            (r * 0.75, h * 0.3),
            (r, h * 0.55),
            (neck, h * 0.78),
            (neck, h * 0.9),
            (neck * 1.5, h),
        ],
        count=22,
    )
    name = pick(rng, (*CERAMIC_COLORS, 'orange', 'brown'))
    parts = _banded(rng, name, outer, floor=h * 0.1)
    span = (h * rng.uniform(0.58, 0.66), h * rng.uniform(0.87, 0.93))
    grip = ear(
        outer,
        span,
        r * rng.uniform(0.3, 0.6),
        (0.0055, 0.0045),
        style=pick(rng, ('round', 'ear', 'square')),
    )
    parts += [paint(turn(grip, 'z', a), parts[0].rgba[:3], gloss=0.5) for a in (0, 180)]
    return Model(parts=tuple(parts), color=name)


def _flower_vase(rng: np.random.Generator) -> Model:
    """Straight, tapered or bellied vase that holds a bunch of flowers."""
    r, h = rng.uniform(0.028, 0.04), rng.uniform(0.1, 0.16)
    outer = curve(
        [
            (r * rng.uniform(0.6, 1), 0),
            (r * rng.uniform(0.7, 1.3), h * 0.4),
            (r * rng.uniform(0.6, 1), h * 0.85),
            (r, h),
        ]
    )
    name = pick(rng, CERAMIC_COLORS)
    if rng.random() < 0.25:
        rgb = np.array([0.8, 0.9, 0.92])
        parts = [paint(p, rgb, gloss=0.95, alpha=0.45) for p in shell(outer, 0.003)]
        flowers = bunch(rng, r * 0.7, 0.015, h + rng.uniform(0.07, 0.13))
        return Model(parts=(*flowers, *parts), color='')
    parts = _banded(rng, name, outer)
    flowers = bunch(rng, outer[-2, 0] - 0.008, h * 0.6, h + rng.uniform(0.06, 0.14))
    return Model(parts=(*parts, *flowers), color=name)


def _bud_vase(rng: np.random.Generator) -> Model:
    """Ball or drop with a long thin neck, often with a single flower."""
    r, h = rng.uniform(0.03, 0.048), rng.uniform(0.14, 0.21)
    neck = rng.uniform(0.008, 0.012)
    outer = curve(
        [
            (r * 0.6, 0),
            (r, r * 0.85),
            (r * 0.65, r * 1.6),
            (neck, r * 2.1),
            (neck, h * 0.9),
            (neck * rng.uniform(1.1, 1.9), h),
        ],
        count=22,
    )
    name = pick(rng, CERAMIC_COLORS)
    parts = _banded(rng, name, outer, wall=0.003)
    if rng.random() < 0.4:
        parts += bunch(rng, neck * 0.4, h * 0.8, h + rng.uniform(0.05, 0.1), count=1)
    return Model(parts=tuple(parts), color=name)


def _facet_vase(rng: np.random.Generator) -> Model:
    """Modern vase of flat facets, twisted as it rises."""
    r, h = rng.uniform(0.038, 0.055), rng.uniform(0.13, 0.23)
    outer = np.array(
        [
            (r * rng.uniform(0.55, 0.8), 0),
            (r, h * rng.uniform(0.25, 0.5)),
            (r * rng.uniform(0.5, 0.8), h * rng.uniform(0.65, 0.85)),
            (r * rng.uniform(0.5, 0.75), h),
        ]
    )
    outer = np.array(
        [
            (np.interp(z, outer[:, 1], outer[:, 0]), z)
            for z in np.sort([*np.linspace(0, h, 7), *outer[1:-1, 1]])
        ]
    )
    name = pick(rng, (*CERAMIC_COLORS, 'black', 'white'))
    rgb, twist = shade(rng, name), rng.uniform(0, 600)
    parts = []
    for part, hue in zip(
        shell(outer, 0.005, segments=int(rng.integers(4, 9))), (rgb, DARK), strict=True
    ):
        points = part.vertices
        angle = np.deg2rad(points[:, 2] * twist)
        x = points[:, 0] * np.cos(angle) - points[:, 1] * np.sin(angle)
        y = points[:, 0] * np.sin(angle) + points[:, 1] * np.cos(angle)
        turned = Part(vertices=np.stack((x, y, points[:, 2]), 1), faces=part.faces)
        parts.append(paint(turned, hue, gloss=0.4))
    return Model(parts=tuple(parts), color=name)


def _shouldered_vase(rng: np.random.Generator) -> Model:
    """Chinese vase, wide at its shoulder, with a small mouth and painted bands."""
    r, h = rng.uniform(0.043, 0.06), rng.uniform(0.14, 0.22)
    foot, neck = r * rng.uniform(0.5, 0.7), r * rng.uniform(0.25, 0.4)
    outer = curve(
        [
            (foot, 0),
            (foot * 1.05, h * 0.2),
            (r, h * rng.uniform(0.62, 0.72)),
            (r * 0.8, h * 0.84),
            (neck, h * 0.92),
            (neck * 1.3, h),
        ],
        count=26,
    )
    name = pick(rng, ('white', 'white', 'blue', 'green', 'red', 'black', 'yellow', 'pink'))
    outside, inside = shell(outer, 0.004)
    at = middles(outside, 2) / h
    painted = np.zeros(len(at), bool)
    for edge in rng.uniform(0.05, 0.9, int(rng.integers(1, 4))):
        painted |= np.abs(at - edge) < rng.uniform(0.025, 0.06)
    ink = shade(rng, 'blue') if name == 'white' else other_color(rng, name, ('white', 'black'))
    parts = split(outside, painted, ink, shade(rng, name), gloss=0.8)
    return Model(parts=(*parts, paint(inside, DARK)), color=name)


def _trumpet_vase(rng: np.random.Generator) -> Model:
    """Narrow below, its mouth flaring wide, mostly with flutes or a wavy rim."""
    r, h = rng.uniform(0.04, 0.058), rng.uniform(0.15, 0.24)
    waist = r * rng.uniform(0.28, 0.45)
    outer = curve(
        [
            (r * rng.uniform(0.55, 0.8), 0),
            (waist, h * rng.uniform(0.12, 0.25)),
            (waist * 1.2, h * 0.55),
            (r * 0.72, h * 0.88),
            (r, h),
        ],
        count=16,
    )
    lobes, depth = int(rng.choice([5, 8, 12])), rng.uniform(0, 0.09)
    name = pick(rng, CERAMIC_COLORS)
    parts = [rippled(p, lobes, depth) for p in _banded(rng, name, outer, segments=48)]
    if rng.random() < 0.3:
        parts += bunch(rng, waist, h * 0.5, min(h + 0.08, 0.3), count=int(rng.integers(2, 5)))
    return Model(parts=tuple(parts), color=name)


def _moon_vase(rng: np.random.Generator) -> Model:
    """Flat round body, or a ring with a hole, below a short neck."""
    r = rng.uniform(0.05, 0.07)
    tube, deep = r * rng.uniform(0.3, 0.4), rng.uniform(0.35, 0.5)
    if rng.random() < 0.5:
        body = stretch(turn(ring(r - tube, tube, 0, segments=32), 'x', 90), (1, 1, 1))
    else:
        body = stretch(sphere(r, rings=18), (1, deep, 1))
    body = move(body, (0, 0, r + 0.004))
    foot = lathe([(0, 0), (r * 0.38, 0), (r * 0.32, 0.012), (0, 0.02)])
    neck = r * rng.uniform(0.18, 0.26)
    tall = r * rng.uniform(0.4, 0.75)
    outer = curve([(neck * 1.25, 0), (neck, tall * 0.5), (neck * rng.uniform(1.2, 1.6), tall)])
    name = pick(rng, CERAMIC_COLORS)
    rgb = shade(rng, name)
    outside, inside = (move(p, (0, 0, 2 * r - 0.004)) for p in shell(outer, 0.003, floor=0.009))
    parts = [paint(p, rgb, gloss=0.5) for p in (body, foot, outside)]
    parts.append(paint(inside, DARK))
    if rng.random() < 0.3:
        parts += bunch(rng, neck * 0.6, 2 * r, 2 * r + tall + 0.06, count=int(rng.integers(1, 4)))
    return Model(parts=tuple(parts), color=name)


def _column_vase(rng: np.random.Generator) -> Model:
    """Tall cylinder, oval or square column, ribbed or plain, of glaze or hammered metal."""
    r, h = rng.uniform(0.027, 0.042), rng.uniform(0.16, 0.27)
    outer = curve([(r, 0), (r * rng.uniform(0.85, 1.1), h / 2), (r * rng.uniform(0.75, 1), h)])
    name = pick(rng, CERAMIC_COLORS)
    parts = _banded(rng, name, outer, segments=48)
    if name == 'gray':
        parts = [paint(p, METAL, gloss=0.9) for p in parts]
    if rng.random() < 0.5:
        lobes, depth = int(rng.choice([8, 12, 24])), rng.uniform(0.01, 0.03)
        parts = [rippled(p, lobes, depth) for p in parts]
    else:
        power, deep = rng.uniform(2, 8), rng.uniform(0.55, 1)
        parts = [stretch(squared(p, power), (1, deep, 1)) for p in parts]
    if rng.random() < 0.3:
        parts += bunch(rng, r * 0.4, h * 0.8, min(h + 0.09, 0.3), count=int(rng.integers(1, 4)))
    return Model(parts=tuple(parts), color=name)


_VASES = (
    _amphora,
    _flower_vase,
    _bud_vase,
    _facet_vase,
    _shouldered_vase,
    _trumpet_vase,
    _moon_vase,
    _column_vase,
)


def _banded(
    rng: np.random.Generator,
    name: str,
    outer: Profile,
    *,
    wall: float = 0.004,
    floor: float | None = None,
    segments: int = 32,
) -> list[Part]:
    """Body in a glaze, now and then with its foot or neck in another; dark or glazed inside."""
    outside, inside = shell(outer, wall, floor=floor, segments=segments)
    rgb, gloss = shade(rng, name), rng.uniform(0.1, 0.8)
    at = middles(outside, 2) / outer[-1, 1]
    dipped = at < rng.uniform(0.1, 0.35) if rng.random() < 0.5 else at > rng.uniform(0.7, 0.9)
    second = other_color(rng, name) if rng.random() < 0.35 else rgb
    parts = split(outside, ~dipped, rgb, second, gloss=gloss)
    return [*parts, paint(inside, rgb if rng.random() < 0.6 else DARK, gloss=gloss)]
