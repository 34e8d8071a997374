"""Trackers on disk: tracker.json (sizes) and tracker.safetensors (weights)."""

from __future__ import annotations

from collections.abc import Mapping
import json
import os
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
import torch
from torch import nn, Tensor

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.tracking.config import TrackerConfig
from visa_ros.tracking.network import TrackerNetwork
from visa_ros.tracking.tracker import MemoryTracker

CONFIG_FILE = 'tracker.json'
WEIGHTS_FILE = 'tracker.safetensors'


def load_tracker(folder: Path, *, device: str = 'cpu') -> MemoryTracker:
    """
    Build the tracker of a model folder, ready to step.

    CheckpointError if a file is missing or damaged or holds other tensors than the network;
    ConfigError if the sizes make no sense or the device is not there.
    """
    config = load_config(folder)
    network = TrackerNetwork(config.network)
    load_weights(network, _read_tensors(folder / WEIGHTS_FILE))
    try:
        network = network.to(device)
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(f'device {device!r} cannot be used: {error}') from error
    return MemoryTracker(network.eval().requires_grad_(False), config)


def load_config(folder: Path) -> TrackerConfig:
    """Read tracker.json; errors as in load_tracker."""
    try:
        raw = json.loads((folder / CONFIG_FILE).read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise CheckpointError(f'cannot read {folder / CONFIG_FILE}: {error}') from error
    return TrackerConfig.from_json(raw)


def save_tracker(folder: Path, network: TrackerNetwork, config: TrackerConfig) -> None:
    """Write both files, kernels in float16; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: _compact(tensor) for name, tensor in network.state_dict().items()}
    text = json.dumps(config.to_json(), indent=2) + '\n'
    part = folder / f'{WEIGHTS_FILE}.part'
    save_file(tensors, part)
    part.chmod(0o644)  # safetensors makes files that only their owner can read
    os.replace(part, folder / WEIGHTS_FILE)
    part = folder / f'{CONFIG_FILE}.part'
    part.write_text(text, encoding='utf-8')
    os.replace(part, folder / CONFIG_FILE)


def load_weights(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Copy tensors of any float dtype into the network; CheckpointError names all that differ."""
    wanted = network.state_dict()
    problems = [f'missing {name}' for name in wanted.keys() - tensors.keys()]
    problems += [f'unexpected {name}' for name in tensors.keys() - wanted.keys()]
    problems += [
        f'{name}: file {tuple(tensors[name].shape)}, network {tuple(wanted[name].shape)}'
        for name in wanted.keys() & tensors.keys()
        if tensors[name].shape != wanted[name].shape
    ]
    if problems:
        raise CheckpointError('tracker weights do not fit:\n' + '\n'.join(sorted(problems)))
    network.load_state_dict(tensors)


def _read_tensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f'cannot read {path}: {error}') from error


def _compact(tensor: Tensor) -> Tensor:
    """Halve kernels; biases and statistics are few, and some are too small for float16."""
    dtype = torch.float16 if tensor.ndim > 1 else torch.float32
    return tensor.detach().to('cpu', dtype).contiguous()
