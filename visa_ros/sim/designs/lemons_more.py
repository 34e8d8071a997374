"""More designs of lemons, for training: each function draws one model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.citrus_cuts import lemon_profile, PITH
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.solids import bumpy, face_centers, leaf, sector, split
from visa_ros.sim.designs.vessel_forms import rippled
from visa_ros.sim.finish import paint
from visa_ros.sim.shapes import lathe, Model, move, Part, stretch, turn

_PULP = np.array([0.94, 0.86, 0.38])
_LEAF = np.array([0.1, 0.36, 0.1])


def _lemon_crooked(rng: np.random.Generator) -> Model:
    """Bent to one side with a long hooked nipple; small or very large, smooth or warty."""
    r = rng.uniform(0.022, 0.042)
    profile = lemon_profile(r, rng.uniform(1.3, 1.9), tip=rng.uniform(0.3, 0.55), neck=0.3)
    body = lathe(profile, segments=38)
    x, y, z = body.vertices.T
    bend = rng.uniform(0.08, 0.22) * z**2 / r + rng.uniform(0, 0.3) * np.maximum(z / r - 1, 0) * r
    fat = 1 - rng.uniform(-0.16, 0.16) * z / r
    body = replace(body, vertices=np.stack((x * fat + bend, y * fat, z), 1))
    body = bumpy(rng, body, r * rng.uniform(0.005, 0.035), r * rng.uniform(0.2, 0.5))
    body = paint(body, _rind(rng), gloss=rng.uniform(0.2, 0.6))
    return Model(parts=(turn(turn(body, 'z', rng.uniform(60, 120)), 'y', 90),), color='yellow')


def _lemon_ribbed(rng: np.random.Generator) -> Model:
    """Furrowed from end to end, as some old sorts are or as a channel knife leaves it."""
    r, count = rng.uniform(0.025, 0.036), int(rng.integers(6, 12))
    profile = _outline(rng, r)
    body, rgb = rippled(lathe(profile, segments=44), count, rng.uniform(0.02, 0.06)), _rind(rng)
    x, y, _ = face_centers(body).T
    groove, rest = split(body, np.cos(count * np.arctan2(y, x)) < -0.8)
    cut = PITH if rng.random() < 0.5 else rgb * 0.94
    parts = (paint(rest, rgb, gloss=0.4), paint(groove, cut, gloss=0.2))
    return Model(parts=tuple(turn(p, 'y', 90) for p in parts), color='yellow')


def _lemon_pair(rng: np.random.Generator) -> Model:
    """Two or three side by side, with leaves between them."""
    r, parts = rng.uniform(0.022, 0.03), list[Part]()
    rgb = _rind(rng)
    for k in range(int(rng.integers(2, 4))):
        body = bumpy(rng, lathe(_outline(rng, r), segments=16), r * 0.012, r * 0.4)
        body = turn(turn(body, 'y', 90), 'z', rng.uniform(-25, 25) + 180 * (k % 2))
        low = float(body.vertices[:, 2].min())
        parts.append(paint(move(body, (0, 2.15 * r * k, -low)), rgb, gloss=0.4))
    for k in range(int(rng.integers(1, 4))):
        blade = leaf(r * rng.uniform(1.5, 2.3), r * rng.uniform(0.6, 1), rise=r * 0.5)
        blade = turn(blade, 'z', rng.uniform(-50, 50) + 180 * k)
        parts.append(paint(move(blade, (0, 1.07 * r, r * 1.2)), _LEAF * rng.uniform(0.8, 1.3)))
    return Model(parts=tuple(parts), color='yellow')


def _lemon_wedge_out(rng: np.random.Generator) -> Model:
    """Lies whole but for a piece cut out along its axis."""
    r, gone = rng.uniform(0.025, 0.034), rng.uniform(0.12, 0.3)
    profile = _outline(rng, r)
    skin, cut = sector(profile, 1 - gone, start=gone / 2, segments=34)
    inner = sector(profile * 0.87, 1 - gone + 0.012, start=gone / 2 - 0.006)[1]
    parts = [paint(skin, _rind(rng), gloss=0.4), paint(cut, PITH, gloss=0.1)]
    parts.append(paint(inner, _PULP, gloss=0.6))
    parts = [turn(p, 'y', -90) for p in parts]
    about = rng.uniform(-50, 50)
    return Model(parts=tuple(turn(p, 'x', about) for p in parts), color='yellow')


def _lemon_faceted(rng: np.random.Generator) -> Model:
    """Toy or ornament of few flat faces, with a knob at each end."""
    r = rng.uniform(0.018, 0.04)
    profile = _outline(rng, r)
    rows = [0, 3, *np.linspace(6, 23, int(rng.integers(3, 6))).astype(int), 26, 29]
    body = lathe(profile[rows], segments=int(rng.integers(5, 10)))
    parts = [turn(paint(body, _rind(rng), gloss=rng.uniform(0, 0.8)), 'y', 90)]
    if rng.random() < 0.6:
        blade = stretch(leaf(r, r * 0.6, rise=r * 0.3), (1, 1, 1.5))
        start = float(parts[0].vertices[:, 0].min())
        parts.append(paint(move(turn(blade, 'z', 150), (start, 0, 0)), _LEAF))
    return Model(parts=tuple(parts), color='yellow')


LEMONS: tuple[Design, ...] = (
    _lemon_crooked,
    _lemon_ribbed,
    _lemon_pair,
    _lemon_wedge_out,
    _lemon_faceted,
)


def _rind(rng: np.random.Generator) -> np.ndarray:
    return np.array([rng.uniform(0.85, 0.96), rng.uniform(0.72, 0.84), rng.uniform(0.06, 0.16)])


def _outline(rng: np.random.Generator, r: float) -> np.ndarray:
    tip, neck = rng.uniform(0.15, 0.35), rng.uniform(0.05, 0.2)
    return lemon_profile(r, rng.uniform(1.15, 1.6), tip=tip, neck=neck)
