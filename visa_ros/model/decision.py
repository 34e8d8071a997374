"""When an answer is "there is no such object", and when it is "which one?"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
import math
from typing import Any

import numpy as np

from visa_ros.errors import ConfigError, DataError
from visa_ros.model.published.strict import from_mapping
from visa_ros.structs import Status


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """
    What one answer goes by, each from 0 to 1. Without any mask, the last five are 0.

    refusal      probability that the model refuses; 1 if its words do
    asking_back  probability that it asks which one is meant; 1 if its words do
    presence     probability of `[SEG]` where the model says it; the surest object. visa-nano: how
                 well the best place of the picture fits, before a word of the answer is said
    quality      IoU that the mask decoder predicts; the best object
    certainty    mean of |2 p - 1| over the pixels of a mask, p their probability; the best object.
                 visa-nano: over those with p above 1/2; 0 where an unsure answer has none
    area         share of the image that all masks cover
    split        share of that area which is not in its largest connected part
    """

    refusal: float = 0.0
    asking_back: float = 0.0
    presence: float = 0.0
    quality: float = 0.0
    certainty: float = 0.0
    area: float = 0.0
    split: float = 0.0


EVIDENCE = tuple(f.name for f in fields(Evidence))
_LEAST = 1e-4  # evidence below it, or as near to 1, counts as this: log-odds of up to 9.2


@dataclass(frozen=True, kw_only=True)
class Weights:
    """
    What each piece of evidence counts in a score; any finite number.

    odds  count the log-odds of the evidence instead: 0.999 is then far from 0.99, as it should be
          for probabilities
    """

    refusal: float = 0.0
    asking_back: float = 0.0
    presence: float = 0.0
    quality: float = 0.0
    certainty: float = 0.0
    area: float = 0.0
    split: float = 0.0
    odds: bool = False

    def score(self, evidence: Evidence) -> float:
        """Weighted sum of the evidence."""
        values = _values([evidence], EVIDENCE, odds=self.odds)[0]
        return float(values @ [getattr(self, name) for name in EVIDENCE])


@dataclass(frozen=True, kw_only=True)
class DecisionConfig:
    """
    Weights of the evidence, and the sums from which a decision is taken.

    absent           score of absence
    absent_above     from more than this on there is no such object
    ambiguous        score of ambiguity
    ambiguous_above  from more than this on several objects fit a question that asks for one
    min_mask_px      masks of fewer px of the mask decoder's output are no objects
    chosen_on        the data that weights and thresholds were chosen on; '': not calibrated
    """

    absent: Weights = Weights(refusal=1.0)
    absent_above: float = 0.5
    ambiguous: Weights = Weights(asking_back=1.0)
    ambiguous_above: float = 0.5
    min_mask_px: int = 1
    chosen_on: str = ''

    def __post_init__(self) -> None:
        numbers = (*astuple(self.absent), *astuple(self.ambiguous))
        if not all(map(math.isfinite, (*numbers, self.absent_above, self.ambiguous_above))):
            raise ConfigError(f'decision: want finite numbers, got {self}')
        if self.min_mask_px < 1:
            raise ConfigError(f'decision.min_mask_px: want 1 or more, got {self.min_mask_px}')

    def is_absent(self, evidence: Evidence) -> bool:
        """Whether there is no such object."""
        return self.absent.score(evidence) > self.absent_above

    def is_ambiguous(self, evidence: Evidence) -> bool:
        """Whether several objects fit a question that asks for one."""
        return self.ambiguous.score(evidence) > self.ambiguous_above

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, words and mappings."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> DecisionConfig:
        """Inverse of to_json; an unknown name or a value of another type is a ConfigError."""
        return from_mapping(cls, raw, 'decision')


def calibrate(
    evidence: Sequence[Evidence],
    truths: Sequence[Status],
    *,
    chosen_on: str,
    absent_from: Sequence[str] = ('refusal', 'presence', 'quality', 'certainty', 'area'),
    ambiguous_from: Sequence[str] = ('asking_back', 'split'),
    max_false_refusals: float = 0.1,
    max_false_doubts: float = 0.1,
    min_mask_px: int = 1,
    second_look: Sequence[Evidence] = (),
    odds: bool = False,
) -> DecisionConfig:
    """
    Choose weights (logistic regression) and thresholds by questions with known answers.

    truths              FOUND, ABSENT or AMBIGUOUS of each question
    chosen_on           what these questions are, to be kept with the numbers
    absent_from         the evidence that absence may go by
    ambiguous_from      the evidence that ambiguity may go by; one name alone keeps its own scale
    max_false_refusals  share of the questions that have an answer which may be refused
    max_false_doubts    share of those with one answer which may be asked back
    second_look         evidence of a second look for each question; refused is what both refuse
    odds                whether absence goes by log-odds, see Weights

    Refuses, and asks back, as often as the shares allow where that gets more right. Without any
    ambiguous question, that part stays uncalibrated. DataError if none, or all, are absent.
    """
    _check_questions(evidence, second_look, truths, chosen_on)
    absent = np.array([truth == Status.ABSENT for truth in truths], np.bool_)
    weights, above = _fit(
        evidence, absent, absent_from, max_false_refusals, second_look, odds=odds
    )
    chosen: dict[str, Any] = {'absent': weights, 'absent_above': above}
    shown = [e for e, missing in zip(evidence, absent, strict=True) if not missing]
    ambiguous = np.array([t == Status.AMBIGUOUS for t in truths], np.bool_)[~absent]
    if ambiguous.any():
        weights, above = _fit(shown, ambiguous, ambiguous_from, max_false_doubts)
        chosen |= {'ambiguous': weights, 'ambiguous_above': above}
    return DecisionConfig(**chosen, min_mask_px=min_mask_px, chosen_on=chosen_on)


def _check_questions(
    evidence: Sequence[Evidence],
    second_look: Sequence[Evidence],
    truths: Sequence[Status],
    chosen_on: str,
) -> None:
    if not chosen_on:
        raise ConfigError('chosen_on: say what the questions were, so that others can judge')
    if len(evidence) != len(truths) or len(second_look) not in (0, len(truths)):
        seen = f'{len(evidence)} pieces of evidence, {len(second_look)} of a second look'
        raise DataError(f'{seen}, for {len(truths)} truths')


def choose_threshold(scores: np.ndarray, positive: np.ndarray, *, max_false: float) -> float:
    """
    Choose the score above which to say yes.

    scores     float (N,)
    positive   bool (N,), at least one of each kind
    max_false  share of the negatives that may lie above

    As many positives as possible lie above, and of the negatives no more than that takes.
    """
    no = np.sort(scores[~positive])[::-1]
    allowed = int(max_false * len(no))
    floor = no[allowed] if allowed < len(no) else -np.inf
    caught = scores[positive & (scores > floor)]
    if not len(caught):
        return float(scores.max())
    below = scores[scores < caught.min()]
    return float((caught.min() + below.max()) / 2 if len(below) else caught.min() - 1.0)


def _fit(
    evidence: Sequence[Evidence],
    positive: np.ndarray,
    names: Sequence[str],
    max_false: float,
    second_look: Sequence[Evidence] = (),
    *,
    odds: bool = False,
) -> tuple[Weights, float]:
    """Return weights, the largest of size 1, and the threshold on their sum."""
    if set(names) - set(EVIDENCE) or not names:
        raise ConfigError(f'evidence {list(names)}: choose from {list(EVIDENCE)}')
    if positive.all() or not positive.any():
        raise DataError('calibration needs questions of both kinds, with and without the object')
    values = _values(evidence, names, odds=odds)
    weights = _logistic(values, positive)
    weights /= np.abs(weights).max() or 1.0
    scores = values @ weights
    if second_look:
        scores = np.minimum(scores, _values(second_look, names, odds=odds) @ weights)
    above = choose_threshold(scores, positive, max_false=max_false)
    return Weights(**dict(zip(names, weights.tolist(), strict=True)), odds=odds), above


def _values(evidence: Sequence[Evidence], names: Sequence[str], *, odds: bool) -> np.ndarray:
    """Evidence by name, float (N, F); as log-odds if asked for."""
    values = np.array([[getattr(e, name) for name in names] for e in evidence], np.float64)
    if not np.isfinite(values).all():
        raise DataError('decision: some evidence is not a finite number')
    if not odds:
        return values
    values = values.clip(_LEAST, 1 - _LEAST)
    return np.asarray(np.log(values / (1 - values)))


def _logistic(values: np.ndarray, positive: np.ndarray, *, decay: float = 1.0) -> np.ndarray:
    """Weights of a ridge logistic regression of (N, F) values, by Newton's method."""
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    design = np.hstack((scaled, np.ones((len(values), 1))))
    ridge = np.diag([decay] * values.shape[1] + [1e-6])
    weights = np.zeros(design.shape[1])
    for _ in range(25):
        likely = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (likely - positive) + ridge @ weights
        curve = (design * (likely * (1 - likely))[:, None]).T @ design + ridge
        weights -= np.linalg.solve(curve, slope)
    return weights[:-1] / np.where(spread > 0, spread, 1.0)
