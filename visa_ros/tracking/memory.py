"""
How a memory is read (XMem's memory reading).

M memory elements, Q query positions. A remembered frame gives h * w elements. The key of an
element belongs to the image, its value to one object.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

import torch
from torch import Tensor
import torch.nn.functional as F


def similarity(key: Tensor, shrinkage: Tensor, query: Tensor, selection: Tensor | None) -> Tensor:
    """
    How well memory elements fit queries: -s * sum_c e_c (k_c - q_c)^2 / sqrt(CK).

    key        (..., M, CK)
    shrinkage  (..., M)      s
    query      (..., Q, CK)
    selection  (..., Q, CK)  e; None: all channels alike, and without the term of the query alone,
               which moves all elements of a query by the same
    returns    (..., Q, M); with a selection at most 0 but for rounding
    """
    # Near things differ by little: in bfloat16 their distance would be noise. The square is
    # multiplied out, so that no tensor has (Q, M, CK) elements, and its three terms are the
    # channels of one product, so that nothing but the result has (Q, M).
    scale = shrinkage.unsqueeze(-1) / math.sqrt(key.shape[-1])
    with torch.autocast(key.device.type, enabled=False):
        if selection is None:
            asked = torch.cat((2.0 * query, -torch.ones_like(query[..., :1])), dim=-1)
            known = torch.cat((key, key.square().sum(-1, keepdim=True)), dim=-1)
        else:
            chosen = query * selection
            own = (chosen * query).sum(-1, keepdim=True)
            asked = torch.cat((2.0 * chosen, -selection, -own), dim=-1)
            known = torch.cat((key, key.square(), torch.ones_like(key[..., :1])), dim=-1)
        return asked @ (known * scale).transpose(-1, -2)


def read_all(affinity_logits: Tensor, values: Tensor) -> Tensor:
    """Softmax over all elements: (..., Q, M) and (..., M, C) to (..., Q, C)."""
    return torch.softmax(affinity_logits, dim=-1) @ values


@dataclass(frozen=True, kw_only=True, eq=False)
class Affinity:
    """
    The K elements that each query reads from.

    indices  int64 (Q, K)
    weights  float (Q, K)  of a query they sum to 1
    """

    indices: Tensor
    weights: Tensor

    def read(self, values: Tensor) -> Tensor:
        """Weighted sums of values: (M, C) to (Q, C)."""
        return F.embedding_bag(
            self.indices, values, mode='sum', per_sample_weights=self.weights.to(values.dtype)
        )

    def usage(self, elements: int) -> Tensor:
        """How much each of `elements` elements is read by all queries together: (elements,)."""
        usage = self.weights.new_zeros(elements)
        return usage.index_add_(0, self.indices.flatten(), self.weights.flatten())


@dataclass(frozen=True, kw_only=True, eq=False)
class FullAffinity:
    """
    Queries that read from all elements.

    weights  float (Q, M)  of a query they sum to 1
    """

    weights: Tensor

    def read(self, values: Tensor) -> Tensor:
        """Weighted sums of values: (M, C) to (Q, C)."""
        return self.weights @ values.to(self.weights.dtype)

    def usage(self, elements: int) -> Tensor:
        """How much each of the `elements` elements is read by all queries: (elements,)."""
        return self.weights.sum(dim=0)


def affinity(affinity_logits: Tensor, top_k: int) -> Affinity | FullAffinity:
    """Softmax over the top_k best elements of each query, or over all for 0; logits (Q, M)."""
    if top_k:
        return best(affinity_logits, top_k)
    return FullAffinity(weights=torch.softmax(affinity_logits, dim=-1))


def best(affinity_logits: Tensor, top_k: int) -> Affinity:
    """
    Softmax over the top_k best elements of each query, logits (Q, M).

    The reference does not subtract the maximum before exp; the result is the same but for
    rounding, and here it stays finite however far all elements are.
    """
    count = min(top_k, affinity_logits.shape[-1])
    logits, indices = affinity_logits.topk(count, dim=-1, sorted=False)
    return Affinity(indices=indices, weights=torch.softmax(logits, dim=-1))
