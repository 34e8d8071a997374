"""Lessons in words: questions about pictures (LLaVA-Instruct), and Chat-UniVi's conversations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.data.chat import ChatSet
from visa_ros.data.samples import ChatSample
from visa_ros.errors import DataError
from visa_ros.model.published.tokenizer import IMAGE_TEXT
from visa_ros.train.instruction.lesson import Lesson, no_masks, Rgb, Rules, Talk
from visa_ros.train.instruction.pictures import blank, movie_frames, pad_square, read_rgb
from visa_ros.train.instruction.wording import Wording

_SLOTS = (IMAGE_TEXT, '<video>')
_PX = 16


class QuestionLessons:
    """Whole conversations about one picture, round by round."""

    def __init__(self, dataset: ChatSet, rules: Rules, wording: Wording) -> None:
        self._data = dataset
        self._wording = wording

    def __len__(self) -> int:
        return len(self._data)

    def draw(self, rng: np.random.Generator, frames: int) -> Lesson:
        """Draw a lesson; DataError or InvalidQueryError if what was drawn is damaged."""
        sample = self._data[int(rng.integers(len(self._data)))]
        rounds = _rounds(sample)
        pictures = tuple(read_rgb(path) for path in sample.pictures)
        first = (self._wording.about(rounds[0][0], len(pictures)), rounds[0][1])
        return _spoken(sample, pictures, (first, *rounds[1:]))


class ChatLessons:
    """The last round of conversations about pictures or a video."""

    def __init__(self, dataset: ChatSet, rules: Rules, wording: Wording) -> None:
        self._data = dataset
        self._wording = wording

    def __len__(self) -> int:
        return len(self._data)

    def draw(self, rng: np.random.Generator, frames: int) -> Lesson:
        """Draw a lesson with up to `frames` frames of a video; errors as QuestionLessons."""
        sample = self._data[int(rng.integers(len(self._data)))]
        if sample.video is None:
            # Some questions have no picture; the network wants to see at least one.
            pictures = tuple(pad_square(read_rgb(p)) for p in sample.pictures) or (blank(_PX),)
        else:
            pictures = movie_frames(sample.video, frames, rng)
        question, answer = _rounds(sample)[-1]
        return _spoken(sample, pictures, ((self._wording.about(question, len(pictures)), answer),))


def _rounds(sample: ChatSample) -> tuple[tuple[str, str], ...]:
    """Pair questions and answers; places of pictures are taken out."""
    texts = [_without_slots(turn.text) for turn in sample.turns]
    if not all(texts):
        raise DataError(f'{sample.dataset}: conversation {sample.id} has an empty turn')
    return tuple(zip(texts[::2], texts[1::2], strict=True))


def _without_slots(text: str) -> str:
    for slot in _SLOTS:
        text = text.replace(slot, '')
    return text.strip()


def _spoken(
    sample: ChatSample, pictures: Sequence[Rgb], turns: tuple[tuple[str, str], ...]
) -> Lesson:
    return Lesson(
        source=f'{sample.dataset} {sample.split}: conversation {sample.id}',
        references=tuple(pictures),
        target=None,
        talks=(Talk(turns=turns),),
        masks=no_masks(),
    )
