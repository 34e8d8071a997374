"""Which frames of a window are looked at. Pure functions on positions and stamps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
import hashlib

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


def uniform_target(count: int, seed: int, question: str) -> int:
    """
    Draw a position, each as likely as the others over all questions and seeds.

    The same seed and question give the same place in any window of that length, also where case
    or spaces differ, so that a repeated question is repeatable.

    count  frames in the window, at least 1
    """
    spoken = ' '.join(question.casefold().split())
    digest = hashlib.sha256(f'{seed}\n{spoken}'.encode(errors='replace')).digest()
    return int.from_bytes(digest[:8], 'big') * count >> 64


def target_at(count: int, share: float) -> int:
    """
    Return the frame at a share of the window: min(floor(count * share), count - 1).

    count  frames in the window, at least 1
    share  0 (the first frame) to 1 (the last); ConfigError for anything else
    """
    if not 0 <= share <= 1:
        raise ConfigError(f'a place in the video is a share from 0 to 1, got {share}')
    return min(int(count * share), count - 1)


def spread_positions(count: int, n: int) -> tuple[int, ...]:
    """
    Return the middles of n equal parts of the window; all positions if there are no more than n.

    Sorted and distinct.
    """
    if n >= count:
        return tuple(range(count))
    return tuple((2 * k + 1) * count // (2 * n) for k in range(n))


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


def later_references(n: int, count: int) -> tuple[int, ...]:
    """
    Choose the frames that are seen next to the oldest of `count` frames, newest first.

    n  references wanted
    """
    return tuple(count - 1 - index for index in choose_references(n, count - 1))


def strided_references(count: int, target: int, max_pictures: int = 12) -> tuple[int, ...]:
    """
    Choose references as VISA's released code does: every so many frames, the target among them.

    count         frames in the window
    target        position of the target
    max_pictures  references and the target, which is shown once more behind them; with 1 the
                  target is its own and only reference

    Their number jumps with the length of the window: 12 pictures of 12 frames are 6 references.
    ConfigError where the target is no position of the window, or max_pictures is 0.
    """
    _check_positions(count, target)
    if max_pictures < 1:
        raise ConfigError(f'strided references: want at least 1 picture, got {max_pictures}')
    if max_pictures == 1:
        return (target,)
    step = -(-count // (max_pictures - 1))
    return tuple(range(target % step, count, step))


def global_references(count: int, target: int, n: int) -> tuple[int, ...]:
    """Choose n frames spread over the window, wherever the target is; all if there are fewer."""
    _check_positions(count, target)
    return spread_positions(count, n)


def local_references(count: int, target: int, n: int) -> tuple[int, ...]:
    """
    Choose n neighbouring frames around the target, which is among them.

    Near an end of the window they move inwards, so that there are still n; all frames if there
    are fewer.
    """
    _check_positions(count, target)
    n = min(n, count)
    first = min(max(target - n // 2, 0), count - n)
    return tuple(range(first, first + n))


def global_local_references(count: int, target: int, n: int) -> tuple[int, ...]:
    """
    Choose half of the references around the target and half spread over the rest of the window.

    Sorted and distinct; an odd one is global. All frames if there are no more than n.
    """
    near = local_references(count, target, n // 2)
    rest = [k for k in range(count) if k not in near]
    far = (rest[k] for k in spread_positions(len(rest), n - n // 2))
    return tuple(sorted((*near, *far)))


Scheme = Callable[[int, int, int], tuple[int, ...]]
SCHEMES: dict[str, Scheme] = {
    'earlier': lambda count, target, n: choose_references(n, target),
    'strided': lambda count, target, n: strided_references(count, target, n + 1),
    'global': global_references,
    'local': local_references,
    'global_local': global_local_references,
}


def references_by(scheme: str, count: int, target: int, n: int) -> tuple[int, ...]:
    """
    Choose the frames that are seen next to the target, oldest first.

    scheme  a name in SCHEMES
    count   frames in the window
    target  position of the target
    n       references wanted at most; 0: none, whatever the scheme

    ConfigError for an unknown scheme, a negative n or a target outside of the window.
    """
    if scheme not in SCHEMES:
        raise ConfigError(f'reference scheme {scheme!r}: choose from {list(SCHEMES)}')
    if n < 0:
        raise ConfigError(f'references must be >= 0, got {n}')
    _check_positions(count, target)
    return SCHEMES[scheme](count, target, n) if n else ()


def _check_positions(count: int, target: int) -> None:
    if not 0 <= target < count:
        raise ConfigError(f'target {target} is no position in a window of {count} frames')
