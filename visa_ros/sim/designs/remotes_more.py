"""More designs of remotes, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.thing_forms import dial, display, keys, plan_of, prism
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import cylinder, Model, move, sweep, turn

_SHELLS = ('black', 'black', 'gray', 'white')


def _remote_wedge(rng: np.random.Generator) -> Model:
    """Long remote that narrows towards one end, thick and arched under the thumb."""
    wide, d = rng.uniform(0.048, 0.062), rng.uniform(0.16, 0.23)
    name, t = pick(rng, _SHELLS), np.linspace(0, 1, 11)
    h, narrow = rng.uniform(0.018, 0.03), rng.uniform(0.5, 0.75)
    half = wide / 2 * (1 - (1 - narrow) * t) * np.minimum(1, 0.7 + 4 * np.minimum(t, 1 - t))
    path = np.stack((0 * t, (0.5 - t) * -d, 0 * t + h / 2), 1)
    body = sweep(path, plan_of(2, 2, 0.4, count=20), np.stack((half, 0 * t + h / 2), 1),
                 across=(1, 0, 0))  # fmt: skip
    parts = [paint(body, shade(rng, name))]
    for rows, y, deep in ((int(rng.integers(3, 6)), -0.25, 0.28), (3, 0.28, 0.2)):
        pads = keys(wide * 0.6, d * deep, rows=rows, columns=3, at=(0, y * d, h))
        parts += [paint(p, _ink(name)) for p in pads]
    parts += [paint(p, _ink(name)) for p in dial(wide * 0.27, (0, d * 0.05, h))]
    return Model(parts=tuple(parts), color=name)


def _remote_senior(rng: np.random.Generator) -> Model:
    """Large simple remote: eight huge keys, the first of them red."""
    w, d, h = rng.uniform(0.055, 0.08), rng.uniform(0.12, 0.2), rng.uniform(0.016, 0.028)
    name = pick(rng, (*_SHELLS, 'blue'))
    plan = plan_of(w, d, w * rng.uniform(0.05, 0.3))
    parts = [paint(prism(plan, h, bevel=0.003), shade(rng, name))]
    pads = keys(w * 0.8, d * 0.8, rows=4, columns=2, at=(0, 0, h),
                round_=rng.random() < 0.5)  # fmt: skip
    red = (0.8, 0.1, 0.08)
    parts += [paint(p, _ink(name) if i else red) for i, p in enumerate(pads)]
    return Model(parts=tuple(parts), color=name)


def _remote_stood(rng: np.random.Generator) -> Model:
    """Remote that leans upright in a holder, its keys to the front."""
    w, d, h = rng.uniform(0.04, 0.056), rng.uniform(0.14, 0.21), rng.uniform(0.014, 0.022)
    name = pick(rng, _SHELLS)
    bar = [paint(prism(plan_of(w, d, 0.008), h, bevel=0.002), shade(rng, name))]
    pads = keys(w * 0.8, d * 0.62, rows=int(rng.integers(6, 9)), columns=3, at=(0, d * 0.1, h))
    tone = _ink(name)
    bar += [paint(p, (0.8, 0.1, 0.08) if i == 0 else tone) for i, p in enumerate(pads)]
    lean = rng.uniform(68, 84)
    parts = [move(turn(move(p, (0, d / 2, -h / 2)), 'x', lean), (0, 0, 0.004)) for p in bar]
    base = prism(plan_of(w * 1.5, w * 1.4, 0.01), rng.uniform(0.02, 0.04), bevel=0.003)
    parts.append(paint(move(base, (0, 0.008, 0)), shade(rng, pick(rng, ('gray', 'brown')))))
    return Model(parts=tuple(parts), color=name)


def _remote_screen(rng: np.random.Generator) -> Model:
    """Broad remote with a large display above a ring and rows of keys."""
    w, d, h = rng.uniform(0.06, 0.085), rng.uniform(0.15, 0.22), rng.uniform(0.016, 0.026)
    name = pick(rng, _SHELLS)
    parts = [paint(prism(plan_of(w, d, w * 0.2), h, bevel=0.004), shade(rng, name))]
    parts += display(rng, w * 0.74, d * 0.24, (0, d * 0.31, h))
    parts += [paint(p, _ink(name)) for p in dial(w * 0.22, (0, d * 0.05, h))]
    pads = keys(w * 0.8, d * 0.32, rows=int(rng.integers(3, 6)), columns=4, at=(0, -d * 0.27, h))
    parts += [paint(p, _ink(name)) for p in pads]
    return Model(parts=tuple(parts), color=name)


def _remote_round(rng: np.random.Generator) -> Model:
    """Slender round rod of keys, like a baton, lying on a flat underside."""
    r, d = rng.uniform(0.015, 0.02), rng.uniform(0.14, 0.2)
    name, a = pick(rng, _SHELLS), np.linspace(-0.25, 1.25, 15) * np.pi
    arc = np.stack((np.cos(a), np.sin(a)), 1)
    path = [(0, -d / 2, r * 0.7), (0, 0, r * 0.7), (0, d / 2, r * 0.7)]
    parts = [paint(sweep(path, arc, r, across=(1, 0, 0)), shade(rng, name))]
    plate = prism(plan_of(r * 1.2, d * 0.94, r * 0.3), 0.002)
    top = r * 1.7
    parts.append(paint(move(plate, (0, 0, top - 0.003)), shade(rng, 'gray')))
    pads = keys(r * 1.1, d * 0.6, rows=int(rng.integers(7, 11)), columns=2, at=(0, 0.01, top))
    parts += [paint(p, _ink(name)) for p in pads]
    tip = turn(cylinder(r * 0.4, 0.004, segments=14), 'x', -90)
    parts.append(paint(move(tip, (0, d / 2 - 0.001, r * 0.8)), (0.3, 0.04, 0.05), gloss=0.9))
    return Model(parts=tuple(parts), color=name)


REMOTES: tuple[Design, ...] = (
    _remote_wedge,
    _remote_senior,
    _remote_stood,
    _remote_screen,
    _remote_round,
)


def _ink(name: str) -> tuple[float, float, float]:
    """Colour of keys that shows on a shell."""
    return (0.12, 0.12, 0.13) if name in ('white', 'gray') else (0.8, 0.8, 0.78)
