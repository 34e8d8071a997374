"""Designs of bowls; those of pans and plates are in designs_pans and designs_plates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.dish_forms import (
    arc,
    colored,
    printed,
    reshaped,
    ring,
    squarish,
    steel,
    timber,
    vessel,
    wavy,
)
from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import (
    lathe,
    Model,
    move,
    Part,
    rounded_box,
    sphere,
    stretch,
    turn,
)
from visa_ros.sim.tableware import CERAMIC_COLORS


def bowl(rng: np.random.Generator) -> Model:
    """Bowl of one of many designs."""
    return one_of(rng, _BOWLS)


def _bowl_rice(rng: np.random.Generator) -> Model:
    """Small steep bowl on a foot ring, another colour inside at times."""
    r = rng.uniform(0.05, 0.072)
    wall = arc(r * rng.uniform(0.4, 0.55), r, r * rng.uniform(0.65, 0.95), bulge=0.85)
    pair = vessel(wall, 0.003, foot=rng.uniform(0.005, 0.014))
    return _two_toned(rng, *pair, chance=0.45)


def _bowl_cone(rng: np.random.Generator) -> Model:
    """Wide bowl with almost straight, flared sides (ramen, salad)."""
    r = rng.uniform(0.075, 0.11)
    wall = arc(r * rng.uniform(0.3, 0.42), r, r * rng.uniform(0.4, 0.62), bulge=0.25)
    pair = vessel(wall, 0.004, foot=rng.uniform(0.003, 0.012))
    return _two_toned(rng, *pair, chance=0.5)


def _bowl_brimmed(rng: np.random.Generator) -> Model:
    """Deep soup bowl with a broad flat brim."""
    r, h = rng.uniform(0.07, 0.085), rng.uniform(0.042, 0.06)
    brim = r * rng.uniform(1.25, 1.45)
    wall = [*arc(r * 0.55, r, h, bulge=0.9), (r * 1.05, h * 1.03), (brim, h * 1.1)]
    pair = vessel(wall, 0.004, foot=0.004)
    return _two_toned(rng, *pair, chance=0.2)


def _bowl_mixing(rng: np.random.Generator) -> Model:
    """Mixing bowl of steel or plastic with a rolled rim."""
    r, h = rng.uniform(0.09, 0.14), rng.uniform(0.6, 0.85)
    wall = arc(r * rng.uniform(0.45, 0.65), r, r * h, bulge=rng.uniform(0.8, 1))
    metal = rng.random() < 0.55
    name, rgb, gloss = steel(rng) if metal else colored(rng, CERAMIC_COLORS)
    edge = move(ring(r, rng.uniform(0.002, 0.004), segments=40), (0, 0, r * h))
    parts = tuple(paint(p, rgb, gloss=gloss) for p in (*vessel(wall, 0.002), edge))
    return Model(parts=parts, color=name)


def _bowl_lobed(rng: np.random.Generator) -> Model:
    """Bowl with a scalloped rim, like a flower."""
    r, count = rng.uniform(0.06, 0.1), int(rng.integers(5, 17))
    wall = arc(r * 0.45, r, r * rng.uniform(0.5, 0.75), bulge=0.9)
    lobes = wavy(count, rng.uniform(0.5, 1.1) / count)
    pair = (reshaped(p, lobes, r) for p in vessel(wall, 0.004, foot=0.004, segments=72))
    return _two_toned(rng, *pair, chance=0.3)


def _bowl_square(rng: np.random.Generator) -> Model:
    """Square or oblong bowl with rounded corners."""
    r, corner = rng.uniform(0.058, 0.08), rng.uniform(3.5, 7)
    wall = arc(r * 0.6, r, r * rng.uniform(0.55, 0.85), bulge=rng.uniform(0.3, 0.9))
    longer = rng.choice([1.0, 1.0, 1.35])
    pair = (
        stretch(reshaped(p, squarish(corner), r * 0.6), (longer, 1, 1))
        for p in vessel(wall, 0.004, foot=0.003, segments=64)
    )
    return _two_toned(rng, *pair, chance=0.35)


def _bowl_wooden(rng: np.random.Generator) -> Model:
    """Thick turned bowl of wood with visible grain."""
    r = rng.uniform(0.07, 0.12)
    wall = arc(r * rng.uniform(0.35, 0.5), r, r * rng.uniform(0.45, 0.75))
    name, rgb, gloss = timber(rng)
    grain = _grain(rng, rgb)
    pair = vessel(wall, rng.uniform(0.006, 0.01))
    return Model(parts=tuple(printed(p, grain, r, gloss=gloss) for p in pair), color=name)


def _bowl_stacked(rng: np.random.Generator) -> Model:
    """Bowls inside each other."""
    r = rng.uniform(0.06, 0.085)
    wall = arc(r * 0.45, r, r * rng.uniform(0.55, 0.7), bulge=0.85, count=7)
    step, names = rng.uniform(0.01, 0.018), [pick(rng, CERAMIC_COLORS)]
    if rng.random() < 0.35:
        names = [str(name) for name in rng.permutation(sorted(set(CERAMIC_COLORS)))[:3]]
    tints = [shade(rng, name) for name in names]
    parts = tuple(
        paint(move(p, (0, 0, k * step)), tints[k % len(tints)], gloss=0.5)
        for k in range(int(rng.integers(2, 5)))
        for p in vessel(wall, 0.004, foot=0.006, segments=30)
    )
    return Model(parts=parts, color=names[0] if len(names) == 1 else '')


def _bowl_filled(rng: np.random.Generator) -> Model:
    """Bowl of soup, cereal or rice."""
    r = rng.uniform(0.06, 0.085)
    h = r * rng.uniform(0.6, 0.8)
    wall = arc(r * 0.4, r, h)
    name = pick(rng, CERAMIC_COLORS)
    body = [paint(p, shade(rng, name), gloss=0.6) for p in vessel(wall, 0.004)]
    level, rgb = h * rng.uniform(0.6, 0.8), np.array(_FOODS[int(rng.integers(len(_FOODS)))])
    edge = float(np.interp(level, wall[:, 1], wall[:, 0])) - 0.002
    mound = rng.choice([0.0, 0.12, 0.2]) * h
    disc = lathe([(edge, level), (edge * 0.6, level + mound * 0.8), (0, level + mound)])
    bits = [
        move(stretch(sphere(0.006, rings=5, segments=7), (1, 1, 0.5)), (*spot, level + mound / 2))
        for spot in rng.uniform(-0.5, 0.5, (int(rng.integers(0, 14)), 2)) * r
    ]
    tone = np.clip(rgb * rng.uniform(0.5, 1.2), 0, 1)
    food = [paint(disc, rgb, gloss=0.3), *(paint(bit, tone) for bit in bits)]
    return Model(parts=(*body, *food), color=name)


def _bowl_eared(rng: np.random.Generator) -> Model:
    """Oven or soup bowl with two flat lugs at the rim."""
    r, h = rng.uniform(0.055, 0.075), rng.uniform(0.04, 0.055)
    wall = arc(r * 0.65, r, h, bulge=0.9)
    size = (rng.uniform(0.03, 0.042), rng.uniform(0.03, 0.05), 0.007)
    lug = move(rounded_box(size, radius=0.0034), (r + size[0] * 0.2, 0, h * 0.86))
    outside, inside = vessel(wall, 0.005)
    model = _two_toned(rng, outside, inside, chance=0.4)
    ears = [replace(model.parts[0], vertices=p.vertices, faces=p.faces) for p in _twice(lug)]
    return Model(parts=(*model.parts, *ears), color=model.color)


def _bowl_glass(rng: np.random.Generator) -> Model:
    """Low wide bowl of glass."""
    r = rng.uniform(0.07, 0.11)
    wall = arc(r * 0.5, r, r * rng.uniform(0.45, 0.6), bulge=rng.uniform(0.6, 1))
    tint = np.array([0.82, 0.9, 0.92]) * (1 - rng.uniform(0, 0.3, 3))
    alpha = rng.uniform(0.35, 0.6)
    pair = vessel(wall, 0.004, foot=0.004)
    return Model(parts=tuple(paint(p, tint, gloss=0.95, alpha=alpha) for p in pair), color='')


_BOWLS = (
    _bowl_rice,
    _bowl_cone,
    _bowl_brimmed,
    _bowl_mixing,
    _bowl_lobed,
    _bowl_square,
    _bowl_wooden,
    _bowl_stacked,
    _bowl_filled,
    _bowl_eared,
    _bowl_glass,
)
_FOODS = ((0.75, 0.25, 0.08), (0.85, 0.62, 0.2), (0.93, 0.9, 0.82), (0.4, 0.5, 0.15))


def _two_toned(rng: np.random.Generator, outside: Part, inside: Part, *, chance: float) -> Model:
    """Glaze a vessel, with this chance in another colour inside: then it has no one colour."""
    name, rgb, gloss = colored(rng, CERAMIC_COLORS, rng.uniform(0.15, 0.7))
    within = rgb
    if rng.random() < chance:
        other = pick(rng, [c for c in ('white', 'white', *CERAMIC_COLORS) if c != name])
        name, within = '', shade(rng, other)
    parts = (paint(outside, rgb, gloss=gloss), paint(inside, within, gloss=gloss))
    return Model(parts=parts, color=name)


def _twice(part: Part) -> tuple[Part, Part]:
    return part, turn(part, 'z', 180)


def _grain(rng: np.random.Generator, rgb: tuple[float, float, float]) -> np.ndarray:
    """Picture of wood, its grain along x."""
    i, j = np.mgrid[:64, :64] / 64
    warp = 0.15 * np.sin(2 * np.pi * (j * rng.uniform(0.5, 1.5) + i))
    lines = 0.5 + 0.5 * np.sin(2 * np.pi * (i + warp) * rng.uniform(5, 14))
    tone = np.asarray(rgb) * (1 - rng.uniform(0.15, 0.4) * lines[..., None])
    return np.ascontiguousarray((255 * np.clip(tone, 0, 1)).astype(np.uint8))
