"""
The first stage of visa-nano: learn to see, before anything is asked.

Every cell tells category, colour, place and size of what it shows, and the mask decoder cuts out
objects that are pointed at by their own features. Without language, all pixels of a picture teach
at once; the questions that follow then need a tenth of the steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn, Tensor
from torch.nn import functional

from visa_ros.data.tabletop import Tabletops
from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.visa import VisaModel
from visa_ros.model.vision import PictureFeatures
from visa_ros.nn.efficientnet import load_imagenet_weights, normalise
from visa_ros.train.augment import Backgrounds, photometric, view
from visa_ros.train.dense import DenseHead, pointing_loss
from visa_ros.train.losses import guess_loss, mask_iou, mask_loss
from visa_ros.train.run import Run, Schedule, start_from
from visa_ros.train.things import dense_truth, DenseTruth, stack, things_of

_LEAST_PX = 12
_PROMPTS = 4  # objects of a picture that are pointed at
_DECODED = 1  # of them, so many are cut out in full
_SHARES: Mapping[str, float] = {
    'pixel kind': 1.0,
    'pixel color': 0.4,
    'pixel number': 1.0,
    'token kind': 0.5,
    'token color': 0.3,
    'token number': 1.0,
    'mask': 1.0,
    'guess': 0.5,
    'point': 0.5,
    'quality': 0.5,
}


@dataclass(frozen=True, kw_only=True)
class ImageTraining:
    """
    How to learn to see.

    samples           pictures a step
    background_share  of them, so many are laid on a photograph, if there are any
    print_share       in so many, objects get a pattern from one
    frozen            first blocks of the encoder that stay as they are
    bfloat16          see in it; worth it where the CPU has it
    """

    schedule: Schedule = field(
        default_factory=lambda: Schedule(steps=1200, cooldown=480, encoder_rate=0.4)
    )
    samples: int = 16
    background_share: float = 0.3
    print_share: float = 0.3
    frozen: int = 3
    bfloat16: bool = False
    seed: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureBatch:
    """
    B pictures.

    pictures        uint8 (B, 3, H, W)
    pixels, tokens  the truth of cells of 8 and 16 px
    masks           per picture float (n, H, W), the objects that are pointed at
    others          per picture float (m, H, W): all objects, last the background; the first n are
                    those of `masks`
    """

    pictures: Tensor
    pixels: DenseTruth
    tokens: DenseTruth
    masks: list[Tensor]
    others: list[Tensor]


class PictureBatches:
    """Batch number k is the same whenever it is asked for: made from the seed and k alone."""

    def __init__(
        self,
        data: Tabletops,
        config: VisaConfig,
        training: ImageTraining,
        backgrounds: Backgrounds | None,
    ) -> None:
        self._data, self._training, self._backgrounds = data, training, backgrounds
        self._hw = config.image_hw
        self._label_of = {label: k + 1 for k, label in enumerate(config.labels)}

    def batch(self, number: int) -> PictureBatch:
        """Make one batch."""
        rng = np.random.default_rng((self._training.seed, number))
        picked = rng.integers(len(self._data), size=self._training.samples)
        samples = [self._sample(int(i), rng) for i in picked]
        pictures, pixels, tokens, masks = zip(*samples, strict=True)
        return PictureBatch(
            pictures=torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2),
            pixels=stack(pixels),
            tokens=stack(tokens),
            masks=[mask[: min(_PROMPTS, len(mask) - 1)] for mask in masks],
            others=list(masks),
        )

    def _sample(
        self, index: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, DenseTruth, DenseTruth, Tensor]:
        clip = self._data.clip(index)
        frame = int(rng.integers(len(clip)))
        rgb, instances = clip.rgb(frame), clip.instances(frame)
        if self._backgrounds is not None:
            if rng.random() < self._training.background_share:
                rgb = self._backgrounds.behind(rgb, instances, rng)
            if rng.random() < self._training.print_share:
                rgb = self._backgrounds.printed(rgb, instances, rng)
        rgb, instances = view(rgb, instances, rng, self._hw[::-1])
        instances = instances[::2, ::2]
        things = things_of(clip.record, frame, self._label_of)
        ids = np.flatnonzero(np.bincount(instances.ravel(), minlength=256)[1:] >= _LEAST_PX) + 1
        order = torch.from_numpy(rng.permutation(ids)).to(torch.uint8)
        ids_map = torch.from_numpy(instances)
        masks = (ids_map[None] == order[:, None, None]).float()
        return (
            photometric(rgb, rng),
            dense_truth(instances, things, cell_px=8),
            dense_truth(instances, things, cell_px=16),
            torch.cat((masks, (ids_map == 0).float()[None])),
        )


class ImageLearner(nn.Module):
    """The model with heads on its image features, and prompts made of them."""

    def __init__(self, model: VisaModel, config: VisaConfig, *, bfloat16: bool = False) -> None:
        super().__init__()
        self.model = model
        self._bfloat16 = bfloat16
        self.pixel_head = DenseHead(config.mask_dim, len(config.labels))
        self.token_head = DenseHead(config.hidden, len(config.labels))
        self.prompt = nn.Linear(config.hidden, config.hidden)

    def losses(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Return the losses by name, and the mean IoU of the masks as 'iou'."""
        model = self.model
        with torch.autocast('cpu', torch.bfloat16, enabled=self._bfloat16):
            features = model.encoder(normalise(batch.pictures))
        features = features.float()
        tokens = model.mm_projector((features.grid + model.position).flatten(2).transpose(1, 2))
        pixels = features.embedding.flatten(2).transpose(1, 2)
        return {
            **self.pixel_head.losses(pixels, batch.pixels, 'pixel'),
            **self.token_head.losses(tokens, batch.tokens, 'token'),
            **self._masks(features, tokens, batch),
        }

    def _masks(
        self, features: PictureFeatures, tokens: Tensor, batch: PictureBatch
    ) -> dict[str, Tensor]:
        parts: dict[str, list[Tensor]] = {}
        for k, masks in enumerate(batch.masks):
            if len(masks):
                seen = features.embedding[k], features.detail[k]
                found = self._cut_out(*seen, tokens[k], masks, batch.others[k])
                for name, value in found.items():
                    parts.setdefault(name, []).append(value)
        return {name: torch.cat(values).mean() for name, values in parts.items()}

    def _cut_out(
        self, embedding: Tensor, detail: Tensor, tokens: Tensor, masks: Tensor, others: Tensor
    ) -> dict[str, Tensor]:
        head = self.model.mask_head
        cover = functional.avg_pool2d(masks, 16).flatten(1)
        cover = cover / cover.sum(dim=1, keepdim=True).clamp(min=1e-3)
        prompt = self.prompt(cover.to(tokens.dtype) @ tokens)
        coarse = head.guess(embedding, tokens, self.model.encoder.token_hw, prompt)
        out = head.refine(embedding[None], detail[None], coarse[:_DECODED], prompt[:_DECODED])
        truth = functional.avg_pool2d(masks[:_DECODED], 2)
        iou = mask_iou(out.fine, truth)
        return {
            'mask': mask_loss(out.fine, truth),
            'guess': guess_loss(coarse, functional.avg_pool2d(masks, 8)),
            'point': pointing_loss(
                coarse, functional.avg_pool2d(others, 8), torch.arange(len(masks))
            ),
            'quality': (out.quality - iou).square(),
            'iou': iou,
        }


def train_image_side(
    data: Sequence[Path],
    out: Path,
    *,
    config: VisaConfig,
    training: ImageTraining,
    start: Path | None = None,
    backgrounds: Path | None = None,
    resume: bool = False,
) -> None:
    """
    Learn from the clips in the folders `data`; writes a model folder and its state to `out`.

    start        a model, or a run's state, to begin with in the place of the ImageNet weights
    backgrounds  folder of photographs that some objects are laid on

    MissingPackageError without the ImageNet weights, DataError for unreadable clips.
    """
    torch.manual_seed(training.seed)
    model = build_model(config)
    learner = ImageLearner(model, config, bfloat16=training.bfloat16)
    if start is None:
        load_imagenet_weights(model.encoder.backbone)
    else:
        start_from(learner, start)
    freeze_early_stages(model, blocks=training.frozen)
    learner.to(memory_format=torch.channels_last)
    photos = None if backgrounds is None else Backgrounds(backgrounds)
    batches = PictureBatches(Tabletops(data), config, training, photos)
    run = Run(learner, config, training.schedule, _SHARES, seed=training.seed)
    run.learn(batches.batch, out, title='image side', resume=resume)


def freeze_early_stages(model: VisaModel, *, blocks: int) -> None:
    """Edges and textures are as good as they get and the dearest to train; 3: up to stride 4."""
    backbone = model.encoder.backbone
    for part in (backbone.conv_stem, backbone.bn0, *backbone.blocks[:blocks]):
        part.requires_grad_(False)
