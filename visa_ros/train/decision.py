"""The last stage of visa-nano: when to refuse and to ask back, chosen on scenes it never saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
import json
import os
from pathlib import Path

import numpy as np
from tqdm import tqdm

from visa_ros.data.tabletop import Tabletop
from visa_ros.errors import DataError
from visa_ros.model.build import VisaConfig
from visa_ros.model.checkpoint import CONFIG
from visa_ros.model.decision import calibrate, DecisionConfig, Evidence
from visa_ros.model.segmenter import load_segmenter, VisaSegmenter
from visa_ros.sim.expressions import make_expressions
from visa_ros.structs import Status
from visa_ros.train.wordings import more_words, validation_words


def choose_decision(
    folder: Path, data: Path, *, questions: int = 48, max_false_refusals: float = 0.1
) -> VisaConfig:
    """
    Choose weights and thresholds, and write config.json.

    Asked about are the last frame of each clip and, looking back, the first; every other clip in
    words that no training uses. A model that looks at depth gets a decision of its own for
    pictures without: half of the clips are asked about once more as a camera without depth sees
    them.

    folder              of the model
    data                clips of scenes that it was not trained on
    questions           about each clip
    max_false_refusals  share of the questions with an answer which may be refused
    returns             the config as it is written

    DataError for unreadable clips, without depth where the model looks at it, and where no
    question, or every one, is about something absent; CheckpointError if the folder holds no
    model.
    """
    clips = Tabletop(data)
    asking = _Asking(load_segmenter(folder), clips, questions)
    every, half = range(len(clips)), [k for k in range(len(clips)) if k // 2 % 2 == 0]
    config = VisaConfig.from_json(json.loads((folder / CONFIG).read_text()))
    least, allowed = config.decision.min_mask_px, max_false_refusals
    first = asking.choose(
        every, depth=config.relief, min_mask_px=least, max_false_refusals=allowed
    )
    other = None
    if config.relief:
        other = asking.choose(half, depth=False, min_mask_px=least, max_false_refusals=allowed)
    config = replace(config, decision=first, decision_without_depth=other)
    scratch = folder / (CONFIG + '.part')
    scratch.write_text(json.dumps(config.to_json(), indent=1) + '\n')
    os.replace(scratch, folder / CONFIG)
    return config


@dataclass(frozen=True)
class _Asking:
    """The model and what it is asked, to choose a decision by its answers."""

    segmenter: VisaSegmenter
    clips: Tabletop
    questions: int

    def choose(
        self, numbers: Sequence[int], *, depth: bool, min_mask_px: int, max_false_refusals: float
    ) -> DecisionConfig:
        """Choose the decision about pictures with depth, or about those without, by clips."""
        evidence, second_look, truths = zip(*self._asked(numbers, depth=depth), strict=True)
        return calibrate(
            evidence,
            truths,
            chosen_on=f'{len(truths)} questions about {len(numbers)} scenes kept from training, '
            f'half of them in new words, with{"" if depth else "out"} depth',
            # Not the area: close to a camera everything is large, whether it is meant or not.
            absent_from=('refusal', 'presence', 'quality', 'certainty'),
            max_false_refusals=max_false_refusals,
            min_mask_px=min_mask_px,
            second_look=second_look,
            odds=True,
        )

    def _asked(
        self, numbers: Sequence[int], *, depth: bool
    ) -> Iterator[tuple[Evidence, Evidence, Status]]:
        """Yield what a look at the last frame gives, what looking back gives, and the truth."""
        words = more_words(), validation_words()
        for index in tqdm(numbers, desc='with depth' if depth else 'without', unit='clip'):
            clip = self.clips.clip(index)
            frames = clip.frames(depth=depth)
            if depth and frames[-1].depth_m is None:
                raise DataError(f'{clip.name} has no depth; render the clips again')
            asked = make_expressions(
                clip.record, len(clip) - 1, np.random.default_rng((index, 3)),
                count=self.questions, more=words[index % len(words)],
            )  # fmt: skip
            texts = [e.text for e in asked]
            looks = self.segmenter.weigh_many(frames[:-1], frames[-1], texts)
            backward = self.segmenter.weigh_many(frames[:0:-1], frames[0], texts)
            for expression, look, back in zip(asked, looks, backward, strict=True):
                status = Status.FOUND if expression.targets else Status.ABSENT
                yield look, back, Status.AMBIGUOUS if expression.ambiguous else status
