"""The objects that are followed on live frames, and the pass through a window before that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
import logging
from typing import Protocol

import numpy as np

from visa_ros.structs import Frame, Propagated

_log = logging.getLogger(__name__)

Masks = Mapping[int, np.ndarray]
FrameTracks = Mapping[int, Propagated]


class Tracker(Protocol):
    """Follows masks from frame to frame."""

    def step(self, rgb: np.ndarray, masks: Masks | None = None) -> Mapping[int, Propagated]:
        """Find all objects on the next frame; masks (bool, H x W) set or correct some on it."""
        ...

    def forget(self, ids: Iterable[int]) -> None:
        """Stop following these objects; others than those followed are ignored."""
        ...

    def fork(self) -> Tracker:
        """Make a tracker with the same weights and an empty memory."""
        ...


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """An object that has an id."""

    object_id: int
    query_id: int
    label: str


@dataclass(frozen=True, kw_only=True, eq=False)
class WindowPass:
    """
    Objects followed through a window.

    frames   those of the window, oldest first
    tracks   the objects on each of them
    tracker  what it has learned up to the end of the window
    """

    frames: Sequence[Frame]
    tracks: Sequence[FrameTracks]
    tracker: Tracker


def follow(
    tracker: Tracker,
    frames: Sequence[Frame],
    target: int,
    found: FrameTracks,
    check: Callable[[], None],
) -> WindowPass:
    """
    Carry masks from one frame to both ends of a window, each way with a memory of its own.

    tracker  gives its weights, is not changed
    target   the frame that the masks belong to
    found    the objects on it
    check    called before each frame; may raise to stop
    """
    ahead, back = tracker.fork(), tracker.fork()
    masks = {object_id: p.mask for object_id, p in found.items()}
    after = _run(ahead, frames[target:], masks, check)
    before = _run(back, frames[target::-1], masks, check) if target else []
    return WindowPass(frames=frames, tracks=[*before[::-1], found, *after], tracker=ahead)


def _run(
    tracker: Tracker, frames: Sequence[Frame], masks: Masks, check: Callable[[], None]
) -> list[FrameTracks]:
    """Start on the first frame; return what is found on the others."""
    tracks: list[FrameTracks] = []
    for index, frame in enumerate(frames):
        check()
        step = tracker.step(frame.rgb, masks if index == 0 else None)
        missing = {i: _unseen(frame) for i in masks if i not in step}
        tracks.append({**step, **missing})
    return tracks[1:]


def _unseen(frame: Frame) -> Propagated:
    return Propagated(mask=np.zeros(frame.hw, np.bool_), score=0.0)


class LiveTracks:
    """
    Follows objects on live frames, at most so many, the oldest give way.

    Owned by one thread. The images must keep their size: when it changes, all objects are
    dropped.
    """

    def __init__(self, tracker: Tracker, *, max_tracked: int) -> None:
        self._tracker = tracker.fork()
        self._max_tracked = max_tracked
        self._objects: dict[int, Tracked] = {}
        self._hw: tuple[int, int] | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        """Objects followed now, oldest first."""
        return tuple(self._objects)

    def step(self, frame: Frame) -> list[tuple[Tracked, Propagated]]:
        """Find all objects on the next frame."""
        self._match_size(frame)
        if not self._objects:
            return []
        found = self._tracker.step(frame.rgb)
        return [(o, found.get(o.object_id, _unseen(frame))) for o in self._objects.values()]

    def adopt(self, new: Sequence[Tracked], seen: WindowPass, later: Sequence[Frame]) -> None:
        """
        Go on with objects that were followed through a window.

        new    most important first; those beyond the limit are left out
        later  frames between the end of the window and now
        """
        self._match_size(seen.frames[-1])
        kept = new[: self._max_tracked]
        if self._objects:
            self._join(kept, seen, later)
            room = self._max_tracked - len(kept)
            self.forget(self.ids[: max(0, len(self.ids) - room)])
        else:
            seen.tracker.forget([o.object_id for o in new[self._max_tracked :]])
            for frame in later:
                seen.tracker.step(frame.rgb)
            self._tracker = seen.tracker
        self._objects.update({o.object_id: o for o in kept})
        self._hw = seen.frames[-1].hw

    def forget(self, object_ids: Iterable[int]) -> None:
        """Stop following these objects; others than those followed are ignored."""
        ids = [i for i in object_ids if i in self._objects]
        self._tracker.forget(ids)
        for object_id in ids:
            del self._objects[object_id]

    def reset(self) -> None:
        """Stop following anything."""
        self._tracker = self._tracker.fork()
        self._objects.clear()
        self._hw = None

    def _match_size(self, frame: Frame) -> None:
        if self._objects and frame.hw != self._hw:
            _log.warning('image size changed to %s: tracked objects are dropped', frame.hw)
            self.reset()

    def _join(self, new: Sequence[Tracked], seen: WindowPass, later: Sequence[Frame]) -> None:
        """
        Teach the running tracker the new objects; on failure it is as before.

        Each is shown where it was last visible in the window, so one that has just gone out of
        sight is recognised when it returns.
        """
        ids = [o.object_id for o in new]
        try:
            for frame, tracks in zip(seen.frames, _last_views(seen.tracks, ids), strict=True):
                if tracks:
                    self._tracker.step(frame.rgb, tracks)
            for frame in later:
                self._tracker.step(frame.rgb)
        except Exception:
            self._tracker.forget(ids)
            raise


def _last_views(tracks: Sequence[FrameTracks], ids: Iterable[int]) -> list[dict[int, np.ndarray]]:
    """Masks of each object on the last frame where it is visible; one entry per frame."""
    views: list[dict[int, np.ndarray]] = [{} for _ in tracks]
    for object_id in ids:
        index = max(k for k, frame in enumerate(tracks) if frame[object_id].visible)
        views[index][object_id] = tracks[index][object_id].mask
    return views
