"""Follow objects through a training clip, so that gradients flow, and judge the result."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor
import torch.nn.functional as F

from visa_ros.tracking.memory import read_all, similarity
from visa_ros.tracking.network import aggregate, ImageFeatures, TrackerNetwork
from visa_ros.train.clips import ClipBatch


@dataclass(frozen=True, kw_only=True, eq=False)
class _Moments:
    """The clip so far: keys (B, M, CK), shrinkage (B, M), values (B, M, N * CV)."""

    keys: list[Tensor] = field(default_factory=list)
    shrinkage: list[Tensor] = field(default_factory=list)
    values: list[Tensor] = field(default_factory=list)

    def add(self, features: ImageFeatures, values: Tensor) -> None:
        self.keys.append(features.key.flatten(2).transpose(1, 2))
        self.shrinkage.append(features.shrinkage.flatten(1))
        self.values.append(values.flatten(3).permute(0, 3, 1, 2).flatten(2))

    def read(self, features: ImageFeatures, objects: int) -> Tensor:
        """(B, N, CV, h, w)."""
        logits = similarity(
            torch.cat(self.keys, dim=1),
            torch.cat(self.shrinkage, dim=1),
            features.key.flatten(2).transpose(1, 2),
            features.selection.flatten(2).transpose(1, 2),
        )
        readout = read_all(logits, torch.cat(self.values, dim=1))  # (B, Q, N * CV)
        hw = features.key.shape[-2:]
        return readout.transpose(1, 2).unflatten(2, hw).unflatten(1, (objects, -1))


def propagate(network: TrackerNetwork, batch: ClipBatch, *, remembered: list[bool]) -> Tensor:
    """
    Carry the masks of the first frame through a clip.

    Returns log-odds (B, T - 1, N + 1, H, W) of the frames after the first, background first.
    """
    frames, count = batch.rgb.shape[1], batch.prompts.shape[1]
    image = network.normalise(batch.rgb.flatten(0, 1))
    features = network.encode_image(image)
    images = image.unflatten(0, (-1, frames))
    masks, results, moments = batch.prompts, [], _Moments()
    hw = features.key.shape[-2:]
    hidden = network.initial_hidden(len(images), count, hw)
    for k in range(frames):
        now = _frame(features, k, frames)
        if k:
            readout = moments.read(now, count)
            single, hidden = network.decode(now, readout, hidden, update=not remembered[k])
            log_odds = aggregate(single * batch.present[:, :, None, None])
            results.append(log_odds)
            masks = torch.softmax(log_odds, dim=1)[:, 1:]
        if remembered[k] and k < frames - 1:
            values, hidden = network.encode_value(images[:, k], now, masks, hidden)
            moments.add(now, values)
    return torch.stack(results, dim=1)


def _frame(features: ImageFeatures, k: int, frames: int) -> ImageFeatures:
    """Frame k of features of (B * T) images."""
    return ImageFeatures(
        key=features.key[k::frames],
        shrinkage=features.shrinkage[k::frames],
        selection=features.selection[k::frames],
        base=features.base[k::frames],
        maps={stride: f[k::frames] for stride, f in features.maps.items()},
    )


def clip_loss(log_odds: Tensor, batch: ClipBatch) -> tuple[Tensor, float]:
    """
    Cross entropy and dice of log-odds (B, T - 1, N + 1, H, W).

    The second value is the mean IoU over objects that are in sight.
    """
    labels = batch.labels[:, 1:]
    entropy = F.cross_entropy(log_odds.flatten(0, 1), labels.flatten(0, 1))
    probability = torch.softmax(log_odds, dim=2)[:, :, 1:].flatten(3)
    objects = probability.shape[2]
    truth = F.one_hot(labels, objects + 1).movedim(-1, 2)[:, :, 1:].flatten(3).float()
    both = (probability * truth).sum(-1)
    dice = 1.0 - (2.0 * both + 1.0) / (probability.sum(-1) + truth.sum(-1) + 1.0)
    present = batch.present[:, None].expand_as(dice)
    loss = entropy + (dice * present).sum() / present.sum().clamp(min=1)
    return loss, _iou(probability.detach() > 0.5, truth > 0.5)


def _iou(found: Tensor, truth: Tensor) -> float:
    ious = (found & truth).sum(-1) / (found | truth).sum(-1).clamp(min=1)
    return ious[truth.any(-1)].mean().nan_to_num().item()
