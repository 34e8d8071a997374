"""
Networks of transformers, read whole or not at all.

A name is a folder, or what the Hugging Face hub calls a model ('owner/model'). Nothing is
downloaded unless the caller says so, nothing but safetensors is read, and no code that comes
with a model is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import logging
from pathlib import Path
import re
from typing import Any

from safetensors import SafetensorError
import torch
import transformers

from visa_ros.errors import CheckpointError, MissingPackageError
from visa_ros.nn.device import resolve_device, resolve_precision

_HUB_NAME = re.compile(r'[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?')
_READ_ERRORS = (OSError, ValueError, KeyError, RuntimeError, SafetensorError)


def read_type(name: str | Path, *, download: bool = False) -> str:
    """
    Return the kind of a model, by its config.json: 'grounding-dino', 'sam2_video', ...

    CheckpointError as in read_network.
    """
    config = _read(transformers.AutoConfig, name, download)
    return str(config.model_type)


def read_network(
    class_name: str,
    name: str | Path,
    *,
    device: str,
    precision: str,
    download: bool = False,
) -> Any:
    """
    Read a network, ready for inference.

    class_name  of transformers, such as 'Sam2Model'
    name        a folder, or a name of the hub
    device      as in visa_ros.nn.device.resolve_device
    precision   'auto', 'fp32', 'bf16' or 'fp16'
    download    fetch from the hub what is not in its local cache

    CheckpointError if it is not there, damaged, or lacks a tensor that the network has: what
    transformers would fill with random numbers. Tensors of other parts (the video half of a
    model whose image half is read) are passed over. MissingPackageError if the network needs a
    package that is not installed.
    """
    where = resolve_device(device)
    dtype = resolve_precision(precision, where)
    with _kinds_are_known():
        network, report = _read(
            getattr(transformers, class_name),
            name,
            download,
            dtype=dtype,
            use_safetensors=True,
            output_loading_info=True,
        )
    missing = sorted(report['missing_keys'])
    if missing:
        raise CheckpointError(
            f'{name} is no {class_name}: {len(missing)} tensors are missing, such as '
            + ', '.join(missing[:5])
        )
    return network.to(where).eval().requires_grad_(False)


def read_tokenizer(name: str | Path, *, download: bool = False) -> Any:
    """Read the tokenizer of a model; errors as in read_network."""
    return _read(transformers.AutoTokenizer, name, download)


def device_of(network: torch.nn.Module) -> torch.device:
    """Where the weights of a network are."""
    return next(network.parameters()).device


def dtype_of(network: torch.nn.Module) -> torch.dtype:
    """Number format of the weights of a network."""
    return next(network.parameters()).dtype


@contextmanager
def _kinds_are_known() -> Iterator[None]:
    """Silence the warning that a video model is read as an image model: it is meant."""
    log = logging.getLogger('transformers.configuration_utils')
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def _read(kind: Any, name: str | Path, download: bool, **options: Any) -> Any:
    """Call from_pretrained; one error for what cannot be read, with what to do about it."""
    text = str(name)
    if not Path(text).is_dir() and (isinstance(name, Path) or not _HUB_NAME.fullmatch(text)):
        raise CheckpointError(f'there is no folder {text}')
    try:
        return kind.from_pretrained(text, local_files_only=not download, **options)
    except ImportError as error:
        raise MissingPackageError(
            f'{text} needs a package that is not installed (EdgeTAM: `pip install timm '
            f'torchvision`): {error}'
        ) from error
    except _READ_ERRORS as error:
        if download or Path(text).is_dir():
            raise CheckpointError(f'cannot read the model {text}: {error}') from error
        raise CheckpointError(
            f'{text} is neither a folder nor in the local cache of the Hugging Face hub: give a '
            'folder, or allow the download (`visa-ros backend ... --download`)'
        ) from error
