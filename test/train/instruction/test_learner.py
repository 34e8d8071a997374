"""What is trained, and that everything of it gets a gradient."""

from __future__ import annotations

import pytest
import torch

from visa_ros.model.published.checkpoint import load_published
from visa_ros.model.published.training import training_losses
from visa_ros.train.instruction.config import LoraConfig, LossConfig
from visa_ros.train.instruction.encoding import Encoder
from visa_ros.train.instruction.learner import Learner, trained_parameters
from visa_ros.train.instruction.memory import estimate_memory
from visa_ros.train.instruction.mixture import Mixture

FULL = ('language.embed_tokens.', 'lm_head.', 'text_hidden_fcs.', 'sam.mask_decoder.')


def learner_of(folder, *, checkpointing=False, precision='fp32', dropout=0.0):
    torch.manual_seed(0)
    return Learner(
        load_published(folder, device='cpu', precision=precision),
        lora=LoraConfig(dropout=dropout),
        losses=LossConfig(),
        checkpointing=checkpointing,
    )


@pytest.fixture
def samples(config, start):
    mixture = Mixture(config.data, template=start.template, seed=0)
    encoder = Encoder(
        start.config, tokenizer=start.tokenizer, template=start.template, max_tokens=2048
    )
    return [encoder.encode(mixture.lesson(0, k, batch=6)).sample for k in range(6)]


def test_lora_and_four_parts_are_trained(start_folder):
    learner = learner_of(start_folder)
    trained = {name.removeprefix('visa.') for name, _ in trained_parameters(learner)}
    lora = {name for name in trained if '.lora_' in name}
    # Two factors of two projections in each of two layers, and nowhere else.
    assert len(lora) == 8
    assert {name.split('.')[4] for name in lora} == {'q_proj', 'v_proj'}
    whole = {name for name in learner.visa.state_dict() if name.startswith(FULL)}
    assert trained - lora == whole


def test_the_start_answers_as_before(start_folder, samples):
    learner = learner_of(start_folder)
    model = load_published(start_folder, device='cpu')
    losses = training_losses(model, samples)
    wanted = torch.stack((losses.language, losses.bce, losses.dice))
    torch.testing.assert_close(learner(samples), wanted, atol=1e-6, rtol=0)


@pytest.mark.parametrize('checkpointing', [False, True])
def test_all_that_is_trained_gets_a_gradient(start_folder, samples, checkpointing):
    learner = learner_of(start_folder, checkpointing=checkpointing)
    without_masks = [s for s in samples if not len(s.truth)]
    for batch in (samples, without_masks):
        learner.zero_grad()
        learner(batch).sum().backward()
        for name, parameter in learner.named_parameters():
            assert (parameter.grad is not None) == parameter.requires_grad, name
    assert without_masks


def test_checkpointing_changes_no_gradient(start_folder, samples):
    found = []
    for checkpointing in (False, True):
        learner = learner_of(start_folder, checkpointing=checkpointing, dropout=0.5)
        torch.manual_seed(5)
        learner(samples).sum().backward()
        found.append([p.grad for _, p in trained_parameters(learner)])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)


def test_frozen_weights_may_be_bf16_and_trained_ones_are_not(start_folder, samples):
    learner = learner_of(start_folder, precision='bf16')
    dtypes = {p.requires_grad: p.dtype for p in learner.parameters()}
    assert dtypes == {True: torch.float32, False: torch.bfloat16}
    with torch.autocast('cpu', torch.bfloat16):
        rough = learner(samples)
    torch.testing.assert_close(rough, learner_of(start_folder)(samples), atol=0.05, rtol=0.02)


def test_the_memory_estimate_counts_every_parameter(config, start, start_folder):
    learner = learner_of(start_folder)
    memory = estimate_memory(start.config, config, processes=1)
    trained = sum(p.numel() for _, p in trained_parameters(learner))
    assert memory.trained == trained
    assert memory.trained + memory.frozen == sum(p.numel() for p in learner.parameters())
    assert memory.weights == 4 * (memory.trained + memory.frozen)
    assert (memory.gradients, memory.optimizer) == (4 * trained, 8 * trained)
    assert memory.activations > 0
