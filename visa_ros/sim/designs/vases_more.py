"""More designs of vases, for training: each function draws one model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.dish_forms import timber
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.vessel_flowers import bunch
from visa_ros.sim.designs.vessel_forms import (
    curve,
    other_color,
    Profile,
    rippled,
    shell,
    squared,
    tube,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import Model, move, Part, rounded_box, stretch, turn
from visa_ros.sim.tableware import CERAMIC_COLORS

_DARK = (0.05, 0.045, 0.04)
_GLASS = ((0.8, 0.9, 0.92), (0.5, 0.75, 0.6), (0.45, 0.65, 0.85), (0.85, 0.6, 0.3))


def _bubbles(rng: np.random.Generator) -> Model:
    """Column of equal swellings, like beads or a stack of rings, on each other."""
    r, count = rng.uniform(0.03, 0.048), int(rng.integers(4, 6))
    h = rng.uniform(0.15, 0.25)
    t = np.linspace(0, 1, 6 * count + 1)
    wave = np.abs(np.sin(np.pi * count * t)) ** rng.uniform(0.5, 1.2)
    taper = 1 + rng.uniform(-0.35, 0.35) * (t - 0.5)
    radius = r * taper * (1 - rng.uniform(0.2, 0.42) * (1 - wave))
    return _glazed(rng, np.stack((radius, h * t), 1), segments=18, flowers=0.2)


def _flask(rng: np.random.Generator) -> Model:
    """Square vase with a round neck: four flat sides, its shoulder sudden."""
    r, h = rng.uniform(0.034, 0.052), rng.uniform(0.13, 0.23)
    neck, top = r * rng.uniform(0.36, 0.6), h * rng.uniform(0.7, 0.84)
    low = r * rng.uniform(0.7, 1)
    outer = [(low, 0), (low * 1.02, 0.004), ((low + r) / 2, top / 2), (r, top - 0.012)]
    outer += [(r * 0.9, top), (neck * 1.2, top + 0.006), (neck, top + 0.014)]
    outer += [(neck, h - 0.008), (neck * rng.uniform(1, 1.6), h)]
    parts = []
    power = rng.uniform(5, 14)
    model = _glazed(rng, np.array(outer), segments=36, flowers=1.0)
    for part in model.parts:
        boxy = squared(part, power)
        share = np.clip((top - part.vertices[:, 2]) / 0.012 + 0.4, 0, 1)[:, None]
        within = (part.vertices[:, 2] < h + 0.002).all()
        mixed = boxy.vertices * share + part.vertices * (1 - share)
        parts.append(replace(part, vertices=mixed) if within else part)
    return Model(parts=tuple(parts), color=model.color)


def _fingers(rng: np.random.Generator) -> Model:
    """Tulip vase: a flat body with three to six open spouts that fan out from its top."""
    r, h = rng.uniform(0.035, 0.05), rng.uniform(0.09, 0.13)
    deep = rng.uniform(0.4, 0.6)
    outer = curve(
        [(r * 0.7, 0), (r * 0.4, h * 0.14), (r, h * 0.55), (r * 0.75, h * 0.85), (r * 0.4, h)]
    )
    name = pick(rng, CERAMIC_COLORS)
    rgb, count = shade(rng, name), int(rng.choice([3, 4, 5, 5, 6]))
    second = rgb if rng.random() < 0.6 else other_color(rng, name)
    body = stretch(shell(outer, 0.004, segments=24)[0], (1.1, deep, 1))
    parts = [paint(body, rgb, gloss=0.6)]
    length, thick = rng.uniform(0.05, 0.09), rng.uniform(0.008, 0.012)
    spout = curve([(thick * 0.9, 0), (thick * 0.85, length * 0.6), (thick * 1.3, length)], count=7)
    outside, inside = shell(spout, 0.002, floor=0.002, segments=12)
    for angle in np.linspace(-1, 1, count) * rng.uniform(40, 62):
        place = (r * 0.62 * np.sin(np.radians(angle)) * 1.2, 0, h * 0.62)
        for part, hue in ((outside, second), (inside, _DARK)):
            parts.append(paint(move(turn(part, 'y', float(angle)), place), hue, gloss=0.6))
    return Model(parts=tuple(parts), color=name)


def _tubes(rng: np.random.Generator) -> Model:
    """Row of glass tubes with a flower each, held by a wooden or metal bar on two legs."""
    count, gap = int(rng.integers(2, 4)), rng.uniform(0.045, 0.06)
    r, h = rng.uniform(0.011, 0.015), rng.uniform(0.1, 0.14)
    outer = curve([(r * 0.5, 0), (r, r), (r, h * 0.6), (r, h - 0.004), (r * 1.15, h)], count=9)
    tone = timber(rng)[1] if rng.random() < 0.7 else METAL
    long, at = gap * count + 0.01, h * rng.uniform(0.6, 0.8)
    bar = move(rounded_box((long, r * 2.9, 0.009), radius=0.002, steps=1), (0, 0, at))
    foot = rounded_box((long, r * 3.2, 0.01), radius=0.003, steps=1)
    leg = rounded_box((0.008, r * 2.4, at), radius=0.002, steps=1)
    parts = [paint(p, tone, gloss=0.3) for p in (bar, foot)]
    parts += [paint(move(leg, (x * (long / 2 - 0.004), 0, 0.002)), tone) for x in (-1, 1)]
    hue = _GLASS[int(rng.integers(len(_GLASS)))]
    for x in (np.arange(count) - (count - 1) / 2) * gap:
        glass = [move(p, (x, 0, 0.012)) for p in shell(outer, 0.0015, segments=12)]
        stalk = bunch(rng, r * 0.4, 0.02, h + rng.uniform(0.04, 0.1), count=1)
        parts += [move(p, (x, 0, 0)) for p in stalk]
        parts += [paint(p, hue, gloss=0.95, alpha=0.45) for p in glass]
    return Model(parts=tuple(parts), color='')


def _fan(rng: np.random.Generator) -> Model:
    """Flat vase that opens like a fan above a small foot, fluted or plain."""
    r, h = rng.uniform(0.05, 0.075), rng.uniform(0.12, 0.19)
    foot = r * rng.uniform(0.35, 0.55)
    outer = curve(
        [(foot, 0), (foot * 0.5, h * 0.1), (r * 0.45, h * 0.3), (r * 0.85, h * 0.75), (r, h)],
        count=14,
    )
    model = _glazed(rng, outer, segments=48, flowers=0.0)
    lobes, depth, deep = (
        int(rng.choice([10, 14, 18])),
        rng.uniform(0, 0.05),
        rng.uniform(0.28, 0.5),
    )
    sag, parts = rng.uniform(0.1, 0.2), []
    for part in model.parts:
        fluted = rippled(part, lobes, depth).vertices
        flat = 1 - (1 - deep) * np.clip(fluted[:, 2] / (h * 0.3), 0, 1)
        dip = sag * h * (fluted[:, 0] / r) ** 2 * (fluted[:, 2] / h) ** 4
        bowed = np.stack((fluted[:, 0], fluted[:, 1] * flat, fluted[:, 2] - dip), 1)
        parts.append(replace(part, vertices=bowed))
    return Model(parts=tuple(parts), color=model.color)


def _crystal(rng: np.random.Generator) -> Model:
    """Vase of cut crystal: heavy, flared, deeply fluted, with a toothed rim and flowers."""
    r, h = rng.uniform(0.04, 0.055), rng.uniform(0.14, 0.2)
    outer = curve([(r * 0.75, 0), (r * 0.55, h * 0.2), (r * 0.65, h * 0.55), (r, h)], count=12)
    lobes, depth = int(rng.choice([6, 8, 10])), rng.uniform(0.04, 0.1)
    hue = _GLASS[int(rng.integers(len(_GLASS)))]
    parts: list[Part] = bunch(rng, r * 0.5, 0.02, h + rng.uniform(0.05, 0.11))
    for part in shell(outer, 0.004, floor=0.014, segments=4 * lobes):
        cut = rippled(part, lobes, depth)
        tooth = 0.006 * np.cos(lobes * np.arctan2(cut.vertices[:, 1], cut.vertices[:, 0]))
        up = tooth * (cut.vertices[:, 2] / h) ** 8
        points = cut.vertices + np.stack((0 * up, 0 * up, up), 1)
        parts.append(paint(replace(cut, vertices=points), hue, gloss=0.98, alpha=0.5))
    return Model(parts=tuple(parts), color='')


def _cone(rng: np.random.Generator) -> Model:
    """Pointed cone or horn for flowers, held up by three or four legs of wire."""
    r, h = rng.uniform(0.028, 0.042), rng.uniform(0.11, 0.17)
    belly = rng.uniform(0.3, 0.7)
    outer = curve([(0.005, 0), (r * belly, h * 0.4), (r, h)], count=12)
    lift, name = rng.uniform(0.012, 0.035), pick(rng, CERAMIC_COLORS)
    rgb = shade(rng, name)
    pair = shell(outer, 0.003, segments=int(rng.choice([5, 8, 28, 28])))
    parts = [paint(move(p, (0, 0, lift)), rgb, gloss=0.6) for p in pair]
    wire = METAL if rng.random() < 0.5 else _DARK
    top, out = lift + h * 0.6, r * rng.uniform(1.2, 1.7)
    leg = tube([(out, 0, 0.002), (out * 0.85, 0, top * 0.5), (r * 0.8, 0, top)], 0.002, count=8)
    count = int(rng.integers(3, 5))
    parts += [paint(turn(leg, 'z', 360 * k / count), wire, gloss=0.7) for k in range(count)]
    flowers = bunch(rng, r * 0.6, h * 0.6, lift + h + 0.06, count=int(rng.integers(1, 5)))
    return Model(parts=(*parts, *flowers), color=name)


def _glazed(
    rng: np.random.Generator, outer: Profile, *, segments: int = 32, flowers: float
) -> Model:
    """Body in one glaze or metal, dark within, and flowers in it with a chance."""
    outside, inside = shell(outer, 0.003, segments=segments)
    name = pick(rng, (*CERAMIC_COLORS, 'brown', 'black'))
    rgb, gloss = shade(rng, name), rng.uniform(0.1, 0.85)
    if name == 'gray':
        rgb = METAL
    parts = [paint(outside, rgb, gloss=gloss)]
    parts.append(paint(inside, rgb if rng.random() < 0.4 else _DARK, gloss=gloss))
    if rng.random() < flowers:
        high = outer[-1, 1]
        count = 1 if outer[-1, 0] < 0.013 else int(rng.integers(2, 5))
        reach = max(outer[-1, 0] - 0.006, 0.004)
        parts += bunch(rng, reach * 0.7, high * 0.8, high + rng.uniform(0.03, 0.07), count=count)
    return Model(parts=tuple(parts), color=name)


VASES: tuple[Design, ...] = (
    _bubbles,
    _flask,
    _fingers,
    _tubes,
    _fan,
    _crystal,
    _cone,
)
