"""
The second stage of visa-nano: instruction tuning.

One loss for the words, three for what the `[SEG]` states point at and cut out, and those of the
first stage again, now on what the language model makes of each visual token, what has happened to
it included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn, Tensor
from torch.nn import functional

from visa_ros.data.tabletop import Tabletop
from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.text import load_text_encoder, PAD
from visa_ros.model.visa import Reading, View, VisaModel
from visa_ros.nn.efficientnet import normalise
from visa_ros.train.augment import Backgrounds
from visa_ros.train.dense import DenseHead, matching_loss, pointing_loss
from visa_ros.train.losses import mask_iou, mask_loss, word_loss
from visa_ros.train.questions import Batch, QuestionBatches
from visa_ros.train.run import Run, Schedule, start_from
from visa_ros.train.wordings import more_words

_DECODED = 2  # `[SEG]` states of a picture whose masks are decoded in full, and as many questions
_TEXT_NOISE = 0.15  # of the size of a text state
# Most words of an answer follow from the others: the few that do not must count among the masks.
_SHARES: Mapping[str, float] = {
    'word': 3.0,
    'match': 3.0,
    'union guess': 0.7,
    'union': 1.0,
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
    'token happened': 0.5,
}


@dataclass(frozen=True, kw_only=True)
class SegmenterTraining:
    """
    How to learn to answer.

    samples, questions  per step: pictures, and questions about each
    """

    schedule: Schedule = field(
        default_factory=lambda: Schedule(steps=1600, cooldown=500, rate=7e-4)
    )
    samples: int = 8
    questions: int = 16
    seed: int = 0


class AnswerLearner(nn.Module):
    """The model with heads on its image features and on its visual tokens when read."""

    def __init__(self, model: VisaModel, config: VisaConfig) -> None:
        super().__init__()
        self.model = model
        self.pixel_head = DenseHead(config.mask_dim, len(config.labels))
        self.token_head = DenseHead(config.hidden, len(config.labels))

    def losses(self, batch: Batch) -> Mapping[str, Tensor]:
        """Return the losses by name, and the mean IoU of the masks as 'iou'."""
        view = self.model.look(normalise(batch.target), normalise(batch.references), batch.change)
        noise = torch.randn_like(batch.text) * _TEXT_NOISE * batch.text.std()
        reading = self.model.read(view, batch.text + noise, batch.text_length, batch.answer)
        pixels = view.embedding.flatten(2).transpose(1, 2)
        words = self.model.lm_head(reading.answer)
        return {
            'word': word_loss(words, batch.answer, pad=PAD),
            **self.pixel_head.losses(pixels, batch.pixels, 'pixel'),
            **self.token_head.losses(reading.visual, batch.tokens, 'token'),
            **self._matches(view, reading, batch),
            **self._masks(view, reading, batch),
        }

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
    data: Path,
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
    Train on the clips in `data` and write config.json and visa.safetensors to `out`.

    start   folder of the first stage, see visa_ros.train.image_side; its backbone stays as it is
    text    folder of the frozen instruction encoder
    backgrounds  folder of photographs that some objects are laid on
    resume  go on from the state in `out`; its data order does not depend on the interruption

    TrainingError if `start` holds nothing, DataError for unreadable clips.
    """
    torch.manual_seed(training.seed)
    learner = AnswerLearner(build_model(config), config)
    start_from(learner, start)
    learner.model.encoder.backbone.requires_grad_(False)
    learner.model.to(memory_format=torch.channels_last)
    batches = QuestionBatches(
        Tabletop(data),
        text=load_text_encoder(text, remembered=20_000),
        labels=config.labels,
        image_hw=config.image_hw,
        slots=config.slots,
        samples=training.samples,
        questions=training.questions,
        seed=training.seed,
        more=more_words(),
        backgrounds=None if backgrounds is None else Backgrounds(backgrounds),
    )
    run = Run(learner, config, training.schedule, _SHARES, seed=training.seed)
    run.learn(batches.batch, out, title='segmenter', resume=resume)
