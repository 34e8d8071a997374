"""The sliding window over a camera's stream."""

from __future__ import annotations

from collections import deque

from visa_ros.structs import Frame
from visa_ros.video.sampling import select_window

JUMP_NS = 500_000_000


class FrameBuffer:
    """
    The last few frames of one camera, oldest first, bounded in seconds, frames and bytes.

    Kept frames are at least min_gap_s apart, except that the newest frame is always there: it
    gives way to the next one unless it is far enough from the frame before it.

    Time is the stamp of the frames, never the wall clock, so live cameras, bags and tests
    behave alike. A stamp more than half a second behind the newest means that the bag looped
    or simulated time was reset: the window starts anew. So it does when the size of the image
    changes. A stamp that is a little behind, or equal, belongs to a late or repeated frame,
    which is ignored.

    Not thread-safe: one thread pushes and reads.
    """

    def __init__(
        self, *, span_s: float, max_frames: int, min_gap_s: float = 0.0, max_bytes: int = 1 << 29
    ) -> None:
        self._span_ns = round(span_s * 1e9)
        self._min_gap_ns = round(min_gap_s * 1e9)
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._frames: deque[Frame] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        """Frames held now."""
        return len(self._frames)

    @property
    def newest(self) -> Frame | None:
        """The last frame pushed."""
        return self._frames[-1] if self._frames else None

    def push(self, frame: Frame) -> bool:
        """Take the frame as the newest; False if it is late or a repetition."""
        if self._frames:
            gap_ns = frame.stamp_ns - self._frames[-1].stamp_ns
            if gap_ns < -JUMP_NS or frame.hw != self._frames[-1].hw:
                self.reset()
            elif gap_ns <= 0:
                return False
        if len(self._frames) > 1 and self._last_gap_ns() < self._min_gap_ns:
            self._bytes -= _bytes_of(self._frames.pop())
        self._frames.append(frame)
        self._bytes += _bytes_of(frame)
        self._trim()
        return True

    def snapshot(
        self, *, start_ns: int | None = None, end_ns: int | None = None, window_s: float = 0.0
    ) -> tuple[Frame, ...]:
        """
        Return the window, or a part of it, as it is now; later pushes do not change it.

        start_ns, end_ns  first and last stamp; None: open
        window_s          s back from the newest frame; 0: all
        """
        frames = tuple(self._frames)
        return frames[select_window(frames, start_ns=start_ns, end_ns=end_ns, window_s=window_s)]

    def reset(self) -> None:
        """Forget everything."""
        self._frames.clear()
        self._bytes = 0

    def _last_gap_ns(self) -> int:
        return self._frames[-1].stamp_ns - self._frames[-2].stamp_ns

    def _trim(self) -> None:
        oldest_ns = self._frames[-1].stamp_ns - self._span_ns
        while len(self._frames) > 1 and (
            len(self._frames) > self._max_frames
            or self._bytes > self._max_bytes
            or self._frames[0].stamp_ns < oldest_ns
        ):
            self._bytes -= _bytes_of(self._frames.popleft())


def _bytes_of(frame: Frame) -> int:
    return frame.rgb.nbytes + (0 if frame.depth_m is None else frame.depth_m.nbytes)
