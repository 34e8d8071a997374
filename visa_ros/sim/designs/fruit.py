"""More designs of apples and bananas: each function draws one model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.drawing import Design, one_of
from visa_ros.sim.designs.solids import bumpy, face_centers, flat, leaf, sector, split
from visa_ros.sim.finish import paint, pick, shade
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

_FLESH = np.array([0.93, 0.88, 0.68])
_BARK = (0.25, 0.16, 0.08)


def apple(rng: np.random.Generator) -> Model:
    """Whole, bitten, halved or a wedge."""
    return one_of(rng, _APPLES)


def _apple_lobed(rng: np.random.Generator) -> Model:
    """Tall, narrow below, on five feet; deep red, pale green or yellow."""
    r = rng.uniform(0.03, 0.04)
    name = pick(rng, ('red', 'red', 'green', 'yellow'))
    profile = _apple_profile(r, tall=rng.uniform(1.0, 1.2), lean=rng.uniform(0.14, 0.24))
    body = lathe(profile, segments=40)
    low = np.clip(0.6 - body.vertices[:, 2] / r, 0, 1.6)
    angle = np.arctan2(body.vertices[:, 1], body.vertices[:, 0])
    lobes = 1 + rng.uniform(0.03, 0.07) * low * np.cos(5 * angle)
    body = replace(body, vertices=body.vertices * np.stack((lobes, lobes, lobes), 1))
    parts = (paint(body, shade(rng, name), gloss=rng.uniform(0.3, 0.8)), _stalk(rng, r))
    return Model(parts=parts, color=name)


def _apple_blushed(rng: np.random.Generator) -> Model:
    """Yellow or green with a red cheek or streaks, lying on its side or standing."""
    r = rng.uniform(0.032, 0.044)
    body = bumpy(rng, lathe(_apple_profile(r), segments=64), r * 0.012, r)
    toward = face_centers(body) / r
    cheek = toward @ rng.normal(0, 0.7, 3)
    streaks = rng.normal(0, rng.uniform(0.1, 0.5), 64)
    column = (np.arctan2(toward[:, 1], toward[:, 0]) / (2 * np.pi) * 64).astype(int)
    red, rest = split(body, cheek + streaks[column] > rng.uniform(-0.3, 0.4))
    name = 'red' if len(red.faces) > 1.5 * len(rest.faces) else ''
    parts = (
        paint(red, shade(rng, 'red'), gloss=0.5),
        paint(rest, shade(rng, pick(rng, ('yellow', 'green'))), gloss=0.5),
        _stalk(rng, r),
    )
    if pick(rng, 'ul') == 'l':
        tilt_deg = rng.uniform(70, 110)
        return Model(parts=tuple(turn(p, 'x', tilt_deg) for p in parts), color=name)
    return Model(parts=parts, color=name)


def _apple_flat(rng: np.random.Generator) -> Model:
    """Broad and low, with a leaf or two on a long stalk; sometimes rough and brown."""
    r = rng.uniform(0.034, 0.046)
    name = pick(rng, ('green', 'red', 'yellow', 'brown'))
    rgb = np.array([0.5, 0.33, 0.12]) if name == 'brown' else shade(rng, name)
    profile = _apple_profile(r, tall=rng.uniform(0.68, 0.84), lean=rng.uniform(-0.05, 0.08))
    body = bumpy(rng, lathe(profile, segments=36), r * 0.02, r)
    parts = [paint(body, rgb, gloss=0.1 if name == 'brown' else 0.5), _stalk(rng, r)]
    for _ in range(int(rng.integers(1, 3))):
        blade = leaf(r * rng.uniform(0.8, 1.3), r * rng.uniform(0.4, 0.65), rise=r * 0.3)
        blade = move(turn(blade, 'z', rng.uniform(0, 360)), (0, 0, r * 0.75))
        parts.append(paint(blade, np.array([0.14, 0.4, 0.1])))
    return Model(parts=tuple(parts), color=name)


def _apple_bitten(rng: np.random.Generator) -> Model:
    """Whole but for a bite or two, the flesh pale."""
    r = rng.uniform(0.033, 0.043)
    name = pick(rng, ('red', 'green', 'yellow'))
    whole = lathe(_apple_profile(r, rings=34), segments=56)
    points = whole.vertices.copy()
    for _ in range(int(rng.integers(2, 5))):
        y, z = r * rng.uniform(-0.35, 0.35), r * rng.uniform(-0.25, 0.4)
        near = (
            (r * rng.uniform(0.4, 0.52)) ** 2 - (points[:, 1] - y) ** 2 - (points[:, 2] - z) ** 2
        )
        bitten = (near > 0) & (points[:, 0] > 0)
        deep = r * rng.uniform(0.8, 0.95) - np.sqrt(np.maximum(near, 0))
        points[bitten, 0] = np.minimum(points[bitten, 0], deep[bitten])
    moved = np.abs(points - whole.vertices).max(1)[whole.faces].mean(1) > r * 0.02
    flesh, skin = split(replace(whole, vertices=points), moved)
    parts = (
        paint(skin, shade(rng, name), gloss=0.5),
        paint(flesh, _FLESH * rng.uniform(0.85, 1.03), gloss=0.1),
        _stalk(rng, r),
    )
    about_deg = rng.uniform(0, 360)
    return Model(parts=tuple(turn(p, 'z', about_deg) for p in parts), color=name)


def _apple_cut(rng: np.random.Generator) -> Model:
    """Half with its core and pips, cut face up and leaning."""
    r = rng.uniform(0.033, 0.043)
    name = pick(rng, ('red', 'green', 'yellow'))
    skin, cut = sector(_apple_profile(r, lean=0.12), 0.5, segments=22)
    parts = [paint(skin, shade(rng, name), gloss=0.5), paint(cut, _FLESH, gloss=0.1)]
    core = flat(circle(18) * (r * 0.34, r * 0.42), 0.0005)
    parts = [turn(p, 'x', -90) for p in parts]
    parts.append(paint(core, _FLESH * (0.9, 0.82, 0.62), gloss=0.1))
    for x in (-1, 1):
        pip = stretch(sphere(r, rings=8, segments=10), (0.07, 0.16, 0.05))
        parts.append(paint(move(pip, (x * r * 0.14, 0, 0)), (0.16, 0.08, 0.03), gloss=0.6))
    parts.append(turn(_stalk(rng, r), 'x', -90))
    tilt = rng.uniform(-25, 25)
    return Model(parts=tuple(turn(turn(p, 'x', 15), 'y', tilt) for p in parts), color=name)


def _apple_wedges(rng: np.random.Generator) -> Model:
    """Wedge or two on a cut face, their cores taken out."""
    r = rng.uniform(0.034, 0.044)
    name = pick(rng, ('red', 'green', 'yellow'))
    portion = rng.uniform(0.12, 0.24)
    profile = _apple_profile(r, rings=18)
    profile[:, 0] = np.maximum(profile[:, 0], r * 0.2 * (np.abs(profile[:, 1]) < r))
    skin, cut = sector(profile, portion, segments=10)
    inside = lathe([(r * 0.2, r * 0.6), (r * 0.2, -r * 0.6)], start=0, portion=portion, segments=6)
    rgb = shade(rng, name)
    wedge = [turn(paint(skin, rgb, gloss=0.5), 'x', 90)]
    wedge += [turn(paint(p, _FLESH, gloss=0.1), 'x', 90) for p in (cut, inside)]
    parts = wedge[:]
    for k in range(1, int(rng.integers(1, 4))):
        aside = rng.uniform(-25, 25)
        parts += [move(turn(p, 'z', aside), (-r * 1.5 * k, r * 0.3 * k, 0)) for p in wedge]
    return Model(parts=tuple(parts), color=name)


_APPLES: tuple[Design, ...] = (
    _apple_lobed,
    _apple_blushed,
    _apple_flat,
    _apple_bitten,
    _apple_cut,
    _apple_wedges,
)


def banana(rng: np.random.Generator) -> Model:
    """Single, in a bunch, half peeled or cut."""
    return one_of(rng, _BANANAS)


def _banana_spotted(rng: np.random.Generator) -> Model:
    """Long and angular with a distinct stalk, ripe spots on it; lies on its side."""
    length, r = rng.uniform(0.15, 0.22), rng.uniform(0.015, 0.021)
    arc = rng.uniform(0.5, 1.4)
    skin, ends = _finger(length, arc, r, stalk=rng.uniform(0.1, 0.2), edge=rng.uniform(0.04, 0.12))
    centers = face_centers(skin)
    at = centers[rng.integers(len(centers), size=int(rng.integers(3, 30)))]
    reach = rng.uniform(0.002, 0.006, len(at))
    spots = (np.linalg.norm(centers[:, None] - at[None], axis=2) < reach).any(1)
    brown, plain = split(skin, spots)
    yellow = np.array(shade(rng, 'yellow'))
    parts = (paint(plain, yellow), paint(brown, yellow * (0.45, 0.35, 0.5)), paint(ends, _BARK))
    tilt_deg = rng.uniform(80, 100)
    return Model(parts=tuple(turn(p, 'x', tilt_deg) for p in parts), color='yellow')


def _banana_stubby(rng: np.random.Generator) -> Model:
    """Short and thick, nearly straight, yellow or green."""
    length, r = rng.uniform(0.08, 0.13), rng.uniform(0.015, 0.021)
    name = pick(rng, ('yellow', 'yellow', 'green'))
    skin, ends = _finger(length, rng.uniform(0.5, 1.1), r, stalk=0.07, edge=0.03)
    parts = (paint(skin, shade(rng, name), gloss=0.4), paint(ends, _BARK))
    return Model(parts=tuple(turn(p, 'x', 90) for p in parts), color=name)


def _banana_bunch(rng: np.random.Generator) -> Model:
    """Two to six on one crown, arching over the table."""
    count, name = int(rng.integers(2, 7)), pick(rng, ('yellow', 'yellow', 'yellow', 'green'))
    length, r, arc = rng.uniform(0.13, 0.19), rng.uniform(0.014, 0.018), rng.uniform(0.7, 1.4)
    rgb, spread = shade(rng, name), rng.uniform(9, 18)
    crown = stretch(sphere(0.008, rings=8, segments=12), (1.1, 0.8 + 0.25 * count, 1))
    parts = [paint(crown, np.array(rgb) * (0.6, 0.62, 0.8))]
    for k in range(count):
        place = k - (count - 1) / 2
        reach = length * rng.uniform(0.92, 1.06)
        for part, color in zip(
            _finger(reach, arc, r, stalk=0.16, edge=0.05), (rgb, _BARK), strict=True
        ):
            fanned = move(
                turn(turn(part, 'x', 5 * place), 'z', spread * place), (0, 0.006 * place, 0)
            )
            parts.append(paint(fanned, color))
    return Model(parts=tuple(parts), color=name)


def _banana_peeled(rng: np.random.Generator) -> Model:
    """Half peeled: pale flesh, the flaps of the peel turned outward."""
    length, r = rng.uniform(0.14, 0.19), rng.uniform(0.015, 0.019)
    arc, bare = rng.uniform(0.5, 1.1), rng.uniform(0.4, 0.6)
    skin, ends = _finger(length, arc, r, stalk=0.14, edge=0.05)
    flesh, tip = _finger(length * 0.97, arc, r * 0.86, stalk=0.02, edge=0.0)
    yellow = shade(rng, 'yellow')
    peel = split(skin, face_centers(skin)[:, 0] < length * bare)[0]
    stalk = split(ends, face_centers(ends)[:, 0] < length * 0.5)[0]
    parts = [paint(peel, yellow), paint(stalk, _BARK)]
    parts += [paint(p, _FLESH * (1.02, 0.98, 0.9), gloss=0.1) for p in (flesh, tip)]
    z = float(peel.vertices[:, 2].max()) - r
    reach = length * bare
    for side in (0.0, *rng.uniform(85, 115, 1), *-rng.uniform(85, 115, 1)):
        fall = length * rng.uniform(0.25, 0.4)
        bow = [(0, 0, r * 0.9), (0.2 * fall, 0, r * 1.6), (0, 0, r * 2.4), (-fall, 0, r * 2)]
        for lower, color in ((0.0, yellow), (0.0012, tuple(_FLESH))):
            path = loop(bow, count=10) - [0, 0, lower]
            strip = sweep(path, circle(8), np.linspace((0.0011, r * 0.8), (0.0011, r * 0.25), 10))
            parts.append(paint(move(turn(strip, 'x', side), (reach, 0, z)), color))
    return Model(parts=tuple(turn(p, 'x', 90) for p in parts), color='yellow')


def _banana_cut(rng: np.random.Generator) -> Model:
    """Half in its peel, cut across, often with some slices before it."""
    length, r = rng.uniform(0.15, 0.2), rng.uniform(0.016, 0.02)
    skin, ends = _finger(length, 0.9, r, stalk=0.14, edge=0.04)
    at = length * rng.uniform(0.4, 0.65)
    half = replace(skin, vertices=np.minimum(skin.vertices, [at, 9, 9]))
    stalk = split(ends, face_centers(ends)[:, 0] < length * 0.3)[0]
    z = float(half.vertices[half.vertices[:, 0] > at - 1e-6, 2].mean())
    cut = move(turn(flat(circle(18) * r * 0.9, 0), 'y', 90), (at + 0.0006, 0, z))
    yellow = shade(rng, 'yellow')
    whole = [paint(half, yellow), paint(stalk, _BARK), paint(cut, _FLESH, gloss=0.1)]
    parts = [turn(p, 'x', 90) for p in whole]
    low = min(float(p.vertices[:, 2].min()) for p in parts)
    for k in range(int(rng.integers(0, 5))):
        x, y = at + r * (1.5 + 1.9 * k), -z + r * rng.uniform(-0.6, 0.6)
        slice_ = move(cylinder(r * 0.9, 0.008, bevel=0.001, segments=18), (x, y, low))
        rind = move(cylinder(r, 0.0075, segments=18), (x, y, low))
        parts += [paint(slice_, _FLESH, gloss=0.1), paint(rind, yellow)]
    return Model(parts=tuple(parts), color='yellow')


_BANANAS: tuple[Design, ...] = (
    _banana_spotted,
    _banana_stubby,
    _banana_bunch,
    _banana_peeled,
    _banana_cut,
)


def _apple_profile(
    r: float, *, tall: float = 0.92, lean: float = 0.08, rings: int = 22
) -> np.ndarray:
    """Outline of an apple about its axis: dimples above and below, wider above by `lean`."""
    t = np.linspace(-np.pi / 2, np.pi / 2, rings)
    dip = 0.33 * np.exp(-((np.cos(t) / 0.35) ** 2))
    radius = r * np.maximum(np.cos(t), 0) ** 0.8 * (1 + lean * np.sin(t))
    return np.stack((radius, r * (tall * np.sin(t) - np.where(t > 0, dip, -0.5 * dip))), 1)


def _stalk(rng: np.random.Generator, r: float) -> Part:
    lean, top = r * rng.uniform(-0.3, 0.3), r * rng.uniform(0.95, 1.35)
    path = loop([(0, 0, r * 0.4), (0, 0, r * 0.75), (lean, 0, top)], count=6)
    return paint(sweep(path, circle(7), rng.uniform(0.0012, 0.002), across=(0, 1, 0)), _BARK)


def _finger(length: float, arc: float, r: float, *, stalk: float, edge: float) -> list[Part]:
    """Banana from its stalk at the origin along x, arching up: its skin and its dark ends."""
    at = np.linspace(0, 1, 22)
    angle = arc * (at - 0.5)
    bend = length / (2 * np.sin(arc / 2))
    height = bend * (np.cos(angle) - np.cos(arc / 2))
    path = np.stack((bend * np.sin(angle) + length / 2, 0 * at, height), 1)
    places = [0, stalk, stalk + 0.14, 0.5, 0.82, 0.94, 1]
    scale = r * np.interp(at, places, [0.34, 0.36, 0.85, 1, 0.85, 0.36, 0.26])
    count = 12
    edged = circle(count) * (1 + edge * np.cos(2 * np.pi * 4 * np.arange(count) / count))[:, None]
    whole = sweep(path, edged, scale, across=(0, 1, 0))
    along = face_centers(whole)[:, 0] / length
    ends, skin = split(whole, (along < 0.025) | (along > 0.97))
    return [skin, ends]
