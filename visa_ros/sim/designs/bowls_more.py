"""More designs of bowls, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.dish_forms import arc, ring, vessel
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.vessel_forms import other_color, tube
from visa_ros.sim.finish import METAL, paint, pick, shade
from visa_ros.sim.shapes import cylinder, lathe, Model, move, Part, sphere, stretch, turn
from visa_ros.sim.tableware import CERAMIC_COLORS


def _pet_bowl(rng: np.random.Generator) -> Model:
    """Bowl for a dog or a cat: it widens to its foot, so that it cannot be tipped."""
    r, h = rng.uniform(0.06, 0.1), rng.uniform(0.04, 0.07)
    wide, rim = r * rng.uniform(1.1, 1.3), r * rng.uniform(0.88, 0.94)
    skin = [(0, 0), (wide, 0), (wide, h * 0.12), (r, h * 0.95), (r * 0.97, h)]
    well = [(r * 0.97, h), (rim, h * 0.96), (rim * 0.85, h * 0.35), (rim * 0.6, h * 0.2)]
    inside = lathe([*well, (0, h * 0.2)], segments=36)
    return _painted(rng, [lathe(skin, segments=36)], [inside], steel=0.4)


def _lidded_bowl(rng: np.random.Generator) -> Model:
    """Closed bowl for soup or rice under a lid with a ring or a knob."""
    r = rng.uniform(0.05, 0.075)
    h = r * rng.uniform(0.6, 0.85)
    outside = vessel(arc(r * 0.45, r, h, bulge=0.9), 0.003, foot=0.008, segments=32)
    rise, top = r * rng.uniform(0.25, 0.5), r * rng.uniform(0.3, 0.45)
    dome = [(r * 0.98, 0), (r * 0.98, 0.003), (r * 0.8, rise * 0.65), (0, rise)]
    lid = [lathe(dome, segments=32)]
    if rng.random() < 0.6:
        lid.append(move(ring(top, 0.004, segments=24), (0, 0, rise * 0.9)))
    else:
        lid.append(move(sphere(r * 0.15, rings=9, segments=14), (0, 0, rise + r * 0.1)))
    return _painted(rng, outside, [move(p, (0, 0, h + 0.008)) for p in lid])


def _boat_bowl(rng: np.random.Generator) -> Model:
    """Long bowl whose two ends rise, or whose rim slants from one side to the other."""
    r = rng.uniform(0.06, 0.09)
    wall = arc(r * 0.45, r, r * rng.uniform(0.45, 0.7), bulge=0.9)
    boat, lift, longer = rng.random() < 0.6, rng.uniform(0.2, 0.45), rng.uniform(1.2, 1.7)
    parts = []
    for part in vessel(wall, 0.004, segments=48):
        points = part.vertices.copy()
        x = points[:, 0] / r
        points[:, 2] *= 1 + lift * (x**2 * 1.5 if boat else x)
        parts.append(Part(vertices=points, faces=part.faces))
    if boat:
        parts = [stretch(p, (longer, 1, 1)) for p in parts]
    return _painted(rng, parts[:1], parts[1:])


def _noodle_bowl(rng: np.random.Generator) -> Model:
    """Bowl of soup with a pair of chopsticks laid over its rim."""
    r = rng.uniform(0.065, 0.09)
    h = r * rng.uniform(0.5, 0.8)
    wall = arc(r * 0.4, r, h, bulge=rng.uniform(0.6, 1))
    pair = vessel(wall, 0.004, foot=0.008, segments=32)
    model = _painted(rng, [pair[0]], [pair[1]])
    level = h * 0.75
    soup = shade(rng, pick(rng, ('orange', 'brown', 'yellow', 'red')))
    edge = float(np.interp(level - 0.011, wall[:, 1], wall[:, 0])) - 0.003
    parts = [paint(lathe([(edge, level), (0, level + 5e-4)]), soup, gloss=0.7)]
    stick = turn(cylinder(0.0032, rng.uniform(0.19, 0.24), segments=8), 'y', 90)
    tint = shade(rng, pick(rng, ('brown', 'red', 'black', 'yellow')))
    for y in (-0.006, 0.006):
        laid = turn(move(stick, (-0.1, y + r * 0.25, h + 0.0125)), 'z', y * 400)
        parts.append(paint(laid, tint))
    return Model(parts=(*model.parts, *parts), color=model.color)


def _tripod_bowl(rng: np.random.Generator) -> Model:
    """Thick bowl of stone or clay on three or four feet."""
    r, feet = rng.uniform(0.055, 0.09), int(rng.integers(3, 5))
    h, lift = r * rng.uniform(0.55, 0.8), rng.uniform(0.012, 0.03)
    pair = vessel(arc(r * 0.3, r, h), rng.uniform(0.006, 0.011), segments=32)
    pair = [move(p, (0, 0, lift)) for p in pair]
    leg = lathe(
        [(0, 0), (0.006, 0), (r * 0.12, lift + h * 0.08), (0, lift + h * 0.08)], segments=12
    )
    legs = [turn(move(leg, (r * 0.44, 0, 0)), 'z', 360 * k / feet) for k in range(feet)]
    return _painted(rng, [pair[0], *legs], [pair[1]])


def _basin_bowl(rng: np.random.Generator) -> Model:
    """Mixing bowl with a long loop of a handle at one side."""
    r = rng.uniform(0.075, 0.11)
    h = r * rng.uniform(0.55, 0.75)
    pair = vessel(arc(r * 0.6, r, h, bulge=0.9), 0.003, segments=36)
    reach = rng.uniform(0.025, 0.04)
    grip = tube([(r * 0.97, 0, h * 0.95), (r + reach, 0, h * 0.9), (r * 0.93, 0, h * 0.45)], 0.005)
    edge = move(ring(r, 0.003, segments=36), (0, 0, h))
    return _painted(rng, [pair[0], edge, stretch(grip, (1, 2, 1))], [pair[1]])


BOWLS: tuple[Design, ...] = (
    _pet_bowl,
    _lidded_bowl,
    _boat_bowl,
    _noodle_bowl,
    _tripod_bowl,
    _basin_bowl,
)


def _painted(
    rng: np.random.Generator,
    outside: list[Part] | tuple[Part, ...],
    inside: list[Part],
    *,
    steel: float = 0.1,
) -> Model:
    """Paint the outside and the rest, now and then in two colours or as bare steel."""
    name = pick(rng, CERAMIC_COLORS)
    rgb = shade(rng, name)
    if rng.random() < steel:
        name, rgb = 'gray', METAL
    within = rgb if rng.random() < 0.6 else other_color(rng, name, CERAMIC_COLORS)
    gloss = rng.uniform(0.2, 0.8)
    parts = [paint(p, rgb, gloss=gloss) for p in outside]
    parts += [paint(p, within, gloss=gloss) for p in inside]
    return Model(parts=tuple(parts), color=name if within == rgb else '')
