"""
All data sets of a training as one: lesson (step, slot) is always the same. No torch.

What is drawn depends on the seed, the step and the slot (the place within the step's batch) alone:
on no process, no worker and no earlier draw. So a run that is resumed, or is shared out to another
number of processes, sees the same lessons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
import logging
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from visa_ros.data.registry import IMAGE_SETS, open_dataset, SEMANTIC_SETS, VIDEO_SETS
from visa_ros.errors import DataError, InvalidQueryError
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.train.instruction.balance import BalancedDraws
from visa_ros.train.instruction.chat_lessons import ChatLessons, QuestionLessons
from visa_ros.train.instruction.config import DataConfig, GroupConfig, SetConfig
from visa_ros.train.instruction.image_lessons import (
    QueryLessons,
    ReasonLessons,
    SemanticLessons,
)
from visa_ros.train.instruction.lesson import Lesson, Rules
from visa_ros.train.instruction.video_lessons import VideoLessons
from visa_ros.train.instruction.wording import Wording

_log = logging.getLogger(__name__)

TRAINING, VALIDATION = 0, 1  # streams of draws
_ATTEMPTS = 20


class Drawer(Protocol):
    """Draws lessons of one data set."""

    def __len__(self) -> int:
        """Pictures, videos or conversations that lessons are about."""
        ...

    def draw(self, rng: np.random.Generator, frames: int) -> Lesson:
        """Draw one; DataError or InvalidQueryError if what was drawn is damaged."""
        ...


_DRAWERS: Mapping[str, Callable[[Any, Rules, Wording], Drawer]] = {
    **dict.fromkeys(VIDEO_SETS, VideoLessons),
    **dict.fromkeys(IMAGE_SETS, QueryLessons),
    **dict.fromkeys(SEMANTIC_SETS, SemanticLessons),
    'reasonseg': ReasonLessons,
    'llava-instruct': QuestionLessons,
    **dict.fromkeys(('scienceqa', 'mimic-it', 'activitynet-chat'), ChatLessons),
}


@dataclass(frozen=True, kw_only=True)
class OpenSet:
    """A data set with its share of all lessons, 0 to 1."""

    group: str
    config: SetConfig
    share: float
    drawer: Drawer


class Mixture:
    """The lessons of a training. Opening it reads expressions, no pictures and no masks."""

    def __init__(
        self,
        config: DataConfig,
        *,
        template: PromptTemplate,
        seed: int,
        groups: Sequence[GroupConfig] = (),
        stream: int = TRAINING,
    ) -> None:
        """
        Open all data sets.

        groups  in the place of the config's own, for validation
        stream  TRAINING or VALIDATION: two streams never draw alike

        DataError for a set that is not there or holds nothing to learn.
        """
        self._config = config
        self._groups = tuple(groups or config.groups)
        self._key = (seed, stream)
        rules = Rules(
            expressions=config.expressions,
            negatives=config.negatives,
            text_only=config.text_only,
        )
        opened = partial(_open, root=config.root, rules=rules, wording=Wording(template))
        total = sum(group.weight for group in self._groups)
        self._sets = [opened(group, share=group.weight / total) for group in self._groups]
        self._weights = [group.weight / total for group in self._groups]
        self._balanced = BalancedDraws(self._weights, config.frames)

    @property
    def sets(self) -> tuple[OpenSet, ...]:
        """All data sets, group by group."""
        return tuple(s for group in self._sets for s in group)

    def lesson(self, step: int, slot: int, *, batch: int) -> Lesson:
        """
        Draw the lesson at one place of one step.

        batch  lessons per step

        Damaged items are passed over, with a warning. DataError if all that is drawn is damaged.
        """
        rng = np.random.default_rng((*self._key, step, slot))
        group, frames = self._choose(step, slot, batch, rng)
        sets = self._sets[group]
        for _ in range(_ATTEMPTS):
            within = sum(s.share for s in sets)
            chosen = sets[int(rng.choice(len(sets), p=[s.share / within for s in sets]))]
            try:
                return chosen.drawer.draw(rng, frames)
            except (DataError, InvalidQueryError) as error:
                _log.warning('passed over: %s', error)
                why = error
        raise DataError(
            f'group {self._groups[group].name}: {_ATTEMPTS} draws in turn were damaged, the last: '
            f'{why}; look through the sets with `visa-ros data check`'
        )

    def _choose(
        self, step: int, slot: int, batch: int, rng: np.random.Generator
    ) -> tuple[int, int]:
        """Choose a group and a number of frames."""
        fewest, most = self._config.frames
        if not self._config.balanced:
            group = int(rng.choice(len(self._weights), p=self._weights))
            return group, int(rng.integers(fewest, most + 1))
        # The reference's processes each count for themselves, so all of them are in one place of
        # the list; lanes stand for its processes, whatever the number of ours is.
        lanes = min(self._config.lanes, batch)
        per_lane = len(range(slot % lanes, batch, lanes))
        return self._balanced.draw(step * per_lane + slot // lanes)


def _open(
    group: GroupConfig, *, share: float, root: str, rules: Rules, wording: Wording
) -> list[OpenSet]:
    within = sum(s.weight for s in group.sets)
    return [
        OpenSet(
            group=group.name,
            config=s,
            share=share * s.weight / within,
            drawer=_drawer(s, Path(s.root or root), rules, wording),
        )
        for s in group.sets
    ]


def _drawer(config: SetConfig, root: Path, rules: Rules, wording: Wording) -> Drawer:
    dataset = open_dataset(config.name, root, config.split)
    drawer = _DRAWERS[config.name](dataset, rules, wording)
    if not len(drawer):
        raise DataError(f'{config.name} {config.split}: holds nothing')
    return drawer
