"""More designs of candles: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.drawing import Design, one_of
from visa_ros.sim.designs.solids import bumpy
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    Part,
    rounded_box,
    sphere,
    sweep,
    turn,
)

_WAXES = ('white', 'white', 'red', 'yellow', 'purple', 'pink', 'green', 'blue', 'orange', 'black')
_BRASS = (0.72, 0.55, 0.22)


def candle(rng: np.random.Generator) -> Model:
    """Pillar, taper in a holder, tea light, twisted, in a jar, with several wicks or lying."""
    return one_of(rng, _CANDLES)


def _candle_dripping(rng: np.random.Generator) -> Model:
    """Burnt-down pillar: uneven rim, wax running down its side, mostly a flame."""
    r, h, name = rng.uniform(0.018, 0.04), rng.uniform(0.05, 0.15), pick(rng, _WAXES)
    rgb = shade(rng, name)
    body = bumpy(rng, _wax(r, h), r * 0.04, r)
    parts = [paint(body, rgb, gloss=0.35)]
    for angle in rng.uniform(0, 2 * np.pi, int(rng.integers(3, 9))):
        down, out = h * rng.uniform(0.15, 0.9), r * np.array([np.cos(angle), np.sin(angle)])
        z = np.linspace(h, h - down, 8)
        path = np.column_stack((np.outer([0.9, *[1] * 7], out), z))
        width = r * rng.uniform(0.08, 0.14) * np.array([1, 1, 0.9, 0.8, 0.8, 0.9, 1.2, 0.9])
        run = sweep(path, circle(8), width, across=(-out[1], out[0], 0))
        tip = move(sphere(width[-2], rings=6, segments=8), path[-1])
        parts += [paint(run, rgb, gloss=0.35), paint(tip, rgb, gloss=0.35)]
    parts += _wick(rng, (0, 0, h - r * 0.3), burning=0.7)
    return Model(parts=tuple(parts), color=name)


def _candle_held(rng: np.random.Generator) -> Model:
    """Slim candle in a turned holder."""
    r, h, name = rng.uniform(0.008, 0.012), rng.uniform(0.08, 0.17), pick(rng, _WAXES)
    shank = rng.uniform(0.02, 0.09)
    foot = rng.uniform(0.032, 0.045)
    stick = [(0, 0), (foot, 0), (foot, 0.003), (foot * 0.4, 0.01), (r * 0.7, 0.016)]
    stick += [(r * 0.6, shank * 0.5), (r * 1.2, shank * 0.6), (r * 0.7, shank * 0.75)]
    finish = pick(rng, ('brass', 'metal', 'black', 'white'))
    rgb = {'brass': _BRASS, 'metal': METAL}.get(finish) or shade(rng, finish)
    base = shank
    cup = [(r * 1.15, base), (r * 1.8, base + 0.014), (r * 1.7, base + 0.016), (r, base + 0.012)]
    parts = [paint(lathe([*stick, *cup], segments=28), rgb, gloss=0.8)]
    t = np.linspace(0, 1, 6)
    thin = rng.uniform(0.6, 1.0)
    profile = np.stack((r * (1 + (thin - 1) * t), base + 0.008 + h * t), 1)
    top = [(r * thin * 0.5, base + 0.008 + h + r * 0.8), (0, base + 0.008 + h + r)]
    parts.append(paint(lathe([*profile, *top], segments=22), shade(rng, name), gloss=0.4))
    parts += _wick(rng, (0, 0, base + 0.007 + h + r), burning=0.6)
    return Model(parts=tuple(parts), color=name)


def _candle_tealight(rng: np.random.Generator) -> Model:
    """Low candle in a thin metal cup or of bare wax."""
    r, h = rng.uniform(0.018, 0.026), rng.uniform(0.013, 0.022)
    name, bare = pick(rng, _WAXES), rng.random() < 0.25
    cup = [(0, 0), (r * 0.97, 0), (r, 0.001), (r, h), (r * 0.96, h), (r * 0.94, h * 0.8)]
    rgb = shade(rng, name)
    shell = rgb if bare else (0.74, 0.75, 0.77)
    pool = lathe([(r * 0.95, h * 0.82), (r * 0.5, h * 0.76), (0, h * 0.75)], segments=28)
    parts = [paint(lathe(cup, segments=36), shell, gloss=0.4 if bare else 0.9)]
    parts.append(paint(pool, rgb, gloss=0.5))
    parts += _wick(rng, (0, 0, h * 0.7), burning=0.6)
    return Model(parts=tuple(parts), color=name)


def _candle_twisted(rng: np.random.Generator) -> Model:
    """Fluted or twisted taper candle on a broader foot."""
    r, h, name = rng.uniform(0.014, 0.026), rng.uniform(0.09, 0.2), pick(rng, _WAXES)
    side = [(r, z) for z in np.linspace(0, h, 36)]
    body = lathe([*side, (r * 0.7, h + r * 0.2), (0, h + r * 0.35)], segments=40)
    angle = np.arctan2(body.vertices[:, 1], body.vertices[:, 0])
    along = body.vertices[:, 2] / h
    lobes, twist = int(rng.integers(3, 9)), rng.uniform(0, 4) * np.pi * rng.choice([-1, 1])
    ripple = 1 + rng.uniform(0.06, 0.2) * np.cos(lobes * angle + twist * along)
    ripple *= 1 - rng.uniform(0.0, 0.5) * along
    body = replace(body, vertices=body.vertices * np.stack((ripple, ripple, 0 * ripple + 1), 1))
    foot = cylinder(r * 1.3, h * 0.05, bevel=r * 0.1)
    rgb = shade(rng, name)
    parts = [paint(p, rgb, gloss=0.4) for p in (body, foot)]
    parts += _wick(rng, (0, 0, h + r * 0.3), burning=0.5)
    return Model(parts=tuple(parts), color=name)


def _candle_jar(rng: np.random.Generator) -> Model:
    """Wax poured into a jar or tin with a label, filled nearly to its rim."""
    r, h, name = rng.uniform(0.03, 0.045), rng.uniform(0.04, 0.085), pick(rng, _WAXES)
    level = h * rng.uniform(0.78, 0.9)
    rgb = shade(rng, name)
    jar = [(0, 0), (r * 0.92, 0), (r, 0.006), (r, h), (r * 0.93, h), (r * 0.93, level - 0.004)]
    jar_rgb = shade(rng, pick(rng, ('black', 'white', 'brown', 'gray', 'green')))
    in_tin = rng.random() < 0.5
    shell = paint(lathe(jar, segments=36), METAL if in_tin else jar_rgb, gloss=0.8)
    pool = lathe([(r * 0.94, level), (r * 0.4, level - 0.001), (0, level - 0.002)], segments=36)
    parts = [shell, paint(pool, rgb, gloss=0.5)]
    wide, low, high = rng.uniform(0.2, 0.5), h * rng.uniform(0.15, 0.3), h * rng.uniform(0.6, 0.75)
    label = lathe([(r * 1.012, low), (r * 1.012, high)], segments=16, portion=wide)
    parts.append(paint(label, shade(rng, pick(rng, ('white', 'yellow', 'pink'))), gloss=0.1))
    for x in [0.0] if rng.random() < 0.7 else [-r * 0.4, r * 0.4]:
        parts += _wick(rng, (x, 0, level - 0.004), burning=0.85)
    return Model(parts=tuple(parts), color='')


def _candle_broad(rng: np.random.Generator) -> Model:
    """Broad round or square block of wax with one to four wicks, plain or in layers."""
    r, h = rng.uniform(0.035, 0.06), rng.uniform(0.04, 0.11)
    names = rng.choice(sorted(set(_WAXES)), 3, replace=False).tolist()
    layers = 1 if rng.random() < 0.6 else 3
    square = rng.random() < 0.5
    parts = []
    for k in range(layers):
        z, tall = h * k / layers, h / layers
        slab = (
            rounded_box((2 * r, 2 * r, tall), radius=r * 0.08, steps=3)
            if square
            else _disc(r, tall)
        )
        parts.append(paint(move(slab, (0, 0, z)), shade(rng, names[k]), gloss=0.35))
    count = int(rng.integers(1, 5))
    melted = np.array(shade(rng, names[layers - 1])) * 0.8 + 0.1
    for k in range(count):
        angle, out = 2 * np.pi * k / count, r * 0.45 * (count > 1)
        place = (out * np.cos(angle), out * np.sin(angle))
        pool = move(cylinder(r * 0.3, 0.0012, segments=18), (*place, h - 0.0004))
        parts.append(paint(pool, melted, gloss=0.9))
        parts += _wick(rng, (*place, h - 0.002), burning=0.6)
    return Model(parts=tuple(parts), color=names[0] if layers == 1 else '')


def _candle_lying(rng: np.random.Generator) -> Model:
    """One to three slim candles lying beside each other, each with its wick."""
    r, h, name = rng.uniform(0.008, 0.013), rng.uniform(0.12, 0.26), pick(rng, _WAXES)
    thin, rgb = rng.uniform(0.45, 1.0), shade(rng, name)
    taper = lathe(
        [(0, 0), (r * 0.9, 0), (r, 0.002), (r * thin, h), (r * thin / 2, h + r), (0, h + r * 1.2)],
        segments=22,
    )
    one = [paint(taper, rgb, gloss=0.4), *_wick(rng, (0, 0, h + r), burning=0.0)]
    one = [turn(p, 'y', 90) for p in one]
    parts = []
    for k in range(int(rng.integers(1, 4))):
        flipped = thin < 0.7 and k % 2 == 1
        at = (rng.uniform(-0.01, 0.01) + (h + r) * flipped, k * r * 2.1, 0)
        parts += [move(turn(p, 'z', 180 * flipped), at) for p in one]
    return Model(parts=tuple(parts), color=name)


_CANDLES: tuple[Design, ...] = (
    _candle_dripping,
    _candle_held,
    _candle_tealight,
    _candle_twisted,
    _candle_jar,
    _candle_broad,
    _candle_lying,
)


def _wax(r: float, h: float) -> Part:
    """Candle with a hollow top."""
    side = [(r, z) for z in np.linspace(0, h, 10)]
    hollow = [(r * 0.82, h), (r * 0.5, h - r * 0.25), (0, h - r * 0.3)]
    return lathe([(0, 0), *side, *hollow], segments=34)


def _disc(r: float, h: float) -> Part:
    return cylinder(r, h, bevel=r * 0.06, segments=40)


def _wick(rng: np.random.Generator, foot: Sequence[float], *, burning: float) -> list[Part]:
    """Dark wick from its foot up, and with a chance of `burning` a flame around it."""
    x, y, z = foot
    tall, lean = rng.uniform(0.01, 0.018), rng.uniform(-0.003, 0.003)
    path = loop([(x, y, z), (x, y, z + tall * 0.6), (x + lean, y, z + tall)], count=6)
    wick = paint(sweep(path, circle(7), 0.0012, across=(0, 1, 0)), (0.06, 0.05, 0.05), gloss=0)
    if rng.random() >= burning:
        return [wick]
    t = np.linspace(0, 1, 12)
    size = rng.uniform(0.018, 0.032)
    profile = np.stack((size * 0.42 * np.sin(np.pi * t**0.7) * (1 - 0.35 * t), size * t), 1)
    flame = move(lathe(profile, segments=14), (x + lean, y, z + tall * 0.6))
    return [wick, paint(flame, (0.97, 0.8, 0.3), gloss=0.0)]
