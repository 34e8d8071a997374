"""Follow true masks of the first frame through simulated clips and compare with the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from tqdm import tqdm

from visa_ros.data.tabletop import Clip, Tabletop
from visa_ros.eval.overlap import WhenEmpty
from visa_ros.eval.scores import Score, score_sequence, summary
from visa_ros.sim.sights import VISIBLE_SHARE
from visa_ros.structs import Propagated


class Follower(Protocol):
    """What visa_ros.tracking.MemoryTracker does."""

    def step(
        self, rgb: np.ndarray, masks: Mapping[int, np.ndarray] | None = None
    ) -> Mapping[int, Propagated]:
        """Find all objects on the next frame; masks set some on it."""
        ...

    def fork(self) -> Follower:
        """Make one with an empty memory."""
        ...


def evaluate_vos(clips: Tabletop, tracker: Follower, *, progress: bool = True) -> dict[str, Any]:
    """
    Start with the true masks of the first frame; return J and F of the later frames, 0 to 1.

    Means over all objects that are visible in the first frame of their clip.
    """
    scores: list[Score] = []
    for i in tqdm(range(len(clips)), desc='following', unit='clip', disable=not progress):
        scores += _follow(clips.clip(i), tracker.fork())
    return {'scenes': len(clips), **summary(scores)}


def _follow(clip: Clip, tracker: Follower) -> list[Score]:
    images = [clip.instances(k) for k in range(len(clip))]
    ids, counts = np.unique(images[0], return_counts=True)
    visible = [
        int(i)
        for i, n in zip(ids, counts, strict=True)
        if i and n >= VISIBLE_SHARE * images[0].size
    ]
    if not visible or len(clip) < 2:
        return []
    tracker.step(clip.rgb(0), {i: images[0] == i for i in visible})
    tracks = [tracker.step(clip.rgb(k)) for k in range(1, len(clip))]
    return [
        score_sequence(
            [track[i].mask for track in tracks],
            [image == i for image in images[1:]],
            when_empty=WhenEmpty.PERFECT,
        )
        for i in visible
    ]
