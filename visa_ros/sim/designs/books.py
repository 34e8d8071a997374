"""Many designs of books, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.thing_forms import (
    blank,
    cover_print,
    extruded,
    flat_quad,
    picture,
    plan_of,
    prism,
    strip,
    write,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.goods import COVERS, VIVID
from visa_ros.sim.shapes import circle, Model, move, Part, rounded_box, sweep, turn

_PAPER = (0.9, 0.87, 0.78)
_GOLD = (0.78, 0.6, 0.2)


def book(rng: np.random.Generator) -> Model:
    """On its face, closed or standing ajar; of boards, of paper, on rings, with a strap."""
    return one_of(rng, _BOOKS)


def _face_down(rng: np.random.Generator) -> Model:
    """Laid down open, on its pages: the covers make a low tent."""
    w, d = rng.uniform(0.1, 0.15), rng.uniform(0.15, 0.22)
    name, angle = pick(rng, COVERS), rng.uniform(10, 32)
    thick = rng.uniform(0.004, 0.012)
    parts = _halves(w, d, thick, angle, shade(rng, name))
    ink = shade(rng, pick(rng, [c for c in ('white', 'black', 'yellow') if c != name]))
    for y, deep in ((d * 0.25, 0.09), (-d * 0.3, 0.04)):
        title = rounded_box((w * rng.uniform(0.4, 0.75), d * deep, 0.002), radius=0.0005, steps=1)
        for side in (-1, 1):
            place = (side * w * 0.55, side * y, -0.001)
            raised = turn(move(title, place), 'y', -side * angle)
            parts.append(paint(move(raised, (side * thick / 2, 0, 0)), ink))
    return Model(parts=tuple(turn(p, 'x', 180) for p in parts), color=name)


def _ajar(rng: np.random.Generator) -> Model:
    """Standing upright, a little or half open, the spine in front."""
    w, d = rng.uniform(0.09, 0.15), rng.uniform(0.14, 0.22)
    name = pick(rng, COVERS)
    parts = _halves(w, d, rng.uniform(0.005, 0.014), rng.uniform(35, 75), shade(rng, name))
    spread = turn(rounded_box((w * 0.95, d * 0.97, 0.001), radius=0.0004, steps=1), 'y', -90)
    fan = [turn(move(spread, (0, 0, w / 2)), 'y', float(a)) for a in rng.uniform(-18, 18, 4)]
    parts += [paint(p, _PAPER, gloss=0) for p in fan]
    return Model(parts=tuple(turn(p, 'x', 90) for p in parts), color=name)


def _paperback(rng: np.random.Generator) -> Model:
    """Soft printed cover flush with the pages; its front may curl up."""
    w, d, h = rng.uniform(0.1, 0.21), rng.uniform(0.15, 0.28), rng.uniform(0.006, 0.05)
    name = pick(rng, (*COVERS, 'gray'))
    rgb = shade(rng, name)
    pages = rounded_box((w - 0.001, d - 0.001, h - 0.001), radius=0.0006, steps=1)
    back = rounded_box((w, d, 0.0012), radius=0.0005, steps=1)
    spine = move(rounded_box((0.0016, d, h), radius=0.0006, steps=1), (-w / 2, 0, 0))
    curl = rng.uniform(0.002, 0.025) if rng.random() < 0.5 else 0.0
    x = np.linspace(-w / 2, w / 2, 9)
    z = h + curl * np.linspace(0, 1, 9) ** 2
    sheet = np.concatenate((np.stack((x, z), 1), np.stack((x, z + 0.0009), 1)[::-1]))
    front = extruded(sheet, d, middle=(0, h + curl * 0.25 + 0.0004))
    parts = [paint(p, rgb, gloss=0.4) for p in (back, spine, front)]
    parts.append(paint(pages, np.array(_PAPER) * rng.uniform(0.85, 1.06), gloss=0))
    parts.append(strip(x, z + 0.0013, d * 0.998, cover_print(rng, rgb)))
    return Model(parts=tuple(parts), color=name)


def _round_spine(rng: np.random.Generator) -> Model:
    """Old bound volume: rounded spine with raised bands, hollow fore edge, gilt frame."""
    w, d, h = rng.uniform(0.1, 0.17), rng.uniform(0.15, 0.25), rng.uniform(0.022, 0.06)
    name = pick(rng, ('brown', 'red', 'green', 'blue', 'black', 'purple', 'gray'))
    rgb, board, trim = shade(rng, name), 0.003, _GOLD if rng.random() < 0.7 else (0.85, 0.83, 0.8)
    plate = rounded_box((w, d, board), radius=0.001, steps=1)
    parts = [paint(move(plate, (0, 0, z)), rgb, gloss=0.3) for z in (0, h - board)]
    parts.append(paint(_spine(w, h, d, 0.0), rgb, gloss=0.3))
    for y in np.linspace(-0.36, 0.36, int(rng.integers(2, 6))):
        band = move(_spine(w, h, d * 0.02, 0.002), (0, y * d, 0))
        parts.append(paint(band, trim if rng.random() < 0.3 else rgb, gloss=0.4))
    angle = np.linspace(-np.pi / 2, np.pi / 2, 9)
    bow = np.stack((w / 2 - 0.004 - 0.2 * h * np.cos(angle), h / 2 * (1 + np.sin(angle))), 1)
    section = np.array([(-w / 2, 0), *bow, (-w / 2, h)])
    section[:, 1] = np.clip(section[:, 1], board * 0.9, h - board * 0.9)
    parts.append(paint(extruded(section, d - 0.008, middle=(0, h / 2)), _PAPER, gloss=0))
    if rng.random() < 0.6:
        for x, y, a, b in (
            (0, 1, 0.84, 0.01),
            (0, -1, 0.84, 0.01),
            (1, 0, 0.01, 0.84),
            (-1, 0, 0.01, 0.84),
        ):
            line = rounded_box((w * a + 0.001, d * b + 0.001, 0.001), radius=0.0003, steps=1)
            parts.append(
                paint(move(line, (x * w * 0.42, y * d * 0.42, h - 0.0006)), trim, gloss=0.7)
            )
    title = rounded_box((w * 0.5, d * rng.uniform(0.04, 0.14), 0.001), radius=0.0003, steps=1)
    parts.append(paint(move(title, (0, d * rng.uniform(0.05, 0.25), h - 0.0005)), trim, gloss=0.7))
    return Model(parts=tuple(parts), color=name)


def _strapped(rng: np.random.Generator) -> Model:
    """Pocket notebook with round corners, an elastic strap and a ribbon."""
    w, d, h = rng.uniform(0.085, 0.15), rng.uniform(0.13, 0.215), rng.uniform(0.011, 0.024)
    name = pick(rng, (*COVERS, 'black', 'gray'))
    rgb = shade(rng, name)
    plan = plan_of(w, d, 0.009)
    pages = move(prism(plan * 0.975, h * 0.9), (0, 0, h * 0.05))
    cover = [move(prism(plan, 0.0018, bevel=0.0005), (0, 0, z)) for z in (0, h - 0.0018)]
    cover.append(move(rounded_box((0.005, d - 0.012, h), radius=0.002), (-w / 2 + 0.0024, 0, 0)))
    parts = [*(paint(p, rgb, gloss=0.25) for p in cover), paint(pages, _PAPER, gloss=0)]
    dark = shade(rng, pick(rng, [c for c in ('black', 'red', 'gray', 'white') if c != name]))
    if rng.random() < 0.8:
        strap = rounded_box((0.006, d + 0.002, h + 0.0016), radius=0.001, steps=1)
        parts.append(paint(move(strap, (w * rng.uniform(0.28, 0.4), 0, 0)), dark, gloss=0.1))
    if rng.random() < 0.6:
        tail = rounded_box((0.004, 0.05, 0.0008), radius=0.0003, steps=1)
        parts.append(paint(move(tail, (-w * 0.2, -d / 2 - 0.01, h * 0.4)), dark))
    if rng.random() < 0.4:
        label = picture([flat_quad(w * 0.5, d * 0.2, h + 0.0003)], _label(rng))
        parts.append(move(label, (-w * 0.05, d * 0.15, 0)))
    return Model(parts=tuple(parts), color=name)


def _ring_bound(rng: np.random.Generator) -> Model:
    """Wire rings along one edge hold printed covers and a block of pages."""
    w, d, h = rng.uniform(0.1, 0.21), rng.uniform(0.14, 0.27), rng.uniform(0.007, 0.022)
    name = pick(rng, COVERS)
    rgb, r = shade(rng, name), h * 0.5 + 0.0035
    plan = plan_of(w, d, 0.006)
    cover = [move(prism(plan, 0.0012), (0, 0, z)) for z in (0.0, h - 0.0012)]
    parts = [paint(p, rgb, gloss=0.4) for p in cover]
    parts.append(paint(move(prism(plan * 0.985, h * 0.9), (0, 0, h * 0.05)), _PAPER, gloss=0))
    parts.append(picture([flat_quad(w * 0.96, d * 0.97, h + 0.0003)], cover_print(rng, rgb)))
    angles = np.linspace(0, 2 * np.pi, 11)
    hoop = np.stack((r * np.cos(angles), 0 * angles, h / 2 + r * np.sin(angles)), 1)
    wire = METAL if rng.random() < 0.5 else shade(rng, pick(rng, ('black', 'white')))
    place = -w / 2 + r * 0.35
    for y in np.linspace(-0.45, 0.45, int(rng.integers(12, 22))) * d:
        ring = sweep(hoop + np.array([place, y, 0]), circle(5), 0.0011, across=(0, 1, 0))
        parts.append(paint(ring, wire, gloss=0.8))
    return Model(parts=tuple(parts), color=name)


def _board_book(rng: np.random.Generator) -> Model:
    """Child's book: a few thick leaves with round corners, a big bright picture."""
    w, leaf = rng.uniform(0.1, 0.18), rng.uniform(0.0022, 0.004)
    d, count = w * rng.uniform(0.9, 1.25), int(rng.integers(5, 10))
    name = pick(rng, VIVID)
    rgb, pitch = shade(rng, name), leaf * 1.12
    plan, top = plan_of(w, d, rng.uniform(0.01, 0.02)), pitch * (count - 1)
    leaves = [move(prism(plan * 0.985, leaf), (0, 0, i * pitch)) for i in range(1, count - 1)]
    parts = [paint(p, (0.92, 0.91, 0.86), gloss=0.2) for p in leaves]
    parts += [paint(move(prism(plan, leaf), (0, 0, z)), rgb, gloss=0.6) for z in (0.0, top)]
    spine = rounded_box((0.004, d * 0.9, top + leaf), radius=0.0015)
    parts.append(paint(move(spine, (-w / 2 + 0.001, 0, 0)), rgb, gloss=0.6))
    quad = flat_quad(w * 0.84, d * 0.84, top + leaf + 0.0003)
    parts.append(picture([quad], cover_print(rng, rgb)))
    return Model(parts=tuple(parts), color=name)


_BOOKS = (
    _face_down,
    _ajar,
    _paperback,
    _paperback,
    _round_spine,
    _strapped,
    _ring_bound,
    _board_book,
)


def _halves(
    width: float, depth: float, thick: float, angle: float, rgb: tuple[float, float, float]
) -> list[Part]:
    """Both halves of an open book about its spine along y, raised by an angle in degrees."""
    board = rounded_box((width, depth, 0.0028), radius=0.001, steps=1)
    block = rounded_box((width - 0.004, depth - 0.008, thick), radius=0.0006, steps=1)
    parts = [paint(rounded_box((thick, depth, 0.0028), radius=0.001, steps=1), rgb, gloss=0.25)]
    for side in (-1, 1):
        for part, z, tone in ((board, 0.0, rgb), (block, 0.0026, _PAPER)):
            raised = turn(move(part, (side * width / 2, 0, z)), 'y', -side * angle)
            parts.append(paint(move(raised, (side * thick / 2, 0, 0)), tone, gloss=0.2))
    return parts


def _spine(width: float, height: float, depth: float, extra: float) -> Part:
    """Rounded back of a bound volume; extra: how far it stands out, in m."""
    angle = np.linspace(np.pi / 2, 3 * np.pi / 2, 10)
    bulge = 0.22 * height + extra
    x = -width / 2 + 0.004 + (bulge + 0.004) * np.cos(angle)
    z = height / 2 + (height / 2 + extra * 0.2) * np.sin(angle)
    return extruded(np.stack((x, z), 1), depth, middle=(-width / 2, height / 2))


def _label(rng: np.random.Generator) -> np.ndarray:
    """Paper label with a few lines of writing."""
    sheet = blank((0.93, 0.92, 0.88), rows=48, columns=64)
    write(rng, sheet, (0.2, 0.85, 0.12, 0.88), int(rng.integers(2, 5)), (0.15, 0.15, 0.2))
    return sheet
