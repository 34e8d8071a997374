"""Flowers for vases."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.vessel_forms import curve, rippled
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import circle, lathe, loop, move, Part, sphere, stretch, sweep, turn

PETALS = ('red', 'red', 'pink', 'pink', 'yellow', 'yellow', 'white', 'purple', 'orange', 'blue')


def bunch(
    rng: np.random.Generator, spread: float, low: float, high: float, *, count: int = 0
) -> list[Part]:
    """Flowers of one kind, their stems rising from a height to about another."""
    petals = shade(rng, pick(rng, PETALS))
    parts = []
    size = rng.uniform(0.011, 0.019)
    tulips = rng.random() < 0.4
    count = count or int(rng.integers(3, 7))
    for angle in 2 * np.pi * (np.arange(count) + rng.uniform(0, 0.6, count)) / count:
        lean = 0.35 if count == 1 else 1.0
        way = np.array([np.cos(angle), np.sin(angle), 0]) * lean
        top = way * (spread + rng.uniform(0.01, 0.035)) + [0, 0, high - rng.uniform(0, 0.03)]
        start = -way * spread * 0.3 + [0, 0, low]
        bend = way * spread * 0.5 + [0, 0, (low + top[2]) / 2]
        stem = sweep(
            loop(np.stack((start, bend, top)), count=5), circle(5), 0.0016, across=(0.3, 1, 0.1)
        )
        parts.append(paint(stem, (0.12, 0.38, 0.1)))
        leaf = turn(stretch(sphere(1.0, rings=4, segments=6), (0.007, 0.002, 0.022)), 'y', 30)
        leaf = move(turn(leaf, 'z', np.degrees(angle)), bend * 0.3 + top * 0.7 - [0, 0, size])
        parts.append(paint(leaf, (0.12, 0.38, 0.1)))
        parts += _blossom(petals, size, top, np.degrees(angle), tulip=tulips)
    return parts


def _blossom(
    petals: tuple[float, float, float], size: float, at: np.ndarray, degrees: float, *, tulip: bool
) -> list[Part]:
    """A closed bud, or petals around a yellow middle that look outwards and up."""
    if tulip:
        bud = curve(
            [(size * 0.3, -size), (size * 0.75, -size * 0.3), (size * 0.45, size)], count=7
        )
        head = lathe([(0, -size), *bud, (0, size * 0.8)], segments=12)
        return [paint(move(head, at), petals, gloss=0.2)]
    disc = rippled(stretch(sphere(size, rings=5, segments=15), (1, 1, 0.35)), 5, 0.2)
    heart = move(sphere(size * 0.36, rings=4, segments=8), (0, 0, size * 0.25))
    return [
        paint(move(turn(turn(part, 'y', 40), 'z', degrees), at), rgb, gloss=0.1)
        for part, rgb in ((disc, petals), (heart, (0.8, 0.6, 0.08)))
    ]
