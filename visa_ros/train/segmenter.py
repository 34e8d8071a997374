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
from torch.nn.utils.rnn import pad_sequence

from visa_ros.geometry.relief import KNOWN
from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.sam import MaskLogits
from visa_ros.model.text import PAD
from visa_ros.model.visa import Reading, View, VisaModel
from visa_ros.nn.efficientnet import normalise
from visa_ros.train.areas import Areas, drawn, fits_of
from visa_ros.train.dense import DenseHead, KindHead, SenseHead
from visa_ros.train.losses import guess_loss, mask_iou, mask_loss, word_loss
from visa_ros.train.question_run import learn_from_questions, QuestionTraining
from visa_ros.train.questions import Asking, Batch
from visa_ros.train.run import Schedule

# Of a picture, so many are decoded in full: questions, whose mask is the answer, and `[SEG]`s.
_DECODED_QUESTIONS, _DECODED_SEGS = 3, 1
# Of single pictures with depth, so many show nothing else: what colours tell of the shapes of
# training is learned faster than what depth does, and of new shapes it tells less.
_DARK_SHARE = 0.3
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
        default_factory=lambda: Schedule(steps=2000, cooldown=1800, rate=7e-4)
    )
    asking: Asking = field(default_factory=lambda: Asking(questions=12, borrowed=6, spoken=0.4))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Prompts:
    """
    Up to n prompts for each of B pictures.

    states  float (B, n, D)
    maps    float (B, n, h, w)  first guesses
    real    bool (B, n)         False for what only fills a row up
    """

    states: Tensor
    maps: Tensor
    real: Tensor


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
        """Return the losses by name, and the mean IoU of the masks as 'iou' and 'union iou'."""
        view, reading = self._read(batch)
        areas = Areas.of(batch.things)
        pixels = view.seen.embedding.flatten(2).transpose(1, 2)
        words = self.model.lm_head(reading.answer)
        return {
            'word': word_loss(words, batch.answer, pad=PAD),
            'kinds': self.kind_head.loss(reading.answer[:, :, 0], batch.kinds),
            'sense': self.sense_head.loss(reading.answer[:, :, 0], batch.senses),
            **self.pixel_head.losses(pixels, batch.pixels, 'pixel'),
            **self.token_head.losses(reading.visual, batch.tokens, 'token'),
            **self._matches(view, reading, areas, batch),
            **self._masks(view, reading, areas, batch),
        }

    def _read(self, batch: Batch) -> tuple[View, Reading]:
        """Read pictures and questions; what is frozen or large may run in bfloat16."""
        fast = torch.autocast('cpu', torch.bfloat16, enabled=self._bfloat16)
        model, count = self.model, batch.references.shape[1]
        dark = self._dark(batch)[:, None, None, None]
        with fast:
            seen = model.encoder(normalise(batch.target).masked_fill(dark, 0.0), batch.relief)
        features = seen.float()
        past = features.grid.new_zeros(len(batch.target), 0, *features.grid.shape[1:])
        if count:
            with fast:
                grids = model.encoder.grids(normalise(batch.references.flatten(0, 1)))
            past = grids.float().unflatten(0, (-1, count))
        view = model.compose(features, past, batch.change)
        with fast:
            reading = model.read(view, batch.noisy_text(), batch.text_length, batch.answer)
        return view, Reading(visual=reading.visual.float(), answer=reading.answer.float())

    def _dark(self, batch: Batch) -> Tensor:
        """Draw which of the pictures show nothing but their depth, bool (B,)."""
        count = len(batch.relief)
        if self.model.encoder.relief is None or batch.references.shape[1]:
            return torch.zeros(count, dtype=torch.bool)
        return batch.relief[:, KNOWN].any(dim=(1, 2)) & (torch.rand(count) < _DARK_SHARE)

    def _prompts(self, view: View, reading: Reading, states: Tensor, real: Tensor) -> _Prompts:
        hw = self.model.encoder.token_hw
        maps = self.model.mask_head.guess(view.seen.embedding, reading.visual, hw, states)
        return _Prompts(states=states, maps=maps, real=real)

    def _decoded(
        self, view: View, prompts: _Prompts, count: int
    ) -> tuple[tuple[Tensor, Tensor], MaskLogits]:
        """Decode the masks of a few of each picture: which, and what they are."""
        few = drawn(prompts.real, count)
        seen = view.seen.embedding[few[0]], view.seen.detail[few[0]]
        return few, self.model.mask_head.refine(*seen, prompts.maps[few], prompts.states[few])

    def _matches(
        self, view: View, reading: Reading, areas: Areas, batch: Batch
    ) -> dict[str, Tensor]:
        """What fits must be clear before the first word: all objects at once, or none."""
        states = self.model.match(reading.answer[:, :, 0])
        fits = fits_of(batch.fits, (*states.shape[:2], areas.masks.shape[1] - 1))
        asked = self._prompts(view, reading, states, real=~fits[..., 0].isnan())
        score, said = areas.means(asked.maps)[..., :-1], ~fits.isnan() & areas.shown[:, None]
        union = fits.nan_to_num() @ areas.masks[:, :-1].flatten(2)
        union = union.clamp(max=1).unflatten(2, areas.masks.shape[2:])
        few, out = self._decoded(view, asked, _DECODED_QUESTIONS)
        cells = functional.avg_pool2d(union, 4)
        return {
            'match': functional.binary_cross_entropy_with_logits(score[said], fits[said]),
            'union guess': guess_loss(asked.maps[asked.real], cells[asked.real]).mean(),
            'union': mask_loss(out.fine, union[few]).mean(),
            'union iou': mask_iou(out.fine, union[few]).mean(),
        }

    def _masks(
        self, view: View, reading: Reading, areas: Areas, batch: Batch
    ) -> dict[str, Tensor]:
        """Each `[SEG]` points at one object and cuts it out."""
        counts = [len(wanted) for wanted in batch.wanted]
        if not any(counts):
            return {}
        states = pad_sequence(reading.answer[batch.seg].split(counts), batch_first=True)
        wanted = pad_sequence(batch.wanted, batch_first=True)
        real = torch.arange(states.shape[1]) < torch.tensor(counts)[:, None]
        seg = self._prompts(view, reading, states, real)
        score = areas.means(seg.maps).masked_fill(~areas.there[:, None], -torch.inf)
        picture = torch.arange(len(real))[:, None].expand_as(real)[real]
        truth = areas.masks[picture, wanted[real]]
        few, out = self._decoded(view, seg, _DECODED_SEGS)
        fine = areas.masks[few[0], wanted[few]]
        iou = mask_iou(out.fine, fine)
        return {
            'point': functional.cross_entropy(score[real], wanted[real]),
            'guess': guess_loss(seg.maps[real], functional.avg_pool2d(truth, 4)).mean(),
            'mask': mask_loss(out.fine, fine).mean(),
            'quality': (out.quality - iou).square().mean(),
            'iou': iou.mean(),
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
