"""The fixed list in the place of random draws."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from visa_ros.train.instruction.balance import BalancedDraws, BalancedList

weights = st.lists(st.integers(1, 20), min_size=1, max_size=6)


@given(weights)
@settings(max_examples=30, deadline=None)
def test_each_stretch_of_a_period_holds_the_shares(weights):
    found = Counter(BalancedList(weights)[k] for k in range(100, 356))
    for choice, weight in enumerate(weights):
        assert found[choice] == pytest.approx(256 * weight / sum(weights), abs=1.01)


@given(weights, st.integers(0, 600), st.integers(0, 600))
@settings(max_examples=30, deadline=None)
def test_counting_is_counting(weights, start, length):
    entries = BalancedList(weights)
    for choice in range(len(weights)):
        found = sum(entries[k] == choice for k in range(start, start + length))
        assert entries.count(choice, start, start + length) == found


def test_frame_counts_stay_in_their_range():
    draws = [BalancedDraws([2, 1], (8, 12)).draw(k)[1] for k in range(300)]
    assert set(draws) == {8, 9, 10, 11, 12}
