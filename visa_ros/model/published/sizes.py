"""Sizes of networks from the shapes of their tensors, where no config tells them. No torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
import math
import re
from typing import Any

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published.config import SamSizes

Shape = tuple[int, ...]

# Channels per head of every CLIP vision tower that was published.
_CLIP_HEAD = 64
# OpenAI's L/14 at 224 px, which every published VISA looks through.
CLIP_LARGE: Mapping[str, Any] = {
    'hidden_size': 1024,
    'intermediate_size': 4096,
    'num_hidden_layers': 24,
    'num_attention_heads': 16,
    'image_size': 224,
    'patch_size': 14,
    'hidden_act': 'quick_gelu',
}
_BLOCK = r'sam\.image_encoder\.blocks\.\d+\.'
_LAYER = r'sam\.mask_decoder\.transformer\.layers\.\d+\.'
_MASKS = r'sam\.prompt_encoder\.mask_downscaling\.'
_IOU = r'sam\.mask_decoder\.iou_prediction_head\.layers\.'


def sam_sizes(shapes: Mapping[str, Shape]) -> SamSizes:
    """
    Read the sizes of a SAM off its tensors; without any, guess what is missing.

    shapes  by our keys, `sam.` included

    Each size is what most of the tensors that show it agree on, so that one tensor that is
    missing or misshapen is found to be so. The heads of the mask decoder show in no shape: they
    are 8, as in every SAM that was published, or fewer where 8 do not fit. CheckpointError if the
    sizes make no network.
    """
    try:
        return SamSizes(**_encoder_sizes(shapes), **_decoder_sizes(shapes))
    except ConfigError as error:
        raise CheckpointError(f'the shapes of these tensors make no SAM: {error}') from error


def _encoder_sizes(shapes: Mapping[str, Shape]) -> dict[str, Any]:
    depth = _count(shapes, 'sam.image_encoder.blocks.')
    if not depth:
        names = ('width', 'depth', 'heads', 'global_layers')
        return {name: getattr(SamSizes.vit('h'), name) for name in names}
    spans = [_spans(shapes, block) for block in range(depth)]
    widest = max((span for both in spans for span in both), default=1)
    grid = _vote(shapes, widest, *((r'sam\.image_encoder\.pos_embed', axis) for axis in (1, 2)))
    patch = _vote(shapes, 16, (r'sam\.image_encoder\.patch_embed\.proj\.weight', 2))
    width = _vote(shapes, 1, (_BLOCK + r'norm[12]\.weight', 0))
    windows = Counter(span for both in spans for span in both if grid not in both)
    return {
        'image_px': grid * patch,
        'patch_px': patch,
        'width': width,
        'depth': depth,
        'heads': width // _vote(shapes, width, (_BLOCK + r'attn\.rel_pos_[hw]', 1)),
        'global_layers': tuple(k for k, both in enumerate(spans) if grid in both),
        'window': windows.most_common(1)[0][0] if windows else grid,
    }


def _decoder_sizes(shapes: Mapping[str, Shape]) -> dict[str, Any]:
    usual = SamSizes.vit('h')
    out_dim = shapes.get('text_hidden_fcs.2.weight', (usual.prompt_dim,))[0]
    dim = _vote(shapes, out_dim, (_LAYER + r'norm\d\.weight', 0))
    linear = ((r'mlp\.lin1\.weight', 0), (r'mlp\.lin1\.bias', 0), (r'mlp\.lin2\.weight', 1))
    masks = ((r'3\.weight', 0), (r'3\.bias', 0), (r'4\.weight', 0))
    tokens = ((r'sam\.mask_decoder\.mask_tokens\.weight', 0), (_IOU + r'2\.(weight|bias)', 0))
    return {
        'prompt_dim': dim,
        'mask_in_chans': _vote(shapes, usual.mask_in_chans, *_below(_MASKS, masks)),
        'decoder_depth': _count(shapes, 'sam.mask_decoder.transformer.layers.')
        or usual.decoder_depth,
        # Attention to the picture works on half the width.
        'decoder_heads': math.gcd(usual.decoder_heads, max(dim // 2, 1)),
        'decoder_mlp': _vote(shapes, usual.decoder_mlp, *_below(_LAYER, linear)),
        'iou_hidden': _vote(shapes, usual.iou_hidden, (_IOU + r'[01]\.(weight|bias)', 0)),
        'num_multimask': _vote(shapes, usual.num_multimask + 1, *tokens) - 1,
    }


def clip_config(shapes: Mapping[str, Shape]) -> Mapping[str, Any]:
    """
    Read the sizes of a CLIP vision tower off its tensors; without any, guess what is missing.

    shapes   by our keys, `clip.` included
    returns  what its config.json would tell

    CheckpointError for a width that no published CLIP has: the number of heads shows in no shape.
    """
    layers = _count(shapes, 'clip.encoder.layers.')
    if not layers:
        hidden = shapes.get('mm_projector.weight', (0, 1024))[-1]
        return {**CLIP_LARGE, 'hidden_size': hidden, 'num_attention_heads': 1}
    layer = r'clip\.encoder\.layers\.\d+\.'
    hidden = _vote(shapes, 1024, (layer + r'layer_norm[12]\.weight', 0))
    patch = _vote(shapes, 14, (r'clip\.embeddings\.patch_embedding\.weight', 2))
    places = _vote(shapes, 257, (r'clip\.embeddings\.position_embedding\.weight', 0))
    if hidden % _CLIP_HEAD:
        raise CheckpointError(
            f'a CLIP with {hidden} channels was never published, and the number of its heads '
            'shows in no tensor: add its config.json with --config'
        )
    return {
        **CLIP_LARGE,
        'hidden_size': hidden,
        'intermediate_size': _vote(shapes, 4096, (layer + r'mlp\.fc1\.(weight|bias)', 0)),
        'num_hidden_layers': layers,
        'num_attention_heads': hidden // _CLIP_HEAD,
        'image_size': math.isqrt(places - 1) * patch,
        'patch_size': patch,
    }


def vocabulary(told: int, shapes: Mapping[str, Shape]) -> int:
    """
    Count the tokens: as config.json tells, or one more if both ends of the network have that.

    Training appends [SEG] to the tokens of a base model, whose config.json may have been kept.
    """
    ends = ('language.embed_tokens.weight', 'lm_head.weight')
    return told + 1 if all(shapes.get(end, ())[:1] == (told + 1,) for end in ends) else told


def _vote(shapes: Mapping[str, Shape], default: int, *where: tuple[str, int]) -> int:
    """Most frequent extent of the tensors that fit one of (pattern, axis)."""
    votes: Counter[int] = Counter()
    for pattern, axis in where:
        fits = re.compile(pattern).fullmatch
        votes.update(s[axis] for key, s in shapes.items() if fits(key) and axis < len(s))
    del votes[0]
    return votes.most_common(1)[0][0] if votes else default


def _below(prefix: str, where: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(prefix + pattern, axis) for pattern, axis in where]


def _spans(shapes: Mapping[str, Shape], block: int) -> list[int]:
    """Height and width, patches, that a block attends to; from its tables of 2n - 1 offsets."""
    names = (f'sam.image_encoder.blocks.{block}.attn.rel_pos_{side}' for side in 'hw')
    return [(shapes[name][0] + 1) // 2 for name in names if shapes.get(name)]


def _count(shapes: Iterable[str], prefix: str) -> int:
    """Layers below a prefix: one more than the highest number."""
    names = (key.removeprefix(prefix) for key in shapes if key.startswith(prefix))
    numbers = (name.partition('.')[0] for name in names)
    return 1 + max((int(n) for n in numbers if n.isdecimal() and len(n) < 4), default=-1)
