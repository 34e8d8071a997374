"""Procedural pictures for table tops and floors: uint8 (SIZE, SIZE, 3), seamless."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SIZE = 256


def table_top(rng: np.random.Generator) -> np.ndarray:
    """Draw a surface: wood, stone, cloth, checks, stripes or a plain colour."""
    kinds: tuple[tuple[float, Callable[[np.random.Generator], np.ndarray]], ...] = (
        (0.34, _wood),
        (0.18, _stone),
        (0.16, _cloth),
        (0.1, _checks),
        (0.08, _planks),
        (0.14, _plain),
    )
    kind = rng.choice(len(kinds), p=[share for share, _ in kinds])
    return _to_uint8(kinds[kind][1](rng))


def floor(rng: np.random.Generator) -> np.ndarray:
    """Draw a floor: planks, tiles, carpet or plain."""
    kinds = (_planks, _checks, _stone, _plain)
    return _to_uint8(0.85 * kinds[int(rng.integers(len(kinds)))](rng))


def _to_uint8(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))


def _noise(rng: np.random.Generator, rows: int, columns: int | None = None) -> np.ndarray:
    """Smooth periodic noise (SIZE, SIZE) in 0..1 from a grid of random values."""
    columns = columns or rows
    grid = rng.random((rows, columns))
    for axis, count in ((0, rows), (1, columns)):
        at = np.arange(SIZE) * count / SIZE
        low = at.astype(int)
        t = at - low
        t = t * t * (3 - 2 * t)
        t = t[:, None] if axis == 0 else t[None]
        grid = np.take(grid, low, axis) * (1 - t) + np.take(grid, (low + 1) % count, axis) * t
    return grid


def _cloud(rng: np.random.Generator, coarse: int = 4) -> np.ndarray:
    """Noise over four octaves, (SIZE, SIZE) in 0..1."""
    layers = [(0.5**i, _noise(rng, coarse * 2**i)) for i in range(1, 5)]
    total = sum((w * layer for w, layer in layers), start=np.zeros((SIZE, SIZE)))
    return np.asarray(total / sum(w for w, _ in layers))


def _mix(amount: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return amount[..., None] * first + (1 - amount[..., None]) * second


def _muted(rng: np.random.Generator) -> np.ndarray:
    """Draw a colour of low saturation, as furniture has."""
    gray = rng.uniform(0.15, 0.85)
    return np.clip(gray + rng.normal(0, 0.1, 3), 0.05, 0.95)


def _dyed(rng: np.random.Generator) -> np.ndarray:
    """Draw a colour of any saturation, seldom a strong one."""
    rgb = rng.uniform(0.05, 0.95, 3)
    return rgb.mean() + (rgb - rgb.mean()) * rng.uniform(0, 1) ** 1.5


def _timber(rng: np.random.Generator) -> np.ndarray:
    light = rng.uniform(0.3, 0.85)
    return light * np.array([1.0, rng.uniform(0.68, 0.85), rng.uniform(0.42, 0.68)])


def _wood(rng: np.random.Generator) -> np.ndarray:
    warp = _noise(rng, 2, 3) * rng.uniform(1, 4) + 0.25 * _noise(rng, 3, 24)
    across = np.arange(SIZE)[:, None] / SIZE * int(rng.integers(4, 12))
    rings = 0.5 + 0.5 * np.cos(2 * np.pi * (across + warp))
    grain = _noise(rng, 128, 6)
    tone = _timber(rng)
    return _mix(0.65 * rings + 0.35 * grain, tone, tone * rng.uniform(0.6, 0.85))


def _stone(rng: np.random.Generator) -> np.ndarray:
    veins = 1 - np.abs(2 * _cloud(rng, int(rng.integers(2, 5))) - 1) ** rng.uniform(0.3, 0.8)
    base, vein = _muted(rng), _muted(rng)
    speckle = rng.normal(0, rng.uniform(0, 0.05), (SIZE, SIZE, 1))
    return _mix(veins, vein, base) + speckle


def _cloth(rng: np.random.Generator) -> np.ndarray:
    i, j = np.mgrid[:SIZE, :SIZE]
    threads = 0.5 + 0.25 * (np.sin(i * np.pi / 2) + np.sin(j * np.pi / 2))
    base = _dyed(rng)
    picture = base * (0.82 + 0.18 * threads[..., None]) + 0.06 * (_cloud(rng)[..., None] - 0.5)
    if rng.random() < 0.5:
        count, width = int(rng.integers(3, 9)), rng.uniform(0.12, 0.5)
        band = (np.arange(SIZE) * count / SIZE) % 1 < width
        both = rng.random() < 0.5
        cover = 0.5 * band[:, None] + 0.5 * band[None] if both else 1.0 * band[:, None]
        cover = np.broadcast_to(cover, (SIZE, SIZE)) * rng.uniform(0.5, 1)
        picture = _mix(cover, _dyed(rng), picture)
    return picture


def _checks(rng: np.random.Generator) -> np.ndarray:
    count = int(rng.choice([2, 4, 8]))
    i, j = np.mgrid[:SIZE, :SIZE] * count // SIZE
    first = _muted(rng)
    second = np.clip(first + rng.choice([-1, 1]) * rng.uniform(0.1, 0.35), 0.05, 0.95)
    picture = _mix(((i + j) % 2).astype(float), first, second)
    return picture + 0.08 * (_cloud(rng)[..., None] - 0.5)


def _planks(rng: np.random.Generator) -> np.ndarray:
    count = int(rng.choice([4, 6, 8]))
    at = np.arange(SIZE) * count / SIZE
    tones = rng.uniform(0.8, 1.1, count)[at.astype(int)]
    gap = 1 - 0.55 * ((at % 1) < 0.04)
    return _wood(rng) * (tones * gap)[:, None, None]


def _plain(rng: np.random.Generator) -> np.ndarray:
    strength = rng.uniform(0.02, 0.12)
    return _dyed(rng) + strength * (_cloud(rng)[..., None] - 0.5)
