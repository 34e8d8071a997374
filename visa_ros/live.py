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
    """
    An object that has an id.

    instruction  the question it answers
    """

    object_id: int
    query_id: int
    label: str
    instruction: str = ''


@dataclass(frozen=True, kw_only=True, eq=False)
class WindowPass:
    """
    Objects followed through a window, and on to the newest frame.

    frames   those of the window, then those that lead up to now; oldest first
    tracks   the objects on each of them
    target   position of the frame on which they were found
    shown    how many of the frames belong to the window
    tracker  what it has learned from the target to the newest frame
    """

    frames: Sequence[Frame]
    tracks: Sequence[FrameTracks]
    target: int
    shown: int
    tracker: Tracker

    @property
    def newest(self) -> Frame:
        """The frame that is now."""
        return self.frames[-1]


def follow(
    tracker: Tracker,
    window: Sequence[Frame],
    later: Sequence[Frame],
    target: int,
    found: FrameTracks,
    check: Callable[[], None],
) -> WindowPass:
    """
    Carry masks from one frame back to the start of a window and on to now.

    Each way has a memory of its own.

    tracker  gives its weights, is not changed
    window   oldest first
    later    frames after the window, up to the newest; may be empty
    target   position in the window of the frame that the masks belong to
    found    the objects on it
    check    called before each frame; may raise to stop
    """
    frames = [*window, *later]
    ahead, back = tracker.fork(), tracker.fork()
    masks = {object_id: p.mask for object_id, p in found.items()}
    after = _run(ahead, frames[target:], masks, check)
    before = _run(back, frames[target::-1], masks, check) if target else []
    return WindowPass(
        frames=frames,
        tracks=[*before[::-1], found, *after],
        target=target,
        shown=len(window),
        tracker=ahead,
    )


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

    They give way with the next step: when new objects are forgotten before that, because nobody
    waits for them any more, everything is as it was. The images must keep their size: when it
    changes, all objects are dropped. Owned by one thread.
    """

    def __init__(self, tracker: Tracker, *, max_tracked: int) -> None:
        self._tracker = tracker.fork()
        self._max_tracked = max_tracked
        self._objects: dict[int, Tracked] = {}
        self._hw: tuple[int, int] | None = None
        self._stamp_ns: int | None = None
        self._steps = 0

    @property
    def ids(self) -> tuple[int, ...]:
        """Objects followed now, oldest first."""
        return self.held[-self._max_tracked :]

    @property
    def held(self) -> tuple[int, ...]:
        """These, after those that give way with the next step."""
        return tuple(self._objects)

    @property
    def stamp_ns(self) -> int | None:
        """Stamp of the last frame they were followed on; None when nothing is followed."""
        return self._stamp_ns if self._objects else None

    @property
    def steps(self) -> int:
        """Steps of the tracker so far, those through windows not counted."""
        return self._steps

    def step(self, frame: Frame, masks: Masks | None = None) -> list[tuple[Tracked, Propagated]]:
        """Find all objects on the next frame; masks (bool, H x W) correct some of them."""
        self._match_size(frame)
        if not self._objects:
            return []
        self._make_way()
        found = self._advance(frame, masks)
        return [(o, found.get(o.object_id, _unseen(frame))) for o in self._objects.values()]

    def adopt(self, new: Sequence[Tracked], seen: WindowPass, missed: Sequence[Frame]) -> None:
        """
        Go on with objects that were followed through a window.

        new     most important first; those beyond the limit are left out
        missed  frames that lead the objects followed before up to now
        """
        self._match_size(seen.newest)
        kept = new[: self._max_tracked]
        if self._objects:
            self._make_way()
            self._join(kept, seen, missed)
        else:
            seen.tracker.forget([o.object_id for o in new[self._max_tracked :]])
            self._tracker = seen.tracker
        self._objects.update({o.object_id: o for o in kept})
        self._hw, self._stamp_ns = seen.newest.hw, seen.newest.stamp_ns

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
        self._hw = self._stamp_ns = None

    def _make_way(self) -> None:
        self.forget(self.held[: -self._max_tracked])

    def _match_size(self, frame: Frame) -> None:
        if self._objects and frame.hw != self._hw:
            _log.warning('image size changed to %s: tracked objects are dropped', frame.hw)
            self.reset()

    def _advance(self, frame: Frame, masks: Masks | None = None) -> FrameTracks:
        self._steps += 1
        found = self._tracker.step(frame.rgb, masks)
        self._stamp_ns = frame.stamp_ns
        return found

    def _join(self, new: Sequence[Tracked], seen: WindowPass, missed: Sequence[Frame]) -> None:
        """
        Teach the running tracker the new objects; on failure it follows the same as before.

        Each is shown where it was last visible, so one that has just gone out of sight is
        recognised when it returns. The last step is on the newest frame.
        """
        ids = [o.object_id for o in new]
        views = _last_views(seen.tracks, ids)
        try:
            for frame in missed:
                self._advance(frame)
            for frame, masks in zip(seen.frames, views, strict=True):
                if masks or frame is seen.newest:
                    self._advance(frame, masks or None)
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
