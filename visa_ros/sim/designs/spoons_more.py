"""More designs of spoons, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.dish_forms import (
    colored,
    flat_section,
    plain,
    PLASTIC_COLORS,
    ring,
    sheet,
    smooth,
    stations,
    steel,
)
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.finish import METAL, paint
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    loop,
    Model,
    move,
    Part,
    rectangle,
    sphere,
    stretch,
    sweep,
    turn,
)

_BRIGHT = ('red', 'blue', 'green', 'yellow', 'orange', 'pink', 'purple')


def _spade(rng: np.random.Generator) -> Model:
    """Ice-cream spoon: a bowl like a small spade, cut straight in front, a slim stem."""
    length, wide = rng.uniform(0.1, 0.16), rng.uniform(0.012, 0.018)
    bowl, thick = wide * rng.uniform(2.0, 2.7), rng.uniform(0.0014, 0.0022)
    x = bowl * stations(20)
    t = x / bowl
    half = (
        wide * np.clip(t / 0.06, 0.75, 1) * np.sqrt(np.clip(1 - t ** rng.uniform(3, 6), 0.01, 1))
    )
    deep = rng.uniform(0.003, 0.006)
    head = sheet(
        x, half, thick, rise=deep + thick / 2, sag=deep * np.sin(np.pi * (0.1 + 0.85 * t))
    )
    stem = _strip(rng, bowl * 0.96, length, deep, thick)
    finish = steel(rng) if rng.random() < 0.6 else colored(rng, PLASTIC_COLORS)
    return plain([head, stem], finish)


def _bar(rng: np.random.Generator) -> Model:
    """Bar spoon: a small bowl on a long twisted rod that ends in a disc, a drop or a ball."""
    length, bowl = rng.uniform(0.22, 0.31), rng.uniform(0.028, 0.042)
    wide, deep = bowl * rng.uniform(0.3, 0.4), rng.uniform(0.005, 0.009)
    head = _bowl(bowl, wide, deep, egg=rng.uniform(1, 1.3))
    r, count = rng.uniform(0.0018, 0.003), 46
    t = np.linspace(0, 1, count)
    twist = np.where((t > 0.15) & (t < rng.uniform(0.6, 0.95)), 0.22, 0.0)
    scale = r * np.stack((1 + twist * (-1) ** np.arange(count), 1 + 0 * t), 1)
    x, z = bowl * 0.95 + (length - bowl) * t, deep + (r + 0.001 - deep) * t
    rod = sweep(np.stack((x, 0 * x, z), 1), rectangle(0.5), scale, across=(0, 1, 0))
    knob, kind = rng.uniform(0.006, 0.011), int(rng.integers(3))
    if kind == 0:
        end = move(turn(cylinder(knob, 0.003, bevel=0.0006, segments=18), 'y', 90), (0, 0, r))
    elif kind == 1:
        end = move(sphere(knob * 0.7, rings=9, segments=14), (0, 0, r))
    else:
        end = move(stretch(sphere(knob * 0.6, rings=9, segments=14), (2.4, 1, 1)), (0.006, 0, r))
    return plain([head, rod, move(end, (length * 0.995, 0, 0))], steel(rng))


def _shell(rng: np.random.Generator) -> Model:
    """Sugar spoon: a broad bowl fluted like a shell, a short ornate handle."""
    length, bowl = rng.uniform(0.095, 0.145), rng.uniform(0.036, 0.048)
    wide, deep = bowl * rng.uniform(0.46, 0.62), rng.uniform(0.006, 0.011)
    head = _bowl(bowl, wide, deep, egg=rng.uniform(1.0, 1.4), columns=17)
    ribs, points = int(rng.integers(5, 9)), head.vertices.copy()
    angle = np.arctan2(points[:, 1], bowl * 1.15 - points[:, 0])
    reach = np.clip(np.hypot(points[:, 1], bowl - points[:, 0]) / bowl, 0, 1)
    points[:, 2] += 0.0016 * reach * np.cos(2 * ribs * angle)
    points[:, 0] += 0.0016 * np.cos(2 * ribs * angle) * np.clip(1 - points[:, 0] / bowl, 0, 1)
    head = replace(head, vertices=points)
    lines = ([0.4, 0.3, 0.6, 0.35, 0.9, 1.1, 0.6], [0.5, 0.3, 0.3, 0.5, 0.8, 1.2, 0.9])
    handle = _strip(rng, bowl * 0.95, length, deep, 0.002, line=lines[int(rng.integers(2))])
    return plain([head, handle], steel(rng))


def _baby(rng: np.random.Generator) -> Model:
    """Baby's spoon: a small bowl whose round wire handle bends back into a wide loop."""
    bowl, wide = rng.uniform(0.034, 0.046), rng.uniform(0.011, 0.016)
    deep, r = rng.uniform(0.005, 0.009), rng.uniform(0.0018, 0.0042)
    head = _bowl(bowl, wide, deep, egg=rng.uniform(1, 1.3), thick=0.0018)
    long, broad, neck = rng.uniform(0.035, 0.06), rng.uniform(0.013, 0.022), rng.uniform(0, 0.025)
    x0 = bowl * 0.96
    turns = np.linspace(np.pi, 3 * np.pi, 22)
    x = x0 + neck + long / 2 * (1 + np.cos(turns))
    y, z = broad * np.sin(turns), np.full(22, r)
    z += (deep - r) * np.clip(1 - (x - x0) / 0.02, 0, 1)
    ring_ = sweep(np.stack((x, y, z), 1), circle(10), r, across=(0, 0, 1))
    link = loop([(x0, 0, deep), (x0 + neck * 0.6, 0, z[0]), (x[0] + r, 0, z[0])], count=6)
    finish = steel(rng) if rng.random() < 0.4 else colored(rng, _BRIGHT, 0.5)
    bits = [ring_, sweep(link, circle(10), r * 1.05, across=(0, 1, 0))]
    if finish[0] in _BRIGHT and rng.random() < 0.4:
        return Model(
            parts=(paint(head, METAL, gloss=0.9), *plain(bits, finish).parts), color=finish[0]
        )
    return plain([head, *bits], finish)


def _child(rng: np.random.Generator) -> Model:
    """Toddler's spoon: a stubby bowl, a plump bright handle, with the ears of an animal."""
    bowl, wide = rng.uniform(0.036, 0.048), rng.uniform(0.013, 0.018)
    length, fat = bowl + rng.uniform(0.06, 0.095), rng.uniform(0.007, 0.011)
    deep = rng.uniform(0.006, 0.009)
    head = _bowl(bowl, wide, deep, egg=1.1, thick=0.0022)
    x = bowl * 0.95 + (length - bowl * 0.95) * stations(20)
    u = (x - x[0]) / (x[-1] - x[0])
    lines = (
        [0.4, 0.5, 0.9, 1, 0.9, 1.2],
        [0.4, 0.7, 0.9, 0.7, 0.9, 1.4],
        [0.5, 1, 0.8, 1, 0.8, 1],
    )
    line = smooth(u, lines[int(rng.integers(3))])
    ends = np.sqrt(np.clip(np.minimum(u, 1 - u) / 0.12, 0.1, 1))
    rise = deep + (fat * 0.7 - deep) * u
    grip = sheet(x, fat * line * ends, fat * 1.4 * ends, rise=rise, section=circle(14))
    name, rgb, gloss = colored(rng, _BRIGHT, 0.5)
    parts = [paint(grip, rgb, gloss=gloss)]
    tone = METAL if rng.random() < 0.5 else colored(rng, (*_BRIGHT, 'white'))[1]
    parts.append(paint(head, tone, gloss=0.8))
    knob = stretch(sphere(fat * 1.3, rings=10, segments=16), (1, 1, 0.55))
    ear = stretch(sphere(fat * 0.55, rings=8, segments=12), (1, 1, 0.8))
    parts.append(paint(move(knob, (length, 0, fat * 0.7)), rgb, gloss=gloss))
    for side in (-1, 1):
        at = (length + fat * 0.9, side * fat * 1.0, fat * 0.7)
        parts.append(paint(move(ear, at), rgb, gloss=gloss))
    return Model(parts=tuple(parts), color=name)


def _fan(rng: np.random.Generator) -> Model:
    """Three to five measuring spoons of falling size, fanned out from a ring."""
    count, big = int(rng.integers(3, 6)), rng.uniform(0.013, 0.019)
    arm, step = rng.uniform(0.055, 0.085), rng.uniform(20, 32)
    metal = rng.random() < 0.4
    name, rgb, gloss = steel(rng) if metal else colored(rng, PLASTIC_COLORS)
    many = not metal and rng.random() < 0.5
    parts = []
    for k in range(count):
        b = big * 0.84**k
        bowl = move(_bowl(2 * b, b, b * 0.7, egg=1.0, columns=5), (arm, 0, 0))
        x = np.linspace(0, arm + 0.002, 5)
        bar = sheet(x, rng.uniform(0.004, 0.006), 0.0016, rise=b * 0.7, section=flat_section(3))
        tone = colored(rng, _BRIGHT)[1] if many else rgb
        angle = step * (k - (count - 1) / 2)
        parts += [paint(turn(p, 'z', angle), tone, gloss=gloss) for p in (bowl, bar)]
    tie = move(ring(rng.uniform(0.008, 0.014), 0.0012), (-0.006, 0, big * 0.55))
    parts.append(paint(tie, METAL, gloss=0.9))
    return Model(parts=tuple(parts), color='' if many else name)


def _bowl(
    long: float,
    wide: float,
    deep: float,
    *,
    egg: float = 1.2,
    thick: float = 0.0016,
    columns: int = 7,
) -> Part:
    """Hollow oval from x = 0 along x, its rim at the height `deep`; wide: half its width."""
    x = long * stations(22)
    oval = np.sqrt(np.clip(1 - (2 * (x / long) ** egg - 1) ** 2, 0.004, 1))
    return sheet(
        x,
        wide * oval,
        thick,
        rise=deep + thick / 2,
        sag=deep * oval**1.5,
        flat=2.3,
        section=flat_section(columns),
    )


def _strip(
    rng: np.random.Generator,
    start: float,
    end: float,
    high: float,
    thick: float,
    *,
    line: Sequence[float] = (0.4, 0.35, 0.4, 0.6, 0.85, 1.0),
) -> Part:
    """Flat handle from the height `high` of a rim down to the table."""
    x = start + (end - start) * stations(24)
    u = (x - start) / (end - start)
    half = rng.uniform(0.0055, 0.0085) * smooth(u, line)
    half = half * np.sqrt(np.clip((1 - u) / 0.06, 0.08, 1))
    arch = rng.uniform(0, 0.008)
    rise = thick / 2 + smooth(u, [high, high + arch, high * 0.5 + arch, 0])
    return sheet(x, half, thick * 1.2, rise=rise, section=flat_section(5))


SPOONS: tuple[Design, ...] = (
    _spade,
    _bar,
    _shell,
    _baby,
    _child,
    _fan,
)
