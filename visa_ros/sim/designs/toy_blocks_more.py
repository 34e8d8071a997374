"""More designs of toy blocks, for training: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design
from visa_ros.sim.designs.solids import extruded
from visa_ros.sim.designs.thing_forms import prism
from visa_ros.sim.designs.toy_blocks import block_paint, WOOD
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.goods import VIVID
from visa_ros.sim.shapes import cylinder, lathe, Model, move, Part, rounded_box, turn


def _block_pyramid(rng: np.random.Generator) -> Model:
    """Cone, pyramid or spire of three to many sides on a low foot."""
    sides, r = int(rng.choice([3, 4, 4, 5, 6, 8, 28])), rng.uniform(0.016, 0.035)
    foot, h = r * rng.uniform(0.0, 0.5), r * rng.uniform(1.2, 3.2)
    tip = r * rng.uniform(0.02, 0.3)
    name, rgb = block_paint(rng)
    body = lathe([(0, 0), (r, 0), (r, foot + 1e-4), (tip, foot + h), (0, foot + h)],
                 segments=sides)  # fmt: skip
    return Model(parts=(paint(body, rgb),), color=name)


def _block_bar(rng: np.random.Generator) -> Model:
    """Thick flat block whose outline is a star, polygon, cross, clover or rectangle."""
    kind, r, thick = int(rng.integers(5)), rng.uniform(0.02, 0.04), rng.uniform(0.015, 0.03)
    t = 2 * np.pi * np.arange(40) / 40
    reach = np.ones(40)
    if kind == 0:
        lobes = int(rng.integers(4, 7))
        t = 2 * np.pi * np.arange(2 * lobes) / (2 * lobes)
        reach = np.where(np.arange(2 * lobes) % 2, rng.uniform(0.45, 0.65), 1.0)
    elif kind == 1:
        t = 2 * np.pi * np.arange(n := int(rng.choice([3, 5, 6, 8]))) / n
        reach = np.ones(n)
    elif kind == 2:
        arm = rng.uniform(0.28, 0.45)
        limb = np.array([(1, -arm), (1, arm), (arm, arm)])
        turns = [np.linalg.matrix_power(np.array([(0, 1), (-1, 0)]), k) for k in range(4)]
        corner = np.concatenate([limb @ quarter for quarter in turns])
        t, reach = np.arctan2(corner[:, 1], corner[:, 0]), np.hypot(*corner.T)
    elif kind == 3:
        reach = 1 + rng.uniform(0.12, 0.3) * np.cos(4 * t)
    else:
        reach = 1 / np.maximum(np.abs(np.cos(t)) * 0.7, np.abs(np.sin(t)))
    plan = np.stack((np.cos(t), np.sin(t)), 1) * (r * reach)[:, None]
    name, rgb = block_paint(rng)
    block = prism(plan, thick, bevel=0.001)
    if kind in (1, 4) and rng.random() < 0.4:
        block = turn(block, 'x', 90)
    return Model(parts=(paint(block, rgb),), color=name)


def _block_giant(rng: np.random.Generator) -> Model:
    """Large hollow-looking brick of toddlers: few fat studs with a round top."""
    pitch, columns = rng.uniform(0.028, 0.042), int(rng.integers(1, 4))
    rows, name = int(rng.integers(1, 3)), pick(rng, VIVID)
    h = pitch * rng.uniform(0.7, 1.2)
    rgb = shade(rng, name)
    size = (columns * pitch, rows * pitch, h)
    parts = [rounded_box(size, radius=pitch * 0.1)]
    fat, high = pitch * rng.uniform(0.33, 0.41), pitch * rng.uniform(0.25, 0.45)
    stud = cylinder(fat, high, bevel=high * 0.35, segments=int(rng.choice([8, 20])))
    for i in range(columns):
        for j in range(rows):
            at = ((i - (columns - 1) / 2) * pitch, (j - (rows - 1) / 2) * pitch, h - 0.0005)
            parts.append(move(stud, at))
    return Model(parts=tuple(paint(p, rgb, gloss=0.6) for p in parts), color=name)


def _block_slope(rng: np.random.Generator) -> Model:
    """Studded roof brick: a slope on one side and a row of studs along its top."""
    pitch, count = rng.uniform(0.012, 0.024), int(rng.integers(1, 5))
    w, h = pitch * rng.uniform(2, 3.2), pitch * rng.uniform(1.0, 1.7)
    name = pick(rng, (*VIVID, 'white', 'black'))
    lip = h * rng.uniform(0.1, 0.3)
    side = [(-w / 2, 0), (w / 2, 0), (w / 2, lip), (pitch - w / 2, h), (-w / 2, h)]
    parts = [extruded(side, pitch * count, bevel=pitch * 0.03)]
    stud = cylinder(pitch * 0.31, pitch * 0.24, bevel=pitch * 0.03, segments=16)
    for i in range(count):
        parts.append(move(stud, (pitch / 2 - w / 2, (i - (count - 1) / 2) * pitch, h - 0.0003)))
    rgb = shade(rng, name)
    return Model(parts=tuple(paint(p, rgb, gloss=0.7) for p in parts), color=name)


def _block_castle(rng: np.random.Generator) -> Model:
    """Battlement: a wall or square tower block with teeth along its top."""
    teeth, unit = int(rng.integers(2, 5)), rng.uniform(0.01, 0.016)
    w, d = (2 * teeth - 1) * unit, unit * rng.uniform(1.3, 2.6)
    h = unit * rng.uniform(1.5, 4.5)
    name, rgb = block_paint(rng)
    parts = [rounded_box((w, d, h), radius=unit * 0.06, steps=1)]
    tooth = rounded_box((unit, d, unit * rng.uniform(0.8, 1.2)), radius=unit * 0.06, steps=1)
    parts += [move(tooth, ((2 * i - teeth + 1) * unit, 0, h - 0.0003)) for i in range(teeth)]
    return Model(parts=tuple(paint(p, rgb) for p in parts), color=name)


def _block_house(rng: np.random.Generator) -> Model:
    """Little building of blocks: two pillars, a plank across them and a roof in other paints."""
    w, d, h = rng.uniform(0.055, 0.09), rng.uniform(0.02, 0.032), rng.uniform(0.03, 0.06)
    colors = rng.choice(VIVID, 3, replace=False).tolist()
    tones = [np.array(shade(rng, c)) for c in colors]
    slab = d * rng.uniform(0.35, 0.6)
    post: Part = rounded_box((d, d, h), radius=d * 0.07, steps=1)
    if rng.random() < 0.5:
        post = cylinder(d * 0.48, h, bevel=d * 0.04, segments=20)
    parts = [paint(move(post, (x * (w - d) / 2, 0, 0)), tones[0]) for x in (-1, 1)]
    parts.append(paint(move(rounded_box((w, d, slab), radius=d * 0.05, steps=1), (0, 0, h)),
                       WOOD if rng.random() < 0.4 else tones[1]))  # fmt: skip
    t = np.linspace(0, np.pi, 3 if rng.random() < 0.6 else 15)
    gable = np.stack((np.cos(t), np.sin(t) * rng.uniform(0.6, 1)), 1) * w * 0.36
    roof = extruded(gable, d, bevel=0.001)
    parts.append(paint(move(roof, (0, 0, h + slab)), tones[2]))
    return Model(parts=tuple(parts), color='')


BLOCKS: tuple[Design, ...] = (
    _block_pyramid,
    _block_bar,
    _block_giant,
    _block_slope,
    _block_castle,
    _block_house,
)
