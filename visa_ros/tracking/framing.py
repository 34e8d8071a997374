"""How images of any size are shown to the network, and its masks brought back to their size."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
import torch.nn.functional as F

from visa_ros.tracking.config import GRID


@dataclass(frozen=True, kw_only=True)
class Framing:
    """
    Resize, then pad to whole multiples of GRID.

    image_hw   px of the image
    inner_hw   px that it is resized to
    padding    px added left, right, above and below
    antialias  see TrackerConfig
    """

    image_hw: tuple[int, int]
    inner_hw: tuple[int, int]
    padding: tuple[int, int, int, int]
    antialias: bool

    @property
    def network_hw(self) -> tuple[int, int]:
        """Px that the network sees."""
        left, right, above, below = self.padding
        return self.inner_hw[0] + above + below, self.inner_hw[1] + left + right

    def resize(self, rgb: Tensor) -> Tensor:
        """Image float (1, 3, H, W) to the inner size."""
        if tuple(rgb.shape[-2:]) == self.inner_hw:
            return rgb
        return F.interpolate(
            rgb, self.inner_hw, mode='bilinear', align_corners=False, antialias=self.antialias
        )

    def resize_masks(self, masks: Tensor) -> Tensor:
        """Masks float (1, N, H, W), 0 or 1, to the inner size; with antialiasing 0 to 1."""
        if tuple(masks.shape[-2:]) == self.inner_hw or self.antialias:
            return self.resize(masks)
        return F.interpolate(masks, self.inner_hw, mode='nearest')

    def pad(self, planes: Tensor) -> Tensor:
        """Inner size (..., H', W') to the network's, with zeros."""
        return F.pad(planes, self.padding)

    def restore(self, planes: Tensor) -> Tensor:
        """Float (N, ...) of the network's size to the image's size."""
        left, _, above, _ = self.padding
        height, width = self.inner_hw
        planes = planes[None, :, above : above + height, left : left + width]
        if self.inner_hw == self.image_hw:
            return planes[0]
        return F.interpolate(planes, self.image_hw, mode='bilinear', align_corners=False)[0]


def framing(
    image_hw: tuple[int, int],
    *,
    input_hw: tuple[int, int] | None,
    short_side: int,
    antialias: bool,
) -> Framing:
    """Frame images of a size; see TrackerConfig for the settings."""
    inner_hw = input_hw or image_hw
    if short_side:
        height, width = (n * short_side // min(image_hw) for n in image_hw)
        inner_hw = (height, width)
    above, left = ((-n % GRID) // 2 for n in inner_hw)
    below, right = ((-n % GRID + 1) // 2 for n in inner_hw)
    return Framing(
        image_hw=image_hw,
        inner_hw=inner_hw,
        padding=(left, right, above, below),
        antialias=antialias,
    )
