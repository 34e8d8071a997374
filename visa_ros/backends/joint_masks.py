"""Masks of several objects on one image: as they are given, and as a network finds them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from visa_ros.backends.pictures import at_image_size
from visa_ros.errors import InvalidFrameError
from visa_ros.structs import Propagated


def check_step(rgb: np.ndarray, masks: Mapping[int, np.ndarray]) -> None:
    """Raise InvalidFrameError unless image and masks are of one size and the right types."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
        raise InvalidFrameError(f'rgb: want uint8 (H, W, 3), got {rgb.dtype} {rgb.shape}')
    for object_id, mask in masks.items():
        if object_id < 1:
            raise InvalidFrameError(f'object id {object_id}: want 1 or more, 0 is background')
        if mask.dtype != np.bool_ or mask.shape != rgb.shape[:2]:
            raise InvalidFrameError(
                f'mask of object {object_id}: want bool {rgb.shape[:2]}, '
                f'got {mask.dtype} {mask.shape}'
            )


def disjoint(masks: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
    """Take from each mask what a higher id covers; the arrays given stay as they are."""
    result: dict[int, np.ndarray] = {}
    for object_id in sorted(masks):
        result = {i: m & ~masks[object_id] for i, m in result.items()}
        result[object_id] = masks[object_id].copy()
    return result


def compete(
    found: Mapping[int, tuple[Tensor, Tensor]],
    given: Mapping[int, np.ndarray],
    hw: tuple[int, int],
) -> dict[int, Propagated]:
    """
    Give each pixel that several objects claim to the surest of them.

    found    id -> mask logits (1, h, w) and presence logit ()
    given    id -> bool (H, W): where these are, nothing else is
    returns  masks at the size of the image; their score is the probability that the object is
             in sight, times the mean probability of the mask's pixels
    """
    if not found:
        return {}
    logits = at_image_size(torch.cat([mask for mask, _ in found.values()]), hw)
    best, first = logits.max(dim=0)
    claimed = (best > 0).cpu().numpy()
    for mask in given.values():
        claimed &= ~mask
    winner = first.cpu().numpy()
    sure = best.sigmoid().cpu().numpy()
    seen = {}
    for n, (object_id, (_, presence)) in enumerate(found.items()):
        mask = claimed & (winner == n)
        score = float(presence.sigmoid()) * float(sure[mask].mean()) if mask.any() else 0.0
        seen[object_id] = Propagated(mask=mask, score=score)
    return seen


def as_given(mask: np.ndarray) -> Propagated:
    """Take a given mask for the truth."""
    return Propagated(mask=mask, score=float(mask.any()))
