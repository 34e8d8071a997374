"""Weights and optimiser states by name, in whatever way they are shared out to processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn, Tensor
from torch.distributed.checkpoint.state_dict import (
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
    StateDictOptions,
)

from visa_ros.errors import CheckpointError
from visa_ros.train.instruction.learner import trained_parameters

_BEFORE = 'visa.'  # attribute of the learner
_FIELDS = ('step', 'exp_avg', 'exp_avg_sq')
_WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True, ignore_frozen_params=True)
_LOADED = StateDictOptions(full_state_dict=True, ignore_frozen_params=True, strict=False)


def trained_state(learner: nn.Module) -> dict[str, Tensor]:
    """
    Gather what is trained, by the names in the network, on the CPU.

    All processes have to call it; the first one's result is complete, the others' may be empty.
    """
    names = _names(learner)
    state = get_model_state_dict(learner, options=_WHOLE)
    return {k.removeprefix(_BEFORE): _plain(v) for k, v in state.items() if k in names}


def optimizer_state(learner: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Gather the optimiser's state by 'name/field'; as `trained_state`."""
    found: Any = get_optimizer_state_dict(learner, optimizer, options=_WHOLE)
    return {
        f'{name.removeprefix(_BEFORE)}/{field}': _plain(values[field])
        for name, values in found.get('state', {}).items()
        for field in _FIELDS
    }


def restore(
    learner: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    trained: Mapping[str, Tensor],
    moments: Mapping[str, Tensor],
) -> None:
    """
    Inverse of `trained_state` and `optimizer_state`; all processes have to call it.

    CheckpointError if the names are not those of this learner.
    """
    names = _names(learner)
    _compare(names, {_BEFORE + name for name in trained})
    _compare(names, {_BEFORE + key.rpartition('/')[0] for key in moments})
    set_model_state_dict(
        learner, {_BEFORE + name: value for name, value in trained.items()}, options=_LOADED
    )
    state: dict[str, Any] = {}
    for key, value in moments.items():
        name, _, field = key.rpartition('/')
        state.setdefault(_BEFORE + name, {})[field] = value
    (settings,) = optimizer.param_groups
    group = {**settings, 'params': list(state)}
    set_optimizer_state_dict(
        learner, optimizer, {'state': state, 'param_groups': [group]}, options=_LOADED
    )


def _names(learner: nn.Module) -> set[str]:
    """Names of what is trained, without what a wrapper puts before them."""
    return {name.removeprefix('module.') for name, _ in trained_parameters(learner)}


def _compare(wanted: set[str], found: set[str]) -> None:
    if wanted != found:
        odd = sorted(wanted ^ found)
        raise CheckpointError(
            f'the checkpoint is of another training: {len(odd)} names differ, such as {odd[0]}'
        )


def _plain(value: Tensor) -> Tensor:
    """Copy, so that what is written does not change under the writer, nor share memory."""
    return value.detach().cpu().clone().contiguous()
