"""Published networks in small: random weights, saved to folders as their makers save them."""

from __future__ import annotations

import json
from pathlib import Path
import socket

import numpy as np
import pytest
import torch
import transformers

SIDE = 64
WORDS = ['red', 'blue', 'mug', 'bowl', 'the', 'cup', '##s', '##ed', 'and', 'with', 'handle']


def vision():
    return {
        'model_type': 'sam2_vision_model',
        'backbone_config': {
            'model_type': 'sam2_hiera_det_model',
            'hidden_size': 8,
            'image_size': [SIDE, SIDE],
            'embed_dim_per_stage': [8, 16, 32, 64],
            'num_attention_heads_per_stage': [1, 1, 2, 2],
            'blocks_per_stage': [1, 1, 2, 1],
            'global_attention_blocks': [3],
            'window_size_per_stage': [8, 4, 4, 2],
        },
        'backbone_channel_list': [64, 32, 16, 8],
        'backbone_feature_sizes': [[16, 16], [8, 8], [4, 4]],
        'fpn_hidden_size': 128,
    }


def prompts_and_masks():
    return {
        'vision_config': vision(),
        'prompt_encoder_config': {
            'hidden_size': 128,
            'image_size': SIDE,
            'patch_size': 16,
            'mask_input_channels': 4,
        },
        'mask_decoder_config': {
            'hidden_size': 128,
            'mlp_dim': 32,
            'num_attention_heads': 2,
            'iou_head_hidden_dim': 16,
        },
    }


def video():
    return prompts_and_masks() | {
        'image_size': SIDE,
        'memory_attention_hidden_size': 128,
        'memory_attention_num_layers': 1,
        'memory_attention_rope_feat_sizes': [4, 4],
        'memory_encoder_hidden_size': 128,
        'mask_downsampler_embed_dim': 128,
        'memory_fuser_embed_dim': 128,
        'memory_fuser_intermediate_dim': 32,
        'memory_fuser_num_layers': 1,
    }


def sam2_video():
    config = transformers.Sam2VideoConfig(**video(), memory_attention_feed_forward_hidden_size=32)
    return transformers.Sam2VideoModel(config)


def edgetam_video():
    config = transformers.EdgeTamVideoConfig(
        **video(),
        memory_attention_mlp_hidden_size=32,
        memory_attention_rope_k_sizes=[2, 2],
        perceiver_resampler_num_latents=4,
        perceiver_resampler_num_latents_2d=4,
        perceiver_resampler_mlp_intermediate_size=16,
        perceiver_resampler_num_layers=1,
    )
    return transformers.EdgeTamVideoModel(config)


def sam2():
    return transformers.Sam2Model(transformers.Sam2Config(**prompts_and_masks()))


def dino(config_class, model_class):
    config = config_class(
        backbone_config={
            'model_type': 'swin',
            'image_size': 64,
            'embed_dim': 8,
            'depths': [1, 1, 1, 1],
            'num_heads': [1, 1, 2, 2],
            'window_size': 4,
            'out_indices': [2, 3, 4],
        },
        text_config={
            'model_type': 'bert',
            'vocab_size': 40,
            'hidden_size': 16,
            'num_hidden_layers': 1,
            'num_attention_heads': 2,
            'intermediate_size': 16,
            'max_position_embeddings': 64,
        },
        d_model=32,
        num_queries=6,
        encoder_layers=1,
        decoder_layers=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        max_text_len=32,
    )
    return model_class(config)


def grounding_dino():
    return dino(transformers.GroundingDinoConfig, transformers.GroundingDinoForObjectDetection)


def mm_grounding_dino():
    return dino(transformers.MMGroundingDinoConfig, transformers.MMGroundingDinoForObjectDetection)


def sam3():
    part = {'hidden_size': 32, 'num_attention_heads': 2}
    layers = part | {'num_layers': 1, 'intermediate_size': 32}
    config = transformers.Sam3Config(
        vision_config={
            'backbone_config': part
            | {
                'model_type': 'sam3_vit_model',
                'intermediate_size': 32,
                'num_hidden_layers': 2,
                'image_size': 56,
                'patch_size': 14,
                'window_size': 2,
                'global_attn_indexes': [1],
                'pretrain_image_size': 28,
            },
            'fpn_hidden_size': 32,
            'backbone_feature_sizes': [[16, 16], [8, 8], [4, 4]],
        },
        text_config=part
        | {
            'model_type': 'clip_text_model',
            'vocab_size': 60,
            'intermediate_size': 32,
            'projection_dim': 16,
            'num_hidden_layers': 1,
            'max_position_embeddings': 32,
            'bos_token_id': 0,
            'eos_token_id': 1,
            'pad_token_id': 1,
        },
        geometry_encoder_config=layers,
        detr_encoder_config=layers,
        detr_decoder_config=layers | {'num_queries': 5},
        mask_decoder_config=part,
    )
    return transformers.Sam3Model(config)


def bert_tokenizer():
    words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '.', *WORDS]
    return transformers.BertTokenizerFast(vocab={word: n for n, word in enumerate(words)})


def clip_tokenizer():
    letters = 'redmugbowlxy'
    pieces = dict.fromkeys([*letters, *(f'{letter}</w>' for letter in letters)])
    words = ['<|startoftext|>', '<|endoftext|>', *pieces]
    return transformers.CLIPTokenizerFast(
        vocab={word: n for n, word in enumerate(words)}, merges=[]
    )


BUILDERS = {
    'sam2': (sam2, None),
    'sam2_video': (sam2_video, None),
    'edgetam_video': (edgetam_video, None),
    'grounding-dino': (grounding_dino, bert_tokenizer),
    'mm-grounding-dino': (mm_grounding_dino, bert_tokenizer),
    'sam3': (sam3, clip_tokenizer),
}


@torch.no_grad()
def randomise(network):
    """Move all weights, also those that are made as zeros; and let objects be in sight."""
    for name, parameter in network.named_parameters():
        parameter += 0.05 * torch.randn_like(parameter)
        if name.endswith('pred_obj_score_head.proj_out.bias'):
            parameter += 3


@pytest.fixture(scope='session')
def published(tmp_path_factory):
    """Folder of each kind of network, with random weights that differ from those of a new one."""
    root = tmp_path_factory.mktemp('published')
    for kind, (build, tokenizer) in BUILDERS.items():
        torch.manual_seed(1)
        network = build()
        randomise(network)
        network.save_pretrained(root / kind)
        if tokenizer is not None:
            tokenizer().save_pretrained(root / kind)
    return root


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """Fail on any attempt to reach another machine."""

    def refuse(*_):
        raise AssertionError('the network was used')

    monkeypatch.setattr(socket.socket, 'connect', refuse)
    monkeypatch.setattr(socket, 'getaddrinfo', refuse)


@pytest.fixture
def images():
    """Make a short clip of noise with a bright square that moves: uint8 (T, H, W, 3)."""

    def make(count, hw=(48, 80), seed=0):
        rng = np.random.default_rng(seed)
        clip = rng.integers(0, 160, (count, *hw, 3), dtype=np.uint8)
        for n, image in enumerate(clip):
            image[10:30, 5 + n % 40 : 25 + n % 40] = (250, 40, 40)
        return clip

    return make


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding='utf-8')
