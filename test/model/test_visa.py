"""The network: reading many questions at once must equal answering one after the other."""

from dataclasses import replace
import json

import pytest
import torch

from visa_ros.errors import ConfigError
from visa_ros.model.branches import Branches, Prompt
from visa_ros.model.build import VisaConfig
from visa_ros.model.decision import DecisionConfig, Weights
from visa_ros.model.text import BEGIN
from visa_ros.model.visa import places


@pytest.fixture
def pictures():
    rng = torch.Generator().manual_seed(1)
    target = torch.randn(2, 3, 128, 192, generator=rng)
    past = torch.randn(2, 3, 3, 64, 96, generator=rng)
    return target, past, torch.rand(2, 10, 8, 12, generator=rng)


@torch.no_grad()
@pytest.mark.parametrize('references', [0, 3])
def test_packed_reading_equals_step_by_step(tiny_model, pictures, references):
    target, past, change = pictures
    view = tiny_model.look(target, past[:, :references], change)
    rng = torch.Generator().manual_seed(2)
    text = torch.randn(2, 3, 5, 24, generator=rng)
    length = torch.tensor([[5, 2, 3], [1, 4, 5]])
    answer = torch.tensor([[BEGIN, 7, 8, 3]]).expand(2, 3, 4)
    packed = tiny_model.read(view, text, length, answer)

    one = tiny_model.look(target[1:], past[1:, :references], change[1:])
    prompt = Prompt(embeds=one.prefix[0], position=one.position, mutual=True)
    branches = Branches(tiny_model.language, prompt)
    state = branches.append({0: tiny_model.question(text[1, 1, :4], BEGIN)})[0][-1]
    close = {'atol': 2e-5, 'rtol': 1e-4}
    torch.testing.assert_close(branches.prompt.states[-24:], packed.visual[1], **close)
    torch.testing.assert_close(state, packed.answer[1, 1, 0], **close)
    for index in (1, 2, 3):
        token = tiny_model.language.embed_tokens(answer[1, 1, index : index + 1])
        state = branches.append({0: token})[0][-1]
        torch.testing.assert_close(state, packed.answer[1, 1, index], **close)


@torch.no_grad()
def test_questions_do_not_see_each_other(tiny_model, pictures):
    view = tiny_model.look(*pictures)
    rng = torch.Generator().manual_seed(3)
    text = torch.randn(2, 2, 5, 24, generator=rng)
    length = torch.full((2, 2), 5)
    answer = torch.tensor([[BEGIN, 7, 8, 3]]).expand(2, 2, 4)
    before = tiny_model.read(view, text, length, answer)
    other = text.clone()
    other[:, 0] = other[:, 0].flip(-1)
    after = tiny_model.read(view, other, length, answer)
    torch.testing.assert_close(before.answer[:, 1], after.answer[:, 1])
    torch.testing.assert_close(before.visual, after.visual)
    assert not torch.allclose(before.answer[:, 0], after.answer[:, 0])


@torch.no_grad()
def test_what_has_changed_is_seen_by_the_tokens_of_the_target(tiny_model, pictures):
    target, past, change = pictures
    untrained = tiny_model.look(target, past, change), tiny_model.look(target, past, 0 * change)
    torch.testing.assert_close(untrained[0].prefix, untrained[1].prefix)
    torch.nn.init.normal_(tiny_model.change[-1].weight)
    moved, still = (tiny_model.look(target, past, c).prefix for c in (change, 0 * change))
    assert still.shape == moved.shape == (2, 3 * 9 + 24, 32)
    torch.testing.assert_close(moved[:, :-24], still[:, :-24])
    assert not torch.allclose(moved[:, -24:], still[:, -24:])


def test_places_differ_as_much_as_features_do():
    torch.manual_seed(0)
    grid = places(64, (6, 8))
    assert grid.shape == (64, 6, 8)
    assert 0.7 < float(grid.std(dim=(1, 2)).mean()) < 1.6
    flat = grid.flatten(1).T
    apart = torch.cdist(flat, flat) + 100 * torch.eye(48)
    assert float(apart.min()) > 2.0


@torch.no_grad()
def test_masks_have_stride_two(tiny_model, pictures):
    view = tiny_model.look(*pictures)
    out = tiny_model.masks(view, 0, torch.randn(24, 32), torch.randn(5, 32))
    assert out.fine.shape == (5, 32, 48)
    assert out.coarse.shape == (5, 8, 12)
    assert out.quality.shape == (5,)


def test_gradients_reach_every_trained_part(tiny_model, pictures):
    view = tiny_model.look(*pictures)
    text = torch.randn(2, 1, 5, 24)
    answer = torch.tensor([[[BEGIN, 7, 8, 3]]]).expand(2, 1, 4)
    reading = tiny_model.read(view, text, torch.full((2, 1), 5), answer)
    prompts = torch.cat((reading.answer[0, :, 2], tiny_model.match(reading.answer[0, :, 0])))
    out = tiny_model.masks(view, 0, reading.visual[0], prompts)
    (out.fine.sum() + out.quality.sum() + tiny_model.lm_head(reading.answer).sum()).backward()
    unused = ('point_embeddings', 'not_a_point_embed', 'mask_downscaling')
    silent = [
        name
        for name, p in tiny_model.named_parameters()
        if p.grad is None and not any(part in name for part in unused)
    ]
    # Of SAM's four masks only the first is asked for.
    assert all('output_hypernetworks_mlps' in name for name in silent), silent


@pytest.mark.parametrize(
    'change',
    [{'image_hw': (60, 96)}, {'labels': ()}, {'hidden': 33}],
)
def test_config_refuses_nonsense(tiny_config, change):
    with pytest.raises(ConfigError):
        replace(tiny_config, **change)


def test_config_survives_json(tiny_config):
    decision = DecisionConfig(absent=Weights(quality=-2.0), absent_above=-0.5, chosen_on='a test')
    config = replace(tiny_config, decision=decision)
    assert VisaConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    both = replace(config, decision_without_depth=DecisionConfig(absent_above=0.1))
    assert VisaConfig.from_json(json.loads(json.dumps(both.to_json()))) == both


@pytest.mark.parametrize(
    ('raw', 'match'),
    [
        ({'labels': ['mug'], 'layrs': 2}, 'layrs'),
        ({}, 'labels'),
        ({'labels': ['mug'], 'decision': {'absent_abov': 0.1}}, 'absent_abov'),
        ({'labels': ['mug'], 'hidden': '32'}, 'hidden'),
        ({'labels': ['mug'], 'decision_without_depth': 0.5}, 'decision_without_depth'),
    ],
)
def test_a_config_with_a_wrong_name_or_type_is_refused(raw, match):
    with pytest.raises(ConfigError, match=match):
        VisaConfig.from_json(raw)
