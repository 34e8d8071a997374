"""Pictures to visual tokens and to the image embedding that the mask decoder reads."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn, Tensor
from torch.nn import functional

from visa_ros.geometry.relief import CHANNELS
from visa_ros.nn.efficientnet import EfficientNetLite0
from visa_ros.nn.relief import FEATURES, ReliefEncoder

DETAIL = 32
"""Channels of what outlines are drawn by."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureFeatures:
    """
    What the encoder sees in B pictures.

    grid       float (B, W, H/32, W/32)  visual features, before any position
    embedding  float (B, C, H/16, W/16)  for the mask decoder
    detail     float (B, 32, H/4, W/4)   for the outlines of masks
    depth      whether depth was looked at, too
    """

    grid: Tensor
    embedding: Tensor
    detail: Tensor
    depth: bool = False

    def float(self) -> PictureFeatures:
        """Return the same in float32."""
        return PictureFeatures(
            grid=self.grid.float(),
            embedding=self.embedding.float(),
            detail=self.detail.float(),
            depth=self.depth,
        )


class PyramidEncoder(nn.Module):
    """
    One convolutional encoder in the place of both of VISA's towers (CLIP and SAM's ViT).

    The picture that is asked about is read in full, earlier ones at half its size. Strides 16
    and 32 become visual tokens; strides 4 to 32 become the image embedding at stride 16, with
    strides 4 and 8 folded into its channels so that fine detail is kept. Outlines are drawn by
    what strides 4 and 8 show at full size. Where there is depth, the shapes that it shows are
    added to tokens and embedding; they say nothing at first.

    image_hw  of the picture that is asked about, px
    relief    whether to look at depth
    """

    def __init__(
        self, *, width: int, dim: int, image_hw: tuple[int, int], relief: bool = False
    ) -> None:
        super().__init__()
        height, breadth = image_hw
        self.token_hw = (height // 32, breadth // 32)
        self.embedding_hw = (height // 16, breadth // 16)
        self.backbone = EfficientNetLite0()
        self.token16 = nn.Conv2d(112, width, 1)
        self.token32 = nn.Conv2d(320, width, 1)
        self.from4 = nn.Conv2d(24 * 16, dim, 1)
        self.from8 = nn.Conv2d(40 * 4, dim, 1)
        self.from16 = nn.Conv2d(112, dim, 1)
        self.from32 = nn.Conv2d(320, dim, 1)
        self.detail4 = nn.Conv2d(24, DETAIL, 1)
        self.detail8 = nn.Conv2d(40, DETAIL, 1)
        self.detail_norm = nn.GroupNorm(4, DETAIL)
        self.position = nn.Parameter(0.02 * torch.randn(1, dim, *self.embedding_hw))
        self.fuse = nn.Sequential(
            nn.Conv2d(dim, dim, 3, padding=1), nn.GroupNorm(8, dim), nn.ReLU()
        )
        self.relief = ReliefEncoder(CHANNELS) if relief else None
        if relief:
            self.relief_token = _silent(nn.Conv2d(FEATURES, width, 1, bias=False))
            self.relief_cell = _silent(nn.Conv2d(FEATURES, dim, 1, bias=False))

    def forward(self, pictures: Tensor, relief: Tensor | None = None) -> PictureFeatures:
        """
        Encode pictures.

        pictures  float (B, 3, H, W), (value - 127) / 128
        relief    float (B, CHANNELS, H / 2, W / 2), see visa_ros.geometry.relief; a picture
                  without depth has 0 everywhere. None: no picture has any
        """
        features = self.backbone(pictures)
        grid, mixed = self._grid(features), self._mixed(features)
        depth = False
        if self.relief is not None and relief is not None:
            depth = True
            fine, coarse = self.relief(relief)
            grid = grid + self.relief_token(coarse)
            mixed = mixed + self.relief_cell(fine)
        return PictureFeatures(
            grid=grid, embedding=self.fuse(mixed), detail=self._detail(features), depth=depth
        )

    def grids(self, pictures: Tensor) -> Tensor:
        """Encode pictures that are only looked at, not segmented: the backbone is not trained."""
        with torch.no_grad():
            features = self.backbone(pictures)
        return self._grid(features)

    def _grid(self, features: dict[int, Tensor]) -> Tensor:
        return self.token16(functional.avg_pool2d(features[16], 2)) + self.token32(features[32])

    def _mixed(self, features: dict[int, Tensor]) -> Tensor:
        hw = self.embedding_hw
        mixed = self.from4(functional.pixel_unshuffle(features[4], 4)) + self.position
        mixed = mixed + self.from8(functional.pixel_unshuffle(features[8], 2))
        mixed = mixed + self.from16(features[16])
        return mixed + _resize(self.from32(features[32]), hw)

    def _detail(self, features: dict[int, Tensor]) -> Tensor:
        hw = (4 * self.embedding_hw[0], 4 * self.embedding_hw[1])
        fine = self.detail4(features[4]) + _resize(self.detail8(features[8]), hw)
        return self.detail_norm(fine)


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    nn.init.zeros_(layer.weight)
    return layer


def _resize(features: Tensor, hw: tuple[int, int]) -> Tensor:
    return functional.interpolate(features, size=hw, mode='bilinear')
