"""
Pieces of the tracking network. What a block has just made it may change in place: large new
tensors cost CPUs more than what is computed in them.

B images, N objects each. Features of images are (B, C, h, w), those of objects (B * N, C, h, w),
objects of one image next to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import torch
from torch import nn, Tensor
import torch.nn.functional as F

_LOGITS_STRIDE = 4


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions, activation first; the shortcut is one where the widths differ."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.downsample = None if inputs == outputs else _conv3(inputs, outputs)
        self.conv1 = _conv3(inputs, outputs)
        self.conv2 = _conv3(outputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, h, w) to (B, outputs, h, w)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        inner: Tensor = self.conv2(F.relu(self.conv1(F.relu(x)), inplace=True))
        return inner.add_(shortcut)


class PairConv(nn.Conv2d):
    """
    A 3x3 convolution of the image's channels followed by an object's.

    The image's part is the same for all objects of an image and is computed once.
    """

    def __init__(self, image_dim: int, object_dim: int, outputs: int):
        super().__init__(image_dim + object_dim, outputs, 3, padding=1)
        self.image_dim = image_dim

    def forward(  # type: ignore[override]
        self, image: Tensor, objects: Tensor
    ) -> Tensor:
        """(B, image_dim, h, w) and (B * N, object_dim, h, w) to (B * N, outputs, h, w)."""
        of_image, of_object = self.weight[:, : self.image_dim], self.weight[:, self.image_dim :]
        shared = F.conv2d(image, of_image, self.bias, padding=1)
        return F.conv2d(objects, of_object, padding=1).add_(per_object(shared, objects))


class PairResidualBlock(nn.Module):
    """ResidualBlock of the image's channels followed by an object's."""

    def __init__(self, image_dim: int, object_dim: int, outputs: int):
        super().__init__()
        self.downsample = PairConv(image_dim, object_dim, outputs)
        self.conv1 = PairConv(image_dim, object_dim, outputs)
        self.conv2 = _conv3(outputs, outputs)

    def forward(self, image: Tensor, objects: Tensor) -> Tensor:
        """(B, image_dim, h, w) and (B * N, object_dim, h, w) to (B * N, outputs, h, w)."""
        first = self.conv1(F.relu(image), F.relu(objects))
        inner: Tensor = self.conv2(F.relu(first, inplace=True))
        return inner.add_(self.downsample(image, objects))


class Attention(nn.Module):
    """Gates on channels, then on positions (CBAM)."""

    def __init__(self, channels: int):
        super().__init__()
        self.channel_gate = ChannelGate(channels)
        self.spatial_gate = SpatialGate()

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, h, w), same shape out."""
        gated: Tensor = self.spatial_gate(self.channel_gate(x))
        return gated


class ChannelGate(nn.Module):
    """Scale each channel by what its mean and its maximum say."""

    def __init__(self, channels: int, reduction: int = 16):
        super().__init__()
        inner = max(channels // reduction, 1)
        self.mlp = nn.Sequential(
            nn.Flatten(), nn.Linear(channels, inner), nn.ReLU(), nn.Linear(inner, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, h, w), same shape out."""
        gate = self.mlp(x.mean((2, 3))) + self.mlp(x.amax((2, 3)))
        return x * torch.sigmoid(gate)[:, :, None, None]


class SpatialGate(nn.Module):
    """Scale each position by what the mean and the maximum of its channels say."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w), same shape out."""
        pooled = torch.stack((x.amax(1), x.mean(1)), dim=1)
        return x * torch.sigmoid(self.conv(pooled))


class Fuser(nn.Module):
    """Join features of the image and of an object."""

    def __init__(self, image_dim: int, object_dim: int, outputs: int):
        super().__init__()
        self.block1 = PairResidualBlock(image_dim, object_dim, outputs)
        self.attention = Attention(outputs)
        self.block2 = ResidualBlock(outputs, outputs)

    def forward(self, image: Tensor, objects: Tensor) -> Tensor:
        """(B, image_dim, h, w) and (B * N, object_dim, h, w) to (B * N, outputs, h, w)."""
        g = self.block1(image, objects)
        fused: Tensor = self.block2(g + self.attention(g))
        return fused


class Upsampler(nn.Module):
    """Double the resolution, with the help of finer features of the image."""

    def __init__(self, skip_dim: int, inputs: int, outputs: int):
        super().__init__()
        self.skip_conv = _conv3(skip_dim, inputs)
        self.out_conv = ResidualBlock(inputs, outputs)

    def forward(self, skip: Tensor, g: Tensor) -> Tensor:
        """(B, skip_dim, 2h, 2w) and (B * N, inputs, h, w) to (B * N, outputs, 2h, 2w)."""
        g = F.interpolate(g, scale_factor=2.0, mode='bilinear', align_corners=False)
        finer: Tensor = self.out_conv(g.add_(per_object(self.skip_conv(skip), g)))
        return finer


class HiddenUpdate(nn.Module):
    """Gated update of the sensory state."""

    def __init__(self, inputs: int, hidden_dim: int):
        super().__init__()
        self.transform = _conv3(inputs + hidden_dim, 3 * hidden_dim)

    def forward(self, g: Tensor, hidden: Tensor) -> Tensor:
        """(B * N, inputs, h, w) and the state (B * N, hidden_dim, h, w) to the next state."""
        forget, update, new = self.transform(torch.cat((g, hidden), dim=1)).float().chunk(3, dim=1)
        update = torch.sigmoid(update)
        return torch.sigmoid(forget) * hidden * (1.0 - update) + update * torch.tanh(new)


class DecoderHiddenUpdate(HiddenUpdate):
    """
    Update of the sensory state from the decoder.

    dims  channels of the decoder by stride, the state's own first, 4 last
    """

    def __init__(self, dims: Mapping[int, int], inner: int, hidden_dim: int):
        super().__init__(inner, hidden_dim)
        self._strides = tuple(dims)
        for stride, dim in dims.items():
            with_logits = dim + 1 if stride == _LOGITS_STRIDE else dim
            self.add_module(f'g{stride}_conv', nn.Conv2d(with_logits, inner, 1))

    def gather(self, levels: Mapping[int, Tensor], logits: Tensor) -> Tensor:
        """Everything the decoder knows, at the state's stride; logits are (B * N, 1, ...)."""
        finest = levels[_LOGITS_STRIDE]
        logits = F.adaptive_avg_pool2d(logits, (finest.shape[-2], finest.shape[-1]))
        levels = {**levels, _LOGITS_STRIDE: torch.cat((finest, logits), dim=1)}
        pooled = [
            getattr(self, f'g{stride}_conv')(
                F.avg_pool2d(levels[stride], self._strides[0] // stride)
            )
            for stride in self._strides
        ]
        total: Tensor = reduce(torch.add, pooled)
        return total


def per_object(image: Tensor, objects: Tensor) -> Tensor:
    """Repeat (B, C, h, w) for each of the objects in (B * N, ...), by reference where B is 1."""
    count = objects.shape[0] // image.shape[0]
    if image.shape[0] == 1:
        return image.expand(count, -1, -1, -1)
    return image.repeat_interleave(count, dim=0)


def _conv3(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)
