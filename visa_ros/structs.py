"""Values that cross layer borders. numpy only: no torch, no ROS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
import enum

import numpy as np

from visa_ros.errors import InvalidFrameError, InvalidQueryError

MAX_INSTRUCTION_CHARS = 2000


class Status(enum.IntEnum):
    """How a request ended; the values are those of msg/Status.msg."""

    FOUND = 1
    ABSENT = 2
    AMBIGUOUS = 3
    NOT_VISIBLE_NOW = 4
    TIMEOUT = 5
    STALE_INPUT = 6
    BAD_REQUEST = 7
    INTERNAL = 8


class TrackState(enum.IntEnum):
    """
    What is known of an object that is followed; the values are those of msg/Object.msg.

    It changes only when the frames of some time agree, so it may differ from what is seen in a
    single frame.
    """

    VISIBLE = 1
    OCCLUDED = 2
    LOST = 3


@dataclass(frozen=True, kw_only=True)
class Camera:
    """
    Intrinsics of one camera, in px of its image.

    width, height     px
    fx, fy, cx, cy    pinhole model; (cx, cy) counts from the centre of the top left pixel
    distortion_model  'none', or a name of sensor_msgs: 'plumb_bob', 'rational_polynomial',
                      'equidistant'
    distortion        its coefficients, in OpenCV's order; empty for 'none'

    Hashable: tables that depend on the camera alone are cached by it.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion_model: str = 'none'
    distortion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.fx, self.fy, self.cx, self.cy, *self.distortion)
        if not np.isfinite(numbers).all() or self.fx <= 0 or self.fy <= 0:
            raise InvalidFrameError(f'camera: want finite intrinsics with fx, fy > 0, got {self}')


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """
    One camera image and, if there are any, the depth registered to it and the intrinsics.

    rgb       uint8   (H, W, 3)  RGB order
    stamp_ns  acquisition time on the clock of the source
    frame_id  optical frame: x right, y down, z forward
    depth_m   float32 (H, W)     metres along the optical axis, NaN where unknown
    camera    intrinsics of this image
    """

    rgb: np.ndarray
    stamp_ns: int
    frame_id: str = 'camera_optical_frame'
    depth_m: np.ndarray | None = None
    camera: Camera | None = None

    def __post_init__(self) -> None:
        rgb, depth_m, camera = self.rgb, self.depth_m, self.camera
        if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
            raise InvalidFrameError(f'rgb: want uint8 (H, W, 3), got {rgb.dtype} {rgb.shape}')
        if depth_m is not None and depth_m.shape != rgb.shape[:2]:
            raise InvalidFrameError(f'depth_m {depth_m.shape} does not match rgb {rgb.shape}')
        if depth_m is not None and depth_m.dtype != np.float32:
            raise InvalidFrameError(f'depth_m: want float32 metres, got {depth_m.dtype}')
        if camera is not None and (camera.height, camera.width) != rgb.shape[:2]:
            raise InvalidFrameError(
                f'camera is {camera.width}x{camera.height} px, '
                f'the image {rgb.shape[1]}x{rgb.shape[0]}'
            )

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width in px."""
        return self.rgb.shape[0], self.rgb.shape[1]


@dataclass(frozen=True, kw_only=True)
class Query:
    """
    A question about a window of frames.

    instruction         1 to 2000 characters
    window_s            s back from the newest frame; 0: the whole window
    start_ns, end_ns    first and last stamp; None: open. Not together with window_s
    max_objects         keep the best so many; 0: all
    keep_tracking       follow the objects on live frames after the answer
    """

    instruction: str
    window_s: float = 0.0
    start_ns: int | None = None
    end_ns: int | None = None
    max_objects: int = 0
    keep_tracking: bool = True

    def __post_init__(self) -> None:
        if not self.instruction.strip():
            raise InvalidQueryError('the instruction is empty: say what to look for')
        if len(self.instruction) > MAX_INSTRUCTION_CHARS:
            raise InvalidQueryError(
                f'the instruction has {len(self.instruction)} characters, '
                f'at most {MAX_INSTRUCTION_CHARS} are read'
            )
        if not np.isfinite(self.window_s) or self.window_s < 0:
            raise InvalidQueryError(f'window_s: want a number >= 0, got {self.window_s}')
        stamped = self.start_ns is not None or self.end_ns is not None
        if stamped and self.window_s > 0:
            raise InvalidQueryError('give window_s or stamps, not both')
        if self.start_ns is not None and self.end_ns is not None and self.end_ns < self.start_ns:
            raise InvalidQueryError('the window ends before it starts')


@dataclass(frozen=True, kw_only=True)
class Choice:
    """
    The frames of a window that the model looks at, as positions in it.

    target      the one whose masks are predicted
    references  those it sees next to that one, oldest first; may be empty
    """

    target: int
    references: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Detection:
    """
    One object on the target frame.

    mask   bool (H, W), at least one pixel
    label  what the model calls it; may be empty
    score  0 to 1
    """

    mask: np.ndarray
    label: str
    score: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Grounding:
    """
    What the model says about a target frame.

    status      FOUND, ABSENT or AMBIGUOUS
    answer      its words
    detections  best first; empty if and only if ABSENT
    ms          wall time per stage
    """

    status: Status
    answer: str
    detections: tuple[Detection, ...] = ()
    ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Propagated:
    """
    One tracked object on one frame.

    mask   bool (H, W); all False when the object is not seen
    score  0 to 1: confidence that the mask is the object
    """

    mask: np.ndarray
    score: float

    @property
    def visible(self) -> bool:
        """Whether any pixel belongs to the object."""
        return bool(self.mask.any())


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectCloud:
    """
    The points of one object, in metres, in the optical frame of the camera.

    points_m      float32 (P, 3), P >= 1
    colors        uint8   (P, 3)  RGB
    centroid_m    float64 (3,)    mean of the points
    box_center_m  float64 (3,)    centre of the oriented box
    box_rotation  float64 (3, 3)  camera_from_box; its columns are the axes of the box
    box_size_m    float64 (3,)    full side lengths
    """

    points_m: np.ndarray
    colors: np.ndarray
    centroid_m: np.ndarray
    box_center_m: np.ndarray
    box_rotation: np.ndarray
    box_size_m: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectState:
    """
    One object on one frame, as it is published.

    object_id     1 or more, never reused
    score         0 to 1: confidence in the mask of this frame
    mask          bool (H, W); all False when not visible
    cloud         None without depth, intrinsics or valid points
    state         what is known of the object, from the frames up to this one
    last_seen_ns  stamp of the newest frame on which it was seen; 0: not known
    last_box_px   its bounding rectangle there: left, top, width, height in px of the image
    """

    object_id: int
    query_id: int
    label: str
    score: float
    mask: np.ndarray
    cloud: ObjectCloud | None = None
    state: TrackState = TrackState.VISIBLE
    last_seen_ns: int = 0
    last_box_px: tuple[int, int, int, int] | None = None

    @property
    def visible(self) -> bool:
        """Whether the object is seen in this frame."""
        return bool(self.mask.any())


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskFrame:
    """
    The masks of one frame of the window.

    masks  object id -> bool (H, W); objects that are not visible are left out
    """

    stamp_ns: int
    frame_id: str
    masks: Mapping[int, np.ndarray]


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """
    The answer to a query.

    message   one sentence for a person; empty for FOUND
    text      the model's own words
    objects   where they are: on the newest frame there is, also if the window ends before it
    sequence  where they were: one entry per frame of the window, oldest first; empty when
              nothing was found
    ms        wall time per stage
    """

    status: Status
    message: str
    text: str
    query_id: int
    objects: tuple[ObjectState, ...] = ()
    sequence: tuple[MaskFrame, ...] = ()
    ms: Mapping[str, float] = field(default_factory=dict)
