"""Scores of single expressions, and their means by type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visa_ros.eval.boundary import f_measure
from visa_ros.eval.overlap import jaccard, WhenEmpty


@dataclass(frozen=True, kw_only=True)
class Score:
    """
    J and F of a mask sequence, means over its frames, 0 to 1.

    NaN where every frame was skipped.
    """

    region: float
    contour: float

    @property
    def both(self) -> float:
        """J&F: their mean."""
        return (self.region + self.contour) / 2


ZERO = Score(region=0.0, contour=0.0)


def score_sequence(
    predictions: Sequence[NDArray[np.bool_]],
    truths: Sequence[NDArray[np.bool_]],
    *,
    when_empty: WhenEmpty,
) -> Score:
    """
    Compare two mask sequences of the same length, frame by frame.

    predictions, truths  bool (H, W) each
    """
    pairs = list(zip(predictions, truths, strict=True))
    return Score(
        region=_mean(jaccard(p, t, when_empty=when_empty) for p, t in pairs),
        contour=_mean(f_measure(p, t, when_empty=when_empty) for p, t in pairs),
    )


def summary(scores: Sequence[Score]) -> dict[str, Any]:
    """Return the means as {'JF', 'J', 'F', 'count'}; None instead of a mean over nothing."""
    region, contour = _mean(s.region for s in scores), _mean(s.contour for s in scores)
    return {
        'JF': _or_none((region + contour) / 2),
        'J': _or_none(region),
        'F': _or_none(contour),
        'count': len(scores),
    }


def share(flags: Sequence[bool]) -> float | None:
    """Return how many of the flags are set, 0 to 1; None if there are none."""
    return sum(flags) / len(flags) if flags else None


def _mean(values: Iterable[float]) -> float:
    """Mean of the numbers among the values; NaN if there are none."""
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else float('nan')


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
