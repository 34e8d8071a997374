"""
What VISA is trained for: the words of the answer, and the masks of its `[SEG]`s.

A batch is a few samples; a sample is one target picture with its references, and one or several
questions about them with their answers.

Shapes: P pictures, Q questions and n masks of one sample, L tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from visa_ros.errors import DataError
from visa_ros.model.published.network import PublishedVisa
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.tokenizer import IMAGE, PromptTokenizer

IGNORE = -100
_DICE_SCALE = 1000.0


@dataclass(frozen=True, kw_only=True)
class LossWeights:
    """What each part counts in the total."""

    language: float = 1.0
    bce: float = 2.0
    dice: float = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """
    Questions about one target picture.

    pictures   float (P, 3, p, p)  for CLIP: references, then the target
    target     float (3, S, S)     for SAM
    ids        Q rows of tokens; each has a placeholder per picture
    labels     Q rows of the same lengths; IGNORE where nothing is to be learned
    truth      0/1 (n, H, W)       true mask of each [SEG], in order; n may be 0
    resize_hw  px of the picture within SAM's square
    """

    pictures: Tensor
    target: Tensor
    ids: tuple[tuple[int, ...], ...]
    labels: tuple[tuple[int, ...], ...]
    truth: Tensor
    resize_hw: tuple[int, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Losses:
    """
    The parts as they count, weights included; float () each.

    language  cross-entropy of the answers' tokens
    bce, dice of the masks
    """

    language: Tensor
    bce: Tensor
    dice: Tensor

    @property
    def masks(self) -> Tensor:
        """What the masks count."""
        return self.bce + self.dice

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return self.language + self.masks


def labels_of(prompt: str, *, template: PromptTemplate, tokenizer: PromptTokenizer) -> list[int]:
    """
    Say which tokens of a conversation are to be learned: its answers, each with its end.

    returns  as long as `tokenizer.encode(prompt)`: the token itself, or IGNORE

    Raises DataError for a prompt without any answer.
    """
    opening, *rounds = prompt.split(f' {template.assistant}:')
    if not rounds or template.end not in prompt:
        raise DataError(f'no answer to learn in the conversation {prompt!r}')
    ids = tokenizer.encode(prompt)
    labels = [IGNORE] * len(ids)
    text = opening
    for answer_and_next in rounds:
        text += f' {template.assistant}:'
        answer, end, following = answer_and_next.partition(template.end)
        # A piece never reaches across a space, so what precedes an answer tokenises alone alike.
        start = len(tokenizer.encode(text))
        stop = len(tokenizer.encode(text + answer + end))
        labels[start:stop] = ids[start:stop]
        text += answer + end + following
    return labels


def training_losses(
    model: PublishedVisa, samples: Sequence[Sample], *, weights: LossWeights | None = None
) -> Losses:
    """
    Run a batch through the network.

    The pictures of a sample are encoded once for all of its questions, SAM's picture only where
    there are masks to learn. Raises DataError where [SEG]s and masks are not equally many.
    """
    weights = weights or LossWeights()
    hidden = _read(model, samples)
    language = language_loss(model, hidden, samples)
    bce, dice = (
        hidden.new_zeros((), dtype=torch.float32),
        hidden.new_zeros((), dtype=torch.float32),
    )
    count, row = 0, 0
    for sample in samples:
        states = _seg_states(model, sample, hidden[row : row + len(sample.ids)])
        row += len(sample.ids)
        if not len(states):
            continue
        logits = _mask_logits(model, sample, states)
        bce = bce + mask_bce(logits, sample.truth)
        dice = dice + mask_dice(logits, sample.truth)
        count += len(states)
    return Losses(
        language=weights.language * language,
        bce=weights.bce * bce / (count + 1e-8),
        dice=weights.dice * dice / (count + 1e-8),
    )


def language_loss(model: PublishedVisa, hidden: Tensor, samples: Sequence[Sample]) -> Tensor:
    """
    Cross-entropy of the next token, mean over all tokens of the batch that are to be learned.

    hidden  float (sum of Q, L, H)  states of every question, padded at the end
    """
    states, wanted = [], []
    questions = [pair for s in samples for pair in zip(s.ids, s.labels, strict=True)]
    for row, (ids, labels) in enumerate(questions):
        expanded = torch.tensor(_expand(model, ids, labels), device=hidden.device)
        learned = (expanded[1:] != IGNORE).nonzero()[:, 0]
        states.append(hidden[row, learned])
        wanted.append(expanded[1:][learned])
    logits = model.lm_head(torch.cat(states)).float()
    return functional.cross_entropy(logits, torch.cat(wanted))


def mask_bce(logits: Tensor, truth: Tensor) -> Tensor:
    """
    Binary cross-entropy, mean over the pixels of each mask, summed over masks.

    logits, truth  (n, H, W)
    """
    loss = functional.binary_cross_entropy_with_logits(
        logits.float(), truth.to(logits.device, torch.float32), reduction='none'
    )
    return loss.flatten(1).mean(dim=1).sum()


def mask_dice(logits: Tensor, truth: Tensor) -> Tensor:
    """
    One minus the overlap of probabilities and truth, summed over masks.

    logits, truth  (n, H, W)
    """
    likely = logits.float().sigmoid().flatten(1)
    wanted = truth.to(likely).flatten(1)
    both = (likely / _DICE_SCALE * wanted).sum(dim=1)
    each = (likely / _DICE_SCALE).sum(dim=1) + (wanted / _DICE_SCALE).sum(dim=1)
    return (1 - (2 * both + 1e-6) / (each + 1e-6)).sum()


def _read(model: PublishedVisa, samples: Sequence[Sample]) -> Tensor:
    """States of every question of every sample, padded at the end; (sum of Q, L, H)."""
    visual = model.encode_pictures(torch.cat([sample.pictures for sample in samples]))
    per_sample = visual.split([len(sample.pictures) for sample in samples])
    rows = [
        model.embed_prompt(ids, pictures)
        for sample, pictures in zip(samples, per_sample, strict=True)
        for ids in sample.ids
    ]
    lengths = torch.tensor([len(row) for row in rows], device=visual.device)
    embeds = pad_sequence(rows, batch_first=True)
    read = torch.arange(embeds.shape[1], device=visual.device) < lengths[:, None]
    return model.hidden(embeds, attention_mask=read)


def _seg_states(model: PublishedVisa, sample: Sample, hidden: Tensor) -> Tensor:
    """States that predict the [SEG]s of a sample's answers, (n, H)."""
    found = [hidden[row, model.seg_positions(ids)] for row, ids in enumerate(sample.ids)]
    states = torch.cat(found)
    if len(states) != len(sample.truth):
        raise DataError(f'{len(states)} [SEG] in the answers, but {len(sample.truth)} masks')
    return states


def _mask_logits(model: PublishedVisa, sample: Sample, states: Tensor) -> Tensor:
    low_res = model.decode_masks(model.embed_target(sample.target[None]), states).low_res
    height, width = sample.truth.shape[-2:]
    return model.full_resolution(low_res, resize_hw=sample.resize_hw, orig_hw=(height, width))


def _expand(model: PublishedVisa, ids: Sequence[int], labels: Sequence[int]) -> list[int]:
    """Labels in the row of `embed_prompt`: nothing is learned from a picture."""
    width = model.config.tokens_per_picture
    expanded: list[int] = []
    for token, label in zip(ids, labels, strict=True):
        expanded += [IGNORE] * width if token == IMAGE else [label]
    return expanded
