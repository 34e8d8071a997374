"""
Train the memory tracker by XMem's recipe, in small or at full size.

First still pictures seen from moving views and shapes that fly, then videos: masks of the first
frame are given, those of all others are compared with the truth. Long-term memory has no part in
it, a clip is too short for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
import logging
import math
import os
from pathlib import Path
import time
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from visa_ros.errors import ConfigError, DataError
from visa_ros.nn.device import resolve_device
from visa_ros.nn.efficientnet import EfficientNetLite0, load_imagenet_weights
from visa_ros.tracking.checkpoint import load_network, save_tracker, WEIGHTS_FILE
from visa_ros.tracking.config import TrackerConfig
from visa_ros.tracking.encoders import BottleneckEncoder
from visa_ros.tracking.network import TrackerNetwork
from visa_ros.train.backbones import load_resnets
from visa_ros.train.clips import ClipBatch
from visa_ros.train.rollout import clip_loss, propagate
from visa_ros.train.tracker_data import BatchSource, open_batches
from visa_ros.train.tracker_recipe import TrackerTraining

_log = logging.getLogger(__name__)

_STATE_FILE = 'train_state.pt'


@dataclass(kw_only=True, eq=False)
class _State:
    """Everything that a checkpoint holds; seconds counts only time spent training."""

    network: TrackerNetwork
    average: TrackerNetwork
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.network.parameters()).device


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
    pictures: Path | None = None,
    start: Path | None = None,
    device: str = 'cpu',
) -> None:
    """
    Train a tracker and write tracker.json and tracker.safetensors to `out`, now and then.

    data      clips of `visa-ros sim render`, or a tree as DAVIS and YouTube-VOS have it, or None
    minutes, steps  how long, whichever ends first
    resume    go on from the state in `out`, with time and steps counted from its start
    config, training  see tracker_recipe; by default those of visa-nano
    pictures  single pictures with masks, in such a tree; None: stills are taken from `data`
    start     folder with weights to begin with: a tracker's of this config, or see backbones

    Raises ConfigError without an end or for a device that is not there, MissingPackageError and
    CheckpointError for weights to begin with, DataError for clips or a loss that is not finite.
    """
    plan = _Plan(minutes=minutes, steps=steps)
    config, training = config or TrackerConfig(), training or TrackerTraining()
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    state = _start(config, training, start, resolve_device(device))
    if resume:
        _restore(out / _STATE_FILE, state)
    source = open_batches(data, pictures, training, seed)
    out.mkdir(parents=True, exist_ok=True)
    _loop(state, source, out, config, training, plan)
    _save(out, state, config)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """When to end."""

    minutes: float | None
    steps: int | None

    def __post_init__(self) -> None:
        if self.minutes is None and self.steps is None:
            raise ConfigError('say how long to train: give minutes or steps')

    def progress(self, state: _State) -> float:
        """From 0 to 1."""
        by_time = state.seconds / (60 * self.minutes) if self.minutes else 0.0
        by_steps = state.step / self.steps if self.steps else 0.0
        return min(1.0, max(by_time, by_steps))


def _loop(
    state: _State,
    source: BatchSource,
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


def _ahead(source: BatchSource, state: _State, plan: _Plan) -> Iterator[ClipBatch]:
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
    batch = _on_device(batch, state.device)
    with torch.autocast(state.device.type, torch.bfloat16, enabled=training.autocast):
        log_odds = propagate(state.network, batch, remembered=_remembered(state, batch, training))
    loss, iou = clip_loss(log_odds, batch)
    if not torch.isfinite(loss):
        raise DataError(f'the loss is not finite at step {state.step}: lower the learning rate')
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
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


def _on_device(batch: ClipBatch, device: torch.device) -> ClipBatch:
    return ClipBatch(**{f.name: getattr(batch, f.name).to(device) for f in fields(batch)})


def _start(
    config: TrackerConfig, training: TrackerTraining, start: Path | None, device: torch.device
) -> _State:
    network = _first_network(config, start).to(device)
    if isinstance(network.key_encoder, EfficientNetLite0):
        # Good enough as it is; teaching it would cost half as much again per step.
        network.key_encoder.requires_grad_(False)
    average = TrackerNetwork(config.network).requires_grad_(False).to(device)
    average.load_state_dict(network.state_dict())
    learning = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=training.rate, weight_decay=training.weight_decay)
    return _State(network=network, average=average, optimizer=optimizer)


def _first_network(config: TrackerConfig, start: Path | None) -> TrackerNetwork:
    if start is not None and (start / WEIGHTS_FILE).is_file():
        return load_network(start, config)
    network = TrackerNetwork(config.network)
    if isinstance(network.key_encoder, EfficientNetLite0):
        load_imagenet_weights(network.key_encoder)
    elif start is not None:
        load_resnets(network, start)
    elif isinstance(network.key_encoder, BottleneckEncoder):
        _log.warning('ResNets with frozen batch norm start from random weights: expect little')
    return network


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
