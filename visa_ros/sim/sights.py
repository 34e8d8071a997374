"""What one frame of a simulated clip shows, and what has moved up to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from visa_ros.errors import DataError
from visa_ros.sim.record import Event, EventKind, FrameInfo, ObjectInfo, ObjectView, SceneRecord

# Share of the image's pixels from which on an object counts as visible.
VISIBLE_SHARE = 0.0006
# An object that is farther than MOVED_M from where it was has moved; nearer than STILL_M, it has
# not. In between nobody could say, and no question is asked.
MOVED_M = 0.03
STILL_M = 0.01
# What is farther than this from the table's middle is not part of the scene.
AWAY_M = 5.0
SECOND_NS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Sight:
    """
    An object that is visible in the frame.

    x        of its centre, as a share of the image's width
    depth_m  of its centre, along the optical axis
    world_m  its centre
    """

    info: ObjectInfo
    x: float
    depth_m: float
    world_m: tuple[float, float, float]

    @property
    def category(self) -> str:
        """Its kind."""
        return self.info.category

    @property
    def color(self) -> str:
        """Its colour's name, or ''."""
        return self.info.color


@dataclass(frozen=True, kw_only=True)
class Look:
    """
    A frame and the past of its clip.

    seen      visible objects, from left to right
    present   all objects of the scene, visible or not
    shift_m   instance id -> how far it has been from its first place, for all objects
    happened  kinds of the events that have begun -> ids of the objects they happen to
    ongoing   some of these events are not over yet
    sank_m    how far any object has come down
    past      the events that have begun, in order of their start
    lost      objects that were visible at first and are not now, as they were seen last
    arrived   ids of the objects that were not part of the scene at first
    at_first  ids of the objects that were visible at first
    """

    seen: tuple[Sight, ...]
    present: tuple[ObjectInfo, ...]
    shift_m: dict[int, float]
    happened: dict[EventKind, frozenset[int]]
    ongoing: bool
    sank_m: float
    past: tuple[Event, ...] = ()
    lost: tuple[Sight, ...] = ()
    arrived: frozenset[int] = field(default_factory=frozenset)
    at_first: frozenset[int] = field(default_factory=frozenset)

    def ordered(self, sights: list[Sight] | tuple[Sight, ...]) -> tuple[int, ...]:
        """Ids of the sights from left to right."""
        return tuple(s.info.instance_id for s in sorted(sights, key=lambda s: s.x))

    @property
    def moved(self) -> tuple[Sight, ...]:
        """Visible objects that have moved."""
        return tuple(s for s in self.seen if self.shift_m[s.info.instance_id] > MOVED_M)

    @property
    def movers(self) -> tuple[int, ...]:
        """Ids of what each of the past events has moved, in order."""
        return tuple(e.other_id or e.instance_id for e in self.past)

    @property
    def outcome_is_clear(self) -> bool:
        """Whether the events are over and nothing but what they are about has moved."""
        movers = set(self.movers)
        return not self.ongoing and all(
            shift > MOVED_M if instance in movers else shift < STILL_M
            for instance, shift in self.shift_m.items()
        )

    def with_lost(self) -> Look:
        """Return the same look as if what is lost were still to be seen."""
        everything = sorted((*self.seen, *self.lost), key=lambda s: s.x)
        return replace(self, seen=tuple(everything), lost=())

    @property
    def motion_is_clear(self) -> bool:
        """Whether every object has moved and is visible, or has clearly not moved."""
        visible = {s.info.instance_id for s in self.seen}
        return all(
            shift < STILL_M or (shift > MOVED_M and instance in visible)
            for instance, shift in self.shift_m.items()
        )


def look_at(record: SceneRecord, frame_index: int) -> Look:
    """Judge a frame with the clip up to it as the past; DataError if there is no such frame."""
    if not 0 <= frame_index < len(record.frames):
        raise DataError(
            f'scene {record.seed}: no frame {frame_index}, it has {len(record.frames)}'
        )
    frame, past = record.frames[frame_index], record.frames[: frame_index + 1]
    seen = _seen(record, frame)
    at_first = {s.info.instance_id for s in _seen(record, past[0])}
    gone = at_first - {s.info.instance_id for s in seen}
    places = _places(past)
    ids = [o.instance_id for o in record.objects]
    away = np.linalg.norm(places[0], axis=1) > AWAY_M
    begun = [event for event in record.events if event.start_s * SECOND_NS < frame.stamp_ns]
    return Look(
        seen=seen,
        present=record.objects,
        shift_m=dict(zip(ids, _shifts(places), strict=True)),
        happened={
            kind: frozenset(e.instance_id for e in begun if e.kind is kind)
            for kind in {e.kind for e in begun}
        },
        ongoing=any(e.end_s * SECOND_NS > frame.stamp_ns for e in begun),
        sank_m=float((places.max(axis=0) - places[-1])[:, 2].max(initial=0.0)),
        past=tuple(sorted(begun, key=lambda e: e.start_s)),
        lost=tuple(_last_sight(record, past, instance) for instance in sorted(gone)),
        arrived=frozenset(i for i, far in zip(ids, away, strict=True) if far),
        at_first=frozenset(at_first),
    )


def _seen(record: SceneRecord, frame: FrameInfo) -> tuple[Sight, ...]:
    """Return what is visible in a frame, from left to right."""
    threshold = VISIBLE_SHARE * record.width * record.height
    seen = [
        _sight(record, info, view)
        for info, view in zip(record.objects, frame.views, strict=True)
        if view.visible_px >= threshold and view.position_m[2] > 0
    ]
    return tuple(sorted(seen, key=lambda s: s.x))


def _last_sight(record: SceneRecord, past: tuple[FrameInfo, ...], instance: int) -> Sight:
    """Return an object as the last frame that shows it does."""
    sights = (s for frame in reversed(past) for s in _seen(record, frame))
    return next(s for s in sights if s.info.instance_id == instance)


def _sight(record: SceneRecord, info: ObjectInfo, view: ObjectView) -> Sight:
    x, _, z = view.position_m
    return Sight(
        info=info,
        x=(record.fx * x / z + record.cx) / record.width,
        depth_m=z,
        world_m=view.world_m,
    )


def _places(past: tuple[FrameInfo, ...]) -> np.ndarray:
    """Return float64 (frames, objects, 3): the centres in the world."""
    rows = [[view.world_m for view in frame.views] for frame in past]
    return np.asarray(rows, np.float64).reshape(len(past), -1, 3)


def _shifts(places: np.ndarray) -> list[float]:
    distance = np.linalg.norm(places - places[0], axis=2)
    return [float(d) for d in distance.max(axis=0)]
