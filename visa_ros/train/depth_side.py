"""
Learn to see shapes: what kind of object each cell of a relief shows, colours unseen, and what kind
each object is by the mean of its cells, in which a pen counts as much as a pan.

Colours tell the kinds of training's designs so well that depth would learn little beside them, and
they tell less of designs that are new. So depth learns alone, before both answer together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import nn, Tensor
from torch.nn import functional

from visa_ros.data.tabletop import Tabletops
from visa_ros.errors import TrainingError
from visa_ros.geometry.relief import ACROSS, CHANNELS, relief
from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.visa import VisaModel
from visa_ros.nn.relief import FEATURES, ReliefEncoder
from visa_ros.train.dense import DenseHead
from visa_ros.train.reliefs import spoiled
from visa_ros.train.run import Run, Schedule, start_from
from visa_ros.train.things import dense_truth, DenseTruth, shown_ids, stack, things_of
from visa_ros.train.zoom import zoom_in

_SHARES: Mapping[str, float] = {
    'object kind': 1.0,
    'cell kind': 1.0,
    'cell number': 0.5,
    'token kind': 1.0,
    'token number': 0.5,
}


@dataclass(frozen=True, kw_only=True)
class DepthTraining:
    """
    How to learn to see shapes.

    samples  reliefs a step
    """

    schedule: Schedule = field(
        default_factory=lambda: Schedule(steps=2400, cooldown=2000, rate=1.5e-3)
    )
    samples: int = 32
    bfloat16: bool = False
    seed: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class ReliefBatch:
    """
    B reliefs.

    relief         float (B, CHANNELS, H, W)
    ids            int64 (B, h * w), of what each cell of 8 px shows; 0 is background
    cells, tokens  the truth of cells of 8 and 16 px
    """

    relief: Tensor
    ids: Tensor
    cells: DenseTruth
    tokens: DenseTruth


class ReliefBatches:
    """Batch number k is the same whenever it is asked for: made from the seed and k alone."""

    def __init__(self, data: Tabletops, config: VisaConfig, training: DepthTraining) -> None:
        self._data, self._training, self._hw = data, training, config.past_hw
        self._label_of = {label: k + 1 for k, label in enumerate(config.labels)}

    def batch(self, number: int) -> ReliefBatch:
        """Make one batch."""
        rng = np.random.default_rng((self._training.seed, number))
        picked = rng.integers(len(self._data), size=self._training.samples)
        reliefs, ids, cells, tokens = zip(
            *(self._sample(int(i), rng) for i in picked), strict=True
        )
        return ReliefBatch(
            relief=torch.from_numpy(np.stack(reliefs)),
            ids=torch.from_numpy(np.stack(ids).astype(np.int64)).flatten(1),
            cells=stack(cells),
            tokens=stack(tokens),
        )

    def _sample(
        self, index: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, DenseTruth, DenseTruth]:
        clip = self._data.clip(index)
        frame, size = int(rng.integers(len(clip))), self._hw[::-1]
        ids = clip.instances(frame)
        _, ids, depth_m, record = zoom_in(
            ids, ids, clip.record, frame, rng, size, spoiled(clip.depth_m(frame), rng)
        )
        maps = relief(depth_m, record.camera, self._hw)
        if maps is None:
            maps = np.zeros((CHANNELS, *self._hw), np.float32)
        if rng.random() < 0.5:
            ids, maps = ids[:, ::-1].copy(), maps[:, :, ::-1].copy()
            maps[ACROSS] *= -1
        things = things_of(record, 0, self._label_of)
        cells, tokens = (dense_truth(ids, things, cell_px=px) for px in (8, 16))
        return maps, shown_ids(ids, 8), cells, tokens


class DepthLearner(nn.Module):
    """The model with heads on what it makes of depth; TrainingError if it does not look at it."""

    def __init__(self, model: VisaModel, config: VisaConfig, *, bfloat16: bool = False) -> None:
        super().__init__()
        if model.encoder.relief is None:
            raise TrainingError('this model does not look at depth: its config has no relief')
        self.model = model.requires_grad_(False)
        model.encoder.relief.requires_grad_(True)
        self._bfloat16 = bfloat16
        self.cell_relief_head = DenseHead(FEATURES, len(config.labels))
        self.token_relief_head = DenseHead(FEATURES, len(config.labels))
        self.object_relief_head = nn.Linear(FEATURES, len(config.labels) + 1)  # 0 is none
        # What the stage before has learned, for the next one.
        self.pixel_head = DenseHead(config.mask_dim, len(config.labels)).requires_grad_(False)
        self.token_head = DenseHead(config.hidden, len(config.labels)).requires_grad_(False)

    def losses(self, batch: ReliefBatch) -> Mapping[str, Tensor]:
        """Return the losses by name."""
        encoder = cast(ReliefEncoder, self.model.encoder.relief)
        with torch.autocast('cpu', torch.bfloat16, enabled=self._bfloat16):
            seen = encoder(batch.relief)
        fine, coarse = (features.flatten(2).transpose(1, 2) for features in seen)
        means, where = object_means(fine.float(), batch.ids)
        kinds = torch.from_numpy(batch.cells.category).flatten(1)
        truth = kinds.new_zeros(where.shape).scatter(1, batch.ids, kinds)[where]
        told = functional.cross_entropy(self.object_relief_head(means), truth, reduction='sum')
        return {
            'object kind': told / max(1, len(means)),
            **self.cell_relief_head.losses(fine, batch.cells, 'cell'),
            **self.token_relief_head.losses(coarse, batch.tokens, 'token'),
        }


def object_means(features: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """
    Average what the cells of each object show.

    features  float (B, N, F)
    ids       int64 (B, N), below 256; 0 is background
    returns   float (n, F), and bool (B, 256): which objects these are, in their order
    """
    sums = features.new_zeros(len(features), 256, features.shape[2])
    sums = sums.scatter_add(1, ids[..., None].expand_as(features), features)
    counts = features.new_zeros(sums.shape[:2]).scatter_add(1, ids, features.new_ones(ids.shape))
    counts[:, 0] = 0
    where = counts > 0
    return sums[where] / counts[where][:, None], where


def train_depth_side(
    data: Sequence[Path],
    out: Path,
    *,
    start: Path,
    config: VisaConfig,
    training: DepthTraining,
    resume: bool = False,
) -> None:
    """
    Learn from the clips in the folders `data`; all that does not look at depth stays as it is.

    start   folder of the stage before; its model need not have looked at depth
    config  of the model that is written

    TrainingError if `start` holds nothing or config has no relief, DataError for unreadable clips.
    """
    torch.manual_seed(training.seed)
    model = build_model(config)
    learner = DepthLearner(model, config, bfloat16=training.bfloat16)
    start_from(learner, start)
    batches = ReliefBatches(Tabletops(data), config, training)
    run = Run(learner, config, training.schedule, _SHARES, seed=training.seed)
    run.learn(batches.batch, out, title='depth side', resume=resume)
