"""Properties of the states of an object that is followed."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest

from visa_ros.config import PresenceConfig
from visa_ros.follow.confidence import (
    advance,
    appeared,
    box_of,
    Evidence,
    evidence_of,
    lost_s,
    presence_after,
)
from visa_ros.structs import Propagated, TrackState

MASK = np.zeros((6, 8), bool)
MASK[2:4, 3:7] = True
EMPTY = np.zeros_like(MASK)
RULES = PresenceConfig(occluded_after_s=0.5, lost_after_s=2.0, visible_after_s=0.3)
VISIBLE, OCCLUDED, LOST = TrackState.VISIBLE, TrackState.OCCLUDED, TrackState.LOST
SEEN, DOUBTFUL, MISSING = Evidence.SEEN, Evidence.DOUBTFUL, Evidence.MISSING
MS = 10**6

stories = st.lists(st.tuples(st.integers(0, 900), st.sampled_from(list(Evidence))), max_size=40)


def run(story, rules=RULES, start_ns=0):
    """Presence after each (ms since the last frame, evidence), the start first."""
    known, stamp_ns = appeared(start_ns, MASK), start_ns
    passed = [(stamp_ns, known)]
    for gap_ms, evidence in story:
        stamp_ns += gap_ms * MS
        known = advance(known, stamp_ns=stamp_ns, evidence=evidence, mask=MASK, rules=rules)
        passed.append((stamp_ns, known))
    return passed


def states(story, **options):
    return [known.state for _, known in run(story, **options)]


def test_the_way_out_and_back():
    away = [(100, MISSING)] * 22
    assert states(away) == [VISIBLE] * 6 + [OCCLUDED] * 15 + [LOST] * 2
    back = [*away, *[(100, SEEN)] * 5]
    assert states(back)[-5:] == [LOST] * 3 + [VISIBLE] * 2


def test_a_camera_that_stands_still_loses_nothing():
    assert states([(60_000, MISSING)])[-1] == VISIBLE
    assert states([(60_000, MISSING), (400, MISSING)])[-1] == VISIBLE


@given(stories)
def test_no_step_is_left_out_and_no_time_cut_short(story):
    passed = run(story)
    for (_, before), (stamp_ns, after) in pairwise(passed):
        assert (before.state, after.state) != (VISIBLE, LOST)
        assert (before.state, after.state) != (LOST, OCCLUDED)
        if after.state != VISIBLE:
            least_s = RULES.lost_after_s if after.state == LOST else RULES.occluded_after_s
            assert after.missing_ns is not None
            assert stamp_ns - after.missing_ns >= least_s * 1e9 or before.state == after.state
        assert after.seen_ns <= stamp_ns


@given(stories)
def test_the_zero_of_time_does_not_matter(story):
    assert states(story) == states(story, start_ns=10**18)


@given(stories)
def test_doubt_changes_nothing(story):
    before = run(story)[-1][1].state
    assert states([*story, (10_000, DOUBTFUL)])[-1] == before


@given(stories)
def test_what_is_seen_for_long_is_visible_and_what_is_not_is_lost(story):
    assert states([*story, (0, SEEN), (400, SEEN)])[-1] == VISIBLE
    assert states([*story, *[(0, MISSING), (2500, MISSING)] * 2])[-1] == LOST


@given(st.lists(st.integers(1, 400), max_size=30))
def test_flicker_does_not_count(gaps_ms):
    story = [pair for ms in gaps_ms for pair in ((ms, MISSING), (ms, SEEN))]
    assert set(states(story)) == {VISIBLE}


@given(stories, st.integers(0, 10**10))
def test_time_that_jumps_back_leaves_no_stamp_in_the_future(story, back_ns):
    stamp_ns, known = run(story)[-1]
    now_ns = stamp_ns - back_ns
    after = advance(known, stamp_ns=now_ns, evidence=MISSING, mask=EMPTY, rules=RULES)
    assert after.seen_ns <= now_ns
    assert after.missing_ns <= now_ns
    assert lost_s(after, now_ns, RULES) >= 0


def test_with_times_of_zero_the_states_follow_at_once():
    rules = PresenceConfig(occluded_after_s=0.0, lost_after_s=0.0, visible_after_s=0.0)
    story = [(100, MISSING), (100, MISSING), (100, SEEN)]
    assert states(story, rules=rules) == [VISIBLE, OCCLUDED, LOST, VISIBLE]


@pytest.mark.parametrize(
    ('mask', 'score', 'evidence'),
    [
        (MASK, 0.9, SEEN),
        (MASK, 0.6, SEEN),
        (MASK, 0.55, DOUBTFUL),
        (MASK, 0.49, MISSING),
        (EMPTY, 0.9, MISSING),
    ],
    ids=str,
)
def test_a_mask_and_its_score_are_evidence(mask, score, evidence):
    assert evidence_of(Propagated(mask=mask, score=score), PresenceConfig()) is evidence


def test_the_last_place_is_kept():
    (_, known) = run([(100, SEEN), (100, MISSING)])[-1]
    assert (known.seen_ns, known.box_px) == (100 * MS, (3, 2, 4, 2))
    assert box_of(EMPTY) is None


def test_being_lost_is_timed():
    (now_ns, known) = run([(100, MISSING)] * 42)[-1]
    assert lost_s(known, now_ns, RULES) == pytest.approx(2.1)
    assert lost_s(replace(known, state=OCCLUDED), now_ns, RULES) == 0.0


def test_a_pass_starts_with_what_is_certain():
    unsure = Propagated(mask=MASK, score=0.1)
    nothing = Propagated(mask=EMPTY, score=0.0)
    assert presence_after([(0, unsure)], RULES).state == VISIBLE
    gone = presence_after([(k * 200 * MS, nothing if k else unsure) for k in range(6)], RULES)
    assert (gone.state, gone.seen_ns) == (OCCLUDED, 0)
