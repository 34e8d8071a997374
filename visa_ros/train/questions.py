"""Batches of pictures with questions, answers and masks, made from rendered clips as needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
import threading

import numpy as np
import torch
from torch import Tensor

from visa_ros.data.tabletop import Clip, Tabletops
from visa_ros.model.pictures import change_maps
from visa_ros.model.text import AnswerVocabulary, LOOKING_BACK, PAD, SEG, TextEncoder
from visa_ros.sim.expressions import Expression, make_expressions
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.sights import look_at
from visa_ros.sim.wording import MoreWords
from visa_ros.structs import Status
from visa_ros.train.augment import Backgrounds
from visa_ros.train.lending import borrowed
from visa_ros.train.samples import Sample
from visa_ros.train.scenes import Scene, SceneMaker
from visa_ros.train.things import dense_truth, DenseTruth, stack, things_of

_MAX_OBJECTS = 6  # of one answer
_TRIES = 6  # clips, to find one of a kind
_TEXT_NOISE = 0.5  # of the size of a text state
_BLANK_SHARE = 0.1  # of the words
# What is asked. With a past, half is about it.
_MIX: Mapping[str, float] = {
    'category': 0.15, 'attribute': 0.12, 'size': 0.08, 'spatial': 0.26, 'function': 0.14,
    'knowledge': 0.15, 'multi': 0.09, 'absent': 0.13,
}  # fmt: skip
_MIX_OF_PAST: Mapping[str, float] = {**_MIX, 'motion': 0.18, 'event': 0.30}
_MIX_LOOKING_BACK: Mapping[str, float] = {
    'event': 0.5, 'category': 0.1, 'function': 0.1, 'motion': 0.1, 'absent': 0.2,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Asking:
    """
    What a batch consists of.

    samples, questions  pictures, and questions about each
    borrowed            further questions about each, of those about the others
    spoken              share of the answers that are whole; of others only the first word is there
    past                share of the batches that have a past
    looking_back        of them, so many ask about a first frame, with those after it
    references          whether the pictures of the past come along, not only what has changed
    bfloat16            read texts in it; worth it where the CPU has it
    """

    samples: int = 8
    questions: int = 16
    borrowed: int = 0
    spoken: float = 1.0
    past: float = 0.55
    looking_back: float = 0.15
    references: bool = True
    bfloat16: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """
    B samples with Q questions each.

    target, references  uint8 (B, 3, 2 H, 2 W), (B, R, 3, H, W)
    change              float (B, K, H / 8, W / 8)  see visa_ros.model.pictures
    relief              float (B, CHANNELS, H, W)   see visa_ros.geometry.relief; 0: no depth
    text, text_length   float (B, Q, T, E), int64 (B, Q)
    answer              int64 (B, Q, A)
    seg                 bool (B, Q, A): the states that predict a `[SEG]`
    wanted              per sample int64 (n,): the object of each of them, in their order
    fits                per sample bool (q, m): whether each of q questions means an object
    kinds               float (B, Q, 2, K): whether a kind is sought, and whether it is compared
                        with; NaN where nobody could say
    senses              int64 (B, Q): what else decides, an index in visa_ros.train.things.SENSES
    things              per sample float (m + 1, H / 2, W / 2): objects, last the background
    pixels, tokens      the truth of cells of 8 and 16 px
    """

    target: Tensor
    references: Tensor
    change: Tensor
    relief: Tensor
    text: Tensor
    text_length: Tensor
    answer: Tensor
    seg: Tensor
    wanted: list[Tensor]
    fits: list[Tensor]
    kinds: Tensor
    senses: Tensor
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
        self._data, self._scenes = data, SceneMaker(past_hw, backgrounds)
        self._text, self._text_lock = text, threading.Lock()
        self._vocabulary = AnswerVocabulary(labels)
        self._label_of = {label: i + 1 for i, label in enumerate(labels)}
        self._slots = slots
        self._asking, self._questions = asking, asking.questions + asking.borrowed
        self._seed = seed
        self._more = more

    def batch(self, number: int) -> Batch:
        """Make one batch."""
        rng = np.random.default_rng((self._seed, number))
        take = self._way_to_look(rng)
        samples = [self._sample(take(), rng) for _ in range(self._asking.samples)]
        samples = self._lend(samples, rng)
        pictures = torch.stack([torch.from_numpy(s.pictures) for s in samples])
        pictures = pictures.permute(0, 1, 4, 2, 3)  # (B, R + 1, 3, H, W)
        targets = torch.stack([torch.from_numpy(s.target) for s in samples])
        text, length = self._texts([s.expressions for s in samples])
        whole = rng.random((len(samples), self._questions)) < self._asking.spoken
        answer, seg = self._answers(samples, whole)
        return Batch(
            target=targets.permute(0, 3, 1, 2),
            references=pictures[:, : -1 if self._asking.references else 0],
            change=torch.from_numpy(np.stack([s.change for s in samples])),
            relief=torch.from_numpy(np.stack([s.relief for s in samples])),
            text=text,
            text_length=length,
            answer=answer,
            seg=seg,
            wanted=[s.wanted(said) for s, said in zip(samples, whole, strict=True)],
            fits=[s.fits() for s in samples],
            kinds=torch.stack([s.kinds(self._label_of, self._questions) for s in samples]),
            senses=torch.stack([s.senses(self._questions) for s in samples]),
            things=[s.areas() for s in samples],
            pixels=stack([s.pixels for s in samples]),
            tokens=stack([s.tokens for s in samples]),
        )

    def _way_to_look(self, rng: np.random.Generator) -> Callable[[], Scene]:
        """Draw how a whole batch looks at its clips."""
        scenes, count = self._scenes, self._slots
        if rng.random() >= self._asking.past:
            return lambda: scenes.single(self._clip(rng), rng)
        if rng.random() >= self._asking.looking_back:
            return lambda: scenes.of_past(self._clip(rng), count, rng)
        return lambda: scenes.looking_back(self._clip_of_loss(rng), count, rng)

    def _clip(self, rng: np.random.Generator) -> Clip:
        return self._data.clip(int(rng.integers(len(self._data))))

    def _clip_of_loss(self, rng: np.random.Generator) -> Clip:
        """Draw a clip, mostly one at whose end something is gone."""
        for _ in range(_TRIES):
            clip = self._clip(rng)
            if look_at(clip.record, len(clip) - 1).lost:
                break
        return clip

    def _sample(self, scene: Scene, rng: np.random.Generator) -> Sample:
        past = len(scene.pictures) > 1
        shown = look_at(scene.record, scene.frame)
        known = look_at(scene.record, len(scene.record.frames) - 1) if past else None
        things = things_of(scene.record, scene.frame, self._label_of, known, shown.seen)
        # A pixel alone cannot tell what has happened to it, nor what else there is.
        bare = replace(things, flags=np.full_like(things.flags, np.nan))
        return Sample(
            **vars(scene),
            change=change_maps(scene.pictures, slots=self._slots),
            expressions=self._expressions(scene, rng)[: self._asking.questions],
            pixels=dense_truth(scene.instances, bare, cell_px=8),
            tokens=dense_truth(scene.instances, things, cell_px=16),
        )

    def _expressions(self, scene: Scene, rng: np.random.Generator) -> list[Expression]:
        past, back = len(scene.pictures) > 1, scene.looks_back
        mix = _MIX_LOOKING_BACK if back else _MIX_OF_PAST if past else _MIX
        made = make_expressions(
            scene.record, len(scene.record.frames) - 1, rng,
            count=self._asking.questions + 3, more=self._more, mix=mix, lost=back,
        )  # fmt: skip
        usable = [
            e
            for e in made
            if len(e.targets) <= _MAX_OBJECTS
            and (past or not e.needs_past)
            and (not back or scene.shows(e.targets))
        ]
        return [replace(e, text=LOOKING_BACK + e.text) for e in usable] if back else usable

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
            fitting = [
                e for e in more if len(e.targets) <= _MAX_OBJECTS and sample.shows(e.targets)
            ]
            filled.append(replace(sample, expressions=[*own, *fitting]))
        return filled

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

    def _answers(self, samples: Sequence[Sample], whole: np.ndarray) -> tuple[Tensor, Tensor]:
        ids = [
            [
                self._answer_ids(s.record, e)[: None if whole[row, k] else 2]
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
