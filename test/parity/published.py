"""The tiny published VISA of the parity folder, built from its config.json and filled strictly."""

from __future__ import annotations

from functools import cache

from parity.folder import path_of, read_json
from safetensors.torch import load_file
import torch

from visa_ros.model.published.config import PublishedConfig, SamSizes
from visa_ros.model.published.layout import our_key
from visa_ros.model.published.network import build_published, PublishedVisa

WEIGHTS = 'visa_tiny.safetensors'


def sam_sizes(raw: dict) -> SamSizes:
    return SamSizes(
        image_px=raw['image_size'],
        patch_px=raw['patch'],
        width=raw['enc_dim'],
        depth=raw['enc_depth'],
        heads=raw['enc_heads'],
        global_layers=tuple(raw['enc_global']),
        window=raw['window'],
        prompt_dim=raw['prompt_dim'],
        mask_in_chans=raw['mask_in_chans'],
        decoder_depth=raw['dec_depth'],
        decoder_heads=raw['dec_heads'],
        decoder_mlp=raw['dec_mlp'],
        iou_hidden=raw['iou_hidden'],
    )


@cache
def tiny_config() -> PublishedConfig:
    raw = read_json('config.json')
    return PublishedConfig.from_reference(
        raw['hf_config'],
        clip=raw['clip'],
        sam=sam_sizes(raw['sam']),
        seg_token=raw['seg_token_idx'],
    )


def tiny_tensors() -> dict[str, torch.Tensor]:
    """Weights by our names."""
    named = {our_key(key): value for key, value in load_file(path_of(WEIGHTS)).items()}
    named.pop(None, None)
    return named


@cache
def tiny_visa() -> PublishedVisa:
    """The network in evaluation mode; do not train it."""
    model = build_published(tiny_config())
    model.load_state_dict(tiny_tensors())
    return model.eval()
