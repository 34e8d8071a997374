"""From what the model found to what an answer says about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from visa_ros.live import Tracked, WindowPass
from visa_ros.structs import (
    Answer,
    Detection,
    Grounding,
    MaskFrame,
    ObjectState,
    Propagated,
    Status,
)


def best_of(grounding: Grounding, max_objects: int) -> list[Detection]:
    """The objects of the answer, best first; a mask without pixels is no object."""
    if grounding.status == Status.ABSENT:
        return []
    found = sorted(
        (d for d in grounding.detections if d.mask.any()), key=lambda d: d.score, reverse=True
    )
    return found[:max_objects] if max_objects else found


def masks_of(tracked: Sequence[Tracked], best: Sequence[Detection]) -> dict[int, Propagated]:
    """Masks on the target frame by object id."""
    return {
        t.object_id: Propagated(mask=d.mask, score=d.score)
        for t, d in zip(tracked, best, strict=True)
    }


def answer_of(
    grounding: Grounding,
    objects: tuple[ObjectState, ...],
    seen: WindowPass | None,
    *,
    query_id: int,
    ms: Mapping[str, float],
) -> Answer:
    """
    Put an answer together.

    objects  on the newest frame; empty: the scene holds no such object
    seen     the same objects through the window and up to now; None without objects
    """
    status = _status_of(grounding, objects)
    return Answer(
        status=status,
        message=_message(status, seen),
        text=grounding.answer,
        query_id=query_id,
        objects=objects,
        sequence=_sequence(seen) if seen else (),
        ms=ms,
    )


def _status_of(grounding: Grounding, objects: Sequence[ObjectState]) -> Status:
    if not objects:
        return Status.ABSENT
    if grounding.status == Status.FOUND and not any(o.visible for o in objects):
        return Status.NOT_VISIBLE_NOW
    return grounding.status


def _message(status: Status, seen: WindowPass | None) -> str:
    if status == Status.ABSENT or seen is None:
        return 'Nothing in view answers this: bring it into the image or use other words.'
    if status == Status.AMBIGUOUS:
        count = len(seen.tracks[-1])
        return f'{count} objects fit: say its colour, size or place to get one of them.'
    if status == Status.NOT_VISIBLE_NOW:
        return f'Last seen {_unseen_s(seen):.1f} s before the newest image: see the earlier masks.'
    return ''


def _unseen_s(seen: WindowPass) -> float:
    """Seconds from the last frame on which any object is visible to the newest."""
    last_ns = max(
        frame.stamp_ns
        for frame, tracks in zip(seen.frames, seen.tracks, strict=True)
        if any(found.visible for found in tracks.values())
    )
    return (seen.frames[-1].stamp_ns - last_ns) / 1e9


def _sequence(seen: WindowPass) -> tuple[MaskFrame, ...]:
    """The masks of the window; each frame keeps its own stamp."""
    window = zip(seen.frames[: seen.shown], seen.tracks[: seen.shown], strict=True)
    return tuple(
        MaskFrame(
            stamp_ns=frame.stamp_ns,
            frame_id=frame.frame_id,
            masks={i: found.mask for i, found in tracks.items() if found.visible},
        )
        for frame, tracks in window
    )
