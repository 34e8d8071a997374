"""
Chat-UniVi's way to merge a whole video: by events, then within each event.

VISA was trained without it, each picture by itself; it is here for weights of Chat-UniVi's own.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from visa_ros.model.published.config import cluster_count
from visa_ros.model.token_merge import average_clusters, cluster_dpc_knn, merge_tokens

_EVENT_NEIGHBORS = 5


def merge_video(
    features: Tensor,
    *,
    clusters: Sequence[int],
    neighbors: Sequence[int],
    event_rate: float = 1 / 16,
) -> Tensor:
    """
    Merge the patches of a video's frames to sum(clusters) tokens per event.

    features    float (T, N, C)
    clusters    tokens each round leaves of a frame, and then of an event
    neighbors   of each token that its density is taken from, per round
    event_rate  events per frame; above 1: their number
    returns     float (E * sum(clusters), C), events in order of their first frame
    """
    per_frame = merge_tokens(features, clusters=clusters, neighbors=neighbors)
    rounds = per_frame.split(tuple(clusters), dim=1)  # each (T, c, C)
    merged = []
    for frames in split_events(features, rate=event_rate):
        for tokens, count, nearest in zip(rounds, clusters, neighbors, strict=True):
            pooled = tokens[frames].flatten(0, 1)[None]
            index = cluster_dpc_knn(pooled, count=count, nearest=nearest)
            merged.append(average_clusters(pooled, index, count=count)[0])
    return torch.cat(merged)


def split_events(features: Tensor, *, rate: float) -> list[list[int]]:
    """
    Group similar frames; the frames of each event, in order of its first one.

    features  float (T, N, C)
    """
    events = cluster_count(rate, len(features))
    frames = features.mean(dim=1)[None]
    index = cluster_dpc_knn(frames, count=events, nearest=_EVENT_NEIGHBORS)[0].tolist()
    grouped: dict[int, list[int]] = {}
    for frame, event in enumerate(index):
        grouped.setdefault(event, []).append(frame)
    return list(grouped.values())
