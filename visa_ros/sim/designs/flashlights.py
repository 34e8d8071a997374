"""Many designs of flashlights, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.thing_forms import barrel, rod
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    Model,
    move,
    Part,
    rounded_box,
    sweep,
    turn,
)

_TONES = ('red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'black', 'gray', 'white')
_DARK = (0.07, 0.07, 0.08)


def flashlight(rng: np.random.Generator) -> Model:
    """Classic, long, tactical, pocket sized or angled."""
    return one_of(rng, _FLASHLIGHTS)


def _classic(rng: np.random.Generator) -> Model:
    """Plastic light: ribbed barrel, wide head with a bright ring, a slide switch on top."""
    r, length = rng.uniform(0.014, 0.021), rng.uniform(0.13, 0.22)
    head = r * rng.uniform(1.4, 2.0)
    name, other = rng.choice(_TONES, 2, replace=False).tolist()
    t = np.linspace(0.06, 0.62, 17)
    ribs = np.where(np.arange(17) % 2 == 0, 1, rng.uniform(0.9, 1))
    rows = [(0, r * 0.8), (0.02, r), *zip(t, r * ribs, strict=True), (0.8, head), (0.9, head)]
    parts = [paint(barrel(rows, length, head), shade(rng, name), gloss=0.5)]
    ring = barrel([(0.88, head * 1.04), (0.99, head * 1.04), (1, head * 0.95)], length, head)
    parts.append(paint(ring, shade(rng, other), gloss=0.6))
    switch = rounded_box((length * 0.12, r * 0.6, r * 0.35), radius=0.002, steps=1)
    place = (length * 0.5, 0, head + r * 0.85)
    parts.append(paint(move(switch, place), shade(rng, other), gloss=0.3))
    parts += _lens(rng, length, head * 0.88, head)
    return _posed(rng, parts, name, upright=0.15)


def _long_metal(rng: np.random.Generator) -> Model:
    """Long tube of anodised metal, knurled, with a rather small head and a button."""
    r, length = rng.uniform(0.011, 0.017), rng.uniform(0.17, 0.3)
    head, name = r * rng.uniform(1.25, 1.7), pick(rng, ('black', 'gray', 'blue', 'red', 'purple'))
    rgb = shade(rng, name)
    rows = [(0, r * 0.9), (0.01, r), (0.72, r), (0.8, head), (0.99, head), (1, head * 0.9)]
    parts = [paint(barrel(rows, length, head), rgb, gloss=0.8)]
    knurl = barrel([(0.12, r), (0.125, r * 1.06), (0.5, r * 1.06), (0.505, r)], length, head, 12)
    parts.append(paint(knurl, np.array(rgb) * 0.7, gloss=0.4))
    for at in (0.05, 0.78):
        band = barrel([(at, r * 1.03), (at + 0.012, r * 1.03)], length, head)
        parts.append(paint(band, METAL, gloss=0.9))
    button = rounded_box((r * 1.1, r * 1.1, r * 0.3), radius=r * 0.14, steps=1)
    parts.append(paint(move(button, (length * 0.62, 0, head + r * 0.85)), _DARK, gloss=0.2))
    parts += _lens(rng, length, head * 0.86, head)
    return _posed(rng, parts, name, upright=0.0)


def _tactical(rng: np.random.Generator) -> Model:
    """Short stout metal light: cooling fins, a scalloped rim, a pocket clip, a tail switch."""
    r, length = rng.uniform(0.011, 0.015), rng.uniform(0.085, 0.16)
    head = r * rng.uniform(1.15, 2.0)
    name = pick(rng, ('black', 'black', 'gray', 'green', 'orange', 'blue'))
    fins = [(x, head * (0.72 if i % 2 else 0.92)) for i, x in enumerate(np.linspace(0.6, 0.74, 8))]
    rows = [(0.04, r), (0.2, r), (0.22, r * 0.92), (0.55, r * 0.92), *fins, (0.78, head)]
    parts = [paint(barrel([*rows, (0.95, head)], length, head), shade(rng, name), gloss=0.5)]
    parts.append(paint(barrel([(0, r * 0.6), (0.05, r * 0.6)], length, head), _DARK, gloss=0.1))
    rim = METAL if rng.random() < 0.5 else _DARK
    for angle in np.arange(0, 360, 60):
        tooth = rounded_box((length * 0.06, head * 0.5, head * 0.16), radius=0.001, steps=1)
        tooth = turn(move(tooth, (length * 0.97, 0, head * 0.84)), 'x', float(angle))
        parts.append(paint(move(tooth, (0, 0, head)), rim, gloss=0.8))
    clip = rounded_box((length * 0.4, r * 0.45, 0.0015), radius=0.0005, steps=1)
    parts.append(paint(move(clip, (length * 0.32, 0, head + r * 1.12)), METAL, gloss=0.8))
    parts += _lens(rng, length * 0.965, head * 0.86, head)
    return _posed(rng, parts, name, upright=0.15)


def _angled(rng: np.random.Generator) -> Model:
    """Upright body with the head at a right angle, a belt clip; stands or lies."""
    r, tall = rng.uniform(0.014, 0.02), rng.uniform(0.1, 0.18)
    head, name = (
        r * rng.uniform(1.1, 1.5),
        pick(rng, ('green', 'yellow', 'black', 'orange', 'red')),
    )
    rgb = shade(rng, name)
    body = turn(rod([(0, r), (0.006, r * 1.05), (0.02, r), (tall, r)]), 'y', -90)
    reach = r * rng.uniform(1.8, 2.8)
    cone = rod([(-r * 1.05, r), (r * 0.8, r), (reach * 0.8, head), (reach, head)], at=(0, 0, tall))
    ring = rod([(reach * 0.85, head * 1.06), (reach, head * 1.06)], at=(0, 0, tall))
    parts = [paint(body, rgb, gloss=0.3), paint(cone, rgb, gloss=0.3), paint(ring, _DARK)]
    clip = rounded_box((0.002, r * 0.8, tall * 0.55), radius=0.0008, steps=1)
    parts.append(paint(move(clip, (-r * 1.2, 0, tall * 0.35)), METAL, gloss=0.7))
    parts += _lens(rng, reach, head * 0.9, tall)
    if rng.random() < 0.6:
        parts = [turn(p, 'x', 90) for p in parts]
    return Model(parts=tuple(parts), color=name)


def _penlight(rng: np.random.Generator) -> Model:
    """Thin pocket light with a clip, or a key ring light with its ring."""
    r, length = rng.uniform(0.007, 0.011), rng.uniform(0.06, 0.14)
    name = pick(rng, _TONES)
    head = r * rng.uniform(1.1, 1.5)
    rows = [(0, r * 0.9), (0.03, r), (0.7, r), (0.76, r * 0.85), (0.8, head), (1, head)]
    parts = [paint(barrel(rows, length, head), shade(rng, name), gloss=0.8)]
    parts += _lens(rng, length, head * 0.86, head)
    if length > 0.1:
        clip = rounded_box((length * 0.35, r * 0.5, 0.0014), radius=0.0005, steps=1)
        parts.append(paint(move(clip, (length * 0.2, 0, head + r * 1.1)), METAL, gloss=0.9))
    else:
        angle = np.linspace(0, 2 * np.pi, 17)
        hoop = np.stack((np.cos(angle) - 0.9, np.sin(angle), 0 * angle + 0.1), 1) * 0.011
        parts.append(paint(sweep(hoop, circle(6), 0.001, across=(0, 0, 1)), METAL, gloss=0.9))
    return Model(parts=tuple(parts), color=name)


_FLASHLIGHTS = (_classic, _long_metal, _tactical, _angled, _penlight)


def _lens(rng: np.random.Generator, end: float, radius: float, height: float) -> list[Part]:
    """Bright window that faces +x, with the bulb behind it."""
    tone = (0.98, 0.95, 0.75) if rng.random() < 0.6 else (0.85, 0.9, 0.95)
    glass = rod([(end - 0.001, radius), (end + 0.0008, radius)], at=(0, 0, height))
    bulb = rod([(end, radius * 0.3), (end + 0.0014, radius * 0.25)], at=(0, 0, height))
    return [paint(glass, tone, gloss=1.0), paint(bulb, (0.95, 0.8, 0.3), gloss=0.6)]


def _posed(rng: np.random.Generator, parts: list[Part], name: str, *, upright: float) -> Model:
    """Lying, or on its tail or on its lens with the chance given."""
    if rng.random() < upright:
        side = -90 if rng.random() < 0.5 else 90
        parts = [turn(p, 'y', side) for p in parts]
    return Model(parts=tuple(parts), color=name)
