"""Which frames of a window are looked at. Pure functions on positions and stamps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.errors import ConfigError
from visa_ros.structs import Frame


def select_window(
    frames: Sequence[Frame],
    *,
    start_ns: int | None = None,
    end_ns: int | None = None,
    window_s: float = 0.0,
) -> slice:
    """
    Find the part of the frames that a query means; the slice may be empty.

    frames            oldest first
    start_ns, end_ns  first and last stamp, both included; None: open
    window_s          s back from the newest frame; 0: all
    """
    stamps = np.array([frame.stamp_ns for frame in frames], np.int64)
    if window_s > 0 and len(stamps):
        start_ns = int(stamps[-1]) - round(window_s * 1e9)
    first = 0 if start_ns is None else int(np.searchsorted(stamps, start_ns, 'left'))
    stop = len(stamps) if end_ns is None else int(np.searchsorted(stamps, end_ns, 'right'))
    return slice(first, max(first, stop))


def choose_target(count: int, how: str) -> int:
    """
    Choose the frame whose masks are predicted.

    count  frames in the window, at least 1
    how    'latest', 'middle' or 'first'; ConfigError for anything else
    """
    positions = {'latest': count - 1, 'middle': count // 2, 'first': 0}
    if how not in positions:
        raise ConfigError(f'target {how!r}: choose from {list(positions)}')
    return positions[how]


def choose_references(n: int, target: int) -> tuple[int, ...]:
    """
    Choose the earlier frames that are seen next to the target, oldest first.

    They and the target are spread evenly from the oldest frame on; the oldest is among them.
    Where there are no more than n earlier frames, all of them are chosen.

    n       references wanted
    target  position of the target
    """
    if target <= n:
        return tuple(range(target))
    even = np.rint(np.linspace(0, target, n + 1)).astype(int)
    return tuple(int(index) for index in even[:-1])
