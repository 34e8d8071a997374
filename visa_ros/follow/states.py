"""Objects on one frame, as they are handed out, with their clouds."""

from __future__ import annotations

import logging

from visa_ros.errors import InvalidFrameError, MissingPackageError
from visa_ros.follow.confidence import Presence
from visa_ros.geometry.clouds import object_cloud
from visa_ros.live import Tracked
from visa_ros.structs import Frame, ObjectCloud, ObjectState, Propagated

_log = logging.getLogger(__name__)


class StateMaker:
    """Puts together what is known of an object. Used by one thread."""

    def __init__(self, *, max_cloud_points: int) -> None:
        self._max_cloud_points = max_cloud_points
        self._warned: set[str] = set()

    def state(
        self,
        tracked: Tracked,
        presence: Presence,
        found: Propagated,
        frame: Frame,
        *,
        clouds: bool,
    ) -> ObjectState:
        """
        Describe an object on a frame.

        clouds  lift its mask, where the frame has depth and intrinsics
        """
        return ObjectState(
            object_id=tracked.object_id,
            query_id=tracked.query_id,
            label=tracked.label,
            score=found.score,
            mask=found.mask,
            cloud=self.cloud(frame, found) if clouds and found.visible else None,
            state=presence.state,
            last_seen_ns=presence.seen_ns,
            last_box_px=presence.box_px,
        )

    def cloud(self, frame: Frame, found: Propagated) -> ObjectCloud | None:
        """Lift a mask. A mask is worth having without its cloud: failures are logged, once."""
        if frame.depth_m is None or frame.camera is None:
            return None
        try:
            return object_cloud(frame, found.mask, max_points=self._max_cloud_points)
        except (InvalidFrameError, MissingPackageError) as error:
            if str(error) not in self._warned:
                self._warned.add(str(error))
                _log.warning('no point clouds: %s', error)
            return None
