"""What a training starts from: a folder of `visa-ros convert`, or toy weights drawn at random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import io
from pathlib import Path

import torch

from visa_ros.errors import CheckpointError, ConfigError, MissingPackageError
from visa_ros.model.published.config import (
    ClipSizes,
    LanguageSizes,
    PublishedConfig,
    SamSizes,
)
from visa_ros.model.published.files import Entry
from visa_ros.model.published.folder import (
    CONFIG,
    config_to_json,
    INDEX,
    PROMPT,
    read_config,
    read_prompt,
    TOKENIZER,
)
from visa_ros.model.published.network import build_published
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.shards import (
    index_json,
    json_bytes,
    shard_names,
    write_file,
    write_shard,
)
from visa_ros.model.published.tokenizer import PromptTokenizer
from visa_ros.train.instruction.config import TINY, TrainConfig

START = 'start'
_VOCAB = 600
_TINY = PublishedConfig(
    language=LanguageSizes(vocab=_VOCAB + 1, hidden=64, layers=2, heads=2, mlp=128),
    clip=ClipSizes(hidden=32, mlp=64, layers=3, heads=2, image_px=56, patch_px=7),
    sam=SamSizes(
        width=32,
        depth=2,
        heads=2,
        global_layers=(1,),
        image_px=128,
        window=4,
        prompt_dim=32,
        decoder_depth=1,
        decoder_heads=2,
        decoder_mlp=64,
        iou_hidden=32,
    ),
    clusters=(12, 6, 3),
    seg_token=_VOCAB,
    out_dim=32,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Start:
    """
    A model to start from, its weights not yet read.

    folder  of the form that `visa-ros convert` writes
    """

    folder: Path
    config: PublishedConfig
    template: PromptTemplate
    tokenizer: PromptTokenizer


def find_start(config: TrainConfig) -> Start:
    """
    Open the folder that a training starts from; 'tiny' is made anew in the folder of the run.

    Raises CheckpointError for a folder that is missing or of another form.
    """
    folder = Path(config.model)
    if config.model == TINY:
        folder = Path(config.out) / START
        if not (folder / CONFIG).is_file():
            write_tiny(folder, seed=config.seed)
    return open_start(folder)


def open_start(folder: Path) -> Start:
    """Read all but the weights; CheckpointError for a folder of another form."""
    if not folder.is_dir():
        raise CheckpointError(
            f'{folder}: no such model; make one by `visa-ros convert` or `visa-ros train start`'
        )
    model = read_config(folder)
    tokenizer = PromptTokenizer(folder / TOKENIZER, legacy=model.legacy_tokenizer)
    return Start(folder=folder, config=model, template=read_prompt(folder), tokenizer=tokenizer)


def write_tiny(folder: Path, *, seed: int, config: PublishedConfig = _TINY) -> None:
    """
    Write a model of a toy size with random weights, to try a training out on a CPU.

    Its words are pieces of the prompts themselves. Raises MissingPackageError without
    sentencepiece.
    """
    template = PromptTemplate.default()
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    tensors = build_published(config).state_dict()
    entries: Mapping[str, Entry] = {
        key: Entry(shape=tuple(value.shape), dtype=value.dtype) for key, value in tensors.items()
    }
    (name,) = shard_names(1)
    sums = {
        name: write_shard(folder / name, entries, tensors.__getitem__, lambda _: None),
        TOKENIZER: write_file(folder / TOKENIZER, _pieces(template, config.seg_token)),
        PROMPT: write_file(folder / PROMPT, json_bytes(template.to_json())),
    }
    write_file(folder / INDEX, index_json([(name, tensors)], sums))
    write_file(folder / CONFIG, json_bytes(config_to_json(config)))


def _pieces(template: PromptTemplate, count: int) -> bytes:
    """Make a sentencepiece model as LLaMA's are, of the words around an instruction."""
    try:
        from sentencepiece import SentencePieceTrainer
    except ImportError as error:
        raise MissingPackageError('sentencepiece is missing: pip install sentencepiece') from error
    forms = (*template.short, *template.long, *template.explanatory, *template.answers)
    made = io.BytesIO()
    try:
        SentencePieceTrainer.train(
            sentence_iterator=iter([template.system, template.segmentation, *forms] * 3),
            model_writer=made,
            model_type='bpe',
            vocab_size=count,
            byte_fallback=True,
            split_digits=True,
            normalization_rule_name='identity',
            remove_extra_whitespaces=False,
            unk_id=0,
            bos_id=1,
            eos_id=2,
            pad_id=-1,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise ConfigError(f'no vocabulary of {count} pieces can be made: {error}') from error
    return made.getvalue()
