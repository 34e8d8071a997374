"""Batches of pictures with questions, answers and masks, made from rendered clips as needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
import threading

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from visa_ros.data.tabletop import Clip, Tabletop
from visa_ros.model.pictures import change_maps, shrink
from visa_ros.model.text import AnswerVocabulary, PAD, SEG, TextEncoder
from visa_ros.sim.expressions import Expression, make_expressions
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.sights import look_at
from visa_ros.sim.wording import MoreWords
from visa_ros.structs import Status
from visa_ros.train.augment import Backgrounds, photometric
from visa_ros.train.things import dense_truth, DenseTruth, stack, things_of
from visa_ros.train.zoom import zoom_in

_MAX_OBJECTS = 6  # of one answer
_LONG_PAST = 0.55  # share of batches that come with reference pictures
_BACKGROUND_SHARE = 0.3  # of the pictures without references
# What is asked. With a past, half is about it.
_MIX: Mapping[str, float] = {
    'category': 0.13, 'attribute': 0.10, 'size': 0.08, 'spatial': 0.19, 'function': 0.15,
    'knowledge': 0.09, 'multi': 0.09, 'absent': 0.17,
}  # fmt: skip
_MIX_OF_PAST: Mapping[str, float] = {**_MIX, 'motion': 0.16, 'event': 0.26}


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """
    B samples with Q questions each.

    target, references  uint8 (B, 3, H, W), (B, R, 3, H, W)
    change              float (B, K, H / 8, W / 8)  see visa_ros.model.pictures
    text, text_length   float (B, Q, T, E), int64 (B, Q)
    answer              int64 (B, Q, A)
    seg                 bool (B, Q, A): the states that predict a `[SEG]`
    wanted              per sample int64 (n,): the object of each of them, in their order
    fits                per sample bool (q, m): whether each of q questions means an object
    things              per sample float (m + 1, H / 2, W / 2): objects, last the background
    pixels, tokens      the truth of cells of 8 and 16 px
    """

    target: Tensor
    references: Tensor
    change: Tensor
    text: Tensor
    text_length: Tensor
    answer: Tensor
    seg: Tensor
    wanted: list[Tensor]
    fits: list[Tensor]
    things: list[Tensor]
    pixels: DenseTruth
    tokens: DenseTruth


class QuestionBatches:
    """Batch number k is the same whenever it is asked for: made from the seed and k alone."""

    def __init__(
        self,
        data: Tabletop,
        *,
        text: TextEncoder,
        labels: Sequence[str],
        image_hw: tuple[int, int],
        slots: int,
        samples: int,
        questions: int,
        seed: int,
        more: MoreWords | None = None,
        backgrounds: Backgrounds | None = None,
    ) -> None:
        self._data, self._backgrounds = data, backgrounds
        self._text, self._text_lock = text, threading.Lock()
        self._vocabulary = AnswerVocabulary(labels)
        self._label_of = {label: i + 1 for i, label in enumerate(labels)}
        self._size, self._slots = image_hw[::-1], slots
        self._samples, self._questions = samples, questions
        self._seed = seed
        self._more = more

    def batch(self, number: int) -> Batch:
        """Make one batch."""
        rng = np.random.default_rng((self._seed, number))
        references = self._slots if rng.random() < _LONG_PAST else 0
        clips = [
            self._data.clip(int(i)) for i in rng.integers(len(self._data), size=self._samples)
        ]
        samples = [self._sample(clip, references, rng) for clip in clips]
        pictures = torch.stack([torch.from_numpy(s.pictures) for s in samples])
        pictures = pictures.permute(0, 1, 4, 2, 3)  # (B, R + 1, 3, H, W)
        text, length = self._texts([s.expressions for s in samples])
        answer, seg = self._answers(samples)
        return Batch(
            target=pictures[:, -1],
            references=pictures[:, :-1],
            change=torch.from_numpy(np.stack([s.change for s in samples])),
            text=text,
            text_length=length,
            answer=answer,
            seg=seg,
            wanted=[_wanted(s) for s in samples],
            fits=[_fits(s) for s in samples],
            things=[_areas(s) for s in samples],
            pixels=stack([s.pixels for s in samples]),
            tokens=stack([s.tokens for s in samples]),
        )

    def _sample(self, clip: Clip, references: int, rng: np.random.Generator) -> _Sample:
        scene = self._scene(clip, references, rng) if references else self._picture(clip, rng)
        last = len(scene.record.frames) - 1
        look = look_at(scene.record, last) if references else None
        things = things_of(scene.record, last, self._label_of, look)
        expressions = make_expressions(
            scene.record, last, rng, count=self._questions + 3, more=self._more,
            mix=_MIX_OF_PAST if references else _MIX,
        )  # fmt: skip
        usable = [
            e
            for e in expressions
            if len(e.targets) <= _MAX_OBJECTS and (references or not e.needs_past)
        ]
        # A pixel alone cannot tell what has happened to it.
        bare = replace(things, happened=np.full_like(things.happened, np.nan))
        return _Sample(
            record=scene.record,
            pictures=scene.pictures,
            change=change_maps(scene.pictures, slots=self._slots),
            instances=scene.instances,
            expressions=usable[: self._questions],
            pixels=dense_truth(scene.instances, bare, cell_px=8),
            tokens=dense_truth(scene.instances, things, cell_px=16),
        )

    def _scene(self, clip: Clip, references: int, rng: np.random.Generator) -> _Scene:
        """Some frames up to one of the later ones; mostly the last."""
        frames = len(clip)
        late = rng.random() < 0.6
        last = frames - 1 if late else int(rng.integers(min(references, frames - 1), frames))
        past = np.rint(np.linspace(0, last, references + 1)).astype(int)[:-1]
        return _Scene(
            record=replace(clip.record, frames=clip.record.frames[: last + 1]),
            pictures=self._pictures(clip, (*past.tolist(), last), rng),
            instances=cv2.resize(
                clip.instances(last), self._size, interpolation=cv2.INTER_NEAREST
            ),
        )

    def _picture(self, clip: Clip, rng: np.random.Generator) -> _Scene:
        """One frame, seen from nearer, at times before another background."""
        frame = int(rng.integers(len(clip)))
        rgb, instances = clip.rgb(frame), clip.instances(frame)
        if self._backgrounds is not None and rng.random() < _BACKGROUND_SHARE:
            rgb = self._backgrounds.behind(rgb, instances, rng)
        rgb, instances, record = zoom_in(rgb, instances, clip.record, frame, rng, self._size)
        return _Scene(record=record, pictures=photometric(rgb, rng)[None], instances=instances)

    def _pictures(self, clip: Clip, frames: Sequence[int], rng: np.random.Generator) -> np.ndarray:
        """Read frames and vary them alike, uint8 (T, H, W, 3)."""
        small = [shrink(clip.rgb(k), self._size[::-1]) for k in frames]
        varied = photometric(np.concatenate(small), rng)
        return varied.reshape(len(frames), *small[0].shape)

    def _texts(self, samples: Sequence[Sequence[Expression]]) -> tuple[Tensor, Tensor]:
        with self._text_lock:
            flat = self._text.encode([e.text for sample in samples for e in sample])
        longest, width = max(map(len, flat)), flat[0].shape[1]
        text = torch.zeros(len(samples), self._questions, longest, width)
        length = torch.ones(len(samples), self._questions, dtype=torch.long)
        states = iter(flat)
        for row, sample in enumerate(samples):
            for column, _ in enumerate(sample):
                state = next(states)
                text[row, column, : len(state)] = state
                length[row, column] = len(state)
        return text, length

    def _answers(self, samples: Sequence[_Sample]) -> tuple[Tensor, Tensor]:
        ids = [[self._answer_ids(s.record, e) for e in s.expressions] for s in samples]
        longest = max(len(answer) for row in ids for answer in row)
        padded = torch.full((len(samples), self._questions, longest), PAD)
        for row, answers in enumerate(ids):
            for column, answer in enumerate(answers):
                padded[row, column, : len(answer)] = torch.tensor(answer)
        seg = torch.zeros_like(padded, dtype=torch.bool)
        seg[..., :-1] = padded[..., 1:] == SEG
        return padded, seg

    def _answer_ids(self, record: SceneRecord, expression: Expression) -> list[int]:
        named = {o.instance_id: o.category for o in record.objects}
        labels = [named[i] for i in expression.targets]
        if not labels:
            status = Status.ABSENT
        elif expression.ambiguous:
            status = Status.AMBIGUOUS
        else:
            status = Status.FOUND
        return self._vocabulary.ids(status, labels)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scene:
    record: SceneRecord  # up to the last picture
    pictures: np.ndarray  # uint8 (R + 1, H, W, 3)
    instances: np.ndarray  # uint8 (H, W), of the last picture


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sample(_Scene):
    change: np.ndarray
    expressions: Sequence[Expression]
    pixels: DenseTruth
    tokens: DenseTruth


def _wanted(sample: _Sample) -> Tensor:
    """Row in `_areas` of each object that the answers name."""
    row_of = {o.instance_id: k for k, o in enumerate(sample.record.objects)}
    rows = [row_of[target] for e in sample.expressions for target in e.targets]
    return torch.tensor(rows, dtype=torch.long)


def _fits(sample: _Sample) -> Tensor:
    ids = [o.instance_id for o in sample.record.objects]
    rows = [[i in e.targets for i in ids] for e in sample.expressions]
    return torch.tensor(rows, dtype=torch.bool).reshape(-1, len(ids))


def _areas(sample: _Sample) -> Tensor:
    ids = [o.instance_id for o in sample.record.objects] + [0]
    shown = torch.from_numpy(sample.instances)
    masks = shown[None] == torch.tensor(ids, dtype=torch.uint8)[:, None, None]
    return functional.avg_pool2d(masks.float(), 2)
