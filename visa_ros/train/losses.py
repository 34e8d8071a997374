"""Losses of the segmenter: words, masks, and dense categories."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def guess_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """
    Cross-entropy that counts object pixels more, plus dice, per first guess.

    logits, truth  float (n, h, w); truth in 0..1
    returns        float (n,)
    """
    cross = functional.binary_cross_entropy_with_logits(logits, truth, reduction='none')
    return 2 * (cross * (1 + 4 * truth)).mean(dim=(1, 2)) + _dice_loss(logits, truth)


def mask_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """
    Cross-entropy plus dice, per mask.

    All pixels count alike: where object pixels count more, masks grow over their outlines.

    logits, truth, returns  as in guess_loss
    """
    cross = functional.binary_cross_entropy_with_logits(logits, truth, reduction='none')
    return 10 * cross.mean(dim=(1, 2)) + _dice_loss(logits, truth)


def _dice_loss(logits: Tensor, truth: Tensor) -> Tensor:
    inside = logits.sigmoid()
    overlap = (inside * truth).sum(dim=(1, 2))
    total = inside.sum(dim=(1, 2)) + truth.sum(dim=(1, 2))
    return 1 - (2 * overlap + 1) / (total + 1)


@torch.no_grad()
def mask_iou(logits: Tensor, truth: Tensor) -> Tensor:
    """IoU of (n, h, w) logits above 0 with truth above 1/2, float (n,); 1 where both are empty."""
    found, wanted = logits > 0, truth > 0.5
    both = (found & wanted).sum(dim=(1, 2)).float()
    either = (found | wanted).sum(dim=(1, 2)).float()
    return torch.where(either > 0, both / either.clamp(min=1), torch.ones_like(both))


def word_loss(logits: Tensor, ids: Tensor, *, pad: int) -> Tensor:
    """
    Mean cross-entropy of the next token.

    logits  float (..., A, V) at each token of the answer
    ids     int64 (..., A)    the answer, start token first
    """
    return functional.cross_entropy(
        logits[..., :-1, :].flatten(0, -2).float(), ids[..., 1:].flatten(), ignore_index=pad
    )
