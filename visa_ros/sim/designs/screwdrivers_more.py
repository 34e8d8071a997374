"""More designs of screwdrivers, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.dish_forms import smooth, timber
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import lobed, rod
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import circle, cylinder, Model, move, Part, rectangle, sweep, turn

_GRIPS = ('red', 'yellow', 'orange', 'blue', 'green', 'black', 'purple', 'gray')
_DARK = (0.1, 0.1, 0.11)
_BRASS = (0.76, 0.58, 0.25)


def _t_handle(rng: np.random.Generator) -> Model:
    """Screwdriver with a bar across its end for a handle, like a T."""
    wide, r = rng.uniform(0.032, 0.05), rng.uniform(0.009, 0.014)
    name = pick(rng, _GRIPS)
    t = np.linspace(-1, 1, 16)
    line = smooth((t + 1) / 2, [0.7, 1.1, 0.85, 1.1, 0.7])
    ends = np.sqrt(np.clip((1 - np.abs(t)) / 0.12, 0.15, 1))
    path = np.stack((0 * t, wide * t, np.full(16, r * 1.1)), 1)
    section = circle(14) if rng.random() < 0.5 else rectangle(0.5)
    bar = sweep(path, section, r * line * ends, across=(1, 0, 0))
    neck = [(0, r * 0.95), (r * 1.3, r * 0.75), (r * 2.6, r * 0.55)]
    rgb = shade(rng, name)
    parts = [paint(bar, rgb), paint(rod(neck, at=(0, 0, r * 1.1)), rgb)]
    if rng.random() < 0.5:
        tip = sweep(path[[0, 2]], circle(12), r * 0.95, across=(1, 0, 0))
        for turned in (0, 180):
            bit = turn(tip, 'z', turned)
            parts.append(paint(bit, _DARK if name != 'black' else METAL, gloss=0.2))
    long, thin = rng.uniform(0.1, 0.2), rng.uniform(0.003, 0.0045)
    parts += _shaft(rng, r * 2.5, long, thin, r * 1.1)
    return Model(parts=tuple(parts), color=name)


def _tester(rng: np.random.Generator) -> Model:
    """Voltage tester: a slim clear or coloured handle with a clip, a sleeved thin blade."""
    grip, r = rng.uniform(0.055, 0.08), rng.uniform(0.005, 0.0075)
    name = pick(rng, ('', 'yellow', 'red', 'blue', 'green', 'orange'))
    tone = shade(rng, name) if name else (0.85, 0.82, 0.7)
    section = circle(int(rng.choice([6, 8, 16])))
    parts = _handle(grip, r, [0.85, 1, 1, 1, 0.8], tone, section=section, high=1.2 * r)
    cap = [(-0.006, r * 0.6), (-0.004, r * 0.85), (0.004, r * 0.95)]
    parts.append(paint(rod(cap, at=(0, 0, 1.2 * r)), METAL, gloss=0.9))
    clip = np.stack((np.linspace(0, grip * 0.6, 5), np.zeros(5), 2.2 * r + np.zeros(5)), 1)
    clip[1:4, 2] += 0.0012
    strip = sweep(clip, rectangle(0.2), np.array([[r * 0.4, 0.0007]]), across=(0, 1, 0))
    parts.append(paint(strip, METAL, gloss=0.9))
    guard = [(grip - 0.004, r * 0.8), (grip, r * 1.2), (grip + 0.003, r * 0.8)]
    parts.append(paint(rod(guard, at=(0, 0, 1.2 * r)), tone, gloss=0.6))
    long, thin = rng.uniform(0.05, 0.09), rng.uniform(0.0014, 0.002)
    sleeve = [(grip, thin * 1.7), (grip + long * 0.8, thin * 1.6)]
    color = pick(rng, ('red', 'black', 'yellow', 'white', 'blue'))
    parts.append(paint(rod(sleeve, at=(0, 0, 1.2 * r)), shade(rng, color), gloss=0.4))
    parts += _shaft(rng, grip, long, thin, 1.2 * r, flat=True)
    return Model(parts=tuple(parts), color=name)


def _full_tang(rng: np.random.Generator) -> Model:
    """Old screwdriver: wooden scales riveted on both sides of a flat steel handle."""
    grip, r = rng.uniform(0.075, 0.105), rng.uniform(0.01, 0.014)
    thick = r * rng.uniform(0.6, 0.8)
    t = np.linspace(0, 1, 16)
    lines = ([0.9, 1.05, 0.9, 0.8, 0.95], [1.1, 0.95, 0.75, 0.85, 0.9], [0.8, 1, 1, 0.8, 0.7])
    half = r * smooth(t, lines[int(rng.integers(3))]) * np.interp(t, [0, 0.05], [0.7, 1])
    name, rgb, gloss = timber(rng)
    scales = np.stack((grip * t, half * 0.97, np.full(16, thick)), 1)
    tang = np.stack((grip * t, half, np.full(16, thick * 0.3)), 1)
    parts = [paint(rod(scales, section=rectangle(0.45), at=(0, 0, r)), rgb, gloss=gloss)]
    parts.append(paint(rod(tang, section=rectangle(0.2), at=(0, 0, r)), METAL, gloss=0.8))
    for at in np.linspace(0.2, 0.8, int(rng.integers(2, 5))):
        stud = cylinder(0.0024, 2 * thick + 0.001, segments=10)
        metal = METAL if rng.random() < 0.5 else _BRASS
        parts.append(paint(move(stud, (grip * at, 0, r - thick - 0.0005)), metal, gloss=0.9))
    bolster = [(grip - 0.003, r * 0.9), (grip + 0.004, r * 0.95), (grip + 0.016, r * 0.45)]
    section = rectangle(0.3) if rng.random() < 0.5 else circle(16)
    parts.append(paint(rod(bolster, section=section, at=(0, 0, r)), METAL, gloss=0.8))
    long, thin = rng.uniform(0.07, 0.17), rng.uniform(0.0035, 0.005)
    parts += _shaft(rng, grip + 0.013, long, thin, r, flat=True)
    return Model(parts=tuple(parts), color=name)


def _striking(rng: np.random.Generator) -> Model:
    """To be struck: three lobes, five or six sides, a steel cap, a nut on its shaft."""
    grip, r = rng.uniform(0.09, 0.125), rng.uniform(0.014, 0.019)
    name, sides = pick(rng, _GRIPS), int(rng.choice([3, 5, 6]))
    section = lobed(30, 3, 0.1) * 0.92 if sides == 3 else circle(sides)
    line = [1.0, 1.0, 0.85, 0.95, 0.75]
    parts = _handle(grip, r, line, shade(rng, name), section=section)
    tone = _DARK if name != 'black' else shade(rng, pick(rng, _GRIPS[:5]))
    band = [(grip * 0.3, r), (grip * 0.36, r * 0.95), (grip * 0.62, r * 0.93)]
    parts.append(paint(rod(band, section=section * 1.05, at=(0, 0, r)), tone, gloss=0.1))
    cap = [(-0.007, r * 0.5), (-0.005, r * 0.62), (0.006, r * 0.62)]
    parts.append(paint(rod(cap, section=circle(6), at=(0, 0, r)), METAL, gloss=0.9))
    nut = rng.uniform(0.0075, 0.0095)
    bolster = [(grip, nut), (grip + rng.uniform(0.006, 0.014), nut)]
    parts.append(paint(rod(bolster, section=circle(6), at=(0, 0, r)), METAL, gloss=0.8))
    long = rng.uniform(0.09, 0.175)
    parts += _shaft(rng, grip, long, rng.uniform(0.004, 0.0055), r)
    return Model(parts=tuple(parts), color=name)


def _push(rng: np.random.Generator) -> Model:
    """Push screwdriver: a handle of wood or plastic, a metal tube, a spiral shaft, a chuck."""
    grip, r = rng.uniform(0.07, 0.095), rng.uniform(0.011, 0.015)
    name, rgb, gloss = timber(rng)
    if rng.random() < 0.5:
        name = pick(rng, _GRIPS)
        rgb = shade(rng, name)
    parts = _handle(grip, r, [0.8, 1.1, 1.0, 0.75, 0.7], rgb, gloss=gloss)
    tube, spiral, thin = (
        rng.uniform(0.05, 0.08),
        rng.uniform(0.05, 0.08),
        rng.uniform(0.003, 0.004),
    )
    metal = METAL if rng.random() < 0.7 else _BRASS
    rows = [(grip - 0.002, r * 0.75), (grip + 0.01, r * 0.75), (grip + 0.012, r * 0.6)]
    rows += [
        (grip + tube - 0.01, r * 0.6),
        (grip + tube - 0.008, r * 0.72),
        (grip + tube, r * 0.7),
    ]
    parts.append(paint(rod(rows, at=(0, 0, r)), metal, gloss=0.9))
    x = grip + tube + np.linspace(0, spiral, 40)
    angle = np.linspace(0, 2 * np.pi * rng.uniform(3, 6), 40)
    path = np.stack((x, 0.3 * thin * np.sin(angle), r + 0.3 * thin * np.cos(angle)), 1)
    twisted = sweep(path, circle(8), thin, across=(0, 1, 0))
    parts.append(paint(twisted, (0.5, 0.51, 0.53), gloss=0.8))
    chuck = grip + tube + spiral
    rows = [(chuck - 0.004, thin * 1.7), (chuck + 0.014, thin * 1.7), (chuck + 0.02, thin * 1.2)]
    parts.append(paint(rod(rows, section=lobed(24, 8, 0.05), at=(0, 0, r)), metal, gloss=0.9))
    parts += _shaft(rng, chuck + 0.016, rng.uniform(0.03, 0.05), thin * 0.85, r)
    return Model(parts=tuple(parts), color=name)


def _ratchet(rng: np.random.Generator) -> Model:
    """Ratchet screwdriver: a fat handle, a turning collar, a thick holder with a short bit."""
    grip, r = rng.uniform(0.085, 0.115), rng.uniform(0.015, 0.02)
    name = pick(rng, _GRIPS)
    tone = _DARK if name != 'black' else shade(rng, pick(rng, _GRIPS[:5]))
    section = lobed(30, int(rng.choice([3, 5, 6])), rng.uniform(0.03, 0.08))
    parts = _handle(grip, r, [0.9, 1.05, 1, 0.85, 0.8], shade(rng, name), section=section)
    cap = [(-0.004, r * 0.7), (0.0, r * 0.95), (grip * 0.14, r * 1.02)]
    parts.append(paint(rod(cap, at=(0, 0, r)), tone))
    at, high = np.linspace(0, 0.022, 8), 0.85 - 0.07 * (np.arange(8) % 2)
    collar = np.stack((grip - 0.002 + at, r * high), 1)
    parts.append(paint(rod(collar, section=lobed(32, 16, 0.03), at=(0, 0, r)), tone, gloss=0.2))
    start, long, wide = grip + 0.018, rng.uniform(0.08, 0.1), rng.uniform(0.0045, 0.006)
    holder = [(start, wide * 0.8), (start + long * 0.6, wide * 0.8), (start + long * 0.62, wide)]
    holder.append((start + long, wide))
    parts.append(paint(rod(holder, at=(0, 0, r)), METAL, gloss=0.9))
    parts += _shaft(rng, start + long - 0.002, rng.uniform(0.018, 0.028), 0.003, r)
    return Model(parts=tuple(parts), color=name)


def _handle(
    length: float,
    radius: float,
    line: Sequence[float],
    rgb: Sequence[float],
    *,
    section: np.ndarray | None = None,
    high: float | None = None,
    gloss: float = 0.5,
) -> list[Part]:
    """Handle along x from the origin; line: its relative radius from its end to the shaft."""
    t = np.linspace(0, 1, 18)
    ends = np.sqrt(np.clip(np.minimum(t, 1 - t) / 0.06, 0.35, 1))
    rows = np.stack((length * t, radius * smooth(t, line) * ends), 1)
    body = rod(rows, section=section, at=(0, 0, radius if high is None else high))
    return [paint(body, rgb, gloss=gloss)]


def _shaft(
    rng: np.random.Generator,
    start: float,
    length: float,
    radius: float,
    height: float,
    *,
    flat: bool = False,
) -> list[Part]:
    """Shaft of steel from start on, with a flat or a crossed tip."""
    end, a, at = start + length, radius, (0, 0, height)
    section = circle(12) if rng.random() < 0.7 else circle(6)
    if flat or rng.random() < 0.5:
        wide = rng.uniform(1.1, 1.8)
        rows = [(start - 0.004, a, a), (end - 4.5 * a, a, a), (end - 2.5 * a, a * wide, a * 0.6)]
        rows.append((end, a * wide, a * 0.18))
        return [paint(rod(rows, section=section, at=at), METAL, gloss=0.9)]
    shaft = rod([(start - 0.004, a), (end - 3 * a, a)], section=section, at=at)
    arms = circle(16) * np.where(np.arange(16) % 4 == 0, 1, 0.5)[:, None]
    rows = [(end - 3 * a, a), (end - a, a * 0.8), (end, a * 0.2)]
    return [
        paint(shaft, METAL, gloss=0.9),
        paint(rod(rows, section=arms, at=at), _DARK, gloss=0.6),
    ]


SCREWDRIVERS: tuple[Design, ...] = (
    _t_handle,
    _tester,
    _full_tang,
    _striking,
    _push,
    _ratchet,
)
