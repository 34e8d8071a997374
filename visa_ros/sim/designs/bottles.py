"""Designs of bottles: closed vessels with a neck and a cap or stopper."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.vessel_forms import (
    curve,
    other_color,
    ring,
    rippled,
    settled,
    solid,
    tube,
    wrapped,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import cylinder, lathe, Model, move, Part

CAPS = ('white', 'white', 'blue', 'red', 'green', 'black', 'yellow', 'orange')
LABELS = ('white', 'white', 'yellow', 'red', 'blue', 'black', 'green', 'orange')
LACQUERS = ('red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'black', 'gray', 'white')


def bottle(rng: np.random.Generator) -> Model:
    """A closed vessel with a neck, standing or lying."""
    return one_of(rng, _BOTTLES)


def _water_bottle(rng: np.random.Generator) -> Model:
    """Thin see-through plastic with grooves, a screw cap and mostly a label."""
    r, h = rng.uniform(0.029, 0.042), rng.uniform(0.17, 0.29)
    top, grooves = h * rng.uniform(0.66, 0.75), int(rng.integers(3, 8))
    heights = np.linspace(h * 0.04, top, 4 * grooves + 1)
    depth = rng.uniform(0.02, 0.06)
    wall = [(r * (1 - depth * (k % 4 == 2)), z) for k, z in enumerate(heights)]
    neck = rng.uniform(0.011, 0.014)
    rise = curve([(r, top), (r * 0.75, top + h * 0.1), (neck, h * 0.9), (neck, h * 0.95)], count=8)
    outer = np.array([(r * 0.8, 0), *wall, *rise[1:]])
    tint = np.array([[0.7, 0.85, 0.95], [0.85, 0.9, 0.92], [0.6, 0.85, 0.7]])[rng.integers(3)]
    body = paint(solid(outer, segments=28), tint, gloss=0.9, alpha=rng.uniform(0.4, 0.65))
    parts = [body, *_screw_cap(rng, neck * 1.15, h * 0.92, h * rng.uniform(0.06, 0.1))]
    if rng.random() < 0.75:
        low = h * rng.uniform(0.25, 0.4)
        label = wrapped(np.array([(r, 0), (r, h)]), low, low + h * rng.uniform(0.14, 0.26))
        parts.append(paint(label, shade(rng, pick(rng, LABELS)), gloss=0.3))
    return Model(parts=settled(rng, parts, lying=0.25), color='')


def _wine_bottle(rng: np.random.Generator) -> Model:
    """Dark glass with high or sloping shoulders, a foil over the cork, and a label."""
    r, h = rng.uniform(0.034, 0.041), rng.uniform(0.26, 0.31)
    neck, slope = rng.uniform(0.0125, 0.0145), rng.uniform(0.06, 0.25)
    top = h * (0.7 - slope * 0.8)
    rise = curve(
        [(r, top), (r * 0.88, top + h * slope * 0.45), (neck, top + h * slope), (neck, h * 0.97)],
        count=12,
    )
    outer = np.array([(r * 0.92, 0), (r, 0.004), *rise])
    name = pick(rng, ('green', 'green', 'black', 'brown', 'yellow'))
    foil = wrapped(outer, h * rng.uniform(0.76, 0.84), h * 0.97)
    lip = move(cylinder(neck + 0.0015, h * 0.03, bevel=0.001), (0, 0, h * 0.97))
    capsule = shade(rng, pick(rng, ('red', 'black', 'yellow', 'gray', 'purple')))
    parts = [paint(solid(outer), np.array(shade(rng, name)) * 0.8, gloss=0.9)]
    parts += [paint(p, capsule, gloss=0.6) for p in (foil, lip)]
    paper = wrapped(outer, h * 0.08, min(top, h * rng.uniform(0.3, 0.42)))
    parts.append(paint(paper, shade(rng, pick(rng, ('white', 'white', 'yellow', 'black')))))
    return Model(parts=settled(rng, parts, lying=0.25), color=name)


def _beer_bottle(rng: np.random.Generator) -> Model:
    """Brown or green longneck or stubby with a crown cap, labels on belly and neck."""
    r, h = rng.uniform(0.028, 0.034), rng.uniform(0.16, 0.25)
    top, neck = h * rng.uniform(0.45, 0.6), rng.uniform(0.0115, 0.0135)
    rise = curve([(r, top), (r * 0.8, top + h * 0.09), (neck * 1.2, h * 0.78), (neck, h * 0.97)])
    outer = np.array([(r * 0.9, 0), (r, 0.005), *rise])
    name = pick(rng, ('brown', 'brown', 'green'))
    body = paint(solid(outer), shade(rng, name), gloss=0.9, alpha=rng.choice([1.0, 0.85]))
    crown = rippled(
        lathe([(neck, 0), (neck * 1.25, 0), (neck * 1.15, 0.006), (0, 0.0075)], segments=42),
        21,
        0.04,
    )
    parts = [body, paint(move(crown, (0, 0, h * 0.965)), shade(rng, pick(rng, LABELS)), gloss=0.7)]
    tint = shade(rng, pick(rng, LABELS))
    parts.append(paint(wrapped(outer, h * 0.1, top * rng.uniform(0.7, 0.95)), tint, gloss=0.2))
    if rng.random() < 0.6:
        parts.append(paint(wrapped(outer, h * 0.76, h * rng.uniform(0.83, 0.92)), tint, gloss=0.2))
    return Model(parts=settled(rng, parts, lying=0.25), color=name)


def _flask_bottle(rng: np.random.Generator) -> Model:
    """Reusable bottle of lacquered or bare steel, its cap with a loop to carry it by."""
    r, h = rng.uniform(0.031, 0.042), rng.uniform(0.19, 0.28)
    neck = r * rng.uniform(0.5, 0.8)
    top = h * rng.uniform(0.68, 0.78)
    rise = curve([(r, top), (r * 0.95, top + h * 0.05), (neck, h * 0.84), (neck, h * 0.88)])
    name = pick(rng, LACQUERS)
    rgb = METAL if name == 'gray' else shade(rng, name)
    outer = np.array([(r * 0.94, 0), (r, 0.004), *rise])
    lid = move(cylinder(neck * 1.06, h * 0.11, bevel=0.003), (0, 0, h * 0.86))
    second = other_color(rng, name, ('black', 'black', 'gray', 'white', 'brown'))
    parts = [paint(solid(outer), rgb, gloss=rng.uniform(0.1, 0.8)), paint(lid, second)]
    if rng.random() < 0.65:
        grip = [
            (-neck, 0, h * 0.92),
            (-neck * 0.9, 0, h * 1.03),
            (0, 0, h * 1.07),
            (neck * 0.9, 0, h * 1.03),
            (neck, 0, h * 0.92),
        ]
        parts.append(paint(tube(grip, 0.004), second))
    if rng.random() < 0.5:
        parts.append(paint(wrapped(outer, 0.004, h * rng.uniform(0.06, 0.2)), second))
    return Model(parts=settled(rng, parts, lying=0.25), color=name)


def _sports_bottle(rng: np.random.Generator) -> Model:
    """Squeezable cyclist's bottle with a waist to grip and a nozzle to pull."""
    r, h = rng.uniform(0.033, 0.039), rng.uniform(0.17, 0.23)
    outer = curve(
        [
            (r * 0.95, 0),
            (r, h * 0.12),
            (r, h * 0.45),
            (r * 0.84, h * 0.55),
            (r * 0.86, h * 0.62),
            (r, h * 0.7),
            (r * 0.94, h * 0.8),
        ],
        count=20,
    )
    name = pick(rng, LACQUERS)
    lid = lathe(
        [
            (r * 0.94, h * 0.77),
            (r * 0.99, h * 0.78),
            (r * 0.97, h * 0.84),
            (r * 0.5, h * 0.89),
            (r * 0.3, h * 0.9),
            (0, h * 0.9),
        ]
    )
    nozzle = lathe(
        [(r * 0.3, h * 0.89), (r * 0.24, h * 0.95), (r * 0.32, h * 0.96), (r * 0.27, h), (0, h)],
        segments=18,
    )
    second = other_color(rng, name, ('black', 'white', 'red', 'blue', 'gray'))
    parts = [
        paint(solid(outer), shade(rng, name), alpha=rng.choice([1.0, 0.8])),
        paint(lid, second),
        paint(nozzle, other_color(rng, '', CAPS)),
    ]
    if rng.random() < 0.5:
        parts.append(paint(wrapped(outer, h * 0.16, h * 0.4), second))
    return Model(parts=settled(rng, parts, lying=0.25), color=name)


def _juice_bottle(rng: np.random.Generator) -> Model:
    """Wide-necked bottle of milk, juice or smoothie."""
    r, h = rng.uniform(0.031, 0.043), rng.uniform(0.13, 0.23)
    neck, top = r * rng.uniform(0.5, 0.65), h * rng.uniform(0.5, 0.68)
    rise = curve([(r, top), (r * 0.92, top + h * 0.08), (neck, h * 0.86), (neck, h * 0.93)])
    outer = np.array([(r * 0.9, 0), (r, 0.006), *rise])
    name = pick(
        rng, ('white', 'white', 'orange', 'orange', 'yellow', 'red', 'green', 'purple', 'pink')
    )
    parts = [paint(solid(outer, segments=40), shade(rng, name), gloss=0.8)]
    if rng.random() < 0.6:
        label = wrapped(outer, h * 0.14, top * rng.uniform(0.6, 0.9), segments=40)
        parts.append(paint(label, other_color(rng, name, LABELS), gloss=0.3))
    parts += _screw_cap(rng, neck * 1.1, h * 0.9, h * rng.uniform(0.07, 0.11))
    return Model(parts=settled(rng, parts, lying=0.15), color=name)


def _swing_top(rng: np.random.Generator) -> Model:
    """Bottle with a porcelain stopper held by a wire, a red washer below it."""
    r, h = rng.uniform(0.033, 0.042), rng.uniform(0.19, 0.28)
    top, neck = h * rng.uniform(0.45, 0.62), rng.uniform(0.0125, 0.0145)
    rise = curve([(r, top), (r * 0.85, top + h * 0.09), (neck * 1.15, h * 0.8), (neck, h * 0.9)])
    outer = np.array([(r * 0.92, 0), (r, 0.005), *rise])
    name = pick(rng, ('brown', 'green', 'green', 'blue', ''))
    rgb = shade(rng, name) if name else np.array([0.82, 0.9, 0.92])
    body = paint(solid(outer), rgb, gloss=0.95, alpha=rng.uniform(0.75, 1) if name else 0.5)
    washer = move(cylinder(neck * 1.1, 0.005, bevel=0.001), (0, 0, h * 0.9))
    stopper = lathe([(neck * 1.15, 0), (neck * 1.2, 0.006), (neck * 0.6, 0.015), (0, 0.017)])
    parts = [
        body,
        paint(washer, shade(rng, pick(rng, ('red', 'red', 'orange', 'gray')))),
        paint(move(stopper, (0, 0, h * 0.9 + 0.005)), (0.93, 0.92, 0.88), gloss=0.7),
        paint(ring(neck * 1.12, 0.0012, h * 0.82), METAL, gloss=0.8),
    ]
    for side in (-1, 1):
        x = side * neck
        wire = tube(
            [
                (x * 1.15, 0, h * 0.82),
                (x * 1.9, 0, h * 0.86),
                (x * 1.5, 0, h * 0.9),
                (x * 0.5, 0, h * 0.9 + 0.017),
            ],
            0.0013,
            count=8,
        )
        parts.append(paint(wire, METAL, gloss=0.8))
    if rng.random() < 0.4:
        parts.append(paint(wrapped(outer, h * 0.12, top * 0.8), shade(rng, pick(rng, LABELS))))
    return Model(parts=settled(rng, parts, lying=0.15), color=name)


def _cola_bottle(rng: np.random.Generator) -> Model:
    """Fluted bottle with a waist, for a fizzy drink, its label around the middle."""
    r, h = rng.uniform(0.03, 0.039), rng.uniform(0.18, 0.29)
    neck = rng.uniform(0.011, 0.013)
    outer = curve(
        [
            (r * 0.88, 0),
            (r, h * 0.08),
            (r * 0.82, h * 0.26),
            (r * 0.98, h * 0.42),
            (r, h * 0.58),
            (r * 0.75, h * 0.74),
            (neck, h * 0.9),
            (neck, h * 0.94),
        ],
        count=20,
    )
    name = pick(rng, ('black', 'black', 'green', 'orange', 'yellow', 'red', 'purple'))
    body = rippled(solid(outer, segments=40), 10, rng.uniform(0.01, 0.03))
    parts = [paint(body, shade(rng, name), gloss=0.9, alpha=rng.choice([1.0, 0.85]))]
    label = wrapped(outer * [1.035, 1], h * 0.42, h * rng.uniform(0.55, 0.63))
    tint = other_color(rng, name, LABELS)
    parts += [paint(label, tint, gloss=0.4)]
    parts += _screw_cap(rng, neck * 1.2, h * 0.92, h * 0.07)
    return Model(parts=settled(rng, parts, lying=0.25), color=name)


_BOTTLES = (
    _water_bottle,
    _wine_bottle,
    _beer_bottle,
    _flask_bottle,
    _sports_bottle,
    _juice_bottle,
    _swing_top,
    _cola_bottle,
)


def _screw_cap(rng: np.random.Generator, radius: float, height: float, tall: float) -> list[Part]:
    """Ribbed cap whose foot is at a height."""
    cap = rippled(cylinder(radius, tall, bevel=0.001, segments=40), 20, 0.02)
    return [paint(move(cap, (0, 0, height)), shade(rng, pick(rng, CAPS)), gloss=0.4)]
