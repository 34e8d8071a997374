"""From a folder of ours to a network that is ready to run."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn, Tensor
from tqdm import tqdm

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published.convert import cast_finite
from visa_ros.model.published.folder import read_config, verify
from visa_ros.model.published.modules import fill_buffers
from visa_ros.model.published.network import PublishedVisa
from visa_ros.model.published.quantize import Quantizer
from visa_ros.model.published.selftest import self_test
from visa_ros.model.published.sources import Checkpoint, empty_model, open_checkpoint
from visa_ros.model.published.tokenizer import PromptTokenizer
from visa_ros.nn.device import resolve_device, resolve_precision


def load_published(
    folder: Path,
    *,
    device: str = 'auto',
    precision: str = 'auto',
    quantization: str = 'none',
    checksums: bool = True,
    probe: bool = True,
) -> PublishedVisa:
    """
    Load a folder that `visa-ros convert` wrote; each weight goes straight to its device.

    device, precision  names as in `visa_ros.nn.device`
    quantization       of the language model: 'none', '8bit' or '4bit'
    checksums          compare the files with those of the index first
    probe              run the self-test on built-in pictures afterwards
    returns            the network in evaluation mode, without gradients

    ConfigError for a device, precision or quantization that cannot be used here, or a device
    whose memory is too small; CheckpointError for a folder that is incomplete, damaged or of
    another format, and for a model that fails the self-test.
    """
    where = resolve_device(device)
    dtype = resolve_precision(precision, where)
    quantizer = Quantizer(quantization, device=where, dtype=dtype)
    read_config(folder)
    if checksums:
        verify(folder)
    checkpoint = open_checkpoint([folder])
    try:
        model = _fill(checkpoint, quantizer, where, dtype)
        if probe:
            _run_self_test(model, checkpoint)
    except torch.OutOfMemoryError as error:
        raise ConfigError(
            f'the model does not fit into the memory of {where} as {precision}, quantization '
            f'{quantization}: take fewer bits; docs/models.md lists what each needs'
        ) from error
    return model


def _fill(
    checkpoint: Checkpoint, quantizer: Quantizer, device: torch.device, dtype: torch.dtype
) -> PublishedVisa:
    model = empty_model(checkpoint.config)
    weights = checkpoint.weights
    keys = list(model.state_dict())
    for key in tqdm(keys, desc='weights', unit='tensor', delay=1.0, disable=None):
        stored = weights.read(key)
        if quantizer.takes(key, tuple(stored.shape)):
            model.set_submodule(key.removesuffix('.weight'), quantizer.linear(stored))
        else:
            cast = cast_finite(stored, dtype, key) if dtype == torch.float16 else stored
            _put(model, key, cast.to(device=device, dtype=dtype, copy=cast is stored))
    weights.release()
    fill_buffers(model, device)
    return model.eval().requires_grad_(False)


def _put(model: nn.Module, key: str, tensor: Tensor) -> None:
    """Let a parameter or buffer that has no memory yet be this tensor."""
    module = model.get_submodule(key.rpartition('.')[0])
    name = key.rpartition('.')[2]
    is_parameter = name in dict(module.named_parameters(recurse=False))
    value = nn.Parameter(tensor, requires_grad=False) if is_parameter else tensor
    setattr(module, name, value)


def _run_self_test(model: PublishedVisa, checkpoint: Checkpoint) -> None:
    config = checkpoint.config
    tokenizer = PromptTokenizer(checkpoint.tokenizer, legacy=config.legacy_tokenizer)
    if tokenizer.seg_token != config.seg_token:
        raise CheckpointError(
            f'{checkpoint.tokenizer}: [SEG] is token {tokenizer.seg_token}, config.json tells '
            f'{config.seg_token}: the tokenizer is of another model'
        )
    self_test(model, tokenizer, checkpoint.prompt)
