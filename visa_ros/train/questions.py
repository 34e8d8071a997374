"""Batches of pictures with questions, answers and masks, made from rendered clips as needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from visa_ros.data.tabletop import Clip, Tabletop
from visa_ros.model.text import AnswerVocabulary, PAD, SEG, TextEncoder
from visa_ros.sim.expressions import Expression, make_expressions
from visa_ros.structs import Status

_MAX_OBJECTS = 6  # of one answer
_LONG_PAST = 0.5  # share of batches that come with reference pictures


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """
    B samples with Q questions each.

    target, references  uint8 (B, 3, H, W), (B, R, 3, H, W)
    text, text_length   float (B, Q, T, E), int64 (B, Q)
    answer              int64 (B, Q, A)
    seg                 bool (B, Q, A): the states that predict a `[SEG]`
    masks               per sample float (n, H / 2, W / 2), in the order of `seg`
    category            int64 (B, H, W): 0 background, else 1 + index of the label
    """

    target: Tensor
    references: Tensor
    text: Tensor
    text_length: Tensor
    answer: Tensor
    seg: Tensor
    masks: list[Tensor]
    category: Tensor


class QuestionBatches:
    """Batch number k is the same whenever it is asked for: made from the seed and k alone."""

    def __init__(
        self,
        data: Tabletop,
        *,
        text: TextEncoder,
        labels: Sequence[str],
        samples: int,
        questions: int,
        references: int,
        seed: int,
        held_out: bool = False,
    ) -> None:
        self._data = data
        self._text = text
        self._vocabulary = AnswerVocabulary(labels)
        self._label_of = {label: i + 1 for i, label in enumerate(labels)}
        self._samples, self._questions, self._references = samples, questions, references
        self._seed = seed
        self._held_out = held_out

    def batch(self, number: int) -> Batch:
        """Make one batch."""
        rng = np.random.default_rng((self._seed, number))
        references = self._references if rng.random() < _LONG_PAST else 0
        clips = [
            self._data.clip(int(i)) for i in rng.integers(len(self._data), size=self._samples)
        ]
        samples = [self._sample(clip, references, rng) for clip in clips]
        pictures = torch.stack([torch.from_numpy(s.pictures) for s in samples])
        pictures = pictures.permute(0, 1, 4, 2, 3)  # (B, R + 1, 3, H, W)
        text, length = self._texts([s.expressions for s in samples])
        answer, seg = self._answers([(s.clip, s.expressions) for s in samples])
        instances = [torch.from_numpy(s.instances) for s in samples]
        return Batch(
            target=pictures[:, -1],
            references=pictures[:, :-1],
            text=text,
            text_length=length,
            answer=answer,
            seg=seg,
            masks=[_masks(ids, s.expressions) for ids, s in zip(instances, samples, strict=True)],
            category=torch.stack(
                [self._categories(s.clip, ids) for ids, s in zip(instances, samples, strict=True)]
            ),
        )

    def _sample(self, clip: Clip, references: int, rng: np.random.Generator) -> _Sample:
        frames = len(clip.record.frames)
        last = int(rng.integers(frames // 2 if references else 0, frames))
        past = np.linspace(0, last - 1, references).round().astype(int) if references else []
        pictures = np.stack([clip.rgb(int(k)) for k in (*past, last)])
        expressions = make_expressions(
            clip.record, last, rng, count=self._questions + 2, held_out=self._held_out
        )
        usable = [
            e
            for e in expressions
            if len(e.targets) <= _MAX_OBJECTS and (references or not e.needs_past)
        ]
        return _Sample(
            clip=clip,
            pictures=pictures,
            instances=clip.instances(last),
            expressions=usable[: self._questions],
        )

    def _texts(self, samples: Sequence[Sequence[Expression]]) -> tuple[Tensor, Tensor]:
        states = [self._text.encode([e.text for e in sample]) for sample in samples]
        longest = max(len(s) for row in states for s in row)
        width = states[0][0].shape[1]
        text = torch.zeros(len(samples), self._questions, longest, width)
        length = torch.ones(len(samples), self._questions, dtype=torch.long)
        for row, sample in enumerate(states):
            for column, state in enumerate(sample):
                text[row, column, : len(state)] = state
                length[row, column] = len(state)
        return text, length

    def _answers(
        self, samples: Sequence[tuple[Clip, Sequence[Expression]]]
    ) -> tuple[Tensor, Tensor]:
        ids = [[self._answer_ids(clip, e) for e in expressions] for clip, expressions in samples]
        longest = max(len(answer) for row in ids for answer in row)
        padded = torch.full((len(samples), self._questions, longest), PAD)
        for row, answers in enumerate(ids):
            for column, answer in enumerate(answers):
                padded[row, column, : len(answer)] = torch.tensor(answer)
        seg = torch.zeros_like(padded, dtype=torch.bool)
        seg[..., :-1] = padded[..., 1:] == SEG
        return padded, seg

    def _answer_ids(self, clip: Clip, expression: Expression) -> list[int]:
        named = {o.instance_id: o.category for o in clip.record.objects}
        labels = [named[i] for i in expression.targets]
        if not labels:
            status = Status.ABSENT
        elif expression.ambiguous:
            status = Status.AMBIGUOUS
        else:
            status = Status.FOUND
        return self._vocabulary.ids(status, labels)

    def _categories(self, clip: Clip, instances: Tensor) -> Tensor:
        table = torch.zeros(256, dtype=torch.long)
        for item in clip.record.objects:
            table[item.instance_id] = self._label_of[item.category]
        return table[instances.long()]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sample:
    clip: Clip
    pictures: np.ndarray  # uint8 (R + 1, H, W, 3)
    instances: np.ndarray  # uint8 (H, W)
    expressions: Sequence[Expression]


def _masks(instances: Tensor, expressions: Sequence[Expression]) -> Tensor:
    wanted = [target for e in expressions for target in e.targets]
    if not wanted:
        return torch.zeros(0, instances.shape[0] // 2, instances.shape[1] // 2)
    masks = instances[None] == torch.tensor(wanted, dtype=instances.dtype)[:, None, None]
    return functional.avg_pool2d(masks.float(), 2)
