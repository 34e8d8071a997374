"""Which frames are looked at on the way back to the camera."""

import fakes
from hypothesis import given
from hypothesis import strategies as st
import pytest

from visa_ros.config import CatchUpConfig
from visa_ros.follow.catchup import Backlog, catch_up_frames, StepCost

MS = 10**6


def frames_at(stamps_ms):
    return [fakes.frame_with([], stamp_ns=ms * MS, hw=(2, 2), depth=False) for ms in stamps_ms]


def chosen(stamps_ms, since_ms, until_ms, *, step_s=0.0, **limits):
    found = catch_up_frames(
        Backlog(frames=frames_at(stamps_ms), step_s=step_s),
        since_ns=since_ms * MS,
        until_ns=until_ms * MS,
        limits=CatchUpConfig(**limits),
    )
    return [frame.stamp_ns // MS for frame in found]


def test_all_of_a_few_and_an_even_part_of_many():
    assert chosen(range(0, 1001, 200), 0, 1000) == [200, 400, 600, 800]
    assert chosen(range(0, 2001, 100), 0, 2000, frames=3) == [500, 1000, 1500]
    assert chosen(range(0, 2001, 100), 0, 2000, frames=0) == []


def test_what_was_tracked_and_the_newest_are_left_to_others():
    assert chosen([0, 400, 500, 900, 1000], 400, 1000) == [500, 900]
    assert chosen([0, 500], 500, 400) == []


def test_a_short_gap_is_no_reason_to_look_back():
    assert chosen([0, 100, 200, 300], 0, 300) == []
    assert chosen([0, 100, 200, 300], 0, 300, after_s=0.2) == [100, 200]


def test_a_slow_tracker_skips_more():
    stamps = range(0, 4001, 200)
    assert len(chosen(stamps, 0, 4000, step_s=0.1, within_s=0.5)) == 5
    assert len(chosen(stamps, 0, 4000, step_s=0.4, within_s=0.5)) == 1
    assert chosen(stamps, 0, 4000, step_s=0.6, within_s=0.5) == []
    assert len(chosen(stamps, 3000, 4000, step_s=0.2, within_s=5.0)) == 2


@given(
    st.lists(st.integers(0, 5000), unique=True, max_size=40).map(sorted),
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.floats(0.01, 1.0),
    st.integers(0, 12),
)
def test_what_is_chosen_is_between_in_order_and_affordable(stamps, since, until, step_s, count):
    found = chosen(stamps, since, until, step_s=step_s, frames=count)
    assert found == sorted(set(found) & set(stamps))
    assert all(since < ms < until for ms in found)
    assert len(found) <= count
    assert not found or len(found) * step_s <= (until - since) / 2000 + 1e-9


@given(st.floats(0.01, 1.5), st.floats(0.5, 60.0), st.integers(20, 300))
def test_however_slow_it_is_a_tracker_reaches_the_camera_and_stays(step_s, behind_s, gap_ms):
    """One round after the other: look at some, then at the newest; the camera goes on."""
    now_s = tracked_s = 100.0
    now_s += behind_s
    for _ in range(20):
        newest_ms = int(now_s * 1000) // gap_ms * gap_ms
        window = range(newest_ms - 40 * gap_ms, newest_ms + 1, gap_ms)
        between = chosen(window, int(tracked_s * 1000), newest_ms, step_s=step_s)
        now_s += (len(between) + 1) * step_s
        tracked_s = newest_ms / 1000
    assert now_s - tracked_s <= 2 * step_s + 2 * gap_ms / 1000 + 0.3


def test_the_cost_of_a_step_is_a_mean_that_follows():
    cost = StepCost()
    cost.add(0, 5.0)
    assert cost.step_s == 0.0
    cost.add(2, 0.4)
    assert cost.step_s == pytest.approx(0.2)
    for _ in range(40):
        cost.add(1, 0.1)
    assert cost.step_s == pytest.approx(0.1, abs=1e-3)
