"""
Fewer visual tokens: DPC-KNN clustering in three rounds (Chat-UniVi, used by VISA section 3).

Density-peak clustering picks the centres: tokens that are dense and far from any denser one.
There are no parameters.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def merge_tokens(
    tokens: Tensor,
    *,
    clusters: Sequence[int],
    neighbors: Sequence[int],
    rng: torch.Generator | None = None,
) -> Tensor:
    """
    Cluster each picture's tokens again and again and keep the outcome of every round.

    tokens    float (B, N, D)
    clusters  tokens left after each round, e.g. (64, 32, 16)
    neighbors of each token that its density is taken from, per round
    rng       breaks ties of density by noise as the reference does, picture by picture; None: no
              noise
    returns   float (B, sum(clusters), D)
    """
    noises: Sequence[Tensor | None] = [None] * len(clusters)
    if rng is not None:
        sizes = (tokens.shape[1], *clusters[:-1])
        drawn = torch.rand(len(tokens), sum(sizes), generator=rng, device=rng.device)
        noises = drawn.to(tokens.device).split(sizes, dim=1)
    rounds = []
    for count, nearest, noise in zip(clusters, neighbors, noises, strict=True):
        index = cluster_dpc_knn(tokens, count=count, nearest=nearest, noise=noise)
        tokens = average_clusters(tokens, index, count=count)
        rounds.append(tokens)
    return torch.cat(rounds, dim=1)


@torch.no_grad()
def cluster_dpc_knn(
    tokens: Tensor, *, count: int, nearest: int, noise: Tensor | None = None
) -> Tensor:
    """
    Assign each token to one of `count` clusters.

    tokens   float (B, N, D)
    nearest  neighbours, itself included, that the density of a token is taken from
    noise    float (B, N) in [0, 1), breaks ties of density
    returns  int64 (B, N), values 0 .. count - 1, in order of falling centre score
    """
    batch, size, width = tokens.shape
    if nearest > count:
        nearest = min(3, max(count // 2, 1))
    points = tokens.float()
    distance = torch.cdist(points, points) / width**0.5  # (B, N, N)

    closest = distance.topk(nearest, dim=-1, largest=False).values
    density = (-closest.square().mean(dim=-1)).exp()  # (B, N)
    if noise is not None:
        density = density + 1e-6 * noise

    denser = density[:, None, :] > density[:, :, None]  # [b, i, j]: j is denser than i
    farthest = distance.flatten(1).max(dim=-1).values[:, None, None]
    separation = torch.where(denser, distance, farthest).min(dim=-1).values

    centers = (separation * density).topk(count, dim=-1).indices  # (B, count)
    to_center = distance.gather(1, centers[:, :, None].expand(-1, -1, size))
    index = to_center.argmin(dim=1)
    own = torch.arange(count, device=tokens.device).expand(batch, count)
    return index.scatter(1, centers, own)


def average_clusters(tokens: Tensor, index: Tensor, *, count: int) -> Tensor:
    """
    Mean of the tokens of each cluster, summed in float32 whatever the tokens are.

    tokens   float (B, N, D)
    index    int64 (B, N)
    returns  float (B, count, D)
    """
    batch, _, width = tokens.shape
    points = tokens.float()
    place = index[..., None].expand(-1, -1, width)
    total = points.new_zeros(batch, count, width).scatter_add(1, place, points)
    members = points.new_zeros(batch, count).scatter_add(1, index, torch.ones_like(points[..., 0]))
    return (total / (members[..., None] + 1e-6)).to(tokens.dtype)
