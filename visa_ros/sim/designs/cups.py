"""Designs of cups: vessels to drink from, without a handle."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.vessel_forms import (
    alike,
    curve,
    filling,
    glazed,
    other_color,
    ring,
    rippled,
    settled,
    shell,
    split,
    tube,
)
from visa_ros.sim.finish import METAL, middles, paint, pick, shade
from visa_ros.sim.shapes import lathe, Model, move
from visa_ros.sim.tableware import CERAMIC_COLORS

PLASTICS = ('red', 'red', 'blue', 'green', 'yellow', 'orange', 'pink', 'purple', 'white', 'black')


def cup(rng: np.random.Generator) -> Model:
    """A vessel to drink from, without a handle."""
    return one_of(rng, _CUPS)


def _cup_with_straw(rng: np.random.Generator) -> Model:
    """Tall cup for a cold drink: lid, flat or domed, and a straw."""
    r, h = rng.uniform(0.04, 0.047), rng.uniform(0.11, 0.165)
    outer = np.array(
        [
            (r * rng.uniform(0.65, 0.75), 0),
            *((r * (0.72 + 0.28 * t), h * t) for t in np.linspace(0.1, 1, 10)),
        ]
    )
    name = pick(rng, PLASTICS)
    outside = shell(outer, 0.001)[0]
    band = np.abs(middles(outside, 2) / h - rng.uniform(0.3, 0.7)) > rng.uniform(0, 0.18)
    parts = split(outside, band, shade(rng, name), other_color(rng, name), gloss=0.3)
    dome = h + (rng.uniform(0.02, 0.035) if rng.random() < 0.4 else 0.004)
    lid = lathe(
        [
            (r, h - 0.003),
            (r * 1.05, h),
            (r * 1.03, h + 0.003),
            (r * 0.86, dome * 0.6 + h * 0.4),
            (r * 0.5, dome),
            (0, dome),
        ]
    )
    parts.append(paint(lid, (0.9, 0.92, 0.93), gloss=0.7, alpha=rng.choice([0.55, 1.0])))
    top = dome + rng.uniform(0.04, 0.075)
    straw = tube(
        [
            (0, 0, h * 0.6),
            (0.004, 0, dome),
            (0.01, 0, top - 0.01),
            (rng.uniform(0.014, 0.045), 0, top),
        ],
        0.003,
        count=10,
    )
    parts.append(paint(straw, shade(rng, pick(rng, ('red', 'white', 'green', 'black')))))
    return Model(parts=tuple(parts), color=name)


def _tea_beaker(rng: np.random.Generator) -> Model:
    """Japanese tea cup: stoneware on a foot ring, the glaze in two tones."""
    r, h = rng.uniform(0.033, 0.042), rng.uniform(0.066, 0.095)
    low = r * rng.uniform(0.8, 1.05)
    outer = curve([(r * 0.6, 0), (r * 0.6, 0.005), (low, h * 0.22), (r, h * 0.6), (r, h)])
    name = pick(rng, CERAMIC_COLORS)
    outside, inside = shell(outer, 0.004)
    rgb, second = shade(rng, name), other_color(rng, name, ('brown', 'white', 'black', 'gray'))
    glaze = middles(outside, 2) < h * rng.uniform(0.65, 0.9)
    parts = split(outside, glaze, rgb, second, gloss=rng.uniform(0.1, 0.6))
    parts.append(paint(inside, second, gloss=0.5))
    if rng.random() < 0.35:
        tea = pick(rng, ('green', 'brown', 'orange'))
        parts.append(paint(filling(outer, 0.004, h * 0.8), shade(rng, tea), gloss=0.8))
        return Model(parts=tuple(parts), color=name)
    return Model(parts=settled(rng, parts, over=0.15, lying=0.1), color=name)


def _party_cup(rng: np.random.Generator) -> Model:
    """Plastic cup with steps in its wall, a rolled rim and white inside."""
    r, h = rng.uniform(0.037, 0.048), rng.uniform(0.09, 0.125)
    foot = r * rng.uniform(0.6, 0.7)
    steps = np.sort(rng.uniform(0.1, 0.8, int(rng.integers(1, 4))))
    outer = [(foot, 0)]
    for t in steps:
        wide = foot + (r - foot) * t
        outer += [(wide * 0.99, h * t), (wide * 1.015, h * (t + 0.025))]
    name = pick(rng, PLASTICS)
    within = 'white' if rng.random() < 0.7 else name
    parts = glazed(rng, name, np.array([*outer, (r, h)]), wall=0.001, within=within)
    parts.append(alike(parts, ring(r, 0.002, h)))
    return Model(parts=settled(rng, parts, over=0.3, lying=0.25), color=name)


def _fluted_cup(rng: np.random.Generator) -> Model:
    """Espresso or latte cup of china with flutes or flat sides."""
    r, h = rng.uniform(0.032, 0.042), rng.uniform(0.065, 0.11)
    outer = curve([(r * rng.uniform(0.65, 0.8), 0), (r * 0.88, h * 0.4), (r, h)], count=9)
    faceted = rng.random() < 0.4
    name = pick(rng, CERAMIC_COLORS)
    parts = glazed(
        rng,
        name,
        outer,
        segments=int(rng.integers(6, 10)) if faceted else 64,
        full=rng.random() < 0.3,
    )
    lobes, depth = int(rng.choice([8, 16, 32])), 0.0 if faceted else rng.uniform(0.02, 0.035)
    return Model(parts=tuple(rippled(p, lobes, depth) for p in parts), color=name)


def _nested_cups(rng: np.random.Generator) -> Model:
    """A stack of two to five cups, one in the other, often upside down."""
    r, h = rng.uniform(0.035, 0.045), rng.uniform(0.08, 0.115)
    outer = np.array([(r * rng.uniform(0.68, 0.76), 0), (r, h)])
    name = pick(rng, PLASTICS)
    rgb, step = shade(rng, name), h * rng.uniform(0.1, 0.18)
    one = [*shell(outer, 0.001, segments=24), ring(r, 0.002, h, segments=24)]
    count = int(rng.integers(2, 6))
    parts = [paint(move(p, (0, 0, k * step)), rgb, gloss=0.4) for k in range(count) for p in one]
    return Model(parts=settled(rng, parts, over=0.6, lying=0.1), color=name)


def _metal_beaker(rng: np.random.Generator) -> Model:
    """Steel, copper or lacquered beaker, beaded around."""
    r, h = rng.uniform(0.034, 0.043), rng.uniform(0.075, 0.13)
    waist = r * rng.uniform(0.72, 0.95)
    outer = curve([(r * rng.uniform(0.7, 0.9), 0), (waist, h * rng.uniform(0.3, 0.6)), (r, h)])
    name, rgb = [('gray', METAL), ('gray', METAL), ('orange', (0.8, 0.42, 0.26)), ('', ())][
        int(rng.integers(4))
    ]
    name = name or pick(rng, PLASTICS)
    parts = [paint(p, rgb or shade(rng, name), gloss=0.85) for p in shell(outer, 0.0015)]
    parts.append(alike(parts, ring(r, 0.0016, h)))
    for z in rng.uniform(0.1, 0.85, int(rng.integers(0, 4))):
        bead = ring(float(np.interp(h * z, outer[:, 1], outer[:, 0])), 0.0015, h * z)
        parts.append(alike(parts, bead))
    return Model(parts=settled(rng, parts, over=0.15, lying=0.1), color=name)


_CUPS = (
    _cup_with_straw,
    _tea_beaker,
    _party_cup,
    _fluted_cup,
    _nested_cups,
    _metal_beaker,
)
