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

from visa_ros.errors import CheckpointError
from visa_ros.nn.device import resolve_device, resolve_precision
from visa_ros.nn.fused import fastest
from visa_ros.tracking.config import TrackerConfig
from visa_ros.tracking.network import TrackerNetwork
from visa_ros.tracking.tracker import MemoryTracker

CONFIG_FILE = 'tracker.json'
WEIGHTS_FILE = 'tracker.safetensors'


def load_tracker(
    folder: Path,
    *,
    device: str = 'cpu',
    precision: str = 'auto',
    config: TrackerConfig | None = None,
) -> MemoryTracker:
    """
    Build the tracker of a model folder, ready to step.

    device     'auto', 'cpu', 'cuda', 'cuda:N' or 'mps'
    precision  'fp32', 'bf16', 'fp16', or 'auto': bf16 where the folder's config asks for it or
               the device is made for it. Weights, memory and similarities stay fp32
    config     instead of the folder's

    CheckpointError if a file is missing or damaged or holds other tensors than the network;
    ConfigError if the sizes make no sense or the device is not there.
    """
    target = resolve_device(device)
    dtype = resolve_precision(precision, target)
    config = config or load_config(folder)
    if precision == 'auto' and config.autocast:
        dtype = torch.bfloat16
    network = load_network(folder, config)
    network = network.to(target).eval().requires_grad_(False)
    network.key_encoder = fastest(network.key_encoder, target)
    return MemoryTracker(network, config, dtype=dtype)


def load_network(folder: Path, config: TrackerConfig) -> TrackerNetwork:
    """Build the network of a model folder on the CPU; errors as in load_tracker."""
    network = TrackerNetwork(config.network)
    load_weights(network, _read_tensors(folder / WEIGHTS_FILE))
    return network


def load_config(folder: Path) -> TrackerConfig:
    """Read tracker.json; errors as in load_tracker."""
    try:
        raw = json.loads((folder / CONFIG_FILE).read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise CheckpointError(f'cannot read {folder / CONFIG_FILE}: {error}') from error
    return TrackerConfig.from_json(raw)


def save_tracker(folder: Path, network: TrackerNetwork, config: TrackerConfig) -> None:
    """Write both files, kernels in float16; each file appears whole or not at all."""
    write_files(folder, {k: _compact(v) for k, v in network.state_dict().items()}, config)


def write_files(folder: Path, tensors: Mapping[str, Tensor], config: TrackerConfig) -> None:
    """Write both files, tensors as they are; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f'{WEIGHTS_FILE}.part'
    save_file(dict(tensors), part)
    part.chmod(0o644)  # safetensors makes files that only their owner can read
    os.replace(part, folder / WEIGHTS_FILE)
    part = folder / f'{CONFIG_FILE}.part'
    part.write_text(json.dumps(config.to_json(), indent=2) + '\n', encoding='utf-8')
    os.replace(part, folder / CONFIG_FILE)


def load_weights(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Copy tensors of any float dtype into the network; CheckpointError names all that differ."""
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    if problems := differences(tensors, wanted):
        raise CheckpointError('tracker weights do not fit:\n' + '\n'.join(problems))
    network.load_state_dict(dict(tensors))


def differences(tensors: Mapping[str, Tensor], wanted: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Say which tensors are missing, unexpected, or of another shape than wanted, by name."""
    problems = [f'missing {name}' for name in wanted.keys() - tensors.keys()]
    problems += [f'unexpected {name}' for name in tensors.keys() - wanted.keys()]
    problems += [
        f'{name}: file {tuple(tensors[name].shape)}, network {wanted[name]}'
        for name in wanted.keys() & tensors.keys()
        if tuple(tensors[name].shape) != wanted[name]
    ]
    return sorted(problems)


def _read_tensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f'cannot read {path}: {error}') from error


def _compact(tensor: Tensor) -> Tensor:
    """Halve kernels; biases and statistics are few, and some are too small for float16."""
    dtype = torch.float16 if tensor.ndim > 1 else torch.float32
    return tensor.detach().to('cpu', dtype).contiguous()
