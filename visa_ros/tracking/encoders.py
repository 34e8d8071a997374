"""Encoders of the tracking network: what they are called, and how wide they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import nn, Tensor
import torch.nn.functional as F

from visa_ros.errors import ConfigError
from visa_ros.nn.efficientnet import CHANNELS, EfficientNetLite0
from visa_ros.nn.norm import FrozenBatchNorm2d

_STAGES_TO_STRIDE_16 = 5
_TINY_WIDTHS = (8, 8, 8, 8)
_BOTTLENECK_EXPANSION = 4


class BasicEncoder(nn.Module):
    """
    A ResNet of basic blocks, to stride 8 or 16.

    inputs  channels of the input
    widths  channels at strides 2, 4, 8 and, if it goes there, 16
    blocks  residual blocks at the same strides but the first
    """

    def __init__(self, inputs: int, widths: Sequence[int], blocks: Sequence[int]):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, widths[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = FrozenBatchNorm2d(widths[0])
        self.layer1 = _layer(widths[0], widths[1], blocks[0], stride=1)
        self.layer2 = _layer(widths[1], widths[2], blocks[1], stride=2)
        self.layer3 = None
        if len(widths) == 4:
            self.layer3 = _layer(widths[2], widths[3], blocks[2], stride=2)

    def forward(self, x: Tensor) -> dict[int, Tensor]:
        """(B, inputs, H, W) to features by stride: 2, 4, 8 and, if it goes there, 16."""
        f2 = F.relu(self.bn1(self.conv1(x)), inplace=True)
        f4 = self.layer1(F.max_pool2d(f2, 3, stride=2, padding=1))
        f8 = self.layer2(f4)
        features = {2: f2, 4: f4, 8: f8}
        if self.layer3 is not None:
            features[16] = self.layer3(f8)
        return features


class BottleneckEncoder(nn.Module):
    """ResNet-50 without its last stage: features to stride 16, named as XMem names them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = FrozenBatchNorm2d(64)
        self.res2 = _bottlenecks(64, 64, blocks=3, stride=1)
        self.layer2 = _bottlenecks(256, 128, blocks=4, stride=2)
        self.layer3 = _bottlenecks(512, 256, blocks=6, stride=2)

    def forward(self, x: Tensor) -> dict[int, Tensor]:
        """(B, 3, H, W) to features of 64, 256, 512 and 1024 channels, by stride: 2, 4, 8, 16."""
        f2 = F.relu(self.bn1(self.conv1(x)), inplace=True)
        f4 = self.res2(F.max_pool2d(f2, 3, stride=2, padding=1))
        f8 = self.layer2(f4)
        return {2: f2, 4: f4, 8: f8, 16: self.layer3(f8)}


class BottleneckBlock(nn.Module):
    """1x1, 3x3 and 1x1 convolutions with a shortcut; the 3x3 one has the stride."""

    def __init__(self, inputs: int, inner: int, stride: int):
        super().__init__()
        outputs = inner * _BOTTLENECK_EXPANSION
        self.conv1 = nn.Conv2d(inputs, inner, 1, bias=False)
        self.bn1 = FrozenBatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride=stride, padding=1, bias=False)
        self.bn2 = FrozenBatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, outputs, 1, bias=False)
        self.bn3 = FrozenBatchNorm2d(outputs)
        # Without a norm that adapts, sixteen such blocks would let random activations explode.
        nn.init.zeros_(self.bn3.weight)
        self.downsample = _shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, h, w) to (B, 4 * inner, h / stride, w / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        x = F.relu(self.bn2(self.conv2(x)), inplace=True)
        return F.relu(self.bn3(self.conv3(x)).add_(shortcut), inplace=True)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = FrozenBatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = FrozenBatchNorm2d(outputs)
        self.downsample = _shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, h, w) to (B, outputs, h / stride, w / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(x)).add_(shortcut), inplace=True)


@dataclass(frozen=True, kw_only=True)
class EncoderSpec:
    """
    How to build an image encoder.

    build  makes the module: (B, 3, H, W) to features at strides 2, 4, 8, 16
    dims   channels by stride
    mean, std  of the input, in units of uint8 values
    """

    build: Callable[[], nn.Module]
    dims: Mapping[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


KEY_ENCODERS: Mapping[str, EncoderSpec] = {
    'efficientnet-lite0': EncoderSpec(
        build=lambda: EfficientNetLite0(_STAGES_TO_STRIDE_16),
        dims=CHANNELS,
        mean=(127.0, 127.0, 127.0),
        std=(128.0, 128.0, 128.0),
    ),
    'resnet50': EncoderSpec(
        build=BottleneckEncoder,
        dims={2: 64, 4: 256, 8: 512, 16: 1024},
        mean=(123.675, 116.28, 103.53),
        std=(58.395, 57.12, 57.375),
    ),
    'tiny': EncoderSpec(
        build=lambda: BasicEncoder(3, _TINY_WIDTHS, (1, 1, 1)),
        dims=dict(zip((2, 4, 8, 16), _TINY_WIDTHS, strict=True)),
        mean=(127.0, 127.0, 127.0),
        std=(128.0, 128.0, 128.0),
    ),
}


def encoder_spec(name: str) -> EncoderSpec:
    """Look up an image encoder; ConfigError if there is none of that name."""
    try:
        return KEY_ENCODERS[name]
    except KeyError:
        raise ConfigError(f'key_encoder {name!r}: choose from {sorted(KEY_ENCODERS)}') from None


def _layer(inputs: int, outputs: int, blocks: int, *, stride: int) -> nn.Sequential:
    rest = (BasicBlock(outputs, outputs, 1) for _ in range(blocks - 1))
    return nn.Sequential(BasicBlock(inputs, outputs, stride), *rest)


def _bottlenecks(inputs: int, inner: int, *, blocks: int, stride: int) -> nn.Sequential:
    width = inner * _BOTTLENECK_EXPANSION
    rest = (BottleneckBlock(width, inner, 1) for _ in range(blocks - 1))
    return nn.Sequential(BottleneckBlock(inputs, inner, stride), *rest)


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Module | None:
    """Make a 1x1 convolution where the shape changes; None: the input itself will do."""
    if stride == 1 and inputs == outputs:
        return None
    conv = nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False)
    return nn.Sequential(conv, FrozenBatchNorm2d(outputs))
