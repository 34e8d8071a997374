"""More designs of oranges, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.citrus import orange_rgb
from visa_ros.sim.designs.citrus_cuts import half, one_slice, PITH
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.solids import bumpy, face_centers, leaf, sector, split
from visa_ros.sim.designs.vessel_forms import curve, rippled
from visa_ros.sim.finish import paint
from visa_ros.sim.shapes import cylinder, lathe, Model, move, Part, sphere, stretch, turn

_PULP = np.array([0.96, 0.55, 0.1])
_LEAF = np.array([0.1, 0.36, 0.1])


def _orange_necked(rng: np.random.Generator) -> Model:
    """Dekopon or tangelo: a fat knob or a neck at the stem, ribbed around it."""
    r = rng.uniform(0.033, 0.048)
    h, knob = r * rng.uniform(1.55, 1.9), r * rng.uniform(0.22, 0.4)
    rise = r * rng.uniform(0.25, 0.55)
    knots = [(0, h * 0.05), (r * 0.5, 0), (r * 0.93, h * 0.25), (r, h * 0.5), (r * 0.8, h * 0.83)]
    knots += [(knob * 1.3, h), (knob, h + rise * 0.6), (knob * 0.7, h + rise), (0, h + rise * 0.9)]
    outline = np.maximum(curve(knots, count=28), 0)
    body = rippled(lathe(outline, segments=42), int(rng.integers(6, 11)), rng.uniform(0.008, 0.03))
    mark = move(cylinder(knob * 0.3, 0.003, segments=8), (0, 0, h + rise * 0.9))
    parts = [paint(bumpy(rng, body, r * 0.012, r * 0.3), orange_rgb(rng), gloss=0.4)]
    parts.append(paint(mark, (0.2, 0.32, 0.1)))
    tilt = rng.uniform(60, 110) if rng.random() < 0.4 else 0.0
    return Model(parts=tuple(turn(p, 'y', tilt) for p in parts), color='orange')


def _orange_segments(rng: np.random.Generator) -> Model:
    """Two to five bare segments, lying loose on their sides."""
    r, count = rng.uniform(0.026, 0.037), int(rng.integers(2, 6))
    portion, tall = rng.uniform(0.09, 0.13), rng.uniform(0.85, 1.05)
    t = np.linspace(-np.pi / 2, np.pi / 2, 15)
    profile = r * np.stack((np.maximum(np.cos(t), 0), tall * np.sin(t)), 1)
    rgb, parts = _PULP * rng.uniform(0.92, 1.03), []
    for k in range(count):
        skin, cut = sector(profile, portion, segments=7)
        about = rng.uniform(-35, 35)
        for part, tone in ((skin, rgb * 0.97), (cut, rgb)):
            laid = turn(turn(part, 'x', 90), 'z', 90 + about)
            parts.append(paint(move(laid, (r * 1.35 * k, r * 0.4 * (k % 2), 0)), tone, gloss=0.5))
    return Model(parts=tuple(parts), color='orange')


def _orange_half_peeled(rng: np.random.Generator) -> Model:
    """Bare segments above, the rind still on below with a torn or zigzag edge."""
    r, count = rng.uniform(0.032, 0.044), int(rng.integers(9, 13))
    teeth, level = int(rng.integers(3, 9)), r * rng.uniform(-0.1, 0.35)
    inner = rippled(sphere(r * 0.92, rings=14, segments=count * 4), count, 0.03)
    parts = [paint(inner, _PULP * (1, 1.12, 1.6), gloss=0.45)]
    whole = sphere(r, rings=20, segments=36)
    x, y, z = face_centers(whole).T
    edge = level + r * rng.uniform(0.1, 0.3) * np.sin(teeth * np.arctan2(y, x))
    cup = split(whole, z < edge)[0]
    parts.append(paint(cup, orange_rgb(rng), gloss=0.35))
    lining = split(stretch(whole, (0.965, 0.965, 0.965)), z < edge + r * 0.04)[0]
    parts.append(paint(lining, PITH, gloss=0.1))
    tuft = move(stretch(sphere(r * 0.16, rings=6, segments=10), (1, 1, 0.4)), (0, 0, r * 0.91))
    parts.append(paint(tuft, PITH, gloss=0.1))
    tilt = rng.uniform(-35, 35)
    return Model(parts=tuple(turn(p, 'y', tilt) for p in parts), color='orange')


def _orange_pomander(rng: np.random.Generator) -> Model:
    """Studded with cloves in rings or rows, for Christmas."""
    r = rng.uniform(0.034, 0.046)
    parts = [paint(sphere(r, rings=20, segments=32), orange_rgb(rng), gloss=0.3)]
    size = r * rng.uniform(0.06, 0.1)
    clove = move(stretch(sphere(size, rings=4, segments=5), (1, 1, 0.8)), (0, 0, r * 1.02))
    rows, each = int(rng.integers(2, 7)), int(rng.integers(9, 15))
    rings = rng.random() < 0.5
    for k in range(rows):
        for i in range(each):
            if rings:
                tilt, about = 180 * (k + 0.5) / rows, 360 * i / each
            else:
                tilt, about = 14 + 152 * i / (each - 1), 360 * k / rows
            parts.append(paint(turn(turn(clove, 'y', tilt), 'z', about), (0.22, 0.12, 0.06)))
    lean = rng.uniform(0, 90)
    return Model(parts=tuple(turn(p, 'x', lean) for p in parts), color='orange')


def _orange_cluster(rng: np.random.Generator) -> Model:
    """Two or three small ones side by side, each still with a leaf."""
    r, rgb, parts = rng.uniform(0.024, 0.034), orange_rgb(rng), []
    flatness = rng.uniform(0.78, 1.0)
    for k in range(int(rng.integers(2, 4))):
        size = r * rng.uniform(0.88, 1.0)
        fruit = stretch(sphere(size, rings=15, segments=24), (1, 1, flatness))
        angle = 2 * np.pi * k / 3
        at = np.array([1.16 * r * np.cos(angle), 1.16 * r * np.sin(angle), size * flatness])
        parts.append(paint(move(bumpy(rng, fruit, r * 0.012, r * 0.4), at), rgb, gloss=0.4))
        blade = leaf(r * rng.uniform(0.9, 1.5), r * rng.uniform(0.45, 0.7), rise=r * 0.3)
        blade = turn(blade, 'z', rng.uniform(0, 360))
        top = (at[0], at[1], 2 * size * flatness)
        parts.append(paint(move(blade, top), _LEAF * rng.uniform(0.8, 1.3)))
    return Model(parts=tuple(parts), color='orange')


def _orange_half_moons(rng: np.random.Generator) -> Model:
    """Two to five half slices, each lying on the edge of the one before."""
    r, thick = rng.uniform(0.031, 0.045), rng.uniform(0.005, 0.012)
    one = one_slice(int(rng.integers(8, 12)), r, thick, orange_rgb(rng), _PULP)
    halves: list[Part] = []
    for part in one:
        near = split(part, face_centers(part)[:, 1] > 0)[0]
        if len(near.faces):
            halves.append(near)
    wall = stretch(cylinder(1.0, thick * 0.98, segments=4), (r * 0.97, 0.0008, 1))
    halves.append(paint(wall, _PULP * 0.95, gloss=0.5))
    parts: list[Part] = []
    for k in range(int(rng.integers(2, 6))):
        about = rng.uniform(-15, 15) + 12 * k
        at = (r * 0.45 * k, r * 0.1 * k, thick * k)
        parts += [move(turn(p, 'z', about), at) for p in halves]
    return Model(parts=tuple(parts), color='orange')


def _orange_wedge_out(rng: np.random.Generator) -> Model:
    """Whole but for a piece cut out along its axis, the pulp and pith showing."""
    r, gone = rng.uniform(0.034, 0.046), rng.uniform(0.12, 0.36)
    t = np.linspace(-np.pi / 2, np.pi / 2, 24)
    profile = r * np.stack((np.maximum(np.cos(t), 0), rng.uniform(0.9, 1.05) * np.sin(t)), 1)
    skin, cut = sector(profile, 1 - gone, start=gone / 2, segments=34)
    inner = sector(profile * 0.87, 1 - gone + 0.012, start=gone / 2 - 0.006)[1]
    parts = [paint(skin, orange_rgb(rng), gloss=0.35), paint(cut, PITH, gloss=0.1)]
    parts.append(paint(inner, _PULP, gloss=0.6))
    tilt = rng.uniform(-40, 20)
    return Model(parts=tuple(turn(p, 'y', tilt) for p in parts), color='orange')


def _orange_two_halves(rng: np.random.Generator) -> Model:
    """Both halves: one with its cut up, the other beside it on its cut face or leaning."""
    r, rgb = rng.uniform(0.032, 0.045), orange_rgb(rng)
    blood = rng.random() < 0.2
    pulp = np.array([0.6, 0.08, 0.06]) if blood else _PULP
    deep = rng.uniform(0.85, 1.05)
    parts = [move(p, (0, 0, r * deep)) for p in half(rng, r, deep, rgb, pulp)]
    tilt = 180.0 if rng.random() < 0.5 else rng.uniform(-65, -50)
    other = [turn(p, 'y', tilt) for p in half(rng, r, deep, rgb, pulp)]
    low = min(float(p.vertices[:, 2].min()) for p in other)
    parts += [move(p, (r * rng.uniform(2.05, 2.4), r * 0.2, -low)) for p in other]
    return Model(parts=tuple(parts), color='orange')


ORANGES: tuple[Design, ...] = (
    _orange_necked,
    _orange_segments,
    _orange_half_peeled,
    _orange_pomander,
    _orange_cluster,
    _orange_half_moons,
    _orange_wedge_out,
    _orange_two_halves,
)
