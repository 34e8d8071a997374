"""Designs of plates."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.dish_forms import (
    arc,
    colored,
    printed,
    reshaped,
    steel,
    vessel,
    wavy,
)
from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import lathe, Model, move, rectangle, stretch, sweep, turn
from visa_ros.sim.tableware import CERAMIC_COLORS


def plate(rng: np.random.Generator) -> Model:
    """Plate of one of many designs."""
    return one_of(rng, _PLATES)


def _plate_coupe(rng: np.random.Generator) -> Model:
    """Plate without a rim that curves up at its edge; its back of another colour at times."""
    r = rng.uniform(0.08, 0.14)
    flat = r * rng.uniform(0.6, 0.85)
    outside, inside = vessel(arc(flat, r, rng.uniform(0.012, 0.026)), 0.004, segments=48)
    top = colored(rng, CERAMIC_COLORS, rng.uniform(0.1, 0.7))
    back = top if rng.random() < 0.7 else colored(rng, CERAMIC_COLORS)
    parts = (paint(outside, back[1], gloss=back[2]), paint(inside, top[1], gloss=top[2]))
    return Model(parts=parts, color=top[0])


def _plate_banded(rng: np.random.Generator) -> Model:
    """Dinner plate with a broad flat rim and coloured bands around it."""
    r, h = rng.uniform(0.09, 0.14), rng.uniform(0.016, 0.026)
    well = r * rng.uniform(0.6, 0.75)
    wall = np.array([(well * 0.9, 0), (well * 0.97, h * 0.2), (well * 1.06, h * 0.6), (r, h)])
    name, rgb, gloss = colored(rng, (*CERAMIC_COLORS, 'white', 'white', 'white'), 0.6)
    parts = [paint(p, rgb, gloss=gloss) for p in vessel(wall, 0.004, segments=48)]
    band = shade(rng, pick(rng, [c for c in CERAMIC_COLORS if c != name]))
    edges = rng.choice([0.02, 0.07, 0.2, 0.5, 0.75], int(rng.integers(1, 4)), replace=False)
    for start in edges:
        far = np.array([start, start + rng.uniform(0.04, 0.2)]) * (r - well)
        at = np.maximum(r - 0.004 - far, [well * 1.06 + 0.001, well * 1.06])
        z = np.interp(at, wall[:, 0] - 0.004, wall[:, 1] + 0.0045 - 0.004 * (wall[:, 0] >= r))
        line = lathe(np.stack((at, z + 0.0004), 1), segments=48)
        parts.append(paint(line, band, gloss=gloss))
    return Model(parts=tuple(parts), color=name)


def _plate_oval(rng: np.random.Generator) -> Model:
    """Oval platter."""
    r, h = rng.uniform(0.07, 0.095), rng.uniform(0.014, 0.024)
    wall = [(r * 0.6, 0), (r * 0.7, h * 0.5), (r * 0.78, h * 0.75), (r, h)]
    name, rgb, gloss = colored(rng, CERAMIC_COLORS, 0.6)
    if rng.random() < 0.25:
        name, rgb, gloss = steel(rng)
    form = (rng.uniform(1.3, 1.65), 1, 1)
    pair = vessel(wall, 0.0035, segments=56)
    parts = tuple(paint(stretch(p, form), rgb, gloss=gloss) for p in pair)
    return Model(parts=parts, color=name)


def _plate_scalloped(rng: np.random.Generator) -> Model:
    """Plate or paper plate with a wavy, fluted rim."""
    r, h, count = rng.uniform(0.085, 0.13), rng.uniform(0.016, 0.026), int(rng.integers(6, 25))
    wall = [(r * 0.62, 0), (r * 0.7, h * 0.35), (r * 0.84, h * 0.8), (r, h)]
    pair = [
        reshaped(p, wavy(count, rng.uniform(0.5, 0.9) / count), r, power=6)
        for p in vessel(wall, 0.003, segments=96)
    ]
    name, rgb, gloss = colored(rng, (*CERAMIC_COLORS, 'white', 'white'), rng.uniform(0.05, 0.7))
    return Model(parts=tuple(paint(p, rgb, gloss=gloss) for p in pair), color=name)


def _plate_painted(rng: np.random.Generator) -> Model:
    """Plate with a painted pattern: petals, rays or rings."""
    r, h = rng.uniform(0.085, 0.135), rng.uniform(0.014, 0.024)
    outside, inside = vessel([(r * 0.6, 0), (r * 0.7, h * 0.5), (r, h)], 0.004, segments=48)
    back, ink = shade(rng, 'white'), colored(rng, CERAMIC_COLORS[:-2])[1]
    top = printed(inside, _rosette(rng, back, ink), r, gloss=0.6)
    return Model(parts=(paint(outside, back, gloss=0.6), top), color='')


def _plate_stack(rng: np.random.Generator) -> Model:
    """Pile of plates."""
    r, h, step = rng.uniform(0.08, 0.13), rng.uniform(0.014, 0.02), rng.uniform(0.006, 0.009)
    wall = [(r * 0.62, 0), (r * 0.72, h * 0.5), (r, h)]
    name, rgb, gloss = colored(rng, CERAMIC_COLORS, 0.6)
    parts = tuple(
        paint(move(p, (*rng.normal(0, 0.001, 2), k * step)), rgb, gloss=gloss)
        for k in range(int(rng.integers(2, 7)))
        for p in vessel(wall, 0.004, segments=36)
    )
    return Model(parts=parts, color=name)


def _plate_divided(rng: np.random.Generator) -> Model:
    """Plate with compartments, as for children and canteens."""
    r, h = rng.uniform(0.09, 0.125), rng.uniform(0.016, 0.024)
    wall = [(r * 0.86, 0), (r * 0.92, h * 0.8), (r, h)]
    pair = vessel(wall, 0.003, segments=56)
    angles = np.cumsum([rng.uniform(0, 360), 180, rng.choice([60, 90, 120])])
    path = np.array([(0, 0, 0), (r * 0.45, 0, 0), (r * 0.87, 0, 0)])
    scale = np.array([(h * 0.34, 0.004)] * 3)
    ridge = move(sweep(path, rectangle(0.6), scale), (0, 0, h * 0.4))
    name, rgb, gloss = colored(rng, CERAMIC_COLORS, 0.4)
    ridges = [turn(ridge, 'z', angle) for angle in angles]
    return Model(parts=tuple(paint(p, rgb, gloss=gloss) for p in (*pair, *ridges)), color=name)


_PLATES = (
    _plate_coupe,
    _plate_banded,
    _plate_oval,
    _plate_scalloped,
    _plate_painted,
    _plate_stack,
    _plate_divided,
)


def _rosette(
    rng: np.random.Generator, ground: tuple[float, float, float], ink: tuple[float, float, float]
) -> np.ndarray:
    """Picture of a round pattern: a flower in the middle and an ornament along the edge."""
    y, x = np.mgrid[-1:1:160j, -1:1:160j]
    angle, radius = np.arctan2(y, x), np.hypot(x, y)
    petals, rays = int(rng.integers(3, 9)), int(rng.integers(8, 28))
    flower = radius < rng.uniform(0.2, 0.5) * np.abs(np.cos(petals * angle / 2)) ** 0.7
    low = rng.uniform(0.66, 0.8)
    wave = low + 0.1 * np.cos(rays * angle)
    edge = (np.abs(radius - wave) < rng.uniform(0.03, 0.1)) | (np.abs(radius - 0.94) < 0.02)
    drawn = (flower & (rng.random() < 0.7)) | edge
    picture = np.where(drawn[..., None], np.asarray(ink), np.asarray(ground))
    return np.ascontiguousarray((255 * picture).astype(np.uint8))
