"""Greedy generation of several answers in step, with the states that predict `[SEG]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import nn, Tensor

from visa_ros.errors import CheckpointError
from visa_ros.model.branches import Branches


@dataclass(frozen=True, kw_only=True)
class Speech:
    """
    How an answer is spoken.

    seg, end    tokens that stand for an object and that end the answer
    max_tokens  it is cut after so many
    """

    seg: int
    end: int
    max_tokens: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Utterance:
    """
    A generated answer.

    tokens    without the end token
    seg       float (D,) for each `[SEG]`: the hidden state that predicts it
    presence  probability of each of them
    """

    tokens: list[int] = field(default_factory=list)
    seg: list[Tensor] = field(default_factory=list)
    presence: list[float] = field(default_factory=list)


def speak(
    branches: Branches,
    states: Mapping[int, Tensor],
    *,
    words: nn.Module,
    head: nn.Module,
    speech: Speech,
    first: Mapping[int, int] | None = None,
) -> dict[int, Utterance]:
    """
    Take the likeliest token again and again, in all branches at once.

    states  by branch: float (D,), last hidden state of its prompt
    words   embeds tokens
    head    turns states into logits of the next token
    first   first token of some branches, where it was chosen already

    CheckpointError where the logits are not finite.
    """
    said = {branch: Utterance() for branch in states}
    states, given = dict(states), dict(first or {})
    for _ in range(speech.max_tokens):
        logits = check_finite(head(torch.stack(list(states.values()))).float())  # (branches, V)
        likeliest = logits.argmax(dim=-1).tolist()
        presence = logits.softmax(dim=-1)[:, speech.seg].tolist()
        going: dict[int, Tensor] = {}
        for row, (branch, state) in enumerate(states.items()):
            token = given.pop(branch, likeliest[row])
            if token == speech.end:
                continue
            said[branch].tokens.append(token)
            if token == speech.seg:
                said[branch].seg.append(state)
                said[branch].presence.append(presence[row])
            going[branch] = torch.tensor([token], device=state.device)
        if not going:
            break
        read = branches.append({branch: words(token) for branch, token in going.items()})
        states = {branch: new[-1] for branch, new in read.items()}
    return said


def check_finite(values: Tensor) -> Tensor:
    """Return the values; CheckpointError if they mean nothing."""
    if not values.isfinite().all():
        raise CheckpointError(
            'the network computes numbers that are not finite: use bf16 or fp32; if that does '
            'not help, the weights are damaged'
        )
    return values
