"""Batches for a tracker in training: shapes and stills at first, then videos."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from visa_ros.data.tabletop import Tabletop
from visa_ros.train.clips import ClipBatch, make_batch, TabletopClips, TrainingClip
from visa_ros.train.folders import FolderClips
from visa_ros.train.shapes import shapes_clip
from visa_ros.train.stills import bent
from visa_ros.train.tracker_recipe import TrackerTraining

_VIDEOS = 0.85


class ClipSource(Protocol):
    """Where clips are drawn from."""

    def video(self, rng: np.random.Generator, *, frames: int) -> TrainingClip:
        """Frames of a video, in the order of time or against it."""
        ...

    def still(self, rng: np.random.Generator, *, frames: int) -> TrainingClip:
        """One picture, several times."""
        ...


def open_clips(root: Path) -> ClipSource:
    """
    Open what `visa-ros sim render` wrote, or a tree as DAVIS and YouTube-VOS have it.

    DataError if it is neither.
    """
    if (root / 'Scenes').is_dir():
        tabletop = Tabletop(root)
        return TabletopClips(tabletop, range(len(tabletop)))
    return FolderClips(root)


class BatchSource:
    """
    Batches by number: the same number gives the same batch at the same stage.

    videos    None: only shapes and stills
    pictures  for stills; None: those of the videos
    """

    def __init__(
        self,
        videos: ClipSource | None,
        pictures: ClipSource | None,
        training: TrackerTraining,
        seed: int,
    ):
        self._videos = videos
        self._stills = videos if pictures is None else pictures
        self._training = training
        self._seed = seed

    def batch(self, step: int, progress: float) -> ClipBatch:
        """Stills and shapes at first, then mostly videos."""
        rng = np.random.default_rng((self._seed, step))
        late = self._videos is not None and progress >= self._training.videos_from
        videos = self._videos if late and rng.random() < _VIDEOS else None
        clips = [self._clip(rng, videos) for _ in range(self._training.clips)]
        return make_batch(
            clips,
            rng,
            objects=self._training.objects,
            crop_hw=self._training.crop_hw,
            jitter=1.0 if videos is None else 0.25,
        )

    def _clip(self, rng: np.random.Generator, videos: ClipSource | None) -> TrainingClip:
        training = self._training
        if videos is not None:
            return videos.video(rng, frames=training.video_frames)
        if self._stills is None or rng.random() < training.shapes:
            return shapes_clip(rng, frames=training.still_frames)
        clip = self._stills.still(rng, frames=training.still_frames)
        return bent(clip, rng, strength=training.bend)


def open_batches(
    data: Path | None, pictures: Path | None, training: TrackerTraining, seed: int
) -> BatchSource:
    """Open what there is; errors as in open_clips."""
    videos, stills = (None if path is None else open_clips(path) for path in (data, pictures))
    return BatchSource(videos, stills, training, seed)
