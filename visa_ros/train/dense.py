"""Heads that only training needs: each cell of a feature map tells what it sees."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn, Tensor
from torch.nn import functional

from visa_ros.train.things import COLOR_COUNT, DenseTruth, FLAGS, NUMBERS, SENSES, UNKNOWN

_BACKGROUND_WEIGHT = 0.1  # most of a picture is background


class DenseHead(nn.Module):
    """
    Category, colour, numbers and flags, from features of each cell.

    kinds   labels without the background
    """

    def __init__(self, width: int, kinds: int) -> None:
        super().__init__()
        self.sizes = (kinds + 1, COLOR_COUNT, NUMBERS, len(FLAGS))
        self.read = nn.Linear(width, sum(self.sizes))
        weight = torch.ones(kinds + 1)
        weight[0] = _BACKGROUND_WEIGHT
        self.register_buffer('weight', weight)

    def losses(self, features: Tensor, truth: DenseTruth, prefix: str) -> Mapping[str, Tensor]:
        """
        Compare with the truth.

        features  float (B, N, width), N = h * w
        truth     its arrays have a first axis of B
        """
        category, color, numbers, flagged = self.read(features).float().split(self.sizes, dim=-1)
        kinds = torch.from_numpy(truth.category).flatten(1)
        inside = kinds > 0
        hues = torch.from_numpy(truth.color).flatten(1).masked_fill(~inside, UNKNOWN)
        wanted = torch.from_numpy(truth.numbers).flatten(2).transpose(1, 2)
        flags = torch.from_numpy(truth.flags).flatten(2).transpose(1, 2)
        losses = {
            'kind': functional.cross_entropy(category.transpose(1, 2), kinds, self.weight),
            'color': _mean_cross_entropy(color.transpose(1, 2), hues),
            'number': _mean_smooth_l1(numbers[inside], wanted[inside]),
        }
        said = inside[..., None] & ~flags.isnan()
        if said.any():
            losses['flags'] = functional.binary_cross_entropy_with_logits(
                flagged[said], flags[said]
            )
        return {f'{prefix} {name}': loss for name, loss in losses.items()}


def _mean_smooth_l1(numbers: Tensor, wanted: Tensor) -> Tensor:
    """Mean; 0 of nothing."""
    total = functional.smooth_l1_loss(numbers, wanted, reduction='sum')
    return total / max(1, numbers.numel())


def _mean_cross_entropy(logits: Tensor, classes: Tensor) -> Tensor:
    """Mean over the cells that have a class; 0 where none has."""
    total = functional.cross_entropy(logits, classes, ignore_index=UNKNOWN, reduction='sum')
    return total / (classes != UNKNOWN).sum().clamp(min=1)


class KindHead(nn.Linear):
    """What kinds a question is about, from the state before the first word of its answer."""

    def __init__(self, width: int, kinds: int) -> None:
        super().__init__(width, 2 * kinds)

    def loss(self, states: Tensor, kinds: Tensor) -> Tensor:
        """Compare states (B, Q, width) with the truth of visa_ros.train.questions.Batch.kinds."""
        said = ~kinds.isnan()
        logits = self(states).float().view(kinds.shape)
        return functional.binary_cross_entropy_with_logits(logits[said], kinds[said])


class SenseHead(nn.Linear):
    """What else than kinds decides a question, from the same state; see Expression.sense."""

    def __init__(self, width: int) -> None:
        super().__init__(width, len(SENSES))

    def loss(self, states: Tensor, senses: Tensor) -> Tensor:
        """Compare states (B, Q, width) with visa_ros.train.questions.Batch.senses."""
        logits = self(states).float().flatten(0, 1)
        return functional.cross_entropy(logits, senses.flatten(), ignore_index=UNKNOWN)


def pointing_loss(guess: Tensor, areas: Tensor, wanted: Tensor) -> Tensor:
    """
    Cross-entropy of which object a guess points at, per guess.

    guess    float (n, h, w)  logits of first guesses
    areas    float (m, h, w)  share of each cell that an object, or last the background, covers
    wanted   int64 (n,)       index of the object meant
    returns  float (n,)
    """
    shares = areas.flatten(1) / areas.flatten(1).sum(dim=1, keepdim=True).clamp(min=1e-3)
    score = guess.float().flatten(1) @ shares.T  # (n, m)
    return functional.cross_entropy(score, wanted, reduction='none')
