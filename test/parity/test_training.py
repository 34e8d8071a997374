"""Labels, losses and gradients of whole micro-batches, and the mask losses alone."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from parity.folder import arrays, assert_within, Case, case_names, cases, read_json
from parity.published import tiny_config, tiny_tensors
from parity.queries import tokenizer
import pytest
import torch

from visa_ros.model.published.layout import our_key
from visa_ros.model.published.network import build_published, PublishedVisa
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.training import (
    IGNORE,
    labels_of,
    Losses,
    mask_bce,
    mask_dice,
    Sample,
    training_losses,
)

TRAIN, LOSSES = 'train.npz', 'losses.npz'
CASES = case_names(TRAIN)


@cache
def recorded() -> dict[str, Case]:
    return cases(arrays(TRAIN))


def prompts_of(case: str) -> list[str]:
    entry = read_json('prompts.json').get(f'train_{case}')
    if entry is None:
        pytest.skip(f'prompts.json does not tell of train_{case}')
    return entry['prompts']


def rows_of(case: str, name: str) -> list[tuple[int, ...]]:
    """Rows of token ids or labels without their padding."""
    batch = recorded()[case]
    pairs = zip(batch[name], batch['attention_mask'], strict=True)
    return [tuple(row[read].tolist()) for row, read in pairs]


def samples_of(case: str) -> list[Sample]:
    batch = recorded()[case]
    ids, labels = rows_of(case, 'input_ids'), rows_of(case, 'labels')
    offsets = batch['offset'].tolist()
    samples = []
    for k, (start, stop) in enumerate(pairwise(offsets)):
        truth = batch[f'{k}/gt']
        samples.append(
            Sample(
                pictures=torch.from_numpy(batch[f'{k}/images_clip']),
                target=torch.from_numpy(batch[f'{k}/sam_input'])[0],
                ids=tuple(ids[start:stop]),
                labels=tuple(labels[start:stop]),
                truth=torch.from_numpy(truth).flatten(0, 1),
                resize_hw=tuple(batch[f'{k}/resize_hw'].tolist()),
            )
        )
    return samples


@cache
def trained(case: str) -> tuple[PublishedVisa, Losses]:
    """The losses of a batch, and the network with their gradients."""
    model = build_published(tiny_config())
    model.load_state_dict(tiny_tensors())
    losses = training_losses(model.eval(), samples_of(case))
    losses.total.backward()
    return model, losses


@pytest.mark.parametrize('case', CASES)
def test_ids_and_labels_of_prompts(case):
    batch, template = recorded()[case], PromptTemplate.default()
    rows = zip(prompts_of(case), rows_of(case, 'input_ids'), batch['labels'], strict=True)
    for prompt, ids, wanted in rows:
        labels = labels_of(prompt, template=template, tokenizer=tokenizer())
        padded = labels + [IGNORE] * (len(wanted) - len(labels))
        assert_within('training ids', tokenizer().encode(prompt), ids, 0)
        assert_within('training labels', padded, wanted, 0)


@pytest.mark.parametrize('case', CASES)
def test_losses(case):
    batch, losses = recorded()[case], trained(case)[1]
    ours = {
        'ce_loss': losses.language.item(),
        'mask_bce_loss': losses.bce.item(),
        'mask_dice_loss': losses.dice.item(),
    }
    ours['mask_loss'] = losses.masks.item()
    ours['loss'] = losses.total.item()
    for name in ours.keys() & batch.keys():
        assert_within(name, np.float64(ours[name]), batch[name], 1e-6)


@pytest.mark.parametrize('case', CASES)
def test_gradients(case):
    parameters = dict(trained(case)[0].named_parameters())
    names = [key for key in recorded()[case] if key.startswith('grad/')]
    for name in names:
        parameter = parameters[our_key(name.removeprefix('grad/'))]
        # What a batch does not touch has none; the reference then has zeros.
        ours = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        assert_within('gradients', ours, recorded()[case][name], 1e-5)


@pytest.mark.parametrize('case', CASES)
def test_frozen_towers_get_no_gradient(case):
    for name, parameter in trained(case)[0].named_parameters():
        if name.startswith(('clip.', 'sam.image_encoder.')):
            assert parameter.grad is None, name


def test_mask_losses_alone():
    wanted = arrays(LOSSES)
    logits, truth = (torch.from_numpy(wanted[name]) for name in ('pred', 'gt'))
    count = len(logits) + 1e-8
    assert_within('mask losses alone', mask_bce(logits, truth) / count, wanted['bce'], 1e-6)
    assert_within('mask losses alone', mask_dice(logits, truth) / count, wanted['dice'], 1e-6)
