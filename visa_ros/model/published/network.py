"""
VISA as published: CLIP's merged tokens and a prompt into LLaMA, `[SEG]`'s state into SAM.

The prompt is tokens in which each picture is a placeholder; one pass of the language model reads
it, and the state just before a `[SEG]` (the one that predicts it) prompts SAM's decoder.

Shapes: P pictures, N patches and K merged tokens of one, C width of CLIP, L tokens of a sequence
with its pictures, H hidden width, S side of SAM's picture, D width of a prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn, Tensor
from torch.nn import functional
from transformers import Cache, CLIPVisionModel, LlamaModel

from visa_ros.errors import InvalidQueryError
from visa_ros.model.published.config import PublishedConfig
from visa_ros.model.published.modules import (
    build_clip,
    build_language,
    build_sam,
    dense_position,
    fill_buffers,
)
from visa_ros.model.published.tokenizer import IMAGE
from visa_ros.model.token_merge import merge_tokens


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskPrediction:
    """
    What SAM says about n prompts on one picture.

    low_res  float (n, 4h, 4w)  logits on SAM's padded square; above 0 is object
    quality  float (n,)         predicted IoU of the mask; the reference ignores it
    """

    low_res: Tensor
    quality: Tensor


class PublishedVisa(nn.Module):
    """
    The whole network; its attributes are the prefixes of our checkpoints' keys.

    All parts have one dtype and one device. Not thread-safe: one thread owns it.
    """

    def __init__(
        self,
        *,
        config: PublishedConfig,
        language: LlamaModel,
        clip: CLIPVisionModel,
        sam: nn.Module,
    ) -> None:
        super().__init__()
        hidden = config.language.hidden
        self.config = config
        self.language = language
        self.lm_head = nn.Linear(hidden, config.language.vocab, bias=False)
        self.mm_projector = nn.Linear(config.clip.hidden, hidden)
        self.text_hidden_fcs = nn.Sequential(
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, config.out_dim)
        )
        self.clip = clip
        self.sam = sam

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> PublishedVisa:
        """Move or convert everything, as `to` does, but leave rotary frequencies in float32."""
        super()._apply(fn, recurse)
        fill_buffers(self, self.mm_projector.weight.device)
        return self

    def encode_pictures(self, pixels: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """
        Encode pictures for the language model, all of them in one batch.

        pixels   float (P, 3, p, p)  as `clip_picture` makes them
        rng      breaks ties of the merging by noise, as the reference does; None: no noise
        returns  float (P, K, H)
        """
        return self.mm_projector(self.merge(self.patch_features(pixels), rng=rng))

    @torch.no_grad()
    def patch_features(self, pixels: Tensor) -> Tensor:
        """
        Run CLIP without gradients; float (P, N, C), the class token left out.

        pixels  float (P, 3, p, p)
        """
        states = self.clip(
            pixel_values=pixels.to(self.mm_projector.weight.dtype), output_hidden_states=True
        ).hidden_states
        return states[self.config.clip.select_layer][:, 1:]

    def merge(self, features: Tensor, *, rng: torch.Generator | None = None) -> Tensor:
        """Merge the patches of each picture by density peaks: (P, N, C) to (P, K, C)."""
        return merge_tokens(
            features, clusters=self.config.clusters, neighbors=self.config.neighbors, rng=rng
        )

    @torch.no_grad()
    def embed_target(self, pixels: Tensor) -> Tensor:
        """
        Run SAM's image encoder without gradients.

        pixels   float (B, 3, S, S)  as `sam_picture` makes them
        returns  float (B, D, h, w)
        """
        dtype = self.mm_projector.weight.dtype
        if dtype != torch.float16:
            return self.sam.image_encoder(pixels.to(dtype))
        return self._embed_target_half(pixels.to(dtype))

    def embed_prompt(self, ids: Sequence[int], visual: Tensor) -> Tensor:
        """
        Put pictures and words in a row.

        ids      tokens; each placeholder stands for the next picture
        visual   float (P, K, H)
        returns  float (L, H), L = len(ids) + P * (K - 1)

        Raises InvalidQueryError where placeholders and pictures are not equally many.
        """
        tokens = torch.tensor(ids, device=visual.device)
        placeholder = tokens == IMAGE
        if int(placeholder.sum()) != len(visual):
            raise InvalidQueryError(
                f'the prompt has {int(placeholder.sum())} places for {len(visual)} pictures'
            )
        words = self.language.embed_tokens(tokens.masked_fill(placeholder, 0)).to(visual)
        parts: list[Tensor] = []
        start = 0
        for place, picture in zip(placeholder.nonzero()[:, 0].tolist(), visual, strict=True):
            parts += [words[start:place], picture]
            start = place + 1
        return torch.cat((*parts, words[start:]))

    def seg_positions(self, ids: Sequence[int]) -> list[int]:
        """Where, in the row of `embed_prompt`, the state just before each `[SEG]` is."""
        width = self.config.tokens_per_picture
        found, position = [], 0
        for token in ids:
            if token == self.config.seg_token:
                found.append(position - 1)
            position += width if token == IMAGE else 1
        return found

    def hidden(
        self,
        embeds: Tensor,
        *,
        attention_mask: Tensor | None = None,
        cache: Cache | None = None,
        position_ids: Tensor | None = None,
    ) -> Tensor:
        """
        Run the language model; the states behind its last norm.

        embeds          float (B, L, H)
        attention_mask  bool (B, L), False on padding at the end, or as transformers takes it
        cache           keys and values of what was read before; extended in place
        position_ids    int64 (B, L); None: counted on from the cache
        returns         float (B, L, H)
        """
        return self.language(
            inputs_embeds=embeds,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=cache is not None,
        ).last_hidden_state

    def seg_prompts(self, states: Tensor) -> Tensor:
        """Turn the states before `[SEG]`, (n, H), into prompts of SAM, (n, D)."""
        return self.text_hidden_fcs(states)

    def decode_masks(self, embedding: Tensor, states: Tensor) -> MaskPrediction:
        """
        Decode one mask per `[SEG]` on one picture.

        embedding  float (1, D, h, w)  of `embed_target`
        states     float (n, H)        states just before each `[SEG]`; n may be 0
        """
        h, w = embedding.shape[-2:]
        count = len(states)
        if not count:
            return MaskPrediction(
                low_res=states.new_zeros(0, 4 * h, 4 * w), quality=states.new_zeros(0)
            )
        no_mask = self.sam.prompt_encoder.no_mask_embed.weight  # (1, D)
        low_res, quality = self.sam.mask_decoder(
            image_embeddings=embedding,
            image_pe=dense_position(self.sam.prompt_encoder, (h, w)),
            sparse_prompt_embeddings=self.seg_prompts(states)[:, None],
            dense_prompt_embeddings=no_mask[..., None, None].expand(count, -1, h, w),
            multimask_output=False,
        )
        return MaskPrediction(low_res=low_res[:, 0], quality=quality[:, 0])

    def full_resolution(
        self, low_res: Tensor, *, resize_hw: tuple[int, int], orig_hw: tuple[int, int]
    ) -> Tensor:
        """
        Bring logits back to the camera's picture, in float32.

        low_res    float (n, 4h, 4w)
        resize_hw  the picture within SAM's padded square, px
        orig_hw    the picture before, px
        returns    float32 (n, *orig_hw)
        """
        side = self.config.sam.image_px
        square = _resize(low_res.float()[:, None], (side, side))
        return _resize(square[..., : resize_hw[0], : resize_hw[1]], orig_hw)[:, 0]

    def _embed_target_half(self, pixels: Tensor) -> Tensor:
        """Run the encoder in float16 with its neck in float32: there, sums overflow float16."""
        encoder = self.sam.image_encoder
        grid = encoder.patch_embed(pixels) + encoder.pos_embed
        for block in encoder.blocks:
            grid = block(grid)
        weights = {name: value.float() for name, value in encoder.neck.named_parameters()}
        grid = grid.permute(0, 3, 1, 2).float()
        return torch.func.functional_call(encoder.neck, weights, (grid,)).to(pixels.dtype)


def build_published(config: PublishedConfig) -> PublishedVisa:
    """
    Build the network with random weights, in training mode.

    Works under `torch.device('meta')`; `fill_buffers` then makes what no checkpoint holds.
    """
    return PublishedVisa(
        config=config,
        language=build_language(config.language),
        clip=build_clip(config.clip),
        sam=build_sam(config.sam),
    )


def _resize(grid: Tensor, hw: tuple[int, int]) -> Tensor:
    return functional.interpolate(grid, hw, mode='bilinear', align_corners=False)
