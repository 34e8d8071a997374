"""More designs of toy blocks: each function draws one model."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.designs.drawing import Design, one_of
from visa_ros.sim.designs.solids import extruded
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.goods import VIVID
from visa_ros.sim.shapes import cylinder, Model, move, Part, rounded_box, turn

WOOD = np.array([0.8, 0.6, 0.36])


def toy_block(rng: np.random.Generator) -> Model:
    """Studded brick, arch, roof, pillar, plank or pierced cube."""
    return one_of(rng, _BLOCKS)


def _block_studded(rng: np.random.Generator) -> Model:
    """Plastic brick of one to four by two studs."""
    pitch = rng.uniform(0.012, 0.024)
    columns, rows = int(rng.integers(1, 5)), int(rng.integers(1, 3))
    columns = max(columns, 3 - rows)
    height = pitch * pick(rng, '125').count('1') * 0.4 + pitch * rng.uniform(0.6, 1.2)
    name = pick(rng, (*VIVID, 'white', 'black'))
    parts = [rounded_box((columns * pitch, rows * pitch, height), radius=pitch * 0.05)]
    stud = cylinder(pitch * 0.31, pitch * 0.24, bevel=pitch * 0.03, segments=18)
    for i in range(columns):
        for j in range(rows):
            at = ((i - (columns - 1) / 2) * pitch, (j - (rows - 1) / 2) * pitch, height)
            parts.append(move(stud, at))
    rgb = shade(rng, name)
    return Model(parts=tuple(paint(p, rgb, gloss=0.7) for p in parts), color=name)


def _block_arch(rng: np.random.Generator) -> Model:
    """Bridge: a block with a round gate through it, or the half disc from such a gate."""
    w, thick = rng.uniform(0.05, 0.1), rng.uniform(0.02, 0.035)
    name, rgb = block_paint(rng)
    inner = w * rng.uniform(0.22, 0.34)
    top = inner * rng.uniform(1.25, 1.7)
    corner = np.arctan2(top, w / 2)
    t = np.sort(np.concatenate((np.linspace(0, np.pi, 15), [corner, np.pi - corner])))
    arc = np.stack((np.cos(t), np.sin(t)), 1)
    if rng.random() < 0.25:
        return Model(parts=(paint(extruded(arc * w / 3, thick, bevel=0.001), rgb),), color=name)
    reach = np.minimum(
        w / 2 / np.maximum(np.abs(arc[:, 0]), 1e-9), top / np.maximum(arc[:, 1], 1e-9)
    )
    return Model(parts=(paint(_gate(arc * inner, arc * reach[:, None], thick), rgb),), color=name)


def _block_roof(rng: np.random.Generator) -> Model:
    """Triangular block, lying as a roof or as a ramp."""
    w, thick = rng.uniform(0.035, 0.08), rng.uniform(0.025, 0.05)
    h, ridge = w * rng.uniform(0.4, 0.9), w * pick(rng, '012').count('0') * 0.5
    name, rgb = block_paint(rng)
    wedge = extruded([(-w / 2, 0), (w / 2, 0), (ridge, h)], thick, bevel=0.0015)
    return Model(parts=(paint(wedge, rgb, gloss=0.3),), color=name)


def _block_pillar(rng: np.random.Generator) -> Model:
    """Round or square pillar, standing or lying."""
    r, h = rng.uniform(0.013, 0.022), rng.uniform(0.045, 0.09)
    name, rgb = block_paint(rng)
    pillar = cylinder(r, h, bevel=r * 0.1, segments=28)
    if rng.random() < 0.5:
        pillar = rounded_box((2 * r, 2 * r, h), radius=r * 0.12)
    if rng.random() < 0.5:
        pillar = turn(pillar, 'x', 90)
    return Model(parts=(paint(pillar, rgb, gloss=0.3),), color=name)


def _block_planks(rng: np.random.Generator) -> Model:
    """Two to five plain cuboids of one set, stacked crosswise or as a little wall."""
    w, d, h = rng.uniform(0.05, 0.08), rng.uniform(0.016, 0.026), rng.uniform(0.01, 0.022)
    name, rgb = block_paint(rng)
    plank = paint(rounded_box((w, d, h), radius=h * 0.08, steps=1), rgb, gloss=0.3)
    count, crosswise = int(rng.integers(2, 6)), rng.random() < 0.6
    parts = []
    for k in range(count):
        about = 90 * (k % 2) * crosswise + rng.uniform(-8, 8)
        parts.append(move(turn(plank, 'z', about), (*rng.uniform(-0.003, 0.003, 2), k * h)))
    return Model(parts=tuple(parts), color=name)


def _block_tower(rng: np.random.Generator) -> Model:
    """Two or three cubes of different colours on each other, a pointed one sometimes on top."""
    side, level = rng.uniform(0.028, 0.045), 0.0
    parts = []
    colors = rng.choice(VIVID, 4, replace=False).tolist()
    for name in colors[: int(rng.integers(2, 4))]:
        cube = turn(rounded_box((side,) * 3, radius=side * 0.07), 'z', rng.uniform(-15, 15))
        at = (*rng.uniform(-0.1, 0.1, 2) * side, level)
        parts.append(paint(move(cube, at), shade(rng, name), gloss=0.4))
        level += side
    if rng.random() < 0.5:
        roof = extruded([(-side / 2, 0), (side / 2, 0), (0, side * 0.6)], side, bevel=0.001)
        parts.append(paint(move(roof, (0, 0, level)), shade(rng, colors[3]), gloss=0.4))
    return Model(parts=tuple(parts), color='')


_BLOCKS: tuple[Design, ...] = (
    _block_studded,
    _block_studded,
    _block_arch,
    _block_roof,
    _block_pillar,
    _block_planks,
    _block_tower,
)


def block_paint(rng: np.random.Generator) -> tuple[str, np.ndarray]:
    """Name and colour: plain wood or a vivid paint."""
    if rng.random() < 0.35:
        return 'brown', WOOD * rng.uniform(0.8, 1.1)
    name = pick(rng, VIVID)
    return name, np.array(shade(rng, name))


def _gate(inner: np.ndarray, outer: np.ndarray, thick: float) -> Part:
    """Solid between two curves (n, 2) of a side view, both from right to left."""
    count = len(inner)
    rows = np.empty((count, 4, 3))
    rows[:, [0, 3], ::2], rows[:, [1, 2], ::2] = inner[:, None], outer[:, None]
    rows[:, :2, 1], rows[:, 2:, 1] = -thick / 2, thick / 2
    i, j = np.meshgrid(np.arange(count - 1), np.arange(4), indexing='ij')
    a, b = 4 * i + j, 4 * i + (j + 1) % 4
    quads = np.stack((a, b, b + 4, a, b + 4, a + 4), -1)
    return Part(vertices=rows.reshape(-1, 3), faces=quads.reshape(-1, 3).astype(np.int32))
