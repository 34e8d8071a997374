"""Which objects are found again when the model was asked for them once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from visa_ros.follow.identity import likeness, Look, look_of, recognise
from visa_ros.follow.watchlist import Watched
from visa_ros.structs import Detection, Frame, Grounding, Propagated, Status, TrackState

_SAME_PLACE = 0.5  # of the smaller mask

Found = Mapping[int, Propagated]
Refound = dict[int, tuple[Detection, Look]]


def refind(
    frame: Frame,
    grounding: Grounding,
    objects: Sequence[Watched],
    found: Found,
    *,
    at_least: float,
) -> Refound:
    """
    Match what the model found on a frame with the objects that answered the same query before.

    objects   those that answered it
    found     where the tracker has them on this frame
    at_least  how much alike two views must look to be the same object

    What covers an object that is visible is that object and no other one. The rest is matched
    by its look with the objects that are not visible, or whose mask has come to look like
    something else. Whatever looks like none of them is left out: an id never passes to
    another object.
    """
    if grounding.status == Status.ABSENT:
        return {}
    present = {
        o.tracked.object_id
        for o in objects
        if _is_there(o, frame, found[o.tracked.object_id], at_least)
    }
    views = _views_beside(frame, grounding, [found[i].mask for i in present])
    missed = {
        o.tracked.object_id: o.look
        for o in objects
        if o.tracked.object_id not in present and o.look is not None
    }
    pairs = recognise(missed, [view for _, view in views], at_least=at_least)
    return {object_id: views[position] for object_id, position in pairs.items()}


def _views_beside(
    frame: Frame, grounding: Grounding, taken: Sequence[np.ndarray]
) -> list[tuple[Detection, Look]]:
    """What was found apart from these masks."""
    views = []
    for detection in grounding.detections:
        view = look_of(frame, detection.mask, detection.label)
        if view is not None and not any(_covers(detection.mask, mask) for mask in taken):
            views.append((detection, view))
    return views


def _is_there(known: Watched, frame: Frame, found: Propagated, at_least: float) -> bool:
    """Whether the tracker follows the object, and it is still the same."""
    if known.presence.state != TrackState.VISIBLE or not found.visible:
        return False
    view = look_of(frame, found.mask, known.tracked.label)
    return not (view and known.look) or likeness(view, known.look) >= at_least


def _covers(one: np.ndarray, other: np.ndarray) -> bool:
    smaller = min(int(one.sum()), int(other.sum()))
    return int((one & other).sum()) > _SAME_PLACE * smaller
