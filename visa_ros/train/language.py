"""
The second stage of visa-nano: learn what words mean.

The image side is frozen and no mask is decoded: which objects fit a question is asked of the mean
of the decoder's first guess over each object, and a head tells from the question which kinds it
is about. A question costs a quarter of what it costs in the stage after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn, Tensor
from torch.nn import functional

from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.sam import MaskHead
from visa_ros.model.text import PAD
from visa_ros.model.visa import View, VisaModel
from visa_ros.nn.efficientnet import normalise
from visa_ros.train.areas import Areas, fits_of, normalised
from visa_ros.train.dense import DenseHead, KindHead, SenseHead
from visa_ros.train.losses import word_loss
from visa_ros.train.question_run import learn_from_questions, QuestionTraining
from visa_ros.train.questions import Asking, Batch
from visa_ros.train.run import Schedule
from visa_ros.train.things import DenseTruth

_SHARES: Mapping[str, float] = {
    'word': 1.0,
    'match': 3.0,
    'kinds': 6.0,
    'sense': 1.5,
    'token kind': 0.2,
    'token color': 0.1,
    'token number': 0.5,
    'token flags': 1.0,
}


@dataclass(frozen=True, kw_only=True)
class LanguageTraining(QuestionTraining):
    """
    How to learn what words mean.

    tokens  of a picture, so many are read: those of objects first
    """

    schedule: Schedule = field(
        default_factory=lambda: Schedule(steps=1600, cooldown=600, rate=7e-4)
    )
    asking: Asking = field(
        default_factory=lambda: Asking(
            questions=16, borrowed=6, spoken=0.2, past=0.4, references=False
        )
    )
    tokens: int = 96


class LanguageLearner(nn.Module):
    """The model with a frozen encoder, and heads on its visual tokens and on questions."""

    def __init__(self, model: VisaModel, config: VisaConfig, training: LanguageTraining) -> None:
        super().__init__()
        self.model = model
        self.pixel_head = DenseHead(config.mask_dim, len(config.labels))  # for the next stage
        self.token_head = DenseHead(config.hidden, len(config.labels))
        self.kind_head = KindHead(config.hidden, len(config.labels))
        self.sense_head = SenseHead(config.hidden)
        self._tokens, self._bfloat16 = training.tokens, training.asking.bfloat16
        self.register_buffer(
            'spread', _upsampling(model.encoder.token_hw, model.encoder.embedding_hw), False
        )

    def losses(self, batch: Batch) -> Mapping[str, Tensor]:
        """Return the losses by name."""
        fast = torch.autocast('cpu', torch.bfloat16, enabled=self._bfloat16)
        with torch.no_grad(), fast:
            seen = self.model.encoder(normalise(batch.target), batch.relief)
        features = seen.float()
        none = features.grid.new_zeros(len(batch.target), 0, *features.grid.shape[1:])
        view = self.model.compose(features, none, batch.change)
        areas = Areas.of(batch.things)
        shares = areas.shares[:, :-1]
        kept = self._kept(shares)
        with fast:
            reading = self.model.read(
                _part(view, kept), batch.noisy_text(), batch.text_length, batch.answer
            )
        answer, visual = reading.answer.float(), reading.visual.float()
        asked = answer[:, :, 0]
        token_shares = (shares @ self.spread).gather(
            2, kept[:, None].expand(-1, shares.shape[1], -1)
        )
        score = mean_guess(
            self.model.mask_head, view.seen.embedding, visual, self.model.match(asked),
            shares, normalised(token_shares),
        )  # fmt: skip
        truth = fits_of(batch.fits, score.shape)
        said = ~truth.isnan() & areas.shown[:, None]
        return {
            'word': word_loss(self.model.lm_head(answer), batch.answer, pad=PAD),
            'match': functional.binary_cross_entropy_with_logits(score[said], truth[said]),
            'kinds': self.kind_head.loss(asked, batch.kinds),
            'sense': self.sense_head.loss(asked, batch.senses),
            **self.token_head.losses(visual, _truth_at(batch.tokens, kept), 'token'),
            'right': ((score > 0) == (truth > 0))[said].float().mean(),
        }

    def _kept(self, shares: Tensor) -> Tensor:
        """Indices of the tokens to read, int64 (B, tokens): of objects, then any."""
        covered = ((shares @ self.spread).sum(dim=1) > 0).float()  # (B, N)
        order = (covered + torch.rand_like(covered)).argsort(dim=1, descending=True)
        return order[:, : self._tokens].sort(dim=1).values


def mean_guess(
    head: MaskHead,
    embedding: Tensor,
    visual: Tensor,
    prompts: Tensor,
    shares: Tensor,
    token_shares: Tensor,
) -> Tensor:
    """
    Return the mean of MaskHead.guess over each of m areas, float (B, Q, m), without the maps.

    embedding     float (B, C, h, w)
    visual        float (B, N, D)
    prompts       float (B, Q, D)
    shares        float (B, m, h * w), of each area in its cells; their sum is 1, or 0
    token_shares  float (B, m, N), the same of the tokens
    """
    keys = shares @ head.pixel_key(embedding).flatten(2).transpose(1, 2)
    pixels = head.pixel_query(prompts) @ keys.transpose(1, 2) / keys.shape[2] ** 0.5
    meant = token_shares @ head.token_key(visual)
    tokens = head.token_query(prompts) @ meant.transpose(1, 2) / meant.shape[2] ** 0.5
    return pixels + tokens + head.guess_bias


def _upsampling(tokens: tuple[int, int], cells: tuple[int, int]) -> Tensor:
    """Weight of each token in each cell of a finer grid, float (h * w, N)."""
    count = tokens[0] * tokens[1]
    single = torch.eye(count).view(count, 1, *tokens)
    return functional.interpolate(single, size=cells, mode='bilinear').flatten(1).T.contiguous()


def _part(view: View, kept: Tensor) -> View:
    """Return a view of so many tokens of the target, int64 (B, K), alone."""
    index = kept[..., None].expand(-1, -1, view.prefix.shape[2])
    return View(
        prefix=view.prefix.gather(1, index),
        position=view.position[: kept.shape[1]],
        target=kept.shape[1],
        seen=view.seen,
    )


def _truth_at(truth: DenseTruth, kept: Tensor) -> DenseTruth:
    """Return the truth of some cells only, each array (..., K, 1)."""
    index = kept.numpy()

    def at(values: np.ndarray) -> np.ndarray:
        flat = values.reshape(*values.shape[:-2], -1)  # (B, N) or (B, C, N)
        where = index if flat.ndim == 2 else index[:, None].repeat(flat.shape[1], axis=1)
        return np.take_along_axis(flat, where, axis=-1)[..., None]

    return DenseTruth(
        category=at(truth.category),
        color=at(truth.color),
        numbers=at(truth.numbers),
        flags=at(truth.flags),
    )


def train_language(
    data: Sequence[Path],
    out: Path,
    *,
    start: Path,
    text: Path,
    config: VisaConfig,
    training: LanguageTraining,
    backgrounds: Path | None = None,
    resume: bool = False,
) -> None:
    """
    Learn from the clips in the folders `data`; only the language model and what it reads change.

    Arguments and errors as in visa_ros.train.question_run.
    """
    torch.manual_seed(training.seed)
    learner = LanguageLearner(build_model(config), config, training)
    learner.model.encoder.requires_grad_(False)
    learn_from_questions(
        learner,
        data,
        out,
        title='language',
        start=start,
        text=text,
        config=config,
        training=training,
        shares=_SHARES,
        backgrounds=backgrounds,
        resume=resume,
    )
