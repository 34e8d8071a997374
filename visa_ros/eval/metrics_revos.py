"""How the scores of single expressions become ReVOS's figures, and those of the other sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.samples import NO_SUCH_OBJECT, REASONING, REFERRING
from visa_ros.errors import DataError
from visa_ros.eval.metrics import FrameRule, score_track
from visa_ros.eval.metrics_robustness import (
    abstention,
    accuracy_legacy,
    robustness,
    robustness_legacy,
)

MEASURES = ('J', 'F', 'JF', 'A_legacy', 'R_legacy', 'R')
_DECIMALS = 2

Figures = dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class ExpressionScore:
    """
    The score of one expression, each measure the mean over its frames, 0 to 1.

    type_id   0 referring, 1 reasoning, 2 no such object
    region    J
    contour   F
    accuracy_legacy, robustness_legacy, robustness  see visa_ros.eval.metrics_robustness
    refused   no frame of the prediction has a mask
    """

    type_id: int
    region: float
    contour: float
    accuracy_legacy: float
    robustness_legacy: float
    robustness: float
    refused: bool = False

    def measures(self) -> Mapping[str, float]:
        """Return the measures by the names that reports use."""
        values = (
            self.region,
            self.contour,
            (self.region + self.contour) / 2,
            self.accuracy_legacy,
            self.robustness_legacy,
            self.robustness,
        )
        return dict(zip(MEASURES, values, strict=True))


def score_expression(
    type_id: int,
    predictions: Sequence[NDArray[np.bool_]],
    totals: Sequence[NDArray[np.uint8]],
    foregrounds: Sequence[NDArray[np.bool_]],
) -> ExpressionScore:
    """
    Score the prediction of one expression; all frames count.

    predictions  bool  (H, W) per frame
    totals       uint8 (H, W) per frame: how many of the true objects cover each pixel
    foregrounds  bool  (H, W) per frame: the union of all objects the video is asked about

    DataError if there are not equally many, or shapes or dtypes differ.
    """
    truths = [total > 0 for total in totals]
    track = score_track(predictions, truths, rule=FrameRule.VISA)
    if len(foregrounds) != len(totals):
        raise DataError(f'{len(foregrounds)} foregrounds for {len(totals)} frames')
    rows = list(zip(predictions, truths, totals, foregrounds, strict=True))
    return ExpressionScore(
        type_id=type_id,
        region=track.region.mean,
        contour=track.contour.mean,
        accuracy_legacy=float(np.mean([accuracy_legacy(p, n) for p, _, n, _ in rows])),
        robustness_legacy=float(np.mean([robustness_legacy(p, n, f) for p, _, n, f in rows])),
        robustness=float(np.mean([robustness(p, t, f) for p, t, _, f in rows])),
        refused=not any(p.any() for p in predictions),
    )


def failed(type_id: int) -> ExpressionScore:
    """Return the score of an expression without a prediction: 0 on everything."""
    return ExpressionScore(
        type_id=type_id,
        region=0.0,
        contour=0.0,
        accuracy_legacy=0.0,
        robustness_legacy=0.0,
        robustness=0.0,
    )


def revos_report(scores: Sequence[ExpressionScore]) -> dict[str, Any]:
    """
    Sum up the expressions of a split of ReVOS, in percent.

    referring, reasoning  means over the expressions of the type
    overall               mean of these two, whatever their sizes; absent things do not count
    rounded               the same three as VISA's release has them: every expression rounded to
                          two decimals before the mean
    absent                the expressions about things that are not there: J, F, ... and
                          R_absent (their R), how many were refused (recall), how many of all
                          refusals were right (precision), how many others were refused wrongly
    count                 expressions of each type

    None stands for a mean over nothing. DataError for an unknown type.
    """
    if unknown := {s.type_id for s in scores} - {REFERRING, REASONING, NO_SUCH_OBJECT}:
        raise DataError(f'type_id {sorted(unknown)}: want 0, 1 or 2')
    by_type = {
        'referring': [s for s in scores if s.type_id == REFERRING],
        'reasoning': [s for s in scores if s.type_id == REASONING],
    }
    return {
        **_types(by_type, rounded=False),
        'rounded': _types(by_type, rounded=True),
        'absent': _absent(scores),
        'count': {name: len(rows) for name, rows in by_type.items()},
    }


def _types(
    by_type: Mapping[str, Sequence[ExpressionScore]], *, rounded: bool
) -> dict[str, Figures]:
    figures = {name: mean_percent(rows, rounded=rounded) for name, rows in by_type.items()}
    return {
        **figures,
        'overall': {m: _mean(*(figures[name][m] for name in by_type)) for m in MEASURES},
    }


def mean_percent(scores: Sequence[ExpressionScore], *, rounded: bool = False) -> Figures:
    """
    Return the mean of each measure over expressions, in percent; None for a mean over nothing.

    rounded  round every expression to two decimals first

    This alone is what VISA's release reports for MeViS and Ref-DAVIS17.
    """
    rows = [_percent(score.measures(), rounded=rounded) for score in scores]
    return {m: float(np.mean([row[m] for row in rows])) if rows else None for m in MEASURES}


def _percent(measures: Mapping[str, float], *, rounded: bool) -> dict[str, float]:
    percent = {name: 100.0 * float(value) for name, value in measures.items()}
    return {k: round(v, _DECIMALS) for k, v in percent.items()} if rounded else percent


def _mean(*values: float | None) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None


def _absent(scores: Sequence[ExpressionScore]) -> dict[str, Any]:
    rows = [s for s in scores if s.type_id == NO_SUCH_OBJECT]
    figures = mean_percent(rows)
    told = abstention([s.type_id == NO_SUCH_OBJECT for s in scores], [s.refused for s in scores])
    shares = {
        'precision': told.precision,
        'recall': told.recall,
        'false_refusals': told.false_refusals,
    }
    return {
        **figures,
        'R_absent': figures['R'],
        **{name: None if share is None else 100.0 * share for name, share in shares.items()},
        'count': len(rows),
    }
