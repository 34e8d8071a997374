"""
Images in the form that networks of transformers take, and their masks in that of the image.

The image processors of transformers need torchvision for these networks; what they do is a few
lines with PIL: resize with a bilinear filter that averages when it shrinks, scale, normalise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
import torch
from torch import Tensor
import torch.nn.functional as F


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Mean and spread of each colour channel, of values from 0 to 1."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


IMAGENET = Statistics(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
HALF = Statistics(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))


def resized(rgb: np.ndarray, hw: tuple[int, int], statistics: Statistics) -> Tensor:
    """
    Resize and normalise an image, whatever this does to its proportions.

    rgb      uint8 (H, W, 3)
    hw       height and width to give, px
    returns  float32 (1, 3, h, w)
    """
    picture = Image.fromarray(rgb).resize((hw[1], hw[0]), Image.Resampling.BILINEAR)
    values: np.ndarray = np.asarray(picture, np.float32) / np.float32(255)
    values = (values - np.asarray(statistics.mean, np.float32)) / np.asarray(
        statistics.std, np.float32
    )
    return torch.from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1)))[None]


def fitted_hw(hw: tuple[int, int], *, shortest_px: int, longest_px: int) -> tuple[int, int]:
    """
    Size that keeps the proportions of an image: its short side is shortest_px.

    Less, if the long side would be more than longest_px (DETR's rule).
    """
    short, long = min(hw), max(hw)
    exact = min(float(shortest_px), longest_px * short / long)
    sides = {short: round(exact), long: int(exact * long / short)}
    return sides[hw[0]], sides[hw[1]]


def at_image_size(logits: Tensor, hw: tuple[int, int]) -> Tensor:
    """
    Enlarge mask logits (N, h, w) of a network to those of its image: float32 (N, H, W).

    The networks saw an image that was stretched to their own proportions; this undoes it.
    """
    if not len(logits):
        return logits.new_zeros((0, *hw), dtype=torch.float32)
    return F.interpolate(logits.float()[None], hw, mode='bilinear', align_corners=False)[0]
