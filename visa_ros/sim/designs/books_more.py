"""More designs of books, for training: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import (
    blank,
    cover_print,
    flat_quad,
    picture,
    prism,
    write,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.goods import COVERS, VIVID
from visa_ros.sim.shapes import cylinder, Model, move, Part, rounded_box, sweep, turn

_PAPER = np.array([0.9, 0.87, 0.78])
_BRASS = (0.72, 0.56, 0.22)


def _book_picture(rng: np.random.Generator) -> Model:
    """Thin picture book wider than high, or large and square, with hard printed boards."""
    w = rng.uniform(0.18, 0.31)
    d, h = w * rng.uniform(0.62, 1.0), rng.uniform(0.007, 0.016)
    name = pick(rng, COVERS)
    rgb = np.array(shade(rng, name))
    back = shade(rng, pick(rng, COVERS)) if rng.random() < 0.4 else rgb * 0.75
    parts = _bound((w, d, h), rgb, rim=rng.uniform(0.003, 0.006), spine_rgb=back)
    if rng.random() < 0.6:
        strap = rounded_box((w * rng.uniform(0.08, 0.2), d, 0.001), radius=0.0003, steps=1)
        parts.append(paint(move(strap, (-w * 0.42, 0, h - 0.0004)), back, gloss=0.2))
    quad = [(x + w * 0.06, y, z) for x, y, z in flat_quad(w * 0.82, d * 0.9, h + 0.0008)]
    parts.append(picture([quad], cover_print(rng, rgb, wide=True)))
    return _posed(rng, parts, name, 0.3)


def _book_brick(rng: np.random.Generator) -> Model:
    """Dictionary or bible nearly as thick as wide, with thumb tabs down its fore edge."""
    w, d = rng.uniform(0.06, 0.12), rng.uniform(0.095, 0.19)
    h = w * rng.uniform(0.45, 0.85)
    name = pick(rng, (*COVERS, 'black', 'brown'))
    parts = _bound((w, d, h), shade(rng, name), rim=rng.uniform(0.001, 0.004))
    count, tone = int(rng.integers(5, 13)), shade(rng, pick(rng, ('black', 'red', 'gray')))
    mark = rounded_box((0.0012, d * 0.035, h * 0.07), radius=0.0003, steps=1)
    for i in range(count):
        u = (i + 0.5) / count - 0.5
        at = (w / 2 - 0.0038, -u * d * 0.85, h * 0.5 + u * h * 0.7)
        parts.append(paint(move(mark, at), tone))
    trim = _BRASS if name != 'yellow' else (0.1, 0.1, 0.1)
    upright = rounded_box((w * 0.07, d * 0.36, 0.001), radius=0.0003, steps=1)
    across = rounded_box((w * 0.36, d * 0.04, 0.001), radius=0.0003, steps=1)
    if rng.random() < 0.4:
        signs = [move(upright, (0, 0, h - 0.0004)), move(across, (0, d * 0.07, h - 0.0004))]
    else:
        signs = [move(across, (0, y * d, h - 0.0004)) for y in (0.25, 0.18, -0.3)]
    parts += [paint(p, trim, gloss=0.7) for p in signs]
    return _posed(rng, parts, name, 0.4)


def _book_clasped(rng: np.random.Generator) -> Model:
    """Tome with metal corners, a boss in the middle and straps around its fore edge."""
    w, d, h = rng.uniform(0.1, 0.19), rng.uniform(0.14, 0.26), rng.uniform(0.03, 0.075)
    name = pick(rng, ('brown', 'brown', 'red', 'black', 'green', 'purple', 'blue'))
    metal = _BRASS if rng.random() < 0.6 else METAL
    parts = _bound((w, d, h), shade(rng, name), rim=0.005, board=0.005)
    leg = min(w, d) * rng.uniform(0.15, 0.28)
    corner = prism(np.array([(-0.6, -0.6), (1.4, -0.6), (-0.6, 1.4)]) * leg / 2, 0.002)
    spots = ((-1, -1, 0), (1, -1, 90), (1, 1, 180), (-1, 1, 270))
    for i, j, about in spots:
        at = (i * (w / 2 - leg * 0.31), j * (d / 2 - leg * 0.31), h - 0.0008)
        parts.append(paint(move(turn(corner, 'z', about), at), metal, gloss=0.8))
    sides = int(rng.choice([4, 6, 8, 20]))
    boss = cylinder(w * rng.uniform(0.1, 0.24), 0.004, bevel=0.0015, segments=sides)
    parts.append(paint(move(boss, (0, 0, h - 0.001)), metal, gloss=0.8))
    count = int(rng.integers(1, 3))
    hide = shade(rng, 'black' if name == 'brown' else 'brown')
    for y in (0.0,) if count == 1 else (-d * 0.27, d * 0.27):
        band = rounded_box((w * 0.24, d * 0.07, h + 0.004), radius=0.002, steps=1)
        parts.append(paint(move(band, (w * 0.4, y, -0.002)), hide, gloss=0.2))
        lock = rounded_box((w * 0.06, d * 0.08, 0.003), radius=0.001, steps=1)
        parts.append(paint(move(lock, (w * 0.3, y, h + 0.001)), metal, gloss=0.8))
    return _posed(rng, parts, name, 0.3)


def _book_zigzag(rng: np.random.Generator) -> Model:
    """Folded book standing in a zigzag between two hard covers."""
    folds = int(rng.integers(3, 7)) * 2
    w, d = rng.uniform(0.05, 0.1), rng.uniform(0.08, 0.17)
    half = min(rng.uniform(12, 32), np.rad2deg(np.arcsin(0.3 / w / folds)))
    name = pick(rng, COVERS)
    rgb = shade(rng, name)
    run = w * np.sin(np.deg2rad(half))
    parts = []
    for i in range(folds):
        outer = i in (0, folds - 1)
        thick = 0.004 if outer else 0.0009
        leaf = rounded_box((w, thick, d * (1.0 if outer else 0.97)), radius=0.0003, steps=1)
        slope = (90 - half) * (1 if i % 2 == 0 else -1)
        at = ((i + 0.5 - folds / 2) * run, 0.0, 0.0)
        parts.append(paint(move(turn(leaf, 'z', slope), at), rgb if outer else _PAPER))
        if outer:
            continue
        sheet = cover_print(rng, _PAPER if rng.random() < 0.6 else shade(rng, pick(rng, COVERS)))
        for face in (-1, 1):
            flat = flat_quad(w * 0.8, d * 0.8, 0)
            quad = [(-face * x, face * 0.0009, z + d * 0.48) for x, z, _ in flat]
            parts.append(move(turn(picture([quad], sheet), 'z', slope), at))
    return Model(parts=tuple(parts), color='')


def _book_stitched(rng: np.random.Generator) -> Model:
    """Soft thin book sewn with thread along its back, a title slip on its cover."""
    w, d, h = rng.uniform(0.11, 0.2), rng.uniform(0.16, 0.28), rng.uniform(0.005, 0.02)
    name = pick(rng, (*COVERS, 'blue', 'brown'))
    rgb = shade(rng, name)
    pages = rounded_box((w, d, h - 0.001), radius=0.0004, steps=1)
    parts = [paint(pages, _PAPER * rng.uniform(0.85, 1.05), gloss=0)]
    for z in (-0.0003, h - 0.0012):
        sheet = rounded_box((w + 0.001, d + 0.001, 0.0014), radius=0.0004, steps=1)
        parts.append(paint(move(sheet, (0, 0, z)), rgb, gloss=0.1))
    thread = (0.93, 0.92, 0.88) if name not in ('white', 'yellow') else (0.6, 0.08, 0.06)
    inset, holes = w * rng.uniform(0.07, 0.12), np.linspace(-0.44, 0.44, int(rng.integers(4, 8)))
    pieces = [((0.0018, d * 0.88, 0.0012), (inset - w / 2, 0.0, h - 0.0003))]
    for y in holes:
        pieces.append(((inset, 0.0018, 0.0012), (inset / 2 - w / 2, y * d, h - 0.0003)))
        pieces.append(((0.0012, 0.0018, h), (-w / 2 - 0.0004, y * d, 0.0)))
    for size, at in pieces:
        parts.append(paint(move(rounded_box(size, radius=0.0003, steps=1), at), thread))
    a, b = w * rng.uniform(0.14, 0.24), d * rng.uniform(0.4, 0.65)
    slip = blank((0.93, 0.9, 0.82), rows=72, columns=24)
    write(rng, slip, (0.08, 0.92, 0.3, 0.7), int(rng.integers(4, 7)), (0.1, 0.08, 0.08))
    x, y = w * rng.uniform(-0.2, 0.3), d * 0.42 - b / 2
    parts.append(move(picture([flat_quad(a, b, h + 0.0006)], slip), (x, y, 0)))
    return Model(parts=tuple(parts), color=name)


def _book_lifted(rng: np.random.Generator) -> Model:
    """Lying on its back with the front cover and a few leaves raised."""
    w, d, h = rng.uniform(0.1, 0.17), rng.uniform(0.14, 0.22), rng.uniform(0.012, 0.045)
    name, board = pick(rng, COVERS), 0.0025
    rgb, lift = shade(rng, name), rng.uniform(35, 90)
    back = rounded_box((w, d, board), radius=0.0008, steps=1)
    block = rounded_box((w - 0.006, d - 0.008, h - board), radius=0.0006, steps=1)
    spine = move(rounded_box((board, d, h + board), radius=0.0008, steps=1), (-w / 2, 0, 0))
    parts = [paint(p, rgb, gloss=0.3) for p in (back, spine)]
    parts.append(paint(move(block, (-0.002, 0, board)), _PAPER, gloss=0))
    parts.append(move(picture([flat_quad(w * 0.9, d * 0.92, h + 0.0006)], _page(rng, _PAPER)),
                      (-0.002, 0, 0)))  # fmt: skip
    front = [paint(move(back, (w / 2, 0, 0)), rgb, gloss=0.3)]
    art = picture([flat_quad(w * 0.9, d * 0.94, board + 0.0004)], cover_print(rng, rgb))
    front.append(move(art, (w / 2, 0, 0)))
    parts += [move(turn(p, 'y', -lift), (-w / 2, 0, h)) for p in front]
    for share in np.sort(rng.uniform(0.15, 0.85, int(rng.integers(1, 5)))):
        s = np.linspace(0, 1, 8)
        angle = np.deg2rad(lift * share) * (0.4 + 0.6 * s)
        path = (w - 0.007) * np.stack((np.cos(angle), np.sin(angle)), 1) / 7
        x, z = np.concatenate(([[0, 0]], path.cumsum(0)[:-1])).T
        path = np.stack((x - w / 2, 0 * x, z + h), 1)
        sheet = sweep(
            path, np.array([(1, -1), (1, 1), (-1, 1), (-1, -1)]),
            np.tile([d / 2 - 0.004, 0.0004], (8, 1)), across=(0, 1, 0),
        )  # fmt: skip
        parts.append(paint(sheet, _PAPER, gloss=0))
    return Model(parts=tuple(parts), color=name)


def _book_carousel(rng: np.random.Generator) -> Model:
    """Standing on its foot, opened until its stiff leaves fan all around like a star."""
    w, d = rng.uniform(0.06, 0.12), rng.uniform(0.09, 0.19)
    count, name = int(rng.integers(7, 16)), pick(rng, VIVID)
    rgb, whole = shade(rng, name), rng.uniform(200, 330)
    parts = []
    for i in range(count):
        outer = i in (0, count - 1)
        thick = 0.0035 if outer else rng.uniform(0.0012, 0.002)
        size = (w, thick, d) if outer else (w * 0.97, thick, d * 0.96)
        leaf = move(rounded_box(size, radius=0.0004, steps=1), (w / 2 + 0.004, 0, 0))
        tone = rgb if outer else _PAPER
        parts.append(paint(turn(leaf, 'z', whole * i / (count - 1)), tone, gloss=0.2))
    back = rounded_box((0.012, 0.012, d), radius=0.004)
    parts.append(paint(back, rgb, gloss=0.2))
    return Model(parts=tuple(parts), color='')


BOOKS: tuple[Design, ...] = (
    _book_picture,
    _book_brick,
    _book_clasped,
    _book_zigzag,
    _book_stitched,
    _book_lifted,
    _book_carousel,
)


def _bound(
    size: Sequence[float],
    rgb: Sequence[float] | np.ndarray,
    *,
    rim: float,
    board: float = 0.0028,
    spine_rgb: Sequence[float] | np.ndarray | None = None,
) -> list[Part]:
    """Closed hard cover around its pages, the spine at -x; rim: how far the boards reach."""
    w, d, h = size
    plate = rounded_box((w, d, board), radius=0.0009, steps=1)
    spine = rounded_box((0.004, d, h), radius=0.0015, steps=1)
    pages = rounded_box((w - rim - 0.002, d - 2 * rim, h - board), radius=0.0005, steps=1)
    parts = [paint(move(plate, (0, 0, z)), rgb, gloss=0.3) for z in (0, h - board)]
    parts.append(paint(move(spine, (-w / 2, 0, 0)), rgb if spine_rgb is None else spine_rgb))
    parts.append(paint(move(pages, (-rim / 2, 0, board / 2)), _PAPER, gloss=0))
    return parts


def _posed(rng: np.random.Generator, parts: list[Part], name: str, upright: float) -> Model:
    """Leave it lying, or stand it on its foot in a share of the models."""
    if rng.random() < upright:
        parts = [turn(p, 'x', 90) for p in parts]
    return Model(parts=tuple(parts), color=name)


def _page(rng: np.random.Generator, paper: np.ndarray) -> np.ndarray:
    """Printed page: lines of words, sometimes a picture above or below them."""
    sheet = blank(np.clip(paper, 0, 1), rows=128, columns=88)
    top, bottom = 0.08, 0.92
    if rng.random() < 0.5:
        first = rng.random() < 0.5
        rows = slice(10, 58) if first else slice(70, 118)
        sheet[rows, 10:78] = rng.integers(30, 230, 3)
        top, bottom = (0.5, 0.92) if first else (0.08, 0.5)
    write(rng, sheet, (top, bottom, 0.12, 0.88), int(rng.integers(8, 22)), (0.2, 0.19, 0.18))
    return sheet
