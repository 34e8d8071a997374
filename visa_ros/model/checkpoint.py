"""Weights on disk: safetensors and json, read strictly, written atomically."""

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
from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.visa import VisaModel

CONFIG, WEIGHTS = 'config.json', 'visa.safetensors'


def save_model(model: VisaModel, config: VisaConfig, folder: Path) -> None:
    """Write config.json and visa.safetensors (float16), each complete or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {k: v.detach().half().contiguous() for k, v in model.state_dict().items()}
    scratch = folder / (WEIGHTS + '.part')
    save_file(tensors, scratch)
    os.replace(scratch, folder / WEIGHTS)
    scratch = folder / (CONFIG + '.part')
    scratch.write_text(json.dumps(config.to_json(), indent=1) + '\n')
    os.replace(scratch, folder / CONFIG)


def load_model(folder: Path) -> tuple[VisaModel, VisaConfig]:
    """
    Build the network of a folder and fill it, in float32.

    Raises CheckpointError naming the file or every key that does not fit.
    """
    config_file, weights_file = folder / CONFIG, folder / WEIGHTS
    for file in (config_file, weights_file):
        if not file.is_file():
            raise CheckpointError(f'{file} is missing: name a folder that holds a model')
    try:
        config = VisaConfig.from_json(json.loads(config_file.read_text()))
    except (ValueError, TypeError) as error:
        raise CheckpointError(f'{config_file}: {error}') from error
    try:
        tensors = load_file(weights_file)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f'{weights_file} is damaged or cut short: {error}') from error
    model = build_model(config)
    load_weights(model, tensors)
    return model.eval(), config


def load_weights(module: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Copy the tensors into the module, or name every key that does not fit."""
    wanted = module.state_dict()
    problems = [f'missing {key}' for key in wanted.keys() - tensors.keys()]
    problems += [f'unexpected {key}' for key in tensors.keys() - wanted.keys()]
    for key in wanted.keys() & tensors.keys():
        found, want = tensors[key], wanted[key]
        if found.shape != want.shape:
            problems.append(f'{key}: file {tuple(found.shape)}, model {tuple(want.shape)}')
        elif not torch.isfinite(found).all():
            problems.append(f'{key}: not finite')
    if problems:
        raise CheckpointError('weights do not fit:\n  ' + '\n  '.join(sorted(problems)))
    module.load_state_dict({k: v.to(wanted[k].dtype) for k, v in tensors.items()})
