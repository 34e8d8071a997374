"""More designs of bananas, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.solids import face_centers, split
from visa_ros.sim.designs.thing_forms import lobed
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import circle, cylinder, Model, move, Part, sphere, stretch, sweep, turn

_FLESH = np.array([0.94, 0.87, 0.63])
_BARK = np.array([0.24, 0.17, 0.07])


def _banana_crescent(rng: np.random.Generator) -> Model:
    """Slender and bent to nearly a half circle, with a long thin stalk."""
    name = pick(rng, ('yellow', 'yellow', 'yellow', 'green'))
    arc, length = rng.uniform(2.3, 2.7), rng.uniform(0.17, 0.26)
    stalk = rng.uniform(0.14, 0.24)
    whole = _bent(length, arc, rng.uniform(0.012, 0.017), ribs=5, stalk=stalk, tip=0.3)
    return Model(parts=tuple(_tipped(whole, shade(rng, name), 0.03)), color=name)


def _banana_plantain(rng: np.random.Generator) -> Model:
    """Cooking banana: large, sharply angular, drawn out to a beak at its tip."""
    length, r = rng.uniform(0.22, 0.31), rng.uniform(0.02, 0.028)
    name, ribs = pick(rng, ('green', 'yellow', 'green')), int(rng.integers(3, 6))
    whole = _bent(length, rng.uniform(0.4, 1.1), r, ribs=ribs, edge=0.1, stalk=0.16, tip=0.12)
    rgb = np.array(shade(rng, name))
    parts = _tipped(whole, rgb, 0.025)
    return Model(parts=tuple(parts), color=name)


def _banana_hand(rng: np.random.Generator) -> Model:
    """Hand of short fat ones in two rows on a thick crown."""
    name = pick(rng, ('yellow', 'yellow', 'green'))
    rgb, each = shade(rng, name), int(rng.integers(3, 6))
    length, r = rng.uniform(0.075, 0.12), rng.uniform(0.012, 0.016)
    arc, spread = rng.uniform(0.6, 1.3), rng.uniform(12, 20)
    crown = stretch(sphere(1.0, rings=8, segments=14), (0.014, r * each * 0.5, r))
    parts = [paint(move(crown, (0, 0, r)), np.array(rgb) * (0.7, 0.65, 0.8))]
    for row in range(2):
        for k in range(each):
            place = k - (each - 1) / 2 + 0.25 * row
            long = length * rng.uniform(0.9, 1.08) * (1 - 0.12 * row)
            whole = _bent(long, arc, r, ribs=4, stalk=0.1, tip=0.2, sides=8, count=14)
            whole = turn(move(whole, (long / 2, 0, 0)), 'x', 90)
            whole = turn(turn(whole, 'y', -14 * row), 'z', spread * place)
            whole = move(whole, (0, r * place * 0.7, r * 1.5 * row))
            near = np.linalg.norm(face_centers(whole)[:, :2], axis=1)
            end, skin = split(whole, near > near.max() - 0.006)
            parts += [paint(skin, rgb), paint(end, _BARK)]
    return Model(parts=tuple(parts), color=name)


def _banana_peel(rng: np.random.Generator) -> Model:
    """Empty peel thrown down: three to five limp arms around the stalk."""
    count, name = int(rng.integers(3, 6)), 'yellow'
    rgb, length, wide = shade(rng, name), rng.uniform(0.08, 0.135), rng.uniform(0.013, 0.02)
    top = rng.uniform(0.03, 0.065)
    parts: list[Part] = []
    t = np.linspace(0, 1, 14)
    for k in range(count):
        reach = length * rng.uniform(0.8, 1.1)
        fall = top * np.maximum(1 - t * rng.uniform(1.4, 2.2), 0) ** 1.6
        fall += 0.01 * np.maximum(np.sin(t * rng.uniform(5, 9)), 0) * t + 0.003
        path = np.stack((0.006 + reach * t, reach * rng.uniform(-0.2, 0.2) * t**2, fall), 1)
        half = wide * np.interp(t, [0, 0.15, 0.5, 0.85, 1], [0.35, 0.7, 1, 0.6, 0.2])
        about = 360 * k / count + rng.uniform(-14, 14)
        for lower, tone in ((0.0, rgb), (0.0014, _FLESH)):
            scale = np.stack((np.full(14, 0.0012), half * (1 - lower * 20)), 1)
            arm = sweep(path - [0, 0, lower], circle(8), scale, across=(0.1, 0, 1))
            parts.append(paint(turn(arm, 'z', about), tone))
    neck = [(0, 0, top - 0.006), (0, 0, top + 0.008), (0.004, 0, top + 0.03)]
    stem = sweep(neck, circle(8), [wide * 0.6, 0.006, 0.005], across=(0, 1, 0))
    knob = move(sphere(0.0055, rings=6, segments=8), neck[-1])
    return Model(parts=(*parts, paint(stem, rgb), paint(knob, _BARK)), color=name)


def _banana_halved(rng: np.random.Generator) -> Model:
    """Split lengthwise in its peel, one or both halves with the pale cut up."""
    length, r = rng.uniform(0.13, 0.21), rng.uniform(0.015, 0.02)
    arc, stalk, rgb = rng.uniform(0.5, 1.5), rng.uniform(0.06, 0.18), shade(rng, 'yellow')
    whole = _bent(length, arc, r, ribs=5, edge=0.03, stalk=stalk, tip=0.25, count=18)
    cut = stretch(whole, (1, 1, 0.02))
    fruit = _bent(length * 0.9, arc * 0.9, r * 0.86, ribs=2, edge=0, stalk=0.02, tip=0.5, count=16)
    lower = split(whole, face_centers(whole)[:, 2] < 0)[0]
    one = _tipped(lower, rgb, 0.03)
    one.append(paint(cut, np.array(rgb) * (0.98, 0.97, 1.5)))
    one.append(paint(move(stretch(fruit, (1, 1, 0.06)), (length * 0.01, 0, 0.0006)), _FLESH))
    parts = list(one)
    if rng.random() < 0.65:
        away, about = r * rng.uniform(2.3, 3), rng.uniform(-12, 12)
        parts += [move(turn(p, 'z', about), (0, away, 0)) for p in one]
    return Model(parts=tuple(parts), color='yellow')


def _banana_chunks(rng: np.random.Generator) -> Model:
    """Cut across into pieces in their peel that still lie in line."""
    length, r = rng.uniform(0.14, 0.2), rng.uniform(0.015, 0.021)
    arc, count = rng.uniform(0.5, 1.3), int(rng.integers(3, 8))
    rgb, gap = shade(rng, 'yellow'), rng.uniform(0.004, 0.012)
    whole = _bent(length, arc, r, ribs=5, edge=0.03, stalk=0.12, tip=0.25, count=64)
    parts = []
    bend = length / arc
    edges = np.linspace(-0.5, 0.5, count + 1)
    centers = face_centers(whole)
    angle = np.arctan2(centers[:, 0], centers[:, 1] + bend) / arc
    for k in range(count):
        piece = split(whole, (angle >= edges[k]) & (angle < edges[k + 1]))[0]
        shift = (gap * (k - count / 2), rng.uniform(-0.003, 0.003), 0)
        parts += [move(p, shift) for p in _tipped(piece, rgb, 0.03, whole=whole)]
        for at, side in ((edges[k], -90), (edges[k + 1], 90)):
            near = np.abs(angle - at) < 0.02
            if abs(at) > 0.49 or not near.any():
                continue
            size = float(np.abs(centers[near, 2]).max())
            face = turn(move(cylinder(size, 0.0014, segments=14), (0, 0, -0.0004)), 'y', side)
            a = at * arc
            spot = (bend * np.sin(a) + shift[0], bend * (np.cos(a) - 1) + shift[1], 0)
            parts.append(paint(move(turn(face, 'z', -np.rad2deg(a)), spot), _FLESH, gloss=0.1))
    return Model(parts=tuple(parts), color='yellow')


def _banana_red(rng: np.random.Generator) -> Model:
    """Red banana: short, very thick, hardly bent, with a stout stalk; often two together."""
    length, r = rng.uniform(0.155, 0.18), rng.uniform(0.019, 0.025)
    rgb = np.array([0.45, 0.13, 0.1]) * rng.uniform(0.8, 1.25)
    whole = _bent(length, rng.uniform(0.35, 0.9), r, ribs=5, edge=0.02, stalk=0.12, tip=0.3)
    parts = _tipped(whole, rgb, 0.03)
    if rng.random() < 0.5:
        about = rng.uniform(8, 20)
        parts += [move(turn(p, 'z', -about), (0, r * 2.5, 0)) for p in parts]
    return Model(parts=tuple(parts), color='red')


def _banana_faceted(rng: np.random.Generator) -> Model:
    """Toy with four to six flat sides and few bends, its ends thick and dark."""
    length, r = rng.uniform(0.06, 0.2), rng.uniform(0.1, 0.15)
    sides, count = int(rng.integers(4, 7)), int(rng.integers(6, 10))
    arc, stalk = rng.uniform(0.9, 1.4), rng.uniform(0.08, 0.18)
    whole = _bent(length, arc, r * length, ribs=1, edge=0, stalk=stalk, sides=sides, count=count)
    rgb = shade(rng, 'yellow')
    return Model(parts=tuple(_tipped(whole, rgb, 0.12)), color='yellow')


BANANAS: tuple[Design, ...] = (
    _banana_crescent,
    _banana_plantain,
    _banana_hand,
    _banana_peel,
    _banana_halved,
    _banana_chunks,
    _banana_red,
    _banana_faceted,
)


def _bent(
    length: float,
    arc: float,
    r: float,
    *,
    ribs: int,
    edge: float = 0.05,
    stalk: float,
    tip: float = 0.25,
    sides: int = 15,
    count: int = 24,
) -> Part:
    """Banana that lies on its side around the origin, its stalk towards -x."""
    at = np.linspace(-0.5, 0.5, count)
    bend = length / arc
    path = np.stack((bend * np.sin(arc * at), bend * (np.cos(arc * at) - 1), 0 * at), 1)
    places = [-0.5, stalk - 0.5, stalk - 0.36, 0, 0.3, 0.44, 0.5]
    scale = r * np.interp(at, places, [0.36, 0.34, 0.84, 1, 0.88, 0.25 + tip, 0.2])
    return sweep(path, lobed(sides, ribs, edge), scale)


def _tipped(
    part: Part, rgb: np.ndarray | tuple[float, ...], share: float, *, whole: Part | None = None
) -> list[Part]:
    """Paint the skin, and the faces at both ends dark."""
    x = (whole or part).vertices[:, 0]
    low, high = float(x.min()), float(x.max())
    rim = share * (high - low)
    along = face_centers(part)[:, 0]
    ends, skin = split(part, (along < low + rim) | (along > high - rim))
    return [paint(p, c) for p, c in ((skin, rgb), (ends, _BARK)) if len(p.faces)]
