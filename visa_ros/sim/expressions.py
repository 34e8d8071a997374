"""Questions about a simulated scene, each with the answer that follows from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from visa_ros.errors import ConfigError
from visa_ros.sim.absences import by_absence
from visa_ros.sim.asking import Asker, Expression
from visa_ros.sim.comparisons import by_place, by_size
from visa_ros.sim.happenings import by_event
from visa_ros.sim.questions import (
    by_attribute,
    by_category,
    by_function,
    by_group,
    by_knowledge,
    by_motion,
)
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.sights import Look, look_at
from visa_ros.sim.wording import MoreWords

__all__ = ['ABSENT', 'MIX', 'TYPES', 'Expression', 'make_expressions', 'make_one']

Builder = Callable[[Asker], Expression | None]

ABSENT = 'absent'
BUILDERS: Mapping[str, Builder] = MappingProxyType(
    {
        'category': by_category,
        'attribute': by_attribute,
        'size': by_size,
        'spatial': by_place,
        'function': by_function,
        'knowledge': by_knowledge,
        'motion': by_motion,
        'event': by_event,
        'multi': by_group,
        ABSENT: by_absence,
    }
)
TYPES = tuple(BUILDERS)

# How often each type is asked where the scene allows it.
MIX: Mapping[str, float] = MappingProxyType(
    {
        'category': 0.16,
        'attribute': 0.10,
        'size': 0.05,
        'spatial': 0.14,
        'function': 0.16,
        'knowledge': 0.07,
        'motion': 0.07,
        'event': 0.05,
        'multi': 0.06,
        ABSENT: 0.14,
    }
)
_TRIES = 4


def make_expressions(
    record: SceneRecord,
    frame_index: int,
    rng: np.random.Generator,
    *,
    count: int,
    types: Sequence[str] | None = None,
    held_out: bool = False,
    more: MoreWords | None = None,
    mix: Mapping[str, float] | None = None,
    lost: bool = False,
) -> list[Expression]:
    """
    Ask `count` different questions about a frame; what came before it in the clip is the past.

    types     only these, in equal shares; None: all of them as in MIX
    held_out  use only words and phrasings that are kept from training
    more      further words, for training
    mix       shares of the types in the place of MIX; without `types`
    lost      ask too for what was visible before and is not any more
    returns   fewer than `count` where the scene does not allow as many
    raises    ConfigError for an unknown type, DataError for a frame that is not there

    The same generator state gives the same questions.
    """
    shares = _shares(types) if mix is None else dict(mix)
    look = look_at(record, frame_index)
    asker = Asker(look=look, rng=rng, held_out=held_out, lost=lost, more=more)
    made: dict[str, Expression] = {}
    for _ in range(count):
        expression = _ask_new(asker, shares, made)
        if expression is not None:
            made[expression.text.lower()] = expression
    return list(made.values())


def make_one(
    look: Look, kind: str, rng: np.random.Generator, *, held_out: bool, lost: bool
) -> Expression | None:
    """
    Ask one question of a type about a look; None if the draw came to nothing.

    lost  ask too for what was visible before and is not any more
    """
    return BUILDERS[kind](Asker(look=look, rng=rng, held_out=held_out, lost=lost))


def _shares(types: Sequence[str] | None) -> dict[str, float]:
    if types is None:
        return dict(MIX)
    unknown = sorted(set(types) - set(TYPES))
    if unknown or not types:
        raise ConfigError(f'expression types {unknown}: choose from {list(TYPES)}')
    return dict.fromkeys(types, 1.0)


def _ask_new(
    asker: Asker, shares: Mapping[str, float], made: Mapping[str, Expression]
) -> Expression | None:
    """Draw a type until one of them yields a question that was not asked yet."""
    left = dict(shares)
    while left:
        weights = np.asarray(list(left.values()))
        kind = list(left)[int(asker.rng.choice(len(left), p=weights / weights.sum()))]
        for _ in range(_TRIES):
            expression = BUILDERS[kind](asker)
            if expression is not None and expression.text.lower() not in made:
                return expression
        del left[kind]
        # A type that the scene does not allow is replaced by another one with an answer, so that
        # poor scenes do not fill up with questions about nothing.
        if len(left) > 1:
            left.pop(ABSENT, None)
    return None
