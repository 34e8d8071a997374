"""Drawn clips for synthetic data sets: coloured shapes that move over a textured ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLORS = {
    'red': (205, 40, 45),
    'green': (50, 165, 70),
    'blue': (45, 80, 205),
    'yellow': (225, 205, 60),
    'white': (240, 240, 240),
}
SHAPES = ('square', 'disc')


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnClip:
    """
    A clip and all that is true about it.

    pictures  uint8 (T, H, W, 3)  RGB
    masks     bool (N, T, H, W)   they do not overlap
    names     of the objects, such as 'red square'
    corners   float (N, T, 4, 2)  x and y of each object's bounding box, px, not cut off
    """

    pictures: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    names: tuple[str, ...]
    corners: NDArray[np.float64]

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width in px."""
        return self.pictures.shape[1], self.pictures.shape[2]

    @property
    def numbers(self) -> NDArray[np.uint8]:
        """Number of the object in each pixel, uint8 (T, H, W): 1 is the first, 0 the ground."""
        order = np.arange(1, len(self.masks) + 1, dtype=np.uint8)
        numbers: NDArray[np.uint8] = (self.masks * order[:, None, None, None]).max(axis=0)
        return numbers


def draw_clip(
    rng: np.random.Generator, *, frames: int, hw: tuple[int, int] = (48, 64), objects: int = 2
) -> DrawnClip:
    """
    Draw a clip; the objects move right below each other, and the last one leaves the picture.

    objects  1 to 5, each of another colour
    """
    height, width = hw
    colors = [str(c) for c in rng.permutation(sorted(COLORS))[:objects]]
    kinds = [SHAPES[int(k)] for k in rng.integers(0, len(SHAPES), objects)]
    lane = height / objects
    radius = rng.uniform(0.3, 0.4, objects) * min(lane, 0.5 * height)
    start = np.stack(
        [rng.uniform(0.2, 0.4, objects) * width, (np.arange(objects) + 0.5) * lane], axis=1
    )
    speed = np.zeros((objects, 2))
    speed[:, 0] = rng.uniform(0.3, 0.5, objects) * width / max(frames - 1, 1)
    speed[-1] *= 4.0
    time = np.arange(frames)
    centers = start[:, None] + speed[:, None] * time[None, :, None]  # (N, T, 2)
    masks = np.stack([_inside(kind, centers[i], radius[i], hw) for i, kind in enumerate(kinds)])
    return DrawnClip(
        pictures=_paint(rng, masks, [COLORS[c] for c in colors]),
        masks=masks,
        names=tuple(f'{c} {k}' for c, k in zip(colors, kinds, strict=True)),
        corners=_boxes(centers, radius),
    )


def _inside(
    kind: str, centers: NDArray[np.float64], radius: float, hw: tuple[int, int]
) -> NDArray[np.bool_]:
    """Return the pixels of one shape, bool (T, H, W)."""
    y, x = np.mgrid[: hw[0], : hw[1]] + 0.5
    dx, dy = x[None] - centers[:, 0, None, None], y[None] - centers[:, 1, None, None]
    inside: NDArray[np.bool_] = (
        np.maximum(abs(dx), abs(dy)) < radius if kind == 'square' else np.hypot(dx, dy) < radius
    )
    return inside


def _boxes(centers: NDArray[np.float64], radius: NDArray[np.float64]) -> NDArray[np.float64]:
    around = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float64)
    boxes: NDArray[np.float64] = centers[:, :, None] + radius[:, None, None, None] * around
    return boxes


def _paint(
    rng: np.random.Generator, masks: NDArray[np.bool_], colors: list[tuple[int, int, int]]
) -> NDArray[np.uint8]:
    frames, height, width = masks.shape[1:]
    coarse = Image.fromarray(rng.integers(60, 140, (4, 5, 3)).astype(np.uint8))
    ground = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))
    pictures = np.repeat(ground[None], frames, axis=0)
    for mask, color in zip(masks, colors, strict=True):
        pictures[mask] = color
    return pictures
