"""
The pictures of a published VISA, and the beginning of a prompt that they make; each once a frame.

A prompt is system text and pictures, then the words of the instruction and the answer. All up to
the last picture is the same for every question about the same frames, so it is read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from visa_ros.model.branches import Branches, check_length, Prompt, ReadPrompt
from visa_ros.model.cache import FrameCache
from visa_ros.model.published.network import PublishedVisa
from visa_ros.model.published.preprocess import clip_picture, sam_picture
from visa_ros.model.published.tokenizer import IMAGE
from visa_ros.structs import Frame


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """
    The picture that masks are decoded on.

    embedding  float (1, D, h, w)  of SAM's image encoder
    resize_hw  px of the picture within SAM's square
    orig_hw    px of the camera's image
    """

    embedding: Tensor
    resize_hw: tuple[int, int]
    orig_hw: tuple[int, int]


class PictureReader:
    """
    Encodes frames and begins prompts with them, remembering both while the frames live.

    passes  prompts read by the language model so far; one pass reads several at once

    Not thread-safe: one thread owns it.
    """

    def __init__(self, network: PublishedVisa, cache: FrameCache) -> None:
        self.passes = 0
        self._network = network
        self._cache = cache
        self._device = network.mm_projector.weight.device

    def check_length(self, prompts: Sequence[Sequence[int]], *, answer: int = 0) -> None:
        """
        Refuse prompts that do not fit the language model.

        prompts  ids with placeholders for pictures, equally many in each
        answer   tokens that may be generated behind them

        Errors as `visa_ros.model.branches.check_length`.
        """
        pictures = prompts[0].count(IMAGE)
        config = self._network.config
        check_length(
            pictures=pictures,
            picture=config.tokens_per_picture,
            words=max(map(len, prompts)) - pictures + answer,
            limit=config.language.max_positions,
        )

    def target(self, frame: Frame) -> Target:
        """Encode a frame by SAM's image encoder."""
        known = self._cache.get('target', (frame,))
        if known is None:
            picture = sam_picture(frame.rgb, self._network.config.sam.image_px)
            pixels = torch.from_numpy(picture.pixels)[None].to(self._device)
            known = Target(
                embedding=self._network.embed_target(pixels),
                resize_hw=picture.resize_hw,
                orig_hw=picture.orig_hw,
            )
            self._cache.put('target', (frame,), known)
        return known

    def begin(self, frames: Sequence[Frame], ids: Sequence[int]) -> Prompt | ReadPrompt:
        """
        Put together the beginning of a prompt, unless it was read before.

        ids  up to the last picture; a placeholder for each frame
        """
        known = self._cache.get(('prompt', *ids), frames)
        if known is not None:
            return known
        embeds = self._network.embed_prompt(ids, self._tokens(frames))
        return Prompt(embeds=embeds, position=torch.arange(len(embeds), device=self._device))

    def read(
        self,
        prompt: Prompt | ReadPrompt,
        pieces: Sequence[Sequence[int]],
        *,
        shared: Sequence[int] = (),
    ) -> tuple[Branches, list[Tensor]]:
        """
        Read several ends of a prompt in one pass.

        pieces   ids of each end
        shared   ids between the prompt and all of them
        returns  the branches, to go on with, and float (L, H), the last hidden states, of each
        """
        branches = Branches(
            self._network.language, prompt, shared=self.embed(shared) if shared else None
        )
        states = branches.append({k: self.embed(piece) for k, piece in enumerate(pieces)})
        self.passes += 1
        return branches, list(states.values())

    def keep(self, frames: Sequence[Frame], ids: Sequence[int], prompt: ReadPrompt) -> None:
        """Remember what was read of a prompt that `begin` put together."""
        self._cache.put(('prompt', *ids), frames, prompt)

    def embed(self, ids: Sequence[int]) -> Tensor:
        """Embed words, (L, H)."""
        return self._network.language.embed_tokens(torch.tensor(ids, device=self._device))

    def _tokens(self, frames: Sequence[Frame]) -> Tensor:
        """Encode, all at once, the frames that are not known yet; returns float (P, K, H)."""
        known = {frame: self._cache.get('tokens', (frame,)) for frame in frames}
        new = [frame for frame, tokens in known.items() if tokens is None]
        if new:
            side = self._network.config.clip.image_px
            pixels = np.stack([clip_picture(frame.rgb, side) for frame in new])
            encoded = self._network.encode_pictures(torch.from_numpy(pixels).to(self._device))
            for frame, tokens in zip(new, encoded, strict=True):
                known[frame] = tokens.clone()
                self._cache.put('tokens', (frame,), known[frame])
        return torch.stack([known[frame] for frame in frames])


def split_at_pictures(ids: Sequence[int]) -> tuple[list[int], list[int]]:
    """Split a prompt behind its last picture."""
    end = max(place for place, token in enumerate(ids) if token == IMAGE) + 1
    return list(ids[:end]), list(ids[end:])
