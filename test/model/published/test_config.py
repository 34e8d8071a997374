"""Sizes of a published VISA, from its own config and from ours."""

from __future__ import annotations

from dataclasses import replace
import json

import pytest

from visa_ros.errors import ConfigError
from visa_ros.model.published.config import (
    ClipSizes,
    cluster_count,
    LanguageSizes,
    PublishedConfig,
    SamSizes,
)

REFERENCE = {
    'vocab_size': 32001,
    'hidden_size': 4096,
    'num_hidden_layers': 32,
    'num_attention_heads': 32,
    'num_key_value_heads': 32,
    'intermediate_size': 11008,
    'max_position_embeddings': 4096,
    'rms_norm_eps': 1e-5,
    'mm_vision_select_layer': -2,
    'out_dim': 256,
    'mm_use_im_start_end': True,
    'config': {
        'use_cluster': True,
        'spatial_cluster_rate0': 64,
        'spatial_cluster_rate1': 32,
        'spatial_cluster_rate2': 16,
    },
}
CLIP = {
    'hidden_size': 1024,
    'intermediate_size': 4096,
    'num_hidden_layers': 24,
    'num_attention_heads': 16,
    'patch_size': 14,
}


def from_reference(hf=REFERENCE, clip=CLIP, **more):
    return PublishedConfig.from_reference(hf, clip=clip, seg_token=32000, **more)


def test_the_published_7b():
    config = from_reference()
    assert config.tokens_per_picture == 112
    assert config.clip == ClipSizes(
        hidden=1024, mlp=4096, layers=24, heads=16, image_px=224, patch_px=14
    )
    assert config.clip.patches == 256
    assert (config.sam, config.sam.grid) == (SamSizes.vit('h'), 64)
    assert config.language.rope_theta == 10000.0
    assert not config.speaks
    assert config.decision.chosen_on == ''


def test_a_whole_clip_s_config_does_as_well():
    assert from_reference(clip={'text_config': {}, 'vision_config': CLIP}) == from_reference()


def test_a_rate_of_clusters_may_be_a_share():
    rates = {'spatial_cluster_rate0': 0.25, 'spatial_cluster_rate1': 0.5}
    config = from_reference(REFERENCE | {'config': REFERENCE['config'] | rates})
    assert config.clusters == (64, 32, 16)
    assert [cluster_count(0.0625, n) for n in (1, 16, 17)] == [1, 1, 2]


def test_json_round_trip(tiny_config):
    raw = json.loads(json.dumps(tiny_config.to_json()))
    assert PublishedConfig.from_json(raw) == tiny_config
    spoken = replace(tiny_config, speaks=True)
    assert PublishedConfig.from_json(raw | {'speaks': True}) == spoken


@pytest.mark.parametrize(
    'change',
    [
        {'nonsense': 1},
        {'seg_token': '5'},
        {'clusters': 5},
        {'clusters': [6, 'x', 2]},
        {'language': 5},
        {'speaks': 1},
        {'seg_token': 10**6},
        {'clusters': [6, 8, 2]},
        {'clusters': [6, 4]},
        {'out_dim': 17},
    ],
)
def test_a_config_that_does_not_fit_is_refused(tiny_config, change):
    with pytest.raises(ConfigError):
        PublishedConfig.from_json(tiny_config.to_json() | change)


def test_a_missing_name_is_named(tiny_config):
    raw = tiny_config.to_json()
    del raw['sam']['width']
    with pytest.raises(ConfigError, match=r'config\.sam: .*width'):
        PublishedConfig.from_json(raw)


@pytest.mark.parametrize(
    'change',
    [
        {'num_key_value_heads': 8},
        {'hidden_act': 'gelu'},
        {'rope_scaling': {'type': 'linear', 'factor': 2.0}},
        {'tie_word_embeddings': True},
        {'mm_vision_select_feature': 'cls_patch'},
        {'config': {}},
        {'num_attention_heads': 33},
    ],
)
def test_a_language_model_of_another_kind_is_refused(change):
    with pytest.raises(ConfigError):
        from_reference(REFERENCE | change)


@pytest.mark.parametrize(
    'change', [{'hidden_act': 'gelu'}, {'num_attention_heads': 7}, {'num_hidden_layers': 0}]
)
def test_a_clip_of_another_kind_is_refused(change):
    with pytest.raises(ConfigError):
        from_reference(clip=CLIP | change)


def test_only_the_published_sams_have_a_letter():
    assert [SamSizes.vit(letter).width for letter in 'blh'] == [768, 1024, 1280]
    with pytest.raises(ConfigError, match='x'):
        SamSizes.vit('x')


def test_heads_of_odd_width_have_no_rotary_code():
    with pytest.raises(ConfigError, match='even'):
        LanguageSizes(vocab=9, hidden=6, layers=1, heads=2, mlp=4)
