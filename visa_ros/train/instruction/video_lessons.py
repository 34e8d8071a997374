"""Lessons about videos with masks: ReVOS, MeViS, LV-VIS, Ref-YouTube-VOS, Ref-DAVIS17."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.samples import VideoSample
from visa_ros.data.video import VideoSet
from visa_ros.errors import DataError
from visa_ros.train.instruction.lesson import Lesson, one_of, Rgb, Rules, some_of
from visa_ros.train.instruction.pictures import read_rgb, spread
from visa_ros.train.instruction.wording import Wording


class VideoLessons:
    """
    Draws a video, expressions about it, frames that are spread over it, and one of them as target.

    Now and then the target is a frame of another video: nothing is there then, the masks are
    empty. Raises DataError for a set without masks, or without a video of two frames.
    """

    def __init__(self, dataset: VideoSet, rules: Rules, wording: Wording) -> None:
        self._data = dataset
        self._rules = rules
        self._wording = wording
        self._videos = [at for at in range(len(dataset.videos)) if self._is_usable(at)]
        if dataset.files.masks is None or not self._videos:
            raise DataError(
                f'{dataset.name} {dataset.split}: nothing to learn from: no masks, or no video '
                'with expressions and at least two frames'
            )

    def __len__(self) -> int:
        return len(self._videos)

    def draw(self, rng: np.random.Generator, frames: int) -> Lesson:
        """
        Draw a lesson.

        frames  references; fewer if the video is shorter

        DataError or InvalidQueryError if what was drawn is damaged.
        """
        at = one_of(self._videos, rng)
        samples = [self._data[i] for i in some_of(self._items(at), self._rules.expressions, rng)]
        paths = samples[0].paths
        chosen = spread(len(paths), frames, rng)
        k = one_of(chosen, rng)
        references = tuple(read_rgb(paths[i]) for i in chosen)
        target, masks = references[chosen.index(k)], _masks(samples, k)
        source = f'{samples[0]}, frame {samples[0].frames[k]}'
        if rng.random() < self._rules.negatives and len(self._videos) > 1:
            target, source = self._stranger(at, rng), f'{source}, target from another video'
            masks = np.zeros((len(samples), *target.shape[:2]), np.bool_)
        _check_size(source, target, masks)
        talks = (self._wording.segment(s.text, len(chosen), rng) for s in samples)
        return Lesson(
            source=source, references=references, target=target, talks=tuple(talks), masks=masks
        )

    def _is_usable(self, at: int) -> bool:
        return len(self._data.videos[at].frames) > 1 and bool(self._items(at))

    def _items(self, at: int) -> list[int]:
        expressions = self._data.videos[at].expressions
        pairs = zip(self._data.items_of(at), expressions, strict=True)
        return [item for item, expression in pairs if expression.text.strip()]

    def _stranger(self, at: int, rng: np.random.Generator) -> Rgb:
        """Read a random frame of another video."""
        other = one_of([v for v in self._videos if v != at], rng)
        return read_rgb(one_of(self._data[self._items(other)[0]].paths, rng))


def _masks(samples: list[VideoSample], k: int) -> NDArray[np.bool_]:
    return np.stack([sample.truth().mask(k) for sample in samples])


def _check_size(source: str, target: Rgb, masks: NDArray[np.bool_]) -> None:
    if masks.shape[1:] != target.shape[:2]:
        raise DataError(f'{source}: masks of {masks.shape[1:]} px, picture {target.shape[:2]}')
