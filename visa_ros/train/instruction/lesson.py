"""What one sample shows, asks and answers, before it is turned into numbers. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar('T')
Rgb = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How lessons are made; see DataConfig."""

    expressions: int = 3
    negatives: float = 0.05
    text_only: float = 0.1


@dataclass(frozen=True, kw_only=True)
class Talk:
    """
    One conversation: the rounds of one row of tokens.

    turns  (question, answer); questions hold a place for every picture of the lesson
    """

    turns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """
    Conversations about the same pictures.

    source      where it comes from, for messages
    references  uint8 (H, W, 3) each; what the language model sees before the target
    target      uint8 (H, W, 3) to be segmented, seen last; None: there is nothing to segment
    masks       bool (n, H, W) of the target, one per [SEG] of the answers
    """

    source: str
    references: tuple[Rgb, ...]
    target: Rgb | None
    talks: tuple[Talk, ...]
    masks: NDArray[np.bool_]


def no_masks() -> NDArray[np.bool_]:
    """Masks of a lesson without any."""
    return np.zeros((0, 1, 1), np.bool_)


def some_of(items: Sequence[T], count: int, rng: np.random.Generator) -> list[T]:
    """Draw up to `count` different items, in random order."""
    chosen = rng.permutation(len(items))[:count]
    return [items[int(k)] for k in chosen]


def one_of(items: Sequence[T], rng: np.random.Generator) -> T:
    """Draw one item."""
    return items[int(rng.integers(len(items)))]
