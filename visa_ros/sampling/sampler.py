"""Choosing the target frame of a window and the references that are seen next to it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
import weakref

from visa_ros.errors import ConfigError, StaleInputError
from visa_ros.sampling.percent import decide, RULES
from visa_ros.structs import Choice, Frame
from visa_ros.video.sampling import (
    choose_target,
    references_by,
    spread_positions,
    target_at,
    uniform_target,
)

TARGETS = ('latest', 'middle', 'first', 'uniform', 'text_guided')
ASKED_FRAMES = 32
_REMEMBERED = 64


class PercentAsker(Protocol):
    """Somebody who has seen the frames and says at which percentage of them to look."""

    def percents(self, frames: Sequence[Frame], expression: str) -> Sequence[str | float]:
        """
        Return one or more answers, in words ('At the 30% mark.') or as shares from 0 to 1.

        frames  oldest first; 0% is the first, 100% the last of them
        """
        ...


TargetRule = Callable[[Sequence[Frame], str], int]


class WindowSampler:
    """A rule for the target, and a scheme for the references around it."""

    def __init__(self, *, target: TargetRule, scheme: str, references: int) -> None:
        references_by(scheme, 1, 0, references)  # a wrong setting fails now, not when asked
        self._target = target
        self._scheme = scheme
        self._references = references

    def choose(self, frames: Sequence[Frame], instruction: str) -> Choice:
        """Choose among at least one frame, oldest first; StaleInputError if there is none."""
        if not frames:
            raise StaleInputError('there is no frame to choose from')
        target = self._target(frames, instruction)
        references = references_by(self._scheme, len(frames), target, self._references)
        return Choice(target=target, references=references)


class TextGuidedTarget:
    """
    Looks where the answers to the percentage question point.

    The places in the last few windows are remembered: a repeated question on an unchanged window,
    which is one of the very same frames, asks nobody. Not thread-safe: one thread owns it.
    """

    def __init__(self, *, asker: PercentAsker, aggregate: str, asked_frames: int) -> None:
        if aggregate not in RULES:
            raise ConfigError(f'aggregate {aggregate!r}: choose from {list(RULES)}')
        if asked_frames < 1:
            raise ConfigError(f'asked_frames must be >= 1, got {asked_frames}')
        self._asker = asker
        self._aggregate = aggregate
        self._asked_frames = asked_frames
        self._known = _WindowMemory(_REMEMBERED)

    def __call__(self, frames: Sequence[Frame], instruction: str) -> int:
        """Return the position to look at; of a single frame nobody is asked."""
        if len(frames) == 1:
            return 0
        share = self._known.get(frames, instruction)
        if share is None:
            share = self._ask(frames, instruction)
            self._known.put(frames, instruction, share)
        return target_at(len(frames), share)

    def _ask(self, frames: Sequence[Frame], instruction: str) -> float:
        """Show an even part of a long window: a percentage means the same place in both."""
        shown = [frames[k] for k in spread_positions(len(frames), self._asked_frames)]
        return decide(self._asker.percents(shown, instruction), self._aggregate)


class _WindowMemory:
    """Values by window and question, the latest few; keeps no frame alive."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[tuple[str, tuple[int, ...]], _Known] = OrderedDict()

    def get(self, frames: Sequence[Frame], question: str) -> float | None:
        known = self._values.get(_key(frames, question))
        if known is None:
            return None
        pairs = zip(known.frames, frames, strict=True)
        return known.share if all(seen() is frame for seen, frame in pairs) else None

    def put(self, frames: Sequence[Frame], question: str, share: float) -> None:
        key = _key(frames, question)
        self._values[key] = _Known(frames=tuple(weakref.ref(f) for f in frames), share=share)
        self._values.move_to_end(key)
        if len(self._values) > self._size:
            self._values.popitem(last=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Known:
    """A place that was found, and the frames it was found in, which may be gone by now."""

    frames: tuple[weakref.ref[Frame], ...]
    share: float


def _key(frames: Sequence[Frame], question: str) -> tuple[str, tuple[int, ...]]:
    """An id is used again once its frame is gone: who reads the memory compares the frames."""
    return question, tuple(id(frame) for frame in frames)


def build_sampler(
    target: str,
    scheme: str,
    references: int,
    asker: PercentAsker | None = None,
    aggregate: str = 'mode',
    seed: int = 0,
    *,
    asked_frames: int = ASKED_FRAMES,
) -> WindowSampler:
    """
    Make a sampler of names and numbers.

    target        'latest', 'middle', 'first', 'uniform' or 'text_guided'
    scheme        'earlier', 'strided', 'global', 'local' or 'global_local'
    references    frames seen next to the target at most; 0: none
    asker         who answers the percentage question; needed for 'text_guided' alone
    aggregate     'mode', 'median' or 'mean' of the answers
    seed          of 'uniform'
    asked_frames  frames that the asker is shown at most, spread over the window

    ConfigError for anything else, and for 'text_guided' without an asker.
    """
    rule = _target_rule(target, asker, aggregate, seed, asked_frames)
    return WindowSampler(target=rule, scheme=scheme, references=references)


def _target_rule(
    target: str, asker: PercentAsker | None, aggregate: str, seed: int, asked_frames: int
) -> TargetRule:
    if target not in TARGETS:
        raise ConfigError(f'target {target!r}: choose from {list(TARGETS)}')
    if target == 'uniform':
        return lambda frames, instruction: uniform_target(len(frames), seed, instruction)
    if target != 'text_guided':
        return lambda frames, instruction: choose_target(len(frames), target)
    if asker is None:
        raise ConfigError(
            "target 'text_guided' needs somebody who answers the percentage question: set the "
            "asker to 'own', 'recorded:FILE' or 'video_llm:NAME_OR_PATH'"
        )
    return TextGuidedTarget(asker=asker, aggregate=aggregate, asked_frames=asked_frames)
