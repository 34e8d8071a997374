"""Several questions about the same pictures, read by a language model side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import DynamicCache, LlamaModel

from visa_ros.errors import ConfigError, InvalidQueryError

_SHARED = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Prompt:
    """
    The beginning that several questions have in common.

    embeds    float (L, D)
    position  int64 (L,)
    mutual    whether its tokens all see each other; else each sees those before it
    """

    embeds: Tensor
    position: Tensor
    mutual: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class ReadPrompt:
    """
    A prompt that the language model has read; nothing changes it.

    states  float (L, D)                          last hidden states
    layers  keys and values (1, heads, L, width)  of each layer
    after   position of the token that comes next
    """

    states: Tensor
    layers: tuple[tuple[Tensor, Tensor], ...]
    after: int


class Branches:
    """
    Continuations of one prompt that do not see each other.

    All are laid into one sequence, so that the prompt's keys and values are there once, however
    many branches there are, and no branch is padded. A prompt that has not been read yet is read
    in the same pass as the first pieces of the branches.
    """

    def __init__(
        self,
        language: LlamaModel,
        prompt: Prompt | ReadPrompt,
        *,
        shared: Tensor | None = None,
    ) -> None:
        """Take float (L, D) `shared` as a further beginning of all branches, not to be kept."""
        self._language = language
        self._prompt = prompt
        self._shared = shared
        self._cache = DynamicCache(config=language.config)
        self._owner = torch.zeros(0, dtype=torch.long, device=language.device)
        self._next: dict[int, int] = {}
        if isinstance(prompt, ReadPrompt):
            self._start_after(prompt)

    @property
    def prompt(self) -> ReadPrompt:
        """What was read of the prompt, to begin other branches with; after the first append."""
        if isinstance(self._prompt, Prompt):
            raise RuntimeError('the prompt is read with the first pieces: append some first')
        return self._prompt

    def length(self, branch: int) -> int:
        """Position of the next token of a branch, which is what it takes of the model's limit."""
        return self._next.get(branch, self._next[_SHARED])

    @torch.no_grad()
    def append(self, pieces: Mapping[int, Tensor]) -> dict[int, Tensor]:
        """
        Read on in some branches, in one pass.

        pieces   by branch (0 or more): float (L, D), L >= 1
        returns  by branch: float (L, D), the last hidden states
        """
        prompt = self._prompt if isinstance(self._prompt, Prompt) else None
        parts: list[tuple[int, Tensor, Tensor]] = []
        if prompt is not None:
            self._next[_SHARED] = int(prompt.position[-1]) + 1
            parts.append((_SHARED, prompt.embeds, prompt.position))
        if self._shared is not None:
            parts.append(self._placed(_SHARED, self._shared))
            self._shared = None
        parts += [self._placed(branch, piece) for branch, piece in pieces.items()]
        states = self._read(parts, mutual=len(prompt.embeds) if prompt and prompt.mutual else 0)
        if prompt is not None:
            self._prompt = self._finished(prompt, states[0])
        return dict(zip(pieces, states[len(parts) - len(pieces) :], strict=True))

    def _placed(self, branch: int, piece: Tensor) -> tuple[int, Tensor, Tensor]:
        start = self.length(branch)
        self._next[branch] = start + len(piece)
        return branch, piece, torch.arange(start, start + len(piece), device=piece.device)

    def _read(self, parts: list[tuple[int, Tensor, Tensor]], *, mutual: int) -> list[Tensor]:
        lengths = [len(embeds) for _, embeds, _ in parts]
        owners = torch.tensor([owner for owner, _, _ in parts], device=self._owner.device)
        new = owners.repeat_interleave(torch.tensor(lengths, device=owners.device))
        self._owner = torch.cat((self._owner, new))
        states = self._language(
            inputs_embeds=torch.cat([embeds for _, embeds, _ in parts])[None],
            attention_mask=_sight(self._owner, len(new), mutual)[None, None],
            position_ids=torch.cat([position for _, _, position in parts])[None],
            past_key_values=self._cache,
            use_cache=True,
        ).last_hidden_state[0]
        return list(states.split(lengths))

    def _finished(self, prompt: Prompt, states: Tensor) -> ReadPrompt:
        """Cut the prompt out of the cache, which replaces its tensors and never writes in them."""
        length = len(prompt.embeds)
        return ReadPrompt(
            states=states,
            layers=tuple(
                (layer.keys[:, :, :length], layer.values[:, :, :length])
                for layer in self._cache.layers
            ),
            after=int(prompt.position[-1]) + 1,
        )

    def _start_after(self, prompt: ReadPrompt) -> None:
        for number, (keys, values) in enumerate(prompt.layers):
            self._cache.update(keys, values, number)  # a copy
        self._owner = self._owner.new_full((len(prompt.states),), _SHARED)
        self._next[_SHARED] = prompt.after


def check_length(*, pictures: int, picture: int, words: int, limit: int) -> None:
    """
    Refuse a question that does not fit the language model, before anything is computed.

    pictures  how many there are
    picture   positions that each of them takes
    words     positions of everything else, the answer too
    limit     positions of the model

    ConfigError where the pictures alone are too many, InvalidQueryError where the words are.
    """
    if pictures * picture + words <= limit:
        return
    most = (limit - min(words, limit // 8)) // picture
    if pictures > most:
        raise ConfigError(
            f'{pictures} pictures of {picture} tokens are too many for the {limit} positions of '
            f'the language model: take at most {max(most - 1, 0)} reference frames'
        )
    raise InvalidQueryError(
        f'the instruction is too long: with {pictures} pictures {limit - pictures * picture} '
        f'tokens are left for words, and these would take {words}; shorten it'
    )


def _sight(owner: Tensor, new: int, mutual: int) -> Tensor:
    """
    Attention of the last `new` tokens, bool (new, L): True may be read.

    owner   int64 (L,)  branch of each token; what is shared is seen by all
    mutual  so many of the first tokens see each other
    """
    index = torch.arange(len(owner), device=owner.device)
    row = index[-new:, None]
    past = index <= row
    if mutual:
        past |= (index < mutual) & (row < mutual)
    return past & ((owner == _SHARED) | (owner == owner[-new:, None]))
