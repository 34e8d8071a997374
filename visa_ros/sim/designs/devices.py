"""Many designs of phones and remotes, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.thing_forms import (
    blank,
    dial,
    display,
    flat_quad,
    key,
    keys,
    picture,
    plan_of,
    prism,
    screen,
    write,
)
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import circle, cylinder, Model, move, sweep, turn

_SHELLS = ('black', 'black', 'gray', 'white', 'blue', 'red', 'green', 'purple', 'pink', 'yellow')
_DARK = (0.03, 0.03, 0.04)


def phone(rng: np.random.Generator) -> Model:
    """Screen up; with keys, folding, sliding, with an antenna."""
    return one_of(rng, _PHONES)


def remote(rng: np.random.Generator) -> Model:
    """Waisted, boxy, card thin; with a display or many coloured keys."""
    return one_of(rng, _REMOTES)


def _screen_up(rng: np.random.Generator) -> Model:
    """Slab of glass in a metal rim or a thick case, its screen lit or dark."""
    w, h = rng.uniform(0.06, 0.082), rng.uniform(0.0075, 0.013)
    d, name = w * rng.uniform(1.85, 2.25), pick(rng, _SHELLS)
    corner = w * rng.uniform(0.06, 0.18)
    parts = [paint(prism(plan_of(w, d, corner), h, bevel=0.0012), shade(rng, name), gloss=0.5)]
    edge = rng.uniform(0.002, 0.006)
    front = prism(plan_of(w - edge, d - edge, corner - edge / 2), 0.0006)
    parts.append(paint(move(front, (0, 0, h - 0.0003)), _DARK, gloss=1.0))
    tall = d - edge - rng.choice([0.003, 0.03]) - 0.002
    if lit := rng.random() < 0.6:
        parts.append(picture([flat_quad(w - edge - 0.004, tall, h + 0.0006)], screen(rng)))
    if tall < d - 0.03:
        home = cylinder(w * 0.08, 0.0006, segments=14)
        parts.append(paint(move(home, (0, -d / 2 + 0.009, h + 0.0002)), (0.2, 0.2, 0.22)))
    else:
        hole = key(
            *((0.004, 0.004) if rng.random() < 0.6 else (w * 0.35, 0.005)), 0.0008, corner=0.5
        )
        parts.append(paint(move(hole, (0, tall / 2 - 0.005, h + 0.0001)), _DARK))
    side = move(key(0.0016, 0.022, 0.003), (w / 2, d * 0.2, h * 0.4))
    parts.append(paint(side, shade(rng, name), gloss=0.5))
    return Model(parts=tuple(parts), color='black' if name == 'black' and not lit else '')


def _candybar(rng: np.random.Generator) -> Model:
    """Old bar: small display above, a navigation key and twelve number keys below."""
    w, h = rng.uniform(0.042, 0.054), rng.uniform(0.011, 0.024)
    d, name = w * rng.uniform(2.1, 2.7), pick(rng, _SHELLS)
    plan = plan_of(w, d, w * rng.uniform(0.12, 0.45))
    parts = [paint(prism(plan, h, bevel=0.003), shade(rng, name), gloss=0.5)]
    share = rng.uniform(0.28, 0.4)
    parts += display(rng, w * 0.84, d * share, (0, d * (0.43 - share / 2), h))
    rubber = shade(rng, pick(rng, [c for c in ('white', 'gray', 'black') if c != name]))
    top = d * (0.4 - share)
    nav = key(w * 0.36, d * 0.07, 0.002, corner=0.5)
    pads = [move(nav, (0, top - d * 0.04, h - 0.0005))]
    pads += [
        move(key(w * 0.2, d * 0.04, 0.002), (x * w * 0.33, top - d * 0.04, h - 0.0005))
        for x in (-1, 1)
    ]
    pads += keys(w * 0.8, top + d * 0.36, rows=4, columns=3, at=(0, (top - d * 0.54) / 2, h))
    parts += [paint(p, rubber, gloss=0.3) for p in pads]
    if rng.random() < 0.35:
        stub = move(
            turn(cylinder(h * 0.3, d * 0.22, bevel=0.001, segments=12), 'x', -90),
            (w * 0.34, d * 0.44, h * 0.55),
        )
        parts.append(paint(stub, (0.06, 0.06, 0.06)))
    return Model(parts=tuple(parts), color=name)


def _flip(rng: np.random.Generator) -> Model:
    """Folding phone, open: number keys on the lower half, the display half raised."""
    w, h = rng.uniform(0.044, 0.055), rng.uniform(0.008, 0.013)
    d, name = w * rng.uniform(1.6, 1.95), pick(rng, _SHELLS)
    rgb = shade(rng, name)
    shell = paint(prism(plan_of(w, d, w * rng.uniform(0.1, 0.35)), h, bevel=0.002), rgb, gloss=0.6)
    lift = rng.uniform(5, 75)
    upper = [shell, *display(rng, w * 0.78, d * 0.68, (0, d * 0.04, h))]
    upper = [turn(move(p, (0, d / 2, -h)), 'x', lift) for p in upper]
    rubber = shade(rng, pick(rng, [c for c in ('white', 'gray', 'black') if c != name]))
    pads = keys(w * 0.82, d * 0.58, rows=4, columns=3, at=(0, -d * 0.12, h))
    pads.append(move(prism(circle(16) * w * 0.17, 0.0015), (0, d * 0.3, h)))
    lower = [shell, *(paint(p, rubber, gloss=0.4) for p in pads)]
    lower = [move(p, (0, -d / 2, -h)) for p in lower]
    hinge = turn(cylinder(h * 0.5, w * 0.8, segments=14), 'y', 90)
    parts = (*lower, *upper, paint(move(hinge, (-w * 0.4, 0, -h * 0.4)), rgb, gloss=0.6))
    return Model(parts=parts, color=name)


def _small_keyboard(rng: np.random.Generator) -> Model:
    """Wide display above rows of many letter keys; the keyboard may slide out below."""
    w, h = rng.uniform(0.06, 0.076), rng.uniform(0.01, 0.016)
    d, name = w * rng.uniform(1.55, 1.85), pick(rng, _SHELLS)
    rgb, slid = shade(rng, name), rng.random() < 0.4
    plan = plan_of(w, d, w * rng.uniform(0.08, 0.2))
    lower = h * 0.55 if slid else h
    shift = d * 0.42 if slid else 0.0
    parts = [paint(prism(plan, lower, bevel=0.0015), rgb, gloss=0.5)]
    span = 0.38 * d
    pads = keys(w * 0.9, span, rows=4, columns=int(rng.integers(8, 11)), at=(0, -d * 0.27, lower))
    tone = (0.85, 0.85, 0.83) if name in ('black', 'gray') else (0.1, 0.1, 0.11)
    parts += [paint(p, tone, gloss=0.4) for p in pads]
    if slid:
        cover = move(prism(plan, h * 0.5, bevel=0.0015), (0, shift, lower))
        parts.append(paint(cover, rgb, gloss=0.5))
    deep = d * (0.8 if slid else 0.42)
    middle = (0, shift if slid else d * 0.24, h * 1.05 if slid else h)
    parts += display(rng, w * 0.88, deep, middle)
    return Model(parts=tuple(parts), color=name)


def _waisted(rng: np.random.Generator) -> Model:
    """Television remote with a waist, a round pad and keys in several sizes."""
    w, d, h = rng.uniform(0.042, 0.058), rng.uniform(0.16, 0.24), rng.uniform(0.016, 0.028)
    name = pick(rng, ('black', 'black', 'gray', 'white'))
    t, waist = np.linspace(-0.5, 0.5, 15), rng.uniform(0.1, 0.3)
    wide = (
        (w / 2) * (1 - waist * np.cos(np.pi * t) ** 2) * np.minimum(1, 0.55 + 6 * (0.5 - abs(t)))
    )
    flat = h / 2 * np.minimum(1, 0.6 + 8 * (0.5 - abs(t)))
    path = np.stack((0 * t, t * d, flat), 1)
    body = sweep(path, plan_of(2, 2, 0.55, count=20), np.stack((wide, flat), 1), across=(1, 0, 0))
    parts = [paint(body, shade(rng, name), gloss=0.3)]
    rubber = (0.8, 0.8, 0.78) if name == 'black' else (0.1, 0.1, 0.11)
    inner = w * (1 - waist)
    parts += [
        paint(p, rubber)
        for p in keys(inner * 0.75, d * 0.22, rows=4, columns=3, at=(0, d * 0.24, h - 0.001))
    ]
    parts += [paint(p, rubber) for p in dial(inner * 0.36, (0, -d * 0.02, h - 0.001))]
    parts += [
        paint(p, rubber)
        for p in keys(inner * 0.8, d * 0.16, rows=3, columns=3, at=(0, -d * 0.25, h - 0.001))
    ]
    power = move(key(w * 0.16, w * 0.16, 0.002, corner=0.5), (-w * 0.25, d * 0.41, h - 0.001))
    return Model(parts=(*parts, paint(power, (0.85, 0.1, 0.08))), color=name)


def _climate(rng: np.random.Generator) -> Model:
    """Remote of an air conditioner: a grey display on top, a few large keys."""
    w, d, h = rng.uniform(0.044, 0.062), rng.uniform(0.11, 0.17), rng.uniform(0.014, 0.024)
    name = pick(rng, ('white', 'white', 'gray', 'black'))
    parts = [paint(prism(plan_of(w, d, 0.007), h, bevel=0.003), shade(rng, name), gloss=0.4)]
    sheet = blank((0.55, 0.62, 0.52), rows=48, columns=48)
    write(rng, sheet, (0.1, 0.3, 0.1, 0.9), 1, (0.15, 0.18, 0.15))
    write(rng, sheet, (0.4, 0.95, 0.3, 0.75), 1, (0.15, 0.18, 0.15))
    parts.append(
        picture(
            [[(x, y + d * 0.27, z) for x, y, z in flat_quad(w * 0.74, d * 0.27, h + 0.0003)]],
            sheet,
        )
    )
    rubber = (0.5, 0.52, 0.55) if name == 'white' else (0.85, 0.85, 0.84)
    large = [
        move(key(w * 0.3, d * 0.1, 0.003), (x * w * 0.22, d * 0.01, h - 0.0005)) for x in (-1, 1)
    ]
    parts += [
        paint(p, shade(rng, pick(rng, ('orange', 'green', 'blue', 'gray')))) for p in large[:1]
    ]
    parts.append(paint(large[1], rubber))
    parts += [
        paint(p, rubber)
        for p in keys(
            w * 0.8, d * 0.32, rows=int(rng.integers(2, 5)), columns=3, at=(0, -d * 0.26, h)
        )
    ]
    return Model(parts=tuple(parts), color=name)


def _card(rng: np.random.Generator) -> Model:
    """Card thin remote of lamps or fans: a grid of flat keys in many colours."""
    w, d, h = rng.uniform(0.038, 0.055), rng.uniform(0.08, 0.13), rng.uniform(0.005, 0.008)
    name = pick(rng, ('white', 'white', 'black'))
    parts = [paint(prism(plan_of(w, d, 0.004), h), shade(rng, name), gloss=0.3)]
    tones = [shade(rng, c) for c in ('red', 'green', 'blue')]
    tones.append((0.75, 0.75, 0.73) if name == 'black' else (0.3, 0.3, 0.32))
    rows, columns = int(rng.integers(5, 8)), int(rng.integers(3, 5))
    pads = keys(
        w * 0.88,
        d * 0.84,
        rows=rows,
        columns=columns,
        at=(0, d * 0.03, h),
        round_=rng.random() < 0.6,
    )
    for i, pad in enumerate(pads):
        hue = i % columns if columns < i < columns * (rows - 1) else 3
        parts.append(paint(pad, tones[min(hue, 3)], gloss=0.3))
    return Model(parts=tuple(parts), color=name)


def _universal(rng: np.random.Generator) -> Model:
    """Long boxy remote full of keys, four coloured, with a metal or dark face plate."""
    w, d, h = rng.uniform(0.048, 0.068), rng.uniform(0.16, 0.24), rng.uniform(0.018, 0.03)
    name = pick(rng, ('black', 'gray', 'gray', 'white', 'brown'))
    parts = [paint(prism(plan_of(w, d, 0.004), h, bevel=0.002), shade(rng, name), gloss=0.4)]
    face = move(prism(plan_of(w * 0.92, d * 0.95, 0.003), 0.0012), (0, 0, h - 0.0004))
    plate = METAL if rng.random() < 0.5 and name != 'gray' else (0.07, 0.07, 0.08)
    parts.append(paint(face, plate, gloss=0.6))
    rubber = (0.15, 0.15, 0.16) if plate == METAL else (0.78, 0.78, 0.76)
    rows = int(rng.integers(5, 8))
    pads = keys(
        w * 0.84,
        d * 0.46,
        rows=rows,
        columns=int(rng.integers(3, 5)),
        at=(0, d * 0.19, h + 0.0006),
    )
    pads += keys(w * 0.84, d * 0.26, rows=3, columns=3, at=(0, -d * 0.31, h + 0.0006))
    parts += [paint(p, rubber) for p in pads]
    strip = keys(w * 0.84, d * 0.06, rows=1, columns=4, at=(0, -d * 0.11, h + 0.0006))
    tones = [shade(rng, c) for c in ('red', 'green')]
    parts += [paint(p, tones[i % 2]) for i, p in enumerate(strip)]
    return Model(parts=tuple(parts), color=name if name == 'black' and plate != METAL else '')


_PHONES = (_screen_up, _screen_up, _candybar, _flip, _small_keyboard)
_REMOTES = (_waisted, _climate, _card, _universal)
