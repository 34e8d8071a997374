"""The three networks a published VISA is made of, from their sizes, and SAM's position code."""

from __future__ import annotations

from functools import partial
import math

import torch
from torch import nn, Tensor
from transformers import CLIPVisionConfig, CLIPVisionModel, LlamaConfig, LlamaModel

from visa_ros.model.published.config import ClipSizes, LanguageSizes, SamSizes
from visa_ros.model.published.preprocess import SAM_MEAN, SAM_STD
from visa_ros.model.sam import sam_modeling


def build_language(sizes: LanguageSizes) -> LlamaModel:
    """Build the decoder without its head."""
    return LlamaModel(
        LlamaConfig(
            vocab_size=sizes.vocab,
            hidden_size=sizes.hidden,
            intermediate_size=sizes.mlp,
            num_hidden_layers=sizes.layers,
            num_attention_heads=sizes.heads,
            num_key_value_heads=sizes.heads,
            max_position_embeddings=sizes.max_positions,
            rms_norm_eps=sizes.rms_eps,
            rope_theta=sizes.rope_theta,
            pad_token_id=0,
            attn_implementation='sdpa',
        )
    )


def build_clip(sizes: ClipSizes) -> CLIPVisionModel:
    """Build the vision tower, its unused last layers included: checkpoints hold them."""
    return CLIPVisionModel(
        CLIPVisionConfig(
            hidden_size=sizes.hidden,
            intermediate_size=sizes.mlp,
            num_hidden_layers=sizes.layers,
            num_attention_heads=sizes.heads,
            image_size=sizes.image_px,
            patch_size=sizes.patch_px,
            hidden_act='quick_gelu',
            attn_implementation='sdpa',
        )
    )


def build_sam(sizes: SamSizes) -> nn.Module:
    """Build segment_anything's `Sam`; MissingPackageError where the package is not installed."""
    sam = sam_modeling()
    grid_hw, image_hw = (sizes.grid, sizes.grid), (sizes.image_px, sizes.image_px)
    return sam.Sam(
        image_encoder=sam.ImageEncoderViT(
            img_size=sizes.image_px,
            patch_size=sizes.patch_px,
            embed_dim=sizes.width,
            depth=sizes.depth,
            num_heads=sizes.heads,
            out_chans=sizes.prompt_dim,
            norm_layer=partial(nn.LayerNorm, eps=1e-6),
            use_rel_pos=True,
            window_size=sizes.window,
            global_attn_indexes=sizes.global_layers,
        ),
        prompt_encoder=sam.PromptEncoder(
            embed_dim=sizes.prompt_dim,
            image_embedding_size=grid_hw,
            input_image_size=image_hw,
            mask_in_chans=sizes.mask_in_chans,
        ),
        mask_decoder=sam.MaskDecoder(
            num_multimask_outputs=sizes.num_multimask,
            transformer=sam.TwoWayTransformer(
                depth=sizes.decoder_depth,
                embedding_dim=sizes.prompt_dim,
                num_heads=sizes.decoder_heads,
                mlp_dim=sizes.decoder_mlp,
            ),
            transformer_dim=sizes.prompt_dim,
            iou_head_depth=3,
            iou_head_hidden_dim=sizes.iou_hidden,
        ),
    )


def dense_position(prompt_encoder: nn.Module, hw: tuple[int, int]) -> Tensor:
    """
    Encode the position of each cell of the image embedding by random frequencies; (1, D, h, w).

    The grid is built in the module's own dtype: the package's is always float32, which a model
    in half precision cannot multiply.
    """
    frequencies = prompt_encoder.pe_layer.positional_encoding_gaussian_matrix  # (2, D / 2)
    h, w = hw
    y = (torch.arange(h).to(frequencies) + 0.5) / h
    x = (torch.arange(w).to(frequencies) + 0.5) / w
    y, x = torch.meshgrid(y, x, indexing='ij')
    phase = 2 * math.pi * ((2 * torch.stack((x, y), dim=-1) - 1) @ frequencies)
    return torch.cat((phase.sin(), phase.cos()), dim=-1).permute(2, 0, 1)[None]


def fill_buffers(model: nn.Module, device: torch.device | str) -> None:
    """
    Make anew, on `device`, the buffers that no checkpoint holds: a model built on meta lacks them.

    Rotary frequencies are float32 whatever the model's dtype is: rounded to bfloat16, the angle
    of the thousandth token would be off by more than a radian.
    """
    with torch.device('cpu'):
        for module in model.modules():
            if hasattr(module, 'inv_freq'):
                fresh = type(module)(config=module.config).to(device)
                module.inv_freq = fresh.inv_freq
                module.original_inv_freq = fresh.original_inv_freq
            elif hasattr(module, 'position_ids'):
                shape = module.position_ids.shape
                module.position_ids = torch.arange(shape[-1]).expand(shape).to(device)
            elif hasattr(module, 'pixel_mean'):
                module.pixel_mean = _channels(SAM_MEAN).to(device)
                module.pixel_std = _channels(SAM_STD).to(device)


def _channels(values: tuple[float, float, float]) -> Tensor:
    return torch.tensor(values)[:, None, None]
