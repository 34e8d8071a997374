"""More designs of bread: loaves, slices, rolls and plaits."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design, one_of
from visa_ros.sim.designs.solids import bumpy, extruded, flat
from visa_ros.sim.finish import paint
from visa_ros.sim.shapes import (
    circle,
    lathe,
    Model,
    move,
    Part,
    sphere,
    stretch,
    sweep,
    turn,
)

_CRUMB = np.array([0.9, 0.8, 0.6])
_FLOUR = np.array([0.88, 0.78, 0.6])


def bread(rng: np.random.Generator) -> Model:
    """Loaf, baguette, plait, rolls or slices."""
    return one_of(rng, _BREADS)


def _bread_baguette(rng: np.random.Generator) -> Model:
    """Long and thin with pale slanting slashes."""
    length, r = rng.uniform(0.2, 0.31), rng.uniform(0.019, 0.03)
    at = np.linspace(-1, 1, 31)
    ends = np.maximum(1 - np.abs(at) ** rng.uniform(4, 9), 0.03) ** 0.5
    path = np.stack((at * length / 2, 0 * at, 0 * at), 1)
    crust = sweep(path, _dome(22, 0.5), r * ends, across=(0, -1, 0))
    brown = crust_rgb(rng)
    parts = [paint(crust, brown, gloss=0.15)]
    slant = rng.uniform(15, 50)
    for x in np.linspace(-0.38, 0.38, int(rng.integers(3, 7))) * length:
        slash = stretch(sphere(r, rings=10, segments=16), (0.95, 0.3, 0.16))
        slash = move(turn(slash, 'z', slant), (x, 0, r * 0.92))
        parts.append(paint(slash, 0.4 * brown + 0.6 * _FLOUR, gloss=0.05))
    return Model(parts=tuple(parts), color='brown')


def _bread_tin(rng: np.random.Generator) -> Model:
    """Loaf from a tin: straight sides and a top risen over the rim; whole or cut open."""
    w, h, length = rng.uniform(0.08, 0.11), rng.uniform(0.08, 0.12), rng.uniform(0.12, 0.22)
    outline = _toast(w, h, rng.uniform(0.0, 0.12))
    brown = crust_rgb(rng)
    loaf = bumpy(rng, extruded(outline, length, bevel=0.008), 0.001, 0.05)
    parts = [paint(loaf, brown, gloss=0.15)]
    if rng.random() < 0.5:
        parts.append(_upright(outline, -length / 2 - 0.0012))
    if rng.random() < 0.4:
        ridge = stretch(sphere(1.0, rings=8, segments=20), (w * 0.06, length * 0.38, 0.004))
        parts.append(paint(move(ridge, (0, 0, h - 0.001)), 0.5 * brown + 0.5 * _FLOUR, gloss=0.0))
    return Model(parts=tuple(parts), color='brown')


def _bread_sliced(rng: np.random.Generator) -> Model:
    """Tin loaf cut in slices, some fallen forward."""
    w, h, thick = rng.uniform(0.08, 0.1), rng.uniform(0.08, 0.11), rng.uniform(0.009, 0.015)
    outline, brown = _toast(w, h, rng.uniform(0.0, 0.1)), crust_rgb(rng)
    count, fallen = int(rng.integers(5, 11)), int(rng.integers(1, 4))
    slice_ = [paint(extruded(outline, thick, bevel=0.001), brown, gloss=0.1)]
    slice_.append(_upright(outline, -thick / 2 - 0.0006))
    parts = []
    y = 0.0
    for k in range(count):
        lean = max(fallen - k, 0) * rng.uniform(8, 20)
        y += thick * (1.06 + 0.06 * lean)
        tilted = [turn(p, 'x', lean) for p in slice_]
        low = min(float(p.vertices[:, 2].min()) for p in tilted)
        x = rng.uniform(-0.002, 0.002)
        parts += [move(p, (x, y, -low)) for p in tilted]
    rest = extruded(outline, rng.uniform(0.02, 0.07), bevel=0.006)
    y += thick / 2 + float(rest.vertices[:, 1].max())
    return Model(parts=(*parts, paint(move(rest, (0, y, 0)), brown, gloss=0.1)), color='brown')


def _bread_slice(rng: np.random.Generator) -> Model:
    """One to three slices, flat on the table, fresh or toasted."""
    w, thick = rng.uniform(0.085, 0.115), rng.uniform(0.01, 0.018)
    outline = _toast(w, w * rng.uniform(0.9, 1.15), rng.uniform(0.02, 0.12))
    crust = crust_rgb(rng) * 0.9
    crumb = _CRUMB * np.power(rng.uniform(0.6, 1.0), (0.5, 1.0, 1.8))
    whole = turn(extruded(outline, thick, bevel=0.002), 'x', -90)
    whole = move(whole, (0, 0, thick / 2))
    face = flat((outline - [0, w / 2]) * 0.9 + [0, w / 2], thick + 0.0004, bulge=0.001)
    middle = flat(circle(16) * w * 0.25 + [0, w * 0.5], thick + 0.0016, bulge=0.0006)
    one = [paint(whole, crust, gloss=0.05)]
    one += [paint(face, crumb, gloss=0.0), paint(middle, crumb * 0.94, gloss=0.0)]
    parts: list[Part] = []
    for k in range(int(rng.integers(1, 4))):
        about = rng.uniform(-20, 20) * k
        at = (rng.uniform(-0.02, 0.02), rng.uniform(-0.02, 0.02), k * (thick + 0.002))
        parts += [move(turn(p, 'z', about), at) for p in one]
    return Model(parts=tuple(parts), color='' if crumb[2] > 0.3 else 'brown')


def _bread_plait(rng: np.random.Generator) -> Model:
    """Three strands plaited, glossy with egg, often with seeds."""
    length, r = rng.uniform(0.17, 0.28), rng.uniform(0.021, 0.03)
    at = np.linspace(-1, 1, 46)
    fade = np.maximum(1 - np.abs(at) ** 3, 0.04) ** 0.6
    turns = rng.uniform(1.6, 2.6)
    brown = crust_rgb(rng)
    parts = []
    for strand in range(3):
        phase = np.pi * turns * at + 2 * np.pi * strand / 3
        side, rise = r * 1.05 * fade * np.sin(phase), r * 0.4 * fade * np.sin(2 * phase)
        path = np.stack((at * length / 2, side, rise + r * fade), 1)
        strand_ = sweep(path, circle(12), r * fade, across=(0, 0, 1))
        parts.append(paint(strand_, brown, gloss=0.5))
    return Model(parts=tuple(parts), color='brown')


def _bread_rolls(rng: np.random.Generator) -> Model:
    """One to four rolls baked together, plain, split or strewn with seeds."""
    r = rng.uniform(0.03, 0.045)
    count = int(rng.integers(1, 5))
    long, brown = rng.uniform(1.0, 1.5), crust_rgb(rng)
    t = np.linspace(-0.4, np.pi / 2, 14)
    bun = lathe(np.stack((r * np.cos(t), r * 0.75 * (np.sin(t) + 0.39)), 1), segments=28)
    bun = stretch(bun, (1, long, 1))
    kind = int(rng.integers(3))
    parts = []
    for k in range(count):
        place = (1.8 * r * (k % 2), 1.8 * long * r * (k // 2), 0)
        parts.append(paint(move(bumpy(rng, bun, r * 0.012, r), place), brown, gloss=0.3))
        top = r * 0.75 * 1.39
        if kind == 1:
            cut = stretch(sphere(r, rings=8, segments=16), (0.12, 0.75 * long, 0.2))
            cut = move(cut, (place[0], place[1], top - r * 0.17))
            parts.append(paint(cut, 0.35 * brown + 0.65 * _FLOUR, gloss=0.0))
        for _ in range(18 if kind == 2 else 0):
            u, v = rng.uniform(-0.6, 0.6, 2)
            z = r * 0.75 * (np.sqrt(max(1 - u**2 - v**2, 0)) + 0.39)
            seed = stretch(sphere(0.0016, rings=4, segments=6), (1.5, 1, 0.7))
            seed = move(seed, (place[0] + u * r, place[1] + v * r * long, z))
            parts.append(paint(seed, _CRUMB, gloss=0.1))
    return Model(parts=tuple(parts), color='brown')


_BREADS: tuple[Design, ...] = (
    _bread_baguette,
    _bread_tin,
    _bread_sliced,
    _bread_slice,
    _bread_plait,
    _bread_rolls,
)


def crust_rgb(rng: np.random.Generator) -> np.ndarray:
    """Draw the colour of a crust."""
    return np.array([0.6, rng.uniform(0.31, 0.4), rng.uniform(0.1, 0.17)]) * rng.uniform(0.65, 1.2)


def _dome(count: int, cut: float) -> np.ndarray:
    """Section of a loaf that lies: round above, flat below."""
    dome = circle(count)
    return np.stack((dome[:, 0], np.maximum(dome[:, 1], -cut)), 1)


def _toast(w: float, h: float, over: float) -> np.ndarray:
    """Outline (x, z) of a slice, standing; its top wider than its foot by `over`."""
    half, crown = w / 2, w / 2 * (1 + over)
    right = [(half, 0.0), (half, h * 0.58), (crown, h * 0.68), (crown, h * 0.82)]
    top = [(crown * 0.85, h * 0.94), (crown * 0.5, h * 0.99)]
    points = np.array(right + top)
    return np.concatenate((points, points[::-1] * (-1, 1)))


def _upright(outline: np.ndarray, y: float) -> Part:
    """Crumb of a cut across at y, looking to -y."""
    middle = (outline.min(0) + outline.max(0)) / 2
    crumb = flat((outline - middle) * 0.92 + middle, 0.0)
    return paint(move(turn(crumb, 'x', 90), (0, y, 0)), _CRUMB, gloss=0.0)
