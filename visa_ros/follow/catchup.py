"""Which of the frames that came while a tracker was busy it still looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visa_ros.config import CatchUpConfig
from visa_ros.structs import Frame

_SMOOTHING = 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class Backlog:
    """
    Frames that came while the tracker was busy.

    frames  oldest first; those that were tracked already may be among them
    step_s  s that one step of the tracker takes, as measured; 0: it does not matter
    """

    frames: Sequence[Frame] = ()
    step_s: float = 0.0


def catch_up_frames(
    backlog: Backlog, *, since_ns: int, until_ns: int, limits: CatchUpConfig
) -> list[Frame]:
    """
    Choose the frames to look at on the way from one frame to a newer one, oldest first.

    They lie strictly between the two, evenly spread over the frames that are there. Looking at
    them takes at most half of the time that they bridge, so that a tracker that is behind is
    less than half as far behind afterwards: however slow it is, it reaches the camera and stays
    there. None are chosen where the two frames are near each other.

    since_ns, until_ns  stamps of the last frame that was tracked and of the newest one
    """
    between = [f for f in backlog.frames if since_ns < f.stamp_ns < until_ns]
    behind_s = (until_ns - since_ns) / 1e9
    if behind_s <= limits.after_s:
        return []
    count = min(len(between), limits.frames)
    if backlog.step_s > 0:
        affordable_s = min(limits.within_s, behind_s / 2)
        count = min(count, int(affordable_s / backlog.step_s))
    return [between[i] for i in _spread(count, len(between))]


def _spread(count: int, total: int) -> list[int]:
    """So many of the positions 0 .. total - 1, with even gaps also at both ends."""
    return [(k + 1) * (total + 1) // (count + 1) - 1 for k in range(count)]


class StepCost:
    """How long a step takes: a mean that follows slow changes. Used by one thread."""

    def __init__(self) -> None:
        self._step_s = 0.0

    @property
    def step_s(self) -> float:
        """Seconds per step; 0 before anything was measured."""
        return self._step_s

    def add(self, steps: int, seconds: float) -> None:
        """Note that so many steps took so long together; nothing is learned from 0 steps."""
        if steps < 1:
            return
        new_s = seconds / steps
        weight = _SMOOTHING if self._step_s else 1.0
        self._step_s += weight * (new_s - self._step_s)
