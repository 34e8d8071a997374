"""Merging a whole video by events (spec 1.4)."""

from __future__ import annotations

import torch

from visa_ros.model.published.video_tokens import merge_video, split_events


def two_scenes():
    """Frames of two scenes that alternate, float (8, 12, 6)."""
    rng = torch.Generator().manual_seed(0)
    scenes = 10 * torch.randn(2, 12, 6, generator=rng)
    order = [1, 0, 0, 1, 1, 0, 1, 0]
    return scenes[order] + 0.01 * torch.randn(8, 12, 6, generator=rng), order


def test_events_are_scenes_in_order_of_appearance():
    frames, order = two_scenes()
    events = split_events(frames, rate=2)
    assert events == [[k for k in range(8) if order[k] == scene] for scene in (1, 0)]


def test_every_event_gets_as_many_tokens_as_a_picture():
    frames, _ = two_scenes()
    merged = merge_video(frames, clusters=(6, 4, 2), neighbors=(5, 3, 3), event_rate=2)
    assert merged.shape == (2 * 12, 6)


def test_a_short_video_is_one_event():
    frames, _ = two_scenes()
    for count in (1, 8):
        merged = merge_video(frames[:count], clusters=(6, 4, 2), neighbors=(5, 3, 3))
        assert merged.shape == (12, 6)
