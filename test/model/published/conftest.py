"""A tiny published VISA with random weights, and a tokenizer made for the purpose."""

from __future__ import annotations

import io

import pytest
from sentencepiece import SentencePieceTrainer
import torch

from visa_ros.model.published.config import (
    ClipSizes,
    LanguageSizes,
    PublishedConfig,
    SamSizes,
)
from visa_ros.model.published.network import build_published
from visa_ros.model.published.tokenizer import PromptTokenizer

VOCAB = 400
TINY = PublishedConfig(
    language=LanguageSizes(vocab=VOCAB + 1, hidden=32, layers=2, heads=2, mlp=48),
    clip=ClipSizes(hidden=16, mlp=24, layers=3, heads=2, image_px=28, patch_px=7),
    sam=SamSizes(
        width=16,
        depth=2,
        heads=2,
        global_layers=(1,),
        image_px=64,
        window=3,
        prompt_dim=16,
        mask_in_chans=4,
        decoder_depth=1,
        decoder_heads=2,
        decoder_mlp=24,
        iou_hidden=16,
    ),
    clusters=(6, 4, 2),
    seg_token=VOCAB,
    out_dim=16,
)
_TEXT = """A chat between a curious human and an artificial intelligence assistant.
Reference Video: (0), (1), (2) Target Image: What is the red mug in the Reference Video?
Please find it in the Reference Video and respond with segmentation mask in the Target Image.
USER: ASSISTANT: It is. Sure, it is. Sure, the segmentation result is the cup behind the box.
which object moves fastest? the thing that holds water, 10 20 30 percent of the way"""


@pytest.fixture
def tiny_config():
    return TINY


@pytest.fixture
def tiny_model():
    torch.manual_seed(0)
    return build_published(TINY).eval()


@pytest.fixture(scope='session')
def tokenizer_model(tmp_path_factory):
    """Path of a sentencepiece BPE built as LLaMA's is."""
    made = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(_TEXT.splitlines() * 3),
        model_writer=made,
        model_type='bpe',
        vocab_size=VOCAB,
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name='identity',
        remove_extra_whitespaces=False,
        add_dummy_prefix=True,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=-1,
        hard_vocab_limit=True,
        minloglevel=2,
    )
    path = tmp_path_factory.mktemp('tokenizer') / 'tokenizer.model'
    path.write_bytes(made.getvalue())
    return path


@pytest.fixture(params=[False, True], ids=['new', 'legacy'])
def tokenizer(request, tokenizer_model):
    """The tokenizer under either setting."""
    return PromptTokenizer(tokenizer_model, legacy=request.param)
