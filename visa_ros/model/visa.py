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
from transformers import LlamaModel

from visa_ros.model.sam import MaskHead, MaskLogits
from visa_ros.model.token_merge import merge_tokens
from visa_ros.model.vision import PictureFeatures, PyramidEncoder


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """
    The pictures, ready for the language model.

    prefix     float (B, P, D)        tokens of the references, then of the target
    position   int64 (P,)             one position per picture
    target     number of the target's tokens; they are the last of the prefix
    embedding  float (B, C, H/8, W/8) of the target, for the mask decoder
    """

    prefix: Tensor
    position: Tensor
    target: int
    embedding: Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """
    The language model's states for Q questions about each sample.

    visual  float (B, N, D)     of the target's tokens
    answer  float (B, Q, A, D)  of the answer's tokens; state a predicts token a + 1
    """

    visual: Tensor
    answer: Tensor


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
    ) -> None:
        super().__init__()
        hidden = language.config.hidden_size
        self.clusters, self.neighbors = clusters, neighbors
        self.encoder = encoder
        self.position = nn.Parameter(0.02 * torch.randn(1, width, *encoder.token_hw))
        self.motion = nn.Conv2d(width, width, 1)
        self.mm_projector = nn.Linear(width, hidden)
        self.text_projector = nn.Sequential(
            nn.LayerNorm(text_width), nn.Linear(text_width, hidden)
        )
        self.language = language
        self.lm_head = nn.Linear(hidden, language.config.vocab_size, bias=False)
        self.mask_head = mask_head

    def look(self, target: Tensor, references: Tensor) -> View:
        """
        Encode the pictures.

        target      float (B, 3, H, W)
        references  float (B, R, 3, H, W), oldest first; R may be 0
        """
        batch, count = references.shape[:2]
        features = self.encoder(target)
        past = features.grid.new_zeros(batch, 0, *features.grid.shape[1:])
        if count:
            past = self.encoder.grids(references.flatten(0, 1)).unflatten(0, (batch, count))
        return self.compose(features, past)

    def compose(self, target: PictureFeatures, past: Tensor) -> View:
        """
        Put encoded pictures in a row.

        past  float (B, R, W, h, w)  grids of the references, oldest first; R may be 0
        """
        batch, count = past.shape[:2]
        tokens = self._flat(target.grid + self.position)
        parts, position = [tokens], [torch.full((tokens.shape[1],), count)]
        if count:
            # What changed in place since each reference; a still camera sees motion here.
            change = (target.grid[:, None] - past).abs().mean(dim=1)
            parts = [tokens + self._flat(self.motion(change))]
            merged = merge_tokens(
                self._flat(past.flatten(0, 1) + self.position),
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
            embedding=target.embedding,
        )

    def read(self, view: View, text: Tensor, text_length: Tensor, answer: Tensor) -> Reading:
        """
        Read Q questions with their answers in one pass; the pictures are read once for all.

        text         float (B, Q, T, E)  states of the instruction, padded
        text_length  int64 (B, Q)
        answer       int64 (B, Q, A)     answer tokens from the start token on, padded at the end
        """
        batch, asked, padded = text.shape[:3]
        questions = torch.cat(
            (self.text_projector(text), self.language.embed_tokens(answer)), dim=2
        )  # (B, Q, T + A, D)
        span = questions.shape[2]
        embeds = torch.cat((view.prefix, questions.flatten(1, 2).to(view.prefix)), dim=1)
        start = int(view.position[-1]) + 1
        place = _question_positions(text_length, padded, span)  # (B, Q, T + A)
        position = torch.cat((view.position.expand(batch, -1), start + place.flatten(1)), dim=1)
        mask = _packed_mask(view.prefix.shape[1], text_length, padded, span)
        states = self.language(
            inputs_embeds=embeds, attention_mask=mask, position_ids=position, use_cache=False
        ).last_hidden_state
        first = view.prefix.shape[1]
        return Reading(
            visual=states[:, first - view.target : first],
            answer=states[:, first:].unflatten(1, (asked, span))[:, :, padded:],
        )

    def question(self, text: Tensor, begin: int) -> Tensor:
        """Embed an instruction, float (T, E), and the token that starts the answer: (T + 1, D)."""
        token = torch.tensor([begin], device=text.device)
        return torch.cat((self.text_projector(text), self.language.embed_tokens(token)))

    def masks(self, view: View, sample: int, visual: Tensor, seg: Tensor) -> MaskLogits:
        """Decode the masks of n `[SEG]` states (n, D) on the target picture of one sample."""
        return self.mask_head(view.embedding[sample], visual, self.encoder.token_hw, seg)

    @staticmethod
    def _flat(grid: Tensor) -> Tensor:
        return grid.flatten(2).transpose(1, 2)  # (B, W, h, w) -> (B, h * w, W)


def _question_positions(text_length: Tensor, padded: int, span: int) -> Tensor:
    """Position of each token within its question; the answer follows the text's true end."""
    index = torch.arange(span, device=text_length.device)
    in_answer = index >= padded
    return torch.where(in_answer, index - padded + text_length[..., None], index)


def _packed_mask(prefix: int, text_length: Tensor, padded: int, span: int) -> Tensor:
    """
    Attention of the packed sequence, bool (B, 1, L, L): True may be read.

    Pictures see all pictures; a question sees the pictures and its own past.
    """
    batch, asked = text_length.shape
    device = text_length.device
    question = torch.arange(asked, device=device).repeat_interleave(span)
    index = torch.arange(span, device=device).repeat(asked)
    own_past = (question[:, None] == question) & (index[:, None] >= index)
    padding = (index >= text_length[:, question]) & (index < padded)  # (B, Q * S)
    total = prefix + asked * span
    mask = torch.zeros(batch, total, total, dtype=torch.bool, device=device)
    mask[:, :, :prefix] = True
    mask[:, prefix:, prefix:] = own_past & ~padding[:, None, :]
    diagonal = torch.arange(total, device=device)
    mask[:, diagonal, diagonal] = True  # a padded token must read something
    return mask[:, None]
