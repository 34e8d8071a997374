"""Writes a model in the layouts that published checkpoints have."""

from __future__ import annotations

import json
import shutil

from safetensors.torch import save_file
import torch

from visa_ros.model.published.layout import lora_factor, RAW_PREFIX, reference_key

CLIP_PREFIX = 'model.vision_tower.vision_tower.'
SAM_PREFIX = 'model.visual_model.'


def reference_tensors(model):
    """All tensors under the reference's names, with the constants that old checkpoints hold."""
    tensors = {reference_key(key): value for key, value in model.state_dict().items()}
    sizes = model.config.language
    for layer in range(sizes.layers):
        constant = torch.rand(sizes.hidden // sizes.heads // 2)
        tensors[f'model.layers.{layer}.self_attn.rotary_emb.inv_freq'] = constant
    return tensors


def without(tensors, *prefixes):
    return {key: value for key, value in tensors.items() if not key.startswith(prefixes)}


def part(tensors, prefix):
    """The tensors below a prefix, without it."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def reference_config(config):
    """What config.json of the reference tells."""
    rates = {f'spatial_cluster_rate{k}': count for k, count in enumerate(config.clusters)}
    return {
        'model_type': 'ChatUniVi',
        'vocab_size': config.language.vocab,
        'hidden_size': config.language.hidden,
        'num_hidden_layers': config.language.layers,
        'num_attention_heads': config.language.heads,
        'intermediate_size': config.language.mlp,
        'max_position_embeddings': config.language.max_positions,
        'rms_norm_eps': config.language.rms_eps,
        'mm_vision_tower': 'openai/clip-tiny',
        'mm_vision_select_layer': -2,
        'config': {'use_cluster': True, **rates},
        'out_dim': config.out_dim,
    }


def clip_config(config):
    """What config.json of CLIP tells."""
    return {
        'model_type': 'clip_vision_model',
        'hidden_size': config.clip.hidden,
        'intermediate_size': config.clip.mlp,
        'num_hidden_layers': config.clip.layers,
        'num_attention_heads': config.clip.heads,
        'image_size': config.clip.image_px,
        'patch_size': config.clip.patch_px,
        'hidden_act': 'quick_gelu',
    }


def write_shards(folder, tensors, *, kind='bin', count=2):
    """Shards and an index, as transformers writes them; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = {'bin': 'pytorch_model', 'safetensors': 'model'}[kind]
    keys = list(tensors)
    weight_map = {}
    for k in range(count):
        name = f'{stem}-{k + 1:05}-of-{count:05}.{kind}'
        shard = {key: tensors[key].contiguous() for key in keys[k::count]}
        if kind == 'bin':
            torch.save(shard, folder / name)
        else:
            save_file(shard, folder / name)
        weight_map.update(dict.fromkeys(shard, name))
    index = {'metadata': {}, 'weight_map': weight_map}
    (folder / f'{stem}.{kind}.index.json').write_text(json.dumps(index))
    return folder


def write_companions(folder, config, tokenizer_model, **tokenizer_config):
    """config.json and tokenizer beside the weights."""
    (folder / 'config.json').write_text(json.dumps(reference_config(config)))
    shutil.copyfile(tokenizer_model, folder / 'tokenizer.model')
    if tokenizer_config:
        (folder / 'tokenizer_config.json').write_text(json.dumps(tokenizer_config))
    return folder


def write_clip(folder, config, tensors):
    """The folder of a whole CLIP: text half and constants too."""
    folder.mkdir(parents=True, exist_ok=True)
    content = part(tensors, CLIP_PREFIX)
    content['vision_model.embeddings.position_ids'] = torch.arange(5)[None]
    content['text_model.embeddings.token_embedding.weight'] = torch.zeros(3, 2)
    content['visual_projection.weight'] = torch.zeros(3, 2)
    content['logit_scale'] = torch.tensor(4.6)
    torch.save(content, folder / 'pytorch_model.bin')
    (folder / 'config.json').write_text(
        json.dumps({'model_type': 'clip', 'vision_config': clip_config(config)})
    )
    return folder


def raw_tensors(tensors, *, rank=4, targets=('q_proj', 'v_proj')):
    """The same as a training's raw file holds them: another prefix, and LoRA beside its base."""
    generator = torch.Generator().manual_seed(5)
    raw = {}
    for key, value in tensors.items():
        raw[RAW_PREFIX + key] = value
        module = key.removesuffix('.weight')
        if module.startswith('model.layers.') and module.endswith(targets):
            rows, columns = value.shape
            down = torch.randn(rank, columns, generator=generator) / 10
            up = torch.randn(rows, rank, generator=generator) / 10
            raw[f'{RAW_PREFIX}{module}.lora_A.default.weight'] = down
            raw[f'{RAW_PREFIX}{module}.lora_B.default.weight'] = up
    return raw


def merged_by_hand(raw, *, alpha=16.0):
    """What the raw file means, under the reference's names."""
    merged = {k.removeprefix(RAW_PREFIX): v for k, v in raw.items() if lora_factor(k) is None}
    for key, down in raw.items():
        base, factor = lora_factor(key) or ('', '')
        if factor == 'A':
            up = raw[key.replace('lora_A', 'lora_B')]
            merged[base.removeprefix(RAW_PREFIX)] = raw[base] + alpha / len(down) * up @ down
    return merged
