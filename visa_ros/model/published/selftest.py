"""
A model that was just loaded is asked about built-in pictures: does it compute masks at all?

It cannot tell good weights from bad ones. It finds what leaves every mask blank without an error:
numbers that overflow, layers that were never filled, tensors of another model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from visa_ros.errors import CheckpointError
from visa_ros.model.published.network import PublishedVisa
from visa_ros.model.published.preprocess import clip_picture, sam_picture
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.tokenizer import PromptTokenizer

_HW = (240, 320)
_PROBES = ((0, 'the red disc'), (1, 'the red disc'), (0, 'the blue square'))
# Logits that differ by less than this share of their size are taken for equal: it is above the
# rounding of bfloat16, which would otherwise pass for a difference.
_SAME = 1 / 64


@dataclass(frozen=True, kw_only=True, eq=False)
class _Probe:
    """
    What the model makes of one picture and one expression.

    tokens  float32 (K, H)  what the language model sees of the picture
    state   float32 (H,)    before [SEG]
    logits  float32 (H, W)  at the size of the picture
    """

    tokens: Tensor
    state: Tensor
    logits: Tensor


def self_test(model: PublishedVisa, tokenizer: PromptTokenizer, prompt: PromptTemplate) -> None:
    """
    Ask the model about two synthetic pictures.

    CheckpointError if what it computes is not finite, the same everywhere, the same for different
    pictures, or blank in every mask; the message says what is probably wrong.
    """
    probes = _probe(model, tokenizer, prompt)
    dtype = model.mm_projector.weight.dtype
    if not all(torch.isfinite(p.state).all() and torch.isfinite(p.logits).all() for p in probes):
        raise CheckpointError(_not_finite(dtype))
    scale = max(float(p.logits.abs().max()) for p in probes)
    if all(float(p.logits.max() - p.logits.min()) <= _SAME * scale for p in probes):
        raise CheckpointError(
            'self-test failed: the masks are blank, each logit is the same: the mask decoder or '
            'SAM was probably not filled; convert the checkpoint again'
        )
    if not _depends(*(p.tokens for p in probes[:2])):
        raise CheckpointError(
            'self-test failed: the language model sees the same in different pictures: CLIP or '
            'the projector was probably not filled; convert the checkpoint again'
        )
    one, other = (p.logits for p in probes[:2])
    if not _depends(one, other):
        raise CheckpointError(
            'self-test failed: the masks do not depend on the picture: SAM was probably not '
            'filled; convert the checkpoint again'
        )
    if not any(bool((p.logits > 0).any()) for p in probes):
        raise CheckpointError(
            'self-test failed: every mask is blank. Probably the tokenizer is of another model, '
            'CLIP is of another size or was never loaded, or the conversion mixed two models'
        )


@torch.inference_mode()
def _probe(
    model: PublishedVisa, tokenizer: PromptTokenizer, prompt: PromptTemplate
) -> list[_Probe]:
    device = model.mm_projector.weight.device
    pictures = probe_pictures()
    side = model.config.clip.image_px
    pixels = torch.from_numpy(np.stack([clip_picture(rgb, side) for rgb in pictures]))
    visual = model.encode_pictures(pixels.to(device))
    targets = [sam_picture(rgb, model.config.sam.image_px) for rgb in pictures]
    embedded = [model.embed_target(torch.from_numpy(t.pixels)[None].to(device)) for t in targets]
    probes = []
    for number, expression in _PROBES:
        ids = tokenizer.encode(prompt.segmentation_prompt(expression, 1))
        row = model.embed_prompt(ids, visual[[number, number]])
        state = model.hidden(row[None])[0, model.seg_positions(ids)[0]]
        low_res = model.decode_masks(embedded[number], state[None]).low_res
        logits = model.full_resolution(
            low_res, resize_hw=targets[number].resize_hw, orig_hw=targets[number].orig_hw
        )
        probes.append(
            _Probe(tokens=visual[number].float(), state=state.float(), logits=logits[0].float())
        )
    return probes


def _depends(one: Tensor, other: Tensor) -> bool:
    """Whether what was computed from two pictures differs."""
    scale = max(float(one.abs().max()), float(other.abs().max()))
    return float((one - other).abs().max()) > _SAME * scale


def probe_pictures() -> list[np.ndarray]:
    """Two pictures, uint8 (H, W, 3), of a red disc and a blue square that change places."""
    height, width = _HW
    y, x = np.mgrid[:height, :width]
    pictures = []
    for disc_x, square_x in ((90, 230), (240, 70)):
        shade = 120 + 60 * y / height + 20 * x / width
        picture = np.repeat(shade[..., None], 3, axis=2)
        picture[(x - disc_x) ** 2 + (y - 110) ** 2 < 45**2] = (200, 30, 30)
        picture[(abs(x - square_x) < 35) & (abs(y - 140) < 35)] = (30, 50, 200)
        pictures.append(picture.astype(np.uint8))
    return pictures


def _not_finite(dtype: torch.dtype) -> str:
    text = 'self-test failed: the model computes numbers that are not finite'
    if dtype == torch.float16:
        return f'{text}: they probably overflow in fp16; take precision bf16, or fp32'
    return f'{text}: the weights are probably damaged; convert the checkpoint again'
