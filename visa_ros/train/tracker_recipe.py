"""How trackers learn: one recipe for each size of the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from visa_ros.errors import ConfigError
from visa_ros.tracking.config import TrackerConfig, xmem_config


@dataclass(frozen=True, kw_only=True)
class TrackerTraining:
    """
    How to learn.

    clips, objects  per step, and objects followed in each clip
    still_frames, video_frames  length of clips of stills and shapes, and of videos
    videos_from     share of the training after which videos are the main thing
    shapes          share of shapes that fly among clips that are no videos
    bend            how much each view of a still is bent, as a share of its shorter side
    crop_hw         px of the part of a frame that is looked at
    rate            learning rate at its highest
    weight_decay    of AdamW
    remember        share of frames that go into memory, besides the first
    averaging       decay of the running average of the weights that is written
    save_minutes    between checkpoints
    """

    clips: int = 3
    objects: int = 3
    still_frames: int = 3
    video_frames: int = 4
    videos_from: float = 0.15
    shapes: float = 0.5
    bend: float = 0.0
    crop_hw: tuple[int, int] = (144, 144)
    rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: int = 50
    remember: float = 0.5
    averaging: float = 0.998
    save_minutes: float = 3.0
    autocast: bool = True


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A network and how it learns."""

    config: TrackerConfig = field(default_factory=TrackerConfig)
    training: TrackerTraining = field(default_factory=TrackerTraining)


RECIPES: Mapping[str, Recipe] = {
    'nano': Recipe(config=TrackerConfig(flow_short_side=240)),
    # XMem's: static pictures for 150 of 260 thousand steps, then videos of eight frames.
    'xmem': Recipe(
        config=xmem_config(),
        training=TrackerTraining(
            clips=8,
            objects=3,
            still_frames=3,
            video_frames=8,
            videos_from=0.58,
            shapes=0.1,
            bend=0.05,
            crop_hw=(384, 384),
            rate=1e-5,
            weight_decay=0.05,
            warmup=1000,
            remember=0.4,
            averaging=0.9995,
            save_minutes=20.0,
        ),
    ),
}


def recipe(size: str) -> Recipe:
    """Look up a recipe; ConfigError if there is none for this size."""
    try:
        return RECIPES[size]
    except KeyError:
        raise ConfigError(f'tracker size {size!r}: choose from {sorted(RECIPES)}') from None
