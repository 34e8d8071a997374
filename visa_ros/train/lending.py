"""
Questions about one picture asked about another one too.

Where kinds alone decide, a question has an answer in every scene, often that there is no such
object; and what a sentence means is computed once for a whole batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim.asking import Expression
from visa_ros.sim.expressions import ABSENT
from visa_ros.sim.sights import Look

_ABSENT_SHARE = 0.35  # at most, of what is borrowed


def borrowed(
    look: Look,
    own: Sequence[Expression],
    others: Sequence[Expression],
    rng: np.random.Generator,
    *,
    count: int,
) -> list[Expression]:
    """
    Choose up to `count` questions of `others` and answer them for a look at another scene.

    own  what is asked about it already
    """
    asked = {e.text.lower() for e in own}
    chosen: list[Expression] = []
    absent = 0
    for k in rng.permutation(len(others)):
        answered = _answered(look, others[k])
        if answered is None or answered.text.lower() in asked:
            continue
        if answered.type == ABSENT:
            if absent >= _ABSENT_SHARE * count:
                continue
            absent += 1
        asked.add(answered.text.lower())
        chosen.append(answered)
        if len(chosen) == count:
            break
    return chosen


def _answered(look: Look, expression: Expression) -> Expression | None:
    """Answer a question for a look; None where kinds do not decide, or people would argue."""
    kinds = expression.kinds
    if kinds is None or not kinds.decide:
        return None
    present = {o.category for o in look.present}
    seen = {s.category for s in look.seen}
    if present & kinds.unsure or (present - seen) & kinds.sought:
        return None
    targets = look.ordered([s for s in look.seen if s.category in kinds.sought])
    if targets:
        kind = 'category' if expression.type == ABSENT else expression.type
        return replace(expression, targets=targets, type=kind)
    return replace(expression, targets=(), type=ABSENT)
