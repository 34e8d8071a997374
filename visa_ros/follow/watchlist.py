"""What is known about each object that is followed: is it there, what does it look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from visa_ros.config import PresenceConfig, RegroundConfig
from visa_ros.follow.confidence import advance, appeared, Evidence, evidence_of, lost_s, Presence
from visa_ros.follow.identity import learned, likeness, Look, look_of
from visa_ros.live import Tracked
from visa_ros.structs import Frame, Propagated, TrackState

_LEARN_EVERY_S = 0.5
_WHILE_VISIBLE = 0.5  # the light may change, and other things may hide a part


@dataclass(frozen=True, kw_only=True, eq=False)
class Watched:
    """
    An object that is followed.

    look        what it looks like; None if it was never seen
    learned_ns  stamp of the view that this comes from
    """

    tracked: Tracked
    presence: Presence
    look: Look | None
    learned_ns: int


class Watchlist:
    """
    Remembers the objects that are followed, and when the model was asked for them again.

    It holds one descriptor of fixed size per object. Owned by one thread; time is the stamp of
    the frames.
    """

    def __init__(self, presence: PresenceConfig, reground: RegroundConfig) -> None:
        self._presence = presence
        self._reground = reground
        self._objects: dict[int, Watched] = {}
        self._asked_ns: dict[int, int | None] = {}

    def __getitem__(self, object_id: int) -> Watched:
        """Return what is known of an object."""
        return self._objects[object_id]

    def adopt(self, new: Iterable[Watched], stamp_ns: int) -> None:
        """Watch these too, from the frame with this stamp on."""
        for one in new:
            self._objects[one.tracked.object_id] = one
            self._asked_ns[one.tracked.query_id] = stamp_ns

    def keep_only(self, object_ids: Iterable[int]) -> None:
        """Forget all others."""
        kept = frozenset(object_ids)
        self._objects = {i: o for i, o in self._objects.items() if i in kept}
        queries = {o.tracked.query_id for o in self._objects.values()}
        self._asked_ns = {q: ns for q, ns in self._asked_ns.items() if q in queries}

    def note(self, frame: Frame, found: Sequence[tuple[Tracked, Propagated]]) -> None:
        """Take what the tracker found on a frame into account."""
        for tracked, propagated in found:
            self._objects[tracked.object_id] = self._noted(
                self._objects[tracked.object_id], frame, propagated
            )
        for query_id, asked_ns in self._asked_ns.items():
            if asked_ns is None or asked_ns > frame.stamp_ns:
                self._asked_ns[query_id] = frame.stamp_ns

    def found_again(self, object_id: int, frame: Frame, view: Look, found: Propagated) -> None:
        """Note that the model has found an object."""
        known = self._objects[object_id]
        self._objects[object_id] = replace(
            known,
            presence=appeared(frame.stamp_ns, found.mask),
            look=learned(known.look, view) if known.look else view,
            learned_ns=frame.stamp_ns,
        )

    def expired(self, stamp_ns: int) -> list[int]:
        """Objects that have been LOST for too long."""
        limit_s = self._presence.forget_after_s
        return [
            i
            for i, o in self._objects.items()
            if limit_s and lost_s(o.presence, stamp_ns, self._presence) >= limit_s
        ]

    def due(self, stamp_ns: int) -> int | None:
        """The query that the model should be asked again, the longest waiting; None: none."""
        if self._reground.when == 'never':
            return None
        on_loss = self._reground.when == 'on_loss'
        wanted = {
            o.tracked.query_id
            for o in self._objects.values()
            if not on_loss or o.presence.state == TrackState.LOST
        }
        waits_ns = {
            q: stamp_ns - ns for q, ns in self._asked_ns.items() if q in wanted and ns is not None
        }
        longest = max(waits_ns, key=lambda q: waits_ns[q], default=None)
        if longest is None or waits_ns[longest] < self._reground.every_s * 1e9:
            return None
        return longest

    def asked(self, query_id: int) -> None:
        """Note that the model is being asked: the time counts from the next frame on."""
        self._asked_ns[query_id] = None

    def answering(self, query_id: int) -> list[Watched]:
        """Objects that answer a query."""
        return [o for o in self._objects.values() if o.tracked.query_id == query_id]

    def _noted(self, known: Watched, frame: Frame, found: Propagated) -> Watched:
        evidence = evidence_of(found, self._presence)
        view: Look | None = None
        if evidence is Evidence.SEEN:
            view = look_of(frame, found.mask, known.tracked.label)
        alike = 1.0 if view is None or known.look is None else likeness(view, known.look)
        if alike < self._doubtful_below(known):
            evidence = Evidence.MISSING  # the tracker has come upon something else
        presence = advance(
            known.presence,
            stamp_ns=frame.stamp_ns,
            evidence=evidence,
            mask=found.mask,
            rules=self._presence,
        )
        since_s = abs(frame.stamp_ns - known.learned_ns) / 1e9
        if view is None or alike < self._reground.likeness or since_s < _LEARN_EVERY_S:
            return replace(known, presence=presence)
        look = learned(known.look, view) if known.look else view
        return replace(known, presence=presence, look=look, learned_ns=frame.stamp_ns)

    def _doubtful_below(self, known: Watched) -> float:
        """Likeness below which a mask is another object; what was away must prove itself."""
        away = known.presence.state != TrackState.VISIBLE
        return self._reground.likeness * (1.0 if away else _WHILE_VISIBLE)
