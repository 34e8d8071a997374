"""The last stage of visa-nano: when to refuse and to ask back, chosen on scenes it never saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
import json
import os
from pathlib import Path

import numpy as np
from tqdm import tqdm

from visa_ros.data.tabletop import Clip, Tabletop
from visa_ros.model.build import VisaConfig
from visa_ros.model.checkpoint import CONFIG
from visa_ros.model.decision import calibrate, DecisionConfig, Evidence
from visa_ros.model.segmenter import load_segmenter
from visa_ros.sim.expressions import make_expressions
from visa_ros.structs import Frame, Status
from visa_ros.train.wordings import more_words


def choose_decision(
    folder: Path, data: Path, *, questions: int = 16, max_false_refusals: float = 0.06
) -> DecisionConfig:
    """
    Ask about the last frame of each clip; choose weights and thresholds, and write config.json.

    folder              of the model
    data                clips of scenes that it was not trained on
    questions           about each clip
    max_false_refusals  share of the questions with an answer which may be refused

    DataError for unreadable clips, CheckpointError if the folder holds no model.
    """
    evidence, truths = [], []
    clips = Tabletop(data)
    for found, truth in _asked(folder, clips, questions):
        evidence.append(found)
        truths.append(truth)
    config = VisaConfig.from_json(json.loads((folder / CONFIG).read_text()))
    decision = calibrate(
        evidence,
        truths,
        chosen_on=f'{len(truths)} questions about {len(clips)} scenes kept from training',
        max_false_refusals=max_false_refusals,
        min_mask_px=config.decision.min_mask_px,
    )
    scratch = folder / (CONFIG + '.part')
    scratch.write_text(json.dumps(replace(config, decision=decision).to_json(), indent=1) + '\n')
    os.replace(scratch, folder / CONFIG)
    return decision


def _asked(folder: Path, clips: Tabletop, questions: int) -> Iterator[tuple[Evidence, Status]]:
    segmenter, more = load_segmenter(folder), more_words()
    for index in tqdm(range(len(clips)), desc='asking', unit='clip'):
        clip = clips.clip(index)
        frames = _frames(clip)
        asked = make_expressions(
            clip.record, len(clip) - 1, np.random.default_rng((index, 3)), count=questions,
            more=more,
        )  # fmt: skip
        weighed = segmenter.weigh_many(frames[:-1], frames[-1], [e.text for e in asked])
        for expression, evidence in zip(asked, weighed, strict=True):
            status = Status.FOUND if expression.targets else Status.ABSENT
            yield evidence, Status.AMBIGUOUS if expression.ambiguous else status


def _frames(clip: Clip) -> list[Frame]:
    stamps = (frame.stamp_ns for frame in clip.record.frames)
    return [Frame(rgb=clip.rgb(k), stamp_ns=stamp) for k, stamp in enumerate(stamps)]
