"""More designs of forks, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.dish_forms import (
    colored,
    flat_section,
    plain,
    PLASTIC_COLORS,
    sheet,
    smooth,
    stations,
    steel,
    timber,
)
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.finish import METAL, paint
from visa_ros.sim.shapes import circle, cylinder, loop, Model, move, Part, rectangle, sweep

_BRIGHT = ('red', 'blue', 'green', 'yellow', 'orange', 'pink', 'purple')


def _modern(rng: np.random.Generator) -> Model:
    """Modern table fork: square shoulders, parallel tines, a straight bar for a handle."""
    length, count = rng.uniform(0.17, 0.215), int(rng.integers(3, 6))
    spread, tine = rng.uniform(0.009, 0.014), rng.uniform(0.03, 0.065)
    neck, thick = rng.uniform(0.0025, 0.0055), rng.uniform(0.002, 0.003)
    palm = rng.uniform(0.02, 0.035)
    head = _tines(count, tine, spread, palm=palm, neck=neck, thick=thick, power=4, blunt=0.9)
    x = np.linspace(tine + palm * 0.96, length, 6)
    end = rng.uniform(0.003, 0.007)
    half = np.linspace(neck, end, 6)
    bar = sweep(
        np.stack((x, 0 * x, np.full(6, thick / 2)), 1),
        rectangle(0.2),
        np.stack((half, np.full(6, thick * rng.uniform(0.6, 1.2))), 1),
        across=(0, 1, 0),
    )
    return plain([*head, bar], steel(rng))


def _fondue(rng: np.random.Generator) -> Model:
    """Fondue fork: a long thin rod, three tiny tines, a handle with a coloured end."""
    length, count = rng.uniform(0.22, 0.29), 3
    tine, spread, r = (
        rng.uniform(0.018, 0.03),
        rng.uniform(0.005, 0.008),
        rng.uniform(0.0015, 0.002),
    )
    palm = rng.uniform(0.008, 0.014)
    head = _tines(count, tine, spread, palm=palm, neck=r, thick=2 * r)
    grip = rng.uniform(0.07, 0.1)
    high = rng.uniform(0.0045, 0.007)
    path = loop(
        [(tine + palm * 0.9, 0, r), (length * 0.5, 0, r * 1.5), (length - grip * 0.9, 0, high)],
        count=8,
    )
    parts = [
        paint(p, METAL, gloss=0.9) for p in (*head, sweep(path, circle(8), r, across=(0, 1, 0)))
    ]
    finish = timber(rng) if rng.random() < 0.5 else colored(rng, ('black', 'red', 'white'))
    x = length - grip + grip * np.linspace(0, 1, 10)
    wide = high * np.interp(np.arange(10), [0, 1, 5, 8, 9], [0.5, 0.8, 0.9, 1, 0.6])
    grip_path = np.stack((x, 0 * x, np.full(10, high)), 1)
    parts.append(paint(sweep(grip_path, circle(12), wide, across=(0, 1, 0)), finish[1], gloss=0.3))
    tone = colored(rng, _BRIGHT)[1]
    dot = sweep(
        grip_path[-2:] + np.array([0.004, 0, 0]), circle(12), wide[-2:] * 1.04, across=(0, 1, 0)
    )
    parts.append(paint(dot, tone, gloss=0.6))
    return Model(parts=tuple(parts), color='')


def _trident(rng: np.random.Generator) -> Model:
    """Oyster or cocktail fork: short, tines that spread like a trident, a slender handle."""
    length, spread = rng.uniform(0.11, 0.15), rng.uniform(0.008, 0.012)
    tine, palm = rng.uniform(0.02, 0.032), rng.uniform(0.012, 0.02)
    thick, neck = 0.002, rng.uniform(0.002, 0.003)
    count = 3
    flare = rng.uniform(0.1, 0.4)
    head = _tines(count, tine, spread, palm=palm, neck=neck, thick=thick, flare=flare, rise=0.004)
    x = tine + palm * 0.95 + (length - tine - palm * 0.95) * stations(20)
    u = (x - x[0]) / (x[-1] - x[0])
    lines = (
        [0.45, 0.4, 0.5, 0.9, 1.2, 0.7],
        [0.5, 0.5, 0.5, 0.6, 0.6, 1.2],
        [0.5, 1, 0.4, 0.6, 1, 1],
    )
    half = 0.0055 * smooth(u, lines[int(rng.integers(3))])
    half = half * np.sqrt(np.clip((1 - u) / 0.06, 0.08, 1))
    rise = thick / 2 + 0.006 * np.sin(np.pi * u)
    stem = sheet(x, half, thick, rise=rise, section=flat_section(5))
    return plain([*head, stem], steel(rng))


def _pastry(rng: np.random.Generator) -> Model:
    """Pastry fork: one of its tines broad to cut with, a straight or a waisted handle."""
    length, spread = rng.uniform(0.13, 0.175), rng.uniform(0.0095, 0.0135)
    tine, palm = rng.uniform(0.026, 0.042), rng.uniform(0.022, 0.034)
    neck, thick = rng.uniform(0.0025, 0.0035), 0.002
    count = int(rng.choice([3, 4]))
    head = _tines(count, tine, spread, palm=palm, neck=neck, thick=thick, rise=0.003)[:-1]
    x = np.linspace(0, tine * 1.03, 10)
    low = spread * np.interp(x / tine, [0, 0.25, 1], [0.75, 1.0, 1.0])
    high = np.full(10, spread * (1 - 1.3 / count))
    middle = (low + high) / 2
    rise = thick / 2 + 0.003 * (1 - x / tine) ** 2
    cutter = sheet(x, low - middle, thick, middle=middle, rise=rise, section=flat_section(4))
    along = tine + palm * 0.95 + (length - tine - palm * 0.95) * stations(18)
    u = (along - along[0]) / (along[-1] - along[0])
    lines = ([0.4, 0.5, 0.75, 1.0], [0.4, 0.3, 1.0, 0.9], [0.5, 0.9, 0.6, 1.1])
    half = rng.uniform(0.006, 0.009) * smooth(u, lines[int(rng.integers(3))])
    half = half * np.sqrt(np.clip((1 - u) / 0.06, 0.08, 1))
    arch = thick / 2 + rng.uniform(0.003, 0.01) * np.sin(np.pi * u)
    stem = sheet(along, half, thick, rise=arch, section=flat_section(5))
    return plain([*head, cutter, stem], steel(rng))


def _child(rng: np.random.Generator) -> Model:
    """Toddler's fork: short blunt tines, a plump bright handle."""
    tine, spread = rng.uniform(0.02, 0.03), rng.uniform(0.01, 0.013)
    palm, count = rng.uniform(0.018, 0.026), int(rng.choice([3, 4]))
    head = _tines(count, tine, spread, palm=palm, neck=0.005, thick=0.0024, blunt=1.0, rise=0.004)
    fat, start = rng.uniform(0.007, 0.0105), tine + palm * 0.85
    name, rgb, gloss = colored(rng, _BRIGHT, 0.5)
    x = start + rng.uniform(0.065, 0.1) * stations(20)
    u = (x - x[0]) / (x[-1] - x[0])
    lines = ([0.5, 0.6, 0.9, 1, 1.1, 1.2], [0.5, 1, 0.7, 1, 0.7, 1.1], [0.6, 0.8, 1, 1, 0.8, 0.7])
    ends = np.sqrt(np.clip(np.minimum(u, 1 - u) / 0.12, 0.1, 1))
    half = fat * smooth(u, lines[int(rng.integers(3))]) * ends
    lift = 0.0012 + fat * 0.65 * u
    parts = [paint(sheet(x, half, fat * 1.3 * ends, rise=lift, section=circle(14)), rgb)]
    tone = METAL if rng.random() < 0.55 else colored(rng, (*_BRIGHT, 'white'))[1]
    parts += [paint(p, tone, gloss=0.8) for p in head]
    for at in (0.3, 0.5, 0.7) if rng.random() < 0.5 else ():
        high = np.interp(at, u, lift) + fat * 0.5
        dot = cylinder(fat * 0.4, fat * 0.22, bevel=0.0005, segments=12)
        spot = colored(rng, (*_BRIGHT, 'white'))[1]
        parts.append(paint(move(dot, (np.interp(at, u, x), 0, high)), spot, gloss=gloss))
    return Model(parts=tuple(parts), color=name)


def _chip(rng: np.random.Generator) -> Model:
    """Chip-shop fork: a small flat slip of wood or plastic with three prongs."""
    length, spread = rng.uniform(0.08, 0.11), rng.uniform(0.009, 0.013)
    count = 3
    tine, palm, thick = length * rng.uniform(0.28, 0.36), length * 0.2, rng.uniform(0.0014, 0.0022)
    neck = spread * rng.uniform(0.4, 0.7)
    head = _tines(count, tine, spread, palm=palm, neck=neck, thick=thick, fill=0.62)
    x = tine + palm * 0.95 + (length - tine - palm * 0.95) * stations(16)
    u = (x - x[0]) / (x[-1] - x[0])
    half = neck * smooth(u, [1, 1, 1.1, rng.uniform(1.2, 1.7)])
    half = half * np.sqrt(np.clip((1 - u) / 0.15, 0.08, 1))
    stem = sheet(x, half, thick, rise=thick / 2, section=flat_section(5))
    finish = timber(rng) if rng.random() < 0.6 else colored(rng, PLASTIC_COLORS)
    return plain([*head, stem], finish)


def _tines(
    count: int,
    tine: float,
    spread: float,
    *,
    palm: float,
    neck: float,
    thick: float,
    power: float = 2.0,
    blunt: float = 0.4,
    flare: float = 0.0,
    rise: float = 0.0,
    fill: float = 0.5,
) -> list[Part]:
    """Palm from x = tine on, from the half width spread to neck, and before it the tines."""
    x = tine + palm * stations(14)
    u = (x - tine) / palm
    half = neck + (spread - neck) * np.cos(np.pi / 2 * u**power)
    parts = [sheet(x, half, thick, rise=thick / 2, section=flat_section(5))]
    pitch = 2 * spread / (count - 1 + fill)
    run = np.linspace(0, tine * 1.03, 10)
    width = fill * pitch / 2 * np.interp(run / tine, [0, 0.05, 0.3, 1], [0.3 * blunt, blunt, 1, 1])
    lift = thick / 2 + rise * (1 - run / (1.03 * tine)) ** 2
    for k in range(count):
        y = (k - (count - 1) / 2) * pitch
        middle = y * (1 + flare * (1 - run / (1.03 * tine)))
        parts.append(sheet(run, width, thick, middle=middle, rise=lift, section=flat_section(4)))
    return parts


FORKS: tuple[Design, ...] = (
    _modern,
    _fondue,
    _trident,
    _pastry,
    _child,
    _chip,
)
