"""From the files a user has to a whole checkpoint: config, weights, tokenizer, prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published.config import PublishedConfig
from visa_ros.model.published.folder import (
    CONFIG,
    config_from_json,
    FORMAT,
    PROMPT,
    read_json,
    read_prompt,
    TOKENIZER,
)
from visa_ros.model.published.network import build_published, PublishedVisa
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.sizes import clip_config, sam_sizes, vocabulary
from visa_ros.model.published.tokenizer import PromptTokenizer, SEG_TEXT
from visa_ros.model.published.weights import LORA_ALPHA, Weights

_ADDED, _TOKENIZER_CONFIG = 'added_tokens.json', 'tokenizer_config.json'


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint:
    """
    A checkpoint that is whole: each tensor of the model is there, once, in the right shape.

    tokenizer  its sentencepiece file
    """

    config: PublishedConfig
    weights: Weights
    tokenizer: Path
    prompt: PromptTemplate


@dataclass(frozen=True, kw_only=True)
class _Configs:
    """Contents of the config.json files at hand, by what they tell; None where there is none."""

    ours: PublishedConfig | None
    language: Mapping[str, Any] | None
    clip: Mapping[str, Any] | None


def open_checkpoint(
    sources: Sequence[Path],
    *,
    configs: Sequence[Path] = (),
    tokenizer: Path | None = None,
    lora_alpha: float = LORA_ALPHA,
) -> Checkpoint:
    """
    Look into all sources and check that they make one model; no weights are read yet.

    sources     folders or files of VISA, CLIP and SAM, in any order; or one folder of ours
    configs     files in the place of the config.json beside the weights: the reference's, CLIP's,
                or one of ours, which tells everything
    tokenizer   a tokenizer.model, or its folder; None: beside the weights of the language model
    lora_alpha  of the training, where the weights come with LoRA factors

    CheckpointError saying what is missing, what does not fit, and what to do.
    """
    weights = Weights(sources, lora_alpha=lora_alpha)
    number = weights.source_of('language')
    home = None if number is None else _folder_of(sources[number])
    told = _read_configs(configs, sources, home)
    file = _tokenizer_file(tokenizer, home)
    config = told.ours or _assemble(told, weights, file)
    _check_heads(config, weights)
    weights.check(wanted_shapes(empty_model(config)))
    brings_prompt = home is not None and told.ours is not None and (home / PROMPT).is_file()
    return Checkpoint(
        config=config,
        weights=weights,
        tokenizer=file,
        prompt=read_prompt(home) if brings_prompt else PromptTemplate.default(),
    )


def empty_model(config: PublishedConfig) -> PublishedVisa:
    """Build the network without memory for its weights: names and shapes alone."""
    with torch.device('meta'):
        return build_published(config)


def wanted_shapes(model: PublishedVisa) -> dict[str, tuple[int, ...]]:
    """Shapes of all tensors that a checkpoint of the model holds, by their keys."""
    return {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}


def _folder_of(source: Path) -> Path:
    return source if source.is_dir() else source.parent


def _read_configs(given: Sequence[Path], sources: Sequence[Path], home: Path | None) -> _Configs:
    """Read the given configs, which count first, and those beside the weights."""
    folders = [source for source in sources if source.is_dir()]
    beside = [folder / CONFIG for folder in (*folders, *([home] if home else []))]
    found: dict[str, Any] = {}
    for path in (*given, *(path for path in beside if path.is_file())):
        raw = read_json(path)
        if raw.get('format') == FORMAT:
            found.setdefault('ours', config_from_json(raw, path))
        elif 'vision_config' in raw or str(raw.get('model_type')).startswith('clip'):
            found.setdefault('clip', raw)
        elif 'num_hidden_layers' in raw:
            found.setdefault('language', raw)
        elif path in given:
            raise CheckpointError(f'{path} is neither of VISA nor of CLIP nor of ours')
    return _Configs(**{name: found.get(name) for name in ('ours', 'language', 'clip')})


def _assemble(told: _Configs, weights: Weights, tokenizer: Path) -> PublishedConfig:
    if told.language is None:
        raise CheckpointError(
            'config.json of VISA is missing: put it beside the weights of the language model or '
            'name it with --config'
        )
    shapes = weights.shapes
    rows = told.language.get('vocab_size')
    if not isinstance(rows, int):
        raise CheckpointError(f'config.json of VISA: want a number as vocab_size, got {rows!r}')
    vocab = vocabulary(rows, shapes)
    sam = sam_sizes(shapes)
    try:
        return PublishedConfig.from_reference(
            {'out_dim': sam.prompt_dim, **told.language, 'vocab_size': vocab},
            clip=told.clip if told.clip is not None else clip_config(shapes),
            sam=sam,
            seg_token=_seg_token(tokenizer, vocab),
            legacy=_legacy(tokenizer),
        )
    except (ConfigError, TypeError, ValueError) as error:
        raise CheckpointError(f'config.json of the checkpoint: {error}') from error


def _check_heads(config: PublishedConfig, weights: Weights) -> None:
    """Compare the heads, which show in no weight, with the rotary frequencies old files hold."""
    half = config.language.hidden // config.language.heads // 2
    if wrong := weights.rotary_sizes - {half}:
        raise CheckpointError(
            f'config.json tells {config.language.heads} heads, that is {half} rotary frequencies '
            f'each; the checkpoint has {sorted(wrong)}: do the two belong together?'
        )


def _tokenizer_file(given: Path | None, home: Path | None) -> Path:
    if given is None and home is None:
        raise CheckpointError(
            'the language model is missing: name the folder or file of VISA itself'
        )
    place = given if given is not None else home
    file = place / TOKENIZER if place.is_dir() else place
    if not file.is_file():
        raise CheckpointError(f'{file} is missing: name the tokenizer with --tokenizer')
    return file


def _seg_token(tokenizer: Path, vocab: int) -> int:
    """Read the id of [SEG] from the files of the tokenizer, never from habit."""
    seg = PromptTokenizer(tokenizer, legacy=False).seg_token
    named = set(_added_ids(tokenizer.parent))
    if named - {seg}:
        raise CheckpointError(
            f'{tokenizer.parent}: [SEG] is token {sorted(named)}, but {TOKENIZER} ends before '
            f'{seg}: tokens between the two are not supported'
        )
    if not named and seg + 1 != vocab:
        raise CheckpointError(
            f'{tokenizer} has {seg} tokens and the model {vocab}: [SEG] has to be the one behind '
            'the last; is it the tokenizer of this model?'
        )
    return seg


def _added_ids(folder: Path) -> Iterable[int]:
    """Ids under which transformers' files list [SEG]; none if they do not."""
    if (folder / _ADDED).is_file():
        token = read_json(folder / _ADDED).get(SEG_TEXT)
        if isinstance(token, int):
            yield token
    if (folder / _TOKENIZER_CONFIG).is_file():
        added = read_json(folder / _TOKENIZER_CONFIG).get('added_tokens_decoder')
        for token, entry in (added if isinstance(added, dict) else {}).items():
            if isinstance(entry, dict) and entry.get('content') == SEG_TEXT and token.isdecimal():
                yield int(token)


def _legacy(tokenizer: Path) -> bool:
    """Read the flag; transformers 4.31, which made the weights, meant true where it is absent."""
    path = tokenizer.parent / _TOKENIZER_CONFIG
    told = read_json(path).get('legacy') if path.is_file() else None
    return told if isinstance(told, bool) else True
