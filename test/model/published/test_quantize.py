from __future__ import annotations

from dataclasses import replace

import pytest
from safetensors.torch import save_file
import torch
from torch import nn

from visa_ros.errors import ConfigError, MissingPackageError
from visa_ros.model.published import quantize
from visa_ros.model.published.checkpoint import load_published
from visa_ros.model.published.convert import convert
from visa_ros.model.published.network import build_published
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.quantize import is_quantized, Quantizer, weight_bytes
from visa_ros.model.published.sources import Checkpoint
from visa_ros.model.published.weights import Weights

CPU = torch.device('cpu')
SHAPE = (96, 128)
KEY = 'language.layers.3.mlp.up_proj.weight'


@pytest.fixture(params=['8bit', '4bit'])
def kind(request):
    pytest.importorskip('bitsandbytes')
    return request.param


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_few_bits_compute_nearly_the_same(kind, dtype):
    torch.manual_seed(0)
    weight, x = torch.randn(SHAPE) / 8, torch.randn(2, 5, SHAPE[1])
    layer = Quantizer(kind, device=CPU, dtype=dtype).linear(weight)
    with torch.inference_mode():
        found = layer(x.to(dtype))
    wanted = nn.functional.linear(x, weight)
    allowed = {'8bit': 0.01, '4bit': 0.15}[kind] + (0.01 if dtype == torch.bfloat16 else 0)
    assert found.dtype == dtype
    assert (found.float() - wanted).norm() < allowed * wanted.norm()
    assert not any(p.requires_grad for p in layer.parameters())


@pytest.fixture
def wide_folder(tmp_path, tiny_config, tokenizer_model):
    """A converted VISA whose language model is just wide enough for blocks of 64."""
    torch.manual_seed(1)
    language = replace(tiny_config.language, hidden=64, mlp=128)
    config = replace(tiny_config, language=language)
    save_file(build_published(config).state_dict(), tmp_path / 'w.safetensors')
    whole = Checkpoint(
        config=config,
        weights=Weights([tmp_path / 'w.safetensors']),
        tokenizer=tokenizer_model,
        prompt=PromptTemplate.default(),
    )
    convert(whole, tmp_path / 'visa')
    return tmp_path / 'visa'


def state_before_seg(model):
    generator = torch.Generator().manual_seed(2)
    row = torch.randn(1, 12, model.config.language.hidden, generator=generator)
    with torch.inference_mode():
        return model.hidden(row)[0, -1]


def test_a_model_of_few_bits_answers_nearly_the_same(wide_folder, kind):
    """It was loaded, and passed its self-test, in few bits."""
    whole = load_published(wide_folder, device='cpu')
    few = load_published(wide_folder, device='cpu', quantization=kind)
    layers = few.language.layers[0]
    for layer in (layers.self_attn.q_proj, layers.mlp.down_proj):
        assert type(layer) is not nn.Linear
    wanted, found = state_before_seg(whole), state_before_seg(few)
    assert (found - wanted).norm() < {'8bit': 0.02, '4bit': 0.3}[kind] * wanted.norm()
    assert not torch.equal(found, wanted)


def test_only_the_linear_layers_of_the_language_model():
    assert is_quantized(KEY, SHAPE)
    assert is_quantized('language.layers.0.self_attn.o_proj.weight', SHAPE)
    assert not is_quantized(KEY, (128, 96))  # not in whole blocks of 64
    for key in (
        'language.embed_tokens.weight',
        'lm_head.weight',
        'language.layers.0.input_layernorm.weight',
        'clip.encoder.layers.0.self_attn.q_proj.weight',
        'mm_projector.weight',
    ):
        assert not is_quantized(key, SHAPE), key


def test_none_takes_nothing():
    assert not Quantizer('none', device=CPU, dtype=torch.float32).takes(KEY, SHAPE)


def test_a_device_without_kernels_is_named():
    for name in ('8bit', '4bit'):
        with pytest.raises(ConfigError, match='not on mps'):
            Quantizer(name, device=torch.device('mps'), dtype=torch.float32)


@pytest.mark.parametrize('name', ['int8', '', '16bit'])
def test_unknown_kinds(name):
    with pytest.raises(ConfigError, match='choose from none, 8bit, 4bit'):
        Quantizer(name, device=CPU, dtype=torch.float32)


@pytest.mark.parametrize('name', ['8bit', '4bit'])
def test_a_package_that_is_missing_is_named(monkeypatch, name):
    def fail(module):
        raise ImportError(module)

    monkeypatch.setattr(quantize.importlib, 'import_module', fail)
    with pytest.raises(MissingPackageError, match='pip install'):
        Quantizer(name, device=CPU, dtype=torch.float32)


def test_bytes_of_weights():
    shapes = {KEY: (64, 64), 'lm_head.weight': (64, 64)}
    count = 64 * 64
    assert weight_bytes(shapes, torch.float32, 'none') == 8 * count
    assert weight_bytes(shapes, torch.bfloat16, '8bit') == 3 * count
    assert weight_bytes(shapes, torch.bfloat16, '4bit') == 2.5625 * count
