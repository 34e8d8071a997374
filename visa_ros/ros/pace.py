"""When the frames of a steady stream are due."""

from __future__ import annotations

import logging

_log = logging.getLogger(__name__)

_JUDGE_AFTER_S = 3.0
_TOLERATED = 0.2


class Pace:
    """
    Counts frames at a rate; those that are overdue are left out, the newest is not.

    Times are seconds of one clock that only runs forward; the first frame is due at start_s.
    """

    def __init__(self, rate_hz: float, start_s: float) -> None:
        self._rate_hz = rate_hz
        self._start_s = start_s
        self._made = 0
        self._told = False
        self.index = -1

    def next(self, now_s: float) -> float:
        """Go to the next frame that is worth making; return the s to wait for it."""
        self._made += 1
        due = int((now_s - self._start_s) * self._rate_hz)
        self.index = max(self.index + 1, due)
        left_out = self.index + 1 - self._made
        late_s = now_s - self._start_s
        if late_s > _JUDGE_AFTER_S and left_out > _TOLERATED * self.index and not self._told:
            self._told = True
            _log.warning(
                'rendering does not keep up with rate_hz %.1f: %.1f frames come per second, '
                'the others are left out; lower rate_hz, width or height',
                self._rate_hz,
                self._made / late_s,
            )
        return max(0.0, self._start_s + self.index / self._rate_hz - now_s)
