"""A tiny VISA with random weights."""

import json

import pytest
from safetensors.torch import save_file
import torch
from transformers import BertConfig, BertModel

from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.checkpoint import save_model

TINY = VisaConfig(
    labels=('mug', 'toy block'),
    image_hw=(128, 192),
    width=16,
    clusters=(6, 3),
    neighbors=(3, 2),
    hidden=32,
    layers=2,
    heads=2,
    mlp=48,
    text_width=24,
    mask_dim=16,
    mask_depth=1,
    mask_heads=2,
    mask_mlp=32,
)


@pytest.fixture
def tiny_config():
    return TINY


@pytest.fixture
def tiny_model():
    torch.manual_seed(2)
    return build_model(TINY).eval()


@pytest.fixture
def model_folder(tmp_path, tiny_model):
    """A folder as `load_segmenter` reads it."""
    save_model(tiny_model, TINY, tmp_path)
    config = {
        'vocab_size': 40,
        'hidden_size': 24,
        'num_hidden_layers': 1,
        'num_attention_heads': 2,
        'intermediate_size': 32,
    }
    text = tmp_path / 'text'
    text.mkdir()
    (text / 'config.json').write_text(json.dumps(config))
    pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'mug', '?']
    pieces += [f'##{letter}' for letter in 'abcdefghijklmnopqrstuvwxyz']
    (text / 'vocab.txt').write_text('\n'.join(pieces) + '\n')
    bert = BertModel(BertConfig(**config), add_pooling_layer=False)
    save_file(bert.state_dict(), text / 'model.safetensors')
    return tmp_path
