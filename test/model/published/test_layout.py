from hypothesis import given
from hypothesis import strategies as st
import pytest

from visa_ros.model.published.layout import (
    ignored,
    lora_factor,
    our_key,
    part_of,
    PARTS,
    RAW_PREFIX,
    reference_key,
    rename_of,
)

CLIP = 'model.vision_tower.vision_tower.vision_model.'
NAMES = {
    'model.embed_tokens.weight': 'language.embed_tokens.weight',
    'model.layers.31.self_attn.q_proj.weight': 'language.layers.31.self_attn.q_proj.weight',
    'model.norm.weight': 'language.norm.weight',
    'lm_head.weight': 'lm_head.weight',
    'model.mm_projector.bias': 'mm_projector.bias',
    'model.text_hidden_fcs.0.2.weight': 'text_hidden_fcs.2.weight',
    'model.visual_model.mask_decoder.iou_token.weight': 'sam.mask_decoder.iou_token.weight',
    CLIP + 'encoder.layers.0.mlp.fc1.bias': 'clip.encoder.layers.0.mlp.fc1.bias',
}
ALONE = {
    'vision_model.pre_layrnorm.weight': 'clip.pre_layrnorm.weight',
    'encoder.layers.0.mlp.fc1.bias': 'clip.encoder.layers.0.mlp.fc1.bias',
    'embeddings.class_embedding': 'clip.embeddings.class_embedding',
    'post_layernorm.bias': 'clip.post_layernorm.bias',
    'image_encoder.pos_embed': 'sam.image_encoder.pos_embed',
    'prompt_encoder.no_mask_embed.weight': 'sam.prompt_encoder.no_mask_embed.weight',
    'mask_decoder.iou_token.weight': 'sam.mask_decoder.iou_token.weight',
}


@pytest.mark.parametrize(('theirs', 'ours'), (NAMES | ALONE).items())
def test_each_layout_has_its_names(theirs, ours):
    assert our_key(theirs) == ours
    assert our_key(ours) == ours
    rename = rename_of(theirs)
    assert rename.back(ours) == theirs
    assert part_of(ours) in PARTS


@pytest.mark.parametrize(('theirs', 'ours'), NAMES.items())
def test_a_training_puts_a_prefix_before_them(theirs, ours):
    assert our_key(RAW_PREFIX + theirs) == ours
    assert rename_of(RAW_PREFIX + theirs).back(ours) == RAW_PREFIX + theirs
    assert reference_key(ours) == theirs


@pytest.mark.parametrize(
    'key',
    [
        'model.layers.3.self_attn.rotary_emb.inv_freq',
        RAW_PREFIX + 'model.layers.3.self_attn.rotary_emb.inv_freq',
        CLIP + 'embeddings.position_ids',
        'vision_model.embeddings.position_ids',
        'text_model.encoder.layers.0.mlp.fc1.weight',
        'visual_projection.weight',
        'logit_scale',
        'model.visual_model.pixel_mean',
        'pixel_std',
    ],
)
def test_what_no_model_needs_is_ignored(key):
    assert ignored(key)
    assert our_key(key) is None


@pytest.mark.parametrize('key', ['key_encoder.conv1.weight', 'model.', 'weight', ''])
def test_unknown_keys_stay_what_they_are(key):
    assert our_key(key) == key
    assert rename_of(key) is None or key == 'model.'


@given(st.sampled_from(PARTS), st.text(alphabet='abc.0_', max_size=20))
def test_there_and_back(part, rest):
    key = f'{part}.{rest}'
    if our_key(reference_key(key)) is not None:
        assert our_key(reference_key(key)) == our_key(key)


def test_lora_factors_are_told_from_weights():
    module = RAW_PREFIX + 'model.layers.0.self_attn.q_proj'
    assert lora_factor(f'{module}.lora_A.default.weight') == (f'{module}.weight', 'A')
    assert lora_factor(f'{module}.lora_B.default.weight') == (f'{module}.weight', 'B')
    assert lora_factor(f'{module}.weight') is None
