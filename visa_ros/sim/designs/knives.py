"""Designs of kitchen and table knives, lying flat."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.dish_forms import colored, Finish, sheet, smooth, stations, steel, timber
from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.finish import METAL, paint
from visa_ros.sim.shapes import circle, cylinder, Model, move, Part, rectangle

_GRIPS = ('black', 'black', 'red', 'blue', 'white', 'green', 'yellow', 'orange', 'pink')


def knife(rng: np.random.Generator) -> Model:
    """Kitchen or table knife of one of many designs."""
    return one_of(rng, _KNIVES)


def _knife_table(rng: np.random.Generator) -> Model:
    """Table knife of one piece of metal, its tip round."""
    length, high = rng.uniform(0.19, 0.24), rng.uniform(0.008, 0.0115)
    x, share = length * stations(44), rng.uniform(0.42, 0.55)
    u = np.clip((x / length - share) / (1 - share), 0, 1)
    stem = smooth(u, [0.55, 0.5, 0.6, 0.75, 0.8]) * high * rng.uniform(0.8, 1.1)
    tip = np.sqrt(np.clip(1 - (1 - np.minimum(x / (1.6 * high), 1)) ** 2, 0.01, 1))
    end = np.sqrt(np.clip((length - x) / 0.008, 0.05, 1))
    half = np.where(u > 0, stem, high * tip * (1 - 0.12 * x / (length * share))) * end
    thick = np.interp(u, [0, 0.02, 0.2, 1], [0.0018, 0.004, 0.007, 0.006])
    middle = np.where(u > 0, 0.15 * high, 0)
    body = sheet(x, half, thick, middle=middle, rise=thick / 2)
    name, rgb, gloss = steel(rng)
    return Model(parts=(paint(body, rgb, gloss=gloss),), color=name)


def _knife_chef(rng: np.random.Generator) -> Model:
    """Chef's knife: a long triangular blade with a heel, a riveted handle."""
    long, high = rng.uniform(0.14, 0.19), rng.uniform(0.036, 0.05)
    x = long * stations(24)
    t = x / long
    edge = -high * (1 - t ** rng.uniform(2.2, 4))
    spine = -high * rng.uniform(0.0, 0.25) * t**2
    return _assembled(rng, _blade(x, spine, edge), rng.uniform(0.09, 0.115), 0.011, rivets=3)


def _knife_santoku(rng: np.random.Generator) -> Model:
    """Japanese knife: a broad blade whose back drops to the tip, a plain stick of wood."""
    long, high = rng.uniform(0.12, 0.17), rng.uniform(0.034, 0.046)
    x = long * stations(24)
    t = x / long
    spine = -high * 0.8 * np.clip((t - 0.72) / 0.28, 0, 1) ** 2
    edge = -high * (1 - 0.12 * t**3)
    return _assembled(
        rng, _blade(x, spine, edge), rng.uniform(0.09, 0.12), 0.0095, wood=True, stick=True
    )


def _knife_bread(rng: np.random.Generator) -> Model:
    """Bread knife: a long narrow blade with teeth."""
    long, high = rng.uniform(0.16, 0.2), rng.uniform(0.022, 0.03)
    x, teeth = np.linspace(0, long, 90), int(rng.integers(14, 24))
    t = x / long
    edge = -high + 0.0028 * np.abs(np.sin(np.pi * teeth * t))
    edge = np.maximum(edge, -high * (1 - t**12 * 0.5))
    spine = -high * 0.5 * np.clip((t - 0.85) / 0.15, 0, 1) ** 2
    return _assembled(rng, _blade(x, spine, edge), rng.uniform(0.09, 0.11), 0.011, rivets=2)


def _knife_paring(rng: np.random.Generator) -> Model:
    """Small kitchen knife with a coloured plastic handle, the blade coloured alike at times."""
    long, high = rng.uniform(0.07, 0.1), rng.uniform(0.015, 0.022)
    x = long * stations(20)
    t = x / long
    spine, edge = -high * 0.45 * t**4, -high * (1 - 0.55 * t ** rng.uniform(3, 8))
    finish = colored(rng, _GRIPS)
    coat = finish[1] if rng.random() < 0.3 else METAL
    blade = _blade(x, spine, edge, rgb=coat, thick=0.0016)
    return _assembled(rng, blade, rng.uniform(0.085, 0.11), 0.0095, finish=finish)


def _knife_steak(rng: np.random.Generator) -> Model:
    """Steak knife: slender, its point turned up, its handle riveted."""
    long, high = rng.uniform(0.1, 0.125), rng.uniform(0.015, 0.02)
    x = long * stations(28)
    t = x / long
    belly = np.clip((t - 0.45) / 0.55, 0, 1)
    spine, edge = high * (0.35 * t**2 - 0.1), -high * (1 - 1.2 * belly**2.5)
    edge = np.minimum(edge + 0.15 * high * np.sin(np.pi * np.minimum(t, 0.5) * 2), spine)
    return _assembled(rng, _blade(x, spine, edge), rng.uniform(0.1, 0.12), 0.009, rivets=3)


def _knife_spreader(rng: np.random.Generator) -> Model:
    """Butter knife: a short, broad, rounded blade."""
    long, high = rng.uniform(0.06, 0.09), rng.uniform(0.02, 0.03)
    x = long * stations(24)
    t = x / long
    bulge = np.sqrt(np.clip(1 - np.clip((t - 0.55) / 0.45, 0, 1) ** 2, 0, 1))
    belly = np.interp(t, [0, 0.35, 1], [0.4, 1, 1]) * bulge
    spine = -0.5 * high * (1 - bulge)
    blade = _blade(x, spine, np.minimum(-high * belly, spine), thick=0.002)
    return _assembled(rng, blade, rng.uniform(0.07, 0.1), 0.0075, stick=rng.random() < 0.5)


def _knife_plastic(rng: np.random.Generator) -> Model:
    """Disposable knife of plastic or wood, with fine teeth and a ribbed handle."""
    length, high = rng.uniform(0.15, 0.18), rng.uniform(0.0075, 0.0095)
    x = np.linspace(0, length, 80)
    t = x / length
    tip = np.sqrt(np.clip(1 - (1 - np.minimum(t / 0.16, 1)) ** 2, 0.01, 1))
    half = high * tip * smooth(np.clip((t - 0.4) / 0.6, 0, 1), [1, 0.55, 0.6, 0.8, 0.9])
    bite = np.where((t > 0.08) & (t < 0.4), 0.0006 * np.sin(2 * np.pi * 26 * t), 0)
    half = (half + bite) * np.sqrt(np.clip((1 - t) / 0.03, 0.05, 1))
    hollow = np.where(t > 0.45, -0.0022, 0)
    body = sheet(x, half, 0.0016, middle=high * (1 - tip) * 0.8, rise=0.001, sag=hollow, flat=4)
    names = ('white', 'white', 'black', 'red', 'blue', 'pink', 'green', 'yellow')
    name, rgb, gloss = timber(rng) if rng.random() < 0.25 else colored(rng, names)
    return Model(parts=(paint(body, rgb, gloss=gloss),), color=name)


_KNIVES = (
    _knife_table,
    _knife_chef,
    _knife_santoku,
    _knife_bread,
    _knife_paring,
    _knife_steak,
    _knife_spreader,
    _knife_plastic,
)


def _blade(
    x: np.ndarray,
    spine: np.ndarray,
    edge: np.ndarray,
    *,
    rgb: tuple[float, float, float] = METAL,
    thick: float = 0.0024,
) -> list[Part]:
    """Blade along +x from its heel, between the y of spine and edge, with a bright bevel."""
    half = np.maximum((spine - edge) / 2, 0.0004)
    part = sheet(x, half, thick, middle=(spine + edge) / 2, wedge=0.7)
    middle = part.vertices[part.faces].mean(1)
    ground = middle[:, 1] < np.interp(middle[:, 0], x, edge + 0.3 * (spine - edge))
    bright = tuple(min(c * 1.25, 1.0) for c in rgb)
    pieces = ((part.faces[~ground], rgb, 0.85), (part.faces[ground], bright, 0.95))
    return [
        paint(Part(vertices=part.vertices, faces=faces), tone, gloss=gloss)
        for faces, tone, gloss in pieces
        if len(faces)
    ]


def _assembled(
    rng: np.random.Generator,
    blade: list[Part],
    length: float,
    half: float,
    *,
    finish: Finish | None = None,
    wood: bool = False,
    stick: bool = False,
    rivets: int = 0,
) -> Model:
    """Put a handle of that length on the heel of a blade, which lies with its spine at y = 0."""
    wooden = wood or rng.random() < 0.35
    name, rgb, gloss = finish or (timber(rng) if wooden else colored(rng, _GRIPS))
    x = -length + (length + 0.006) * stations(22)
    u = (x - x[0]) / (x[-1] - x[0])
    shapes = ([0.8, 1.05, 0.85, 0.95, 0.8], [0.9, 1, 0.9, 0.85, 0.75], [1.1, 0.8, 1, 0.85, 0.9])
    outline = [1, 1, 1, 1, 1] if stick else shapes[int(rng.integers(len(shapes)))]
    wide = half * rng.uniform(0.85, 1.15)
    hook = 0 if stick else -0.006 * rng.uniform(0, 1) * (1 - u) ** 3
    thick = rng.uniform(1.2, 1.5) * half if not stick else 1.9 * wide
    section = rectangle(0.6) if stick or rivets else circle(14)
    ends = np.clip(np.minimum(u, 1 - u) / (0.015 if stick else 0.05), 0.3, 1) ** 0.5
    root = -wide * 0.9
    grip = sheet(
        x, wide * ends * smooth(u, outline), thick * ends, middle=root + hook, section=section
    )
    parts = [*blade, paint(grip, rgb, gloss=gloss)]
    studded = rivets and rng.random() < 0.8
    for at in np.linspace(0.2, 0.8, rivets) if studded else ():
        stud = move(cylinder(wide * 0.26, thick + 0.001, segments=10), (-length * at, root, 0))
        parts.append(paint(move(stud, (0, 0, -thick / 2 - 0.0005)), METAL, gloss=0.9))
    if (stick and rng.random() < 0.6) or (not rivets and rng.random() < 0.3):
        collar = sheet(np.array([-0.004, 0.004]), wide * 1.05, thick * 1.05, section=section)
        tone = METAL if rng.random() < 0.6 else colored(rng, ('black',))[1]
        parts.append(paint(move(collar, (0.003, root, 0)), tone, gloss=0.6))
    return Model(parts=tuple(parts), color=name)
