"""
From Chat-UniVi and SAM to a model that training can start from (VISA, section 4).

What a VISA has beyond them is new: a row for [SEG] at both ends of the language model, and the
two layers that turn its state into a prompt for SAM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn, Tensor

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published.config import PublishedConfig
from visa_ros.model.published.convert import convert, Converted
from visa_ros.model.published.folder import CONFIG, read_json, TOKENIZER
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.sizes import clip_config, sam_sizes
from visa_ros.model.published.sources import Checkpoint, empty_model, wanted_shapes
from visa_ros.model.published.tokenizer import PromptTokenizer
from visa_ros.model.published.weights import Weights

_ENDS = ('language.embed_tokens.weight', 'lm_head.weight')
_HEAD = 'text_hidden_fcs.'
_SPREAD = 0.02  # of the new rows, as LLaMA's own were drawn


class BaseWeights(Weights):
    """The weights of Chat-UniVi, CLIP and SAM, and those that a VISA adds, drawn at random."""

    def __init__(self, sources: Sequence[Path], *, seed: int) -> None:
        """Look into every file; CheckpointError for one that cannot be read."""
        super().__init__(sources)
        self._rng = torch.Generator().manual_seed(seed)
        self._new: dict[str, Tensor] = {}

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes by our keys, new ones included."""
        return super().shapes | {key: tuple(value.shape) for key, value in self._new.items()}

    def dtype(self, key: str) -> torch.dtype:
        """Tell how a tensor is stored; new ones are as the language model."""
        return super().dtype(_ENDS[0] if key in self._new else key)

    def read(self, key: str) -> Tensor:
        """Return a tensor on the CPU in its stored dtype."""
        return self._new[key].to(self.dtype(key)) if key in self._new else super().read(key)

    def complete(self, config: PublishedConfig) -> None:
        """Draw what is missing; CheckpointError if anything else is, or does not fit."""
        wanted = wanted_shapes(empty_model(config))
        there = {key: shape for key, shape in wanted.items() if not key.startswith(_HEAD)}
        before = {key: (wanted[key][0] - 1, wanted[key][1]) for key in _ENDS}
        self.check(there | before)
        for key in _ENDS:
            row = torch.empty(1, wanted[key][1]).normal_(std=_SPREAD, generator=self._rng)
            self._new[key] = torch.cat((super().read(key), row.to(super().dtype(key))))
        self._new |= _head(config, self._rng)


def make_start(
    sources: Sequence[Path],
    folder: Path,
    *,
    tokenizer: Path | None = None,
    precision: str = 'keep',
    seed: int = 0,
    overwrite: bool = False,
) -> Converted:
    """
    Write a model to start from as a folder of `visa-ros convert`.

    sources    Chat-UniVi's folder first, then CLIP's folder and SAM's file, in any order
    tokenizer  a tokenizer.model; None: in the first source
    seed       of what is drawn at random

    Raises CheckpointError saying what is missing or does not fit, ConfigError for a folder that
    is there already.
    """
    if not sources or not sources[0].is_dir():
        raise ConfigError('name the folder of Chat-UniVi first, with its config.json')
    home = sources[0]
    file = tokenizer or home / TOKENIZER
    if not file.is_file():
        raise CheckpointError(f'{file} is missing: name the tokenizer with --tokenizer')
    weights = BaseWeights(sources, seed=seed)
    config = _config(read_json(home / CONFIG), _clip(sources[1:]), weights, file)
    weights.complete(config)
    checkpoint = Checkpoint(
        config=config, weights=weights, tokenizer=file, prompt=PromptTemplate.default()
    )
    return convert(checkpoint, folder, precision=precision, overwrite=overwrite)


def _config(
    told: Mapping[str, Any], clip: Mapping[str, Any] | None, weights: Weights, tokenizer: Path
) -> PublishedConfig:
    shapes = weights.shapes
    seg = PromptTokenizer(tokenizer, legacy=False).seg_token
    rows = {shapes.get(key, (0,))[0] for key in _ENDS}
    if rows == {seg + 1}:
        raise ConfigError('this model has a [SEG] already: take `visa-ros convert`')
    if rows != {seg}:
        raise CheckpointError(
            f'{tokenizer} has {seg} tokens, the language model {sorted(rows)}: do the two belong '
            'together?'
        )
    sam = sam_sizes(shapes)
    try:
        return PublishedConfig.from_reference(
            {**told, 'vocab_size': seg + 1, 'out_dim': sam.prompt_dim},
            clip=clip if clip is not None else clip_config(shapes),
            sam=sam,
            seg_token=seg,
            legacy=_legacy(tokenizer.with_name('tokenizer_config.json')),
        )
    except (ConfigError, TypeError, ValueError) as error:
        raise CheckpointError(f'config.json of the language model: {error}') from error


def _clip(sources: Sequence[Path]) -> Mapping[str, Any] | None:
    """Read the config of CLIP's folder; None if there is none."""
    for path in (source / CONFIG for source in sources if source.is_dir()):
        if path.is_file():
            return read_json(path)
    return None


def _legacy(path: Path) -> bool:
    """Read the tokenizer's flag; where it is absent, transformers 4.31 meant true."""
    told = read_json(path).get('legacy') if path.is_file() else None
    return told if isinstance(told, bool) else True


def _head(config: PublishedConfig, rng: torch.Generator) -> dict[str, Tensor]:
    """Draw the two layers as torch's Linear does: uniform, by the width that they read."""
    hidden = config.language.hidden
    bound = hidden**-0.5
    drawn = {}
    for number, rows in ((0, hidden), (2, config.out_dim)):
        for name, shape in (('weight', (rows, hidden)), ('bias', (rows,))):
            value = torch.empty(shape)
            nn.init.uniform_(value, -bound, bound, generator=rng)
            drawn[f'{_HEAD}{number}.{name}'] = value
    return drawn
