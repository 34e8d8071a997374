"""One loader for every layout: what it finds in each, and what it says when something is wrong."""

from __future__ import annotations

from dataclasses import replace
import json

from model.published.layouts import (
    clip_config,
    CLIP_PREFIX,
    merged_by_hand,
    part,
    raw_tensors,
    reference_config,
    reference_tensors,
    SAM_PREFIX,
    without,
    write_clip,
    write_companions,
    write_shards,
)
import pytest
from safetensors.torch import save_file
import torch

from visa_ros.errors import CheckpointError
from visa_ros.model.published.layout import our_key
from visa_ros.model.published.network import build_published
from visa_ros.model.published.sources import open_checkpoint

Q_PROJ = 'model.layers.0.self_attn.q_proj.weight'


@pytest.fixture
def config(tiny_config):
    """With as many heads in SAM's decoder as every published one; no shape tells another."""
    return replace(
        tiny_config, sam=replace(tiny_config.sam, decoder_heads=8), legacy_tokenizer=True
    )


@pytest.fixture
def tensors(config):
    torch.manual_seed(0)
    return reference_tensors(build_published(config))


@pytest.fixture
def home(tmp_path, config, tokenizer_model):
    """A folder with config.json and tokenizer, and no weights yet."""
    folder = tmp_path / 'visa'
    folder.mkdir()
    return write_companions(folder, config, tokenizer_model)


@pytest.fixture
def clip(tmp_path, config, tensors):
    return write_clip(tmp_path / 'clip', config, tensors)


@pytest.fixture
def sam(tmp_path, tensors):
    path = tmp_path / 'sam.pth'
    content = part(tensors, SAM_PREFIX)
    torch.save({**content, 'pixel_mean': torch.zeros(3)}, path)
    return path


def assert_holds(checkpoint, tensors):
    wanted = {our_key(key): value for key, value in tensors.items()}
    wanted.pop(None, None)
    assert checkpoint.weights.shapes.keys() == wanted.keys()
    for key, value in wanted.items():
        torch.testing.assert_close(checkpoint.weights.read(key), value, rtol=0, atol=1e-6)


@pytest.mark.parametrize('kind', ['bin', 'safetensors'])
def test_merged_shards_and_clip(home, clip, config, tensors, kind):
    write_shards(home, without(tensors, CLIP_PREFIX), kind=kind)
    checkpoint = open_checkpoint([home, clip])
    assert checkpoint.config == config
    assert_holds(checkpoint, tensors)


def test_the_order_of_sources_does_not_matter(home, clip, sam, config, tensors):
    write_shards(home, without(tensors, CLIP_PREFIX, SAM_PREFIX), count=3)
    checkpoint = open_checkpoint([sam, clip, home])
    assert checkpoint.config == config
    assert_holds(checkpoint, tensors)


@pytest.mark.parametrize('rank', [1, 4, 8])
def test_raw_file_with_lora(home, config, tensors, rank):
    raw = raw_tensors(tensors, rank=rank)
    torch.save(raw, home / 'pytorch_model.bin')
    clip_json = home / 'clip.json'
    clip_json.write_text(json.dumps(clip_config(config)))
    checkpoint = open_checkpoint([home / 'pytorch_model.bin'], configs=[clip_json])
    assert checkpoint.config == config
    assert_holds(checkpoint, merged_by_hand(raw))
    assert not torch.equal(checkpoint.weights.read(our_key(Q_PROJ)), tensors[Q_PROJ])


def test_another_lora_alpha(home, clip, tensors):
    raw = raw_tensors(without(tensors, CLIP_PREFIX))
    torch.save(raw, home / 'pytorch_model.bin')
    checkpoint = open_checkpoint([home, clip], lora_alpha=3.0)
    assert_holds(checkpoint, merged_by_hand(raw, alpha=3.0) | part_of_clip(tensors))


def part_of_clip(tensors):
    return {key: value for key, value in tensors.items() if key.startswith(CLIP_PREFIX)}


def test_lora_is_merged_in_float32(home, clip, tensors):
    half = {k: v.bfloat16() for k, v in raw_tensors(without(tensors, CLIP_PREFIX)).items()}
    torch.save(half, home / 'pytorch_model.bin')
    found = open_checkpoint([home, clip]).weights.read(our_key(Q_PROJ))
    exact = merged_by_hand({k: v.float() for k, v in half.items()})[Q_PROJ]
    assert found.dtype == torch.bfloat16
    assert torch.equal(found, exact.bfloat16())


def test_a_base_models_config_lacks_one_token_and_out_dim(home, clip, config, tensors):
    raw = reference_config(config)
    raw['vocab_size'] -= 1
    del raw['out_dim']
    (home / 'config.json').write_text(json.dumps(raw))
    write_shards(home, without(tensors, CLIP_PREFIX))
    assert open_checkpoint([home, clip]).config == config


def test_the_same_clip_twice_is_no_harm(home, clip, config, tensors):
    write_shards(home, tensors)
    assert open_checkpoint([home, clip]).config == config


@pytest.mark.parametrize(('told', 'legacy'), [({}, True), ({'legacy': False}, False)])
def test_legacy_flag(home, clip, config, tensors, tokenizer_model, told, legacy):
    write_companions(home, config, tokenizer_model, add_bos_token=True, **told)
    write_shards(home, without(tensors, CLIP_PREFIX))
    assert open_checkpoint([home, clip]).config.legacy_tokenizer is legacy


def test_seg_is_read_from_the_tokenizer(home, clip, config, tensors):
    write_shards(home, without(tensors, CLIP_PREFIX))
    (home / 'added_tokens.json').write_text(json.dumps({'[SEG]': config.seg_token}))
    assert open_checkpoint([home, clip]).config.seg_token == config.seg_token
    decoder = {str(config.seg_token + 7): {'content': '[SEG]'}}
    (home / 'tokenizer_config.json').write_text(json.dumps({'added_tokens_decoder': decoder}))
    with pytest.raises(CheckpointError, match=r'\[SEG\] is token'):
        open_checkpoint([home, clip])


def test_a_tokenizer_of_another_model(home, clip, config, tensors):
    grown = dict(tensors)
    for key in ('model.embed_tokens.weight', 'lm_head.weight'):
        grown[key] = torch.zeros(config.language.vocab + 9, config.language.hidden)
    wider = replace(config, language=replace(config.language, vocab=config.language.vocab + 9))
    (home / 'config.json').write_text(json.dumps(reference_config(wider)))
    write_shards(home, without(grown, CLIP_PREFIX))
    with pytest.raises(CheckpointError, match='is it the tokenizer of this model'):
        open_checkpoint([home, clip])


def error_of(sources, **options):
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(sources, **options)
    return str(caught.value)


@pytest.mark.parametrize('raw', [False, True], ids=['merged', 'raw'])
def test_every_problem_is_named_in_one_error(home, clip, tensors, raw):
    gone = ['model.layers.1.mlp.up_proj.weight', 'model.visual_model.image_encoder.pos_embed']
    wide = ['model.text_hidden_fcs.0.2.weight', 'model.norm.weight', 'lm_head.weight']
    broken = {k: v for k, v in without(tensors, CLIP_PREFIX).items() if k not in gone}
    broken |= {key: torch.cat((broken[key], broken[key])) for key in wide}
    broken['model.mm_projector.bias'] = broken['model.mm_projector.bias'].long()
    broken['model.adapter.weight'] = torch.zeros(2)
    broken['model.layers.9.mlp.up_proj.weight'] = torch.zeros(2)
    if raw:
        broken = {f'base_model.model.{key}': value for key, value in broken.items()}
    torch.save(broken, home / 'pytorch_model.bin')
    changed = dict(part(tensors, CLIP_PREFIX))
    doubled = 'vision_model.pre_layrnorm.weight'
    changed[doubled] = changed[doubled] + 1
    save_file(changed, home / 'clip.safetensors')

    lines = error_of([home, clip, home / 'clip.safetensors']).splitlines()
    prefix = 'base_model.model.' if raw else ''
    for kind, keys in {
        'missing': gone,
        'unexpected': ['model.adapter.weight', 'model.layers.9.mlp.up_proj.weight'],
        'misshapen': [*wide, 'model.mm_projector.bias'],
    }.items():
        found = [line for line in lines if line.strip().startswith(kind)]
        assert len(found) == len(keys), found
        assert all(any(prefix + key in line for line in found) for key in keys), found
    (line,) = [line for line in lines if line.strip().startswith('doubled')]
    assert doubled in line
    assert str(clip) in line
    assert 'clip.safetensors' in line
    assert lines[0].startswith('9 tensors do not fit'), lines[0]


def test_a_tensor_in_two_shards_is_doubled(home, clip, tensors):
    write_shards(home, without(tensors, CLIP_PREFIX))
    shard = torch.load(home / 'pytorch_model-00001-of-00002.bin')
    shard['model.norm.weight'] = tensors['model.norm.weight']
    shard['lm_head.weight'] = tensors['lm_head.weight']
    torch.save(shard, home / 'pytorch_model-00001-of-00002.bin')
    error = error_of([home, clip])
    assert 'doubled' in error
    assert 'leave out' in error
    # One of them was in the first shard anyway.
    assert ('model.norm.weight' in error) != ('lm_head.weight' in error)


@pytest.mark.parametrize(('lost', 'hint'), [('CLIP', 'clip-vit-large'), ('SAM', 'sam_vit_h')])
def test_what_to_do_when_a_network_is_missing(home, clip, sam, tensors, lost, hint):
    write_shards(home, without(tensors, CLIP_PREFIX, SAM_PREFIX))
    error = error_of([home, sam] if lost == 'CLIP' else [home, clip])
    name = {'CLIP': 'embeddings.class_embedding', 'SAM': 'mask_decoder.iou_token.weight'}[lost]
    assert name in error
    assert f'{lost} is missing' in error
    assert hint in error


def test_half_of_a_lora_and_factors_that_do_not_fit(home, clip, tensors):
    raw = raw_tensors(without(tensors, CLIP_PREFIX))
    q_proj = 'base_model.model.model.layers.0.self_attn.q_proj'
    v_proj = 'base_model.model.model.layers.1.self_attn.v_proj'
    k_proj = 'base_model.model.model.layers.5.self_attn.k_proj'
    del raw[f'{q_proj}.lora_B.default.weight']
    raw[f'{v_proj}.lora_A.default.weight'] = torch.zeros(3, 5)
    raw[f'{k_proj}.lora_A.default.weight'] = torch.zeros(3, 5)
    torch.save(raw, home / 'pytorch_model.bin')
    error = error_of([home, clip])
    assert f'missing {q_proj}.lora_B.default.weight' in error
    assert f'misshapen {v_proj}.lora_A.default.weight' in error
    assert f'unexpected {k_proj}.lora_A.default.weight' in error


def test_heads_are_compared_with_the_rotary_frequencies(home, clip, config, tensors):
    other = replace(config, language=replace(config.language, heads=4))
    (home / 'config.json').write_text(json.dumps(reference_config(other)))
    write_shards(home, without(tensors, CLIP_PREFIX))
    assert 'config.json tells 4 heads' in error_of([home, clip])


def test_files_beside_the_weights_that_are_missing(home, clip, sam, tensors):
    write_shards(home, without(tensors, CLIP_PREFIX))
    assert 'language model is missing' in error_of([clip, sam])
    (home / 'tokenizer.model').rename(home.parent / 'tokenizer.model')
    assert '--tokenizer' in error_of([home, clip])
    open_checkpoint([home, clip], tokenizer=home.parent / 'tokenizer.model')
    open_checkpoint([home, clip], tokenizer=home.parent)
    (home / 'config.json').rename(home.parent / 'elsewhere.json')
    options = {'tokenizer': home.parent}
    assert '--config' in error_of([home, clip], **options)
    open_checkpoint([home, clip], configs=[home.parent / 'elsewhere.json'], **options)


@pytest.mark.parametrize('content', ['{', '[1]', '{"num_hidden_layers": 2}', 'null'])
def test_a_config_that_makes_no_sense(home, clip, tensors, content):
    write_shards(home, without(tensors, CLIP_PREFIX))
    (home / 'config.json').write_text(content)
    assert 'config.json' in error_of([home, clip])


def test_a_tokenizer_that_is_none(home, clip, tensors):
    write_shards(home, without(tensors, CLIP_PREFIX))
    whole = (home / 'tokenizer.model').read_bytes()
    (home / 'tokenizer.model').write_bytes(whole[: len(whole) // 2])
    assert 'tokenizer.model' in error_of([home, clip])
