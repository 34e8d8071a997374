"""The cases in which an answer is farthest from the truth, as pictures."""

from __future__ import annotations

from collections.abc import Sequence
import hashlib
import math

from visa_ros.errors import VisaError
from visa_ros.eval.jobs import Plan
from visa_ros.eval.packed import unpack
from visa_ros.eval.predict import Predictor, read_rgb
from visa_ros.eval.report_html import Strip
from visa_ros.eval.results import Result
from visa_ros.video.sampling import spread_positions

CASES = 20
_FRAMES = 5


def worst_of(results: Sequence[Result], count: int = CASES) -> list[Result]:
    """Return the lowest scores; of equal ones some from here and there, always the same."""
    known = [r for r in results if r.values and not r.error and not math.isnan(r.both)]

    def order(result: Result) -> tuple[float, str]:
        return result.both, hashlib.sha256('\n'.join(result.key).encode()).hexdigest()

    return sorted(known, key=order)[:count]


def strips_of(plan: Plan, predictor: Predictor, results: Sequence[Result]) -> list[Strip]:
    """Answer some questions once more, to show them; those that cannot be are left out."""
    strips = []
    if results:
        predictor.prepare()
    for result in results:
        try:
            strips.append(_strip(plan, predictor, result))
        except VisaError:
            continue
    return strips


def _strip(plan: Plan, predictor: Predictor, result: Result) -> Strip:
    question = plan.question(result.key)
    shown = spread_positions(len(question.pictures), _FRAMES)
    frames = [read_rgb(question.pictures[k]) for k in shown]
    hw = frames[0].shape[0], frames[0].shape[1]
    masks = list(predictor.masks(question, hw))
    name = f'{result.video}, {result.expression_id}'
    return Strip(
        title=f'{100 * result.both:.1f} — {name}: “{result.text}”',
        frames=frames,
        truth=[plan.truth(result.key, k) for k in shown],
        predicted=[unpack(masks[k], hw) for k in shown],
    )
