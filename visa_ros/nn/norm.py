"""Batch norm with constant statistics, as fine-tuning on small batches needs it."""

from __future__ import annotations

import torch
from torch import nn, Tensor
import torch.nn.functional as F


class FrozenBatchNorm2d(nn.Module):
    """
    nn.BatchNorm2d that always uses its stored statistics, also in training mode.

    The statistics are buffers and never change; the affine part learns like any other weight.
    With fresh statistics (mean 0, variance 1) it is a learnt scale and shift per channel.
    """

    def __init__(self, channels: int, eps: float = 1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer('running_mean', torch.zeros(channels))
        self.register_buffer('running_var', torch.ones(channels))

    def folded(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """
        Weight and bias of a convolution that includes this norm; one pass instead of two.

        weight  (C, ...) of a convolution without bias
        """
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        return weight * scale.view(-1, 1, 1, 1), self.bias - self.running_mean * scale

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (B, C, H, W) by the stored statistics; dtype of x."""
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
        )
