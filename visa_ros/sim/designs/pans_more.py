"""More designs of pans, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.dish_forms import (
    arc,
    colored,
    Finish,
    reshaped,
    ring,
    squarish,
    steel,
    timber,
    vessel,
)
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import plan_of, prism
from visa_ros.sim.finish import METAL, paint
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
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

_COATS = ('black', 'black', 'gray', 'red', 'blue', 'green', 'orange', 'white')
_COPPER = (0.75, 0.43, 0.3)


def _paella(rng: np.random.Generator) -> Model:
    """Wide shallow pan of steel or enamel with two loop handles, for paella; at times full."""
    r, h = rng.uniform(0.1, 0.14), rng.uniform(0.018, 0.032)
    tone = steel(rng) if rng.random() < 0.6 else colored(rng, _COATS, 0.6)
    parts = [paint(p, tone[1], gloss=tone[2]) for p in vessel(arc(r * 0.82, r, h, count=6), 0.003)]
    grip = tone[1] if rng.random() < 0.5 else colored(rng, ('red', 'black', 'green'))[1]
    parts += [paint(p, grip, gloss=0.6) for p in _ears(r, h * 0.9, rng.uniform(0.024, 0.034))]
    if rng.random() < 0.3:
        rice = move(cylinder(r * 0.88, h * 0.35, segments=32), (0, 0, 0.004))
        parts.append(paint(rice, (0.85, 0.62, 0.15)))
        for _ in range(14):
            at = (*rng.uniform(-0.55, 0.55, 2) * r, h * 0.35 + 0.004)
            bit = stretch(sphere(0.009, rings=5, segments=8), (1, 1, 0.5))
            hue = ((0.75, 0.1, 0.06), (0.2, 0.5, 0.12), (0.1, 0.1, 0.12))[int(rng.integers(3))]
            parts.append(paint(move(bit, at), hue, gloss=0.5))
    return _sized(rng, parts, tone[0])


def _egg_rings(rng: np.random.Generator) -> Model:
    """Pan with three to seven round hollows side by side, for eggs or little pancakes."""
    r, h = rng.uniform(0.08, 0.1), rng.uniform(0.014, 0.022)
    tone = colored(rng, ('black', 'black', 'gray', 'red'), 0.3)
    count = int(rng.choice([3, 4, 4, 6, 7]))
    small = r * {3: 0.4, 4: 0.36, 6: 0.28, 7: 0.28}[count]
    middle = [(0.0, 0.0)] if count == 7 else []
    angles = 2 * np.pi * np.arange(count - len(middle)) / (count - len(middle))
    out = r * (0.5 if count < 5 else 0.62)
    places = [*middle, *((out * np.cos(a), out * np.sin(a)) for a in angles)]
    pair = vessel([(r * 0.93, 0), (r * 0.97, h * 0.3), (r, h)], 0.004)
    parts = [paint(p, tone[1], gloss=0.3) for p in pair]
    bright = np.clip(np.array(tone[1]) * 1.3 + 0.06, 0, 1)
    cup = lathe(
        [
            (small, 0.003),
            (small, h * 0.85),
            (small * 0.93, h * 0.85),
            (small * 0.8, 0.006),
            (0, 0.005),
        ],
        segments=20,
    )
    parts += [paint(move(cup, (*p, 0)), bright, gloss=0.3) for p in places]
    return _sized(rng, [*parts, *_stick(rng, tone, r * 0.98, h * 0.8)], tone[0])


def _fish(rng: np.random.Generator) -> Model:
    """Oval frying pan for fish, its handle at an end."""
    r, h = rng.uniform(0.06, 0.08), rng.uniform(0.022, 0.036)
    tone, long = colored(rng, _COATS, 0.5), rng.uniform(1.3, 1.6)
    lining = tone[1] if rng.random() < 0.5 else (0.07, 0.07, 0.07)
    pair = vessel(arc(r * 0.78, r, h, count=6), 0.004)
    parts = [
        paint(stretch(p, (long, 1, 1)), c) for p, c in zip(pair, (tone[1], lining), strict=True)
    ]
    parts += _stick(rng, tone, r * long * 0.98, h * 0.85)
    return _sized(rng, parts, tone[0] if lining is tone[1] else '')


def _conical(rng: np.random.Generator) -> Model:
    """Flared saucepan of copper or steel, its sides sloping; a thin metal handle with an eye."""
    r = rng.uniform(0.065, 0.09)
    h, low = r * rng.uniform(0.5, 0.85), r * rng.uniform(0.6, 0.78)
    tone = ('', _COPPER, 0.85) if rng.random() < 0.5 else steel(rng)
    outside, inside = vessel([(low * 0.97, 0), (low, 0.004), (r * 0.98, h * 0.96), (r, h)], 0.003)
    parts = [paint(outside, tone[1], gloss=0.9), paint(inside, METAL, gloss=0.8)]
    length, tilt = r * rng.uniform(1.4, 1.9), rng.uniform(0.15, 0.5)
    t = np.linspace(0, 1, 8)
    path = np.stack((r * 0.93 + length * t, 0 * t, h * 0.8 + tilt * length * t), 1)
    scale = np.stack((0.011 - 0.006 * np.sin(np.pi * t) ** 0.6, np.full(8, 0.0035)), 1)
    metal = (0.72, 0.55, 0.25) if rng.random() < 0.4 else (0.16, 0.16, 0.17)
    grip = sweep(path, rectangle(0.4), scale, across=(0, 1, 0))
    eye = move(ring(0.011, 0.0032, segments=16), path[-1] + [0.009, 0, 0.002])
    parts += [paint(p, metal, gloss=0.6) for p in (grip, eye)]
    return _sized(rng, parts, tone[0])


def _frying(rng: np.random.Generator) -> Model:
    """Frying pan in use, with one to three fried eggs or a pancake in it."""
    r, h = rng.uniform(0.08, 0.1), rng.uniform(0.022, 0.036)
    tone = colored(rng, _COATS, 0.5)
    outside, inside = vessel(arc(r * 0.8, r, h, count=6), 0.004, segments=36)
    parts = [paint(outside, tone[1], gloss=0.5), paint(inside, (0.06, 0.06, 0.065), gloss=0.4)]
    if rng.random() < 0.3:
        cake = move(cylinder(r * 0.68, 0.006, bevel=0.002, segments=24), (0, 0, 0.004))
        parts.append(paint(cake, (0.82, 0.58, 0.24)))
    else:
        count = int(rng.integers(1, 4))
        for angle in 2 * np.pi * (np.arange(count) / count + rng.random()):
            at = (0.4 * r * (count > 1)) * np.array([np.cos(angle), np.sin(angle)])
            white = prism(plan_of(0.05, 0.045, 0.02, count=16), 0.0025)
            yolk = stretch(sphere(0.011, rings=7, segments=12), (1, 1, 0.6))
            parts.append(paint(move(white, (*at, 0.004)), (0.95, 0.94, 0.9), gloss=0.5))
            parts.append(paint(move(yolk, (*at, 0.006)), (0.95, 0.62, 0.05), gloss=0.7))
    parts += _stick(rng, tone, r * 0.98, h * 0.85)
    return _sized(rng, parts, '' if tone[0] != 'black' else 'black')


def _roaster(rng: np.random.Generator) -> Model:
    """Deep oblong roasting pan of steel, enamel or iron, with two handles on its short sides."""
    r, h = rng.uniform(0.075, 0.095), rng.uniform(0.035, 0.06)
    tone = steel(rng) if rng.random() < 0.5 else colored(rng, _COATS, 0.6)
    long = rng.uniform(1.25, 1.5)
    wall = [(r * 0.86, 0), (r * 0.9, 0.006), (r * 0.97, h), (r, h + 0.001)]
    pair = [
        stretch(reshaped(p, squarish(9), r, power=0.01), (long, 1, 1))
        for p in vessel(wall, 0.003, segments=48)
    ]
    grips = _ears(r * long * 0.97, h * 0.95, rng.uniform(0.03, 0.045))
    return _sized(rng, [paint(p, tone[1], gloss=tone[2]) for p in (*pair, *grips)], tone[0])


def _stick(rng: np.random.Generator, body: Finish, start: float, height: float) -> list[Part]:
    """Long handle along +x: round, flat or waisted, of wood, metal or plastic."""
    finish = (timber(rng), steel(rng), colored(rng, ('black', body[0] or 'gray')))[
        int(rng.integers(3))
    ]
    length, tilt = start * rng.uniform(1.0, 1.6), rng.uniform(0.0, 0.35)
    t = np.linspace(-0.03, 1, 9)
    path = np.stack((start + length * t, 0 * t, height + tilt * length * t * np.abs(t)), 1)
    width = np.interp(t, [0, 0.3, 0.9, 1], rng.uniform(0.006, 0.013, 4))
    thick = width * rng.uniform(0.4, 1.0)
    section = circle(10) if rng.random() < 0.5 else rectangle(0.4)
    grip = sweep(path, section, np.stack((width, thick), 1), across=(0, 1, 0))
    return [paint(grip, finish[1], gloss=finish[2])]


def _ears(reach: float, height: float, half: float) -> list[Part]:
    """Two loop handles, at +x and at -x."""
    knots = [(reach - 0.004, -half, height), (reach + 0.018, -half * 0.8, height + 0.004)]
    knots += [(reach + 0.018, half * 0.8, height + 0.004), (reach - 0.004, half, height)]
    bar = sweep(loop(knots, count=14), circle(8), 0.0037)
    return [bar, turn(bar, 'z', 180)]


def _sized(rng: np.random.Generator, parts: Sequence[Part], name: str) -> Model:
    """Shrink a pan that is too large for the table."""
    points = np.concatenate([p.vertices for p in parts])
    largest = float((points.max(0) - points.min(0)).max())
    factor = min(1.0, rng.uniform(0.27, 0.318) / largest)
    scaled = tuple(replace(p, vertices=p.vertices * factor) for p in parts)
    return Model(parts=scaled, color=name)


PANS: tuple[Design, ...] = (
    _paella,
    _egg_rings,
    _fish,
    _conical,
    _frying,
    _roaster,
)
