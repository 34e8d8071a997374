"""How right an answer was, from the masks of the simulator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from visa_ros.demo.facts import Outcome, Shot, Tracks
from visa_ros.eval.overlap import jaccard, WhenEmpty
from visa_ros.geometry.lifting import lift_mask
from visa_ros.structs import Status

RIGHT_IOU = 0.5
"""An answer is right from this mean overlap on; see is_right()."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """
    The verdict on one question and its figures; None where one does not apply.

    right         see is_right()
    iou           per frame of the window, of all answered objects together
    track_iou     mean over the live frames after the answer
    cloud_points  of all answered objects
    centroid_error_m  see centroid_error_m()

    A question without an answer has no figures, nor has one about something absent that was
    refused. Objects that were not found, and objects found where there are none, score 0.
    """

    right: bool
    iou: tuple[float, ...] | None
    track_iou: float | None
    cloud_points: int | None
    centroid_error_m: float | None

    @property
    def mean_iou(self) -> float | None:
        """Over the frames of the window."""
        return float(np.mean(self.iou)) if self.iou else None


def score(outcome: Outcome) -> Scores:
    """Judge one answer."""
    reply, targets = outcome.reply, outcome.expression.targets
    if not reply.answered or (not targets and not reply.objects):
        return Scores(
            right=is_right(outcome),
            iou=None,
            track_iou=None,
            cloud_points=None,
            centroid_error_m=None,
        )
    followed = [s for s in outcome.live if s.frame.stamp_ns in outcome.tracks]
    tracked = overlaps(followed, outcome.tracks, targets) if reply.objects else [0.0]
    return Scores(
        right=is_right(outcome),
        iou=tuple(_in_window(outcome)),
        track_iou=float(np.mean(tracked)) if tracked else None,
        cloud_points=sum(reply.cloud_points.values()) or None,
        centroid_error_m=centroid_error_m(outcome),
    )


def is_right(outcome: Outcome) -> bool:
    """
    Whether an answer is right.

    Where something fits: it names objects, and their overlap with the true ones, mean over the
    frames of the window, is RIGHT_IOU or more. Where nothing fits: it says so. A question that
    got no answer is wrong.
    """
    reply = outcome.reply
    if not outcome.expression.targets:
        return reply.status is Status.ABSENT and not reply.objects
    return (
        reply.answered and bool(reply.objects) and float(np.mean(_in_window(outcome))) >= RIGHT_IOU
    )


def overlaps(
    shots: Iterable[Shot],
    answered: Tracks,
    targets: Sequence[int],
) -> list[float]:
    """
    Intersection over union per shot, of all objects together.

    answered  stamp -> object id -> mask, bool (H, W)

    A frame in which nothing is to be seen and nothing was marked counts 1, as DAVIS has it.
    """
    return [
        jaccard(
            union(answered.get(shot.frame.stamp_ns, {}), shot.instances.shape),
            truth_mask(shot.instances, targets),
            when_empty=WhenEmpty.PERFECT,
        )
        for shot in shots
    ]


def centroid_error_m(outcome: Outcome) -> float | None:
    """
    Distance from the answered clouds to where the true objects are, in m, mean over the clouds.

    A cloud's place is the mean of its points. An object's place is the mean of its visible
    surface: its true mask lifted with the depth of the frame that the answer places it on. Each
    answered object is held against the target its mask overlaps most, or, if it overlaps none,
    the nearest one. None where that frame never arrived.
    """
    shot = outcome.placed_on
    places = {} if shot is None else _places(shot, outcome.expression.targets)
    if shot is None or not places:
        return None
    errors = []
    for state in outcome.reply.objects:
        center = outcome.reply.centroids_m.get(state.object_id)
        if center is None:
            continue
        overlap = {i: int(np.sum(state.mask & (shot.instances == i))) for i in places}
        best = max(places, key=lambda i: overlap[i])
        near = [best] if overlap[best] else list(places)
        errors.append(min(float(np.linalg.norm(center - places[i])) for i in near))
    return float(np.mean(errors)) if errors else None


def truth_mask(instances: np.ndarray, targets: Sequence[int]) -> np.ndarray:
    """Pixels of the objects that answer a question: bool (H, W)."""
    return np.isin(instances, targets)


def union(masks: Mapping[int, np.ndarray], hw: tuple[int, ...]) -> np.ndarray:
    """Pixels of any of the masks: bool (H, W)."""
    marked = np.zeros(hw, np.bool_)
    for mask in masks.values():
        marked |= mask
    return marked


def _in_window(outcome: Outcome) -> list[float]:
    """Overlap on each frame of the window that was answered."""
    answered = {frame.stamp_ns: frame.masks for frame in outcome.reply.sequence}
    return overlaps(outcome.looked_at, answered, outcome.expression.targets)


def _places(shot: Shot, targets: Sequence[int]) -> dict[int, np.ndarray]:
    """Instance id -> mean of its visible surface, for those with any."""
    frame = shot.frame
    if frame.depth_m is None or frame.camera is None:
        return {}
    surfaces = {i: lift_mask(frame.depth_m, shot.instances == i, frame.camera) for i in targets}
    return {i: p.mean(axis=0, dtype=np.float64) for i, p in surfaces.items() if len(p)}
