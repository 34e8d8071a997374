"""Colours and finish of procedural objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.knowledge import COLORS
from visa_ros.sim.shapes import Part

METAL = (0.66, 0.67, 0.69)


def pick(rng: np.random.Generator, names: Sequence[str]) -> str:
    """One of the names."""
    return names[int(rng.integers(len(names)))]


def shade(rng: np.random.Generator, name: str) -> tuple[float, float, float]:
    """Draw one of the many rgb values a person would call by this name."""
    rgb = np.asarray(COLORS[name]) * rng.uniform(0.85, 1.1) + rng.normal(0, 0.015, 3)
    red, green, blue = np.clip(rgb, 0.02, 0.97)
    return float(red), float(green), float(blue)


def paint(
    part: Part, rgb: Sequence[float] | np.ndarray, *, gloss: float = 0.3, alpha: float = 1.0
) -> Part:
    """Give the part its material."""
    red, green, blue = (float(c) for c in rgb)
    return replace(part, rgba=(red, green, blue, alpha), gloss=gloss)


def middles(part: Part, axis: int) -> np.ndarray:
    """Middle of each face along an axis, (F,); alike for both halves of a quad."""
    along = part.vertices[part.faces][..., axis]
    return (along.min(1) + along.max(1)) / 2


def banded(
    rng: np.random.Generator, part: Part, name: str, *, chance: float, gloss: float
) -> tuple[Part, ...]:
    """Paint a turned part, sometimes with a stripe of another colour around it."""
    painted = paint(part, shade(rng, name), gloss=gloss)
    if rng.random() >= chance:
        return (painted,)
    z = middles(part, 2)
    low, high = part.vertices[:, 2].min(), part.vertices[:, 2].max()
    middle = low + (high - low) * rng.uniform(0.3, 0.7)
    inside = np.abs(z - middle) < (high - low) * rng.uniform(0.08, 0.16)
    other = pick(rng, [c for c in ('white', 'black', 'blue', 'red', 'yellow') if c != name])
    return (
        replace(painted, faces=painted.faces[~inside]),
        *(
            [paint(replace(part, faces=part.faces[inside]), shade(rng, other), gloss=gloss)]
            if inside.any()
            else []
        ),
    )
