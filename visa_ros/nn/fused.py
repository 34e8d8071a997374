"""
EfficientNet as CPUs run it fastest, for networks that learn no more.

The norm is within the kernel, the activation within the convolution, and kernels lie as oneDNN
reads them. The numbers are the same as without, but for rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import nn, Tensor
import torch.nn.functional as F

from visa_ros.nn.efficientnet import EfficientNetLite0
from visa_ros.nn.norm import FrozenBatchNorm2d

_RELU6 = ('hardtanh', [0.0, 6.0])
_LINEAR: tuple[str, list[float]] = ('none', [])


def can_fuse(device: torch.device) -> bool:
    """Whether this build of torch has what it takes on this device."""
    available = device.type == 'cpu' and torch.backends.mkldnn.is_available()
    wanted = ('_convolution_pointwise', '_reorder_convolution_weight')
    return available and all(hasattr(torch.ops.mkldnn, name) for name in wanted)


def fastest(network: nn.Module, device: torch.device) -> nn.Module:
    """Return what computes the same fastest on this device, for inference alone."""
    if isinstance(network, EfficientNetLite0) and can_fuse(device):
        return FusedEfficientNet(network)
    return network


class FusedEfficientNet(nn.Module):
    """Computes what an EfficientNetLite0 on the CPU does; only in inference, in float32."""

    def __init__(self, source: EfficientNetLite0) -> None:
        super().__init__()
        self._stem = _FusedConv(source.conv_stem, source.bn0, _RELU6)
        self._blocks = nn.ModuleList(_FusedBlock(block) for block in source.blocks)
        self._ends = _ends(source.blocks)

    def forward(self, image: Tensor) -> dict[int, Tensor]:
        """(B, 3, H, W) to features by stride, as EfficientNetLite0 gives them."""
        x = self._stem(image.contiguous(memory_format=torch.channels_last))
        outputs = []
        for block in self._blocks:
            x = block(x)
            outputs.append(x)
        return {stride: outputs[end] for stride, end in self._ends.items()}


class _FusedBlock(nn.Module):
    def __init__(self, source: nn.Module) -> None:
        super().__init__()
        expand = [(source.expand_conv, source.bn0, _RELU6)] if source.expands else []
        parts = [
            *expand,
            (source.depthwise_conv, source.bn1, _RELU6),
            (source.project_conv, source.bn2, _LINEAR),
        ]
        self._parts = nn.Sequential(*(_FusedConv(*part) for part in parts))
        self._residual = source.residual

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self._parts(x)
        return y.add_(x) if self._residual else y


class _FusedConv(nn.Module):
    """A convolution with its norm and activation, padded as TensorFlow does."""

    def __init__(
        self, conv: nn.Conv2d, norm: FrozenBatchNorm2d, activation: tuple[str, list[float]]
    ) -> None:
        super().__init__()
        weight, self._bias = (tensor.detach() for tensor in norm.folded(conv.weight))
        self._kernel, self._stride = conv.kernel_size[0], conv.stride[0]
        self._groups = conv.groups
        self._activation = activation
        self._weight = self._reordered(weight.contiguous(memory_format=torch.channels_last))

    def forward(self, x: Tensor) -> Tensor:
        sides = [_padding(n, self._kernel, self._stride) for n in x.shape[-2:]]
        above, left = (before for before, _ in sides)
        if any(before != after for before, after in sides):
            x = F.pad(x, [n for side in reversed(sides) for n in side])
            above = left = 0
        kind, limits = self._activation
        result: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self._weight, self._bias, *self._layout([above, left]), kind, limits, ''
        )
        return result

    def _reordered(self, weight: Tensor) -> Tensor:
        """Ask oneDNN for the layout; it wants a size of the input, of which any will do."""
        size = [1, weight.shape[1] * self._groups, 64, 64]
        layout = self._layout([self._kernel // 2] * 2)
        reordered: Tensor = torch.ops.mkldnn._reorder_convolution_weight(weight, *layout, size)
        return reordered

    def _layout(self, padding: Sequence[int]) -> tuple[list[int], list[int], list[int], int]:
        return list(padding), [self._stride] * 2, [1, 1], self._groups


def _ends(blocks: Iterable[nn.Module]) -> dict[int, int]:
    """Position of the last block of each stride."""
    ends, stride = {}, 2
    for position, block in enumerate(blocks):
        stride *= block.depthwise_conv.stride[0]
        ends[stride] = position
    return ends


def _padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Px before and after: in stride 2 the odd one goes after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2
