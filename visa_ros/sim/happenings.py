"""Questions about what happened: what fell, came first, was put down, hidden or taken away."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from visa_ros.sim.asking import Asker, Expression
from visa_ros.sim.phrases_events import EVENTS
from visa_ros.sim.record import Event, EventKind
from visa_ros.sim.sights import Look, Sight
from visa_ros.sim.wording import pick

# What ends with something being put down.
PLACED = frozenset((EventKind.CARRIED, EventKind.HIDDEN))


def by_event(asker: Asker) -> Expression | None:
    """'what was put down last?', 'the object that now hides another one', 'what is missing?'."""
    answers = answers_of(asker.look)
    seen = {s.info.instance_id: s for s in asker.look.seen}
    known = {s.info.instance_id: s for s in asker.look.lost} | seen
    options = [
        (name, [known[i] for i in sorted(ids)])
        for name, ids in answers.items()
        if ids and ids <= set(known if asker.lost else seen)
    ]
    if not options:
        return None
    return ask_what_happened(asker, *pick(asker.rng, options))


def ask_what_happened(asker: Asker, name: str, targets: list[Sight]) -> Expression:
    """Make the question; `name` is a key of EVENTS."""
    phrase = asker.say(EVENTS[name])
    one = phrase.startswith(('the ', 'which object '))
    return asker.ask('event', phrase, targets, one=one, needs_past=True, sense=name)


def answers_of(look: Look) -> dict[str, frozenset[int]]:
    """
    Return key of EVENTS -> instance ids for all that can be told of the past without doubt.

    Nothing while something still goes on, or when something moved that no event is about.
    """
    if not look.past or not look.outcome_is_clear:
        return {}
    kinds = {e.kind for e in look.past}
    answers = {
        'fell': _victims(look, EventKind.DROPPED),
        'stayed': frozenset(s.info.instance_id for s in look.seen) - set(look.movers),
        **_in_order(look.past),
    }
    # What is out of view may have been taken away or be hidden: one of them is asked for.
    if EventKind.TAKEN_AWAY not in kinds:
        answers |= _hiding(look)
    if EventKind.HIDDEN not in kinds:
        answers['taken_away'] = _victims(look, EventKind.TAKEN_AWAY)
    if all(s.info.instance_id in look.at_first | look.arrived for s in look.seen):
        answers['arrived'] = look.arrived
    return answers


def _victims(look: Look, kind: EventKind) -> frozenset[int]:
    return frozenset(look.happened.get(kind, ()))


def _mover(event: Event) -> int:
    return event.other_id or event.instance_id


def _in_order(past: tuple[Event, ...]) -> dict[str, frozenset[int]]:
    """Tell what came first, last, and what was put down."""
    answers = {}
    apart = all(a.end_s <= b.start_s for a, b in pairwise(past))
    if apart and len(set(map(_mover, past))) == len(past) > 1:
        answers['first'] = frozenset((_mover(past[0]),))
        answers['last'] = frozenset((_mover(past[-1]),))
    placed = _placed(past)
    # What falls was put down too, in a way.
    if placed and EventKind.DROPPED not in {e.kind for e in past}:
        name = 'put_down' if len(placed) == 1 else 'put_down_last'
        answers[name] = frozenset(placed[-1:])
    return answers


def _placed(past: Iterable[Event]) -> list[int]:
    return [_mover(e) for e in past if e.kind in PLACED]


def _hiding(look: Look) -> dict[str, frozenset[int]]:
    """Tell what is hidden and what hides it, if that came off."""
    hidden = _victims(look, EventKind.HIDDEN)
    lost = {s.info.instance_id for s in look.lost}
    if not hidden or hidden != lost:
        return {}
    hiders = frozenset(e.other_id for e in look.past if e.kind is EventKind.HIDDEN)
    return {'hidden': hidden, 'hider': hiders}
