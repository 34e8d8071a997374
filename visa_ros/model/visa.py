"""
VISA: a language model that reads pictures and an instruction and answers with masks.

The order of a sequence is the paper's: reference pictures, the target picture, the instruction,
the answer. Reference pictures are merged to few tokens each. The hidden state that predicts
`[SEG]` prompts the mask decoder on the target picture.

Shapes: B samples, R references, Q questions per sample, T text tokens, A answer tokens,
P tokens of all pictures, N tokens of the target, D hidden width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn, Tensor
from torch.nn import functional
from transformers import LlamaModel

from visa_ros.model.pictures import CHANNELS
from visa_ros.model.sam import MaskHead, MaskLogits
from visa_ros.model.text import PAD
from visa_ros.model.token_merge import merge_tokens
from visa_ros.model.vision import PictureFeatures, PyramidEncoder

_PLACE_SIZE = 1.6


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """
    The pictures, ready for the language model.

    prefix     float (B, P, D)        tokens of the references, then of the target
    position   int64 (P,)             one position per picture
    target     number of the target's tokens; they are the last of the prefix
    seen       features of the target, for the mask decoder
    """

    prefix: Tensor
    position: Tensor
    target: int
    seen: PictureFeatures


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """
    The language model's states for Q questions about each sample.

    visual  float (B, N, D)     of the target's tokens
    answer  float (B, Q, A, D)  of the answer's tokens; state a predicts token a + 1
    """

    visual: Tensor
    answer: Tensor


class ChangeEmbedding(nn.Sequential):
    """What has changed since earlier pictures, for the visual tokens; says nothing at first."""

    def __init__(self, channels: int, width: int) -> None:
        last = nn.Conv2d(width // 2, width, 1)
        for parameter in last.parameters():
            nn.init.zeros_(parameter)
        super().__init__(
            nn.PixelUnshuffle(2),  # the tokens' stride is twice that of the maps
            nn.Conv2d(4 * channels, width // 2, 3, padding=1),
            nn.GELU(),
            last,
        )


def places(width: int, hw: tuple[int, int]) -> Tensor:
    """
    Draw what the tokens of a grid start with to tell their places, float (width, h, w).

    Coordinates and their waves in random directions, about a third of the size of the features
    that they are added to: what is much smaller is lost in the norms that follow, and no question
    about places is ever learned.
    """
    down, across = (torch.linspace(-1, 1, size) for size in hw)
    waves = [
        torch.stack(
            (at, *(f(k * torch.pi * at) for k in (1, 2, 4) for f in (torch.sin, torch.cos)))
        )
        for at in (down, across)
    ]
    known = torch.cat((
        waves[0][:, :, None].expand(-1, -1, hw[1]), waves[1][:, None].expand(-1, hw[0], -1)
    ))  # fmt: skip
    directions = _PLACE_SIZE * torch.randn(width, len(known)) / len(known) ** 0.5
    return torch.einsum('cf,fhw->chw', directions, known)


class VisaModel(nn.Module):
    """The whole network; `build.py` makes it from a config."""

    def __init__(
        self,
        *,
        encoder: PyramidEncoder,
        language: LlamaModel,
        mask_head: MaskHead,
        width: int,
        text_width: int,
        clusters: tuple[int, ...],
        neighbors: tuple[int, ...],
        slots: int,
    ) -> None:
        super().__init__()
        hidden = language.config.hidden_size
        self.clusters, self.neighbors, self.slots = clusters, neighbors, slots
        self.encoder = encoder
        self.position = nn.Parameter(places(width, encoder.token_hw)[None])
        self.change = ChangeEmbedding(CHANNELS * slots, width)
        self.mm_projector = nn.Linear(width, hidden)
        self.text_projector = nn.Sequential(
            nn.LayerNorm(text_width), nn.Linear(text_width, hidden)
        )
        self.language = language
        self.lm_head = nn.Linear(hidden, language.config.vocab_size, bias=False)
        # Turns the state before the first word into a prompt for all that fits the question.
        self.match = nn.Linear(hidden, hidden)
        self.mask_head = mask_head

    def look(self, target: Tensor, references: Tensor, change: Tensor) -> View:
        """
        Encode the pictures.

        target      float (B, 3, H, W)
        references  float (B, R, 3, H/2, W/2), oldest first; R may be 0
        change      float (B, CHANNELS * slots, H/16, W/16)  see visa_ros.model.pictures
        """
        batch, count = references.shape[:2]
        features = self.encoder(target)
        past = features.grid.new_zeros(batch, 0, *features.grid.shape[1:])
        if count:
            past = self.encoder.grids(references.flatten(0, 1)).unflatten(0, (batch, count))
        return self.compose(features, past, change)

    def compose(self, target: PictureFeatures, past: Tensor, change: Tensor) -> View:
        """
        Put encoded pictures in a row.

        past    float (B, R, W, h/2, w/2)  grids of the references, oldest first; R may be 0
        change  as in `look`
        """
        batch, count = past.shape[:2]
        tokens = self._flat(target.grid + self.position + self.change(change))
        parts, position = [tokens], [torch.full((tokens.shape[1],), count)]
        if count:
            merged = merge_tokens(
                self._flat(past.flatten(0, 1) + functional.avg_pool2d(self.position, 2)),
                clusters=self.clusters,
                neighbors=self.neighbors,
            )
            per_picture = merged.shape[1]
            parts.insert(0, merged.reshape(batch, count * per_picture, -1))
            position.insert(0, torch.arange(count).repeat_interleave(per_picture))
        return View(
            prefix=self.mm_projector(torch.cat(parts, dim=1)),
            position=torch.cat(position).to(past.device),
            target=tokens.shape[1],
            seen=target,
        )

    def read(self, view: View, text: Tensor, text_length: Tensor, answer: Tensor) -> Reading:
        """
        Read Q questions with their answers in one pass; the pictures are read once for all.

        text         float (B, Q, T, E)  states of the instruction, padded
        text_length  int64 (B, Q)
        answer       int64 (B, Q, A)     answer tokens from the start token on, padded at the end
                                         by PAD; the states there mean nothing
        """
        asked, padded = text.shape[1:3]
        pieces = torch.cat((self.text_projector(text), self.language.embed_tokens(answer)), dim=2)
        packing = _pack(text_length, answer, padded)
        index = packing.index[..., None].expand(-1, -1, pieces.shape[-1])
        questions = pieces.flatten(1, 2).gather(1, index)
        first = view.prefix.shape[1]
        start = int(view.position[-1]) + 1
        places = view.position.expand(len(text), -1), start + packing.place
        states = self.language(
            inputs_embeds=torch.cat((view.prefix, questions.to(view.prefix)), dim=1),
            attention_mask=_packed_mask(first, packing),
            position_ids=torch.cat(places, dim=1),
            use_cache=False,
        ).last_hidden_state
        spread = states.new_zeros(pieces.flatten(1, 2).shape).scatter(1, index, states[:, first:])
        return Reading(
            visual=states[:, first - view.target : first],
            answer=spread.unflatten(1, (asked, -1))[:, :, padded:],
        )

    def question(self, text: Tensor, begin: int) -> Tensor:
        """Embed an instruction, float (T, E), and the token that starts the answer: (T + 1, D)."""
        token = torch.tensor([begin], device=text.device)
        return torch.cat((self.text_projector(text), self.language.embed_tokens(token)))

    def masks(self, view: View, sample: int, visual: Tensor, seg: Tensor) -> MaskLogits:
        """Decode the masks of n `[SEG]` states (n, D) on the target picture of one sample."""
        seen, hw = view.seen, self.encoder.token_hw
        return self.mask_head(seen.embedding[sample], seen.detail[sample], visual, hw, seg)

    @staticmethod
    def _flat(grid: Tensor) -> Tensor:
        return grid.flatten(2).transpose(1, 2)  # (B, W, h, w) -> (B, h * w, W)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Packing:
    """
    The tokens of Q questions in one row of L, without their padding.

    index  int64 (B, L)  where each is among the Q * (T + A) padded ones
    owner  int64 (B, L)  its question
    place  int64 (B, L)  its position within the question
    real   bool (B, L)   False where a row is shorter than the longest
    """

    index: Tensor
    owner: Tensor
    place: Tensor
    real: Tensor


def _pack(text_length: Tensor, answer: Tensor, padded: int) -> _Packing:
    """Lay out texts (B, Q) of up to `padded` tokens and their answers (B, Q, A)."""
    span = padded + answer.shape[2]
    index = torch.arange(span, device=answer.device)
    length = text_length[..., None]
    used = torch.cat((index[:padded] < length, answer != PAD), dim=2).flatten(1)
    # The answer follows the text's true end.
    place = torch.where(index >= padded, index - padded + length, index).flatten(1)
    count = used.sum(dim=1)
    kept = used.logical_not().to(torch.uint8).argsort(dim=1, stable=True)[:, : int(count.max())]
    return _Packing(
        index=kept,
        owner=kept // span,
        place=place.gather(1, kept),
        real=torch.arange(kept.shape[1], device=kept.device) < count[:, None],
    )


def _packed_mask(prefix: int, packing: _Packing) -> Tensor:
    """
    Attention of the packed sequence, bool (B, 1, P + L, P + L): True may be read.

    Pictures see all pictures; a question sees the pictures and its own past.
    """
    batch, length = packing.index.shape
    owner, index = packing.owner, packing.index
    own_past = (owner[:, :, None] == owner[:, None]) & (index[:, :, None] >= index[:, None])
    total = prefix + length
    mask = torch.zeros(batch, total, total, dtype=torch.bool, device=index.device)
    mask[:, :, :prefix] = True
    mask[:, prefix:, prefix:] = own_past & packing.real[:, None]
    diagonal = torch.arange(total, device=index.device)
    mask[:, diagonal, diagonal] = True  # what only fills a row must read something
    return mask[:, None]
