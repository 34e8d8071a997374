"""Density-peak merging: unit cases, a seeded-noise case, images and the video path."""

from __future__ import annotations

from functools import cache

import numpy as np
from parity.folder import arrays, assert_within, Case, case_names, cases
from parity.published import tiny_config, tiny_visa
import pytest
import torch

from visa_ros.model.published.config import cluster_count
from visa_ros.model.published.video_tokens import merge_video
from visa_ros.model.token_merge import average_clusters, cluster_dpc_knn

FILE = 'ctm_cases.npz'
UNITS = case_names(FILE, having='meta')
SEEDS = (0, 1, 2, 3, 42, 123, 1234)


@cache
def recorded() -> dict[str, Case]:
    return cases(arrays(FILE))


def clustered(case: str, seed: int | None) -> torch.Tensor:
    """Our clusters of a unit case, (B, N)."""
    size, _, rate, nearest, _ = recorded()[case]['meta']
    tokens = torch.from_numpy(recorded()[case]['x'])
    noise = None
    if seed is not None:
        noise = torch.rand(tokens.shape[:2], generator=torch.Generator().manual_seed(seed))
    count = cluster_count(float(rate), int(size))
    return cluster_dpc_knn(tokens, count=count, nearest=int(nearest), noise=noise)


@pytest.mark.parametrize('case', UNITS)
def test_clusters_and_means(case):
    """Zero noise must give the recorded clusters; seeded noise must under one of the seeds."""
    wanted = recorded()[case]
    noisy = int(wanted['meta'][4])
    found = clustered(case, noisy or None)
    for seed in SEEDS if noisy else ():
        if np.array_equal(found, wanted['idx']):
            break
        found = clustered(case, seed)
    assert_within('clusters of unit cases', found, wanted['idx'], 0)
    size, _, rate, _, _ = wanted['meta']
    means = average_clusters(
        torch.from_numpy(wanted['x']), found, count=cluster_count(float(rate), int(size))
    )
    assert_within('means of unit cases', means, wanted['out'], 1e-5)


def video() -> torch.Tensor:
    if 'x' not in recorded().get('video', {}):
        pytest.skip('no video is recorded')
    return torch.from_numpy(recorded()['video']['x'])


@torch.no_grad()
def test_video_path():
    config, model, frames = tiny_config(), tiny_visa(), video()
    merged = merge_video(frames, clusters=config.clusters, neighbors=config.neighbors)
    assert_within('video path', model.mm_projector(merged)[None], recorded()['video']['out'], 1e-5)


@torch.no_grad()
def test_image_path():
    """The first pictures of the video, each by itself."""
    frames = video()
    wanted = recorded().get('image', {}).get('out')
    if wanted is None:
        pytest.skip('no image path is recorded')
    model = tiny_visa()
    found = model.mm_projector(model.merge(frames[: len(wanted)]))
    assert_within('image path', found, wanted, 1e-5)
