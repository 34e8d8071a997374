"""
The tracking network, of XMem's kind: keys of images, values of objects, masks from memory.

Tensors: B images, N objects each, (H, W) the network's input, (h, w) the
same in units of its stride.
The network has no memory of its own; memory.py keeps it, training builds it for each clip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn, Tensor
import torch.nn.functional as F

from visa_ros.tracking.blocks import (
    DecoderHiddenUpdate,
    Fuser,
    HiddenUpdate,
    PairResidualBlock,
    ResidualBlock,
    Upsampler,
)
from visa_ros.tracking.config import NetworkConfig
from visa_ros.tracking.encoders import BasicEncoder, encoder_spec

_PROBABILITY_EPS = 1e-7
_MASK_INPUTS = 2
_FINEST_GATHERED = 4
_FIRST_LOGIT = -2.0


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageFeatures:
    """
    What the network knows about images before it knows about objects.

    key         (B, CK, h, w)
    shrinkage   (B, 1, h, w)   >= 1; confidence of a memory element
    selection   (B, CK, h, w)  0 to 1; channels that matter to a query
    base        (B, C, h, w)   what the object's features are joined with
    maps        (B, C, ...)    by stride: 2, 4, 8, 16
    """

    key: Tensor
    shrinkage: Tensor
    selection: Tensor
    base: Tensor
    maps: Mapping[int, Tensor]


class KeyProjection(nn.Module):
    """Keys, and how to compare them."""

    def __init__(self, inputs: int, key_dim: int):
        super().__init__()
        self.key_proj = nn.Conv2d(inputs, key_dim, 3, padding=1)
        self.d_proj = nn.Conv2d(inputs, 1, 3, padding=1)
        self.e_proj = nn.Conv2d(inputs, key_dim, 3, padding=1)

    def forward(self, base: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Key, shrinkage and selection, float32 whatever the dtype of base."""
        shrinkage = self.d_proj(base).float().square() + 1.0
        return self.key_proj(base).float(), shrinkage, torch.sigmoid(self.e_proj(base).float())


class ValueEncoder(BasicEncoder):
    """Encode where an object is, and what it looks like there."""

    def __init__(self, config: NetworkConfig, base_dim: int):
        super().__init__(3 + _MASK_INPUTS, config.value_widths, config.value_blocks)
        self.fuser = Fuser(base_dim, config.value_widths[-1], config.value_dim)
        self.hidden_reinforce = HiddenUpdate(config.value_dim, config.hidden_dim)

    def fuse(self, masked: Tensor, base: Tensor) -> Tensor:
        """(B * N, 5, H, W) and the image's features (B, C, h, w) to (B * N, CV, h, w)."""
        coarsest = list(self(masked).values())[-1]
        value: Tensor = self.fuser(base, coarsest)
        return value


class Decoder(nn.Module):
    """From what was read from memory to logits."""

    def __init__(self, config: NetworkConfig, base_dim: int, image_dims: Mapping[int, int]):
        super().__init__()
        dims = dict(zip(config.decoder_strides, config.decoder_widths, strict=True))
        self.fuser = Fuser(base_dim, config.value_dim + config.hidden_dim, dims[config.stride])
        self._strides = config.decoder_strides
        for coarse, fine in pairwise(self._strides):
            module = Upsampler(image_dims[fine], dims[coarse], dims[fine])
            self.add_module(f'up_{coarse}_{fine}', module)
        self.pred = nn.Conv2d(config.decoder_widths[-1], 1, 3, padding=1)
        gathered = {stride: dim for stride, dim in dims.items() if stride >= _FINEST_GATHERED}
        self.hidden_update = DecoderHiddenUpdate(gathered, config.update_dim, config.hidden_dim)

    def forward(
        self, features: ImageFeatures, readout: Tensor, hidden: Tensor, *, update: bool
    ) -> tuple[Tensor, Tensor]:
        """Logits (B * N, 1, ...) at the decoder's last stride, and the (updated) state."""
        g = self.fuser(features.base, torch.cat((readout, hidden), dim=1))
        levels = {self._strides[0]: g}
        for coarse, fine in pairwise(self._strides):
            g = getattr(self, f'up_{coarse}_{fine}')(features.maps[fine], g)
            levels[fine] = g
        logits = self.pred(F.relu(g))
        if update:
            hidden = self.hidden_update(self.hidden_update.gather(levels, logits), hidden)
        return logits, hidden


class TrackerNetwork(nn.Module):
    """
    The whole network; weights start random.

    Inside, tensors lie channels last: on CPUs this halves the time of the decoder.
    """

    _mean: Tensor
    _std: Tensor

    def __init__(self, config: NetworkConfig):
        super().__init__()
        spec = encoder_spec(config.key_encoder)
        self.config = config
        self.key_encoder = spec.build()
        base_dim = spec.dims[16] if config.stride == 16 else spec.dims[16] + spec.dims[8]
        self.key_proj = KeyProjection(base_dim, config.key_dim)
        self.value_encoder = ValueEncoder(config, base_dim)
        self.decoder = Decoder(config, base_dim, spec.dims)
        self.register_buffer('_mean', torch.tensor(spec.mean)[:, None, None], persistent=False)
        self.register_buffer('_std', torch.tensor(spec.std)[:, None, None], persistent=False)
        _initialise(self)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def normalise(self, rgb: Tensor) -> Tensor:
        """Values of 0..255, uint8 or float (B, 3, H, W), to the network's float32 input."""
        image = (rgb.float() - self._mean) / self._std
        return image.contiguous(memory_format=torch.channels_last)

    def initial_hidden(self, batch: int, objects: int, hw: Sequence[int]) -> Tensor:
        """Sensory state of objects that are new: zeros (B, N, CH, h, w)."""
        return self._mean.new_zeros((batch, objects, self.config.hidden_dim, *hw))

    def encode_image(self, image: Tensor) -> ImageFeatures:
        """Features of a normalised image (B, 3, H, W); H and W are multiples of 16."""
        maps = self.key_encoder(image)
        base = maps[16]
        if self.config.stride == 8:
            finer = F.interpolate(base, scale_factor=2.0, mode='bilinear', align_corners=False)
            base = torch.cat((maps[8], finer), dim=1)
        key, shrinkage, selection = self.key_proj(base)
        return ImageFeatures(
            key=key, shrinkage=shrinkage, selection=selection, base=base, maps=maps
        )

    def encode_value(
        self, image: Tensor, features: ImageFeatures, masks: Tensor, hidden: Tensor
    ) -> tuple[Tensor, Tensor]:
        """
        Values to remember, and the sensory state renewed from them.

        image   normalised (B, 3, H, W)
        masks   float (B, N, H, W), 0 to 1
        hidden  (B, N, CH, h, w)
        returns (B, N, CV, h, w) and (B, N, CH, h, w)
        """
        batch, count = masks.shape[:2]
        others = masks.sum(1, keepdim=True) - masks
        images = image[:, None].expand(-1, count, -1, -1, -1)
        masked = torch.cat((images, masks[:, :, None], others[:, :, None]), dim=2)
        value = self.value_encoder.fuse(masked.flatten(0, 1), features.base)
        hidden = self.value_encoder.hidden_reinforce(value, hidden.flatten(0, 1))
        return _split(value.float(), batch, count), _split(hidden, batch, count)

    def decode(
        self, features: ImageFeatures, readout: Tensor, hidden: Tensor, *, update: bool
    ) -> tuple[Tensor, Tensor]:
        """
        Probability of each object by itself, and the sensory state, renewed if wanted.

        readout  (B, N, CV, h, w), from memory
        hidden   (B, N, CH, h, w)
        returns  (B, N, H, W), 0 to 1, and (B, N, CH, h, w)
        """
        batch, count = readout.shape[:2]
        logits, hidden = self.decoder(
            features, readout.flatten(0, 1), hidden.flatten(0, 1), update=update
        )
        full_hw = [self.config.stride * n for n in readout.shape[-2:]]
        logits = F.interpolate(logits.float(), full_hw, mode='bilinear', align_corners=False)
        probability = torch.sigmoid(logits).view(batch, count, *full_hw)
        return probability, _split(hidden, batch, count)


def aggregate(probability: Tensor) -> Tensor:
    """
    Let objects and background compete for each pixel.

    probability (B, N, H, W), each object by itself. Returns log-odds (B, N + 1, H, W), the
    background first: their softmax over dim 1 is the joint probability.
    """
    background = (1.0 - probability).prod(dim=1, keepdim=True)
    joint = torch.cat((background, probability), dim=1)
    return torch.logit(joint.clamp(_PROBABILITY_EPS, 1.0 - _PROBABILITY_EPS))


def _split(objects: Tensor, batch: int, count: int) -> Tensor:
    """(B * N, ...) to (B, N, ...)."""
    return objects.view(batch, count, *objects.shape[1:])


def _initialise(network: TrackerNetwork) -> None:
    """Start with activations of about unit size and keys that keep distances."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for module in network.modules():
        if isinstance(module, (ResidualBlock, PairResidualBlock)):
            nn.init.normal_(module.conv2.weight, std=0.01)
        if isinstance(module, HiddenUpdate):
            nn.init.xavier_normal_(module.transform.weight, gain=0.5)
    nn.init.normal_(network.decoder.pred.weight, std=0.01)
    if network.decoder.pred.bias is not None:
        nn.init.constant_(network.decoder.pred.bias, _FIRST_LOGIT)
    nn.init.orthogonal_(network.key_proj.key_proj.weight)
    nn.init.normal_(network.key_proj.d_proj.weight, std=0.01)
    nn.init.normal_(network.key_proj.e_proj.weight, std=0.01)
