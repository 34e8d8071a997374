"""Spouts, handles and lids of teapots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.vessel_forms import ear, Profile, radius_at, rippled, tube
from visa_ros.sim.finish import paint
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    move,
    Part,
    rectangle,
    sphere,
    sweep,
    turn,
)


def curved_spout(outer: Profile, low: float, high: float, reach: float, thick: float) -> Part:
    """Curved spout towards +x; low and high are shares of the pot's height."""
    h = outer[-1, 1]
    root, edge = radius_at(outer, h * low), float(outer[:, 0].max())
    rise = high - low
    path = loop(
        [
            (root - thick * 0.8, 0, h * low),
            (edge + reach * 0.45, 0, h * (low + rise * 0.3)),
            (edge + reach * 0.6, 0, h * (low + rise * 0.7)),
            (edge + reach, 0, h * high),
        ],
        count=12,
    )
    return sweep(path, circle(12), np.linspace(thick * 1.2, thick * 0.5, 12), across=(0, 1, 0))


def handle_behind(
    outer: Profile,
    span: tuple[float, float],
    reach: float,
    half: tuple[float, float],
    style: str,
    *,
    flat: bool = False,
) -> Part:
    """Handle opposite the spout."""
    return turn(ear(outer, span, reach, half, style=style, flat=flat), 'z', 180)


def bail(outer: Profile, height: float, rise: float, *, flat: bool) -> Part:
    """Handle that spans the pot from shoulder to shoulder, in the plane of the spout."""
    wide, foot = radius_at(outer, height * 0.82), height * 0.8
    path = [
        (-wide, 0, foot),
        (-wide * 1.05, 0, height + rise * 0.5),
        (-wide * 0.6, 0, height + rise * 0.95),
        (wide * 0.6, 0, height + rise * 0.95),
        (wide * 1.05, 0, height + rise * 0.5),
        (wide, 0, foot),
    ]
    if not flat:
        return tube(path, 0.0042, count=24)
    section = rectangle(0.5) * np.array([0.008, 0.004])
    return sweep(loop(path, count=24), section, 1.0, across=(0, 1, 0))


def knobbed_lid(
    rng: np.random.Generator,
    radius: float,
    height: float,
    rgb: Sequence[float] | np.ndarray,
    *,
    dome: float,
    knob: Sequence[float] | None = None,
) -> list[Part]:
    """Lid whose dome rises by a share of its radius, with a knob."""
    rise = radius * dome
    lid = lathe(
        [
            (radius, height - 0.002),
            (radius * 1.06, height),
            (radius * 1.06, height + 0.003),
            (radius * 0.75, height + 0.003 + rise * 0.55),
            (0, height + 0.003 + rise),
        ],
        segments=28,
    )
    size, top = radius * rng.uniform(0.18, 0.28), height + 0.002 + rise
    handle = (
        move(sphere(size, rings=9, segments=14), (0, 0, top + size * 0.8))
        if rng.random() < 0.6
        else rippled(move(cylinder(size, size * 1.5, bevel=size * 0.2), (0, 0, top)), 6, 0.05)
    )
    accent = knob if knob is not None else rgb
    return [paint(lid, rgb, gloss=0.6), paint(handle, accent, gloss=0.6)]
