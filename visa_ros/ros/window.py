"""The sliding window, shared between the thread that receives frames and the one that asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import logging
import threading
import time

from visa_ros.errors import StaleInputError
from visa_ros.structs import Frame
from visa_ros.video.buffer import FrameBuffer, JUMP_NS

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class Moment:
    """
    Frames as they were at some moment.

    frames  oldest first
    epoch   grows when time jumps back: what was learned in another epoch is void
    """

    frames: Sequence[Frame]
    epoch: int


class SharedWindow:
    """A FrameBuffer for several threads that also knows when its newest frame arrived."""

    def __init__(self, buffer: FrameBuffer) -> None:
        self._lock = threading.Lock()
        self._buffer = buffer
        self._epoch = 0
        self._arrived_s: float | None = None

    def push(self, frame: Frame) -> Moment | None:
        """Take the newest frame; return all frames, or None if it is late or repeated."""
        with self._lock:
            newest = self._buffer.newest
            if newest is not None and frame.stamp_ns < newest.stamp_ns - JUMP_NS:
                self._epoch += 1
                _log.warning(
                    'time jumped back by %.1f s: the window starts anew, '
                    'objects are no longer tracked',
                    (newest.stamp_ns - frame.stamp_ns) / 1e9,
                )
            if not self._buffer.push(frame):
                return None
            self._arrived_s = time.monotonic()
            return self._now()

    def now(self) -> Moment:
        """Return all frames; there may be none."""
        with self._lock:
            return self._now()

    def recent(self, within_s: float, trouble: str = '') -> Moment:
        """
        Return all frames.

        within_s  age of the newest by the clock of arrival, in s, beyond which the window is
                  stale
        trouble   why images arrive and cannot be used, for the message

        StaleInputError if there are none or the window is stale.
        """
        with self._lock:
            moment = self._now()
            arrived_s = self._arrived_s
        why = f'images cannot be used: {trouble}' if trouble else 'check that the camera runs'
        if arrived_s is None:
            raise StaleInputError(f'there is no image yet: {why}')
        age_s = time.monotonic() - arrived_s
        if age_s > within_s:
            raise StaleInputError(f'the newest image came {age_s:.1f} s ago: {why}')
        return moment

    def _now(self) -> Moment:
        return Moment(frames=self._buffer.snapshot(), epoch=self._epoch)
