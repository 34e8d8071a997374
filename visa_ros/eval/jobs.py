"""Units of work, and those of videos: the expressions about one video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
import logging
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.revos import ReVOS
from visa_ros.data.samples import Track, VideoSample
from visa_ros.data.video import VideoSet
from visa_ros.errors import DataError, VisaError
from visa_ros.eval.compare import compare, FrameValues, means, MEASURES, VideoTruth
from visa_ros.eval.metrics import FrameRule
from visa_ros.eval.predict import Predictor, Question, video_question
from visa_ros.eval.results import Key, Result
from visa_ros.video.rle import decode

_log = logging.getLogger(__name__)


class Job(Protocol):
    """What can be done in one go, in any process."""

    def results(self) -> Iterator[Result]:
        """Yield one result for each expression; errors are results too."""
        ...


class Plan(Protocol):
    """
    All work of a split.

    keys  of the expressions of each job, in the order of the set
    """

    keys: Sequence[tuple[Key, ...]]

    def job(self, unit: int, wanted: set[Key]) -> Job:
        """Make the job of one unit, for some of its expressions."""
        ...

    def question(self, key: Key) -> Question:
        """Look an expression up."""
        ...

    def truth(self, key: Key, k: int) -> NDArray[np.bool_] | None:
        """Return the true mask on picture k, bool (H, W); None if it is not public."""
        ...


def failure(error: Exception) -> str:
    """Write an error as reports have it; what nobody expected is logged with its place."""
    if not isinstance(error, VisaError):
        _log.warning('an expression failed', exc_info=error)
    return f'{type(error).__name__}: {error}'


class LoadedTracks:
    """The tracks of one video, read once; what is wrong with one is told when it is asked for."""

    def __init__(self, samples: Sequence[VideoSample]) -> None:
        self._found: dict[str, Track | str] = {}
        for sample in samples:
            for name in sample.annotation_ids:
                if name not in self._found and sample.source is not None:
                    self._found[name] = self._load(sample, name)
        known = (sample.source.path for sample in samples if sample.source is not None)
        self.path = next(known, samples[0].folder)

    @staticmethod
    def _load(sample: VideoSample, name: str) -> Track | str:
        if sample.source is None:
            return f'{sample}: the masks are not public'
        try:
            return sample.source.track(sample.video, sample.frames, name)
        except VisaError as error:
            return str(error)

    def track(self, video: str, frames: tuple[str, ...], annotation_id: str) -> Track:
        """Return one object's masks; DataError if they could not be read."""
        found = self._found[annotation_id]
        if isinstance(found, str):
            raise DataError(found)
        return found

    def readable(self) -> dict[str, Track]:
        """Return all tracks that could be read."""
        return {name: track for name, track in self._found.items() if not isinstance(track, str)}


@dataclass(frozen=True, kw_only=True, eq=False)
class VideoJob:
    """
    Expressions about one video.

    tracks      of all expressions of the video; None: they are not public
    foreground  union of all objects per frame, what is wrong with it, or None: to be computed
    """

    samples: tuple[VideoSample, ...]
    tracks: LoadedTracks | None
    foreground: Track | str | None
    predictor: Predictor
    rule: FrameRule

    def results(self) -> Iterator[Result]:
        """Yield the results in the order of the samples."""
        judge = _VideoJudge(self)
        for sample in self.samples:
            question = video_question(sample)
            values, refused, error = dict.fromkeys(MEASURES, 0.0), False, ''
            try:
                values, refused = judge.judge(sample, question)
            except Exception as problem:
                error = failure(problem)
            yield Result(
                video=sample.video,
                expression_id=sample.expression_id,
                text=sample.text,
                type_id=sample.type_id,
                kind=str(sample.attributes.get('type', '')),
                axis=str(sample.attributes.get('axis', '')),
                frames=len(sample.frames),
                values=values if self.tracks is not None else {},
                refused=refused,
                error=error,
                source=self.predictor.source(question),
            )


class _VideoJudge:
    """Compares with the truth of one video, which is decoded once."""

    def __init__(self, job: VideoJob) -> None:
        self._job = job
        self._truth: VideoTruth | None = None
        self._areas: dict[int, int] = {}

    def judge(self, sample: VideoSample, question: Question) -> tuple[dict[str, float], bool]:
        """Return the measures, and whether there is no mask at all."""
        job = self._job
        if job.tracks is None:
            masks = job.predictor.masks(question, sample.size())
            # Every mask is wanted, for a predictor may write it.
            return {}, sum(mask.count() for mask in masks) == 0
        hw = sample.truth().hw  # all checks of the set's own files
        if self._truth is None or self._truth.hw != hw:
            self._truth = VideoTruth(job.tracks.readable(), hw)
        frames: list[FrameValues] = []
        for k, mask in enumerate(job.predictor.masks(question, hw)):
            truth = self._truth.frame(sample.annotation_ids, k)
            frames.append(compare(mask, truth, self._area(k)))
        return means(frames, job.rule), not any(frame.predicted for frame in frames)

    def _area(self, k: int) -> int:
        """Return the area of all objects on frame k in px; DataError if it is not known."""
        if k not in self._areas:
            self._areas[k] = self._count(k)
        return self._areas[k]

    def _count(self, k: int) -> int:
        job, truth = self._job, self._truth
        if isinstance(job.foreground, str):
            raise DataError(job.foreground)
        if job.foreground is not None:
            rle = job.foreground[k]
            return 0 if rle is None else int(decode(rle).sum())
        if job.tracks is None or truth is None:
            return 0
        return truth.area(tuple(job.tracks.readable()), k)


class VideoPlan:
    """The work of a split of videos."""

    def __init__(self, dataset: VideoSet, predictor: Predictor, *, rule: FrameRule) -> None:
        self._dataset = dataset
        self._predictor = predictor
        self._rule = rule
        self.keys: Sequence[tuple[Key, ...]] = [
            tuple((video.name, expression.id) for expression in video.expressions)
            for video in dataset.videos
        ]
        self._items = {key: i for i, key in enumerate(k for keys in self.keys for k in keys)}

    def job(self, unit: int, wanted: set[Key]) -> VideoJob:
        """Read the masks of a video; what cannot be read becomes an error of its expressions."""
        self._predictor.prepare()
        everything = [self._dataset[i] for i in self._dataset.items_of(unit)]
        tracks = LoadedTracks(everything) if everything[0].has_truth else None
        samples = tuple(
            replace(sample, source=tracks)
            for sample in everything
            if (sample.video, sample.expression_id) in wanted
        )
        return VideoJob(
            samples=samples,
            tracks=tracks,
            foreground=self._foreground(unit) if tracks is not None else None,
            predictor=self._predictor,
            rule=self._rule,
        )

    def question(self, key: Key) -> Question:
        """Look an expression up."""
        return video_question(self._dataset[self._items[key]])

    def truth(self, key: Key, k: int) -> NDArray[np.bool_] | None:
        """Return the true mask on picture k, bool (H, W); None if it is not public."""
        sample = self._dataset[self._items[key]]
        return sample.truth().mask(k) if sample.has_truth else None

    def _foreground(self, unit: int) -> Track | str | None:
        if not isinstance(self._dataset, ReVOS) or not self._dataset.foreground_file.is_file():
            return None
        try:
            return self._dataset.foreground(unit)
        except VisaError as error:
            return str(error)
