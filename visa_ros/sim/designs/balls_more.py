"""More designs of balls, for training: each function draws one model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visa_ros.sim.designs.balls import facing, rolled, spread
from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.solids import face_centers, split
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.goods import VIVID
from visa_ros.sim.shapes import cylinder, lathe, Model, move, sphere, stretch, turn


def _ball_rugby(rng: np.random.Generator) -> Model:
    """Rugby ball or American football: long, with pointed or round ends, laces and bands."""
    r, long = rng.uniform(0.03, 0.08), rng.uniform(1.45, 1.85)
    name, t = pick(rng, ('brown', 'brown', *VIVID, 'white')), np.linspace(-1, 1, 27)
    power = rng.uniform(0.55, 0.85)
    profile = r * np.stack((np.maximum(1 - t**2, 0) ** power, long * t), 1)
    body = lathe(profile, segments=32)
    rgb, other = shade(rng, name), shade(rng, 'black' if name == 'white' else 'white')
    z = np.abs(face_centers(body)[:, 2]) / (r * long)
    at = rng.uniform(0.55, 0.75)
    band, rest = split(body, (z > at) & (z < at + 0.12))
    parts = [paint(rest, rgb, gloss=0.3), paint(band, other, gloss=0.3)]
    for k in range(-3, 4):
        lace = stretch(sphere(r, rings=6, segments=8), (0.05, 0.16, 0.035))
        parts.append(paint(move(lace, (r, 0, r * 0.13 * k)), other))
    roll = rng.uniform(-180, 180)
    return Model(parts=tuple(turn(turn(p, 'z', roll), 'y', 90) for p in parts), color=name)


def _ball_golf(rng: np.random.Generator) -> Model:
    """Golf or hockey ball: small, dimples all over."""
    r, name = rng.uniform(0.02, 0.037), pick(rng, ('white', 'white', 'white', 'yellow', 'orange'))
    body = sphere(r, rings=34, segments=44)
    dimples = spread(int(rng.integers(70, 130)))
    nearest = (body.vertices / r @ dimples.T).max(1)
    size = 2.0 / np.sqrt(len(dimples))
    deep = np.maximum(1 - (1 - nearest) * 2 / (0.7 * size) ** 2, 0)
    body = replace(body, vertices=body.vertices * (1 - 0.06 * deep)[:, None])
    return Model(parts=rolled(rng, [paint(body, shade(rng, name), gloss=0.6)]), color=name)


def _ball_bowling(rng: np.random.Generator) -> Model:
    """Bowling ball, real or toy: glossy, with three finger holes near each other."""
    r, name = rng.uniform(0.03, 0.108), pick(rng, (*VIVID, 'black', 'black'))
    parts = [paint(sphere(r, rings=24, segments=36), shade(rng, name), gloss=0.95)]
    hole = rng.uniform(0.1, 0.14)
    disc = move(cylinder(r * hole, r * 0.02, segments=16), (0, 0, r * 0.985))
    dark = (0.02, 0.02, 0.02) if name != 'black' else (0.25, 0.25, 0.26)
    for x, y in ((-10, 12), (10, 12), (0, -16)):
        parts.append(paint(turn(turn(disc, 'y', x), 'x', y), dark, gloss=0.0))
    tilt, about = rng.uniform(-70, 70), rng.uniform(0, 360)
    return Model(parts=tuple(turn(turn(p, 'x', tilt), 'z', about) for p in parts), color=name)


def _ball_floorball(rng: np.random.Generator) -> Model:
    """Hollow plastic ball with round holes, through which its dark inside shows."""
    r, name = rng.uniform(0.03, 0.045), pick(rng, ('white', 'white', *VIVID))
    rgb = shade(rng, name)
    parts = [paint(sphere(r, rings=20, segments=30), rgb, gloss=0.5)]
    size = rng.uniform(0.14, 0.21)
    angles = np.linspace(size, 0.001, 3)
    hole = lathe(1.008 * r * np.stack((np.sin(angles), np.cos(angles)), 1), segments=12)
    for direction in spread(int(rng.integers(20, 30))):
        parts.append(paint(facing(hole, direction), np.array(rgb) * 0.25, gloss=0.0))
    return Model(parts=rolled(rng, parts), color=name)


def _ball_woven(rng: np.random.Generator) -> Model:
    """Takraw or cat's ball: hoops woven around a hollow, open between them."""
    r, name = rng.uniform(0.025, 0.07), pick(rng, (*VIVID, 'brown'))
    wide, thick = r * rng.uniform(0.07, 0.15), r * 0.03
    section = [(r - thick, -wide), (r, -wide), (r + thick, 0), (r, wide), (r - thick, wide)]
    hoop = lathe([*section, section[0]], segments=32)
    rgb, parts = np.array(shade(rng, name)), []
    golden = (1 + 5**0.5) / 2
    for a, b in ((1, golden), (-1, golden)):
        for axis in ((0, a, b), (a, b, 0), (b, 0, a)):
            direction = np.array(axis, float) / np.linalg.norm(axis)
            tone = np.clip(rgb * rng.uniform(0.85, 1.15), 0, 1)
            parts.append(paint(facing(hoop, direction), tone, gloss=0.3))
    return Model(parts=rolled(rng, parts), color=name)


def _ball_juggling(rng: np.random.Generator) -> Model:
    """Juggling or baby's ball of four to twelve puffed cloth gores, sagging a little."""
    r, gores = rng.uniform(0.028, 0.06), int(rng.choice([4, 6, 10, 12]))
    names = rng.choice([*VIVID, 'white'], 2, replace=False).tolist()
    body = sphere(r, rings=18, segments=gores * (48 // gores))
    angle = np.arctan2(body.vertices[:, 1], body.vertices[:, 0])
    puff = 0.9 + 0.1 * np.abs(np.sin(gores * angle / 2)) ** 0.6
    points = body.vertices * np.stack((puff, puff, np.full_like(puff, rng.uniform(0.78, 0.95))), 1)
    x, y, _ = face_centers(body).T
    odd = np.floor((np.arctan2(y, x) + np.pi) / (2 * np.pi) * gores).astype(int) % 2 == 1
    pieces = split(replace(body, vertices=points), odd)
    parts = [paint(p, shade(rng, n), gloss=0.05) for p, n in zip(pieces, names, strict=True)]
    return Model(parts=tuple(parts), color='')


def _ball_spiky(rng: np.random.Generator) -> Model:
    """Ball of long soft spikes or rubber threads."""
    r, name = rng.uniform(0.018, 0.032), pick(rng, VIVID)
    rgb, long = shade(rng, name), rng.uniform(0.35, 0.75)
    parts = [paint(sphere(r, rings=14, segments=20), rgb, gloss=0.4)]
    wide = r * rng.uniform(0.09, 0.16)
    spike = lathe([(wide, 0), (wide * 0.7, r * long * 0.6), (0, r * long)], segments=6)
    for direction in spread(int(rng.integers(70, 120))):
        parts.append(paint(facing(move(spike, (0, 0, r * 0.97)), direction), rgb, gloss=0.4))
    return Model(parts=rolled(rng, parts), color=name)


BALLS: tuple[Design, ...] = (
    _ball_rugby,
    _ball_golf,
    _ball_bowling,
    _ball_floorball,
    _ball_woven,
    _ball_juggling,
    _ball_spiky,
)
