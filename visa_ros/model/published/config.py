"""
Sizes and settings of a published VISA. No torch.

They come from a reference checkpoint's `config.json` (`from_reference`) or from our own folder
(`from_json`); `network.py` turns them into modules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
import math
from typing import Any

from visa_ros.errors import ConfigError
from visa_ros.model.decision import DecisionConfig
from visa_ros.model.published.strict import from_mapping

# What transformers means where a CLIP vision config leaves a name out.
_CLIP_DEFAULTS = {
    'hidden_size': 768,
    'intermediate_size': 3072,
    'num_hidden_layers': 12,
    'num_attention_heads': 12,
    'image_size': 224,
    'patch_size': 32,
    'hidden_act': 'quick_gelu',
}
# The neighbours of density-peak clustering are constants of the reference's three rounds.
_NEIGHBORS = (5, 3, 3)


@dataclass(frozen=True, kw_only=True)
class LanguageSizes:
    """
    The LLaMA decoder.

    vocab          tokens, the added [SEG] included
    max_positions  longest sequence it was made for
    """

    vocab: int
    hidden: int
    layers: int
    heads: int
    mlp: int
    max_positions: int = 4096
    rms_eps: float = 1e-5
    rope_theta: float = 10000.0

    def __post_init__(self) -> None:
        _check_positive(self)
        if self.hidden % self.heads or (self.hidden // self.heads) % 2:
            raise ConfigError(
                f'language: hidden {self.hidden} does not split into {self.heads} heads '
                'of even width'
            )


@dataclass(frozen=True, kw_only=True)
class ClipSizes:
    """
    The CLIP vision tower.

    image_px, patch_px  side of the square picture and of its patches
    select_layer        which of its layers + 1 hidden states is used; negative: from the end
    """

    hidden: int
    mlp: int
    layers: int
    heads: int
    image_px: int
    patch_px: int
    select_layer: int = -2

    def __post_init__(self) -> None:
        _check_positive(self, but=('select_layer',))
        if self.hidden % self.heads:
            raise ConfigError(f'clip: hidden {self.hidden} does not split into {self.heads} heads')
        if not -self.layers - 1 <= self.select_layer <= self.layers:
            raise ConfigError(f'clip: there is no hidden state {self.select_layer}')

    @property
    def patches(self) -> int:
        """Patches of one picture."""
        return (self.image_px // self.patch_px) ** 2


@dataclass(frozen=True, kw_only=True)
class SamSizes:
    """
    SAM's image encoder, prompt encoder and mask decoder; the defaults are the published ones.

    image_px, patch_px   side of the square picture and of its patches
    width, depth, heads  of the image encoder
    global_layers        its layers that attend to the whole picture; the others to windows
    window               side of a window, patches
    prompt_dim           width of prompts and of the image embedding
    """

    width: int
    depth: int
    heads: int
    global_layers: tuple[int, ...]
    image_px: int = 1024
    patch_px: int = 16
    window: int = 14
    prompt_dim: int = 256
    mask_in_chans: int = 16
    decoder_depth: int = 2
    decoder_heads: int = 8
    decoder_mlp: int = 2048
    iou_hidden: int = 256
    num_multimask: int = 3

    def __post_init__(self) -> None:
        _check_positive(self)
        if self.width % self.heads or self.prompt_dim % self.decoder_heads:
            raise ConfigError('sam: width and prompt_dim must split into their heads')
        if self.image_px % self.patch_px:
            raise ConfigError(f'sam: {self.image_px} px are no whole patches of {self.patch_px}')

    @classmethod
    def vit(cls, letter: str) -> SamSizes:
        """Sizes of the published SAM with a ViT 'b', 'l' or 'h'."""
        sizes = {
            'b': (768, 12, 12, (2, 5, 8, 11)),
            'l': (1024, 24, 16, (5, 11, 17, 23)),
            'h': (1280, 32, 16, (7, 15, 23, 31)),
        }
        if letter not in sizes:
            raise ConfigError(f'sam: no ViT {letter!r}, choose from {sorted(sizes)}')
        width, depth, heads, global_layers = sizes[letter]
        return cls(width=width, depth=depth, heads=heads, global_layers=global_layers)

    @property
    def grid(self) -> int:
        """Side of the image embedding, patches."""
        return self.image_px // self.patch_px


@dataclass(frozen=True, kw_only=True)
class PublishedConfig:
    """
    A whole published VISA.

    clusters          tokens that each round of merging leaves of a picture
    neighbors         of each token that its density is taken from, per round
    seg_token         id of [SEG]
    legacy_tokenizer  the tokenizer's own flag; it only changes the tokens behind a [SEG]
    out_dim           width of a [SEG] prompt; SAM's prompt_dim
    speaks            trained to generate its answer; if not, `It is [SEG].` is put in its mouth
    decision          when an answer is "there is no such object"
    """

    language: LanguageSizes
    clip: ClipSizes
    sam: SamSizes
    seg_token: int
    out_dim: int
    clusters: tuple[int, ...] = (64, 32, 16)
    neighbors: tuple[int, ...] = _NEIGHBORS
    legacy_tokenizer: bool = False
    speaks: bool = False
    decision: DecisionConfig = field(default_factory=DecisionConfig)

    def __post_init__(self) -> None:
        if not 0 <= self.seg_token < self.language.vocab:
            raise ConfigError(
                f'seg_token {self.seg_token} is not among the {self.language.vocab} tokens'
            )
        if self.out_dim != self.sam.prompt_dim:
            raise ConfigError(f'out_dim {self.out_dim}, but SAM reads {self.sam.prompt_dim}')
        if not self.clusters or len(self.clusters) != len(self.neighbors):
            raise ConfigError('clusters and neighbors: want one of each per round')
        sizes = (self.clip.patches, *self.clusters)
        if min(sizes) < 1 or any(after > before for before, after in pairwise(sizes)):
            raise ConfigError(f'clusters {self.clusters}: a round cannot leave more than it gets')

    @property
    def tokens_per_picture(self) -> int:
        """Tokens of one picture in the language model's sequence."""
        return sum(self.clusters)

    def to_json(self) -> dict[str, Any]:
        """Plain lists, numbers and names."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> PublishedConfig:
        """Inverse of to_json; an unknown or missing name or another type is a ConfigError."""
        return from_mapping(cls, raw, 'config')

    @classmethod
    def from_reference(
        cls,
        hf_config: Mapping[str, Any],
        *,
        clip: Mapping[str, Any],
        sam: SamSizes | None = None,
        seg_token: int,
        legacy: bool = False,
    ) -> PublishedConfig:
        """
        Read the `config.json` of a reference checkpoint.

        hf_config  its content
        clip       the CLIP checkpoint's own config.json, whole or its vision part
        sam        None: ViT-H, as published
        seg_token  id of [SEG], from the tokenizer
        legacy     the tokenizer's flag of that name
        """
        merging = _need(hf_config, 'config')
        language = _language_sizes(hf_config)
        rates = (_need(merging, f'spatial_cluster_rate{k}') for k in range(len(_NEIGHBORS)))
        sizes = _clip_sizes(clip, select_layer=hf_config.get('mm_vision_select_layer', -2))
        return cls(
            language=language,
            clip=sizes,
            sam=sam or SamSizes.vit('h'),
            seg_token=seg_token,
            out_dim=_need(hf_config, 'out_dim'),
            clusters=_cluster_counts(rates, sizes.patches),
            legacy_tokenizer=legacy,
        )


def cluster_count(rate: float, tokens: int) -> int:
    """Clusters that a "cluster rate" means: a count above 1, else a share of the tokens."""
    return max(math.ceil(rate if rate > 1 else tokens * rate), 1)


def _cluster_counts(rates: Iterable[float], tokens: int) -> tuple[int, ...]:
    counts: list[int] = []
    for rate in rates:
        tokens = cluster_count(rate, tokens)
        counts.append(tokens)
    return tuple(counts)


def _language_sizes(raw: Mapping[str, Any]) -> LanguageSizes:
    heads = _need(raw, 'num_attention_heads')
    if raw.get('num_key_value_heads', heads) not in (None, heads):
        raise ConfigError('grouped-query attention: no VISA was published with it')
    if raw.get('hidden_act', 'silu') != 'silu' or raw.get('rope_scaling'):
        raise ConfigError('want a LLaMA with silu and unscaled rotary positions')
    if raw.get('tie_word_embeddings'):
        raise ConfigError('want a LLaMA with a head of its own (tie_word_embeddings false)')
    if raw.get('mm_vision_select_feature', 'patch') != 'patch':
        raise ConfigError("mm_vision_select_feature: want 'patch'")
    return LanguageSizes(
        vocab=_need(raw, 'vocab_size'),
        hidden=_need(raw, 'hidden_size'),
        layers=_need(raw, 'num_hidden_layers'),
        heads=heads,
        mlp=_need(raw, 'intermediate_size'),
        max_positions=raw.get('max_position_embeddings', 2048),
        rms_eps=float(raw.get('rms_norm_eps', 1e-6)),
        rope_theta=float(raw.get('rope_theta', 10000.0)),
    )


def _clip_sizes(raw: Mapping[str, Any], *, select_layer: int) -> ClipSizes:
    named = _CLIP_DEFAULTS | dict(raw.get('vision_config', raw))
    if named['hidden_act'] != 'quick_gelu':
        raise ConfigError(f'clip: want quick_gelu, got {named["hidden_act"]}')
    return ClipSizes(
        hidden=named['hidden_size'],
        mlp=named['intermediate_size'],
        layers=named['num_hidden_layers'],
        heads=named['num_attention_heads'],
        image_px=named['image_size'],
        patch_px=named['patch_size'],
        select_layer=select_layer,
    )


def _need(raw: Any, name: str) -> Any:
    if not isinstance(raw, Mapping) or name not in raw:
        raise ConfigError(f'config.json has no {name!r}: is it the one of a VISA checkpoint?')
    return raw[name]


def _check_positive(sizes: Any, but: tuple[str, ...] = ()) -> None:
    for f in fields(sizes):
        value = getattr(sizes, f.name)
        if f.name not in but and not isinstance(value, tuple) and value <= 0:
            raise ConfigError(f'{type(sizes).__name__}.{f.name} must be > 0, got {value}')
