"""
Ask a model about simulated clips and compare its masks with the truth.

A question is judged on the last frame of its clip, as a robot would ask it; masks count on all
frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from visa_ros.data.tabletop import Clip, Tabletop
from visa_ros.errors import VisaError
from visa_ros.eval.overlap import WhenEmpty
from visa_ros.eval.predict import Answerer
from visa_ros.eval.scores import Score, score_sequence, share, summary, ZERO
from visa_ros.sim.expressions import ABSENT, Expression, make_expressions
from visa_ros.structs import Answer, Query, Status


@dataclass(frozen=True, kw_only=True)
class Questions:
    """
    What is asked about each clip; the same clip always gets the same questions.

    types      as in visa_ros.sim.expressions; None: all, in their usual shares
    per_clip   at most
    held_out   in words that are kept from training
    """

    types: tuple[str, ...] | None = None
    per_clip: int = 8
    held_out: bool = False

    def about(self, clip: Clip) -> list[Expression]:
        """Make the questions about the last frame of a clip."""
        rng = np.random.default_rng((clip.record.seed, self.per_clip, self.held_out))
        return make_expressions(
            clip.record,
            len(clip) - 1,
            rng,
            count=self.per_clip,
            types=self.types,
            held_out=self.held_out,
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    How one question was answered.

    status     of the answer; None if there was an error
    score      against the truth; 0 if there was an error
    refused    no mask was given
    baselines  name -> score of an answer that does not read the question
    """

    clip: str
    expression: Expression
    status: Status | None
    score: Score
    refused: bool
    error: str
    baselines: Mapping[str, Score]


def evaluate_rvos(
    clips: Tabletop,
    answerer: Answerer,
    *,
    questions: Questions,
    baselines: bool = False,
    depth: bool = True,
    progress: bool = True,
) -> dict[str, Any]:
    """
    Ask all questions about all clips; return the report, scores from 0 to 1.

    baselines  score 'largest' and 'all' too: true masks, but of the wrong choice of objects
    depth      give the answerer depth, too
    progress   show a bar

    An answer that ends in an error of ours scores 0 and is listed under 'errors'.
    """
    plan = [questions.about(clips.clip(i)) for i in range(len(clips))]
    outcomes: list[Outcome] = []
    with tqdm(
        total=sum(map(len, plan)), desc='asking', unit='question', disable=not progress
    ) as bar:
        for i, expressions in enumerate(plan):
            if not expressions:
                continue
            material = _Material(clips.clip(i), depth=depth)
            for expression in expressions:
                outcomes.append(_judge(material, expression, answerer, baselines))
                bar.update()
    return {'scenes': len(clips), **rvos_report(outcomes)}


class _Material:
    """The images of one clip, read once for all of its questions."""

    def __init__(self, clip: Clip, *, depth: bool) -> None:
        self.name = clip.name
        self.frames = clip.frames(depth=depth)
        self.instances = [clip.instances(k) for k in range(len(clip))]

    def masks_of(self, targets: Sequence[int]) -> list[np.ndarray]:
        """Return bool (H, W) per frame: the union of the objects."""
        return [np.isin(image, targets) for image in self.instances]

    def masks_in(self, answer: Answer) -> list[np.ndarray]:
        """Return bool (H, W) per frame: the union of all objects of an answer."""
        given = {frame.stamp_ns: list(frame.masks.values()) for frame in answer.sequence}
        nothing = np.zeros_like(self.instances[0], np.bool_)
        return [
            np.logical_or.reduce([nothing, *given.get(frame.stamp_ns, [])])
            for frame in self.frames
        ]

    def baselines(self) -> dict[str, list[np.ndarray]]:
        """Return the masks of the largest object on the last frame, and those of all objects."""
        counts = np.bincount(self.instances[-1].ravel(), minlength=2)
        return {
            'largest': self.masks_of([int(counts[1:].argmax()) + 1]),
            'all': [image > 0 for image in self.instances],
        }


def _judge(
    material: _Material, expression: Expression, answerer: Answerer, baselines: bool
) -> Outcome:
    truth = material.masks_of(expression.targets)

    def score(masks: list[np.ndarray]) -> Score:
        return score_sequence(masks, truth, when_empty=WhenEmpty.PERFECT)

    status, error, masks = None, '', None
    try:
        query = Query(instruction=expression.text, keep_tracking=False)
        answer = answerer.ask(query, material.frames)
        status, masks = answer.status, material.masks_in(answer)
    except VisaError as problem:
        error = f'{type(problem).__name__}: {problem}'
    return Outcome(
        clip=material.name,
        expression=expression,
        status=status,
        score=ZERO if masks is None else score(masks),
        refused=masks is not None and not any(mask.any() for mask in masks),
        error=error,
        baselines={k: score(m) for k, m in material.baselines().items()} if baselines else {},
    )


def rvos_report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """
    Sum up the outcomes.

    JF, J, F, overall  over the questions that have an answer in the scene
    types              the same for each type of them
    absent             over those that have none: how many were refused; beside it, how many of the
                       others were refused wrongly
    ambiguous          over those that ask for one where several fit: how many were called so
    """
    present = [o for o in outcomes if o.expression.type != ABSENT]
    absent = [o for o in outcomes if o.expression.type == ABSENT]
    ambiguous = [o for o in present if o.expression.ambiguous]
    overall = summary([o.score for o in present])
    return {
        **{key: overall[key] for key in ('JF', 'J', 'F')},
        'count': len(outcomes),
        'overall': overall,
        'types': _by_type(present),
        'absent': {
            'count': len(absent),
            'refused': share([o.refused for o in absent]),
            'false_refusals': share([o.refused for o in present]),
        },
        'ambiguous': {
            'count': len(ambiguous),
            'recognised': share([o.status == Status.AMBIGUOUS for o in ambiguous]),
        },
        'baselines': _baselines(present),
        'errors': [{'clip': o.clip, 'text': o.expression.text, 'error': o.error}
                   for o in outcomes if o.error],
        'expressions': [_row(o) for o in outcomes],
    }  # fmt: skip


def _by_type(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    types = sorted({o.expression.type for o in outcomes})
    return {t: summary([o.score for o in outcomes if o.expression.type == t]) for t in types}


def _baselines(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    names = sorted({name for o in outcomes for name in o.baselines})
    return {name: summary([o.baselines[name] for o in outcomes]) for name in names}


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        'clip': outcome.clip,
        'text': outcome.expression.text,
        'type': outcome.expression.type,
        'targets': list(outcome.expression.targets),
        'status': None if outcome.status is None else outcome.status.name,
        'J': outcome.score.region,
        'F': outcome.score.contour,
        'JF': outcome.score.both,
    }
