"""What happened in a simulated clip, as plain data: no physics engine is needed to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
import enum
from typing import Any

from visa_ros.errors import DataError
from visa_ros.structs import Camera


class EventKind(str, enum.Enum):
    """What may happen to an object while the camera watches."""

    PUSHED = 'pushed'
    DROPPED = 'dropped'
    CARRIED = 'carried'
    HIDDEN = 'hidden'
    TAKEN_AWAY = 'taken_away'


@dataclass(frozen=True, kw_only=True)
class Event:
    """
    Something that happens to an object.

    instance_id  the object it happens to
    start_s, end_s  seconds of the clip's own time
    other_id     the object that hides it (HIDDEN), else 0
    """

    kind: EventKind
    instance_id: int
    start_s: float
    end_s: float
    other_id: int = 0


@dataclass(frozen=True, kw_only=True)
class ObjectInfo:
    """
    One object of the scene.

    instance_id  1 or more; its value in instance images
    category     a key of visa_ros.sim.knowledge.CATEGORIES
    color        name of its main colour, or '' where it has none worth naming
    model_id     the shape it was made from: 'procedural/mug' or a name of the household set
    size_m       full extents of its bounding box at rest, along its own axes
    """

    instance_id: int
    category: str
    color: str
    model_id: str
    size_m: tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class ObjectView:
    """
    One object as one frame sees it.

    visible_px   pixels of it in the image
    position_m   its centre in the optical frame: x right, y down, z forward
    world_m      its centre in the world frame: z up, origin on the table's top
    """

    instance_id: int
    visible_px: int
    position_m: tuple[float, float, float]
    world_m: tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class FrameInfo:
    """
    One frame of the clip.

    world_from_camera  4x4, row-major, of the optical frame
    views              one per object of the scene, in its order
    """

    stamp_ns: int
    world_from_camera: tuple[float, ...]
    views: tuple[ObjectView, ...]


@dataclass(frozen=True, kw_only=True)
class SceneRecord:
    """A whole clip: what is in it, where everything was in each frame, and what happened."""

    seed: int
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    objects: tuple[ObjectInfo, ...]
    events: tuple[Event, ...]
    frames: tuple[FrameInfo, ...]

    @property
    def camera(self) -> Camera:
        """The camera of all frames."""
        return Camera(
            width=self.width, height=self.height, fx=self.fx, fy=self.fy, cx=self.cx, cy=self.cy
        )

    def to_json(self) -> dict[str, Any]:
        """Plain lists, numbers and strings."""
        raw = asdict(self)
        for event in raw['events']:
            event['kind'] = EventKind(event['kind']).value
        return raw

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> SceneRecord:
        """Inverse of to_json; DataError if a field is missing or unknown."""
        try:
            values = dict(raw)
            values['objects'] = tuple(
                ObjectInfo(**{**o, 'size_m': tuple(o['size_m'])}) for o in raw['objects']
            )
            values['events'] = tuple(
                Event(**{**e, 'kind': EventKind(e['kind'])}) for e in raw['events']
            )
            values['frames'] = tuple(_frame_info(f) for f in raw['frames'])
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f'not a scene record: {error}') from error


def _frame_info(raw: Mapping[str, Any]) -> FrameInfo:
    views = tuple(
        ObjectView(
            instance_id=v['instance_id'],
            visible_px=v['visible_px'],
            position_m=tuple(v['position_m']),
            world_m=tuple(v['world_m']),
        )
        for v in raw['views']
    )
    return FrameInfo(
        stamp_ns=raw['stamp_ns'],
        world_from_camera=tuple(raw['world_from_camera']),
        views=views,
    )
