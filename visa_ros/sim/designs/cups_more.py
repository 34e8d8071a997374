"""More designs of cups, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.vessel_forms import (
    alike,
    curve,
    glazed,
    other_color,
    ring,
    settled,
    shell,
    solid,
    squared,
    wrapped,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import cylinder, lathe, Model, move, stretch, turn
from visa_ros.sim.tableware import CERAMIC_COLORS

LIVELY = ('red', 'blue', 'green', 'yellow', 'orange', 'pink', 'purple', 'white', 'gray')


def _toddler_cup(rng: np.random.Generator) -> Model:
    """Cup for a toddler: a waisted body and a domed lid with a flat spout, without handles."""
    r, h = rng.uniform(0.032, 0.04), rng.uniform(0.075, 0.12)
    waist = r * rng.uniform(0.8, 1.05)
    outer = curve([(r * rng.uniform(0.75, 1), 0), (waist, h * 0.5), (r, h)], count=9)
    name = pick(rng, LIVELY)
    parts = [paint(solid(outer), shade(rng, name), gloss=0.4)]
    rise = rng.uniform(0.008, 0.02)
    rim = [(r, h - 0.01), (r * 1.06, h - 0.009), (r * 1.06, h + 0.001)]
    lid = lathe([*rim, (r * 0.7, h + rise * 0.7), (0, h + rise)])
    wide, tall = rng.uniform(1.2, 2), rng.uniform(0.018, 0.028)
    spout = stretch(cylinder(0.0075, tall, bevel=0.003, segments=16), (0.75, wide, 1))
    tint = other_color(rng, name, LIVELY)
    parts += [paint(p, tint) for p in (lid, move(spout, (r * rng.uniform(0, 0.5), 0, h)))]
    return Model(parts=tuple(parts), color=name)


def _folding_cup(rng: np.random.Generator) -> Model:
    """Traveller's cup of three to five telescoping rings, drawn out."""
    r, count = rng.uniform(0.033, 0.043), int(rng.integers(3, 6))
    tall, step = rng.uniform(0.012, 0.022), rng.uniform(0.05, 0.09)
    outer = []
    for k in range(count):
        wide = r * (1 - step * (count - 1 - k))
        outer += [(wide * 0.97, tall * k + 1e-4 * k), (wide, tall * (k + 0.97))]
    name = pick(rng, LIVELY)
    rgb = METAL if name == 'gray' else shade(rng, name)
    thin = shell(np.array(outer), 0.0016)
    parts = [paint(p, rgb, gloss=0.5) for p in (*thin, ring(r, 0.0022, tall * count))]
    if rng.random() < 0.5:
        foot = cylinder(r * (1 - step * (count - 1)) * 1.15, 0.004, bevel=0.001)
        parts.append(paint(move(foot, (0, 0, -0.003)), other_color(rng, name, LIVELY)))
    return Model(parts=settled(rng, parts, over=0.15), color=name)


def _square_cup(rng: np.random.Generator) -> Model:
    """Cup without a handle, of square or oval section, straight or flared."""
    r, h, low = rng.uniform(0.03, 0.039), rng.uniform(0.06, 0.11), rng.uniform(0.65, 1)
    outer = np.array(
        [(r * low * 0.95, 0), (r * low, h * 0.06), (r * (1 + low) / 2, h / 2), (r, h)]
    )
    name = pick(rng, CERAMIC_COLORS)
    power, deep = rng.uniform(3.5, 9), 1.0
    if rng.random() < 0.35:
        power, deep = 2.2, rng.uniform(0.68, 0.82)
    body = glazed(rng, name, outer, segments=40, full=rng.random() < 0.3)
    parts = [stretch(squared(p, power), (1, deep, 1)) for p in body]
    return Model(parts=settled(rng, parts, over=0.12), color=name)


def _footed_cup(rng: np.random.Generator) -> Model:
    """Chalice of metal or pottery: a cup on a stem and a spreading foot."""
    r, bowl = rng.uniform(0.032, 0.043), rng.uniform(0.05, 0.075)
    stem, thin = rng.uniform(0.02, 0.05), rng.uniform(0.006, 0.011)
    foot, knot = r * rng.uniform(0.75, 1), thin * rng.uniform(1, 1.9)
    base = [(foot, 0), (foot, 0.004), (thin * 1.5, 0.011), (thin, stem * 0.6), (knot, stem * 0.8)]
    cup = curve([(thin, stem), (r * 0.9, stem + bowl * 0.25), (r, stem + bowl)], count=9)
    outer = np.array([*base, *cup])
    name, rgb = pick(rng, CERAMIC_COLORS), METAL
    if (finish := rng.random()) < 0.35:
        name = 'gray'
    elif finish < 0.55:
        name, rgb = '', (0.8, 0.62, 0.25)
    else:
        rgb = shade(rng, name)
    pair = shell(outer, 0.0025, floor=stem + 0.005)
    parts = [paint(p, rgb, gloss=0.8) for p in pair]
    parts.append(alike(parts, ring(r - 0.001, 0.0018, stem + bowl)))
    return Model(parts=settled(rng, parts, over=0.08), color=name)


def _saucered_cup(rng: np.random.Generator) -> Model:
    """Small round tea cup without a handle on its saucer, as drunk from in China or Turkey."""
    r = rng.uniform(0.03, 0.041)
    h = r * rng.uniform(1.25, 1.7)
    knots = [(r * 0.5, 0), (r * 0.52, h * 0.1), (r * rng.uniform(0.82, 1), h * 0.45), (r, h)]
    name = pick(rng, CERAMIC_COLORS)
    cup = glazed(rng, name, curve(knots, count=10), wall=0.0025, full=rng.random() < 0.6)
    parts = [move(p, (0, 0, 0.004)) for p in cup]
    wide, lift = r * rng.uniform(1.5, 1.9), rng.uniform(0.008, 0.016)
    edge = [(wide * 0.55, 0), (wide * 0.6, 0.002), (wide, lift), (wide * 0.98, lift + 0.002)]
    saucer = lathe([(0, 0), *edge, (wide * 0.6, 0.005), (0, 0.0045)])
    tint = parts[0].rgba[:3] if rng.random() < 0.6 else other_color(rng, name, ('white', 'brown'))
    return Model(parts=(*parts, paint(saucer, tint, gloss=0.6)), color=name)


def _insulated_cup(rng: np.random.Generator) -> Model:
    """Tumbler of steel for a car's holder: narrow below a step, with a lid and a straw."""
    r, h = rng.uniform(0.04, 0.048), rng.uniform(0.11, 0.19)
    narrow, at = r * rng.uniform(0.68, 0.82), h * rng.uniform(0.3, 0.55)
    low = [(narrow * 0.94, 0), (narrow, 0.004), (narrow * 1.03, at)]
    outer = np.array([*low, (r * 0.95, at + rng.uniform(0.008, 0.03)), (r, h)])
    name = pick(rng, (*LIVELY, 'black', 'gray'))
    rgb = METAL if name == 'gray' else shade(rng, name)
    parts = [paint(solid(outer), rgb, gloss=rng.uniform(0.2, 0.8))]
    parts.append(paint(wrapped(outer, h * rng.uniform(0.92, 0.96), h), METAL, gloss=0.9))
    lid = move(cylinder(r * 0.99, 0.009, bevel=0.003), (0, 0, h - 0.001))
    parts.append(paint(lid, shade(rng, pick(rng, ('black', 'white', 'gray'))), gloss=0.6))
    straw = cylinder(0.004, rng.uniform(0.05, 0.08), segments=12)
    straw = move(turn(straw, 'y', rng.uniform(0, 12)), (r * 0.3, 0, h))
    parts.append(paint(straw, shade(rng, pick(rng, LIVELY)), gloss=0.7))
    return Model(parts=tuple(parts), color=name)


CUPS: tuple[Design, ...] = (
    _toddler_cup,
    _folding_cup,
    _square_cup,
    _footed_cup,
    _saucered_cup,
    _insulated_cup,
)
