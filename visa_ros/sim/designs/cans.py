"""Designs of cans: drink cans, food tins, flat fish tins."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.vessel_forms import (
    other_color,
    ring,
    settled,
    shell,
    split,
    squared,
    wrapped,
)
from visa_ros.sim.finish import METAL, middles, paint, pick, shade
from visa_ros.sim.shapes import (
    cylinder,
    lathe,
    Model,
    move,
    Part,
    sphere,
    stretch,
    turn,
)

PRINTS = ('red', 'blue', 'green', 'yellow', 'orange', 'purple', 'pink', 'black', 'white')
GOLD = (0.75, 0.6, 0.3)


def can(rng: np.random.Generator) -> Model:
    """A drink can or a tin, standing or lying, closed or open."""
    return one_of(rng, _CANS)


def _printed_can(rng: np.random.Generator) -> Model:
    """Drink can of any of the usual sizes, printed with a wave, a slant or a medallion."""
    r, h = _drink_size(rng)
    name = pick(rng, PRINTS)
    outside = _drink_body(r, h, rows=16)
    angle, z = np.arctan2(middles(outside, 1), middles(outside, 0)), middles(outside, 2) / h
    kind = int(rng.integers(4))
    if kind == 0:
        mask = z > 0.45 + rng.uniform(0.1, 0.25) * np.sin(angle + rng.uniform(0, 6))
    elif kind == 1:
        mask = np.mod(z * rng.uniform(0.5, 1.5) + angle / (2 * np.pi), 0.5) > 0.14
    elif kind == 2:
        mask = np.hypot(np.mod(angle, np.pi) - np.pi / 2, (z - 0.5) * h / r) > 0.65
    else:
        mask = np.mod(angle, np.pi / 2) > rng.uniform(0.2, 0.5)
    parts = split(outside, mask, shade(rng, name), other_color(rng, name), gloss=0.8)
    parts += _drink_lid(rng, r, h)
    return Model(parts=settled(rng, parts, lying=0.2), color=name)


def _plain_can(rng: np.random.Generator) -> Model:
    """Drink can of one colour or bare metal, with a band or none, its lid with a tab."""
    r, h = _drink_size(rng)
    name = pick(rng, (*PRINTS, 'gray', 'gray'))
    rgb = METAL if name == 'gray' else shade(rng, name)
    outside = _drink_body(r, h, rows=16)
    z = middles(outside, 2) / h
    low = rng.uniform(0.1, 0.6)
    mask = (z < low) | (z > low + rng.uniform(0, 0.25))
    parts = split(outside, mask, rgb, other_color(rng, name), gloss=0.85)
    parts += _drink_lid(rng, r, h)
    return Model(parts=settled(rng, parts, lying=0.2), color=name)


def _crushed_can(rng: np.random.Generator) -> Model:
    """Drink can dented or half crushed, its folds running around it."""
    r, h = _drink_size(rng)
    name = pick(rng, PRINTS)
    parts = [paint(_drink_body(r, h, rows=16), shade(rng, name), gloss=0.8)]
    parts += _drink_lid(rng, r, h)
    at, bite, fold = rng.uniform(0.35, 0.65), rng.uniform(0.25, 0.5), rng.uniform(0.1, 0.4)
    lean, side = rng.uniform(0, 0.35), rng.uniform(0, 2 * np.pi)
    dented = []
    for part in parts:
        points = part.vertices.copy()
        z = points[:, 2] / h
        near = np.exp(-(((z - at) / 0.16) ** 2))
        angle = np.arctan2(points[:, 1], points[:, 0])
        facing = np.maximum(np.cos(angle - side), 0)
        points[:, :2] *= (1 - near * (bite * facing + 0.06 * np.cos(3 * angle)))[:, None]
        shift = np.clip(z - at, 0, None) * lean * h
        points[:, :2] += shift[:, None] * [np.cos(side), np.sin(side)]
        points[:, 2] -= fold * h * 0.5 * np.clip((z - at + 0.15) / 0.3, 0, 1)
        dented.append(Part(vertices=points, faces=part.faces, rgba=part.rgba, gloss=part.gloss))
    return Model(parts=settled(rng, dented, lying=0.4), color=name)


def _food_tin(rng: np.random.Generator) -> Model:
    """Tin with ribs, a paper label and a ring to pull."""
    r, h = rng.uniform(0.033, 0.052), rng.uniform(0.06, 0.13)
    bare = rng.random() < 0.25
    name = 'gray' if bare else pick(rng, PRINTS)
    parts = [paint(_ribbed(r, h), METAL, gloss=0.85), *_tin_top(rng, r, h)]
    if not bare:
        outer = np.array([(r, 0), (r, h)])
        low, high = h * rng.uniform(0.06, 0.15), h * rng.uniform(0.85, 0.94)
        parts.append(paint(wrapped(outer, low, high), shade(rng, name), gloss=0.25))
        band = rng.uniform(0.1, 0.25) * h
        middle = h * rng.uniform(0.35, 0.6)
        stripe = wrapped(outer * [1.015, 1], middle - band, middle + band)
        parts.append(paint(stripe, other_color(rng, name, PRINTS), gloss=0.25))
    return Model(parts=settled(rng, parts, lying=0.15), color=name)


def _opened_tin(rng: np.random.Generator) -> Model:
    """Food tin, empty or full, its lid cut and bent up."""
    r, h = rng.uniform(0.033, 0.048), rng.uniform(0.06, 0.12)
    name = pick(rng, (*PRINTS, 'gray'))
    outer = np.array([(r, 0), (r, h * 0.5), (r, h)])
    parts = [paint(p, METAL, gloss=0.8) for p in (*shell(outer, 0.0012), ring(r, 0.0018, h))]
    lid = move(cylinder(r * 0.95, 0.0012), (r * 0.91, 0, 0))
    angle = -rng.uniform(45, 110)
    parts.append(paint(move(turn(lid, 'y', angle), (-r * 0.97, 0, h + 0.001)), METAL, gloss=0.8))
    if name != 'gray':
        parts.append(paint(wrapped(outer, h * 0.07, h * 0.93), shade(rng, name), gloss=0.25))
    if rng.random() < 0.6:
        food = shade(rng, pick(rng, ('red', 'orange', 'brown', 'green', 'yellow')))
        parts.append(paint(cylinder(r - 0.002, h * rng.uniform(0.6, 0.88)), food, gloss=0.6))
    return Model(parts=tuple(parts), color=name)


def _flat_tin(rng: np.random.Generator) -> Model:
    """Low tin for fish or sweets, round, oval or rectangular, with a ring to pull; or two."""
    w, h = rng.uniform(0.075, 0.115), rng.uniform(0.022, 0.04)
    name = pick(rng, (*PRINTS, 'gray'))
    metal = METAL if rng.random() < 0.7 else GOLD
    rgb = metal if name == 'gray' else shade(rng, name)
    power, deep = (2.0, rng.choice([1.0, 1.0, 0.65])) if rng.random() < 0.5 else (6.0, 0.62)
    body = cylinder(w / 2, h, bevel=0.003, segments=40)
    rim = ring(w / 2 - 0.001, 0.0018, h - 0.001, segments=40)
    top = cylinder(w * 0.44, 0.001, segments=40)
    body, rim, top = (stretch(squared(p, power), (1, deep, 1)) for p in (body, rim, top))
    parts = [
        paint(body, rgb, gloss=0.7),
        paint(rim, metal, gloss=0.85),
        paint(move(top, (0, 0, h)), metal if rng.random() < 0.5 else rgb, gloss=0.8),
    ]
    tab = _pull_ring(w * 0.11)
    parts.append(paint(move(tab, (w * 0.24, 0, h + 0.003)), METAL, gloss=0.9))
    if rng.random() < 0.2:
        parts += [move(part, (0, 0, h + 0.002)) for part in parts]
    return Model(parts=tuple(parts), color=name)


def _lidded_tin(rng: np.random.Generator) -> Model:
    """Large tin for coffee, cocoa or milk powder, with a plastic or metal lid."""
    r, h = rng.uniform(0.042, 0.055), rng.uniform(0.1, 0.17)
    name = pick(rng, (*PRINTS, 'brown', 'gray'))
    rgb = METAL if name == 'gray' else shade(rng, name)
    outer = np.array([(r, 0), (r, h)])
    body = lathe([(0, 0), (r, 0), (r, h * 0.5), (r, h * 0.96)])
    parts = [paint(body, rgb, gloss=0.6), paint(ring(r, 0.0018, 0.002), METAL, gloss=0.85)]
    lid = lathe(
        [
            (r, h * 0.93),
            (r * 1.035, h * 0.93),
            (r * 1.035, h * 0.99),
            (r, h),
            (r * 0.93, h),
            (r * 0.9, h - 0.003),
            (0, h - 0.003),
        ]
    )
    cover = pick(rng, ('white', 'black', 'red', 'yellow', ''))
    parts.append(paint(lid, shade(rng, cover) if cover else METAL, gloss=0.5))
    middle, half = h * rng.uniform(0.35, 0.6), h * rng.uniform(0.08, 0.25)
    label = wrapped(outer, middle - half, middle + half)
    parts.append(paint(label, other_color(rng, name, PRINTS), gloss=0.4))
    return Model(parts=settled(rng, parts, lying=0.1), color=name)


_CANS = (_printed_can, _plain_can, _crushed_can, _food_tin, _opened_tin, _flat_tin, _lidded_tin)


def _drink_size(rng: np.random.Generator) -> tuple[float, float]:
    """Radius and height: standard, large, or low."""
    r, h = [(0.033, 0.122), (0.033, 0.167), (0.031, 0.09)][int(rng.integers(3))]
    return r * rng.uniform(0.97, 1.03), h * rng.uniform(0.97, 1.03)


def _drink_body(r: float, h: float, *, rows: int) -> Part:
    """Wall of a drink can from its foot to its neck."""
    wall = [(r, z) for z in np.linspace(h * 0.07, h * 0.88, rows)]
    return lathe([(0, 0.004), (r * 0.7, 0.004), (r * 0.78, 0), *wall, (r * 0.84, h * 0.97)])


def _drink_lid(rng: np.random.Generator, r: float, h: float) -> list[Part]:
    """Rim and sunk lid with a tab, and mostly a dark mouth."""
    rim, floor = r * 0.84, h - 0.004
    lid = lathe(
        [
            (rim, h * 0.965),
            (rim * 1.03, h * 0.98),
            (rim, h),
            (rim * 0.93, h),
            (rim * 0.88, floor),
            (0, floor),
        ]
    )
    tab = move(_pull_ring(rim * 0.22), (-rim * 0.15, 0, floor + 0.0015))
    parts = [paint(lid, METAL, gloss=0.9)]
    hue = METAL if rng.random() < 0.7 else shade(rng, pick(rng, PRINTS))
    parts.append(paint(tab, np.array(hue) * 0.8, gloss=0.9))
    if rng.random() < 0.6:
        mouth = stretch(cylinder(rim * 0.3, 8e-4, segments=14), (1, 0.85, 1))
        parts.append(paint(move(mouth, (rim * 0.5, 0, floor)), (0.04, 0.04, 0.04)))
    return parts


def _ribbed(r: float, h: float) -> Part:
    """Wall of a tin with ribs in its middle and seams at its ends."""
    z = np.linspace(0.2, 0.8, 17)
    ribs = [(r * (0.985 + 0.015 * (k % 2)), h * t) for k, t in enumerate(z)]
    return lathe(
        [
            (0, 0.002),
            (r * 0.93, 0.002),
            (r * 0.94, 0),
            (r * 1.02, 0.001),
            (r * 1.02, 0.004),
            (r, 0.005),
            *ribs,
            (r, h - 0.005),
            (r * 1.02, h - 0.004),
        ]
    )


def _tin_top(rng: np.random.Generator, r: float, h: float) -> list[Part]:
    """Seam and sunk lid with rings, mostly with a ring to pull."""
    lid = lathe(
        [
            (r * 1.02, h - 0.004),
            (r * 1.02, h),
            (r * 0.95, h),
            (r * 0.93, h - 0.004),
            (r * 0.7, h - 0.004),
            (r * 0.66, h - 0.0025),
            (r * 0.6, h - 0.004),
            (0, h - 0.004),
        ]
    )
    parts = [paint(lid, METAL, gloss=0.85)]
    if rng.random() < 0.65:
        tab = move(_pull_ring(r * 0.26), (r * 0.5, 0, h - 0.002))
        parts.append(paint(tab, np.array(METAL) * 0.85, gloss=0.9))
    return parts


def _pull_ring(radius: float) -> Part:
    """Oval ring that lies flat, with a rivet at one end."""
    hoop = stretch(ring(radius * 0.8, radius * 0.2, 0, segments=16), (1.3, 1, 0.7))
    rivet = stretch(sphere(radius * 0.5, rings=5, segments=8), (1, 1, 0.4))
    rivet = move(rivet, (radius, 0, 0))
    return Part(
        vertices=np.concatenate((hoop.vertices, rivet.vertices)),
        faces=np.concatenate((hoop.faces, rivet.faces + len(hoop.vertices))).astype(np.int32),
    )
