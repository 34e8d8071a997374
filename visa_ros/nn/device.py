"""Where networks run, and in which number format: asked for by name, never silently replaced."""

from __future__ import annotations

import logging
import re

import torch

from visa_ros.errors import ConfigError

_log = logging.getLogger(__name__)

_NAME = re.compile(r'cpu|mps|cuda(:\d+)?')
_PRECISIONS = {'fp32': torch.float32, 'bf16': torch.bfloat16, 'fp16': torch.float16}


def resolve_device(name: str) -> torch.device:
    """
    Find the device of a name, and prove that it works.

    name  'auto' (the first GPU, else Apple's, else the CPU), 'cpu', 'cuda', 'cuda:N' or 'mps'

    ConfigError if it is not there: a model that silently runs on the CPU looks like a model that
    is slow. Only 'auto' chooses, and logs what it chose.
    """
    if name == 'auto':
        name = _best()
        _log.info('device auto: %s', name)
    if not _NAME.fullmatch(name):
        raise ConfigError(f"device {name!r}: want 'auto', 'cpu', 'cuda', 'cuda:N' or 'mps'")
    device = torch.device(name)
    if device.type == 'cuda':
        _check_cuda(device)
    if device.type == 'mps' and not torch.backends.mps.is_available():
        raise ConfigError(f"device 'mps' is not there; use {_best()!r} or 'auto'")
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(f'device {name!r} cannot be used here: {error}') from error
    return device


def resolve_precision(name: str, device: torch.device) -> torch.dtype:
    """
    Find the number format of a name: 'fp32', 'bf16', 'fp16' or 'auto'.

    'auto' is bf16 on a GPU that computes in it (the format VISA was trained in), fp32 elsewhere:
    CPUs and older GPUs emulate bf16, and fp16 overflows in the layers of this model.
    ConfigError if the name is none of them.
    """
    if name == 'auto':
        native = device.type == 'cuda' and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if native else torch.float32
    if name not in _PRECISIONS:
        raise ConfigError(f"precision {name!r}: want 'auto', 'fp32', 'bf16' or 'fp16'")
    return _PRECISIONS[name]


def _best() -> str:
    if torch.cuda.is_available():
        return 'cuda'
    return 'mps' if torch.backends.mps.is_available() else 'cpu'


def _check_cuda(device: torch.device) -> None:
    if not torch.cuda.is_available():
        why = 'torch was installed without CUDA' if torch.version.cuda is None else 'no driver'
        raise ConfigError(f"device '{device}' is not there ({why}); use {_best()!r} or 'auto'")
    count = torch.cuda.device_count()
    if device.index is not None and device.index >= count:
        raise ConfigError(f"device '{device}': there are {count}, numbered from 0")
