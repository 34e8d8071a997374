"""More designs of balls: each function draws one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations

import numpy as np

from visa_ros.sim.designs.drawing import Design, one_of
from visa_ros.sim.designs.solids import face_centers, split
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.goods import VIVID
from visa_ros.sim.shapes import lathe, Model, move, Part, sphere, turn


def ball(rng: np.random.Generator) -> Model:
    """Football, tennis ball, volleyball, dotted, nubbly or striped."""
    return one_of(rng, _BALLS)


def _ball_football(rng: np.random.Generator) -> Model:
    """Twelve pentagons and twenty hexagons, each a little swollen."""
    r = rng.uniform(0.035, 0.08)
    classic = rng.random() < 0.5
    name = 'white' if classic else pick(rng, (*VIVID, 'white'))
    other = 'black' if classic else pick(rng, [c for c in (*VIVID, 'black') if c != name])
    five, six = _panels(r)
    parts = (paint(six, shade(rng, name), gloss=0.5), paint(five, shade(rng, other), gloss=0.5))
    return Model(parts=rolled(rng, parts), color=name)


def _ball_seamed(rng: np.random.Generator) -> Model:
    """Tennis ball or baseball: one closed curve around it, felt or stitched."""
    a = np.linspace(0, 2 * np.pi, 65)
    b = rng.uniform(0.35, 0.45)
    curve = np.stack((np.cos(a) + b * np.cos(3 * a), np.sin(a) - b * np.sin(3 * a)), 1)
    curve = np.column_stack((curve, 2 * np.sqrt(b) * np.sin(2 * a)))
    tennis = rng.random() < 0.6
    r = rng.uniform(0.03, 0.036)
    name = 'yellow' if tennis else 'white'
    felt = np.array([0.8, 0.86, 0.12]) * rng.uniform(0.85, 1.05)
    rgb = felt if tennis else np.array(shade(rng, 'white'))
    parts = [paint(sphere(r, rings=22, segments=34), rgb, gloss=0.0 if tennis else 0.4)]
    if tennis:
        parts.append(paint(_seam(curve, r, r * 0.05), (0.92, 0.92, 0.9), gloss=0.0))
        return Model(parts=rolled(rng, parts), color=name)
    red = shade(rng, 'red')
    unit = curve / np.linalg.norm(curve, axis=1, keepdims=True)
    for k in range(64):
        across = np.cross(unit[k], unit[(k + 1) % 64] - unit[k])
        across *= 0.09 / np.linalg.norm(across)
        ahead = (unit[(k + 1) % 64] - unit[k]) * 0.6
        bow = np.stack((unit[k] + across + ahead, unit[k] * 1.02, unit[k] - across + ahead))
        parts.append(paint(_seam(bow, r, r * 0.022), red, gloss=0.2))
    return Model(parts=rolled(rng, parts), color=name)


def _ball_volleyball(rng: np.random.Generator) -> Model:
    """Six groups of three strips, each group across its neighbours; one to three colours."""
    r, steps = rng.uniform(0.035, 0.08), 12
    names = rng.choice([*VIVID, 'white', 'white'], 3).tolist()
    tones = [shade(rng, c) for c in names]
    side = np.linspace(-1, 1, steps + 1)
    parts = []
    u, v = np.meshgrid(side[:5], side, indexing='ij')
    i, j = np.meshgrid(np.arange(4), np.arange(steps), indexing='ij')
    at = i * (steps + 1) + j
    quads = np.stack((at, at + steps + 1, at + steps + 2, at, at + steps + 2, at + 1), -1)
    for strip in range(3):
        swell = 1 - 0.04 * np.maximum(np.abs(u + 2 / 3) * 3, np.abs(v)) ** 6
        points = np.stack((u + strip * 2 / 3, v, np.ones_like(u)), -1)
        points = np.tan(points * np.pi / 4)
        points *= (swell / np.linalg.norm(points, axis=-1))[..., None]
        top = Part(vertices=r * points.reshape(-1, 3), faces=quads.reshape(-1, 3).astype(np.int32))
        for half_turn in (0, 180):
            first = paint(turn(top, 'x', half_turn), tones[strip], gloss=0.4)
            second = turn(turn(first, 'x', 90), 'y', 90)
            parts += [first, second, turn(turn(second, 'x', 90), 'y', 90)]
    name = names[0] if len(set(names)) == 1 else ''
    return Model(parts=rolled(rng, parts), color=name)


def _ball_dotted(rng: np.random.Generator) -> Model:
    """Round spots in another colour, strewn over it."""
    r = rng.uniform(0.028, 0.07)
    name, other = rng.choice([*VIVID, 'white'], 2, replace=False).tolist()
    parts = [paint(sphere(r, rings=22, segments=34), shade(rng, name), gloss=0.6)]
    size = rng.uniform(0.14, 0.28)
    rgb = shade(rng, other)
    for direction in spread(int(rng.integers(10, 26))):
        angles = np.linspace(size, 0.001, 4)
        dot = lathe(1.012 * r * np.stack((np.sin(angles), np.cos(angles)), 1), segments=16)
        parts.append(paint(facing(dot, direction), rgb, gloss=0.6))
    return Model(parts=rolled(rng, parts), color=name)


def _ball_nubbly(rng: np.random.Generator) -> Model:
    """Massage or dog's ball with knobs all over, of one colour."""
    r, name = rng.uniform(0.025, 0.045), pick(rng, VIVID)
    rgb = shade(rng, name)
    parts = [paint(sphere(r, rings=16, segments=24), rgb, gloss=0.5)]
    size, height = r * rng.uniform(0.07, 0.14), r * rng.uniform(0.1, 0.22)
    knob = lathe(
        [(size, 0), (size * 0.8, height), (size * 0.3, height * 1.2), (0, height * 1.25)],
        segments=8,
    )
    for direction in spread(int(rng.integers(40, 80))):
        parts.append(paint(facing(move(knob, (0, 0, r * 0.98)), direction), rgb, gloss=0.5))
    return Model(parts=rolled(rng, parts), color=name)


def _ball_swirled(rng: np.random.Generator) -> Model:
    """Rubber ball with winding stripes between its poles."""
    r, count = rng.uniform(0.025, 0.07), int(rng.integers(2, 7))
    name, other = rng.choice([*VIVID, 'white', 'black'], 2, replace=False).tolist()
    whole = sphere(r, rings=30, segments=60)
    twist = rng.uniform(-1.8, 1.8)
    x, y, z = whole.vertices.T
    angle = np.arctan2(y, x) + twist * z / r
    whole = replace(
        whole,
        vertices=np.stack((np.hypot(x, y) * np.cos(angle), np.hypot(x, y) * np.sin(angle), z), 1),
    )
    x, y, z = face_centers(whole).T
    wave = np.cos(count * (np.arctan2(y, x) - twist * z / r))
    stripes, rest = split(whole, wave > rng.uniform(0.0, 0.6))
    parts = (
        paint(rest, shade(rng, name), gloss=0.6),
        paint(stripes, shade(rng, other), gloss=0.6),
    )
    return Model(parts=rolled(rng, parts), color='')


_BALLS: tuple[Design, ...] = (
    _ball_football,
    _ball_seamed,
    _ball_volleyball,
    _ball_dotted,
    _ball_nubbly,
    _ball_swirled,
)


def rolled(rng: np.random.Generator, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Turn all parts alike, as a ball comes to lie."""
    about, tilt = rng.uniform(0, 360, 2)
    return tuple(turn(turn(p, 'z', about), 'x', tilt) for p in parts)


def spread(count: int) -> np.ndarray:
    """Directions (count, 3) evenly over the sphere."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    angle = np.pi * (1 + 5**0.5) * k
    flat = np.sqrt(1 - z**2)
    return np.stack((flat * np.cos(angle), flat * np.sin(angle), z), 1)


def facing(part: Part, direction: np.ndarray) -> Part:
    """Turn what looks up to look in a direction."""
    side = np.cross([0.3, 0.9, 0.1], direction)
    side /= np.linalg.norm(side)
    axes = np.stack((side, np.cross(direction, side), direction))
    return replace(part, vertices=part.vertices @ axes)


def _seam(path: np.ndarray, r: float, half_width: float) -> Part:
    """Ribbon on a sphere of radius r along the directions of a path."""
    out = path / np.linalg.norm(path, axis=1, keepdims=True)
    ahead = np.gradient(out, axis=0)
    if np.allclose(out[0], out[-1]):
        ahead[0] = ahead[-1] = out[1] - out[-2]
    aside = np.cross(out, ahead)
    aside *= half_width / np.linalg.norm(aside, axis=1, keepdims=True)
    rows = np.stack((0.99 * r * out + aside, 1.012 * r * out, 0.99 * r * out - aside), 1)
    rows[:, [0, 2]] += (0.012 * r * out)[:, None]
    at = 3 * np.arange(len(out) - 1)[:, None] + [0, 1]
    quads = np.stack((at, at + 1, at + 4, at, at + 4, at + 3), -1)
    return Part(vertices=rows.reshape(-1, 3), faces=quads.reshape(-1, 3).astype(np.int32))


def _panels(r: float) -> tuple[Part, Part]:
    """Pentagons and hexagons of a football."""
    g = (1 + 5**0.5) / 2
    points = np.array([(0, a, b * g) for a in (-1, 1) for b in (-1, 1)], float)
    points = np.concatenate((points, np.roll(points, 1, 1), np.roll(points, 2, 1)))
    near = np.abs(np.linalg.norm(points[:, None] - points[None], axis=2) - 2) < 0.01
    fives = [(2 * a + points[near[k]]) / 3 for k, a in enumerate(points)]
    sixes = []
    for i, j, k in combinations(range(12), 3):
        if near[i, j] and near[j, k] and near[i, k]:
            a, b, c = points[[i, j, k]]
            sixes.append([(2 * p + q) / 3 for p, q in permutations((a, b, c), 2)])
    return _patches(fives, r), _patches([np.array(s) for s in sixes], r)


def _patches(outlines: list[np.ndarray], r: float, steps: int = 4) -> Part:
    """Convex patches on a sphere, each swollen between its edges."""
    vertices: list[np.ndarray] = []
    for outline in outlines:
        middle = outline.mean(0)
        first = outline[0] - middle
        second = np.cross(middle, first) / np.linalg.norm(middle)
        arms = outline - middle
        ring = arms[np.argsort(np.arctan2(arms @ second, arms @ first))]
        for a, b in zip(ring, np.roll(ring, -1, 0), strict=True):
            for low in range(steps):
                for k in range(low + 1):
                    tri = [(low, k), (low + 1, k), (low + 1, k + 1)]
                    tris = [tri, [(low, k), (low + 1, k + 1), (low, k + 1)]] if k < low else [tri]
                    for corners in tris:
                        for m, n in corners:
                            point = middle + a * (m - n) / steps + b * n / steps
                            swell = 1 - 0.035 * (m / steps) ** 6
                            vertices.append(r * swell * point / np.linalg.norm(point))
    faces = np.arange(len(vertices), dtype=np.int32).reshape(-1, 3)
    return Part(vertices=np.array(vertices), faces=faces)
