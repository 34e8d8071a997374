"""Labels and losses (spec 2.4, 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from visa_ros.errors import DataError
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.training import (
    IGNORE,
    labels_of,
    LossWeights,
    mask_bce,
    mask_dice,
    Sample,
    training_losses,
)

TEMPLATE = PromptTemplate.default()


def learned(prompt, tokenizer):
    """Text of what is to be learned."""
    labels = labels_of(prompt, template=TEMPLATE, tokenizer=tokenizer)
    assert len(labels) == len(tokenizer.encode(prompt))
    return [label for label in labels if label != IGNORE]


def test_an_answer_and_its_end_are_learned(tokenizer):
    prompt = TEMPLATE.segmentation_prompt('the red mug', 2)
    found = learned(prompt, tokenizer)
    assert found[-1] == tokenizer.eos
    assert tokenizer.decode(found) == 'It is [SEG].'


def test_every_turn_is_learned(tokenizer):
    prompt = TEMPLATE.conversation([('which mug?', 'It is.'), ('the red?', 'Sure, it is.')])
    found = learned(prompt, tokenizer)
    end = found.index(tokenizer.eos)
    assert tokenizer.decode(found[:end]) == 'It is.'
    assert tokenizer.decode(found[end:]) == 'Sure, it is.'
    assert found[-1] == tokenizer.eos


def test_an_answer_may_begin_with_seg(tokenizer):
    prompt = TEMPLATE.segmentation_prompt('a cup', 0, answer='[SEG].')
    assert learned(prompt, tokenizer)[0] == tokenizer.seg_token


def test_a_prompt_without_an_answer_teaches_nothing(tokenizer):
    for prompt in (TEMPLATE.segmentation_prompt('a cup', 1, answer=None), 'a cup'):
        with pytest.raises(DataError, match='no answer'):
            labels_of(prompt, template=TEMPLATE, tokenizer=tokenizer)


def sample_of(config, tokenizer, expressions, seed=0):
    rng = torch.Generator().manual_seed(seed)
    prompts = [TEMPLATE.segmentation_prompt(text, 1) for text in expressions]
    labels = [labels_of(p, template=TEMPLATE, tokenizer=tokenizer) for p in prompts]
    return Sample(
        pictures=torch.randn(2, 3, config.clip.image_px, config.clip.image_px, generator=rng),
        target=torch.randn(3, config.sam.image_px, config.sam.image_px, generator=rng),
        ids=tuple(tuple(tokenizer.encode(prompt)) for prompt in prompts),
        labels=tuple(map(tuple, labels)),
        truth=torch.rand(len(prompts), 20, 30, generator=rng) > 0.5,
        resize_hw=(43, 64),
    )


def test_a_batch_is_the_mean_over_its_masks_and_tokens(tiny_model, tiny_config, tokenizer):
    one = sample_of(tiny_config, tokenizer, ['a cup', 'the red mug'])
    other = sample_of(tiny_config, tokenizer, ['a box'], seed=1)
    both = training_losses(tiny_model, [one, other])
    first, second = (training_losses(tiny_model, [sample]) for sample in (one, other))
    for part in ('bce', 'dice', 'language'):
        mean = (2 * getattr(first, part) + getattr(second, part)) / 3
        torch.testing.assert_close(getattr(both, part), mean, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(both.total, both.language + both.bce + both.dice)


def test_a_sample_without_masks_teaches_words_alone(tiny_model, tiny_config, tokenizer):
    prompt = TEMPLATE.conversation([(TEMPLATE.plain_question('which mug?', 2), 'the red mug')])
    sample = replace(
        sample_of(tiny_config, tokenizer, ['a cup']),
        ids=(tuple(tokenizer.encode(prompt)),),
        labels=(tuple(labels_of(prompt, template=TEMPLATE, tokenizer=tokenizer)),),
        truth=torch.zeros(0, 20, 30),
    )
    losses = training_losses(tiny_model, [sample])
    assert losses.masks == 0
    losses.total.backward()
    assert tiny_model.lm_head.weight.grad is not None


def test_weights_count(tiny_model, tiny_config, tokenizer):
    sample = sample_of(tiny_config, tokenizer, ['a cup'])
    usual = training_losses(tiny_model, [sample])
    double = LossWeights(language=2.0, bce=4.0, dice=1.0)
    torch.testing.assert_close(
        training_losses(tiny_model, [sample], weights=double).total, 2 * usual.total
    )


def test_every_seg_needs_its_mask(tiny_model, tiny_config, tokenizer):
    sample = sample_of(tiny_config, tokenizer, ['a cup'])
    wrong = replace(sample, truth=torch.zeros(2, 20, 30))
    with pytest.raises(DataError, match=r'1 \[SEG\].*2 masks'):
        training_losses(tiny_model, [wrong])


def test_mask_losses_of_a_perfect_and_a_wrong_mask():
    truth = torch.zeros(1, 40, 40)
    truth[:, 10:30, 10:30] = 1
    right, wrong = 40 * truth - 20, 20 - 40 * truth
    assert mask_bce(right, truth) < 1e-6
    assert mask_dice(right, truth) < 1e-4
    torch.testing.assert_close(mask_bce(wrong, truth), torch.tensor(20.0))
    assert mask_dice(wrong, truth) > 0.99


def test_mask_losses_add_up_over_masks():
    logits, truth = torch.randn(3, 9, 7), torch.rand(3, 9, 7).round()
    for loss in (mask_bce, mask_dice):
        parts = sum(loss(logits[k : k + 1], truth[k : k + 1]) for k in range(3))
        torch.testing.assert_close(loss(logits, truth), parts)
    torch.testing.assert_close(
        mask_bce(logits[:1], truth[:1]),
        functional.binary_cross_entropy_with_logits(logits[0], truth[0]),
    )
