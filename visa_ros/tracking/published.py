"""XMem's published weights: which tensors they hold, and how they become a tracker of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
import pickle
from typing import Any

import torch
from torch import Tensor

from visa_ros.errors import CheckpointError
from visa_ros.tracking.checkpoint import differences, write_files
from visa_ros.tracking.config import TrackerConfig, xmem_config
from visa_ros.tracking.network import TrackerNetwork

_RENAMES = (
    ('.ChannelGate.', '.channel_gate.'),
    ('.SpatialGate.spatial.', '.spatial_gate.'),
)
_COUNTER = 'num_batches_tracked'
"""Batch norms count the batches of their training; nothing uses the number."""

_FIRST_CONV = 'value_encoder.conv1.weight'
_INPUTS, _INPUTS_OF_ONE_OBJECT = 5, 4

_KEY = 'key_proj.key_proj.weight'
_VALUE = 'value_encoder.fuser.block2.conv2.weight'
_HIDDEN = 'decoder.hidden_update.transform.weight'


def convert_xmem(source: Path, folder: Path) -> TrackerConfig:
    """
    Write tracker.json and tracker.safetensors from a file such as XMem.pth.

    The widths of keys, values and states are read from the weights. Weights made for one object,
    whose value encoder has no input for the other objects, get one that is zero.
    Each file appears whole or not at all.

    CheckpointError if the file cannot be read, or names every tensor that is missing,
    unexpected or of the wrong shape; nothing is written then.
    """
    tensors = _with_others(_read(source))
    config = xmem_config(
        key_dim=_width(tensors, _KEY, 64),
        value_dim=_width(tensors, _VALUE, 512),
        hidden_dim=max(_width(tensors, _HIDDEN, 3 * 64) // 3, 1),
    )
    if problems := differences(tensors, published_shapes(config)):
        raise CheckpointError(f'{source} is not XMem:\n' + '\n'.join(problems))
    ours = {
        _our_name(name): tensor.to(torch.float32).contiguous()
        for name, tensor in tensors.items()
        if not name.endswith(_COUNTER)
    }
    write_files(folder, ours, config)
    return config


def published_shapes(config: TrackerConfig) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all tensors of a published file of these sizes."""
    with torch.device('meta'):
        network = TrackerNetwork(config.network)
    shapes: dict[str, tuple[int, ...]] = {}
    for name, tensor in network.state_dict().items():
        for theirs, ours in _RENAMES:
            name = name.replace(ours, theirs)
        shapes[name] = tuple(tensor.shape)
        if name.endswith('.running_var'):
            shapes[name.replace('running_var', _COUNTER)] = ()
    return shapes


def _our_name(name: str) -> str:
    for theirs, ours in _RENAMES:
        name = name.replace(theirs, ours)
    return name


def _read(source: Path) -> dict[str, Tensor]:
    try:
        raw: Any = torch.load(source, map_location='cpu', weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise CheckpointError(f'cannot read {source}: {error}') from error
    if not isinstance(raw, Mapping):
        raise CheckpointError(f'{source}: want tensors by name, got a {type(raw).__name__}')
    strange = sorted(str(k) for k, v in raw.items() if not isinstance(v, Tensor))
    if strange:
        raise CheckpointError(f'{source}: not tensors: {", ".join(strange)}')
    return {str(name): tensor for name, tensor in raw.items()}


def _with_others(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Append the input for other objects where there is none."""
    found = dict(tensors)
    conv = found.get(_FIRST_CONV)
    if conv is not None and conv.ndim == 4 and conv.shape[1] == _INPUTS_OF_ONE_OBJECT:
        others = conv.new_zeros((conv.shape[0], _INPUTS - conv.shape[1], *conv.shape[2:]))
        found[_FIRST_CONV] = torch.cat((conv, others), dim=1)
    return found


def _width(tensors: Mapping[str, Tensor], name: str, default: int) -> int:
    """Outputs of a layer; the default where it is missing, which is reported with the rest."""
    tensor = tensors.get(name)
    return default if tensor is None or tensor.ndim == 0 or not len(tensor) else len(tensor)
