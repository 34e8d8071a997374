"""More designs of oranges and lemons: whole, peeled, halved, wedges and slices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.citrus_cuts import half, leaning, lemon_profile, PITH, slices, wedge
from visa_ros.sim.designs.drawing import Design, one_of
from visa_ros.sim.designs.solids import bumpy, face_centers, leaf, split
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    Part,
    sphere,
    stretch,
    sweep,
    turn,
)

_LEAF = np.array([0.1, 0.36, 0.1])


def orange(rng: np.random.Generator) -> Model:
    """Whole, peeled, halved, a wedge or slices."""
    return one_of(rng, _ORANGES)


def _orange_navel(rng: np.random.Generator) -> Model:
    """Rough skin, a navel, now and then a leaf or two on its twig."""
    r = rng.uniform(0.034, 0.047)
    body = stretch(sphere(r, rings=26, segments=40), (1, 1, rng.uniform(0.92, 1.08)))
    navel = move(sphere(r * 0.16, rings=8, segments=14), (0, 0, body.vertices[:, 2].min()))
    rgb = orange_rgb(rng)
    parts = [paint(bumpy(rng, body, r * 0.012, r * 0.25), rgb), paint(navel, rgb * 0.85)]
    parts += _twig(rng, r, float(body.vertices[:, 2].max()), int(rng.integers(0, 3)))
    tilt = rng.uniform(60, 150)
    return Model(parts=tuple(turn(p, 'y', tilt) for p in parts), color='orange')


def _orange_mandarin(rng: np.random.Generator) -> Model:
    """Small and flat with a puckered neck, mostly with leaves."""
    r = rng.uniform(0.026, 0.036)
    t = np.linspace(-np.pi / 2, np.pi / 2, 24)
    flatness = rng.uniform(0.68, 0.85)
    neck = rng.uniform(-0.12, 0.16) * np.exp(-((np.cos(t) / 0.3) ** 2)) * (t > 0)
    body = lathe(np.stack((r * np.cos(t), r * (flatness * np.sin(t) + neck)), 1), segments=44)
    folds = int(rng.integers(7, 11))
    angle = np.arctan2(body.vertices[:, 1], body.vertices[:, 0])
    high = np.clip(body.vertices[:, 2] / r, 0, 1)
    ripple = 1 + 0.09 * high * np.cos(folds * angle)
    body = replace(body, vertices=body.vertices * np.stack((ripple, ripple, 0 * ripple + 1), 1))
    parts = [paint(bumpy(rng, body, r * 0.01, r * 0.3), orange_rgb(rng), gloss=0.45)]
    top = r * (flatness + float(neck[-1]))
    parts += _twig(rng, r, top, int(rng.integers(0, 4)))
    return Model(parts=tuple(parts), color='orange')


def _orange_cut(rng: np.random.Generator) -> Model:
    """Half, its segments up; the pulp sometimes red as in blood oranges."""
    r = rng.uniform(0.034, 0.046)
    pulp = np.array([0.62, 0.08, 0.06] if rng.random() < 0.15 else [0.97, 0.55, 0.08])
    parts = half(rng, r, rng.uniform(0.85, 1.05), orange_rgb(rng), pulp)
    return Model(parts=leaning(rng, parts), color='orange')


def _orange_slices(rng: np.random.Generator) -> Model:
    """One to three round slices, flat on the table or shingled."""
    r, thick = rng.uniform(0.03, 0.044), rng.uniform(0.006, 0.012)
    parts = slices(rng, r, thick, orange_rgb(rng), np.array([0.97, 0.58, 0.1]))
    return Model(parts=parts, color='orange')


def _orange_wedge(rng: np.random.Generator) -> Model:
    """Quarter or eighth in its peel."""
    profile = _ball(rng.uniform(0.034, 0.046))
    parts = wedge(rng, profile, orange_rgb(rng), np.array([0.97, 0.55, 0.08]))
    return Model(parts=parts, color='orange')


def _orange_peeled(rng: np.random.Generator) -> Model:
    """Ball of bare segments, mostly still sitting in its opened peel."""
    r = rng.uniform(0.028, 0.038)
    count = int(rng.integers(9, 12))
    ball = lathe(_ball(r, rings=22), segments=count * 6)
    angle = np.arctan2(ball.vertices[:, 1], ball.vertices[:, 0])
    bulge = 0.87 + 0.13 * np.abs(np.sin(count * angle / 2)) ** 0.5
    ball = replace(ball, vertices=ball.vertices * np.stack((bulge, bulge, 0 * bulge + 0.88), 1))
    middle = face_centers(ball)
    spread = np.abs(np.sin(count * np.arctan2(middle[:, 1], middle[:, 0]) / 2))
    pale, flesh = split(ball, (spread < 0.3) | (np.abs(middle[:, 2]) > r * 0.84))
    parts = [
        paint(flesh, np.array([0.96, 0.56, 0.12]) * rng.uniform(0.92, 1.02), gloss=0.45),
        paint(pale, PITH * (1, 0.88, 0.65), gloss=0.1),
    ]
    if rng.random() < 0.7:
        parts = [move(p, (0, 0, r * 0.92)) for p in parts]
        parts += _petals(r, int(rng.integers(4, 7)), orange_rgb(rng), rng.uniform(0.3, 0.7))
    return Model(parts=tuple(parts), color='orange')


_ORANGES: tuple[Design, ...] = (
    _orange_navel,
    _orange_mandarin,
    _orange_cut,
    _orange_slices,
    _orange_wedge,
    _orange_peeled,
)


def lemon(rng: np.random.Generator) -> Model:
    """Whole in several shapes, a wedge or slices."""
    return one_of(rng, _LEMONS)


def _lemon_knobbly(rng: np.random.Generator) -> Model:
    """Long and rough, with a big nipple at one end and a neck at the other."""
    r = rng.uniform(0.024, 0.034)
    profile = lemon_profile(r, rng.uniform(1.35, 1.8), tip=rng.uniform(0.18, 0.32), neck=0.2)
    body = bumpy(rng, lathe(profile, segments=40), r * rng.uniform(0.015, 0.04), r * 0.3)
    name = pick(rng, ('yellow', 'yellow', 'yellow', 'green'))
    mark = stretch(sphere(r * 0.12, rings=6, segments=8), (1, 1, 0.5))
    mark = move(mark, (0, 0, profile[0, 1]))
    parts = (paint(body, shade(rng, name), gloss=0.3), paint(mark, (0.3, 0.3, 0.1)))
    tilt_deg = rng.uniform(80, 100)
    return Model(parts=tuple(turn(p, 'y', tilt_deg) for p in parts), color=name)


def _lemon_smooth(rng: np.random.Generator) -> Model:
    """Short, smooth and glossy, with a small point; deep yellow."""
    r = rng.uniform(0.025, 0.033)
    profile = lemon_profile(r, rng.uniform(1.12, 1.3), tip=rng.uniform(0.1, 0.16), neck=0.06)
    rgb = np.array([0.94, rng.uniform(0.68, 0.82), 0.08])
    body = paint(lathe(profile, segments=36), rgb, gloss=0.6)
    return Model(parts=(turn(body, 'y', rng.uniform(55, 100)),), color='yellow')


def _lemon_leafy(rng: np.random.Generator) -> Model:
    """On a piece of twig with one to three leaves, lying."""
    r = rng.uniform(0.024, 0.031)
    profile = lemon_profile(r, rng.uniform(1.3, 1.55), tip=0.2, neck=0.1)[::-1] * (1, -1)
    body = bumpy(rng, lathe(profile, segments=36), r * 0.012, r * 0.3)
    name = pick(rng, ('yellow', 'yellow', 'yellow', 'green'))
    parts = [paint(body, shade(rng, name), gloss=0.4)]
    parts += _twig(rng, r, float(profile[-1, 1]), int(rng.integers(1, 4)))
    return Model(parts=tuple(turn(p, 'y', 90) for p in parts), color=name)


def _lemon_slices(rng: np.random.Generator) -> Model:
    """One to three round slices, flat on the table or shingled."""
    r, thick = rng.uniform(0.024, 0.032), rng.uniform(0.005, 0.01)
    parts = slices(rng, r, thick, _lemon_rgb(rng), np.array([0.94, 0.86, 0.38]))
    return Model(parts=parts, color='yellow')


def _lemon_wedge(rng: np.random.Generator) -> Model:
    """Quarter or sixth with pointed ends, as served with fish."""
    profile = lemon_profile(rng.uniform(0.025, 0.032), rng.uniform(1.3, 1.6), tip=0.2, neck=0.1)
    parts = wedge(rng, profile, _lemon_rgb(rng), np.array([0.93, 0.85, 0.35]))
    return Model(parts=parts, color='yellow')


_LEMONS: tuple[Design, ...] = (
    _lemon_knobbly,
    _lemon_smooth,
    _lemon_leafy,
    _lemon_slices,
    _lemon_wedge,
)


def orange_rgb(rng: np.random.Generator) -> np.ndarray:
    """Draw the colour of an orange's rind."""
    return np.array([0.95, rng.uniform(0.36, 0.5), rng.uniform(0.02, 0.06)])


def _lemon_rgb(rng: np.random.Generator) -> np.ndarray:
    return np.array([rng.uniform(0.85, 0.96), rng.uniform(0.74, 0.84), rng.uniform(0.06, 0.16)])


def _ball(r: float, *, rings: int = 20) -> np.ndarray:
    t = np.linspace(-np.pi / 2, np.pi / 2, rings)
    return r * np.stack((np.maximum(np.cos(t), 0), np.sin(t)), 1)


def _twig(rng: np.random.Generator, r: float, top: float, leaves: int) -> list[Part]:
    """Green mark of the stem at a height; with leaves, on a twig."""
    mark = move(cylinder(r * 0.1, 0.003, segments=8), (0, 0, top - 0.0018))
    if not leaves:
        return [paint(mark, (0.2, 0.32, 0.1))]
    path = loop(
        [(0, 0, top - 0.004), (0, 0, top + r * 0.25), (r * 0.1, 0, top + r * 0.4)], count=6
    )
    parts = [paint(sweep(path, circle(7), 0.0016, across=(0, 1, 0)), (0.25, 0.3, 0.1))]
    first = rng.uniform(0, 360)
    for k in range(leaves):
        blade = leaf(r * rng.uniform(0.9, 1.6), r * rng.uniform(0.45, 0.75), rise=r * 0.2)
        blade = turn(turn(blade, 'y', rng.uniform(-30, 5)), 'z', first + 150 * k)
        parts.append(paint(move(blade, (0, 0, top + r * 0.12)), _LEAF * rng.uniform(0.8, 1.3)))
    return parts


def _petals(r: float, count: int, rind: np.ndarray, rise: float) -> list[Part]:
    """Peel opened like a flower under a ball of radius r."""
    at = np.linspace(0, 1, 8)
    outside = r * np.stack((1.95 * at, rise * at**2), 1)
    inside = outside[::-1] + np.array([0, 0.0025])
    parts = []
    for profile, rgb in ((outside, rind), (inside, PITH)):
        for k in range(count):
            petal = lathe(profile, segments=6, start=k / count, portion=0.94 / count)
            x, y, z = petal.vertices.T
            middle = 2 * np.pi * (k + 0.47) / count
            out = np.hypot(x, y)
            aside = np.angle(np.exp(1j * (np.arctan2(y, x) - middle)))
            angle = middle + aside * (1 - 0.75 * (out / (1.95 * r)) ** 3)
            points = np.stack((out * np.cos(angle), out * np.sin(angle), z), 1)
            parts.append(paint(replace(petal, vertices=points), rgb, gloss=0.2))
    return parts
