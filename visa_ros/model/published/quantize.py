"""
8 and 4 bits for the linear layers of the language model, through bitsandbytes.

8 bits are LLM.int8(): integers with a scale per row, and the few input channels that stick out in
float16. 4 bits are NF4 with a scale per block of 64. Embedding, head, CLIP and SAM stay as they
are: they are small, and what they lose shows in the masks.
"""

from __future__ import annotations

from collections.abc import Mapping
import importlib
import math
import re
from types import ModuleType

import torch
from torch import nn, Tensor

from visa_ros.errors import ConfigError, MissingPackageError

QUANTIZATIONS = ('none', '8bit', '4bit')

_BLOCK = 64
_OUTLIER = 6.0  # inputs above it are multiplied in float16; LLM.int8()'s own choice
# Bytes per weight: with a scale (float32) per block, or per row, which is negligible.
_BYTES: Mapping[str, float] = {'8bit': 1.0, '4bit': 0.5 + 4 / _BLOCK}
_LINEAR = re.compile(
    r'language\.layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)\.weight'
)


class Quantizer:
    """Makes linear layers of few bits, of one kind, on one device."""

    def __init__(self, kind: str, *, device: torch.device, dtype: torch.dtype) -> None:
        """
        Check that it can be done.

        kind   'none', '8bit' or '4bit'
        dtype  that the layers compute in

        ConfigError for another kind, or a device that there are no kernels for;
        MissingPackageError if the library is not installed.
        """
        if kind not in QUANTIZATIONS:
            raise ConfigError(f'quantization {kind!r}: choose from {", ".join(QUANTIZATIONS)}')
        if kind != 'none' and device.type not in ('cpu', 'cuda'):
            raise ConfigError(
                f'quantization {kind!r}: bitsandbytes computes on cuda and cpu, not on {device}; '
                "take 'none'"
            )
        self._make = {'none': None, '8bit': _rows_of_8_bits, '4bit': _blocks_of_4_bits}[kind]
        self._library = None if kind == 'none' else _bitsandbytes()
        self._device = device
        self._dtype = dtype

    def takes(self, key: str, shape: tuple[int, ...]) -> bool:
        """Whether the weight of this key (of ours) and shape is stored in fewer bits."""
        return self._make is not None and is_quantized(key, shape)

    def linear(self, weight: Tensor) -> nn.Module:
        """Make a layer without bias from its weight (out, in), which `takes` agreed to."""
        layer = self._make(self._library, weight.to(self._dtype, copy=True), self._device)
        return layer.requires_grad_(False)


class _InHalf(nn.Module):
    """Feeds a layer float16, which 8-bit kernels take, and gives the dtype back that came in."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x.half()).to(x.dtype)


def _rows_of_8_bits(bitsandbytes: ModuleType, weight: Tensor, device: torch.device) -> nn.Module:
    rows, columns = weight.shape
    kind = {'has_fp16_weights': False}
    layer = bitsandbytes.Linear8bitLt(
        columns, rows, bias=False, threshold=_OUTLIER, device='meta', **kind
    )
    layer.weight = bitsandbytes.Int8Params(weight.half(), requires_grad=False, **kind)
    return _InHalf(layer.to(device))


def _blocks_of_4_bits(bitsandbytes: ModuleType, weight: Tensor, device: torch.device) -> nn.Module:
    rows, columns = weight.shape
    kind = {'quant_type': 'nf4'}
    layer = bitsandbytes.Linear4bit(
        columns, rows, bias=False, compute_dtype=weight.dtype, device='meta', **kind
    )
    layer.weight = bitsandbytes.Params4bit(
        weight, requires_grad=False, blocksize=_BLOCK, compress_statistics=False, **kind
    )
    return layer.to(device)


def is_quantized(key: str, shape: tuple[int, ...]) -> bool:
    """Whether a weight (by our key) can have fewer bits; its rows have to be whole blocks."""
    return _LINEAR.fullmatch(key) is not None and shape[-1] % _BLOCK == 0


def weight_bytes(shapes: Mapping[str, tuple[int, ...]], dtype: torch.dtype, kind: str) -> int:
    """
    Bytes that the weights of a model take on its device.

    shapes  by our keys
    """
    total = 0.0
    for key, shape in shapes.items():
        few = kind != 'none' and is_quantized(key, shape)
        total += math.prod(shape) * (_BYTES[kind] if few else dtype.itemsize)
    return round(total)


def _bitsandbytes() -> ModuleType:
    try:
        return importlib.import_module('bitsandbytes.nn')
    except ImportError as error:
        raise MissingPackageError(
            'quantization needs a package: pip install "visa_ros[quantized]"'
        ) from error
