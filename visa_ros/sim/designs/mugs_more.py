"""More designs of mugs, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.vessel_forms import (
    alike,
    curve,
    ear,
    glazed,
    other_color,
    Profile,
    ring,
    settled,
    shell,
    solid,
    squared,
    tube,
    wrapped,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    Part,
    sphere,
    stretch,
    sweep,
    turn,
)
from visa_ros.sim.tableware import CERAMIC_COLORS

STYLES = ('round', 'square', 'ear', 'low')
CHEERFUL = ('white', 'yellow', 'pink', 'blue', 'green', 'orange', 'brown', 'gray', 'black')


def _square_mug(rng: np.random.Generator) -> Model:
    """Mug with a square section and round corners, its handle at a side or at a corner."""
    r, h, power = rng.uniform(0.033, 0.042), rng.uniform(0.065, 0.11), rng.uniform(4, 9)
    low = rng.uniform(0.72, 1.0)
    outer = curve([(r * low * 0.95, 0), (r * low, h * 0.06), (r * (1 + low) / 2, h / 2), (r, h)])
    name = pick(rng, CERAMIC_COLORS)
    parts = [
        squared(p, power)
        for p in glazed(rng, name, outer[::2], segments=40, full=rng.random() < 0.3)
    ]
    side = outer
    if rng.random() < 0.4:
        parts = [turn(p, 'z', 45) for p in parts]
        side = outer * [2 ** (0.5 - 1 / power), 1]
    grip = ear(
        side,
        (h * rng.uniform(0.12, 0.3), h * rng.uniform(0.75, 0.9)),
        rng.uniform(0.022, 0.034),
        (rng.uniform(0.0045, 0.009), rng.uniform(0.0035, 0.005)),
        style=pick(rng, [style for style in STYLES if style != 'square']),
    )
    parts.append(alike(parts, grip))
    return Model(parts=settled(rng, parts, over=0.08), color=name)


def _beehive_mug(rng: np.random.Generator) -> Model:
    """Mug of swelling rings stacked up, straight, bellied or narrowing, with a ring to hold."""
    r, h, rings = rng.uniform(0.037, 0.046), rng.uniform(0.07, 0.11), int(rng.integers(3, 7))
    low, middle = rng.uniform(0.75, 1.05), rng.uniform(0.95, 1.2)
    t = np.linspace(0, 1, rings * 4 + 1)
    swell = r * rng.uniform(0.05, 0.11) * np.abs(np.sin(np.pi * rings * t))
    body = np.interp(t, [0, 0.5, 1], [r * low, r * middle, r])
    outer = np.stack((body + swell, h * t), 1)
    name = pick(rng, CERAMIC_COLORS)
    outside = lathe([(0, 0), *outer, (r - 0.003, h + 0.001)], segments=28)
    inner = np.stack((body[::-4] - 0.004, h * np.maximum(t[::-4], 0.05)), 1)
    inside = lathe([(r - 0.003, h + 0.001), *inner, (0, h * 0.05)], segments=28)
    rgb = shade(rng, name)
    lining = rgb if rng.random() < 0.5 else other_color(rng, name, CERAMIC_COLORS)
    parts = [paint(outside, rgb, gloss=0.6), paint(inside, lining, gloss=0.6)]
    size, thick = rng.uniform(0.015, 0.022), rng.uniform(0.0035, 0.006)
    hoop = turn(ring(size, thick, 0, segments=22), 'x', 90)
    at = (float(body.max() + swell.max()) + size - thick * 0.2, 0, h * rng.uniform(0.45, 0.65))
    parts.append(alike(parts, move(hoop, at)))
    return Model(parts=settled(rng, parts, over=0.08, lying=0.08), color=name)


def _animal_mug(rng: np.random.Generator) -> Model:
    """Child's mug with an animal's ears, eyes and snout opposite its handle."""
    r, h = rng.uniform(0.036, 0.046), rng.uniform(0.068, 0.1)
    belly = rng.uniform(1.0, 1.2)
    outer = curve([(r * 0.8, 0), (r * belly, h * 0.35), (r * belly, h * 0.6), (r, h)], count=9)
    name = pick(rng, CHEERFUL)
    parts = glazed(rng, name, outer, segments=28, full=rng.random() < 0.25)
    rgb, wide = parts[0].rgba[:3], float(outer[:, 0].max())
    long = rng.uniform(0.8, 2.2)
    tip = sphere(r * 0.26, rings=8, segments=12)
    ear_ = move(stretch(tip, (0.5, 1, long)), (-r * 0.88, 0, h + r * 0.14 * long))
    spread = rng.uniform(28, 55)
    parts += [paint(turn(ear_, 'z', side * spread), rgb, gloss=0.6) for side in (-1, 1)]
    ball, dot = sphere(r * 0.17, rings=7, segments=12), sphere(r * 0.11, rings=6, segments=10)
    for side in (-1, 1):
        eye = turn(move(stretch(ball, (0.5, 1, 1)), (-wide * 0.99, 0, h * 0.68)), 'z', side * 22)
        look = turn(move(dot, (-wide * 1.04, 0, h * 0.68)), 'z', side * 21)
        parts += [paint(eye, (0.95, 0.95, 0.93)), paint(look, (0.03, 0.03, 0.03), gloss=0.8)]
    nose = stretch(sphere(r * rng.uniform(0.22, 0.36), rings=8, segments=14), (0.45, 1.2, 0.8))
    tint = other_color(rng, name, ('pink', 'black', 'orange', 'white', 'brown'))
    parts.append(paint(move(nose, (-wide * 1.05, 0, h * 0.42)), tint))
    span = (h * 0.2, h * rng.uniform(0.75, 0.88))
    half = (rng.uniform(0.005, 0.007), 0.005)
    grip = ear(outer, span, rng.uniform(0.022, 0.03), half, style=pick(rng, STYLES))
    parts.append(alike(parts, grip))
    return Model(parts=tuple(parts), color=name)


def _two_handled_mug(rng: np.random.Generator) -> Model:
    """Mug with a handle on either side, for a small child or a sick-bed, perhaps with a spout."""
    r, h = rng.uniform(0.033, 0.042), rng.uniform(0.07, 0.1)
    low, belly = rng.uniform(0.75, 1.05), rng.uniform(0.92, 1.1)
    outer = curve([(r * low, 0), (r * (1 + low) / 2 * belly, h * 0.45), (r, h)], count=9)
    name = pick(rng, CERAMIC_COLORS)
    closed = rng.random() < 0.4
    parts = glazed(rng, name, outer, segments=28, full=not closed and rng.random() < 0.3)
    style, reach = pick(rng, STYLES), rng.uniform(0.02, 0.032)
    span = (h * rng.uniform(0.1, 0.3), h * rng.uniform(0.7, 0.88))
    half = (rng.uniform(0.0045, 0.008), rng.uniform(0.0035, 0.0055))
    grip = ear(outer, span, reach, half, style=style, flat=rng.random() < 0.4)
    rgb = parts[0].rgba[:3] if rng.random() < 0.6 else other_color(rng, name, CHEERFUL)
    parts += [paint(turn(grip, 'z', angle), rgb, gloss=0.5) for angle in (0, 180)]
    if closed:
        rim = [(r * 1.03, h - 0.006), (r * 1.05, h + 0.002), (r * 0.8, h + 0.007)]
        lid = lathe([*rim, (r * 0.3, h + 0.01), (0, h + 0.01)], segments=28)
        spout = stretch(cylinder(0.008, 0.02, bevel=0.003, segments=16), (0.7, 1.3, 1))
        parts += [paint(lid, rgb), paint(move(spout, (0, -r * 0.6, h + 0.003)), rgb)]
    return Model(parts=settled(rng, parts, over=0 if closed else 0.1), color=name)


def _lidded_mug(rng: np.random.Generator) -> Model:
    """Office tea mug of porcelain with a lid: a dome with a knob, or a flat disc of wood."""
    r, h = rng.uniform(0.036, 0.045), rng.uniform(0.085, 0.135)
    belly = rng.uniform(0.95, 1.18)
    outer = curve([(r * rng.uniform(0.75, 1), 0), (r * belly, h * 0.4), (r, h)], count=10)
    name = pick(rng, CERAMIC_COLORS)
    parts = [paint(solid(outer, segments=30), shade(rng, name), gloss=0.7)]
    grip = ear(
        outer,
        (h * rng.uniform(0.15, 0.3), h * rng.uniform(0.75, 0.9)),
        rng.uniform(0.026, 0.036),
        (rng.uniform(0.005, 0.008), 0.0045),
        style=pick(rng, STYLES),
    )
    parts.append(alike(parts, grip))
    rise = r * rng.uniform(0.15, 0.6)
    dome = [(r * 1.05, 0), (r * 1.05, 0.003), (r * 0.8, 0.003 + rise * 0.6), (0, 0.003 + rise)]
    wooden = rng.random() < 0.3
    lid = cylinder(r * 1.06, 0.008, bevel=0.001) if wooden else lathe(dome, segments=30)
    top = 0.007 if wooden else 0.001 + rise
    size = r * rng.uniform(0.14, 0.25)
    knob = move(sphere(size, rings=8, segments=14), (0, 0, top + size * 0.7))
    rgb = (0.72, 0.55, 0.34) if wooden else parts[0].rgba[:3]
    parts += [paint(move(p, (0, 0, h)), rgb, gloss=0.2 if wooden else 0.7) for p in (lid, knob)]
    if rng.random() < 0.4:
        low = h * rng.uniform(0.1, 0.7)
        band = wrapped(outer, low, low + h * rng.uniform(0.04, 0.2), segments=30)
        parts.append(paint(band, other_color(rng, name, ('white', 'blue', 'red', 'yellow'))))
    return Model(parts=tuple(parts), color=name)


def _wire_mug(rng: np.random.Generator) -> Model:
    """Hiker's mug of thin metal with two folding loops of wire for a handle."""
    r, h = rng.uniform(0.038, 0.05), rng.uniform(0.055, 0.11)
    outer = np.array([(r * 0.9, 0), (r * 0.98, 0.003), (r, h * 0.5), (r, h)])
    name = pick(rng, ('gray', 'gray', 'gray', 'blue', 'green', 'red', 'orange', 'black', 'purple'))
    rgb = np.array(METAL) * rng.uniform(0.75, 1.1) if name == 'gray' else shade(rng, name)
    parts = [paint(p, rgb, gloss=0.7) for p in (*shell(outer, 0.0012), ring(r, 0.0014, h))]
    reach, thin = rng.uniform(0.026, 0.036), rng.uniform(0.0015, 0.0024)
    low, high = h * rng.uniform(0.12, 0.25), h * rng.uniform(0.72, 0.9)
    sleeve = shade(rng, pick(rng, ('black', 'red', 'orange', 'gray', 'green')))
    spread, covered = rng.uniform(7, 13), rng.random() < 0.5
    out = r + reach
    for side in (-1, 1):
        bend = [(r, 0, high), (out - 0.004, 0, high), (out, 0, high - 0.005)]
        wire = tube([*bend, (out, 0, low + 0.005), (out - 0.004, 0, low), (r, 0, low)], thin)
        parts.append(paint(turn(wire, 'z', side * spread), METAL, gloss=0.8))
        if covered:
            pad = cylinder(thin * 1.9, high - low - 0.012, bevel=0.001, segments=12)
            pad = turn(move(pad, (out, 0, low + 0.006)), 'z', side * spread)
            parts.append(paint(pad, sleeve, gloss=0.1))
    return Model(parts=settled(rng, parts, over=0.12), color=name)


def _ship_mug(rng: np.random.Generator) -> Model:
    """Broad-footed mug that narrows to its mouth, for a ship or a dashboard, maybe with a lid."""
    r, h = rng.uniform(0.046, 0.058), rng.uniform(0.085, 0.14)
    mouth, hollow = rng.uniform(0.55, 0.78), rng.uniform(0.9, 1.05)
    outer = curve(
        [(r, 0), (r, h * 0.08), (r * (1 + mouth) / 2 * hollow, h * 0.45), (r * mouth, h)]
    )
    name = pick(rng, CERAMIC_COLORS)
    closed = rng.random() < 0.4
    parts = glazed(rng, name, outer, segments=28, full=not closed and rng.random() < 0.3)
    top = r * mouth
    second = other_color(rng, name, ('black', 'black', 'gray', 'white', 'red'))
    if closed:
        parts.append(paint(move(cylinder(top * 1.05, 0.011, bevel=0.003), (0, 0, h)), second))
        tab = move(cylinder(top * 0.25, 0.004, segments=14), (-top * 0.5, 0, h + 0.009))
        parts.append(paint(tab, other_color(rng, '', ('black', 'white', 'red'))))
    half = (rng.uniform(0.006, 0.01), rng.uniform(0.004, 0.006))
    span = (h * rng.uniform(0.12, 0.3), h * rng.uniform(0.78, 0.92))
    reach = rng.uniform(0.02, 0.034) + (r - top) * rng.uniform(0, 0.4)
    if rng.random() < 0.5:
        grip = ear(outer, span, reach, half, style=pick(rng, STYLES), flat=rng.random() < 0.5)
    else:
        grip = _hook(outer, span, reach, half)
    parts.append(alike(parts, grip))
    return Model(parts=tuple(parts), color=name)


MUGS: tuple[Design, ...] = (
    _square_mug,
    _beehive_mug,
    _animal_mug,
    _two_handled_mug,
    _lidded_mug,
    _wire_mug,
    _ship_mug,
)


def _hook(
    outer: Profile, span: tuple[float, float], reach: float, half: tuple[float, float]
) -> Part:
    """Handle that is open below: it leaves the mug above and hangs free."""
    low, high = span
    root = float(np.interp(high, outer[:, 1], outer[:, 0])) - 0.0015
    wide = float(np.interp(low, outer[:, 1], outer[:, 0]))
    out = max(root, wide) + reach
    points = [(root, 0, high), (out - 0.006, 0, high), (out, 0, high - 0.01), (out, 0, low)]
    return sweep(loop(points, count=18), circle(10) * np.array(half), 1.0, across=(0, 1, 0))
