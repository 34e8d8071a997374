"""The last stage of visa-nano: when to refuse and to ask back, chosen on scenes it never saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
import json
import os
from pathlib import Path

import numpy as np
from tqdm import tqdm

from visa_ros.data.tabletop import Tabletop
from visa_ros.model.build import VisaConfig
from visa_ros.model.checkpoint import CONFIG
from visa_ros.model.decision import calibrate, DecisionConfig, Evidence
from visa_ros.model.segmenter import load_segmenter
from visa_ros.sim.expressions import make_expressions
from visa_ros.structs import Status
from visa_ros.train.wordings import more_words, validation_words

_WITHOUT_DEPTH = 3  # every so many clips are shown as a camera without depth sees them


def choose_decision(
    folder: Path, data: Path, *, questions: int = 48, max_false_refusals: float = 0.1
) -> DecisionConfig:
    """
    Choose weights and thresholds, and write config.json.

    Asked about are the last frame of each clip and, looking back, the first; every other clip in
    words that no training uses, every third as a camera without depth sees it.

    folder              of the model
    data                clips of scenes that it was not trained on
    questions           about each clip
    max_false_refusals  share of the questions with an answer which may be refused

    DataError for unreadable clips, CheckpointError if the folder holds no model.
    """
    clips = Tabletop(data)
    evidence, second_look, truths = zip(*_asked(folder, clips, questions), strict=True)
    config = VisaConfig.from_json(json.loads((folder / CONFIG).read_text()))
    decision = calibrate(
        evidence,
        truths,
        chosen_on=f'{len(truths)} questions about {len(clips)} scenes kept from training, half of '
        'them in new words, a third without depth',
        # Not the area: close to a camera everything is large, whether it is meant or not.
        absent_from=('refusal', 'presence', 'quality', 'certainty'),
        max_false_refusals=max_false_refusals,
        min_mask_px=config.decision.min_mask_px,
        second_look=second_look,
        odds=True,
    )
    scratch = folder / (CONFIG + '.part')
    scratch.write_text(json.dumps(replace(config, decision=decision).to_json(), indent=1) + '\n')
    os.replace(scratch, folder / CONFIG)
    return decision


def _asked(
    folder: Path, clips: Tabletop, questions: int
) -> Iterator[tuple[Evidence, Evidence, Status]]:
    """Yield what a look at the last frame gives, what looking back gives, and the truth."""
    segmenter, words = load_segmenter(folder), (more_words(), validation_words())
    for index in tqdm(range(len(clips)), desc='asking', unit='clip'):
        clip = clips.clip(index)
        frames = clip.frames(depth=index % _WITHOUT_DEPTH > 0)
        asked = make_expressions(
            clip.record, len(clip) - 1, np.random.default_rng((index, 3)), count=questions,
            more=words[index % len(words)],
        )  # fmt: skip
        texts = [e.text for e in asked]
        looks = segmenter.weigh_many(frames[:-1], frames[-1], texts)
        backward = segmenter.weigh_many(frames[:0:-1], frames[0], texts)
        for expression, look, back in zip(asked, looks, backward, strict=True):
            status = Status.FOUND if expression.targets else Status.ABSENT
            yield look, back, Status.AMBIGUOUS if expression.ambiguous else status
