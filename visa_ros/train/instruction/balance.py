"""
The reference's `balance_sample`: a fixed list of choices in the place of random draws. No torch.

A linear congruential generator with 256 states runs through all of them, so that the list repeats
after 256 entries, and the shares of the choices are right within each stretch of 256.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

_PERIOD = 256
_FACTOR, _SUMMAND = 1103515245, 12345


class BalancedList:
    """An endless list of numbers 0 .. len(weights) - 1, each as often as its weight tells."""

    def __init__(self, weights: Sequence[float]) -> None:
        total = sum(weights)
        edges = list(accumulate(weight / total for weight in weights))
        state, self._cycle = 0, []
        for _ in range(_PERIOD):
            state = (_FACTOR * state + _SUMMAND) % _PERIOD
            # Sums of shares may end a little below 1.
            choice = min(bisect_right(edges, state / _PERIOD), len(weights) - 1)
            self._cycle.append(choice)

    def __getitem__(self, k: int) -> int:
        """Return entry k, counted from 0."""
        return self._cycle[k % _PERIOD]

    def count(self, choice: int, start: int, stop: int) -> int:
        """Count how often a choice stands in entries start .. stop - 1."""
        return self._below(choice, stop) - self._below(choice, start)

    def _below(self, choice: int, stop: int) -> int:
        periods, rest = divmod(stop, _PERIOD)
        return periods * self._cycle.count(choice) + self._cycle[:rest].count(choice)


class BalancedDraws:
    """
    Which group each sample comes from, and how many frames it has if it is a video.

    Sample `k` of a lane takes entry k + 1 of the list: the reference counts up before it reads.
    Frame counts have a list of their own per group, read from its beginning.
    """

    def __init__(self, weights: Sequence[float], frames: Sequence[int]) -> None:
        """
        Make the lists.

        weights  of the groups
        frames   fewest and most frames
        """
        self._groups = BalancedList(weights)
        self._fewest = frames[0]
        self._frames = BalancedList([1.0] * (frames[1] - frames[0] + 1))

    def draw(self, k: int) -> tuple[int, int]:
        """Return group and number of frames of sample k of a lane."""
        group = self._groups[k + 1]
        earlier = self._groups.count(group, 1, k + 1)
        return group, self._fewest + self._frames[earlier]
