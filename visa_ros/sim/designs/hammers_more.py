"""More designs of hammers, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.dish_forms import smooth, timber
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import rod
from visa_ros.sim.designs.tools import hammer_head
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import circle, loop, Model, Part, rectangle, sweep

_BRIGHT = ('red', 'yellow', 'orange', 'blue', 'green', 'pink', 'purple')
_STEEL = (0.4, 0.41, 0.43)
_BLACK = (0.09, 0.09, 0.1)


def _tack(rng: np.random.Generator) -> Model:
    """Upholsterer's hammer: a thin curved head, both ends small, a slim handle."""
    length, span = rng.uniform(0.2, 0.28), rng.uniform(0.045, 0.065)
    r, bow = span * rng.uniform(0.09, 0.14), span * rng.uniform(0.1, 0.3)
    y = np.linspace(-1, 1, 15)
    wide = r * np.interp(y, [-1, -0.9, -0.8, -0.3, 0, 0.3, 1], [1.3, 1.3, 0.8, 0.9, 1.5, 0.9, 0.7])
    path = np.stack((length - bow * y**2, y * span, np.full(15, r * 1.4)), 1)
    parts = [paint(sweep(path, circle(12), wide, across=(1, 0, 0)), _STEEL, gloss=0.9)]
    name, rgb, gloss = timber(rng)
    grip = rng.uniform(0.007, 0.0105)
    lines = ([0.8, 1.1, 0.9, 0.6, 0.5], [1, 1.3, 0.7, 0.6, 0.6], [0.9, 0.9, 0.8, 0.7, 0.6])
    line = lines[int(rng.integers(3))]
    parts.append(_shaft(0, length + r, grip, r * 1.4, line, rgb, gloss=gloss))
    return Model(parts=tuple(parts), color=name)


def _geologist(rng: np.random.Generator) -> Model:
    """Geologist's hammer of one piece of steel: a square face, a long pick or chisel."""
    length, span = rng.uniform(0.23, 0.29), rng.uniform(0.055, 0.08)
    thick = rng.uniform(0.009, 0.013)
    chisel, drop = rng.random() < 0.4, rng.uniform(0.0, 0.25) * span
    y = np.linspace(-0.75, 1.15, 16)
    size = np.interp(y, [-0.75, -0.72, -0.3, -0.25, 0.3, 1.15], [0.95, 1, 1, 0.85, 0.85, 0.08])
    across = np.where(y > 0.3, 0.85 + 0.25 * (y - 0.3), size) if chisel else size
    path = np.stack((length - drop * np.clip(y, 0, 2) ** 2, y * span, np.full(16, thick)), 1)
    scale = thick * np.stack((size, across), 1)
    tone = _STEEL if rng.random() < 0.7 else METAL
    parts = [paint(sweep(path, rectangle(0.25), scale, across=(1, 0, 0)), tone, gloss=0.9)]
    grip = length * rng.uniform(0.42, 0.55)
    rows = [(grip * 0.8, 0.007, 0.005), (length * 0.8, 0.006, 0.005), (length, 0.0085, 0.007)]
    parts.append(paint(rod(rows, section=rectangle(0.3), at=(0, 0, thick)), tone, gloss=0.9))
    name = pick(rng, ('blue', 'blue', 'red', 'black', 'orange', 'yellow', 'green'))
    t = np.linspace(0, 1, 26)
    wide = 0.0125 * smooth(t, [1.1, 0.95, 1.05, 0.85, 0.95])
    wide = wide * (1 - 0.08 * (np.arange(26) % 2))
    stations = np.stack((grip * t, wide, np.minimum(0.8 * wide, thick)), 1)
    handle = rod(stations, section=circle(14), at=(0, 0, thick))
    parts.append(paint(handle, shade(rng, name), gloss=0.3))
    return Model(parts=tuple(parts), color=name)


def _framing(rng: np.random.Generator) -> Model:
    """Framing hammer: a straight ripping claw, a long neck to its face, a curved handle."""
    length, span = rng.uniform(0.25, 0.295), rng.uniform(0.05, 0.065)
    thick = rng.uniform(0.012, 0.016)
    y = np.array([-1.1, -1.06, -0.85, -0.8, -0.35, -0.2, 0.25]) * span
    wide = thick * np.array([0.95, 1, 1, 0.6, 0.6, 0.9, 0.85])
    tone = _STEEL if rng.random() < 0.6 else _BLACK
    section = circle(14) if rng.random() < 0.5 else rectangle(0.55)
    parts = [hammer_head(length, y, np.stack((wide, wide), 1), thick, section, tone, gloss=0.8)]
    drop = rng.uniform(0, 0.18)
    for side in (-1, 1):
        knots = [(0, 0.15, 0.42), (0, 0.6, 0.45), (-drop * 0.4, 1.0, 0.6), (-drop, 1.35, 0.75)]
        path = loop([(length + span * a, span * b, thick * (1 + side * c)) for a, b, c in knots])
        scale = thick * np.linspace([0.7, 0.38], [0.1, 0.25], len(path))
        prong = sweep(path, rectangle(0.3), scale, across=(1, 0, 0))
        parts.append(paint(prong, tone, gloss=0.8))
    name, rgb, gloss = timber(rng)
    if rng.random() < 0.35:
        name = pick(rng, ('blue', 'yellow', 'red', 'black', 'orange'))
        rgb = shade(rng, name)
    curve = rng.uniform(0.008, 0.02) * rng.choice([-1, 1])
    line = [1.25, 1.0, 1.05, 0.85, 0.8]
    shaft = _shaft(0, length + 0.006, 0.0125, thick, line, rgb, curve=curve, gloss=gloss)
    return Model(parts=(*parts, shaft), color=name)


def _stubby(rng: np.random.Generator) -> Model:
    """Stubby claw hammer: a full head on a very short fat handle."""
    length, span = rng.uniform(0.11, 0.155), rng.uniform(0.042, 0.056)
    thick = rng.uniform(0.013, 0.017)
    y = np.array([-1, -0.96, -0.7, -0.6, -0.3, 0.3]) * span
    wide = thick * np.array([0.92, 1, 1, 0.7, 0.9, 0.8])
    tone = _STEEL if rng.random() < 0.6 else _BLACK
    parts = [hammer_head(length, y, np.stack((wide, wide), 1), thick, circle(16), tone)]
    drop = rng.uniform(0.25, 0.6)
    for side in (-1, 1):
        knots = [(0, 0.2, 0.42), (-0.05, 0.6, 0.45), (-drop * 0.4, 0.95, 0.6), (-drop, 1.2, 0.7)]
        path = loop([(length + span * a, span * b, thick * (1 + side * c)) for a, b, c in knots])
        scale = thick * np.linspace([0.7, 0.4], [0.1, 0.28], len(path))
        prong = sweep(path, rectangle(0.4), scale, across=(1, 0.2, 0))
        parts.append(paint(prong, tone, gloss=0.8))
    neck = length * rng.uniform(0.6, 0.78)
    parts.append(_shaft(neck * 0.9, length, 0.0085, thick, [1, 1], tone, gloss=0.8))
    name = pick(rng, (*_BRIGHT, 'black'))
    line = [1.1, 1.2, 0.9, 1.0, 0.8]
    r = min(rng.uniform(0.0125, 0.0155), thick)
    parts.append(_shaft(0, neck, r, thick, line, shade(rng, name)))
    if rng.random() < 0.6:
        cuff = _shaft(neck * 0.35, neck * 0.65, r * 1.08, thick, [1, 1], _BLACK, gloss=0.1)
        parts.append(cuff)
    return Model(parts=tuple(parts), color=name)


def _chipping(rng: np.random.Generator) -> Model:
    """Welder's chipping hammer: a point and a chisel, a handle of coiled steel wire."""
    length, span = rng.uniform(0.22, 0.28), rng.uniform(0.055, 0.08)
    r, coil = rng.uniform(0.0075, 0.01), rng.uniform(0.01, 0.013)
    y = np.array([-1, -0.4, -0.3, 0.3, 0.4, 1.0]) * span
    tall = r * np.array([0.1, 0.9, 1, 1, 0.9, 0.12])
    flat = r * np.array([0.1, 0.9, 1, 1, 0.9, rng.uniform(0.9, 1.4)])
    tone = _BLACK if rng.random() < 0.5 else _STEEL
    parts = [hammer_head(length, y, np.stack((tall, flat), 1), coil, circle(14), tone)]
    grip = length * rng.uniform(0.45, 0.58)
    shaft = _shaft(grip * 0.7, length, 0.0055, coil, [1, 1], tone, gloss=0.6)
    turns = rng.uniform(7, 11)
    t = np.linspace(0, 1, int(turns * 14))
    angle = 2 * np.pi * turns * t
    radius = (coil - 0.0022) * np.interp(t, [0, 0.08, 0.9, 1], [0.75, 1, 1, 0.55])
    spiral = np.stack((grip * t, radius * np.sin(angle), coil + radius * np.cos(angle)), 1)
    wire = sweep(spiral, circle(6), 0.0022, across=(1, 0, 0))
    name = pick(rng, ('', '', 'black', 'red', 'green', 'blue'))
    parts += [shaft, paint(wire, shade(rng, name) if name else METAL, gloss=0.8)]
    return Model(parts=tuple(parts), color=name)


def _chasing(rng: np.random.Generator) -> Model:
    """Jeweller's hammer: a wide thin face and a ball on long necks, a handle like a pear."""
    length, span = rng.uniform(0.19, 0.25), rng.uniform(0.028, 0.042)
    face, ball = span * rng.uniform(0.36, 0.5), span * rng.uniform(0.2, 0.28)
    angle = np.deg2rad(np.linspace(-60, 88, 8))
    y = np.array([-1, -0.97, -0.86, -0.7, -0.3, -0.2, 0.2, 0.3, 0.6]) * span
    wide = np.array([0.9, 1, 1, 0.3, 0.3, 0.42, 0.42, 0.3, 0.26]) * face
    y = np.concatenate((y, span * 0.68 + ball * (np.sin(angle) + 0.5)))
    wide = np.concatenate((wide, ball * np.cos(angle)))
    tone = METAL if rng.random() < 0.7 else (0.76, 0.58, 0.25)
    parts = [hammer_head(length, y, np.stack((wide, wide), 1), face, circle(18), tone, gloss=0.95)]
    name, rgb, gloss = timber(rng)
    line = [0.9, 1.15, 1.0, 0.6, 0.35, 0.3, 0.33, 0.4]
    r = min(rng.uniform(0.011, 0.015), face * 1.2)
    parts.append(_shaft(0, length + 0.006, r, face, line, rgb, gloss=gloss))
    return Model(parts=tuple(parts), color=name)


def _shaft(
    start: float,
    end: float,
    radius: float,
    height: float,
    line: Sequence[float],
    rgb: Sequence[float],
    *,
    curve: float = 0.0,
    gloss: float = 0.3,
) -> Part:
    """Handle along x, oval across; line: its relative radius from end to head."""
    t = np.linspace(0, 1, 18)
    wide = radius * smooth(t, line) * np.interp(t, [0, 0.04], [0.75, 1])
    y = curve * np.sin(2 * np.pi * t) * (1 - t)
    path = np.stack((start + (end - start) * t, y, np.full(18, height)), 1)
    scale = np.stack((wide, np.minimum(0.85 * wide, height)), 1)
    return paint(sweep(path, circle(14), scale, across=(0, 1, 0)), rgb, gloss=gloss)


HAMMERS: tuple[Design, ...] = (
    _tack,
    _geologist,
    _framing,
    _stubby,
    _chipping,
    _chasing,
)
