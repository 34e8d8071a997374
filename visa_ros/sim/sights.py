"""What one frame of a simulated clip shows, and what has moved up to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visa_ros.errors import DataError
from visa_ros.sim.record import EventKind, FrameInfo, ObjectInfo, ObjectView, SceneRecord

# Share of the image's pixels from which on an object counts as visible.
VISIBLE_SHARE = 0.0006
# An object that is farther than MOVED_M from where it was has moved; nearer than STILL_M, it has
# not. In between nobody could say, and no question is asked.
MOVED_M = 0.03
STILL_M = 0.01
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
    """

    seen: tuple[Sight, ...]
    present: tuple[ObjectInfo, ...]
    shift_m: dict[int, float]
    happened: dict[EventKind, frozenset[int]]
    ongoing: bool
    sank_m: float

    def ordered(self, sights: list[Sight] | tuple[Sight, ...]) -> tuple[int, ...]:
        """Ids of the sights from left to right."""
        return tuple(s.info.instance_id for s in sorted(sights, key=lambda s: s.x))

    @property
    def moved(self) -> tuple[Sight, ...]:
        """Visible objects that have moved."""
        return tuple(s for s in self.seen if self.shift_m[s.info.instance_id] > MOVED_M)

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
    threshold = VISIBLE_SHARE * record.width * record.height
    seen = [
        _sight(record, info, view)
        for info, view in zip(record.objects, frame.views, strict=True)
        if view.visible_px >= threshold and view.position_m[2] > 0
    ]
    places = _places(past)
    begun = [event for event in record.events if event.start_s * SECOND_NS < frame.stamp_ns]
    return Look(
        seen=tuple(sorted(seen, key=lambda s: s.x)),
        present=record.objects,
        shift_m=dict(zip((o.instance_id for o in record.objects), _shifts(places), strict=True)),
        happened={
            kind: frozenset(e.instance_id for e in begun if e.kind is kind)
            for kind in {e.kind for e in begun}
        },
        ongoing=any(e.end_s * SECOND_NS > frame.stamp_ns for e in begun),
        sank_m=float((places.max(axis=0) - places[-1])[:, 2].max(initial=0.0)),
    )


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
