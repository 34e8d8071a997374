"""Everything about the objects that are followed after an answer was given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
import logging

from visa_ros.config import PipelineConfig
from visa_ros.follow.catchup import Backlog, catch_up_frames
from visa_ros.follow.confidence import Presence, presence_after
from visa_ros.follow.identity import look_of
from visa_ros.follow.regrounding import refind
from visa_ros.follow.states import StateMaker
from visa_ros.follow.watchlist import Watched, Watchlist
from visa_ros.live import LiveTracks, Tracked, Tracker, WindowPass
from visa_ros.structs import Frame, Grounding, ObjectState, Propagated

_log = logging.getLogger(__name__)


class FollowedObjects:
    """
    Objects that are followed on live frames, and what is known about them.

    Owned by one thread. What it remembers is bounded by the number of objects. When a call
    raises, the same objects are followed as before it.
    """

    def __init__(self, tracker: Tracker, config: PipelineConfig, states: StateMaker) -> None:
        self._config = config
        self._live = LiveTracks(tracker, max_tracked=config.max_tracked)
        self._watch = Watchlist(config.presence, config.reground)
        self._states = states

    @property
    def ids(self) -> tuple[int, ...]:
        """Objects followed now, oldest first."""
        return self._live.ids

    @property
    def steps(self) -> int:
        """Steps of the tracker on live frames so far."""
        return self._live.steps

    def track(self, frame: Frame, *, clouds: bool, backlog: Backlog) -> tuple[ObjectState, ...]:
        """Follow the objects on the next frame, by way of some of the backlog."""
        for missed in self._missed(frame, backlog):
            self._step(missed)
        states = tuple(
            self._states.state(t, self._watch[t.object_id].presence, p, frame, clouds=clouds)
            for t, p in self._step(frame)
        )
        self.forget(self._watch.expired(frame.stamp_ns))
        return states

    def leading_to(self, newest: Frame, since_ns: int, backlog: Backlog) -> list[Frame]:
        """Frames to look at after a stamp: some on the way, and the newest one."""
        if newest.stamp_ns <= since_ns:
            return []
        limits = self._config.catch_up
        between = catch_up_frames(
            backlog, since_ns=since_ns, until_ns=newest.stamp_ns, limits=limits
        )
        return [*between, newest]

    def presence(self, tracked: Tracked, seen: WindowPass) -> Presence:
        """Whether an object is there, after a pass from its target on."""
        stamps = (frame.stamp_ns for frame in seen.frames[seen.target :])
        found = (tracks[tracked.object_id] for tracks in seen.tracks[seen.target :])
        return presence_after(zip(stamps, found, strict=True), self._config.presence)

    def adopt(self, tracked: Sequence[Tracked], seen: WindowPass, backlog: Backlog) -> None:
        """Go on with objects that were followed through a window, best first."""
        target = seen.frames[seen.target]
        new = [
            Watched(
                tracked=one,
                presence=self.presence(one, seen),
                look=look_of(target, seen.tracks[seen.target][one.object_id].mask, one.label),
                learned_ns=target.stamp_ns,
            )
            for one in tracked
        ]
        self._live.adopt(tracked, seen, self._missed(seen.newest, backlog))
        self._watch.adopt(new, seen.newest.stamp_ns)
        self._watch.keep_only(self._live.held)

    def due(self, stamp_ns: int) -> Tracked | None:
        """An object of the query that the model should be asked again now; None: none."""
        query_id = self._watch.due(stamp_ns)
        return None if query_id is None else self._watch.answering(query_id)[0].tracked

    def asked(self, query_id: int) -> None:
        """Note that the model is being asked again."""
        self._watch.asked(query_id)

    def find_again(self, query_id: int, grounding: Grounding, frame: Frame) -> tuple[int, ...]:
        """
        Go on with what the model found on a newer frame; returns the ids of what was missing.

        See regrounding.refind for what counts as the same object.
        """
        found = {t.object_id: p for t, p in self._step(frame)}
        objects = self._watch.answering(query_id)
        likeness = self._config.reground.likeness
        again = refind(frame, grounding, objects, found, at_least=likeness)
        if again:
            self._live.step(frame, {i: detection.mask for i, (detection, _) in again.items()})
        for object_id, (detection, view) in again.items():
            held = Propagated(mask=detection.mask, score=detection.score)
            self._watch.found_again(object_id, frame, view, held)
            _log.info('object %d (%s) is found again', object_id, detection.label)
        self._watch.asked(query_id)  # until now: the model took its time
        return tuple(again)

    def forget(self, object_ids: Iterable[int]) -> None:
        """Stop following these objects; ids that are not followed are ignored."""
        self._live.forget(object_ids)
        self._watch.keep_only(self._live.held)

    def reset(self) -> None:
        """Stop following anything."""
        self._live.reset()
        self._watch.keep_only(())

    def _missed(self, newest: Frame, backlog: Backlog) -> list[Frame]:
        """Frames to look at between the last one that was tracked and the newest."""
        since_ns = self._live.stamp_ns
        return [] if since_ns is None else self.leading_to(newest, since_ns, backlog)[:-1]

    def _step(self, frame: Frame) -> list[tuple[Tracked, Propagated]]:
        found = self._live.step(frame)
        self._watch.keep_only(self._live.held)
        self._watch.note(frame, found)
        return found
