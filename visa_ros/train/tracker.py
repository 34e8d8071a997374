"""
Train the memory tracker, by XMem's recipe in small.

First still frames seen from moving views and shapes that fly, then clips of the simulated world:
masks of the first frame are given, those of all others are compared with the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
import math
import os
from pathlib import Path
import time
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from visa_ros.data.tabletop import Tabletop
from visa_ros.errors import ConfigError, DataError
from visa_ros.nn.efficientnet import EfficientNetLite0, load_imagenet_weights
from visa_ros.tracking.checkpoint import save_tracker
from visa_ros.tracking.config import TrackerConfig
from visa_ros.tracking.network import TrackerNetwork
from visa_ros.train.clips import ClipBatch, make_batch, TabletopClips, TrainingClip
from visa_ros.train.rollout import clip_loss, propagate
from visa_ros.train.shapes import shapes_clip

_STATE_FILE = 'train_state.pt'


@dataclass(frozen=True, kw_only=True)
class TrackerTraining:
    """
    How to learn.

    clips, objects  per step, and objects followed in each clip
    still_frames, video_frames  length of clips of stills and shapes, and of videos
    videos_from     share of the training after which videos are the main thing
    crop_hw         px of the part of a frame that is looked at
    rate            learning rate at its highest
    remember        share of frames that go into memory, besides the first
    averaging       decay of the running average of the weights that is written
    save_minutes    between checkpoints
    """

    clips: int = 3
    objects: int = 3
    still_frames: int = 3
    video_frames: int = 4
    videos_from: float = 0.15
    crop_hw: tuple[int, int] = (144, 144)
    rate: float = 1e-3
    warmup: int = 50
    remember: float = 0.5
    averaging: float = 0.998
    save_minutes: float = 3.0
    autocast: bool = True


@dataclass(kw_only=True, eq=False)
class _State:
    """Everything that a checkpoint holds; seconds counts only time spent training."""

    network: TrackerNetwork
    average: TrackerNetwork
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0


def train_tracker(
    data: Path | None,
    out: Path,
    *,
    minutes: float | None = None,
    steps: int | None = None,
    threads: int = 1,
    seed: int = 0,
    resume: bool = False,
    config: TrackerConfig | None = None,
    training: TrackerTraining | None = None,
) -> None:
    """
    Train a tracker and write tracker.json and tracker.safetensors to `out`, now and then.

    data     clips of `visa-ros sim render`; None: only shapes that fly, no videos
    minutes, steps  how long, whichever ends first; one of them is needed. The same seed and
             steps give the same data in the same order
    threads  CPU threads; process-wide, as torch has it
    resume   go on from the state in `out`, with time and steps counted from its start

    Raises ConfigError without minutes and steps, MissingPackageError without the weights that
    an encoder starts from, DataError for unreadable clips or a loss that is not finite.
    """
    if minutes is None and steps is None:
        raise ConfigError('say how long to train: give minutes or steps')
    config, training = config or TrackerConfig(), training or TrackerTraining()
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    state = _start(config, training)
    if resume:
        _restore(out / _STATE_FILE, state)
    source = _Source(None if data is None else Tabletop(data), training, seed)
    out.mkdir(parents=True, exist_ok=True)
    _loop(state, source, out, config, training, _Plan(minutes=minutes, steps=steps))
    _save(out, state, config)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """When to end."""

    minutes: float | None
    steps: int | None

    def progress(self, state: _State) -> float:
        """From 0 to 1."""
        by_time = state.seconds / (60 * self.minutes) if self.minutes else 0.0
        by_steps = state.step / self.steps if self.steps else 0.0
        return min(1.0, max(by_time, by_steps))


class _Source:
    """Batches by number: the same number gives the same batch at the same stage."""

    def __init__(self, tabletop: Tabletop | None, training: TrackerTraining, seed: int):
        self._clips = None
        if tabletop is not None:
            self._clips = TabletopClips(tabletop, range(len(tabletop)))
        self._training = training
        self._seed = seed

    def batch(self, step: int, progress: float) -> ClipBatch:
        """Stills and shapes at first, then mostly videos."""
        rng = np.random.default_rng((self._seed, step))
        videos = self._clips is not None and progress >= self._training.videos_from
        videos = videos and rng.random() < 0.85
        clips = [self._clip(rng, videos=videos) for _ in range(self._training.clips)]
        return make_batch(
            clips,
            rng,
            objects=self._training.objects,
            crop_hw=self._training.crop_hw,
            jitter=0.25 if videos else 1.0,
        )

    def _clip(self, rng: np.random.Generator, *, videos: bool) -> TrainingClip:
        if videos:
            return self._clips.video(rng, frames=self._training.video_frames)
        if self._clips is None or rng.random() < 0.5:
            return shapes_clip(rng, frames=self._training.still_frames)
        return self._clips.still(rng, frames=self._training.still_frames)


def _loop(
    state: _State,
    source: _Source,
    out: Path,
    config: TrackerConfig,
    training: TrackerTraining,
    plan: _Plan,
) -> None:
    saved_s = state.seconds
    with tqdm(total=100, desc='tracker', unit='%') as bar:
        for batch in _ahead(source, state, plan):
            begin = time.monotonic()
            loss, iou = _step(state, batch, training, plan.progress(state))
            state.step += 1
            state.seconds += time.monotonic() - begin
            bar.n = round(100 * plan.progress(state), 1)
            bar.set_postfix(step=state.step, loss=f'{loss:.3f}', iou=f'{iou:.3f}')
            if state.seconds - saved_s > 60 * training.save_minutes:
                _save(out, state, config)
                saved_s = state.seconds


def _ahead(source: _Source, state: _State, plan: _Plan) -> Iterator[ClipBatch]:
    """Yield batches to the end of the plan, making one while the one before is learnt from."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(source.batch, state.step, plan.progress(state))
        while plan.progress(state) < 1.0:
            batch = coming.result()
            coming = pool.submit(source.batch, state.step + 1, plan.progress(state))
            yield batch


def _step(
    state: _State, batch: ClipBatch, training: TrackerTraining, progress: float
) -> tuple[float, float]:
    """Learn from one batch; its loss and its mean IoU."""
    rising = min(1.0, (state.step + 1) / training.warmup)
    falling = 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * progress))
    for group in state.optimizer.param_groups:
        group['lr'] = training.rate * rising * falling
    with torch.autocast('cpu', torch.bfloat16, enabled=training.autocast):
        log_odds = propagate(state.network, batch, remembered=_remembered(state, batch, training))
    loss, iou = clip_loss(log_odds, batch)
    if not torch.isfinite(loss):
        raise DataError(f'the loss is not finite at step {state.step}: lower the learning rate')
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(state.network.parameters(), 1.0)
    state.optimizer.step()
    decay = min(training.averaging, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        for mean, now in zip(state.average.parameters(), state.network.parameters(), strict=True):
            mean.lerp_(now, 1.0 - decay)
    return loss.item(), iou


def _remembered(state: _State, batch: ClipBatch, training: TrackerTraining) -> list[bool]:
    """Which frames go into memory: the first, and some of the others."""
    rng = np.random.default_rng((state.step, 1))
    return [True, *(rng.random(batch.rgb.shape[1] - 1) < training.remember)]


def _start(config: TrackerConfig, training: TrackerTraining) -> _State:
    network = TrackerNetwork(config.network)
    if isinstance(network.key_encoder, EfficientNetLite0):
        # Good enough as it is; teaching it would cost half as much again per step.
        load_imagenet_weights(network.key_encoder)
        network.key_encoder.requires_grad_(False)
    average = TrackerNetwork(config.network).requires_grad_(False)
    average.load_state_dict(network.state_dict())
    learning = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=training.rate, weight_decay=0.01)
    return _State(network=network, average=average, optimizer=optimizer)


def _save(out: Path, state: _State, config: TrackerConfig) -> None:
    """Write the averaged weights, and what is needed to go on."""
    save_tracker(out, state.average, config)
    tensors = {
        'network': state.network.state_dict(),
        'average': state.average.state_dict(),
        'optimizer': state.optimizer.state_dict(),
        'step': state.step,
        'seconds': state.seconds,
    }
    part = out / f'{_STATE_FILE}.part'
    torch.save(tensors, part)
    os.replace(part, out / _STATE_FILE)


def _restore(path: Path, state: _State) -> None:
    if not path.is_file():
        return
    raw: dict[str, Any] = torch.load(path, map_location='cpu', weights_only=True)
    state.network.load_state_dict(raw['network'])
    state.average.load_state_dict(raw['average'])
    state.optimizer.load_state_dict(raw['optimizer'])
    state.step, state.seconds = raw['step'], raw['seconds']
