"""
The mean of models that began from the same weights (Wortsman et al., Model soups, ICML 2022).

What was learned anew is moved back a part of the way to what was known before. On scenes that none
of them was trained on, the mean is often better than each.
"""

from __future__ import annotations

from collections.abc import Sequence
import math
from pathlib import Path
import shutil

import torch

from visa_ros.errors import CheckpointError, TrainingError
from visa_ros.model.checkpoint import load_model, save_model

_BESIDE = ('text', 'tracker.json', 'tracker.safetensors')


def average_models(folders: Sequence[Path], out: Path, *, weights: Sequence[float] = ()) -> None:
    """
    Write the mean of the models in the folders, with the config of the first.

    What else a model folder holds, the instruction encoder and the tracker, is copied from the
    first that has it, unless `out` does.

    weights  what each counts, above 0; none: all alike

    TrainingError for weights that do not fit, CheckpointError for models of different shapes.
    """
    counts = list(weights) or [1.0] * len(folders)
    if not folders or len(counts) != len(folders) or not all(map(_counts, counts)):
        raise TrainingError(
            f'{len(folders)} models and the weights {counts}: want one above 0 for each model'
        )
    model, config = load_model(folders[0])
    mean = {k: torch.zeros_like(v) for k, v in model.state_dict().items()}
    for folder, count in zip(folders, counts, strict=True):
        state = load_model(folder)[0].state_dict()
        if {k: v.shape for k, v in state.items()} != {k: v.shape for k, v in mean.items()}:
            raise CheckpointError(f'{folder}: not of the shape of {folders[0]}')
        for name, value in state.items():
            if value.is_floating_point():
                mean[name] += value * (count / sum(counts))
            else:
                mean[name] = value
    model.load_state_dict(mean)
    save_model(model, config, out)
    for name in _BESIDE:
        source = next((f / name for f in folders if (f / name).exists()), None)
        if source is None or (out / name).exists():
            continue
        if source.is_dir():
            shutil.copytree(source, out / name)
        else:
            shutil.copy(source, out / name)


def _counts(weight: float) -> bool:
    return math.isfinite(weight) and weight > 0
