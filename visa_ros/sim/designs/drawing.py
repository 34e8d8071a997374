"""One of many designs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from visa_ros.sim.shapes import Model

Design = Callable[[np.random.Generator], Model]


def one_of(rng: np.random.Generator, designs: Sequence[Design]) -> Model:
    """Draw a model of one of the designs."""
    return designs[int(rng.integers(len(designs)))](rng)


def either(first: Design, more: Sequence[Design]) -> Design:
    """Return what draws a model of the first, or as often of one of the others."""

    def drawn(rng: np.random.Generator) -> Model:
        return first(rng) if rng.random() < 0.5 else one_of(rng, more)

    return drawn
