"""How an answer of a published VISA comes about: put in its mouth, or generated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from visa_ros.model.branches import Branches
from visa_ros.model.decision import Evidence
from visa_ros.model.generation import check_finite, speak, Speech
from visa_ros.model.published.network import PublishedVisa
from visa_ros.model.published.tokenizer import PromptTokenizer
from visa_ros.model.published.words import read_words, Spoken


@dataclass(frozen=True, kw_only=True, eq=False)
class Said:
    """
    An answer before its masks.

    spoken    as it reads
    seg       the state (H,) just before each of its `[SEG]`s
    presence  probability of each of them there
    """

    spoken: Spoken
    seg: Sequence[Tensor]
    presence: Sequence[float]

    @property
    def words(self) -> Evidence:
        """What the words count in the decision."""
        return Evidence(refusal=float(self.spoken.refuses), asking_back=float(self.spoken.asks))

    @property
    def refusal(self) -> str:
        """Its words where there is no such object; words about objects would deny that."""
        return self.spoken.text if self.spoken.refuses or not self.seg else ''


def forced(network: PublishedVisa, ids: Sequence[int], states: Tensor) -> Said:
    """
    Read the end of a prompt that holds its answer already; these are no words of the model.

    states  float (L, H)  of the ids, which begin with another token than `[SEG]`
    """
    token = network.config.seg_token
    seg = [states[place - 1] for place, found in enumerate(ids) if found == token]
    logits = check_finite(network.lm_head(torch.stack(seg)).float())
    return Said(
        spoken=Spoken(text='', labels=('',) * len(seg), refuses=False, asks=False),
        seg=seg,
        presence=logits.softmax(dim=-1)[:, token].tolist(),
    )


def generated(
    network: PublishedVisa,
    tokenizer: PromptTokenizer,
    branches: Branches,
    states: Sequence[Tensor],
    *,
    max_tokens: int,
) -> list[Said]:
    """
    Go on greedily where prompts end, in all branches at once.

    states  float (L, H) of the end of each branch's prompt
    """
    utterances = speak(
        branches,
        {branch: read[-1] for branch, read in enumerate(states)},
        words=network.language.embed_tokens,
        head=network.lm_head,
        speech=Speech(seg=network.config.seg_token, end=tokenizer.eos, max_tokens=max_tokens),
    )
    return [
        Said(spoken=read_words(tokenizer.decode(one.tokens)), seg=one.seg, presence=one.presence)
        for one in utterances.values()
    ]
