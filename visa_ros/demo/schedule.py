"""When which question is asked: a pure function of what will happen in the scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visa_ros.sim.record import Event, EventKind

MOTION = 'motion'
TYPES = ('category', 'spatial', 'function', MOTION, 'absent')

# An event is over when its thing has come to rest; only then is it asked about.
SETTLED_S = 0.6


@dataclass(frozen=True, kw_only=True)
class Slot:
    """
    A question to come.

    type  of the question, as in visa_ros.sim.expressions.TYPES
    at_s  not before this time of the scene
    """

    type: str
    at_s: float


def plan(
    events: Sequence[Event],
    *,
    types: Sequence[str] = TYPES,
    first_s: float = 4.5,
    slot_s: float = 7.0,
) -> tuple[Slot, ...]:
    """
    Lay out the questions in order of time.

    What has moved is asked as soon as the first thing that stays in sight has come to rest, so
    that its motion is in the window. The others come before it as far as there is time, and
    never while something moves.

    first_s  the first of the others, when the window has filled
    slot_s   for each question, its answer and some tracking
    """
    others = [kind for kind in types if kind != MOTION]
    asked_s = _motion_at(events) if MOTION in types else None
    slots: list[Slot] = []
    now_s = first_s
    while others or asked_s is not None:
        at_s = _after_events(now_s, events)
        if asked_s is not None and (not others or at_s + slot_s > asked_s):
            slots.append(Slot(type=MOTION, at_s=asked_s))
            now_s, asked_s = max(asked_s + slot_s, first_s), None
        else:
            slots.append(Slot(type=others.pop(0), at_s=at_s))
            now_s = at_s + slot_s
    return tuple(slots)


def _motion_at(events: Sequence[Event]) -> float:
    """When to ask what has moved; at once if nothing will."""
    ends = [e.end_s for e in events if e.kind is not EventKind.TAKEN_AWAY]
    return (min(ends) if ends else 0.0) + SETTLED_S


def _after_events(at_s: float, events: Sequence[Event]) -> float:
    for event in sorted(events, key=lambda e: e.start_s):
        if event.start_s <= at_s < event.end_s + SETTLED_S:
            at_s = event.end_s + SETTLED_S
    return at_s
