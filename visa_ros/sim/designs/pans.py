"""Designs of pans: frying pans, saucepans, woks."""

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
    steel,
    timber,
    vessel,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    Part,
    rectangle,
    rounded_box,
    sphere,
    stretch,
    sweep,
    turn,
)

_COATS = ('black', 'black', 'gray', 'red', 'blue', 'green', 'orange', 'pink', 'white')


def pan(rng: np.random.Generator) -> Model:
    """Pan of one of many designs."""
    model = _PANS[int(rng.integers(len(_PANS)))](rng)
    low, high = model.bounds()
    factor = min(1.0, rng.uniform(0.28, 0.318) / float((high - low).max()))
    return replace(model, parts=tuple(stretch(p, (factor,) * 3) for p in model.parts))


def _pan_cast_iron(rng: np.random.Generator) -> Model:
    """Black skillet in one piece: short handle with a hole, two spouts."""
    r, h = rng.uniform(0.075, 0.1), rng.uniform(0.028, 0.042)
    rgb = shade(rng, 'black')

    def spouts(angle: np.ndarray) -> np.ndarray:
        return np.asarray(1 + 0.06 * np.exp(-(((np.abs(np.sin(angle)) - 1) / 0.02) ** 2)))

    pair = [reshaped(p, spouts, r, power=8) for p in vessel(arc(r * 0.85, r, h), 0.005)]
    length, width = r * rng.uniform(0.75, 1.0), rng.uniform(0.009, 0.012)
    grip = _handle(r, h * 0.85, length, (width * 1.3, width * 0.8, width), 0.009, tilt=0.1)
    eye = stretch(ring(width * 1.3, 0.0045), (1.3, 1, 1))
    eye = move(eye, (r + length + width, 0, h * 0.85 + 0.1 * length))
    parts = [*pair, grip, eye]
    if rng.random() < 0.5:
        lug = rounded_box((0.022, 0.045, 0.007), radius=0.003)
        parts.append(move(lug, (-r - 0.006, 0, h * 0.72)))
    return Model(parts=tuple(paint(p, rgb, gloss=0.25) for p in parts), color='black')


def _pan_coated(rng: np.random.Generator) -> Model:
    """Coated frying pan: enamelled outside, dark within, plastic handle with a metal root."""
    r, h = rng.uniform(0.075, 0.1), rng.uniform(0.026, 0.045)
    name, rgb, _ = colored(rng, _COATS)
    lining = pick(rng, ('black', 'black', 'gray', name))
    outside, inside = vessel(arc(r * 0.78, r, h, bulge=rng.uniform(0.5, 1)), 0.004)
    parts = [paint(outside, rgb, gloss=0.6), paint(inside, shade(rng, lining), gloss=0.4)]
    parts += _riveted(r, h, 0.18 * r)
    length = r * rng.uniform(1.15, 1.6)
    widths = (0.009, rng.uniform(0.01, 0.014), rng.uniform(0.012, 0.017))
    tint = colored(rng, ('black', 'black', 'gray', 'white', name, name))[1]
    grip = _handle(r * 1.12, h * 0.9, length, widths, 0.013, tilt=rng.uniform(0.05, 0.3))
    parts.append(paint(grip, tint, gloss=0.2))
    return Model(parts=tuple(parts), color=name if lining == name else '')


def _pan_sauce(rng: np.random.Generator) -> Model:
    """Saucepan: straight and deep, a long handle, perhaps a lid with a knob."""
    r = rng.uniform(0.06, 0.08)
    h = r * rng.uniform(0.85, 1.3)
    name, rgb, gloss = steel(rng) if rng.random() < 0.6 else colored(rng, _COATS, 0.6)
    wall = [(r * 0.93, 0), (r * 0.985, 0.004), (r, 0.012), (r, h * 0.5), (r, h - 0.003)]
    parts = [paint(p, rgb, gloss=gloss) for p in vessel([*wall, (r * 1.03, h)], 0.003)]
    length = r * rng.uniform(1.4, 2.0)
    parts += _grip(rng, (name, rgb, gloss), r, h * 0.82, length)
    if rng.random() < 0.4:
        parts += _lid(rng, r * 1.03, h, rgb)
    return Model(parts=tuple(parts), color=name)


def _pan_wok(rng: np.random.Generator) -> Model:
    """Wok: a wide round hollow, a small flat bottom, a long handle and a short one."""
    r = rng.uniform(0.085, 0.11)
    h = r * rng.uniform(0.42, 0.55)
    name, rgb, gloss = colored(rng, ('black', 'black', 'gray'), 0.4)
    parts = [paint(p, rgb, gloss=gloss) for p in vessel(arc(r * 0.3, r, h, bulge=0.8), 0.003)]
    parts += _riveted(r, h, 0.2 * r)
    wood = timber(rng) if rng.random() < 0.7 else colored(rng, ('black',))
    path = [(r * 1.1, 0, h), (r * 1.5, 0, h * 1.2), (r * 1.95, 0, h * 1.4)]
    stick = sweep(loop(path, count=8), circle(12), np.linspace(0.009, 0.013, 8), across=(0, 1, 0))
    parts.append(paint(stick, wood[1], gloss=0.2))
    if rng.random() < 0.6:
        parts.append(paint(_ear(r, h * 0.9, 0.03), rgb, gloss=gloss))
    return Model(parts=tuple(parts), color=name)


def _pan_crepe(rng: np.random.Generator) -> Model:
    """Very shallow pan for crepes."""
    r, h = rng.uniform(0.085, 0.105), rng.uniform(0.012, 0.018)
    name, rgb, gloss = colored(rng, ('black', 'black', 'gray', 'red', 'green'), 0.4)
    pair = vessel(arc(r * 0.88, r, h, bulge=0.3), 0.004, segments=48)
    parts = [paint(p, rgb, gloss=gloss) for p in pair]
    parts += _grip(rng, (name, rgb, gloss), r, h * 0.8, r * rng.uniform(1.0, 1.35))
    return Model(parts=tuple(parts), color=name)


def _pan_saute(rng: np.random.Generator) -> Model:
    """Sauté pan of metal: wide, with upright sides and a hollow metal handle; often covered."""
    r, h = rng.uniform(0.075, 0.098), rng.uniform(0.038, 0.055)
    name, rgb, gloss = steel(rng)
    wall = [(r * 0.95, 0), (r * 0.99, 0.004), (r, 0.01), (r, h - 0.003), (r * 1.02, h)]
    parts = [paint(p, rgb, gloss=gloss) for p in vessel(wall, 0.003)]
    length = r * rng.uniform(1.1, 1.5)
    grip = _handle(r, h * 0.8, length, (0.012, 0.006, 0.011), 0.007, tilt=rng.uniform(0.1, 0.45))
    parts.append(paint(grip, METAL, gloss=0.8))
    if rng.random() < 0.5:
        parts += _lid(rng, r * 1.02, h, rgb)
    if rng.random() < 0.4:
        parts.append(paint(_ear(r, h * 0.75, 0.03), METAL, gloss=0.8))
    return Model(parts=tuple(parts), color=name)


def _pan_upturned(rng: np.random.Generator) -> Model:
    """Frying pan upside down, its bottom with a pattern of rings."""
    r, h = rng.uniform(0.075, 0.1), rng.uniform(0.03, 0.042)
    name, rgb, gloss = colored(rng, _COATS, 0.5)
    parts = [paint(p, rgb, gloss=gloss) for p in vessel(arc(r * 0.78, r, h), 0.004)]
    for share in np.linspace(0.2, 0.7, int(rng.integers(2, 5))):
        line = lathe([(r * share - 0.003, -0.0006), (r * share + 0.003, -0.0006)])
        parts.append(paint(line, METAL, gloss=0.7))
    parts += _grip(rng, (name, rgb, gloss), r, h * 0.75, r * rng.uniform(1.2, 1.6), tilt=0.05)
    return Model(parts=tuple(turn(p, 'x', 180) for p in parts), color=name)


_PANS = (
    _pan_cast_iron,
    _pan_coated,
    _pan_sauce,
    _pan_wok,
    _pan_crepe,
    _pan_saute,
    _pan_upturned,
)


def _handle(
    start: float,
    height: float,
    length: float,
    widths: Sequence[float],
    thick: float,
    *,
    tilt: float,
) -> Part:
    """Flat handle along +x from the wall; half widths at its root, neck and end."""
    t = np.linspace(-0.04, 1, 12)
    path = np.stack((start + length * t, 0 * t, height + tilt * length * t * np.abs(t)), 1)
    width = np.interp(t, [0, 0.3, 0.93, 1], [*widths, widths[-1] * 0.7])
    scale = np.stack((width, np.full(12, thick / 2)), 1)
    return sweep(path, rectangle(0.55), scale, across=(0, 1, 0))


def _grip(
    rng: np.random.Generator,
    body: Finish,
    start: float,
    height: float,
    length: float,
    *,
    tilt: float | None = None,
) -> list[Part]:
    """Handle of steel wire, of wood or of plastic, painted."""
    tilt = rng.uniform(0.0, 0.3) if tilt is None else tilt
    kind = rng.random()
    if kind < 0.25:
        wires = [
            sweep(
                [
                    (start, side * 0.011, height),
                    (start + length * 0.6, side * 0.009, height + tilt * length * 0.6),
                    (start + length, side * 0.003, height + tilt * length),
                ],
                circle(8),
                0.0035,
                across=(0, 1, 0),
            )
            for side in (-1, 1)
        ]
        return [paint(wire, METAL, gloss=0.9) for wire in wires]
    finish = timber(rng) if kind < 0.5 else colored(rng, ('black', 'black', body[0] or 'gray'))
    widths = (rng.uniform(0.006, 0.011), rng.uniform(0.008, 0.012), rng.uniform(0.009, 0.015))
    thick = rng.uniform(0.009, 0.017)
    return [paint(_handle(start, height, length, widths, thick, tilt=tilt), finish[1], gloss=0.2)]


def _riveted(r: float, h: float, length: float) -> list[Part]:
    """Metal root of a handle and its rivets on the inside of the wall."""
    root = _handle(r * 0.99, h * 0.85, length, (0.011, 0.009, 0.007), 0.007, tilt=0.1)
    studs = [
        move(sphere(0.0035, rings=5, segments=8), (r * 0.955, y, h * 0.75))
        for y in (-0.009, 0.009)
    ]
    return [paint(p, METAL, gloss=0.8) for p in (root, *studs)]


def _ear(r: float, height: float, reach: float) -> Part:
    """Loop handle opposite the long one."""
    points = [(-0.97, -1.0, 0), (-1, -0.9, 1), (-1, 0.9, 1), (-0.97, 1.0, 0)]
    path = loop([(x * r - out * reach, y * reach, height) for x, y, out in points], count=16)
    return sweep(path, circle(8), 0.0035)


def _lid(
    rng: np.random.Generator, r: float, h: float, rgb: tuple[float, float, float]
) -> list[Part]:
    """Domed lid of metal or glass with a knob."""
    clear = rng.random() < 0.4
    rise = rng.uniform(0.01, 0.022)
    slope = [(r * c, h + 0.003 + rise * (1 - c * c)) for c in (1.0, 0.8, 0.5, 0.25, 0.0)]
    dome = lathe([(r, h), *slope])
    tint = (0.82, 0.9, 0.92) if clear else rgb
    knob = move(cylinder(rng.uniform(0.009, 0.015), 0.016, bevel=0.004), (0, 0, h + rise + 0.002))
    top = shade(rng, pick(rng, ('black', 'black', 'gray', 'brown')))
    return [paint(dome, tint, gloss=0.9, alpha=0.4 if clear else 1.0), paint(knob, top)]
