"""What the objects of training pictures cover, in the cells of first guesses and of outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn, Tensor
from torch.nn import functional

_CELL = 4  # of first guesses, in those of outlines


@dataclass(frozen=True, kw_only=True, eq=False)
class Areas:
    """
    What up to m objects cover in each of B pictures, and last the background.

    masks   float (B, m + 1, 4 h, 4 w)  share of each cell of outlines
    shares  float (B, m + 1, h * w)     cover of each cell of first guesses, the sum of each is 1;
                                        0 for what is out of view
    there   bool (B, m + 1)             False for what only fills a row up
    """

    masks: Tensor
    shares: Tensor
    there: Tensor

    @classmethod
    def of(cls, things: Sequence[Tensor]) -> Areas:
        """Lay out the areas of each picture, float (m' + 1, 4 h, 4 w), last the background."""
        objects = nn.utils.rnn.pad_sequence([own[:-1] for own in things], batch_first=True)
        masks = torch.cat((objects, torch.stack([own[-1:] for own in things])), dim=1)
        counts = torch.tensor([len(own) - 1 for own in things])
        there = torch.arange(masks.shape[1]) < counts[:, None]
        there[:, -1] = True
        cells = functional.avg_pool2d(masks, _CELL).flatten(2)
        return cls(masks=masks, shares=normalised(cells), there=there)

    @property
    def shown(self) -> Tensor:
        """Whether anything is seen of each object, bool (B, m)."""
        return self.shares[:, :-1].sum(dim=2) > 0

    def means(self, maps: Tensor) -> Tensor:
        """Return the mean of maps (B, n, h, w) over each area, float (B, n, m + 1)."""
        return maps.flatten(2) @ self.shares.transpose(1, 2)


def normalised(shares: Tensor) -> Tensor:
    """Scale the last axis to a sum of 1, where it has any."""
    return shares / shares.sum(dim=-1, keepdim=True).clamp(min=1e-6)


def fits_of(fits: Sequence[Tensor], shape: Sequence[int]) -> Tensor:
    """
    Truth of each question and object, float (B, Q, m); NaN where a row is only filled up.

    fits   per picture bool (q, m'): whether each question means an object
    shape  B, Q, m
    """
    truth = torch.full(tuple(shape), torch.nan)
    for row, own in zip(truth, fits, strict=True):
        row[: own.shape[0], : own.shape[1]] = own.float()
    return truth


def drawn(real: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """
    Draw up to `count` of the real ones of each picture.

    real     bool (B, n)
    returns  int64 (k,) and (k,): picture and number of each
    """
    order = (torch.rand(real.shape) + real).topk(min(count, real.shape[1]), dim=1).indices
    kept = real.gather(1, order)
    picture = torch.arange(len(real))[:, None].expand_as(order)
    return picture[kept], order[kept]
