from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
import pytest

from visa_ros.demo.schedule import MOTION, plan, SETTLED_S, TYPES
from visa_ros.sim.record import Event, EventKind

FIRST_S, SLOT_S = 4.5, 7.0


@st.composite
def events(draw):
    """Things that happen one after the other."""
    made, now_s = [], 0.0
    for _ in range(draw(st.integers(0, 3))):
        start_s = now_s + draw(st.floats(0.1, 12.0))
        now_s = start_s + draw(st.floats(0.6, 1.7))
        kind = draw(st.sampled_from(list(EventKind)))
        made.append(Event(kind=kind, instance_id=1, start_s=start_s, end_s=now_s))
    return made


def seen(happening):
    return [e for e in happening if e.kind is not EventKind.TAKEN_AWAY]


@given(events())
def test_every_type_is_asked_once_with_time_for_each(happening):
    slots = plan(happening, first_s=FIRST_S, slot_s=SLOT_S)
    assert sorted(slot.type for slot in slots) == sorted(TYPES)
    for slot, following in pairwise(slots):
        assert following.at_s - slot.at_s >= SLOT_S - 1e-9


@given(events())
def test_what_moved_is_asked_while_its_motion_is_in_the_window(happening):
    (motion,) = [s for s in plan(happening, first_s=FIRST_S, slot_s=SLOT_S) if s.type == MOTION]
    if seen(happening):
        first = seen(happening)[0]
        assert motion.at_s == pytest.approx(first.end_s + SETTLED_S)


@given(events())
def test_the_others_wait_for_a_full_window_and_for_things_to_rest(happening):
    for slot in plan(happening, first_s=FIRST_S, slot_s=SLOT_S):
        if slot.type != MOTION:
            assert slot.at_s >= FIRST_S
            assert not any(e.start_s <= slot.at_s < e.end_s for e in happening)


def test_a_late_event_leaves_time_for_others_before_it():
    pushed = Event(kind=EventKind.PUSHED, instance_id=1, start_s=18.0, end_s=19.0)
    types = [slot.type for slot in plan([pushed], first_s=FIRST_S, slot_s=SLOT_S)]
    assert types.index(MOTION) == 2


def test_only_the_wanted_types_are_asked():
    slots = plan([], types=['absent'], first_s=FIRST_S, slot_s=SLOT_S)
    assert [slot.type for slot in slots] == ['absent']
