"""
Pictures as CLIP and SAM were trained on them, bit for bit; PIL does the resizing.

Other resizers (OpenCV, torchvision on tensors) give other pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
SAM_MEAN = (123.675, 116.28, 103.53)
SAM_STD = (58.395, 57.12, 57.375)


@dataclass(frozen=True, kw_only=True, eq=False)
class SamPicture:
    """
    A picture for SAM's image encoder.

    pixels     float32 (3, S, S)  normalised, zeros right of and below the picture
    resize_hw  px of the picture within the square
    orig_hw    px of the picture before
    """

    pixels: np.ndarray
    resize_hw: tuple[int, int]
    orig_hw: tuple[int, int]


def clip_picture(rgb: np.ndarray, image_px: int) -> np.ndarray:
    """
    Resize the shorter side, cut out the centre, normalise; a wide picture loses its sides.

    rgb       uint8 (H, W, 3)
    image_px  side of CLIP's picture
    returns   float32 (3, image_px, image_px)
    """
    height, width = rgb.shape[:2]
    shorter = min(height, width)
    new_hw = tuple(int(image_px * side / shorter) for side in (height, width))
    resized = _resize(rgb, new_hw, Image.Resampling.BICUBIC)
    top, left = ((side - image_px) // 2 for side in new_hw)
    cut = resized[top : top + image_px, left : left + image_px]
    unit = (cut.astype(np.float64) * (1 / 255)).astype(np.float32)
    return _planes((unit - np.float32(CLIP_MEAN)) / np.float32(CLIP_STD))


def sam_picture(rgb: np.ndarray, image_px: int) -> SamPicture:
    """
    Resize the longer side, normalise, pad with zeros right and below.

    rgb       uint8 (H, W, 3)
    image_px  side of SAM's picture
    """
    orig_hw = rgb.shape[:2]
    resize_hw = sam_resize_hw(orig_hw, image_px)
    resized = _resize(rgb, resize_hw, Image.Resampling.BILINEAR)
    pixels = np.zeros((3, image_px, image_px), np.float32)
    normalised = (resized.astype(np.float32) - np.float32(SAM_MEAN)) / np.float32(SAM_STD)
    pixels[:, : resize_hw[0], : resize_hw[1]] = _planes(normalised)
    return SamPicture(pixels=pixels, resize_hw=resize_hw, orig_hw=orig_hw)


def sam_resize_hw(orig_hw: tuple[int, int], image_px: int) -> tuple[int, int]:
    """Size, px, that a picture of `orig_hw` px has within SAM's square."""
    height, width = (int(side * image_px / max(orig_hw) + 0.5) for side in orig_hw)
    return height, width


def _resize(rgb: np.ndarray, hw: tuple[int, ...], how: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(rgb).resize((hw[1], hw[0]), how))


def _planes(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture.transpose(2, 0, 1))
