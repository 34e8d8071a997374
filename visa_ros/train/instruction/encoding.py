"""From a lesson to the numbers the network learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from visa_ros.errors import DataError
from visa_ros.model.published.config import PublishedConfig
from visa_ros.model.published.preprocess import clip_picture, sam_picture
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.tokenizer import IMAGE, PromptTokenizer
from visa_ros.model.published.training import IGNORE, labels_of, Sample
from visa_ros.train.instruction.lesson import Lesson


@dataclass(frozen=True, kw_only=True, eq=False)
class Example:
    """
    A sample and what people want to know of it.

    tokens  of all its rows, pictures included
    """

    sample: Sample
    source: str
    prompts: tuple[str, ...]
    tokens: int


class Encoder:
    """Turns lessons into samples of one model."""

    def __init__(
        self,
        config: PublishedConfig,
        *,
        tokenizer: PromptTokenizer,
        template: PromptTemplate,
        max_tokens: int,
    ) -> None:
        """
        Remember what the model expects.

        max_tokens  of a row, pictures included; what is beyond is cut off
        """
        self._config = config
        self._tokenizer = tokenizer
        self._template = template
        self._max_tokens = min(max_tokens, config.language.max_positions)

    def encode(self, lesson: Lesson) -> Example:
        """Encode; DataError if cutting a row would leave nothing to learn, or half of it."""
        prompts = tuple(self._template.conversation(talk.turns) for talk in lesson.talks)
        rows = [self._row(prompt, lesson.source) for prompt in prompts]
        sample = Sample(
            pictures=self._pictures(lesson),
            target=torch.zeros(3, self._config.sam.image_px, self._config.sam.image_px),
            ids=tuple(ids for ids, _ in rows),
            labels=tuple(labels for _, labels in rows),
            truth=torch.from_numpy(lesson.masks.astype(np.float32)),
            resize_hw=(self._config.sam.image_px, self._config.sam.image_px),
        )
        if lesson.target is not None:
            picture = sam_picture(lesson.target, self._config.sam.image_px)
            pixels = torch.from_numpy(picture.pixels)
            sample = replace(sample, target=pixels, resize_hw=picture.resize_hw)
        return Example(
            sample=sample,
            source=lesson.source,
            prompts=prompts,
            tokens=sum(self._length(ids) for ids in sample.ids),
        )

    def _pictures(self, lesson: Lesson) -> torch.Tensor:
        side = self._config.clip.image_px
        seen = (*lesson.references, *(() if lesson.target is None else (lesson.target,)))
        pictures = [clip_picture(rgb, side) for rgb in seen]
        return torch.from_numpy(np.stack(pictures) if pictures else np.zeros((0, 3, side, side)))

    def _row(self, prompt: str, source: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return ids and labels, cut to the longest row."""
        ids = self._tokenizer.encode(prompt)
        labels = labels_of(prompt, template=self._template, tokenizer=self._tokenizer)
        keep = len(ids)
        while self._length(ids[:keep]) > self._max_tokens:
            keep -= 1
        lost = {*ids[keep:]} & {IMAGE, self._config.seg_token}
        if lost or all(label == IGNORE for label in labels[1:keep]):
            raise DataError(f'{source}: longer than {self._max_tokens} tokens before its answer')
        return tuple(ids[:keep]), tuple(labels[:keep])

    def _length(self, ids: Sequence[int]) -> int:
        """Tokens of a row, pictures included."""
        return len(ids) + ids.count(IMAGE) * (self._config.tokens_per_picture - 1)
