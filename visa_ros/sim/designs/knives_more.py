"""More designs of knives, for training: each function draws one model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.dish_forms import (
    colored,
    Finish,
    flat_section,
    sheet,
    smooth,
    stations,
    timber,
)
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import plan_of, prism, rod
from visa_ros.sim.finish import METAL, paint, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    Model,
    move,
    Part,
    rectangle,
    rounded_box,
    turn,
)

_GRIPS = ('black', 'black', 'red', 'blue', 'white', 'green', 'yellow', 'orange', 'pink')


def _cheese(rng: np.random.Generator) -> Model:
    """Cheese knife: a narrow blade with big holes, its tip turned up into two prongs."""
    long, high = rng.uniform(0.1, 0.14), rng.uniform(0.022, 0.032)
    x = np.linspace(0, long, 45)
    t = x / long
    lift = high * 1.2 * np.clip((t - 0.72) / 0.28, 0, 1) ** 1.6
    thin = np.interp(t, [0, 0.1, 0.7, 1], [0.7, 1, 1, 0.38])
    spine, edge = lift - high * 0.1, lift - high * thin
    blade = sheet(x, (spine - edge) / 2, 0.002, middle=(spine + edge) / 2, section=flat_section(9))
    count = int(rng.integers(2, 5))
    middle = blade.vertices[blade.faces].mean(1)
    keep = np.ones(len(middle), bool)
    for at in np.linspace(0.18, 0.62, count):
        across = (middle[:, 1] + 0.52 * high) / (0.3 * high)
        reach = 0.17 / count * rng.uniform(0.95, 1.1)
        keep &= ((middle[:, 0] / long - at) / reach) ** 2 + across**2 > 1
    parts = [paint(replace(blade, faces=blade.faces[keep]), METAL, gloss=0.9)]
    for side in (0.3, 0.82):
        y = edge[-1] + side * (spine[-1] - edge[-1])
        run = np.linspace(0, 0.015, 6)
        prong = sheet(
            long - 0.001 + run,
            0.0022 * np.sqrt(1.03 - run / 0.015),
            0.0018,
            middle=y + 0.5 * run,
            section=flat_section(4),
        )
        parts.append(paint(prong, METAL, gloss=0.9))
    finish = timber(rng) if rng.random() < 0.5 else colored(rng, _GRIPS)
    handle = _grip(rng, rng.uniform(0.085, 0.11), 0.0095, finish, root=-0.009)
    return Model(parts=(*parts, *handle), color=finish[0])


def _pocket(rng: np.random.Generator) -> Model:
    """Pocket knife with one or two blades swung out of a slab with round ends."""
    long, wide = rng.uniform(0.075, 0.11), rng.uniform(0.017, 0.025)
    thick = rng.uniform(0.011, 0.018)
    finish = colored(rng, ('red', 'red', 'black', 'blue', 'green', 'orange', 'yellow'), 0.6)
    if rng.random() < 0.35:
        finish = timber(rng)
    slab = prism(plan_of(long, wide, wide * rng.uniform(0.3, 0.5)), thick, bevel=0.0015)
    liner = prism(plan_of(long + 0.0012, wide + 0.0012, wide * 0.5), thick * 0.5)
    parts = [paint(slab, finish[1], gloss=0.5)]
    parts.append(paint(move(liner, (0, 0, thick * 0.25)), METAL, gloss=0.8))
    for end in (-0.4, 0.4):
        stud = cylinder(0.0022, thick + 0.001, segments=10)
        parts.append(paint(move(stud, (end * long, 0, -0.0005)), METAL, gloss=0.9))
    reach, high = long * rng.uniform(0.75, 0.95), wide * rng.uniform(0.6, 0.8)
    x = reach * stations(20)
    t = x / reach
    drop = rng.uniform(0.1, 0.9)
    spine = -high * drop * np.clip((t - 0.5) / 0.5, 0, 1) ** 2
    edge = spine - (high + spine) * (1 - t ** rng.uniform(2.5, 5))
    angles = [rng.choice([0, rng.uniform(20, 110)])]
    if rng.random() < 0.4:
        angles.append(180 - rng.uniform(30, 120))
    for k, angle in enumerate(angles):
        for piece in _blade(x, spine, edge, thick=0.0022):
            bit = turn(move(piece, (-0.004, high * 0.5, 0)), 'z', float(angle))
            at = (long * (0.42 - 0.84 * k), 0, thick * (0.5 + 0.15 * k))
            parts.append(paint(move(bit, at), piece.rgba[:3], gloss=0.9))
    return Model(parts=tuple(parts), color=finish[0])


def _cutter(rng: np.random.Generator) -> Model:
    """Snap-off utility knife: a long flat plastic body, a slide, a thin slanted blade."""
    long, wide, thick = (
        rng.uniform(0.12, 0.16),
        rng.uniform(0.016, 0.028),
        rng.uniform(0.009, 0.015),
    )
    finish = colored(rng, ('yellow', 'yellow', 'orange', 'red', 'blue', 'green', 'black'))
    body = move(prism(plan_of(long, wide, wide * 0.3), thick, bevel=0.002), (-long / 2, 0, 0))
    half, out = wide * rng.uniform(0.3, 0.38), rng.uniform(0.02, 0.06)
    x = np.linspace(-0.02, out, 30)
    low = np.full(30, -half)
    high = np.where(x > out - half * 1.3, half - (x - out + half * 1.3) * 1.5, half)
    high = np.maximum(high, low + 0.0006)
    blade = sheet(x, (high - low) / 2, 0.001, middle=(high + low) / 2, section=flat_section(4))
    tone = METAL if rng.random() < 0.8 else (0.15, 0.15, 0.16)
    parts = [
        paint(body, finish[1], gloss=finish[2]),
        paint(move(blade, (0, 0, thick / 2)), tone, gloss=0.9),
    ]
    for at in np.arange(0.004, out - half * 1.3, 0.007):
        line = turn(rounded_box((0.0004, half * 1.9, 0.0012), radius=0.0001, steps=1), 'z', -20)
        parts.append(paint(move(line, (at, 0, thick / 2 - 0.0006)), (0.3, 0.3, 0.31)))
    other = shade(rng, 'black' if finish[0] != 'black' else 'yellow')
    slot = prism(plan_of(long * 0.62, wide * 0.3, wide * 0.14), 0.0006)
    parts.append(paint(move(slot, (-long * 0.42, 0, thick - 0.0002)), (0.25, 0.25, 0.26)))
    slide = rounded_box((0.02, wide * 0.5, 0.006), radius=0.0015, steps=1)
    parts.append(paint(move(slide, (-long * rng.uniform(0.15, 0.5), 0, thick - 0.001)), other))
    if rng.random() < 0.6:
        tail = prism(plan_of(0.014, wide * 1.03, wide * 0.3), thick * 1.03)
        parts.append(paint(move(tail, (-long + 0.004, 0, -thick * 0.015)), other))
    return Model(parts=tuple(parts), color=finish[0])


def _hunting(rng: np.random.Generator) -> Model:
    """Hunting knife: a clipped point, a brass or steel guard, a ringed handle, a pommel."""
    long, high = rng.uniform(0.1, 0.17), rng.uniform(0.024, 0.034)
    x = long * stations(26)
    t = x / long
    clip = rng.uniform(0.5, 0.75)
    spine = -high * rng.uniform(0.2, 0.5) * np.clip((t - clip) / (1 - clip), 0, 1) ** 0.8
    edge = spine - (high + spine) * (1 - t ** rng.uniform(3, 5))
    parts = _blade(x, spine, edge, thick=rng.uniform(0.003, 0.0045))
    metal = METAL if rng.random() < 0.5 else (0.76, 0.58, 0.25)
    guard = rounded_box((0.006, high * rng.uniform(1.25, 1.9), 0.012), radius=0.002, steps=1)
    parts.append(paint(move(guard, (-0.001, -high / 2, -0.006)), metal, gloss=0.8))
    grip, r, count = (
        rng.uniform(0.09, 0.115),
        rng.uniform(0.0095, 0.0125),
        int(rng.integers(6, 14)),
    )
    name, tone, gloss = timber(rng) if rng.random() < 0.7 else colored(rng, ('black',))
    at = np.linspace(0, 1, 4 * count)
    swell = smooth(at, [0.85, 1.05, 0.95, 1.0]) * (1 - 0.06 * (np.arange(4 * count) % 4 == 0))
    rows = np.stack((-0.003 - grip * at[::-1], r * swell[::-1], 0.8 * r * swell[::-1]), 1)
    handle = rod(rows, section=circle(12), at=(0, -high / 2, 0))
    parts.append(paint(handle, tone, gloss=gloss))
    cap = [(-grip - 0.012, r * 0.6, r * 0.6), (-grip - 0.009, r, r), (-grip, r, r * 0.9)]
    parts.append(paint(rod(cap, at=(0, -high / 2, 0)), metal, gloss=0.8))
    return Model(parts=tuple(parts), color=name)


def _slicer(rng: np.random.Generator) -> Model:
    """Slicing knife: a long even blade with a round end, dimpled along its edge or plain."""
    long, high = rng.uniform(0.17, 0.205), rng.uniform(0.02, 0.034)
    x = long * stations(34)
    t = x / long
    bulge = np.sqrt(np.clip(1 - np.clip((x - long + high / 2) / (high / 2), 0, 1) ** 2, 0.003, 1))
    middle, half = -high / 2, high / 2 * bulge * (1 - 0.12 * t)
    parts = _blade(x, middle + half, middle - half, thick=0.002)
    for at in np.linspace(0.08, 0.9, int(rng.integers(10, 18))) if rng.random() < 0.6 else ():
        dent = prism(plan_of(0.0042, high * 0.4, 0.0021, count=10), 0.0022)
        parts.append(paint(move(dent, (long * at, -high * 0.6, -0.0011)), (0.45, 0.46, 0.48)))
    finish = timber(rng) if rng.random() < 0.3 else colored(rng, _GRIPS)
    handle = _grip(rng, rng.uniform(0.095, 0.115), 0.0105, finish, root=-high * 0.45, rivets=3)
    return Model(parts=(*parts, *handle), color=finish[0])


def _pruning(rng: np.random.Generator) -> Model:
    """Garden knife: a hooked blade like a beak, a curved wooden or coloured handle."""
    long, high = rng.uniform(0.065, 0.1), rng.uniform(0.016, 0.024)
    x = long * stations(26)
    t = x / long
    hook = -high * rng.uniform(0.8, 1.7) * t ** rng.uniform(2.2, 3.2)
    wide = high * np.interp(t, [0, 0.2, 0.6, 1], [0.7, 0.85, 0.8, 0.04])
    parts = _blade(x, hook, hook - wide, thick=0.0026)
    finish = timber(rng) if rng.random() < 0.7 else colored(rng, ('red', 'green', 'orange'))
    grip = rng.uniform(0.09, 0.115)
    handle = _grip(rng, grip, 0.011, finish, root=-high * 0.4, hook=rng.uniform(0.008, 0.018))
    cap = rod([(-0.008, 0.0105, 0.009), (0.004, 0.009, 0.0075)], at=(0, -high * 0.4, 0))
    metal = METAL if rng.random() < 0.5 else (0.76, 0.58, 0.25)
    return Model(parts=(*parts, *handle, paint(cap, metal, gloss=0.8)), color=finish[0])


def _craft(rng: np.random.Generator) -> Model:
    """Craft knife: a pen-like knurled metal or coloured handle, a small pointed blade."""
    grip, r = rng.uniform(0.095, 0.135), rng.uniform(0.004, 0.0065)
    long, high = rng.uniform(0.024, 0.036), rng.uniform(0.006, 0.009)
    x = long * np.linspace(0, 1, 16)
    t = x / long
    kind = rng.random()
    edge = high * (t - 1 if kind < 0.6 else -np.sqrt(np.clip(1 - t**3, 0, 1)))
    lift = high * 0.5
    parts = _blade(
        x, np.full(16, lift), np.minimum(lift + edge * 1.2, lift - 0.0004), thick=0.0009
    )
    parts = [paint(move(p, (-0.003, 0, r)), p.rgba[:3], gloss=0.9) for p in parts]
    name, tone, gloss = ('', METAL, 0.8) if rng.random() < 0.5 else colored(rng, _GRIPS, 0.6)
    rows = [(-grip, r * 0.8), (-grip + 0.003, r), (-0.045, r), (-0.042, r * 0.9)]
    body = rod(rows, section=circle(int(rng.choice([6, 16]))), at=(0, 0, r))
    parts.append(paint(body, tone, gloss=gloss))
    at = np.linspace(-0.042, -0.016, 16)
    knurl = np.stack((at, r * (0.9 + 0.1 * (np.arange(16) % 2))), 1)
    parts.append(paint(rod(knurl, section=circle(12), at=(0, 0, r)), (0.5, 0.51, 0.53), gloss=0.6))
    collet = [(-0.016, r * 0.85), (-0.006, r * 0.7), (0.002, r * 0.4)]
    parts.append(paint(rod(collet, section=circle(12), at=(0, 0, r)), METAL, gloss=0.9))
    return Model(parts=tuple(parts), color=name)


def _blade(
    x: np.ndarray,
    spine: np.ndarray,
    edge: np.ndarray,
    *,
    thick: float = 0.0024,
) -> list[Part]:
    """Blade along +x between the y of spine and edge; its ground bevel is brighter."""
    half = np.maximum((spine - edge) / 2, 0.0004)
    middle = (spine + edge) / 2
    part = sheet(x, half, thick, middle=middle, wedge=0.7, section=flat_section(7))
    center = part.vertices[part.faces].mean(1)
    ground = center[:, 1] < np.interp(center[:, 0], x, edge + 0.3 * (spine - edge))
    bright = [min(c * 1.25, 1.0) for c in METAL]
    return [
        paint(replace(part, faces=part.faces[chosen]), tone, gloss=0.9)
        for chosen, tone in ((~ground, METAL), (ground, bright))
    ]


def _grip(
    rng: np.random.Generator,
    length: float,
    half: float,
    finish: Finish,
    *,
    root: float,
    rivets: int = 0,
    hook: float = 0.004,
) -> list[Part]:
    """Handle behind the heel of a blade, its middle at y = root; hook: how far its end drops."""
    x = -length + (length + 0.006) * stations(20)
    u = (x - x[0]) / (x[-1] - x[0])
    lines = ([0.8, 1.05, 0.85, 1, 0.8], [1.15, 0.8, 1, 0.9, 0.9], [1, 1, 1, 1, 1])
    ends = np.clip(np.minimum(u, 1 - u) / 0.05, 0.3, 1) ** 0.5
    wide, thick = half * rng.uniform(0.85, 1.15), half * rng.uniform(1.3, 1.7)
    section = rectangle(0.5) if rivets else circle(14)
    body = sheet(
        x,
        wide * ends * smooth(u, lines[int(rng.integers(3))]),
        thick * ends,
        middle=root - hook * (1 - u) ** 2,
        section=section,
    )
    parts = [paint(body, finish[1], gloss=finish[2])]
    for at in np.linspace(0.2, 0.8, rivets):
        stud = cylinder(0.0026, thick + 0.001, segments=10)
        place = (-length * at, root - hook * at**2, -thick / 2 - 0.0005)
        parts.append(paint(move(stud, place), METAL, gloss=0.9))
    return parts


KNIVES: tuple[Design, ...] = (
    _cheese,
    _pocket,
    _cutter,
    _hunting,
    _slicer,
    _pruning,
    _craft,
)
