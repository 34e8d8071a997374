"""Designs of mugs: vessels to drink from, with a handle."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.vessel_forms import (
    alike,
    curve,
    ear,
    glazed,
    other_color,
    ring,
    settled,
    shell,
    split,
    tube,
    wrapped,
)
from visa_ros.sim.finish import METAL, middles, paint, pick, shade
from visa_ros.sim.shapes import cylinder, lathe, Model, move, sphere
from visa_ros.sim.tableware import CERAMIC_COLORS

CLAY = (0.6, 0.43, 0.26)


def mug(rng: np.random.Generator) -> Model:
    """A vessel to drink from, with a handle."""
    return one_of(rng, _MUGS)


def _enamel_mug(rng: np.random.Generator) -> Model:
    """Thin camping mug with a dark rim, white inside, and a strap for a handle."""
    r, h = rng.uniform(0.037, 0.047), rng.uniform(0.062, 0.09)
    outer = np.array([(r * 0.9, 0), (r * 0.96, 0.004), (r * 0.97, h * 0.3), (r, h)])
    name = pick(rng, ('white', 'white', 'blue', 'red', 'green', 'yellow', 'black', 'gray'))
    parts = glazed(rng, name, outer, wall=0.0015, within='white', full=rng.random() < 0.2)
    grip = ear(
        outer,
        (h * 0.22, h * 0.86),
        rng.uniform(0.024, 0.032),
        (0.007, 0.0014),
        style=pick(rng, ('ear', 'round')),
        flat=True,
    )
    rim = other_color(rng, name, ('black', 'blue', 'red'))
    parts += [paint(grip, parts[0].rgba[:3], gloss=0.7), paint(ring(r, 0.0017, h), rim, gloss=0.7)]
    return Model(parts=tuple(parts), color=name)


def _latte_mug(rng: np.random.Generator) -> Model:
    """Tall cone, narrow below, its handle high up."""
    r, h = rng.uniform(0.04, 0.047), rng.uniform(0.11, 0.15)
    foot = r * rng.uniform(0.55, 0.75)
    outer = curve([(foot, 0), (foot * 1.04, h * 0.1), ((foot + r) / 2, h * 0.5), (r, h)])
    name = pick(rng, CERAMIC_COLORS)
    full = rng.random() < 0.35
    parts = glazed(rng, name, outer, full=full)
    span = (h * rng.uniform(0.3, 0.45), h * 0.88)
    parts.append(
        alike(
            parts,
            ear(
                outer,
                span,
                rng.uniform(0.028, 0.036),
                (0.006, 0.005),
                style=pick(rng, ('ear', 'round', 'low')),
            ),
        )
    )
    return Model(parts=settled(rng, parts, over=0 if full else 0.15), color=name)


def _stoneware_mug(rng: np.random.Generator) -> Model:
    """Bellied potter's mug, its glaze ending above a foot of raw clay."""
    r, h = rng.uniform(0.034, 0.042), rng.uniform(0.075, 0.1)
    belly = r * rng.uniform(1.1, 1.3)
    outer = curve([(r * 0.85, 0), (belly, h * rng.uniform(0.3, 0.45)), (r, h * 0.85), (r, h)])
    name = pick(rng, CERAMIC_COLORS)
    outside, inside = shell(outer, 0.0045)
    rgb, clay = shade(rng, name), np.array(CLAY) * rng.uniform(0.6, 1.1)
    parts = split(outside, middles(outside, 2) > h * rng.uniform(0.12, 0.35), rgb, clay, gloss=0.5)
    parts.append(paint(inside, rgb, gloss=0.5))
    parts.append(
        alike(
            parts,
            ear(
                outer,
                (h * 0.22, h * 0.8),
                rng.uniform(0.022, 0.03),
                (0.0075, 0.005),
                style=pick(rng, ('ear', 'low', 'round')),
            ),
        )
    )
    return Model(parts=settled(rng, parts, over=0.08, lying=0.08), color=name)


def _cappuccino_mug(rng: np.random.Generator) -> Model:
    """Wide and round, on a small foot, with a small handle."""
    r, h = rng.uniform(0.045, 0.058), rng.uniform(0.055, 0.072)
    outer = curve([(r * 0.52, 0), (r * 0.55, h * 0.08), (r * 0.85, h * 0.4), (r, h)])
    name = pick(rng, CERAMIC_COLORS)
    parts = glazed(rng, name, outer, full=rng.random() < 0.5)
    grip = ear(
        outer,
        (h * 0.32, h * 0.85),
        rng.uniform(0.022, 0.03),
        (0.0055, 0.0045),
        style=pick(rng, ('ear', 'square', 'round')),
    )
    return Model(parts=(*parts, alike(parts, grip)), color=name)


def _block_mug(rng: np.random.Generator) -> Model:
    """Straight cylinder with a square strap of a handle, often of another colour inside."""
    r, h = rng.uniform(0.036, 0.046), rng.uniform(0.07, 0.11)
    outer = np.array(
        [(r - 0.004, 0), (r - 0.001, 0.0015), *((r, h * t) for t in np.linspace(0.05, 1, 12))]
    )
    name = pick(rng, CERAMIC_COLORS)
    outside, inside = shell(outer, 0.004)
    rgb = shade(rng, name)
    within = other_color(rng, name, CERAMIC_COLORS) if rng.random() < 0.6 else rgb
    parts = [paint(outside, rgb, gloss=0.4), paint(inside, within, gloss=0.4)]
    grip = ear(
        outer,
        (h * 0.15, h * rng.uniform(0.7, 0.86)),
        rng.uniform(0.024, 0.033),
        (rng.uniform(0.005, 0.01), 0.0038),
        style='square',
        flat=True,
    )
    parts.append(alike(parts, grip))
    return Model(parts=settled(rng, parts, over=0.1, lying=0.1), color=name)


def _travel_mug(rng: np.random.Generator) -> Model:
    """Tall mug of steel or lacquer with a lid and a large handle of plastic."""
    r, h = rng.uniform(0.036, 0.045), rng.uniform(0.12, 0.17)
    outer = np.array([(r * 0.72, 0), (r * 0.76, h * 0.05), (r * 0.88, h * 0.5), (r, h * 0.92)])
    name = pick(rng, ('gray', 'gray', 'black', 'blue', 'red', 'green', 'white', 'pink'))
    rgb = METAL if name == 'gray' else shade(rng, name)
    plastic = other_color(rng, name, ('black', 'black', 'white', 'red'))
    lid = lathe(
        [
            (r, h * 0.92),
            (r * 1.03, h * 0.925),
            (r * 1.03, h * 0.97),
            (r * 0.9, h),
            (r * 0.84, h * 0.975),
            (0, h * 0.975),
        ]
    )
    tab = move(cylinder(r * 0.28, h * 0.03), (r * 0.5, 0, h * 0.965))
    grip = ear(
        outer,
        (h * 0.25, h * 0.85),
        rng.uniform(0.03, 0.038),
        (0.009, 0.0045),
        style=pick(rng, ('ear', 'square', 'round')),
        flat=True,
    )
    band = wrapped(outer, 0.004, h * rng.uniform(0.1, 0.2))
    parts = [paint(shell(outer, 0.002)[0], rgb, gloss=0.85)]
    parts += [paint(p, plastic, gloss=0.3) for p in (lid, tab, grip, band)]
    return Model(parts=tuple(parts), color=name)


def _tankard(rng: np.random.Generator) -> Model:
    """Beer mug with hoops and a tall handle, now and then with a hinged lid."""
    r, h = rng.uniform(0.042, 0.052), rng.uniform(0.11, 0.16)
    outer = curve([(r * rng.uniform(1.0, 1.15), 0), (r * rng.choice([1.0, 1.1]), h / 2), (r, h)])
    name = pick(rng, ('gray', 'gray', 'brown', 'brown', 'white', 'blue', 'green'))
    wooden = name == 'brown'
    parts = glazed(rng, name, outer, wall=0.005, segments=16 if wooden else 32, within=name)
    hoop = METAL if name != 'gray' else shade(rng, pick(rng, ('blue', 'gray', 'black')))
    for z in (0.06, rng.uniform(0.15, 0.25), rng.uniform(0.75, 0.85), 0.94):
        parts.append(paint(wrapped(outer * [1.015, 1], h * z - 0.004, h * z + 0.004), hoop))
    grip = ear(
        outer,
        (h * 0.15, h * 0.85),
        rng.uniform(0.034, 0.044),
        (0.009, 0.006),
        style=pick(rng, ('ear', 'square', 'round')),
        flat=wooden,
    )
    parts.append(alike(parts, grip))
    if rng.random() < 0.35:
        dome = lathe([(r * 1.03, h), (r, h + 0.004), (r * 0.5, h + 0.014), (0, h + 0.018)])
        knob = move(sphere(0.006, rings=8, segments=12), (0, 0, h + 0.021))
        thumb = tube([(r, 0, h), (r + 0.012, 0, h + 0.006), (r + 0.008, 0, h + 0.022)], 0.003)
        parts += [paint(p, METAL, gloss=0.85) for p in (dome, knob, thumb)]
    return Model(parts=tuple(parts), color=name)


_MUGS = (
    _enamel_mug,
    _latte_mug,
    _stoneware_mug,
    _cappuccino_mug,
    _block_mug,
    _travel_mug,
    _tankard,
)
