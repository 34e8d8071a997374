"""Batches of pictures with questions, answers and masks, made from rendered clips as needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
import threading

import cv2
import numpy as np
import torch
from torch import Tensor

from visa_ros.data.tabletop import Clip, Tabletops
from visa_ros.model.pictures import change_maps, resized
from visa_ros.model.text import AnswerVocabulary, PAD, SEG, TextEncoder
from visa_ros.sim.expressions import Expression, make_expressions
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.sights import look_at
from visa_ros.sim.wording import MoreWords
from visa_ros.structs import Status
from visa_ros.train.augment import Backgrounds, photometric
from visa_ros.train.lending import borrowed
from visa_ros.train.samples import Sample, Scene
from visa_ros.train.things import dense_truth, DenseTruth, stack, things_of
from visa_ros.train.zoom import zoom_in

_MAX_OBJECTS = 6  # of one answer
_TEXT_NOISE = 0.25  # of the size of a text state
_BLANK_SHARE = 0.1  # of the words
_BACKGROUND_SHARE = 0.3  # of the pictures without references
_PRINT_SHARE = 0.2
# What is asked. With a past, half is about it.
_MIX: Mapping[str, float] = {
    'category': 0.10, 'attribute': 0.10, 'size': 0.09, 'spatial': 0.40, 'function': 0.12,
    'knowledge': 0.09, 'multi': 0.09, 'absent': 0.13,
}  # fmt: skip
_MIX_OF_PAST: Mapping[str, float] = {**_MIX, 'motion': 0.18, 'event': 0.30}


@dataclass(frozen=True, kw_only=True)
class Asking:
    """
    What a batch consists of.

    samples, questions  pictures, and questions about each
    borrowed            further questions about each, of those about the others
    spoken              share of the answers that are whole; of others only the first word is there
    past                share of the batches that have a past
    references          whether the pictures of the past come along, not only what has changed
    bfloat16            read texts in it; worth it where the CPU has it
    """

    samples: int = 8
    questions: int = 16
    borrowed: int = 0
    spoken: float = 1.0
    past: float = 0.55
    references: bool = True
    bfloat16: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """
    B samples with Q questions each.

    target, references  uint8 (B, 3, 2 H, 2 W), (B, R, 3, H, W)
    change              float (B, K, H / 8, W / 8)  see visa_ros.model.pictures
    text, text_length   float (B, Q, T, E), int64 (B, Q)
    answer              int64 (B, Q, A)
    seg                 bool (B, Q, A): the states that predict a `[SEG]`
    wanted              per sample int64 (n,): the object of each of them, in their order
    fits                per sample bool (q, m): whether each of q questions means an object
    kinds               float (B, Q, 2, K): whether a kind is sought, and whether it is compared
                        with; NaN where nobody could say
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
    kinds: Tensor
    things: list[Tensor]
    pixels: DenseTruth
    tokens: DenseTruth

    def noisy_text(self) -> Tensor:
        """
        Spoil the states of the text a little, and some words wholly, float (B, Q, T, E).

        Else a sentence is known by heart from its words; what is like it would mean nothing.
        """
        noise = torch.randn_like(self.text) * _TEXT_NOISE * self.text.std()
        blank = torch.rand(self.text.shape[:3]) < _BLANK_SHARE
        blank[:, :, 0] = False  # the embedding of the sentence
        return (self.text + noise).masked_fill(blank[..., None], 0.0)


class QuestionBatches:
    """Batch number k is the same whenever it is asked for: made from the seed and k alone."""

    def __init__(
        self,
        data: Tabletops,
        *,
        text: TextEncoder,
        labels: Sequence[str],
        past_hw: tuple[int, int],
        slots: int,
        asking: Asking,
        seed: int,
        more: MoreWords | None = None,
        backgrounds: Backgrounds | None = None,
    ) -> None:
        self._data, self._backgrounds = data, backgrounds
        self._text, self._text_lock = text, threading.Lock()
        self._vocabulary = AnswerVocabulary(labels)
        self._label_of = {label: i + 1 for i, label in enumerate(labels)}
        self._hw, self._slots = past_hw, slots
        self._full = (2 * past_hw[1], 2 * past_hw[0])  # (width, height) of the target
        self._asking, self._questions = asking, asking.questions + asking.borrowed
        self._seed = seed
        self._more = more

    def batch(self, number: int) -> Batch:
        """Make one batch."""
        rng = np.random.default_rng((self._seed, number))
        references = self._slots if rng.random() < self._asking.past else 0
        clips = [
            self._data.clip(int(i))
            for i in rng.integers(len(self._data), size=self._asking.samples)
        ]
        samples = self._lend([self._sample(clip, references, rng) for clip in clips], rng)
        pictures = torch.stack([torch.from_numpy(s.pictures) for s in samples])
        pictures = pictures.permute(0, 1, 4, 2, 3)  # (B, R + 1, 3, H, W)
        targets = torch.stack([torch.from_numpy(s.target) for s in samples])
        text, length = self._texts([s.expressions for s in samples])
        answer, seg = self._answers(samples, rng)
        return Batch(
            target=targets.permute(0, 3, 1, 2),
            references=pictures[:, : -1 if self._asking.references else 0],
            change=torch.from_numpy(np.stack([s.change for s in samples])),
            text=text,
            text_length=length,
            answer=answer,
            seg=seg,
            wanted=[s.wanted() for s in samples],
            fits=[s.fits() for s in samples],
            kinds=torch.stack([s.kinds(self._label_of, self._questions) for s in samples]),
            things=[s.areas() for s in samples],
            pixels=stack([s.pixels for s in samples]),
            tokens=stack([s.tokens for s in samples]),
        )

    def _sample(self, clip: Clip, references: int, rng: np.random.Generator) -> Sample:
        scene = self._scene(clip, references, rng) if references else self._picture(clip, rng)
        last = len(scene.record.frames) - 1
        look = look_at(scene.record, last)
        things = things_of(
            scene.record, last, self._label_of, look if references else None, look.seen
        )
        expressions = make_expressions(
            scene.record, last, rng, count=self._asking.questions + 3, more=self._more,
            mix=_MIX_OF_PAST if references else _MIX,
        )  # fmt: skip
        usable = [
            e
            for e in expressions
            if len(e.targets) <= _MAX_OBJECTS and (references or not e.needs_past)
        ]
        # A pixel alone cannot tell what has happened to it, nor what else there is.
        bare = replace(things, flags=np.full_like(things.flags, np.nan))
        return Sample(
            record=scene.record,
            pictures=scene.pictures,
            target=scene.target,
            change=change_maps(scene.pictures, slots=self._slots),
            instances=scene.instances,
            expressions=usable[: self._asking.questions],
            pixels=dense_truth(scene.instances, bare, cell_px=8),
            tokens=dense_truth(scene.instances, things, cell_px=16),
        )

    def _lend(self, samples: list[Sample], rng: np.random.Generator) -> list[Sample]:
        """Fill up with questions of others."""
        if not self._asking.borrowed:
            return samples
        filled = []
        for sample in samples:
            own = sample.expressions
            others = [e for other in samples if other is not sample for e in other.expressions]
            more = borrowed(
                look_at(sample.record, len(sample.record.frames) - 1), own, others, rng,
                count=self._questions - len(own),
            )  # fmt: skip
            fitting = [e for e in more if len(e.targets) <= _MAX_OBJECTS]
            filled.append(replace(sample, expressions=[*own, *fitting]))
        return filled

    def _scene(self, clip: Clip, references: int, rng: np.random.Generator) -> Scene:
        """Some frames up to one of the later ones; mostly the last."""
        frames = len(clip)
        late = rng.random() < 0.6
        last = frames - 1 if late else int(rng.integers(min(references, frames - 1), frames))
        past = np.rint(np.linspace(0, last, references + 1)).astype(int)[:-1]
        pictures, target = self._pictures(clip, (*past.tolist(), last), rng)
        return Scene(
            record=replace(clip.record, frames=clip.record.frames[: last + 1]),
            pictures=pictures,
            target=target,
            instances=cv2.resize(
                clip.instances(last), self._hw[::-1], interpolation=cv2.INTER_NEAREST
            ),
        )

    def _picture(self, clip: Clip, rng: np.random.Generator) -> Scene:
        """One frame, seen from nearer, at times before another background."""
        frame = int(rng.integers(len(clip)))
        rgb, instances = clip.rgb(frame), clip.instances(frame)
        if self._backgrounds is not None:
            if rng.random() < _BACKGROUND_SHARE:
                rgb = self._backgrounds.behind(rgb, instances, rng)
            if rng.random() < _PRINT_SHARE:
                rgb = self._backgrounds.printed(rgb, instances, rng)
        rgb, instances, record = zoom_in(rgb, instances, clip.record, frame, rng, self._full)
        target = photometric(rgb, rng)
        return Scene(
            record=record,
            pictures=resized(target, self._hw)[None],
            target=target,
            instances=instances[::2, ::2],
        )

    def _pictures(
        self, clip: Clip, frames: Sequence[int], rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Read frames, uint8 (T, H, W, 3), and the last in full; they vary alike."""
        seed = int(rng.integers(1 << 32))
        full = resized(clip.rgb(frames[-1]), self._full[::-1])
        small = [resized(clip.rgb(k), self._hw) for k in frames]
        varied = photometric(np.concatenate(small), np.random.default_rng(seed))
        target = photometric(full, np.random.default_rng(seed))
        return varied.reshape(len(frames), *small[0].shape), target

    def _texts(self, samples: Sequence[Sequence[Expression]]) -> tuple[Tensor, Tensor]:
        bfloat16 = torch.autocast('cpu', torch.bfloat16, enabled=self._asking.bfloat16)
        with self._text_lock, bfloat16:
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

    def _answers(
        self, samples: Sequence[Sample], rng: np.random.Generator
    ) -> tuple[Tensor, Tensor]:
        whole, share = rng.random((len(samples), self._questions)), self._asking.spoken
        ids = [
            [
                self._answer_ids(s.record, e)[: None if whole[row, k] < share else 2]
                for k, e in enumerate(s.expressions)
            ]
            for row, s in enumerate(samples)
        ]
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
