"""A small convolutional encoder of relief maps: features at strides 16 and 32 of the picture."""

from __future__ import annotations

import torch
from torch import nn, Tensor
from torch.nn import functional

FEATURES = 96 + 160
"""Channels of the features."""
_GROUPS = 8


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm = nn.GroupNorm(_GROUPS, width)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.last_norm = nn.GroupNorm(_GROUPS, width)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norm(self.first(x)))
        return functional.relu(x + self.last_norm(self.second(y)))


def _halve(channels: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False),
        nn.GroupNorm(_GROUPS, width),
        nn.ReLU(),
    )


class ReliefEncoder(nn.Module):
    """
    What depth tells about shapes, for each visual token and each cell.

    channels  of the maps; the last is 1 where there is depth and 0 where there is none
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.to8 = nn.Sequential(_halve(channels, 24), _halve(24, 48), _Residual(48))
        self.to16 = nn.Sequential(_halve(48, 96), _Residual(96), _Residual(96))
        self.to32 = nn.Sequential(_halve(96, 160), _Residual(160))

    def forward(self, relief: Tensor) -> tuple[Tensor, Tensor]:
        """
        Encode relief maps of half the size of the picture: float (B, channels, H / 2, W / 2).

        returns  float (B, FEATURES, H / 16, W / 16) and (B, FEATURES, H / 32, W / 32); all 0 for
                 a picture of which no depth is known
        """
        at16 = self.to16(self.to8(relief))
        at32 = self.to32(at16)
        size = (at16.shape[2], at16.shape[3])
        fine = torch.cat((at16, functional.interpolate(at32, size, mode='bilinear')), dim=1)
        coarse = torch.cat((functional.avg_pool2d(at16, 2), at32), dim=1)
        there = relief[:, -1].flatten(1).amax(dim=1)[:, None, None, None]
        return fine * there, coarse * there
