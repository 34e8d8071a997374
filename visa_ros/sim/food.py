"""Procedural food: each function draws one model from a random generator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visa_ros.sim.finish import middles, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    sphere,
    stretch,
    sweep,
    turn,
)


def apple(rng: np.random.Generator) -> Model:
    """Dimpled fruit with a stem, sometimes with a leaf."""
    r = rng.uniform(0.034, 0.043)
    name = pick(rng, ('red', 'red', 'green', 'yellow'))
    t = np.linspace(-np.pi / 2, np.pi / 2, 20)
    radius = r * np.cos(t) ** 0.8 * (1 + 0.08 * np.sin(t))
    dip = 0.35 * np.exp(-((np.cos(t) / 0.35) ** 2))
    height = r * (0.92 * np.sin(t) - np.where(t > 0, dip, -0.4 * dip))
    body = lathe(np.stack((radius, height), 1), segments=28)
    stalk = sweep(
        loop([(0, 0, r * 0.5), (0, 0, r * 0.8), (r * 0.15, 0, r * 1.1)], count=6),
        circle(7),
        0.0018,
        across=(0, 1, 0),
    )
    parts = [paint(body, shade(rng, name), gloss=0.5), paint(stalk, (0.25, 0.16, 0.08))]
    if rng.random() < 0.4:
        leaf = stretch(sphere(1.0, rings=8, segments=12), (r * 0.35, r * 0.17, 0.0012))
        parts.append(paint(move(turn(leaf, 'y', -25), (r * 0.4, 0, r)), (0.12, 0.4, 0.1)))
    return Model(parts=tuple(parts), color=name)


def orange(rng: np.random.Generator) -> Model:
    """Nearly a sphere, with the green mark of its stem."""
    r = rng.uniform(0.034, 0.043)
    body = stretch(sphere(r, rings=20, segments=32), (1, 1, rng.uniform(0.92, 1.0)))
    top = body.vertices[:, 2].max()
    mark = move(cylinder(r * 0.09, 0.002, segments=7), (0, 0, top - 0.0012))
    parts = (
        paint(body, (0.95, rng.uniform(0.4, 0.5), 0.04), gloss=0.35),
        paint(mark, (0.2, 0.35, 0.1)),
    )
    tilt = rng.uniform(0, 70)
    return Model(parts=tuple(turn(p, 'y', tilt) for p in parts), color='orange')


def banana(rng: np.random.Generator) -> Model:
    """Bent, five-sided, with dark ends."""
    bend, arc = rng.uniform(0.09, 0.12), rng.uniform(1.2, 1.6)
    angles = np.linspace(-arc / 2, arc / 2, 24)
    r = rng.uniform(0.015, 0.019)
    path = np.stack((bend * np.sin(angles), bend * np.cos(angles), np.full(24, r)), 1)
    at = np.linspace(0, 1, 24)
    scale = r * np.interp(
        at, [0, 0.05, 0.2, 0.5, 0.8, 0.92, 1], [0.3, 0.45, 0.9, 1, 0.85, 0.3, 0.25]
    )
    five = circle(15) * (1 + 0.06 * np.cos(5 * 2 * np.pi * np.arange(15) / 15))[:, None]
    whole = sweep(path, five, scale)
    name = pick(rng, ('yellow', 'yellow', 'yellow', 'yellow', 'green'))
    middle = np.arctan2(*whole.vertices[whole.faces].mean(1)[:, :2].T)
    ends = np.abs(middle) > arc * 0.46
    parts = (
        paint(replace(whole, faces=whole.faces[~ends]), shade(rng, name)),
        paint(replace(whole, faces=whole.faces[ends]), (0.22, 0.17, 0.06)),
    )
    return Model(parts=parts, color=name)


def lemon(rng: np.random.Generator) -> Model:
    """Ellipsoid with two points, lying."""
    r, half = rng.uniform(0.025, 0.031), rng.uniform(0.038, 0.046)
    t = np.linspace(-1, 1, 25)
    radius = r * np.sqrt(np.maximum(1 - np.abs(t) ** 2.2, 0)) * (1 - 0.25 * np.abs(t) ** 4)
    radius = np.maximum(radius, np.where(np.abs(t) > 0.9, r * 0.24 * (1 - np.abs(t)) ** 0.4, 0))
    height = half * t * (1 + 0.12 * np.abs(t) ** 6)
    body = turn(lathe(np.stack((radius, height), 1), segments=28), 'y', 90)
    name = pick(rng, ('yellow', 'yellow', 'yellow', 'green'))
    return Model(parts=(paint(body, shade(rng, name), gloss=0.4),), color=name)


def bread(rng: np.random.Generator) -> Model:
    """Loaf with a flat underside and cuts across the crust."""
    length, r = rng.uniform(0.15, 0.24), rng.uniform(0.035, 0.05)
    dome = circle(22)
    dome = np.stack((dome[:, 0], np.maximum(dome[:, 1], -0.45)), 1)
    at = np.linspace(-1, 1, 33)
    ends = np.maximum(1 - np.abs(at) ** rng.uniform(3, 6), 0.02) ** 0.5
    cuts = int(rng.integers(3, 6))
    dent = 1 - 0.07 * np.maximum(np.cos(at * np.pi * cuts), 0) ** 4
    path = np.stack((at * length / 2, 0 * at, 0 * at), 1)
    crust = sweep(path, dome, np.stack((r * ends, r * ends * dent), 1), across=(0, -1, 0))
    brown = np.array([0.55, 0.31, 0.12]) * rng.uniform(0.8, 1.25)
    wave = np.cos(middles(crust, 0) / (length / 2) * np.pi * cuts)
    pale = (wave > 0.72) & (middles(crust, 2) > r * 0.35)
    parts = (
        paint(replace(crust, faces=crust.faces[~pale]), brown, gloss=0.1),
        paint(replace(crust, faces=crust.faces[pale]), brown * 0.4 + [0.5, 0.4, 0.24], gloss=0.1),
    )
    return Model(parts=parts, color='brown')
