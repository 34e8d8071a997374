"""Many designs of boxes, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.thing_forms import blank, cover_print, extruded, picture, prism, write
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.goods import VIVID
from visa_ros.sim.shapes import (
    circle,
    loop,
    Model,
    move,
    Part,
    rounded_box,
    sweep,
    turn,
)

_TONES = (*VIVID, 'white', 'black', 'gray', 'brown')
_WOODS = ((0.36, 0.2, 0.09), (0.5, 0.31, 0.14), (0.62, 0.43, 0.22), (0.45, 0.22, 0.12))


def box(rng: np.random.Generator) -> Model:
    """Carton, open or shut, gift, pack, tissue box, wooden chest, box with a handle."""
    return one_of(rng, _BOXES)


def _open_carton(rng: np.random.Generator) -> Model:
    """Empty carton, its four flaps up, out or hanging."""
    w, d, h = rng.uniform(0.08, 0.17), rng.uniform(0.08, 0.15), rng.uniform(0.05, 0.13)
    name, rgb = _board(rng)
    flap, wall = min(w, d) * rng.uniform(0.35, 0.5), 0.003
    parts = [paint(p, rgb, gloss=0.05) for p in _tray(w, d, h, wall)]
    common = rng.uniform(-50, 80)
    for quarter in range(4):
        across, reach = (d, w) if quarter % 2 == 0 else (w, d)
        leaf = rounded_box((flap, across * 0.97, wall * 0.8), radius=0.001, steps=1)
        lift = float(np.clip(common + rng.normal(0, 22), -70, 100))
        leaf = move(turn(move(leaf, (flap / 2, 0, 0)), 'y', -lift), (reach / 2, 0, h - wall))
        tone = np.array(rgb) * rng.uniform(0.92, 1.06)
        parts.append(paint(turn(leaf, 'z', 90 * quarter), rgb if quarter else tone, gloss=0.05))
    if rng.random() < 0.5:
        label = [_side_quad(w, d, (0.1, 0.5), (0.3, 0.75), h)]
        parts.append(picture(label, _address(rng)))
    return Model(parts=tuple(parts), color=name)


def _taped_carton(rng: np.random.Generator) -> Model:
    """Closed parcel: a seam between the flaps, tape over it, an address label."""
    w, d, h = rng.uniform(0.1, 0.25), rng.uniform(0.08, 0.18), rng.uniform(0.04, 0.15)
    name, rgb = _board(rng)
    parts = [paint(rounded_box((w, d, h - 0.003), radius=0.002, steps=1), rgb, gloss=0.05)]
    gap = rng.uniform(0.001, 0.004)
    for side in (-1, 1):
        leaf = rounded_box((w, (d - gap) / 2, 0.003), radius=0.0008, steps=1)
        place = (0, side * (d + gap) / 4, h - 0.003)
        parts.append(paint(move(leaf, place), rgb, gloss=0.05))
    clear, broad = rng.random() < 0.5, rng.uniform(0.02, 0.045)
    tone = np.array(rgb) * 0.8 if clear else shade(rng, pick(rng, ('white', 'red', 'black')))
    strips = [((w + 0.001, broad, 0.0012), (0.0, 0.0, h - 0.0004))]
    strips += [((0.0012, broad, h * 0.35), (x, 0.0, h * 0.65)) for x in (-w / 2, w / 2)]
    for size, at in strips:
        tape = rounded_box(size, radius=0.0004, steps=1)
        parts.append(paint(move(tape, at), tone, gloss=0.7))
    x, y = w * rng.uniform(-0.2, 0.2), d * 0.27
    a, b = w * rng.uniform(0.15, 0.25), d * 0.16
    quad = [(x + i * a, y + j * b, h + 0.0006) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    parts.append(picture([quad, _side_quad(w, d, (0.55, 0.9), (0.15, 0.5), h)], _address(rng)))
    return Model(parts=tuple(parts), color=name)


def _gift(rng: np.random.Generator) -> Model:
    """Wrapped present: ribbons that cross and a bow."""
    size = rng.uniform(0.06, 0.17, 3) * [1, 1, rng.uniform(0.3, 1)]
    w, d, h = (float(s) for s in size)
    name, other = rng.choice([*VIVID, 'white', 'black'], 2, replace=False).tolist()
    broad = rng.uniform(0.008, 0.022)
    x, y = (w * rng.uniform(-0.2, 0.2), d * rng.uniform(-0.2, 0.2))
    along = move(rounded_box((w + 0.002, broad, h + 0.0012), radius=0.0006, steps=1), (0, y, 0))
    across = move(rounded_box((broad, d + 0.002, h + 0.0012), radius=0.0006, steps=1), (x, 0, 0))
    ribbons, bow = [along, across], broad * rng.uniform(1.6, 2.8)
    count = int(rng.choice([2, 4, 6]))
    for i in range(count):
        path = loop(
            [(0.002, 0, 0.001), (bow, 0, bow * 0.15), (bow, 0, bow * 0.75), (0.002, 0, 0.006)],
            count=9,
        )
        scale = np.stack((np.full(9, broad * 0.45), np.full(9, 0.0007)), 1)
        petal = sweep(path, circle(8), scale, across=(0, 1, 0))
        ribbons.append(move(turn(petal, 'z', 360 * i / count + 45), (x, y, h)))
    body = rounded_box(size, radius=0.0015, steps=1)
    tone = shade(rng, other)
    parts = [
        paint(body, shade(rng, name), gloss=0.5),
        *(paint(p, tone, gloss=0.6) for p in ribbons),
    ]
    return Model(parts=tuple(parts), color=name)


def _pack(rng: np.random.Generator) -> Model:
    """Printed pack of cereal, tea or the like; upright or on its back."""
    w, d, h = rng.uniform(0.06, 0.19), rng.uniform(0.025, 0.08), rng.uniform(0.08, 0.29)
    name = pick(rng, _TONES)
    rgb = shade(rng, name)
    body = paint(rounded_box((w, d, h), radius=0.001, steps=1), rgb, gloss=0.45)
    tab = rounded_box((w * 0.98, d * 0.6, 0.001), radius=0.0004, steps=1)
    parts = [body, paint(move(tab, (0, d * 0.18, h - 0.0002)), rgb, gloss=0.45)]
    full, high = (0.02, 0.98), (0.02, 0.98)
    front = _side_quad(w, d, full, high, h)
    back = [(-x, -y, z) for x, y, z in front]
    parts.append(picture([front, back], cover_print(rng, rgb, wide=w > h)))
    left = [(-y, x, z) for x, y, z in _side_quad(d, w, (0.05, 0.95), high, h)]
    small = blank(rgb, rows=96, columns=40)
    ink = (0.1, 0.1, 0.1) if np.mean(rgb) > 0.4 else (0.95, 0.95, 0.95)
    write(rng, small, (0.15, 0.85, 0.15, 0.85), int(rng.integers(8, 20)), ink)
    parts.append(picture([left, [(-x, -y, z) for x, y, z in left]], small))
    if rng.random() < 0.4:
        parts = [turn(p, 'x', -90) for p in parts]
    return Model(parts=tuple(parts), color=name)


def _tissues(rng: np.random.Generator) -> Model:
    """Tissue box: an oval mouth with a paper tuft."""
    w, d = rng.uniform(0.11, 0.24), rng.uniform(0.105, 0.125)
    h = rng.uniform(0.05, 0.13)
    name = pick(rng, _TONES)
    rgb = shade(rng, name)
    parts = [paint(rounded_box((w, d, h), radius=0.002, steps=1), rgb, gloss=0.3)]
    mouth = move(prism(circle(20) * [w * 0.36, d * 0.2], 0.001), (0, 0, h - 0.0004))
    parts.append(paint(mouth, np.array(rgb) * 0.4, gloss=0.2))
    t = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    folds = 1 + 0.3 * np.sin(5 * t + rng.uniform(0, 6)) + 0.15 * np.sin(8 * t)
    tuft = np.stack((w * 0.2 * folds * np.cos(t), 0.016 * folds * np.sin(t)), 1)
    z = np.array([0, 0.3, 0.7, 1]) * rng.uniform(0.03, 0.06)
    lean = np.stack((rng.uniform(-0.4, 0.4) * z, rng.uniform(-0.3, 0.3) * z, z), 1)
    paper = sweep(lean, tuft, np.array([0.8, 0.9, 1.1, 0.7]), across=(1, 0, 0))
    parts.append(paint(move(paper, (0, 0, h)), (0.94, 0.94, 0.93), gloss=0))
    sides = [_side_quad(w, d, (0.03, 0.97), (0.05, 0.95), h)]
    sides.append([(-x, -y, z) for x, y, z in sides[0]])
    parts.append(picture(sides, cover_print(rng, rgb, wide=True)))
    return Model(parts=tuple(parts), color=name)


def _chest(rng: np.random.Generator) -> Model:
    """Wooden or painted box with a hinged lid, shut or open, and a clasp."""
    w, d, h = rng.uniform(0.09, 0.22), rng.uniform(0.07, 0.15), rng.uniform(0.04, 0.1)
    name = pick(rng, ('brown', 'brown', 'brown', 'black', 'white', 'red', 'green', 'blue'))
    rgb, wall = shade(rng, name), rng.uniform(0.005, 0.009)
    if name == 'brown':
        rgb = _WOODS[int(rng.integers(len(_WOODS)))]
    lid = h * rng.uniform(0.12, 0.4)
    opened = rng.uniform(50, 105) if rng.random() < 0.6 else 0.0
    if opened:
        cover = [move(turn(p, 'x', 180), (0, 0, lid)) for p in _tray(w, d, lid, wall)]
    else:
        cover = [rounded_box((w, d, lid), radius=0.002, steps=1)]
    cover = [turn(move(p, (0, -d / 2, 0)), 'x', -opened) for p in cover]
    cover = [move(p, (0, d / 2, h)) for p in cover]
    parts = [paint(p, rgb, gloss=0.4) for p in (*_tray(w, d, h - 0.0008, wall), *cover)]
    brass = (0.72, 0.56, 0.22) if rng.random() < 0.6 else METAL
    clasp = rounded_box((w * 0.1, 0.004, h * 0.3), radius=0.001, steps=1)
    parts.append(paint(move(clasp, (0, -d / 2, h * 0.65)), brass, gloss=0.9))
    if opened and rng.random() < 0.6:
        felt = rounded_box((w - 2 * wall, d - 2 * wall, 0.002), radius=0.0005, steps=1)
        cloth = shade(rng, pick(rng, ('red', 'blue', 'green', 'black')))
        parts.append(paint(move(felt, (0, 0, wall)), cloth, gloss=0))
    return Model(parts=tuple(parts), color=name)


def _gabled(rng: np.random.Generator) -> Model:
    """Carry-out carton with a gable top and a handle."""
    w, d, h = rng.uniform(0.09, 0.18), rng.uniform(0.07, 0.13), rng.uniform(0.05, 0.1)
    name, rgb = _board(rng) if rng.random() < 0.4 else (pick(rng, _TONES), None)
    rgb = shade(rng, name) if rgb is None else rgb
    peak = h + d * rng.uniform(0.2, 0.45)
    section = np.array(
        [(-d / 2, 0), (d / 2, 0), (d / 2, h), (0.002, peak), (-0.002, peak), (-d / 2, h)]
    )
    body = turn(extruded(section, w, middle=(0, h * 0.6)), 'z', 90)
    high = rng.uniform(0.02, 0.035)
    bar = rounded_box((w * 0.62, 0.004, high * 0.4), radius=0.001, steps=1)
    post = rounded_box((w * 0.16, 0.004, high * 0.7), radius=0.001, steps=1)
    handle = [move(bar, (0, 0, peak + high * 0.6))]
    handle += [move(post, (x * w * 0.23, 0, peak - 0.001)) for x in (-1, 1)]
    parts = [paint(p, rgb, gloss=0.2) for p in (body, *handle)]
    if rng.random() < 0.6:
        quad = _side_quad(w, d, (0.25, 0.75), (0.15, 0.85), h)
        parts.append(picture([quad], cover_print(rng, shade(rng, pick(rng, _TONES)))))
    return Model(parts=tuple(parts), color=name)


_BOXES = (
    _open_carton,
    _open_carton,
    _taped_carton,
    _gift,
    _pack,
    _tissues,
    _chest,
    _gabled,
)


def _board(rng: np.random.Generator) -> tuple[str, tuple[float, float, float]]:
    """Colour of a carton: mostly bare board, else white."""
    if rng.random() < 0.2:
        return 'white', shade(rng, 'white')
    red, green, blue = np.array([0.6, 0.43, 0.26]) * rng.uniform(0.8, 1.2)
    return 'brown', (float(red), float(green), float(blue))


def _tray(width: float, depth: float, height: float, wall: float) -> list[Part]:
    """Floor and four walls, open above."""
    parts = [rounded_box((width, depth, wall), radius=0.001, steps=1)]
    for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        size = (wall, depth, height) if x else (width, wall, height)
        side = rounded_box(size, radius=0.001, steps=1)
        parts.append(move(side, (x * (width - wall) / 2, y * (depth - wall) / 2, 0)))
    return parts


def _side_quad(
    width: float,
    depth: float,
    along: Sequence[float],
    up: Sequence[float],
    height: float,
) -> list[tuple[float, float, float]]:
    """Corners of a print on the front (-y), from shares of its width and height."""
    (left, right), (low, high) = along, up
    y = -depth / 2 - 0.0004
    places = ((left, low), (right, low), (right, high), (left, high))
    return [((u - 0.5) * width, y, v * height) for u, v in places]


def _address(rng: np.random.Generator) -> np.ndarray:
    """Label with lines of writing and a bar code."""
    sheet = blank((0.94, 0.94, 0.92), rows=48, columns=72)
    write(rng, sheet, (0.12, 0.6, 0.08, 0.8), 3, (0.15, 0.15, 0.18))
    bars = np.flatnonzero(rng.random(50) < 0.5) + 10
    sheet[33:44, bars] = 30
    return sheet
