"""Many designs of pens, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.thing_forms import barrel
from visa_ros.sim.finish import METAL, middles, paint, pick, shade
from visa_ros.sim.shapes import (
    loop,
    Model,
    move,
    Part,
    rectangle,
    rounded_box,
    sweep,
    turn,
)

_TONES = ('red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'black', 'gray', 'white')
_GOLD = (0.78, 0.6, 0.22)


def pen(rng: np.random.Generator) -> Model:
    """Fountain pen, stick, click pen, slim twist pen, felt tip or marker."""
    return one_of(rng, _PENS)


def _fountain(rng: np.random.Generator) -> Model:
    """Fountain pen: open with a golden nib, or closed; cigar shaped, gold or steel rings."""
    r, length = rng.uniform(0.0055, 0.0075), rng.uniform(0.12, 0.145)
    name, trim = pick(rng, _TONES), _GOLD if rng.random() < 0.6 else METAL
    rgb = shade(rng, name)
    if rng.random() < 0.5:
        rows = [(0, r * 0.3), (0.02, r * 0.7), (0.1, r * 0.9), (0.68, r), (0.71, r * 0.75)]
        parts = [paint(barrel([*rows, (0.84, r * 0.6)], length, r), rgb, gloss=0.8)]
        nib = [(0.84, r * 0.5, r * 0.45), (0.9, r * 0.65, r * 0.3), (1, r * 0.05, r * 0.06)]
        parts.append(paint(barrel(nib, length, r), trim, gloss=0.9))
        parts.append(paint(barrel([(0.83, r * 0.66), (0.85, r * 0.66)], length, r), trim))
        rings = [0.66]
    else:
        rows = [(0, r * 0.4), (0.03, r * 0.75), (0.2, r * 0.95), (0.54, r), (0.56, r * 1.1)]
        rows += [(0.85, r * 1.1), (0.97, r * 0.8), (1, r * 0.4)]
        parts = [
            paint(barrel(rows, length, r * 1.1), rgb, gloss=0.8),
            _clip(length, r, trim, 0.62, 0.94),
        ]
        rings = [0.55, 0.93]
    for at in rings:
        parts.append(
            paint(
                barrel([(at, r * 1.14), (at + 0.02, r * 1.14)], length, r * 1.1), trim, gloss=0.9
            )
        )
    return Model(parts=tuple(parts), color=name)


def _stick(rng: np.random.Generator) -> Model:
    """Cheap stick pen: six-sided barrel, clear or coloured, plug and cap in the ink's colour."""
    r, length = rng.uniform(0.004, 0.0052), rng.uniform(0.135, 0.15)
    ink = pick(rng, ('blue', 'black', 'red', 'green'))
    rgb, kind = shade(rng, ink), int(rng.integers(3))
    tone = [(0.88, 0.9, 0.92), shade(rng, 'orange' if ink != 'red' else 'yellow'), rgb][kind]
    body = barrel([(0.02, r), (0.84, r), (0.87, r * 0.7)], length, r * 1.3, 6)
    parts = [
        paint(body, tone, gloss=0.7),
        paint(barrel([(0, r * 0.9), (0.03, r * 0.9)], length, r * 1.3), rgb),
    ]
    if rng.random() < 0.5:
        parts.append(
            paint(
                barrel([(0.86, r * 0.7), (0.95, r * 0.45), (1, r * 0.1)], length, r * 1.3), _GOLD
            )
        )
    else:
        rows = [(0.68, r * 1.25), (0.97, r * 1.1), (1, r * 0.6)]
        parts += [
            paint(barrel(rows, length, r * 1.3), rgb, gloss=0.5),
            _clip(length, r * 1.15, rgb, 0.66, 0.96),
        ]
    return Model(parts=tuple(parts), color=ink if kind == 2 else '')


def _click(rng: np.random.Generator) -> Model:
    """Push-button pen with a soft ribbed grip, a long clip, one or several buttons."""
    r, length = rng.uniform(0.005, 0.0075), rng.uniform(0.125, 0.15)
    name = pick(rng, _TONES)
    rgb, grip = shade(rng, name), shade(rng, pick(rng, ('black', 'gray', name)))
    parts = [
        paint(
            barrel([(0.08, r * 0.95), (0.6, r), (0.92, r * 0.9)], length, r * 1.1), rgb, gloss=0.8
        )
    ]
    at = np.linspace(0.62, 0.84, 13)
    ribs = [(x, r * (1.08 if i % 2 else 0.98)) for i, x in enumerate(at)]
    parts.append(paint(barrel(ribs, length, r * 1.1), grip, gloss=0.1))
    parts.append(
        paint(
            barrel([(0.84, r * 0.95), (0.97, r * 0.35), (1, r * 0.12)], length, r * 1.1),
            METAL,
            gloss=0.9,
        )
    )
    if rng.random() < 0.7:
        parts.append(
            paint(barrel([(0, r * 0.45), (0.09, r * 0.5)], length, r * 1.1), METAL, gloss=0.8)
        )
    else:
        for color, side in (('red', -1), ('green', 0), ('blue', 1)):
            slide = rounded_box((0.012, 0.003, 0.004), radius=0.001, steps=1)
            lever = turn(move(slide, (length * 0.1, 0, r * 0.6)), 'x', 60 * side)
            parts.append(paint(move(lever, (0, 0, r * 1.1)), shade(rng, color)))
    parts.append(_clip(length, r, rgb, 0.38, 0.1))
    return Model(parts=tuple(parts), color=name)


def _slim(rng: np.random.Generator) -> Model:
    """Slim twist pen of metal or lacquer, tapered to both ends, a ring in the middle."""
    r, length = rng.uniform(0.0038, 0.0052), rng.uniform(0.125, 0.145)
    name = pick(rng, ('black', 'gray', 'gray', 'blue', 'red', 'white', 'purple', 'pink'))
    rgb, trim = shade(rng, name), _GOLD if rng.random() < 0.5 else METAL
    rows = [(0, r * 0.6), (0.05, r * 0.85), (0.45, r), (0.8, r * 0.85), (0.92, r * 0.5)]
    body = barrel(rows, length, r)
    upper = (middles(body, 0) < 0.45 * length) & (rng.random() < 0.4)
    parts = [paint(replace(body, faces=body.faces[~upper]), rgb, gloss=0.9)]
    if upper.any():
        parts.append(paint(replace(body, faces=body.faces[upper]), METAL, gloss=0.9))
    for piece in ([(0.44, r * 1.06), (0.47, r * 1.06)], [(0.91, r * 0.52), (1, r * 0.1)]):
        parts.append(paint(barrel(piece, length, r), trim, gloss=0.9))
    parts.append(_clip(length, r * 0.95, trim, 0.34, 0.03))
    return Model(parts=tuple(parts), color=name)


def _marker(rng: np.random.Generator) -> Model:
    """Felt tip or marker: capped, or open with its tip bare; the cap in the ink's colour."""
    r, length = rng.uniform(0.005, 0.0095), rng.uniform(0.115, 0.15)
    ink = pick(rng, _TONES)
    rgb, same = shade(rng, ink), rng.random() < 0.6
    tone = rgb if same else shade(rng, 'white' if ink != 'white' else 'gray')
    rows = [(0, r * 0.8), (0.01, r * 0.92), (0.68, r), (0.7, r * 0.75), (0.82, r * 0.5)]
    flat = rng.uniform(0.6, 1)
    body = barrel([(x, a, a * flat) for x, a in rows], length, r)
    plug = barrel([(0, r * 0.9, r * 0.9 * flat), (0.04, r * 1.01, r * 1.01 * flat)], length, r)
    parts = [paint(body, tone, gloss=0.5), paint(plug, rgb, gloss=0.5)]
    if rng.random() < 0.4:
        tip = barrel([(0.82, r * 0.4), (0.87, r * 0.35), (0.9, r * 0.1)], length, r)
        parts.append(paint(tip, np.array(rgb) * 0.7, gloss=0))
    else:
        rows = [(0.64, r * 1.08), (0.95, r * 1.02), (1, r * 0.8)]
        cap = barrel([(x, a, a * flat) for x, a in rows], length, r)
        parts += [paint(cap, rgb, gloss=0.5), _clip(length, r * flat * 1.1, rgb, 0.7, 0.97, r)]
    return Model(parts=tuple(parts), color=ink if same else '')


_PENS = (_fountain, _stick, _click, _slim, _marker)


def _clip(
    length: float,
    radius: float,
    rgb: Sequence[float],
    start: float,
    end: float,
    height: float | None = None,
) -> Part:
    """Pocket clip above the barrel, from its free to its fixed end (shares of the length)."""
    top = (radius * 1.1 if height is None else height) + radius
    rows = [
        (start, 0.25),
        (start * 0.9 + end * 0.1, 0.1),
        (start * 0.1 + end * 0.9, 0.35),
        (end, 0),
    ]
    path = loop([(x * length, 0, top + radius * z) for x, z in rows], count=8)
    bar = sweep(path, rectangle(0.3), np.array([[radius * 0.32, 0.0006]]), across=(0, 1, 0))
    return paint(bar, rgb, gloss=0.8)
