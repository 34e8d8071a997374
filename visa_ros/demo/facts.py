"""What the demo learns: the camera's frames with the truth about them, and what the node says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from visa_ros.sim.expressions import Expression
from visa_ros.sim.record import SceneRecord
from visa_ros.structs import Frame, MaskFrame, ObjectCloud, ObjectState, Status

_ANSWERS = (Status.FOUND, Status.ABSENT, Status.AMBIGUOUS, Status.NOT_VISIBLE_NOW)

Tracks = Mapping[int, Mapping[int, np.ndarray]]
"""Stamp in ns -> object id -> mask, bool (H, W), of the objects that are visible there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shot:
    """
    One camera frame and the truth about it.

    instances  uint8 or uint16 (H, W); 0 is background, else the instance id
    time_s     in the scene's own time; frame.stamp_ns is in the camera's
    """

    frame: Frame
    instances: np.ndarray
    time_s: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Reply:
    """
    The node's response to one question.

    objects       on the newest frame there was; their clouds are not part of a response
    stamp_ns      of that frame; 0: the newest of the window
    centroids_m   object id -> mean of its cloud, float64 (3,), for objects that have one
    cloud_points  object id -> points of its cloud, for objects that have one
    sequence      masks through the window, oldest first
    ms            wall time per stage
    """

    status: Status
    message: str = ''
    text: str = ''
    query_id: int = 0
    objects: tuple[ObjectState, ...] = ()
    stamp_ns: int = 0
    centroids_m: Mapping[int, np.ndarray] = field(default_factory=dict)
    cloud_points: Mapping[int, int] = field(default_factory=dict)
    sequence: tuple[MaskFrame, ...] = ()
    ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        """Whether it is an answer, right or wrong, and no excuse."""
        return self.status in _ANSWERS


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """
    A question, what came of it, and everything needed to judge it.

    window     the shots of the window, oldest first; the last one is what was asked about
    placed_on  the shot that the reply's objects are on, with its depth; None without objects, or
               if that frame of the camera never arrived
    live       the shots after the window that the node has tracked on, oldest first
    tracks     masks on those
    clouds     object id -> its points, as published on a live frame
    """

    expression: Expression
    reply: Reply
    window: tuple[Shot, ...]
    placed_on: Shot | None = None
    live: tuple[Shot, ...] = ()
    tracks: Tracks = field(default_factory=dict)
    clouds: Mapping[int, ObjectCloud] = field(default_factory=dict)

    @property
    def looked_at(self) -> tuple[Shot, ...]:
        """Shots of the window that the answer has masks for; all of them if it has none."""
        stamps = {frame.stamp_ns for frame in self.reply.sequence}
        return tuple(s for s in self.window if s.frame.stamp_ns in stamps) or self.window


class Robot(Protocol):
    """The running system, as far as the demo talks to it. Used by the main thread."""

    def ready(self) -> bool:
        """Whether the node takes questions."""
        ...

    def scene(self) -> SceneRecord | None:
        """What the camera says of its scene, without frames; None before it does."""
        ...

    def shots(self) -> tuple[Shot, ...]:
        """Return the latest shots, oldest first."""
        ...

    def ask(
        self, instruction: str, window: Sequence[Shot], *, timeout_s: float
    ) -> Callable[[], Reply | None]:
        """Ask about a window; the function gives the reply as soon as there is one."""
        ...

    def tracks(self, query_id: int) -> Tracks:
        """Return the masks published so far of the objects of a question."""
        ...

    def clouds(self, query_id: int) -> Mapping[int, ObjectCloud]:
        """Return the last published cloud of each object of a question."""
        ...
