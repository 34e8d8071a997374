import pytest
import torch

from visa_ros.errors import CheckpointError
from visa_ros.model.published.network import build_published
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.selftest import probe_pictures, self_test

TEMPLATE = PromptTemplate.default()


@pytest.mark.parametrize('seed', range(6))
def test_random_weights_pass(tiny_config, tokenizer, seed):
    """It looks for masks that carry nothing, not for good ones."""
    torch.manual_seed(seed)
    self_test(build_published(tiny_config).eval(), tokenizer, TEMPLATE)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_passes(tiny_model, tokenizer, dtype):
    self_test(tiny_model.to(dtype), tokenizer, TEMPLATE)


def zero(module):
    for tensor in (*module.parameters(), *module.buffers()):
        tensor.data.zero_()


@pytest.mark.parametrize(
    ('broken', 'reason'),
    [
        (lambda m: zero(m.sam.mask_decoder), 'blank'),
        (lambda m: zero(m.sam), 'blank'),
        (lambda m: zero(m), 'blank'),
        (lambda m: zero(m.sam.mask_decoder.output_hypernetworks_mlps), 'blank'),
        (lambda m: zero(m.sam.image_encoder), 'do not depend on the picture'),
        (lambda m: zero(m.clip), 'CLIP'),
    ],
    ids=['decoder', 'sam', 'everything', 'hypernetworks', 'encoder', 'clip'],
)
def test_layers_that_were_never_filled(tiny_model, tokenizer, broken, reason):
    broken(tiny_model)
    with pytest.raises(CheckpointError, match=f'self-test failed.*{reason}'):
        self_test(tiny_model, tokenizer, TEMPLATE)


def test_masks_without_a_single_pixel(tiny_model, tokenizer):
    last = tiny_model.sam.mask_decoder.output_hypernetworks_mlps[0].layers[-1]
    upscaling = tiny_model.sam.mask_decoder.output_upscaling[3]
    with torch.no_grad():
        last.bias.fill_(-9.0)
        upscaling.bias.fill_(3.0)
    with pytest.raises(CheckpointError, match=r'every mask is blank.*tokenizer'):
        self_test(tiny_model, tokenizer, TEMPLATE)


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
@pytest.mark.parametrize('name', ['mm_projector', 'lm_head', 'text_hidden_fcs.2'])
def test_numbers_that_are_not_finite(tiny_model, tokenizer, name, value):
    with torch.no_grad():
        tiny_model.get_submodule(name).weight[0] = value
    if name == 'lm_head':  # it has no part in a mask
        self_test(tiny_model, tokenizer, TEMPLATE)
        return
    with pytest.raises(CheckpointError, match=r'not finite.*damaged'):
        self_test(tiny_model, tokenizer, TEMPLATE)


def test_overflow_in_fp16_names_bf16(tiny_model, tokenizer):
    with torch.no_grad():
        tiny_model.text_hidden_fcs[0].weight.mul_(6e4)
        tiny_model.text_hidden_fcs[2].weight.mul_(6e4)
    with pytest.raises(CheckpointError, match='overflow in fp16; take precision bf16'):
        self_test(tiny_model.half(), tokenizer, TEMPLATE)


def test_the_pictures_differ():
    one, other = probe_pictures()
    assert one.shape == other.shape == (240, 320, 3)
    assert (one != other).any()
