"""Many designs of hammers and screwdrivers, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.thing_forms import lobed, plan_of, rod
from visa_ros.sim.finish import METAL, middles, paint, pick, shade
from visa_ros.sim.shapes import circle, loop, Model, move, Part, rectangle, sweep, turn

_GRIPS = ('red', 'yellow', 'orange', 'blue', 'green', 'black', 'purple', 'gray')
_WOODS = ((0.62, 0.43, 0.22), (0.5, 0.31, 0.14), (0.72, 0.55, 0.33))
_STEEL = (0.4, 0.41, 0.43)


def hammer(rng: np.random.Generator) -> Model:
    """Claw, ball, wedge or block head of steel, rubber or wood."""
    return one_of(rng, _HAMMERS)


def screwdriver(rng: np.random.Generator) -> Model:
    """Striped, soft, thin, wooden or insulated."""
    return one_of(rng, _SCREWDRIVERS)


def _claw(rng: np.random.Generator) -> Model:
    """Round face and a curved claw of two prongs."""
    length, span = rng.uniform(0.19, 0.27), rng.uniform(0.045, 0.065)
    thick = span * rng.uniform(0.22, 0.28)
    parts, name = _handle(rng, length, thick)
    tone = _STEEL if rng.random() < 0.75 else (0.1, 0.1, 0.11)
    y = np.array([-1, -0.78, -0.74, -0.4, -0.25, 0.3]) * span
    wide = thick * np.array([1, 1, 0.62, 0.62, 0.95, 0.9])
    parts.append(hammer_head(length, y, np.stack((wide, wide), 1), thick, rectangle(0.5), tone))
    drop, spread = span * rng.uniform(0.15, 0.55), thick * rng.uniform(0.5, 0.75)
    for side in (-1, 1):
        curve = [(0.0, 0.2, 0.45), (-0.1, 0.6, 0.5), (-0.4, 0.95, 0.75), (-1, 1.3, 1)]
        path = loop([(drop * a, span * b, side * spread * c) for a, b, c in curve], count=9)
        scale = np.linspace([0.75, 0.5], [0.12, 0.36], 9) * thick
        prong = sweep(path, rectangle(0.4), scale, across=(1, 0.2, 0))
        parts.append(paint(move(prong, (length, 0, thick)), tone, gloss=0.85))
    return _laid(rng, parts, name)


def _ball_peen(rng: np.random.Generator) -> Model:
    """Machinist's hammer: a flat face and a ball."""
    length, span = rng.uniform(0.19, 0.27), rng.uniform(0.035, 0.055)
    thick = span * rng.uniform(0.3, 0.38)
    parts, name = _handle(rng, length, thick)
    y = np.array([-1, -0.95, -0.65, -0.55, -0.35, 0.35, 0.45])
    wide = np.array([0.9, 1, 1, 0.7, 0.9, 0.9, 0.6])
    angle = np.deg2rad(np.linspace(-40, 88, 8))
    y = np.concatenate((y, 0.72 + 0.3 * np.sin(angle))) * span
    wide = np.concatenate((wide, 0.85 * np.cos(angle))) * thick
    parts.append(hammer_head(length, y, np.stack((wide, wide), 1), thick, circle(16), _STEEL))
    return _laid(rng, parts, name)


def _cross_peen(rng: np.random.Generator) -> Model:
    """Engineer's hammer: a square block that narrows to a wedge."""
    length, span = rng.uniform(0.19, 0.27), rng.uniform(0.04, 0.06)
    thick = span * rng.uniform(0.22, 0.32)
    parts, name = _handle(rng, length, thick)
    tone = _STEEL if rng.random() < 0.6 else (0.09, 0.09, 0.1)
    y = np.array([-1, -0.96, -0.35, 0.35, 1]) * span
    wide = thick * np.array([[0.9, 0.9], [1, 1], [1, 1], [1, 1], [0.12, 1]])
    wide = wide[:, ::-1] if rng.random() < 0.4 else wide
    parts.append(hammer_head(length, y, wide, thick, rectangle(0.2), tone))
    return _laid(rng, parts, name)


def _club(rng: np.random.Generator) -> Model:
    """Lump hammer: a heavy block with two faces on a short handle."""
    length, span = rng.uniform(0.18, 0.28), rng.uniform(0.045, 0.06)
    thick = span * rng.uniform(0.4, 0.55)
    parts, name = _handle(rng, length, thick)
    y = np.array([-1, -0.85, -0.8, 0.8, 0.85, 1]) * span
    wide = thick * np.array([0.75, 0.98, 1, 1, 0.98, 0.75])
    tone = _STEEL if rng.random() < 0.5 else (0.09, 0.09, 0.1)
    section = rectangle(rng.uniform(0.2, 0.55))
    parts.append(hammer_head(length, y, np.stack((wide, wide), 1), thick, section, tone))
    return _laid(rng, parts, name, upright=0.3)


def _soft_faced(rng: np.random.Generator) -> Model:
    """Dead-blow hammer: two plastic faces of unlike colours on a metal middle."""
    length, span = rng.uniform(0.19, 0.27), rng.uniform(0.045, 0.06)
    thick = span * rng.uniform(0.32, 0.45)
    parts, name = _handle(rng, length, thick)
    wide = thick * np.array([0.7, 0.8, 0.8, 0.7])
    y = np.array([-0.5, -0.45, 0.45, 0.5]) * span
    parts.append(hammer_head(length, y, np.stack((wide, wide), 1), thick, circle(18), METAL))
    for side, color in zip((-1, 1), rng.choice([*_GRIPS, 'white'], 2).tolist(), strict=True):
        wide = thick * np.array([0.75, 1, 1, 0.88])[::side]
        y = np.sort(side * np.array([0.45, 0.47, 0.92, 1])) * span
        scale = np.stack((wide, wide), 1)
        tone = shade(rng, color)
        parts.append(hammer_head(length, y, scale, thick, circle(18), tone, gloss=0.4))
    return _laid(rng, parts, name, upright=0.2)


def _striped(rng: np.random.Generator) -> Model:
    """Fluted clear-coated handle with stripes of a second colour, a bolster, any tip."""
    grip, r = rng.uniform(0.07, 0.11), rng.uniform(0.011, 0.017)
    name, other = rng.choice(_GRIPS, 2, replace=False).tolist()
    x = grip * np.array([0, 0.03, 0.1, 0.75, 0.8, 0.88, 0.93, 1])
    radius = r * np.array([0.55, 0.85, 1, 1, 0.75, 0.75, 0.95, 0.6])
    count = int(rng.choice([6, 8, 10]))
    body = rod(np.stack((x, radius), 1), section=lobed(30, count, 0.06), at=(0, 0, r))
    middle = body.vertices[body.faces].mean(1)
    angle = np.arctan2(middle[:, 1], middle[:, 2] - r)
    second = (np.cos(angle * count / 2) > 0.55) & (middles(body, 0) < 0.78 * grip)
    parts = [paint(replace(body, faces=body.faces[~second]), shade(rng, name), gloss=0.8)]
    parts.append(paint(replace(body, faces=body.faces[second]), shade(rng, other), gloss=0.8))
    parts += _blade(rng, grip, rng.uniform(0.08, 0.2), rng.uniform(0.0025, 0.0045), r)
    return Model(parts=tuple(parts), color=name)


def _soft_grip(rng: np.random.Generator) -> Model:
    """Bulging handle of two plastics: a colour with dark soft pads, a thumb collar."""
    grip, r = rng.uniform(0.09, 0.125), rng.uniform(0.014, 0.02)
    name = pick(rng, _GRIPS)
    t = np.linspace(0, 1, 16)
    knots = [0, 0.05, 0.15, rng.uniform(0.35, 0.5), 0.72, 0.86, 0.95, 1]
    radius = r * np.interp(t, knots, [0.6, 0.85, 0.92, 1, 0.7, 0.6, 0.85, 0.5])
    section = circle(24) if rng.random() < 0.5 else plan_of(1.9, 1.9, 0.7, count=24)
    body = rod(np.stack((t * grip, radius), 1), section=section, at=(0, 0, r))
    along = middles(body, 0) / grip
    bands = rng.random() < 0.5
    soft = (np.abs(along - 0.4) < 0.28) if bands else np.abs(middles(body, 1)) > 0.45 * r
    soft &= (along > 0.06) & (along < 0.93)
    dark = shade(rng, 'black' if name != 'black' else pick(rng, ('gray', 'red', 'yellow')))
    parts = [paint(replace(body, faces=body.faces[~soft]), shade(rng, name), gloss=0.5)]
    parts.append(paint(replace(body, faces=body.faces[soft]), dark, gloss=0.1))
    parts += _blade(rng, grip, rng.uniform(0.07, 0.19), rng.uniform(0.0025, 0.004), r)
    return Model(parts=tuple(parts), color='' if not bands else name)


def _precision(rng: np.random.Generator) -> Model:
    """Watchmaker's driver: a thin ribbed handle with a cap that turns."""
    grip, r = rng.uniform(0.06, 0.1), rng.uniform(0.004, 0.0065)
    name = pick(rng, (*_GRIPS, '', ''))
    tone = shade(rng, name) if name else METAL
    x = np.array([0, 0.02, 0.05, 0.06, 0.1, 0.11])
    cap = rod(
        np.stack((grip * x, r * np.array([0.9, 1.25, 1.25, 0.6, 0.6, 0.9])), 1),
        at=(0, 0, r * 1.25),
    )
    ribs = np.linspace(0.11, 0.9, 21)
    radius = r * np.where(np.arange(21) % 2 == 0, 1, 0.88)
    stations = [*zip(grip * ribs, radius, strict=True), (grip, r * 0.5)]
    body = rod(stations, section=circle(12), at=(0, 0, r * 1.25))
    trim = METAL if name else (0.1, 0.1, 0.11)
    parts = [paint(cap, trim, gloss=0.8), paint(body, tone, gloss=0.7)]
    parts += _blade(rng, grip, rng.uniform(0.03, 0.07), rng.uniform(0.0012, 0.002), r * 1.25)
    return Model(parts=tuple(parts), color=name)


def _wooden(rng: np.random.Generator) -> Model:
    """Old driver: an oval turned handle of wood, a steel ferrule, a flat blade."""
    grip, r = rng.uniform(0.08, 0.12), rng.uniform(0.013, 0.018)
    t = np.linspace(0, 1, 14)
    radius = r * np.interp(t, [0, 0.08, 0.3, 0.6, 0.85, 1], [0.5, 0.85, 1, 0.85, 0.5, 0.5])
    rows = np.stack((t * grip, radius, radius * rng.uniform(0.8, 1)), 1)
    painted = rng.random() < 0.3
    name = pick(rng, ('red', 'black', 'green')) if painted else 'brown'
    tone = shade(rng, name) if painted else _WOODS[int(rng.integers(3))]
    parts = [paint(rod(rows, at=(0, 0, r)), tone, gloss=0.4)]
    ferrule = rod(
        [(grip * 0.93, r * 0.55), (grip * 1.12, r * 0.45), (grip * 1.13, r * 0.3)], at=(0, 0, r)
    )
    brass = (0.72, 0.56, 0.22) if rng.random() < 0.4 else METAL
    parts.append(paint(ferrule, brass, gloss=0.9))
    parts += _blade(rng, grip, rng.uniform(0.07, 0.18), rng.uniform(0.003, 0.0045), r, flat=True)
    return Model(parts=tuple(parts), color=name)


def _insulated(rng: np.random.Generator) -> Model:
    """Electrician's driver: a red or orange sleeve down the blade, a guard on the handle."""
    grip, r, shaft = rng.uniform(0.08, 0.11), rng.uniform(0.012, 0.017), rng.uniform(0.06, 0.15)
    name, other = pick(rng, ('red', 'orange', 'yellow')), pick(rng, ('yellow', 'black', 'blue'))
    x = grip * np.array([0, 0.05, 0.3, 0.7, 0.85, 0.9, 0.96, 1])
    radius = r * np.array([0.6, 0.9, 1, 0.8, 0.8, 1.25, 1.2, 0.4])
    body = rod(
        np.stack((x, radius), 1), section=circle(6) if rng.random() < 0.4 else None, at=(0, 0, r)
    )
    parts = [paint(body, shade(rng, other if other != name else 'black'), gloss=0.4)]
    thin = rng.uniform(0.0022, 0.0035)
    sleeve = rod([(grip, thin * 1.6), (grip + shaft * 0.82, thin * 1.5)], at=(0, 0, r))
    parts.append(paint(sleeve, shade(rng, name), gloss=0.4))
    parts += _blade(rng, grip, shaft, thin, r)
    return Model(parts=tuple(parts), color='')


_HAMMERS = (_claw, _claw, _ball_peen, _cross_peen, _club, _soft_faced)
_SCREWDRIVERS = (_striped, _soft_grip, _precision, _wooden, _insulated)


def _handle(
    rng: np.random.Generator, length: float, height: float, *, wooden: bool = False
) -> tuple[list[Part], str]:
    """Handle along +x from the origin to the head, and the name of its colour."""
    r, kind = rng.uniform(0.009, 0.0145), 0 if wooden else int(rng.integers(3))
    r, t = min(r, height * 0.95), np.linspace(0, 1, 14)
    swell = np.interp(t, [0, 0.04, 0.2, 0.4, 0.65, 1], [0.7, 1.1, 1, 1.1, 0.7, 0.72])
    name = pick(rng, _GRIPS)
    if kind == 0:
        rows = np.stack((t * length, r * swell, 0.8 * r * swell), 1)
        tone = _WOODS[int(rng.integers(3))]
        return [paint(rod(rows, section=circle(14), at=(0, 0, height)), tone, gloss=0.3)], 'brown'
    metal = _STEEL if kind == 1 else shade(rng, pick(rng, ('black', 'yellow', 'gray')))
    shaft = rod(
        [(length * 0.3, r * 0.6), (length, r * 0.55)], section=circle(12), at=(0, 0, height)
    )
    wide = r * swell * (1 - 0.08 * (np.arange(14) % 2) * rng.integers(0, 2))
    rows = np.stack((t * length * rng.uniform(0.35, 0.55), 1.1 * wide, 0.9 * wide), 1)
    grip = rod(rows, section=rectangle(0.4), at=(0, 0, height))
    return [paint(shaft, metal, gloss=0.7), paint(grip, shade(rng, name), gloss=0.2)], name


def hammer_head(
    length: float,
    y: np.ndarray,
    scale: np.ndarray,
    height: float,
    section: np.ndarray,
    rgb: Sequence[float],
    *,
    gloss: float = 0.85,
) -> Part:
    """Head across the end of the handle, along y."""
    path = np.stack((np.full(len(y), length), y, np.full(len(y), height)), 1)
    return paint(sweep(path, section, scale, across=(1, 0, 0)), rgb, gloss=gloss)


def _laid(rng: np.random.Generator, parts: list[Part], name: str, upright: float = 0) -> Model:
    """Lay the hammer down, or stand it on its head, handle up, with the chance given."""
    if rng.random() < upright:
        parts = [turn(p, 'y', 90) for p in parts]
    return Model(parts=tuple(parts), color=name)


def _blade(
    rng: np.random.Generator,
    start: float,
    length: float,
    radius: float,
    height: float,
    *,
    flat: bool = False,
) -> list[Part]:
    """Round or square shaft of steel with a flat or a crossed tip."""
    end, dark = start + length, (0.12, 0.12, 0.13)
    section = circle(12) if rng.random() < 0.75 else rectangle(0.3)
    tone = METAL if rng.random() < 0.85 else dark
    if flat or rng.random() < 0.5:
        wide, a = rng.uniform(1.1, 1.7), radius
        rows = [(start - 0.004, a, a), (end - 5 * a, a, a), (end - 3 * a, a * wide, a * 0.6)]
        rows.append((end, a * wide, a * 0.18))
        return [paint(rod(rows, section=section, at=(0, 0, height)), tone, gloss=0.9)]
    shaft = rod(
        [(start - 0.004, radius), (end - 3 * radius, radius)], section=section, at=(0, 0, height)
    )
    arms = circle(16) * np.where(np.arange(16) % 4 == 0, 1, 0.5)[:, None]
    point = rod(
        [(end - 3 * radius, radius), (end - radius, radius * 0.8), (end, radius * 0.2)],
        section=arms,
        at=(0, 0, height),
    )
    return [paint(shaft, tone, gloss=0.9), paint(point, dark, gloss=0.6)]
