"""
Train visa-nano's segmenter on rendered clips.

One loss for the words, one for the masks of the `[SEG]` tokens, and two that ask every pixel and
every visual token for its category: without them a small model does not learn to see in the time
that two cores give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
import json
import logging
import os
from pathlib import Path
from typing import Any

import torch
from torch import nn, Tensor
from torch.nn import functional
from tqdm import tqdm

from visa_ros.data.tabletop import Tabletop
from visa_ros.errors import TrainingError
from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.checkpoint import save_model
from visa_ros.model.text import load_text_encoder, PAD
from visa_ros.model.visa import Reading, View, VisaModel
from visa_ros.nn.efficientnet import load_imagenet_weights, normalise
from visa_ros.train.losses import mask_iou, mask_loss, word_loss
from visa_ros.train.questions import Batch, QuestionBatches

_LOG = logging.getLogger(__name__)
_STATE = 'train_state.pt'


@dataclass(frozen=True, kw_only=True)
class SegmenterTraining:
    """
    How long and how fast to learn.

    steps      optimiser steps in all
    cooldown   of them, the last so many with a falling learning rate
    samples, questions  per step: pictures, and questions about each
    references earlier pictures that half of the batches come with
    rate       learning rate; the pretrained encoder learns at encoder_rate times it
    averaging  decay of the running average of the weights that is saved
    """

    steps: int = 3000
    cooldown: int = 600
    warmup: int = 100
    samples: int = 8
    questions: int = 8
    references: int = 3
    rate: float = 1e-3
    encoder_rate: float = 0.3
    averaging: float = 0.995
    seed: int = 0
    save_every: int = 200


class _Learner(nn.Module):
    """The model with the heads that only training needs."""

    def __init__(self, model: VisaModel, config: VisaConfig) -> None:
        super().__init__()
        kinds = len(config.labels) + 1
        self.model = model
        self.pixel_category = nn.Conv2d(config.mask_dim, kinds, 1)
        self.token_category = nn.Linear(config.hidden, kinds)
        weight = torch.ones(kinds)
        weight[0] = 0.1  # most of a picture is background
        self.register_buffer('weight', weight)

    def forward(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        """Return the losses by name, and the mean IoU of the masks as 'iou'."""
        pictures = _augment(torch.cat((batch.references, batch.target[:, None]), dim=1), rng)
        view = self.model.look(pictures[:, -1], pictures[:, :-1])
        reading = self.model.read(view, batch.text, batch.text_length, batch.answer)
        losses = self._dense(view.embedding, reading.visual, batch.category)
        losses['word'] = word_loss(self.model.lm_head(reading.answer), batch.answer, pad=PAD)
        return losses | self._masks(view, reading, batch)

    def _masks(self, view: View, reading: Reading, batch: Batch) -> dict[str, Tensor]:
        none = view.embedding.new_zeros(0, dtype=torch.float32)
        fine, coarse, quality, iou = [none], [none], [none], [none]
        for sample, masks in enumerate(batch.masks):
            if not len(masks):
                continue
            seg = reading.answer[sample][batch.seg[sample]]  # (n, D)
            out = self.model.masks(view, sample, reading.visual[sample], seg)
            fine.append(mask_loss(out.fine, masks))
            coarse.append(mask_loss(out.coarse, functional.avg_pool2d(masks, 4)))
            iou.append(mask_iou(out.fine, masks))
            quality.append((out.quality - iou[-1]).square())
        count = max(1, sum(map(len, batch.masks)))
        parts = {'mask': fine, 'guess': coarse, 'quality': quality, 'iou': iou}
        return {name: torch.cat(values).sum() / count for name, values in parts.items()}

    def _dense(self, embedding: Tensor, visual: Tensor, category: Tensor) -> dict[str, Tensor]:
        pixels = self.pixel_category(embedding).float()
        tokens = self.token_category(visual).float().transpose(1, 2)
        return {
            'pixel': functional.cross_entropy(pixels, category[:, 4::8, 4::8], self.weight),
            'token': functional.cross_entropy(
                tokens, category[:, 8::16, 8::16].flatten(1), self.weight
            ),
        }


_SHARES: Mapping[str, float] = {
    'mask': 1.0,
    'guess': 1.0,
    'word': 1.0,
    'quality': 0.5,
    'pixel': 0.4,
    'token': 0.2,
}


def train_segmenter(
    data: Path,
    out: Path,
    *,
    text: Path,
    config: VisaConfig,
    training: SegmenterTraining,
    resume: bool = False,
) -> None:
    """
    Train on the clips in `data` and write config.json and visa.safetensors to `out`.

    text    folder of the frozen instruction encoder
    resume  go on from the state in `out`; its data order does not depend on the interruption

    Raises MissingPackageError without the ImageNet weights, DataError for unreadable clips.
    """
    run = _Run.fresh(config, training)
    first = run.restore(out) if resume else 0
    batches = QuestionBatches(
        Tabletop(data),
        text=load_text_encoder(text, remembered=20_000),
        labels=config.labels,
        samples=training.samples,
        questions=training.questions,
        references=training.references,
        seed=training.seed,
    )
    out.mkdir(parents=True, exist_ok=True)
    with tqdm(total=training.steps, initial=first, desc='segmenter', unit='step') as bar:
        for step, batch in _ahead(batches, first, training.steps):
            losses = run.step(batch, step, training)
            shown = {name: round(float(value.detach()), 3) for name, value in losses.items()}
            bar.update()
            bar.set_postfix(shown)
            with (out / 'log.jsonl').open('a') as log:
                log.write(json.dumps({'step': step, **shown}) + '\n')
            if (step + 1) % training.save_every == 0 or step + 1 == training.steps:
                run.save(out, step + 1, config)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Run:
    """What learns, and the running average of the model's weights."""

    learner: _Learner
    optimizer: torch.optim.Optimizer
    average: dict[str, Tensor]

    @classmethod
    def fresh(cls, config: VisaConfig, training: SegmenterTraining) -> _Run:
        torch.manual_seed(training.seed)
        model = build_model(config)
        load_imagenet_weights(model.encoder.backbone)
        _freeze_early_stages(model)
        learner = _Learner(model.to(memory_format=torch.channels_last), config)
        return cls(
            learner=learner,
            optimizer=_optimizer(learner, training),
            average={k: v.clone() for k, v in model.state_dict().items()},
        )

    def step(self, batch: Batch, step: int, training: SegmenterTraining) -> dict[str, Tensor]:
        losses = _step(self.learner, self.optimizer, batch, step, training)
        decay = min(training.averaging, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, value in self.learner.model.state_dict().items():
                if value.is_floating_point():
                    self.average[name].lerp_(value, 1 - decay)
        return losses

    def save(self, out: Path, step: int, config: VisaConfig) -> None:
        state = {
            'learner': self.learner.state_dict(),
            'optimizer': self.optimizer.state_dict(),
            'average': self.average,
            'step': step,
        }
        scratch = out / (_STATE + '.part')
        torch.save(state, scratch)
        os.replace(scratch, out / _STATE)
        model = build_model(config)
        model.load_state_dict(self.average)
        save_model(model, config, out)

    def restore(self, out: Path) -> int:
        file = out / _STATE
        if not file.is_file():
            return 0
        state: dict[str, Any] = torch.load(file, map_location='cpu', weights_only=True)
        self.learner.load_state_dict(state['learner'])
        self.optimizer.load_state_dict(state['optimizer'])
        self.average.update(state['average'])
        _LOG.info('resumed at step %d', state['step'])
        return int(state['step'])


def _freeze_early_stages(model: VisaModel) -> None:
    """Edges and textures, up to stride 4, are as good as they get and the dearest to train."""
    backbone = model.encoder.backbone
    for part in (backbone.conv_stem, backbone.bn0, *backbone.blocks[:3]):
        part.requires_grad_(False)


def _step(
    learner: _Learner,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    step: int,
    training: SegmenterTraining,
) -> dict[str, Tensor]:
    for group in optimizer.param_groups:
        group['lr'] = training.rate * group['share'] * _schedule(step, training)
    rng = torch.Generator().manual_seed(training.seed * 1_000_003 + step)
    with torch.autocast('cpu', torch.bfloat16):
        losses = learner(batch, rng)
    total = sum(share * losses[name] for name, share in _SHARES.items())
    if not torch.isfinite(total):
        raise TrainingError(f'the loss is not finite at step {step}: {losses}; lower the rate')
    optimizer.zero_grad(set_to_none=True)
    total.backward()
    nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
    optimizer.step()
    return losses


def _schedule(step: int, training: SegmenterTraining) -> float:
    """Warm up, hold, and fall linearly at the end: a run can be cut short by an early fall."""
    rising = min(1.0, (step + 1) / training.warmup)
    left = (training.steps - step) / max(1, training.cooldown)
    return rising * min(1.0, 0.02 + 0.98 * left)


def _optimizer(learner: _Learner, training: SegmenterTraining) -> torch.optim.Optimizer:
    trained = [(n, p) for n, p in learner.named_parameters() if p.requires_grad]
    slow = [p for n, p in trained if '.backbone.' in n]
    fast = [p for n, p in trained if '.backbone.' not in n]
    groups = [{'params': slow, 'share': training.encoder_rate}, {'params': fast, 'share': 1.0}]
    return torch.optim.AdamW(groups, lr=training.rate, betas=(0.9, 0.98), weight_decay=0.02)


def _ahead(batches: QuestionBatches, first: int, last: int) -> Iterator[tuple[int, Batch]]:
    """Yield numbered batches; the next one is made while this one is learned from."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(batches.batch, first)
        for step in range(first, last):
            batch = coming.result()
            coming = pool.submit(batches.batch, step + 1)
            yield step, batch


def _augment(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """Vary light, colour and noise, alike within a clip; uint8 (B, K, 3, H, W) to float."""
    count = len(pictures)
    values = normalise(pictures)
    values = values * (0.75 + 0.5 * torch.rand(count, 1, 1, 1, 1, generator=rng))
    values = values * (0.92 + 0.16 * torch.rand(count, 1, 3, 1, 1, generator=rng))
    values = values + 0.2 * torch.randn(count, 1, 1, 1, 1, generator=rng)
    strength = 0.08 * torch.rand(count, 1, 1, 1, 1, generator=rng)
    values = values + strength * torch.randn(values.shape, generator=rng)
    if torch.rand(1, generator=rng) < 0.3:
        values = functional.avg_pool2d(values.flatten(0, 1), 3, 1, 1).unflatten(0, (count, -1))
    return values
