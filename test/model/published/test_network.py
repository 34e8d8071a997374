"""The published network at tiny size: shapes, the row of pictures and words, precision."""

from __future__ import annotations

import pytest
import torch
from transformers import DynamicCache

from visa_ros.errors import InvalidQueryError
from visa_ros.model.published.modules import dense_position, fill_buffers
from visa_ros.model.published.network import build_published
from visa_ros.model.published.tokenizer import IMAGE

HALF = [torch.bfloat16, torch.float16]


def pictures(config, count=3, seed=0):
    side = config.clip.image_px
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(seed))


def target(config, seed=1):
    side = config.sam.image_px
    return torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(seed))


def prompt(config):
    return [1, 5, IMAGE, 6, IMAGE, 7, 8, config.seg_token, 9, config.seg_token, 2]


@torch.no_grad()
def test_shapes_of_every_stage(tiny_model, tiny_config):
    visual = tiny_model.encode_pictures(pictures(tiny_config))
    assert visual.shape == (3, 12, 32)
    embedding = tiny_model.embed_target(target(tiny_config))
    assert embedding.shape == (1, 16, 4, 4)
    masks = tiny_model.decode_masks(embedding, torch.randn(2, 32))
    assert masks.low_res.shape == (2, 16, 16)
    assert masks.quality.shape == (2,)
    full = tiny_model.full_resolution(masks.low_res, resize_hw=(48, 64), orig_hw=(30, 41))
    assert full.shape == (2, 30, 41)


@torch.no_grad()
def test_pictures_of_a_batch_are_independent(tiny_model, tiny_config):
    seen = pictures(tiny_config)
    together = tiny_model.encode_pictures(seen)
    alone = torch.cat([tiny_model.encode_pictures(one[None]) for one in seen])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_noise_is_drawn_picture_by_picture(tiny_model, tiny_config):
    """One generator for all pictures at once gives what it gives for one after the other."""
    features = tiny_model.patch_features(pictures(tiny_config)).round(decimals=0)
    rng = torch.Generator().manual_seed(3)
    one_by_one = torch.cat([tiny_model.merge(one[None], rng=rng) for one in features])
    at_once = tiny_model.merge(features, rng=torch.Generator().manual_seed(3))
    torch.testing.assert_close(at_once, one_by_one)


@torch.no_grad()
def test_a_row_of_words_and_pictures(tiny_model, tiny_config):
    visual = torch.randn(2, tiny_config.tokens_per_picture, 32)
    ids = prompt(tiny_config)
    row = tiny_model.embed_prompt(ids, visual)
    width = tiny_config.tokens_per_picture
    assert row.shape == (len(ids) - 2 + 2 * width, 32)
    torch.testing.assert_close(row[2 : 2 + width], visual[0])
    torch.testing.assert_close(row[3 + width : 3 + 2 * width], visual[1])
    words = tiny_model.language.embed_tokens.weight
    torch.testing.assert_close(row[2 + width], words[6])
    torch.testing.assert_close(row[0], words[1])


@torch.no_grad()
def test_the_state_before_seg_is_the_word_before_it(tiny_model, tiny_config):
    visual = torch.randn(2, tiny_config.tokens_per_picture, 32)
    ids = prompt(tiny_config)
    row = tiny_model.embed_prompt(ids, visual)
    words = tiny_model.language.embed_tokens.weight
    before = tiny_model.seg_positions(ids)
    torch.testing.assert_close(row[before], words[[8, 9]])
    assert tiny_model.seg_positions([1, 5, 2]) == []


@pytest.mark.parametrize('count', [0, 1, 3])
def test_pictures_that_do_not_fit_the_prompt_are_refused(tiny_model, tiny_config, count):
    visual = torch.randn(count, tiny_config.tokens_per_picture, 32)
    with pytest.raises(InvalidQueryError, match=f'2 places for {count} pictures'):
        tiny_model.embed_prompt(prompt(tiny_config), visual)


@torch.no_grad()
def test_a_prompt_without_pictures(tiny_model, tiny_config):
    visual = torch.zeros(0, tiny_config.tokens_per_picture, 32)
    assert tiny_model.embed_prompt([1, 5, 2], visual).shape == (3, 32)


@torch.no_grad()
def test_reading_on_from_a_cache_is_reading_at_once(tiny_model):
    row = torch.randn(1, 9, 32)
    cache = DynamicCache(config=tiny_model.language.config)
    first = tiny_model.hidden(row[:, :5], cache=cache)
    rest = tiny_model.hidden(row[:, 5:], cache=cache)
    torch.testing.assert_close(
        torch.cat((first, rest), dim=1), tiny_model.hidden(row), atol=1e-5, rtol=1e-5
    )


@torch.no_grad()
def test_padding_behind_a_row_changes_nothing(tiny_model):
    row = torch.randn(1, 6, 32)
    padded = torch.cat((row, torch.randn(1, 3, 32)), dim=1)
    read = torch.arange(9)[None] < 6
    found = tiny_model.hidden(padded, attention_mask=read)[:, :6]
    torch.testing.assert_close(found, tiny_model.hidden(row), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_prompts_are_decoded_independently(tiny_model, tiny_config):
    embedding = tiny_model.embed_target(target(tiny_config))
    states = torch.randn(3, 32)
    together = tiny_model.decode_masks(embedding, states).low_res
    alone = [tiny_model.decode_masks(embedding, state[None]).low_res for state in states]
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_no_seg_no_masks(tiny_model, tiny_config):
    embedding = tiny_model.embed_target(target(tiny_config))
    masks = tiny_model.decode_masks(embedding, torch.zeros(0, 32))
    assert masks.low_res.shape == (0, 16, 16)
    full = tiny_model.full_resolution(masks.low_res, resize_hw=(64, 64), orig_hw=(8, 8))
    assert full.shape == (0, 8, 8)


def test_positions_are_the_package_s_own(tiny_model):
    encoder = tiny_model.sam.prompt_encoder
    torch.testing.assert_close(dense_position(encoder, (4, 4)), encoder.get_dense_pe())


@torch.no_grad()
def whole(model, config):
    visual = model.encode_pictures(pictures(config, count=2))
    row = model.embed_prompt(prompt(config), visual)
    states = model.hidden(row[None])[0, model.seg_positions(prompt(config))]
    masks = model.decode_masks(model.embed_target(target(config)), states)
    return model.full_resolution(masks.low_res, resize_hw=(48, 64), orig_hw=(30, 40))


@pytest.mark.parametrize('dtype', HALF, ids=str)
def test_half_precision_is_near_and_ends_in_float32(tiny_model, tiny_config, dtype):
    exact = whole(tiny_model, tiny_config)
    found = whole(tiny_model.to(dtype), tiny_config)
    assert found.dtype == torch.float32
    assert found.isfinite().all()
    assert (found - exact).abs().mean() < 0.2 * exact.std()


@pytest.mark.parametrize('dtype', HALF, ids=str)
def test_rotary_angles_stay_exact(tiny_model, dtype):
    """Rounded to half precision, positions beyond a few hundred would be off by radians."""
    exact = tiny_model.language.rotary_emb.inv_freq.clone()
    converted = tiny_model.to(dtype).language.rotary_emb.inv_freq
    assert converted.dtype == torch.float32
    torch.testing.assert_close(converted, exact, atol=0, rtol=0)


def test_float16_runs_the_neck_in_float32(tiny_model, tiny_config):
    """Its sums may pass float16's 65504 on the way."""
    neck = tiny_model.sam.image_encoder.neck
    with torch.no_grad():
        neck[0].weight.mul_(4000)
        exact = tiny_model.embed_target(target(tiny_config))
        found = tiny_model.half().embed_target(target(tiny_config))
    assert found.isfinite().all()
    torch.testing.assert_close(found.float(), exact, atol=0.05, rtol=0.05)


def test_built_on_meta_and_filled_it_is_the_same(tiny_model, tiny_config):
    with torch.device('meta'):
        model = build_published(tiny_config)
    assert all(parameter.is_meta for parameter in model.parameters())
    model.load_state_dict(tiny_model.state_dict(), assign=True)
    fill_buffers(model, 'cpu')
    assert not any(buffer.is_meta for buffer in model.buffers())
    torch.testing.assert_close(
        whole(model.eval(), tiny_config), whole(tiny_model, tiny_config), atol=0, rtol=0
    )
