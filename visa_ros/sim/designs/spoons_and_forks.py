"""Designs of spoons and forks, lying flat; those of knives are in designs_knives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.dish_forms import (
    colored,
    flat_section,
    PLASTIC_COLORS,
    ring,
    sheet,
    smooth,
    stations,
    steel,
    thick_grip,
    timber,
)
from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.finish import METAL, middles, paint
from visa_ros.sim.shapes import circle, loop, Model, move, Part, sweep, turn

_STEMS: tuple[tuple[float, ...], ...] = (
    (0.3, 0.3, 0.45, 0.8, 1.0, 0.8),
    (0.4, 0.45, 0.55, 0.65, 0.7, 0.65),
    (0.3, 0.28, 0.4, 0.9, 0.75, 0.35),
    (0.5, 0.35, 0.35, 0.4, 1.1, 0.9),
    (0.55, 0.6, 0.6, 0.6, 0.6, 0.6),
)
"""Half widths along a handle from neck to end, relative."""


def spoon(rng: np.random.Generator) -> Model:
    """Spoon of one of many designs."""
    return one_of(rng, _SPOONS)


def fork(rng: np.random.Generator) -> Model:
    """Fork of one of many designs."""
    return one_of(rng, _FORKS)


def _spoon_table(rng: np.random.Generator) -> Model:
    """Table or tea spoon of one piece of metal; face down at times."""
    length = rng.uniform(0.12, 0.21)
    body = _spoon_sheet(rng, length, length * rng.uniform(0.27, 0.36), rng.uniform(0.55, 0.72))
    name, rgb, gloss = steel(rng)
    over = 180 if rng.random() < 0.2 else 0
    return Model(parts=(paint(turn(body, 'x', over), rgb, gloss=gloss),), color=name)


def _spoon_soup(rng: np.random.Generator) -> Model:
    """Soup spoon with a round bowl, or a long one for tall glasses."""
    length = rng.uniform(0.15, 0.2)
    bowl = length * rng.uniform(0.17, 0.29)
    body = _spoon_sheet(rng, length, bowl, rng.uniform(0.85, 1.0), egg=1.0)
    name, rgb, gloss = steel(rng)
    return Model(parts=(paint(body, rgb, gloss=gloss),), color=name)


def _spoon_bistro(rng: np.random.Generator) -> Model:
    """Metal spoon with a thick coloured or wooden handle, riveted at times."""
    length = rng.uniform(0.13, 0.2)
    bowl = length * rng.uniform(0.28, 0.34)
    body = _spoon_sheet(rng, length, bowl, rng.uniform(0.6, 0.75), stem=_STEMS[4])
    name, grip = thick_grip(rng, body, bowl + 0.2 * (length - bowl))
    return Model(parts=(paint(body, METAL, gloss=0.9), *grip), color=name)


def _spoon_wooden(rng: np.random.Generator) -> Model:
    """Cooking spoon of wood or coloured plastic: shallow bowl, round stick."""
    length = rng.uniform(0.2, 0.31)
    bowl, b = rng.uniform(0.055, 0.075), rng.uniform(0.019, 0.027)
    x = bowl * stations(24)
    oval = np.sqrt(np.clip(1 - (2 * x / bowl - 1) ** 2, 0.004, 1))
    head = sheet(x, b * oval, 0.006 * oval + 0.001, rise=0.009, sag=0.006 * oval**2)
    path = loop([(bowl * 0.93, 0, 0.008), (length * 0.6, 0, 0.009), (length, 0, 0.006)], count=9)
    stick = sweep(path, circle(10), np.linspace(0.0048, 0.0062, 9), across=(0, 1, 0))
    name, rgb, gloss = timber(rng)
    tone = rgb
    if rng.random() < 0.4:
        name, tone, gloss = colored(rng, PLASTIC_COLORS, 0.3)
        rgb = rgb if rng.random() < 0.6 else tone
        name = name if rgb == tone else ''
    return Model(
        parts=(paint(head, tone, gloss=gloss), paint(stick, rgb, gloss=gloss)), color=name
    )


def _spoon_chinese(rng: np.random.Generator) -> Model:
    """Chinese soup spoon: a deep trough with a flat bottom, its short handle rising."""
    length, b = rng.uniform(0.12, 0.15), rng.uniform(0.019, 0.025)
    x = length * stations(44)
    u = np.clip(x / length / 0.55, 0, 1)
    oval = np.sqrt(np.clip(1 - (2 * u**0.8 - 1) ** 2, 0.003, 1))
    w = np.clip((x / length - 0.3) / 0.7, 0, 1)
    half = np.maximum(b * oval, np.where(u > 0.6, b * smooth(w, [0.7, 0.55, 0.42, 0.4, 0.45]), 0))
    half = half * np.sqrt(np.clip((length - x) / 0.007, 0.1, 1))
    deep, up = rng.uniform(0.012, 0.016), rng.uniform(0.02, 0.045)
    sag = deep * np.minimum(1, np.maximum(oval**0.8, 0.3 * (u > 0.6)))
    body = sheet(x, half, 0.0028, rise=deep + up * w**1.6, sag=sag, flat=3.5)
    name, rgb, gloss = colored(rng, (*PLASTIC_COLORS, 'white', 'blue'), 0.7)
    return Model(parts=(paint(body, rgb, gloss=gloss),), color=name)


def _spoon_plastic(rng: np.random.Generator) -> Model:
    """Disposable spoon of plastic or wood with a hollow handle."""
    length = rng.uniform(0.13, 0.17)
    stem, thick = (1.0, 0.7, 0.75, 0.9, 1.0, 1.0), 0.0014
    wooden = rng.random() < 0.3
    bowl, groove = length * rng.uniform(0.28, 0.34), 0.0 if wooden else 0.0022
    body = _spoon_sheet(rng, length, bowl, 0.65, stem=stem, thick=thick, groove=groove)
    name, rgb, gloss = timber(rng) if wooden else colored(rng, PLASTIC_COLORS)
    return Model(parts=(paint(body, rgb, gloss=gloss),), color=name)


def _spoon_slotted(rng: np.random.Generator) -> Model:
    """Serving spoon with slots in its bowl."""
    length = rng.uniform(0.21, 0.3)
    bowl = length * rng.uniform(0.29, 0.36)
    width = rng.uniform(0.6, 0.8)
    body = _spoon_sheet(rng, length, bowl, width, egg=1.0, stem=_STEMS[1], columns=17)
    t = middles(body, 0) / bowl
    b = bowl * width * np.sqrt(np.clip(t * (1 - t), 1e-6, None))
    side = np.abs(middles(body, 1)) / b
    slots = (np.abs(t - 0.5) < 0.27) & ((side < 0.15) | (np.abs(side - 0.55) < 0.14))
    body = replace(body, faces=body.faces[~slots])
    name, rgb, gloss = steel(rng) if rng.random() < 0.6 else colored(rng, PLASTIC_COLORS)
    parts = [paint(body, rgb, gloss=gloss)]
    if not name and rng.random() < 0.6:
        name, grip = thick_grip(rng, body, bowl + 0.45 * (length - bowl))
        parts += grip
    return Model(parts=tuple(parts), color=name)


def _spoon_measuring(rng: np.random.Generator) -> Model:
    """Measuring spoon: a deep round bowl, a flat handle with an eye."""
    length, b = rng.uniform(0.09, 0.13), rng.uniform(0.014, 0.022)
    x = 2 * b * stations(26)
    oval = np.sqrt(np.clip(1 - (x / b - 1) ** 2, 0.004, 1))
    bowl = sheet(x, b * oval, 0.0016, rise=b * 0.8, sag=b * 0.78 * oval**1.4, flat=2.4)
    run = np.linspace(2 * b - 0.0012, length, 8)
    strip = sheet(run, rng.uniform(0.005, 0.008), 0.0018, rise=np.linspace(b * 0.8, 0.003, 8))
    eye = move(ring(0.0065, 0.002), (length + 0.004, 0, 0.0025))
    name, rgb, gloss = steel(rng) if rng.random() < 0.5 else colored(rng, PLASTIC_COLORS)
    return Model(parts=tuple(paint(p, rgb, gloss=gloss) for p in (bowl, strip, eye)), color=name)


def _fork_table(rng: np.random.Generator) -> Model:
    """Table fork of metal with three or four long tines; face down at times."""
    parts = _fork_body(rng, rng.uniform(0.16, 0.21), int(rng.choice([3, 4, 4])), 0.24)
    name, rgb, gloss = steel(rng)
    over = 180 if rng.random() < 0.2 else 0
    return Model(
        parts=tuple(paint(turn(p, 'x', over), rgb, gloss=gloss) for p in parts), color=name
    )


def _fork_cake(rng: np.random.Generator) -> Model:
    """Small cake fork with three short tines."""
    parts = _fork_body(rng, rng.uniform(0.12, 0.155), 3, rng.uniform(0.15, 0.22), spread=0.075)
    name, rgb, gloss = steel(rng)
    return Model(parts=tuple(paint(p, rgb, gloss=gloss) for p in parts), color=name)


def _fork_bistro(rng: np.random.Generator) -> Model:
    """Metal fork with a thick coloured or wooden handle, riveted at times."""
    length = rng.uniform(0.14, 0.2)
    body = _fork_body(rng, length, int(rng.choice([3, 4])), 0.24, stem=_STEMS[4])
    name, grip = thick_grip(rng, body[0], length * rng.uniform(0.48, 0.58))
    return Model(parts=(*(paint(p, METAL, gloss=0.9) for p in body), *grip), color=name)


def _fork_plastic(rng: np.random.Generator) -> Model:
    """Disposable fork of plastic or wood."""
    wooden, stem = rng.random() < 0.3, (1.0, 0.7, 0.7, 0.8, 0.9, 0.9)
    groove = 0.0 if wooden else 0.002
    length, count = rng.uniform(0.14, 0.18), int(rng.choice([3, 4, 4]))
    body = _fork_body(rng, length, count, 0.22, stem=stem, groove=groove)
    name, rgb, gloss = timber(rng) if wooden else colored(rng, PLASTIC_COLORS)
    return Model(parts=tuple(paint(p, rgb, gloss=gloss) for p in body), color=name)


def _fork_salad(rng: np.random.Generator) -> Model:
    """Broad serving fork with short tines, of wood, plastic or metal."""
    length, count = rng.uniform(0.2, 0.3), int(rng.integers(3, 6))
    body = _fork_body(rng, length, count, 0.13, spread=0.1, stem=_STEMS[1], thick=0.0035)
    finishes = (timber(rng), timber(rng), steel(rng), colored(rng, PLASTIC_COLORS))
    name, rgb, gloss = finishes[int(rng.integers(4))]
    return Model(parts=tuple(paint(p, rgb, gloss=gloss) for p in body), color=name)


_SPOONS = (
    _spoon_table,
    _spoon_soup,
    _spoon_bistro,
    _spoon_wooden,
    _spoon_chinese,
    _spoon_plastic,
    _spoon_slotted,
    _spoon_measuring,
)
_FORKS = (
    _fork_table,
    _fork_cake,
    _fork_bistro,
    _fork_plastic,
    _fork_salad,
)


def _spoon_sheet(
    rng: np.random.Generator,
    length: float,
    bowl: float,
    round_: float,
    *,
    egg: float | None = None,
    stem: Sequence[float] | None = None,
    thick: float = 0.002,
    groove: float = 0.0,
    columns: int = 9,
) -> Part:
    """Whole spoon from its tip at x = 0; round_ is the bowl's width over its length."""
    x = length * stations(504 // columns)
    t, u = np.clip(x / bowl, 0, 1), np.clip((x - bowl) / (length - bowl), 0, 1)
    egg = rng.uniform(1.0, 1.35) if egg is None else egg
    oval = np.sqrt(np.clip(1 - (2 * t**egg - 1) ** 2, 0.0, 1))
    line = stem or _STEMS[int(rng.integers(len(_STEMS)))]
    wide = rng.uniform(0.0075, 0.0105) * (length / 0.18) ** 0.5
    slim = wide * smooth(u, line) * np.clip((t - 0.75) / 0.25, 0, 1)
    end = np.sqrt(np.clip((length - x) / wide, 0.06, 1))
    half = np.maximum(((bowl * round_ / 2 * oval) ** 3 + slim**3) ** (1 / 3) * end, 0.0006)
    deep = bowl * round_ * rng.uniform(0.17, 0.27)
    arch = rng.uniform(0.0, 0.05) * length
    rise = deep + thick / 2 + smooth(u, [0, arch, arch, arch / 2, -deep])
    sag = deep * oval**1.5 - groove * np.clip(u / 0.1, 0, 1)
    return sheet(x, half, thick, rise=rise, sag=sag, flat=2.4, section=flat_section(columns))


def _fork_body(
    rng: np.random.Generator,
    length: float,
    count: int,
    share: float,
    *,
    spread: float = 0.065,
    stem: Sequence[float] | None = None,
    thick: float = 0.002,
    groove: float = 0.0,
) -> list[Part]:
    """Tines for a share of the length and the rest; spread is the half width over the length."""
    spread = spread * rng.uniform(0.9, 1.15) * length
    tine, palm = share * length, rng.uniform(0.1, 0.17) * length
    dip = rng.uniform(0.004, 0.008) * length / 0.18
    arch = rng.uniform(0.02, 0.06) * length

    def rise(x: np.ndarray) -> np.ndarray:
        heights = [dip, 0.0, dip * 0.6, arch, arch, arch * 0.6, 0.0]
        return thick / 2 + smooth(np.clip(x / length, 0, 1), heights)

    x = tine + (length - tine) * stations(40)
    u = np.clip((x - tine - palm) / (length - tine - palm), 0, 1)
    line = stem or _STEMS[int(rng.integers(len(_STEMS)))]
    wide = rng.uniform(0.0075, 0.0105) * (length / 0.18) ** 0.5
    slim = wide * smooth(u, line)
    blend = np.clip((x - tine) / palm, 0, 1)
    shoulder = np.cos(np.pi / 2 * blend ** rng.uniform(1.3, 2.4))
    half = np.maximum(slim, slim[0] + (spread - slim[0]) * shoulder)
    half = half * np.sqrt(np.clip((length - x) / wide, 0.06, 1))
    sag = -groove * np.clip(u / 0.1, 0, 1)
    parts = [sheet(x, half, thick, rise=rise(x), sag=sag, flat=3)]
    pitch = 2 * spread / (count - 0.35)
    run = np.linspace(0, tine * 1.03, 10)
    width = 0.325 * pitch * np.interp(run / tine, [0, 0.06, 0.3, 1], [0.25, 0.5, 0.8, 1.0])
    for k in range(count):
        y = (k - (count - 1) / 2) * pitch
        parts.append(sheet(run, width, thick, middle=y, rise=rise(run)))
    return parts
