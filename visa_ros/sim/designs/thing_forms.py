"""Forms and prints that the designs of goods, devices and tools share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.finish import paint, shade
from visa_ros.sim.knowledge import COLORS
from visa_ros.sim.shapes import circle, cylinder, lathe, move, Part, sweep


def rod(
    stations: Sequence[Sequence[float]] | np.ndarray,
    *,
    section: np.ndarray | None = None,
    at: Sequence[float] = (0.0, 0.0, 0.0),
) -> Part:
    """Lie a bar along +x: stations of (x, radius) or (x, half width, half height)."""
    rows = np.array([(s[0], s[1], s[-1]) for s in stations], float)
    path = np.zeros((len(rows), 3))
    path[:, 0] = rows[:, 0] + 1e-6 * np.arange(len(rows))
    section = circle(20) if section is None else section
    return sweep(path + np.asarray(at, float), section, rows[:, 1:], across=(0, 1, 0))


def barrel(rows: Sequence[Sequence[float]], length: float, height: float, sides: int = 20) -> Part:
    """Turned or many-sided body along +x; rows of share of the length, radius."""
    stations = [(row[0] * length, *row[1:]) for row in rows]
    return rod(stations, section=circle(sides), at=(0, 0, height))


def prism(plan: np.ndarray, height: float, *, bevel: float = 0.0) -> Part:
    """Raise a plan (n, 2), counter-clockwise and seen whole from its origin, above z = 0."""
    half = float(np.abs(plan).min(0).max() + np.abs(plan).max()) / 2
    inset = 1 - bevel / max(half, 1e-6)
    z = np.array([0, bevel, height - bevel, height]) if bevel else np.array([0, height])
    scale = np.array([inset, 1, 1, inset]) if bevel else np.ones(2)
    return sweep(np.stack((0 * z, 0 * z, z), 1), plan, scale, across=(1, 0, 0))


def plan_of(width: float, depth: float, corner: float, *, count: int = 32) -> np.ndarray:
    """Rectangle with round corners (count, 2) about the origin."""
    corner = min(corner, 0.499 * min(width, depth))
    angles = 2 * np.pi * (np.arange(count) + 0.5) / count
    arm = np.stack((np.cos(angles), np.sin(angles)), 1)
    return np.asarray(arm * corner + np.sign(arm) * [width / 2 - corner, depth / 2 - corner])


def lobed(points: int, lobes: int, depth: float) -> np.ndarray:
    """Round section with flutes."""
    angle = 2 * np.pi * np.arange(points) / points
    return np.asarray(circle(points) * (1 + depth * np.cos(lobes * angle))[:, None])


def key(width: float, depth: float, height: float, *, corner: float = 0.3) -> Part:
    """Small button of few faces; corner: its rounding as a share of the shorter side."""
    plan = plan_of(width, depth, corner * min(width, depth), count=12 if corner > 0.4 else 8)
    return prism(plan, height)


def extruded(section: np.ndarray, depth: float, *, middle: Sequence[float]) -> Part:
    """Stretch a section (n, 2) of x and z, counter-clockwise, along y about the origin."""
    x, z = middle
    path = [(x, depth / 2, z), (x, 0, z), (x, -depth / 2, z)]
    return sweep(path, np.asarray(section, float) - [x, z], 1.0, across=(1, 0, 0))


def picture(corners: Sequence[Sequence[Sequence[float]]], texture: np.ndarray) -> Part:
    """Show a print on quads, each (4, 3) from its lower left corner counter-clockwise."""
    count = len(corners)
    faces = np.concatenate([np.array([[0, 1, 2], [0, 2, 3]]) + 4 * i for i in range(count)])
    part = Part(
        vertices=np.asarray(corners, float).reshape(-1, 3),
        faces=faces.astype(np.int32),
        texcoords=np.tile([[0.0, 0], [1, 0], [1, 1], [0, 1]], (count, 1)),
        texture=texture,
    )
    return paint(part, (1, 1, 1), gloss=0.3)


def flat_quad(width: float, depth: float, z: float) -> list[tuple[float, float, float]]:
    """Corners of a level rectangle about the z axis, for a picture."""
    x, y = width / 2, depth / 2
    return [(-x, -y, z), (x, -y, z), (x, y, z), (-x, y, z)]


def strip(x: np.ndarray, z: np.ndarray, depth: float, texture: np.ndarray) -> Part:
    """Show a print on a sheet that is curved along x."""
    n, u = len(x), np.linspace(0, 1, len(x))
    rows = [np.stack((x, np.full(n, y), z), 1) for y in (-depth / 2, depth / 2)]
    i = np.arange(n - 1)
    lower = np.stack((i, i + 1, i + 1 + n), 1)
    upper = np.stack((i, i + 1 + n, i + n), 1)
    part = Part(
        vertices=np.concatenate(rows),
        faces=np.concatenate((lower, upper)).astype(np.int32),
        texcoords=np.concatenate([np.stack((u, np.full(n, v)), 1) for v in (0.0, 1.0)]),
        texture=texture,
    )
    return replace(paint(part, (1, 1, 1)), gloss=0.1)


def blank(rgb: Sequence[float], *, rows: int = 96, columns: int = 72) -> np.ndarray:
    """Start a print: uint8 (rows, columns, 3) of one colour."""
    return np.tile((255 * np.asarray(rgb)).astype(np.uint8), (rows, columns, 1))


def write(
    rng: np.random.Generator,
    sheet: np.ndarray,
    area: tuple[float, float, float, float],
    lines: int,
    ink: Sequence[float],
) -> None:
    """Fill an area (top, bottom, left, right in 0..1) with lines of words, as dashes."""
    rows, columns = sheet.shape[:2]
    top, bottom, left, right = np.array(area) * [rows, rows, columns, columns]
    pitch = (bottom - top) / lines
    for i in range(lines):
        y, x = top + i * pitch, left
        end = right if rng.random() < 0.75 else left + (right - left) * rng.uniform(0.3, 0.9)
        while x < end - 1:
            word = min(rng.uniform(2, 6) * max(pitch * 0.45, 1), end - x)
            down = max(int(pitch * 0.6), 1)
            sheet[int(y) : int(y) + down, int(x) : max(int(x + word), int(x) + 1)] = (
                255 * np.asarray(ink)
            )
            x += word + max(pitch * 0.3, 1)


def cover_print(
    rng: np.random.Generator, rgb: Sequence[float], *, wide: bool = False
) -> np.ndarray:
    """Print of a book's cover or a pack: bands, a disc or a picture, and lettering."""
    sheet = blank(rgb, rows=72, columns=96) if wide else blank(rgb)
    rows, columns = sheet.shape[:2]
    v, u = np.mgrid[:rows, :columns] / [[[rows]], [[columns]]]
    first, second = (np.array(shade(rng, str(rng.choice(sorted(COLORS))))) for _ in range(2))
    kind, at = int(rng.integers(5)), rng.uniform(0.3, 0.7, 2)
    if kind == 0:
        inside = np.hypot(u - at[0], (v - at[1]) * rows / columns) < rng.uniform(0.15, 0.3)
    elif kind == 1:
        inside = np.abs(v - at[1]) < rng.uniform(0.06, 0.2)
    elif kind == 2:
        inside = (np.abs(u - 0.5) < rng.uniform(0.25, 0.42)) & (np.abs(v - at[1]) < 0.22)
    elif kind == 3:
        inside = u + v * rng.uniform(-1, 1) < rng.uniform(0.1, 0.5)
    else:
        inside = v > rng.uniform(0.5, 0.8) + 0.1 * np.sin(u * rng.uniform(3, 12))
    mix = (v[..., None] * first + (1 - v[..., None]) * second) if rng.random() < 0.5 else first
    sheet[inside] = (255 * np.broadcast_to(mix, sheet.shape)[inside]).astype(np.uint8)
    ink = (0.95, 0.95, 0.9) if np.mean(rgb) < 0.5 else (0.08, 0.08, 0.1)
    top = rng.uniform(0.05, 0.2)
    write(rng, sheet, (top, top + rng.uniform(0.1, 0.25), 0.1, 0.9), int(rng.integers(1, 4)), ink)
    write(rng, sheet, (0.86, 0.93, 0.2, 0.8), 1, ink)
    return sheet


def keys(
    width: float,
    depth: float,
    *,
    rows: int,
    columns: int,
    at: Sequence[float],
    round_: bool = False,
) -> list[Part]:
    """Grid of keys, row by row from the top, that fill an area about a point."""
    a, b = width / columns, depth / rows
    size = (0.72 * min(a, b),) * 2 if round_ else (0.76 * a, 0.66 * b)
    pad = key(*size, 0.0022, corner=0.5 if round_ else 0.25)
    x, y, z = at
    return [
        move(pad, (x + (j - (columns - 1) / 2) * a, y + ((rows - 1) / 2 - i) * b, z - 0.0007))
        for i in range(rows)
        for j in range(columns)
    ]


def display(
    rng: np.random.Generator, width: float, depth: float, at: Sequence[float]
) -> list[Part]:
    """Dark window with a small picture in it."""
    x, y, z = at
    window = move(prism(plan_of(width, depth, 0.002), 0.0007), (x, y, z - 0.0003))
    parts = [paint(window, (0.03, 0.03, 0.04), gloss=1.0)]
    if rng.random() < 0.7:
        quad = [(a + x, b + y, c) for a, b, c in flat_quad(width * 0.86, depth * 0.84, z + 0.0006)]
        parts.append(picture([quad], screen(rng, old=True)))
    return parts


def screen(rng: np.random.Generator, *, old: bool = False) -> np.ndarray:
    """What a display shows: icons, a clock, messages, or grey-green lines on an old one."""
    if old and rng.random() < 0.5:
        sheet = blank((0.5, 0.6, 0.42), rows=64, columns=64)
        write(rng, sheet, (0.12, 0.9, 0.1, 0.9), int(rng.integers(3, 6)), (0.12, 0.18, 0.1))
        return sheet
    first, second = rng.uniform(0.05, 0.95, (2, 3))
    v = np.linspace(0, 1, 128)[:, None, None]
    sheet = np.broadcast_to(255 * ((1 - v) * first + v * second), (128, 64, 3)).astype(np.uint8)
    kind = int(rng.integers(4))
    if kind == 0:
        for i in range(int(rng.integers(3, 6))):
            for j in range(4):
                sheet[16 + 20 * i : 28 + 20 * i, 4 + 15 * j : 15 + 15 * j] = rng.integers(
                    40, 256, 3
                )
    elif kind == 1:
        write(rng, sheet, (0.15, 0.32, 0.15, 0.85), 1, (0.97, 0.97, 0.97))
        write(rng, sheet, (0.7, 0.9, 0.1, 0.9), 3, (0.9, 0.9, 0.9))
    elif kind == 2:
        sheet[:] = 240
        for y in range(8, 118, 18):
            left = 4 if rng.random() < 0.5 else 22
            sheet[y : y + 12, left : left + 38] = (70, 150, 240) if left > 4 else (205, 205, 210)
    else:
        sheet[8:60, 4:60] = rng.integers(30, 240, 3)
        write(rng, sheet, (0.52, 0.95, 0.06, 0.94), 8, (0.95, 0.95, 0.95))
    return sheet


def dial(radius: float, at: Sequence[float]) -> list[Part]:
    """Ring to steer by, with a key in its middle."""
    rim = [(radius, -0.001), (radius, 0.0014), (radius * 0.55, 0.0016), (radius * 0.5, -0.001)]
    return [
        move(p, at) for p in (lathe(rim, segments=24), cylinder(radius * 0.4, 0.002, segments=16))
    ]
