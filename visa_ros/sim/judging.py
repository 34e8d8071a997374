"""Whether a clip shows what its record says so clearly that nobody could take it otherwise."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from visa_ros.sim.cameras import project
from visa_ros.sim.record import EventKind, FrameInfo, ObjectView, SceneRecord
from visa_ros.sim.sights import AWAY_M, Look, look_at, SECOND_NS

# Shares of the picture: more is clearly seen, less is not seen. VISIBLE_SHARE lies between.
CLEAR_SHARE = 0.0012
FAINT_SHARE = 0.0002
# What has moved is so far from its first place in the last picture.
SHIFT_PX = 15.0


def clear_cut(record: SceneRecord) -> bool:
    """
    Whether a clip can be asked about.

    Every object is clearly seen or not at all, at the beginning and at the end; the events begin
    after the first frame and are over at the last; what they are about has visibly moved, and
    nothing else has moved at all.
    """
    look = look_at(record, len(record.frames) - 1)
    ends = (record.frames[0], record.frames[-1])
    return (
        not any(_doubtful(record, view) for frame in ends for view in frame.views)
        and _in_time(record)
        and look.outcome_is_clear
        and all(_shows_motion(record, look, mover) for mover in look.movers)
    )


def shown_last(record: SceneRecord, instances: Collection[int]) -> int | None:
    """Return the last frame that clearly shows all of them; None if there is none."""
    least = CLEAR_SHARE * record.width * record.height
    for k in reversed(range(len(record.frames))):
        views = record.frames[k].views
        if all(v.visible_px >= least for v in views if v.instance_id in instances):
            return k
    return None


def _doubtful(record: SceneRecord, view: ObjectView) -> bool:
    pixels = record.width * record.height
    return FAINT_SHARE * pixels < view.visible_px < CLEAR_SHARE * pixels


def _in_time(record: SceneRecord) -> bool:
    first, last = record.frames[0].stamp_ns, record.frames[-1].stamp_ns
    return all(
        first < e.start_s * SECOND_NS and e.end_s * SECOND_NS <= last for e in record.events
    )


def _shows_motion(record: SceneRecord, look: Look, mover: int) -> bool:
    """Whether the first and the last frame show that this object has moved, come or gone."""
    before, after = record.frames[0], record.frames[-1]
    seen = {s.info.instance_id for s in look.seen}
    if mover in look.happened.get(EventKind.TAKEN_AWAY, ()):
        return mover in look.at_first
    if mover in look.arrived or mover not in seen:
        return mover in seen
    return mover in look.at_first and _shift_px(record, before, after, mover) >= SHIFT_PX


def _shift_px(record: SceneRecord, before: FrameInfo, after: FrameInfo, instance: int) -> float:
    """How far an object has moved in the later picture, whatever the camera did."""
    places = [
        np.asarray(view.world_m)
        for frame in (before, after)
        for view in frame.views
        if view.instance_id == instance
    ]
    if any(np.linalg.norm(place) > AWAY_M for place in places):
        return float('inf')
    pose = np.asarray(after.world_from_camera).reshape(4, 4)
    start, end = project(np.stack(places), pose, record.camera)
    return float(np.linalg.norm(end - start))
