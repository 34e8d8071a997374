"""More designs of apples, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.dish_forms import reshaped, squarish
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.solids import bumpy, face_centers, flat, leaf, sector, split
from visa_ros.sim.designs.vessel_forms import curve, Profile
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import (
    circle,
    cylinder,
    lathe,
    loop,
    Model,
    move,
    Part,
    rectangle,
    sphere,
    stretch,
    sweep,
    turn,
)

_FLESH = np.array([0.93, 0.88, 0.68])
_BARK = (0.27, 0.17, 0.08)
_LEAF = np.array([0.13, 0.38, 0.1])
_NAMES = ('red', 'red', 'green', 'yellow')


def _apple_core(rng: np.random.Generator) -> Model:
    """Eaten down to its core: skin above and below, a thin waist of flesh; stands or lies."""
    r, name = rng.uniform(0.03, 0.042), pick(rng, _NAMES)
    h, waist = r * rng.uniform(1.75, 2.2), r * rng.uniform(0.25, 0.35)
    foot, head = r * rng.uniform(0.55, 0.72), r * rng.uniform(0.66, 0.88)
    knots = [(0, h * 0.08), (foot * 0.5, 0), (foot, h * 0.1), (foot * 0.9, h * 0.2)]
    knots += [(waist, h * 0.38), (waist, h * 0.58), (head * 0.85, h * 0.76), (head, h * 0.85)]
    knots += [(head * 0.6, h), (head * 0.15, h * 0.9), (0, h * 0.88)]
    whole = bumpy(rng, lathe(curve(knots, count=36), segments=36), r * 0.05, r * 0.8)
    z = face_centers(whole)[:, 2] / h
    angle = np.arctan2(face_centers(whole)[:, 1], face_centers(whole)[:, 0])
    edge = 0.025 * np.cos(int(rng.integers(3, 7)) * angle + rng.uniform(0, 6))
    flesh, skin = split(whole, (z > 0.18 + edge) & (z < 0.8 + edge))
    age = rng.uniform(0.75, 1.02)
    parts = [paint(skin, shade(rng, name), gloss=0.5)]
    parts += [paint(flesh, _FLESH * (1, age, age**2), gloss=0.1), _stalk(rng, r, h * 0.86)]
    for a in rng.uniform(0, 360, int(rng.integers(1, 4))):
        pip = stretch(sphere(r, rings=8, segments=8), (0.05, 0.08, 0.15))
        pip = turn(move(pip, (waist, 0, h * 0.48)), 'z', a)
        parts.append(paint(pip, (0.16, 0.08, 0.03), gloss=0.6))
    if rng.random() < 0.5:
        parts = [turn(p, 'x', 84) for p in parts]
    return Model(parts=tuple(parts), color='' if name == 'yellow' else name)


def _apple_toffee(rng: np.random.Generator) -> Model:
    """Dipped in red or brown toffee, on its head in a small puddle of it, a stick in its foot."""
    r, name = rng.uniform(0.029, 0.042), pick(rng, ('red', 'red', 'brown'))
    outline, h = _outline(rng, r)
    rgb = shade(rng, name) if name == 'red' else np.array([0.5, 0.25, 0.07])
    body = turn(lathe(outline, segments=28), 'x', 180)
    parts = [paint(move(body, (0, 0, h)), rgb, gloss=0.95)]
    puddle = cylinder(r * rng.uniform(0.75, 1.0), 0.004, bevel=0.0018, segments=28)
    parts.append(paint(bumpy(rng, puddle, 0.001, r), rgb, gloss=0.95))
    thick, long = rng.uniform(0.002, 0.0045), rng.uniform(0.06, 0.1)
    if rng.random() < 0.6:
        stick = cylinder(thick, long, bevel=0.0006, segments=12)
    else:
        stick = sweep([(0, 0, 0), (0, 0, long)], rectangle(0.3), 1.0, across=(1, 0, 0))
        stick = stretch(stick, (thick * 1.6, 0.0012, 1))
    parts.append(paint(move(stick, (0, 0, h * 0.75)), (0.84, 0.7, 0.48), gloss=0.1))
    if rng.random() < 0.4:
        coat = split(parts[0], face_centers(parts[0])[:, 2] < h * rng.uniform(0.3, 0.55))[0]
        nuts = stretch(coat, (1.03, 1.03, 1))
        parts.append(paint(bumpy(rng, nuts, r * 0.03, r * 0.12), (0.66, 0.30, 0.24)))
    return Model(parts=tuple(parts), color=name)


def _apple_across(rng: np.random.Generator) -> Model:
    """Half cut across, with the star of its core and five pips."""
    r, name = rng.uniform(0.032, 0.045), pick(rng, _NAMES)
    outline, h = _outline(rng, r)
    top = rng.random() < 0.4
    if top:
        outline = outline[::-1] * (1, -1) + (0, h)
    level = h * rng.uniform(0.42, 0.58)
    edge = float(np.interp(level, outline[4:-4, 1], outline[4:-4, 0]))
    below = outline[: int(np.argmax(outline[:, 1] > level))]
    skin = lathe([*below, (edge, level), (edge * 0.97, level)], segments=40)
    parts = [paint(skin, shade(rng, name), gloss=0.5)]
    disc = circle(40) * edge * 0.975
    parts.append(paint(flat(disc, level), _FLESH * rng.uniform(0.92, 1.03), gloss=0.1))
    angle = np.arange(40) * np.pi / 20
    star = circle(40) * (edge * (0.2 + rng.uniform(0.08, 0.13) * np.cos(5 * angle)))[:, None]
    parts.append(paint(flat(star, level + 0.0004), _FLESH * (0.88, 0.78, 0.55), gloss=0.1))
    for a in range(0, 360, 72):
        pip = stretch(sphere(r, rings=6, segments=8), (0.1, 0.055, 0.03))
        pip = turn(move(pip, (edge * 0.17, 0, level + 0.0004)), 'z', a)
        parts.append(paint(pip, (0.2, 0.1, 0.04), gloss=0.6))
    lean = rng.uniform(-14, 14)
    return Model(parts=tuple(turn(p, 'y', lean) for p in parts), color=name)


def _apple_wedge_out(rng: np.random.Generator) -> Model:
    """Whole but for a piece cut out along its axis, which often lies before it."""
    r, name = rng.uniform(0.032, 0.045), pick(rng, _NAMES)
    outline, h = _outline(rng, r)
    rgb, gone = shade(rng, name), rng.uniform(0.1, 0.3)
    axis = np.concatenate((outline, [(0, h * 0.5)]))
    skin, cut = sector(axis, 1 - gone, start=gone / 2, segments=34)
    parts = [paint(skin, rgb, gloss=0.5), paint(cut, _FLESH, gloss=0.1), _stalk(rng, r, h * 0.86)]
    for a in (gone * 180, -gone * 180):
        seed = stretch(sphere(r, rings=6, segments=8), (0.08, 0.04, 0.15))
        seed = turn(move(seed, (r * 0.2, 0, h * 0.48)), 'z', a)
        parts.append(paint(seed, (0.2, 0.1, 0.04), gloss=0.6))
    if rng.random() < 0.7:
        piece = sector(axis, gone * 0.97, start=-gone * 0.485, segments=10)
        tones = ((rgb, 0.5), (_FLESH, 0.1))
        aside, low = r * rng.uniform(1.6, 2.0), None
        for part, (tone, gloss) in zip(piece, tones, strict=True):
            laid = turn(turn(part, 'z', 90 - gone * 180), 'y', 90)
            laid = move(turn(laid, 'z', 90), (aside, -h / 2, 0))
            low = float(laid.vertices[:, 2].min()) if low is None else low
            parts.append(paint(move(laid, (0, 0, -low)), tone, gloss=gloss))
    return Model(parts=tuple(parts), color=name)


def _apple_peeled(rng: np.random.Generator) -> Model:
    """Being peeled: the top bare, the peel winding off it to the table."""
    r, name = rng.uniform(0.032, 0.043), pick(rng, _NAMES)
    outline, h = _outline(rng, r)
    body = lathe(outline, segments=34)
    x, y, z = face_centers(body).T
    level = h * rng.uniform(0.3, 0.5)
    pitch = h * rng.uniform(0.2, 0.3)
    wind = np.arctan2(y, x) / (2 * np.pi)
    bare, skin = split(body, z > level + pitch * (wind - 0.5))
    rgb = shade(rng, name)
    facets = rng.uniform(0.006, 0.02)
    flesh = bumpy(rng, stretch(bare, (0.985, 0.985, 1)), r * facets, r * 0.4)
    parts = [paint(skin, rgb, gloss=0.5), paint(flesh, _FLESH, gloss=0.15)]
    parts.append(_stalk(rng, r, h * 0.86))
    t = np.linspace(0, 1, 30)
    turns = rng.uniform(0.8, 1.7)
    angle = np.pi + 2 * np.pi * turns * t
    reach = r * (1.0 + rng.uniform(0.5, 0.9) * t**0.8)
    low = level * (1 - t) ** 1.5 + pitch * 0.4
    path = np.stack((reach * np.cos(angle), reach * np.sin(angle), low), 1)
    wide = pitch * 0.4 * (1 - 0.7 * t**6)
    for inward, tone in ((0.0, rgb), (0.0009, _FLESH)):
        inner = path * (1 - inward / r, 1 - inward / r, 1)
        scale = np.stack((wide, np.full(30, 0.0007)), 1)
        parts.append(paint(sweep(inner, rectangle(0.2), scale), tone, gloss=0.3))
    return Model(parts=tuple(parts), color=name if level > h * 0.5 else '')


def _apple_faceted(rng: np.random.Generator) -> Model:
    """Toy or ornament of few flat faces or of square section, at times with a big leaf."""
    r, name = rng.uniform(0.024, 0.05), pick(rng, (*_NAMES, 'red'))
    outline, h = _outline(rng, r)
    if rng.random() < 0.65:
        rows = np.unique(np.linspace(0, len(outline) - 1, int(rng.integers(7, 10))).astype(int))
        body = lathe(outline[rows], segments=int(rng.integers(6, 10)))
    else:
        body = reshaped(lathe(outline, segments=40), squarish(rng.uniform(2.6, 4)), r)
    parts = [paint(body, shade(rng, name), gloss=rng.uniform(0, 0.9))]
    thick, tall = r * rng.uniform(0.06, 0.12), h * rng.uniform(0.35, 0.5)
    stalk = move(cylinder(thick, tall, segments=6), (0, 0, h * 0.8))
    parts.append(paint(stalk, _BARK if rng.random() < 0.5 else (0.2, 0.35, 0.1)))
    if rng.random() < 0.5:
        blade = leaf(r * rng.uniform(0.7, 1.2), r * rng.uniform(0.4, 0.7), rise=r * 0.35)
        blade = stretch(blade, (1, 1, 1.6))
        blade = move(turn(blade, 'z', rng.uniform(0, 360)), (0, 0, h * 1.02))
        parts.append(paint(blade, _LEAF * rng.uniform(0.8, 1.6)))
    return Model(parts=tuple(parts), color=name)


def _apple_opened(rng: np.random.Generator) -> Model:
    """Cut by a slicer: wedges fallen open like a flower around the core."""
    r, name = rng.uniform(0.03, 0.042), pick(rng, _NAMES)
    outline, h = _outline(rng, r)
    count, hole = int(rng.integers(5, 11)), r * rng.uniform(0.22, 0.32)
    ring = outline[outline[:, 0] > hole]
    ring = np.concatenate(([(hole, ring[0, 1])], ring, [(hole, ring[-1, 1])]))
    skin, cut = sector(ring, 0.97 / count, start=-0.485 / count, segments=4)
    inside = lathe([(hole, ring[-1, 1]), (hole, ring[0, 1])], segments=2, portion=0.97 / count)
    inside = turn(inside, 'z', -0.485 * 360 / count)
    rgb, lean, out = shade(rng, name), rng.uniform(6, 34), r * rng.uniform(0.12, 0.3)
    wedge = [paint(skin, rgb, gloss=0.5), paint(cut, _FLESH, gloss=0.1)]
    wedge.append(paint(inside, _FLESH, gloss=0.1))
    wedge = [turn(move(p, (-hole, 0, 0)), 'y', lean) for p in wedge]
    low = min(float(p.vertices[:, 2].min()) for p in wedge)
    wedge = [move(p, (hole + out, 0, -low)) for p in wedge]
    parts = [turn(p, 'z', 360 * k / count) for k in range(count) for p in wedge]
    if rng.random() < 0.75:
        core = cylinder(hole * 0.9, h * 0.85, bevel=hole * 0.15, segments=20)
        parts += [paint(core, _FLESH * 0.97, gloss=0.1), _stalk(rng, r, h * 0.82)]
    return Model(parts=tuple(parts), color=name)


APPLES: tuple[Design, ...] = (
    _apple_core,
    _apple_toffee,
    _apple_across,
    _apple_wedge_out,
    _apple_peeled,
    _apple_faceted,
    _apple_opened,
)


def _outline(rng: np.random.Generator, r: float) -> tuple[Profile, float]:
    """Profile that stands on z = 0, flat, round or tall, and its height."""
    h = r * rng.uniform(1.45, 2.15)
    foot, shoulder = r * rng.uniform(0.42, 0.62), r * rng.uniform(0.7, 0.86)
    waist, dip = rng.uniform(0.30, 0.62), rng.uniform(0.12, 0.2)
    knots = [(0, h * 0.07), (foot * 0.5, h * 0.015), (foot, h * 0.02), (r * 0.86, h * 0.22)]
    knots += [(r, h * waist), (shoulder, h * 0.89), (shoulder * 0.6, h)]
    knots += [(r * 0.16, h * (1 - dip)), (0, h * (0.98 - dip))]
    outline = curve(knots, count=30)
    outline[:, 0] = np.maximum(outline[:, 0], 0)
    return outline - (0, outline[:, 1].min()), h


def _stalk(rng: np.random.Generator, r: float, low: float) -> Part:
    """Stalk that rises from a height, thin or thick, straight or bent."""
    lean, rise = r * rng.uniform(-0.3, 0.3), r * rng.uniform(0.25, 0.65)
    path = loop([(0, 0, low - 0.004), (0, 0, low + rise * 0.4), (lean, 0, low + rise)], count=6)
    scale = rng.uniform(0.0011, 0.0023) * np.array([1, 0.85, 0.8, 0.85, 1, 1.3])
    return paint(sweep(path, circle(7), scale, across=(0, 1, 0)), _BARK)
