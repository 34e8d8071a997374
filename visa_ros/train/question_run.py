"""What the stages that learn from questions share: from folders and settings to a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from visa_ros.data.tabletop import Tabletops
from visa_ros.model.build import VisaConfig
from visa_ros.model.text import load_text_encoder
from visa_ros.train.augment import Backgrounds
from visa_ros.train.questions import Asking, QuestionBatches
from visa_ros.train.run import Run, Schedule, start_from
from visa_ros.train.wordings import more_words

_REMEMBERED = 50_000  # texts whose states are kept, of 20 kB each


@dataclass(frozen=True, kw_only=True)
class QuestionTraining:
    """
    How to learn from questions.

    asking  what a step asks
    """

    schedule: Schedule
    asking: Asking
    seed: int = 0


def learn_from_questions(
    learner: Any,
    data: Sequence[Path],
    out: Path,
    *,
    title: str,
    start: Path,
    text: Path,
    config: VisaConfig,
    training: QuestionTraining,
    shares: Mapping[str, float],
    backgrounds: Path | None = None,
    resume: bool = False,
) -> None:
    """
    Train on the clips in the folders `data` and write config.json and visa.safetensors to `out`.

    learner      of Batch; what of its model does not require gradients stays as it is
    start        folder of the stage before
    text         folder of the frozen instruction encoder
    shares       what each of its losses counts
    backgrounds  folder of photographs that some objects are laid on
    resume       go on from the state in `out`, with the data in the order they would have had

    TrainingError if `start` holds nothing, DataError for unreadable clips.
    """
    start_from(learner, start)
    learner.model.to(memory_format=torch.channels_last)
    photos = None if backgrounds is None else Backgrounds(backgrounds)
    batches = QuestionBatches(
        Tabletops(data), text=load_text_encoder(text, remembered=_REMEMBERED),
        labels=config.labels, past_hw=config.past_hw, slots=config.slots,
        asking=training.asking, seed=training.seed, more=more_words(), backgrounds=photos,
    )  # fmt: skip
    run = Run(learner, config, training.schedule, shares, seed=training.seed)
    run.learn(batches.batch, out, title=title, resume=resume)
