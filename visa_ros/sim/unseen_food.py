"""Food of shapes and colours that training never renders; see visa_ros.sim.unseen_kitchen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.finish import middles, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    Model,
    move,
    Part,
    sphere,
    stretch,
    sweep,
    turn,
)


def apple(rng: np.random.Generator) -> Model:
    """Ribbed, with a blush of another colour around its top and two leaves."""
    r = rng.uniform(0.036, 0.042)
    name, other = (('red', 'yellow'), ('green', 'red'), ('yellow', 'red'))[int(rng.integers(3))]
    t = np.linspace(-np.pi / 2, np.pi / 2, 20)
    radius = r * np.cos(t) ** 0.7 * (0.92 + 0.16 * np.sin(t))
    dip = 0.4 * np.exp(-((np.cos(t) / 0.3) ** 2))
    height = r * (1.08 * np.sin(t) - np.where(t > 0, dip, -dip))
    body = lathe(np.stack((radius, height), 1), segments=30)
    angle = np.arctan2(body.vertices[:, 1], body.vertices[:, 0])
    ribs = 1 + 0.05 * np.cos(5 * angle)[:, None] * np.array([1, 1, 0])
    body = replace(body, vertices=body.vertices * ribs)
    blush = middles(body, 2) > r * 0.72
    parts = (
        paint(replace(body, faces=body.faces[~blush]), shade(rng, name), gloss=0.6),
        paint(replace(body, faces=body.faces[blush]), shade(rng, other), gloss=0.6),
        *_stalk(r * 0.75, r * 0.5),
    )
    # Two colours: nobody could say which one is meant.
    return Model(parts=parts, color='')


def _stalk(height: float, length: float) -> tuple[Part, ...]:
    """Stem with two leaves on top of a fruit."""
    stem = move(cylinder(0.002, length, segments=8), (0, 0, height))
    leaf = move(stretch(sphere(1.0, rings=8, segments=12), (0.018, 0.009, 0.0014)), (0.017, 0, 0))
    tilted = move(turn(leaf, 'y', -20), (0, 0, height + 0.7 * length))
    leaves = (paint(turn(tilted, 'z', a), (0.12, 0.42, 0.1)) for a in (0, 140))
    return (paint(stem, (0.25, 0.16, 0.08)), *leaves)


def _halved(
    peel: Part, rgb: Sequence[float], flesh: Sequence[float], radius: float, height: float
) -> tuple[Part, ...]:
    """Half a citrus fruit on its back: peel, pith and the segments of the cut."""
    pith = move(cylinder(radius * 0.97, 0.001, segments=28), (0, 0, height - 0.0006))
    wedges = [
        move(lathe([(radius * 0.82, 0), (radius * 0.12, 0.0008)], segments=4, start=i / 8 + 0.01,
                   portion=0.105), (0, 0, height + 0.0005))
        for i in range(8)
    ]  # fmt: skip
    return (
        paint(peel, rgb, gloss=0.35),
        paint(pith, (0.95, 0.9, 0.78), gloss=0.2),
        *(paint(wedge, flesh, gloss=0.7) for wedge in wedges),
    )


def orange(rng: np.random.Generator) -> Model:
    """Large and whole, with the blush of a blood orange, a stem and two leaves."""
    r = rng.uniform(0.046, 0.052)
    body = sphere(r, rings=22, segments=32)
    side = rng.uniform(-0.4, 0.1) * r
    blush = middles(body, 0) < side
    tone = np.array([0.95, rng.uniform(0.4, 0.5), 0.04])
    red = np.array([0.8, 0.22, 0.05])
    parts = (
        paint(replace(body, faces=body.faces[~blush]), tone, gloss=0.35),
        paint(replace(body, faces=body.faces[blush]), 0.5 * tone + 0.5 * red, gloss=0.35),
        *_stalk(r * 0.98, r * 0.25),
    )
    return Model(parts=parts, color='orange')


def lemon(rng: np.random.Generator) -> Model:
    """Half a lemon with its point, the cut upwards."""
    r, deep = rng.uniform(0.028, 0.034), rng.uniform(0.034, 0.042)
    t = np.linspace(0.75, 0, 10)
    profile = [(0, -deep * 0.78), *np.stack((r * np.sqrt(1 - t**2.2), -deep * t), 1).tolist()]
    peel = move(lathe(profile, segments=28), (0, 0, deep * 0.78))
    name = pick(rng, ('yellow', 'yellow', 'green'))
    flesh = (0.93, 0.88, 0.4) if name == 'yellow' else (0.7, 0.82, 0.4)
    return Model(parts=_halved(peel, shade(rng, name), flesh, r, deep * 0.78), color=name)


def banana(rng: np.random.Generator) -> Model:
    """Short, thick and strongly bent, with dark patches."""
    bend, arc, r = rng.uniform(0.06, 0.07), rng.uniform(1.9, 2.2), rng.uniform(0.02, 0.023)
    angles = np.linspace(-arc / 2, arc / 2, 30)
    path = np.stack((bend * np.sin(angles), bend * np.cos(angles), np.full(30, r)), 1)
    scale = r * np.interp(
        np.linspace(0, 1, 30),
        [0, 0.04, 0.15, 0.5, 0.85, 0.95, 1],
        [0.3, 0.4, 0.95, 1, 0.9, 0.35, 0.3],
    )
    whole = sweep(path, circle(15), scale)
    middle = np.arctan2(*whole.vertices[whole.faces].mean(1)[:, :2].T)
    patches = np.abs(middle) > arc * 0.45
    patches |= np.repeat(rng.random((len(whole.faces) + 1) // 2) < 0.12, 2)[: len(whole.faces)]
    parts = (
        paint(replace(whole, faces=whole.faces[~patches]), shade(rng, 'yellow')),
        paint(replace(whole, faces=whole.faces[patches]), (0.3, 0.22, 0.08)),
    )
    return Model(parts=parts, color='yellow')


def bread(rng: np.random.Generator) -> Model:
    """Round loaf with a cross cut into its crust."""
    r = rng.uniform(0.07, 0.095)
    t = np.linspace(0, np.pi / 2, 12)
    dome = np.stack((r * np.cos(t) ** 0.7, r * 0.15 + r * 0.5 * np.sin(t)), 1)
    crust = lathe([(0, 0), (r * 0.85, 0), *dome.tolist()], segments=36)
    brown = np.array([0.55, 0.31, 0.12]) * rng.uniform(0.7, 1.2)
    near = np.minimum(np.abs(middles(crust, 0)), np.abs(middles(crust, 1)))
    cut = (near < r * 0.09) & (middles(crust, 2) > r * 0.4)
    parts = (
        paint(replace(crust, faces=crust.faces[~cut]), brown, gloss=0.1),
        paint(replace(crust, faces=crust.faces[cut]), brown * 0.3 + [0.6, 0.5, 0.36], gloss=0.0),
    )
    return Model(parts=parts, color='brown')
