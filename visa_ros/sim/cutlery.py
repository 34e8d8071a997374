"""Procedural cutlery: each function draws one model from a random generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import circle, loop, Model, move, Part, rectangle, sweep
from visa_ros.sim.tableware import dish


def _cutlery_color(rng: np.random.Generator) -> tuple[str, tuple[float, float, float]]:
    """Colour of the handle; '' and metal for most."""
    if rng.random() < 0.6:
        return '', METAL
    name = pick(rng, ('red', 'blue', 'green', 'black', 'yellow', 'white'))
    return name, shade(rng, name)


def _stem(length: float, height: Sequence[float], *, thin: float, wide: float) -> Part:
    """Handle along +x from the origin, thin at its root, wide at its end."""
    count = 12
    path = loop([(length * i / 2, 0, z) for i, z in enumerate(height)], count=count)
    width = np.interp(np.linspace(0, 1, count), [0, 0.3, 0.9, 1], [thin, thin, wide, wide * 0.7])
    scale = np.stack((width, np.full(count, 0.0016)), 1)
    return sweep(path, rectangle(0.5), scale, across=(0, 1, 0))


def spoon(rng: np.random.Generator) -> Model:
    """Oval bowl and a handle."""
    length = rng.uniform(0.14, 0.2)
    a, b, deep = length * 0.17, length * rng.uniform(0.1, 0.125), length * 0.045
    curve = [(0, 0), (0.5, 0.12), (0.8, 0.45), (0.95, 0.8), (1.0, 1.0)]
    bowl_part = dish([(r, z * deep) for r, z in curve], 0.0014, segments=28)
    head = replace(bowl_part, vertices=bowl_part.vertices * np.array([a, b, 1.0]))
    stem = _stem(length * 0.68, (deep, deep * 1.6, deep * 0.5), thin=0.0028, wide=0.0075)
    name, rgb = _cutlery_color(rng)
    parts = (paint(head, METAL, gloss=0.9), paint(move(stem, (a * 0.93, 0, 0)), rgb, gloss=0.8))
    return Model(parts=parts, color=name)


def fork(rng: np.random.Generator) -> Model:
    """Four tines, a neck and a handle."""
    length, width = rng.uniform(0.15, 0.2), rng.uniform(0.011, 0.014)
    tine = length * 0.22
    tines = []
    for y in np.linspace(-width, width, 4):
        path = loop([(0, y, 0.004), (-tine * 0.5, y, 0.0), (-tine, y, 0.005)], count=6)
        scale = np.stack((np.linspace(0.0026, 0.0015, 6), np.full(6, 0.0014)), 1)
        tines.append(sweep(path, rectangle(0.5), scale, across=(0, 1, 0)))
    neck = loop([(-0.002, 0, 0.004), (tine * 0.3, 0, 0.005), (tine * 0.75, 0, 0.007)], count=8)
    wide = np.interp(np.arange(8), [0, 3, 7], [width + 0.002, width, 0.0035])
    palm = sweep(neck, rectangle(0.4), np.stack((wide, np.full(8, 0.0016)), 1), across=(0, 1, 0))
    stem = _stem(length * 0.62, (0.007, 0.009, 0.003), thin=0.003, wide=0.008)
    name, rgb = _cutlery_color(rng)
    parts = (
        *(paint(p, METAL, gloss=0.9) for p in (*tines, palm)),
        paint(move(stem, (tine * 0.7, 0, 0)), rgb, gloss=0.8),
    )
    return Model(parts=parts, color=name)


def knife(rng: np.random.Generator) -> Model:
    """Blade with one straight side, and a handle of another material."""
    blade, grip = rng.uniform(0.1, 0.17), rng.uniform(0.085, 0.11)
    high = rng.uniform(0.009, 0.017)
    x = np.array([0, 0.15, 0.5, 0.75, 0.9, 1.0])
    edge = np.array([-1, -1, -0.9, -0.55, -0.1, 0.75]) * high
    path = np.stack((x * blade, (edge + high) / 2, np.full(6, 0.007)), 1)
    scale = np.stack((np.maximum((high - edge) / 2, 0.0008), np.full(6, 0.0011)), 1)
    flat = sweep(path, rectangle(0.3), scale, across=(0, 1, 0))
    back = loop(
        [(0.004, 0, 0.007), (-grip * 0.5, -0.001, 0.007), (-grip, -0.003, 0.007)], count=10
    )
    wide = high * np.interp(np.arange(10), [0, 2, 6, 9], [0.8, 0.75, 0.85, 0.7])
    handle = sweep(back, circle(12), np.stack((wide, np.full(10, 0.007)), 1), across=(0, 1, 0))
    name = pick(rng, ('black', 'black', 'brown', 'red', 'blue', 'white', 'green'))
    parts = (paint(flat, METAL, gloss=0.9), paint(handle, shade(rng, name), gloss=0.4))
    return Model(parts=parts, color=name)
