"""
Lessons about single pictures with masks: semantic classes, parts, referring, reasoning.

A picture is a video of one frame: it is the only reference, and the target as well.
"""

from __future__ import annotations

import numpy as np

from visa_ros.data.reasonseg import ReasonSeg
from visa_ros.data.registry import ImageSet
from visa_ros.data.samples import ImageQuery, ImageSample
from visa_ros.data.semantic import SemanticSet
from visa_ros.errors import DataError
from visa_ros.model.published.prompts import Form, normalise
from visa_ros.train.instruction.lesson import (
    Lesson,
    no_masks,
    one_of,
    Rgb,
    Rules,
    some_of,
    Talk,
)
from visa_ros.train.instruction.pictures import read_rgb
from visa_ros.train.instruction.wording import Wording


class SemanticLessons:
    """Asks for some of the classes that are in a picture."""

    def __init__(self, dataset: SemanticSet, rules: Rules, wording: Wording) -> None:
        self._data = dataset
        self._rules = rules
        self._wording = wording

    def __len__(self) -> int:
        return len(self._data)

    def draw(self, rng: np.random.Generator, frames: int) -> Lesson:
        """Draw a lesson; DataError if the picture is damaged or shows no class."""
        sample = self._data[int(rng.integers(len(self._data)))]
        rgb, labels = read_rgb(sample.path), sample.labels()
        names = {n: name for n, name in sample.present().items() if name}
        if not names:
            raise DataError(f'{sample.label_path}: shows no class')
        chosen = some_of(sorted(names), self._rules.expressions, rng)
        talks = [self._wording.segment(normalise(names[n]), 1, rng) for n in chosen]
        source = f'{sample.dataset} {sample.split}: {sample.path.name}'
        return _about(source, rgb, talks, [labels == n for n in chosen])


class QueryLessons:
    """Asks for what the texts of a picture mean: refCOCO and its kin, sets of parts."""

    def __init__(self, dataset: ImageSet, rules: Rules, wording: Wording) -> None:
        self._data = dataset
        self._rules = rules
        self._wording = wording

    def __len__(self) -> int:
        return len(self._data)

    def draw(self, rng: np.random.Generator, frames: int) -> Lesson:
        """Draw a lesson; DataError or InvalidQueryError if what was drawn is damaged."""
        sample = self._data[int(rng.integers(len(self._data)))]
        queries = some_of(sample.queries, self._rules.expressions, rng)
        texts = [one_of((query.text, *query.variants), rng) for query in queries]
        talks = [self._wording.segment(normalise(text), 1, rng) for text in texts]
        masks = [query.truth() == 1 for query in queries]
        return _about(_name(sample), read_rgb(sample.path), talks, masks)


class ReasonLessons:
    """Asks ReasonSeg's questions: for a mask, a mask and a reason, or for words alone."""

    def __init__(self, dataset: ReasonSeg, rules: Rules, wording: Wording) -> None:
        self._data = dataset
        self._rules = rules
        self._wording = wording

    def __len__(self) -> int:
        return len(self._data)

    def draw(self, rng: np.random.Generator, frames: int) -> Lesson:
        """Draw a lesson; DataError or InvalidQueryError if what was drawn is damaged."""
        sample = self._data[int(rng.integers(len(self._data)))]
        rgb = read_rgb(sample.path)
        queries = some_of(sample.queries, self._rules.expressions, rng)
        explanation = sample.explanation[1] if sample.explanation else ''
        if explanation and rng.random() < self._rules.text_only:
            return self._in_words(sample, rgb, queries, explanation)
        explained = bool(explanation) and rng.random() < 0.5
        talks = [self._ask(query, explanation if explained else '', rng) for query in queries]
        # All questions about a picture mean the same; 255, "not to be judged", is no object.
        mask = queries[0].truth() == 1
        return _about(_name(sample), rgb, talks, [mask] * len(queries))

    def _ask(self, query: ImageQuery, explanation: str, rng: np.random.Generator) -> Talk:
        text = query.text.strip() if query.is_sentence else normalise(query.text)
        if explanation:
            return self._wording.explain(text, 1, explanation, rng)
        form: Form = 'long' if query.is_sentence else 'short'
        return self._wording.segment(text, 1, rng, form)

    def _in_words(
        self, sample: ImageSample, rgb: Rgb, queries: list[ImageQuery], explanation: str
    ) -> Lesson:
        questions = (self._wording.about(query.text.strip(), 1) for query in queries)
        return Lesson(
            source=_name(sample),
            references=(rgb,),
            target=None,
            talks=tuple(Talk(turns=((question, explanation),)) for question in questions),
            masks=no_masks(),
        )


def _name(sample: ImageSample) -> str:
    return f'{sample.dataset} {sample.split}: {sample.path.name}'


def _about(source: str, rgb: Rgb, talks: list[Talk], masks: list[np.ndarray]) -> Lesson:
    """Make a lesson of one picture; DataError if a mask has another size."""
    for mask in masks:
        if mask.shape != rgb.shape[:2]:
            raise DataError(f'{source}: a mask of {mask.shape} px, picture {rgb.shape[:2]}')
    return Lesson(
        source=source, references=(rgb,), target=rgb, talks=tuple(talks), masks=np.stack(masks)
    )
