"""
The second stage of visa-nano: instruction tuning.

One loss for the words, three for what the `[SEG]` states point at and cut out, and those of the
first stage again, now on what the language model makes of each visual token, what has happened to
it included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn, Tensor
from torch.nn import functional

from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.text import PAD
from visa_ros.model.visa import Reading, View, VisaModel
from visa_ros.model.vision import PictureFeatures
from visa_ros.nn.efficientnet import normalise
from visa_ros.train.dense import DenseHead, KindHead, matching_loss, pointing_loss, SenseHead
from visa_ros.train.losses import mask_iou, mask_loss, word_loss
from visa_ros.train.question_run import learn_from_questions, QuestionTraining
from visa_ros.train.questions import Asking, Batch
from visa_ros.train.run import Schedule

_DECODED = 2  # `[SEG]` states of a picture whose masks are decoded in full, and as many questions
# Most words of an answer follow from the others: the few that do not must count among the masks.
_SHARES: Mapping[str, float] = {
    'word': 2.0,
    'kinds': 2.0,
    'sense': 0.7,
    'match': 3.0,
    'union guess': 1.0,
    'union': 1.5,
    'point': 1.0,
    'guess': 0.3,
    'mask': 0.6,
    'quality': 0.5,
    'pixel kind': 0.2,
    'pixel color': 0.1,
    'pixel number': 0.2,
    'token kind': 0.2,
    'token color': 0.1,
    'token number': 0.5,
    'token flags': 1.0,
}


@dataclass(frozen=True, kw_only=True)
class SegmenterTraining(QuestionTraining):
    """How to learn to answer."""

    schedule: Schedule = field(
        default_factory=lambda: Schedule(steps=700, cooldown=400, rate=7e-4)
    )
    asking: Asking = field(default_factory=lambda: Asking(questions=12, borrowed=6))


class AnswerLearner(nn.Module):
    """The model with heads on its image features and on its visual tokens when read."""

    def __init__(self, model: VisaModel, config: VisaConfig, *, bfloat16: bool = False) -> None:
        super().__init__()
        self.model = model
        self._bfloat16 = bfloat16
        self.kind_head = KindHead(config.hidden, len(config.labels))
        self.sense_head = SenseHead(config.hidden)
        self.pixel_head = DenseHead(config.mask_dim, len(config.labels))
        self.token_head = DenseHead(config.hidden, len(config.labels))

    def losses(self, batch: Batch) -> Mapping[str, Tensor]:
        """Return the losses by name, and the mean IoU of the masks as 'iou'."""
        view, reading = self._read(batch)
        pixels = view.embedding.flatten(2).transpose(1, 2)
        words = self.model.lm_head(reading.answer)
        return {
            'word': word_loss(words, batch.answer, pad=PAD),
            'kinds': self.kind_head.loss(reading.answer[:, :, 0], batch.kinds),
            'sense': self.sense_head.loss(reading.answer[:, :, 0], batch.senses),
            **self.pixel_head.losses(pixels, batch.pixels, 'pixel'),
            **self.token_head.losses(reading.visual, batch.tokens, 'token'),
            **self._matches(view, reading, batch),
            **self._masks(view, reading, batch),
        }

    def _read(self, batch: Batch) -> tuple[View, Reading]:
        """Read pictures and questions; what is frozen or large may run in bfloat16."""
        fast = torch.autocast('cpu', torch.bfloat16, enabled=self._bfloat16)
        model, count = self.model, batch.references.shape[1]
        with fast:
            seen = model.encoder(normalise(batch.target))
        features = PictureFeatures(grid=seen.grid.float(), embedding=seen.embedding.float())
        past = features.grid.new_zeros(len(batch.target), 0, *features.grid.shape[1:])
        if count:
            with fast:
                grids = model.encoder.grids(normalise(batch.references.flatten(0, 1)))
            past = grids.float().unflatten(0, (-1, count))
        view = model.compose(features, past, batch.change)
        with fast:
            reading = model.read(view, batch.noisy_text(), batch.text_length, batch.answer)
        return view, Reading(visual=reading.visual.float(), answer=reading.answer.float())

    def _matches(self, view: View, reading: Reading, batch: Batch) -> dict[str, Tensor]:
        """What fits must be clear before the first word: all objects at once, or none."""
        head = self.model.mask_head
        parts: dict[str, list[Tensor]] = {}
        for sample, fits in enumerate(batch.fits):
            asked = self.model.match(reading.answer[sample, : len(fits), 0])
            things, embedding = batch.things[sample][:-1], view.embedding[sample]
            hw = self.model.encoder.token_hw
            maps = head.guess(embedding, reading.visual[sample], hw, asked)
            union = fits.float() @ things.flatten(1)
            union = union.clamp(max=1).unflatten(1, things.shape[1:])
            few = torch.randperm(len(fits))[:_DECODED]
            out = head.refine(embedding, maps[few], asked[few])
            found = {
                'match': matching_loss(maps, functional.avg_pool2d(things, 4), fits),
                'union guess': mask_loss(maps, functional.avg_pool2d(union, 4)),
                'union': mask_loss(out.fine, union[few]),
                'union iou': mask_iou(out.fine, union[few]),
            }
            for name, value in found.items():
                parts.setdefault(name, []).append(value)
        return {name: torch.cat(values).mean() for name, values in parts.items()}

    def _masks(self, view: View, reading: Reading, batch: Batch) -> dict[str, Tensor]:
        parts: dict[str, list[Tensor]] = {}
        for sample, wanted in enumerate(batch.wanted):
            if not len(wanted):
                continue
            seg = reading.answer[sample][batch.seg[sample]]  # (n, D)
            found = self._cut_out(
                view.embedding[sample], reading.visual[sample], seg, batch.things[sample], wanted
            )
            for name, value in found.items():
                parts.setdefault(name, []).append(value)
        return {name: torch.cat(values).mean() for name, values in parts.items()}

    def _cut_out(
        self, embedding: Tensor, visual: Tensor, seg: Tensor, things: Tensor, wanted: Tensor
    ) -> dict[str, Tensor]:
        """Compare what the n states of a picture mean with the n rows of things wanted."""
        head = self.model.mask_head
        coarse = head.guess(embedding, visual, self.model.encoder.token_hw, seg)
        areas = functional.avg_pool2d(things, 4)
        few = torch.randperm(len(wanted))[:_DECODED]
        out = head.refine(embedding, coarse[few], seg[few])
        truth = things[wanted[few]]
        iou = mask_iou(out.fine, truth)
        return {
            'point': pointing_loss(coarse, areas, wanted),
            'guess': mask_loss(coarse, areas[wanted]),
            'mask': mask_loss(out.fine, truth),
            'quality': (out.quality - iou).square(),
            'iou': iou,
        }


def train_segmenter(
    data: Sequence[Path],
    out: Path,
    *,
    start: Path,
    text: Path,
    config: VisaConfig,
    training: SegmenterTraining,
    backgrounds: Path | None = None,
    resume: bool = False,
) -> None:
    """
    Learn from the clips in the folders `data`; the encoder's backbone stays as it is.

    Arguments and errors as in visa_ros.train.question_run.
    """
    torch.manual_seed(training.seed)
    learner = AnswerLearner(build_model(config), config, bfloat16=training.asking.bfloat16)
    learner.model.encoder.backbone.requires_grad_(False)
    learn_from_questions(
        learner,
        data,
        out,
        title='segmenter',
        start=start,
        text=text,
        config=config,
        training=training,
        shares=_SHARES,
        backgrounds=backgrounds,
        resume=resume,
    )
