"""
Whether an object that is followed is there, hidden or lost: pure functions on stamps.

One frame proves little: a tracker misses an object now and then, or marks some pixels of another.
So a state changes only after the frames of some time spoke against it, and scores between the
two thresholds speak neither for nor against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
import enum

import numpy as np

from visa_ros.config import PresenceConfig
from visa_ros.structs import Propagated, TrackState

Box = tuple[int, int, int, int]


class Evidence(enum.Enum):
    """What a frame says about an object."""

    SEEN = enum.auto()
    DOUBTFUL = enum.auto()
    MISSING = enum.auto()


@dataclass(frozen=True, kw_only=True)
class Presence:
    """
    What the frames so far say about an object.

    seen_ns     stamp of the newest frame on which it was not missing
    box_px      its bounding rectangle there: left, top, width, height
    missing_ns  stamp of the first frame of its present absence; None: there is none
    back_ns     stamp of the first frame of its present return; None: there is none
    """

    state: TrackState
    seen_ns: int
    box_px: Box | None
    missing_ns: int | None = None
    back_ns: int | None = None


def evidence_of(found: Propagated, rules: PresenceConfig) -> Evidence:
    """Judge what a tracker found on one frame."""
    if not found.visible or found.score < rules.low_score:
        return Evidence.MISSING
    return Evidence.SEEN if found.score >= rules.good_score else Evidence.DOUBTFUL


def appeared(stamp_ns: int, mask: np.ndarray) -> Presence:
    """Start with an object that is certain to be there; mask: bool (H, W), not empty."""
    return Presence(state=TrackState.VISIBLE, seen_ns=stamp_ns, box_px=box_of(mask))


def advance(
    known: Presence,
    *,
    stamp_ns: int,
    evidence: Evidence,
    mask: np.ndarray,
    rules: PresenceConfig,
) -> Presence:
    """
    Take one more frame into account.

    mask  bool (H, W): where the object is if it is not missing

    VISIBLE becomes OCCLUDED, and OCCLUDED becomes LOST, when the object has been missing for
    long enough, counted from the first frame that misses it: a camera that stands still proves
    nothing. Either becomes VISIBLE when the object was seen for long enough without missing in
    between. There is one change at most per frame. A stamp before those known starts the
    counting anew.
    """
    known = _rewound(known, stamp_ns)
    if evidence is Evidence.MISSING:
        return _missed(known, stamp_ns, rules)
    known = replace(known, seen_ns=stamp_ns, box_px=box_of(mask))
    return _met(known, stamp_ns, rules) if evidence is Evidence.SEEN else known


def presence_after(frames: Iterable[tuple[int, Propagated]], rules: PresenceConfig) -> Presence:
    """
    Take the frames of a pass into account.

    frames  stamp in ns and what was found, oldest first, at least one; the first shows the
            object for certain
    """
    (first_ns, first), *others = frames
    known = appeared(first_ns, first.mask)
    for stamp_ns, found in others:
        evidence = evidence_of(found, rules)
        known = advance(known, stamp_ns=stamp_ns, evidence=evidence, mask=found.mask, rules=rules)
    return known


def lost_s(known: Presence, stamp_ns: int, rules: PresenceConfig) -> float:
    """How long an object has been LOST, in s; 0 if it is not."""
    if known.state != TrackState.LOST or known.missing_ns is None:
        return 0.0
    lost_ns = known.missing_ns + round(1e9 * rules.lost_after_s)
    return max(0.0, (stamp_ns - lost_ns) / 1e9)


def box_of(mask: np.ndarray) -> Box | None:
    """Bounding rectangle of a mask: left, top, width, height in px; None if it is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1


def _rewound(known: Presence, stamp_ns: int) -> Presence:
    """Forget what lies in the future."""
    return replace(
        known,
        seen_ns=min(known.seen_ns, stamp_ns),
        missing_ns=None if known.missing_ns is None else min(known.missing_ns, stamp_ns),
        back_ns=None if known.back_ns is None else min(known.back_ns, stamp_ns),
    )


def _missed(known: Presence, stamp_ns: int, rules: PresenceConfig) -> Presence:
    missing_ns = stamp_ns if known.missing_ns is None else known.missing_ns
    missing_s, state = (stamp_ns - missing_ns) / 1e9, known.state
    if state == TrackState.VISIBLE and missing_s >= rules.occluded_after_s:
        state = TrackState.OCCLUDED
    elif state == TrackState.OCCLUDED and missing_s >= rules.lost_after_s:
        state = TrackState.LOST
    return replace(known, state=state, missing_ns=missing_ns, back_ns=None)


def _met(known: Presence, stamp_ns: int, rules: PresenceConfig) -> Presence:
    back_ns = stamp_ns if known.back_ns is None else known.back_ns
    for_good = known.state == TrackState.VISIBLE
    if for_good or (stamp_ns - back_ns) / 1e9 >= rules.visible_after_s:
        return replace(known, state=TrackState.VISIBLE, missing_ns=None, back_ns=None)
    return replace(known, back_ns=back_ns)
