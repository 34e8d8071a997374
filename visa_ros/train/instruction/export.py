"""From a run to a model: what was trained goes back into the weights it started from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
import json
from pathlib import Path
import re
import shutil

import torch
from torch import Tensor

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.decision import DecisionConfig
from visa_ros.model.published.convert import convert, Converted
from visa_ros.model.published.sources import open_checkpoint
from visa_ros.model.published.strict import from_mapping
from visa_ros.model.published.weights import Weights
from visa_ros.train.instruction.config import TINY, TrainConfig
from visa_ros.train.instruction.keeping import best_of, Kept, kept_in
from visa_ros.train.instruction.start import START
from visa_ros.train.instruction.trainer import CONFIG

_FACTOR = re.compile(r'(?P<module>.+)\.lora_(?P<factor>[AB])\.default\.weight')
_TRACKER = ('tracker.json', 'tracker.safetensors')


class TunedWeights(Weights):
    """
    The weights a training started from, with what it changed.

    Tensors keep the dtype of the start; LoRA is merged: W + (alpha / r) B A.
    """

    def __init__(self, start: Path, trained: Mapping[str, Tensor], *, alpha: float) -> None:
        """Look into both; CheckpointError where they do not belong together."""
        super().__init__([start])
        self._scale = alpha
        self._whole: dict[str, Tensor] = {}
        self._low_rank: dict[str, dict[str, Tensor]] = {}
        for key, value in trained.items():
            match = _FACTOR.fullmatch(key)
            if match:
                factors = self._low_rank.setdefault(match['module'] + '.weight', {})
                factors[match['factor']] = value
            else:
                self._whole[key] = value
        self._check()

    def read(self, key: str) -> Tensor:
        """Return a tensor on the CPU in the dtype of the start, LoRA merged."""
        if key in self._whole:
            return self._whole[key].to(self.dtype(key))
        weight = super().read(key)
        if key not in self._low_rank:
            return weight
        down, up = (self._low_rank[key][factor].float() for factor in 'AB')
        return (weight.float() + (self._scale / len(down)) * (up @ down)).to(weight.dtype)

    def _check(self) -> None:
        shapes = self.shapes
        wrong = [k for k, v in self._whole.items() if shapes.get(k) != tuple(v.shape)]
        for key, factors in self._low_rank.items():
            if set(factors) != {'A', 'B'} or shapes.get(key) != (
                len(factors['B']),
                factors['A'].shape[1],
            ):
                wrong.append(key)
        if wrong:
            raise CheckpointError(
                f'{len(wrong)} trained tensors do not fit the model the run started from, such '
                f'as {wrong[0]}: was its folder replaced?'
            )


def export(
    run: Path,
    folder: Path,
    *,
    checkpoint: str = 'best',
    precision: str = 'keep',
    overwrite: bool = False,
) -> tuple[Kept, Converted]:
    """
    Write a checkpoint of a run as a folder that `load_published` reads.

    checkpoint  'best', 'last', or a number of steps
    precision   as of `convert`; 'keep': that of the model the run started from
    overwrite   replace a folder that holds a published VISA

    The tracker beside the start is copied. Thresholds that were chosen for the model before are
    not taken over. Raises ConfigError for a run or checkpoint that is not there, CheckpointError
    for one that is damaged.
    """
    config = read_run(run)
    kept = _choose(run, checkpoint)
    start = run / START if config.model == TINY else Path(config.model)
    before = open_checkpoint([start])
    tuned = replace(
        before,
        weights=TunedWeights(start, kept.trained(), alpha=config.lora.alpha),
        config=replace(before.config, decision=DecisionConfig()),
    )

    def copy_tracker(part: Path) -> None:
        for name in _TRACKER:
            if (start / name).is_file():
                shutil.copyfile(start / name, part / name)

    with torch.no_grad():
        done = convert(
            tuned, folder, precision=precision, overwrite=overwrite, extras=copy_tracker
        )
    return kept, done


def read_run(run: Path) -> TrainConfig:
    """Read the settings of a run; ConfigError if the folder holds none."""
    path = run / CONFIG
    try:
        raw = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise ConfigError(f'{path} cannot be read: is {run} the folder of a training?') from error
    return from_mapping(TrainConfig, raw, str(path))


def _choose(run: Path, checkpoint: str) -> Kept:
    kept = kept_in(run)
    if not kept:
        raise ConfigError(f'{run} holds no checkpoint yet')
    if checkpoint in ('best', 'last'):
        return best_of(kept) if checkpoint == 'best' else kept[-1]
    for one in kept:
        if str(one.step) == checkpoint:
            return one
    steps = ', '.join(str(one.step) for one in kept)
    raise ConfigError(f'{run} holds no checkpoint {checkpoint!r}: best, last, {steps}')
