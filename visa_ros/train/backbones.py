"""ImageNet's ResNets as the start of a tracker of XMem's size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
import pickle

import torch
from torch import nn, Tensor

from visa_ros.errors import CheckpointError
from visa_ros.tracking.network import TrackerNetwork

_KEY_ENCODER, _VALUE_ENCODER = 'resnet50*.pth', 'resnet18*.pth'
_FIRST_CONV = 'conv1.weight'


def load_resnets(network: TrackerNetwork, folder: Path) -> None:
    """
    Fill in both encoders of a network whose key encoder is 'resnet50'.

    folder  holds state dicts as torchvision publishes them: resnet50*.pth and resnet18*.pth

    The channels of the value encoder's first layer that are no colours keep their random start.
    CheckpointError if a file is missing or damaged, or lacks a tensor.
    """
    _load(network.key_encoder, folder, _KEY_ENCODER, lambda name: name.replace('res2.', 'layer1.'))
    _load(network.value_encoder, folder, _VALUE_ENCODER, str)


def _load(module: nn.Module, folder: Path, pattern: str, theirs: Callable[[str], str]) -> None:
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise CheckpointError(f'{folder}: no {pattern} here; torchvision publishes these weights')
    published = _read(paths[0])
    ours = {
        name: tensor
        for name, tensor in module.state_dict().items()
        if not name.startswith(('fuser.', 'hidden_reinforce.'))
    }
    missing = sorted(theirs(name) for name in ours if theirs(name) not in published)
    if missing:
        raise CheckpointError(f'{paths[0]}: no tensor for ' + ', '.join(missing))
    filled = {name: _fitted(published[theirs(name)], tensor) for name, tensor in ours.items()}
    wrong = [name for name, tensor in filled.items() if tensor.shape != ours[name].shape]
    if wrong:
        raise CheckpointError(f'{paths[0]}: another network, by ' + ', '.join(sorted(wrong)))
    module.load_state_dict({**module.state_dict(), **filled})


def _fitted(published: Tensor, own: Tensor) -> Tensor:
    """Append the input channels that only our first layer has."""
    if own.ndim == published.ndim == 4 and published.shape[1] < own.shape[1]:
        return torch.cat((published, own[:, published.shape[1] :]), dim=1)
    return published


def _read(path: Path) -> Mapping[str, Tensor]:
    try:
        raw = torch.load(path, map_location='cpu', weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise CheckpointError(f'cannot read {path}: {error}') from error
    if not isinstance(raw, Mapping):
        raise CheckpointError(f'{path}: want tensors by name, got a {type(raw).__name__}')
    return raw
