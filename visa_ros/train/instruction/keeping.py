"""
Checkpoints of a training: what is trained and the optimiser's state, all of it or nothing.

    RUN/checkpoints/step-0000500/trained.safetensors    weights, by the names in the network
    RUN/checkpoints/step-0000500/optimizer.safetensors  by name and field
    RUN/checkpoints/step-0000500/state.json             step and score

The frozen weights stay in the folder that the training started from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import json
import os
from pathlib import Path
import re
import shutil

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from visa_ros.errors import CheckpointError

FOLDER = 'checkpoints'
TRAINED, OPTIMIZER, STATE = 'trained.safetensors', 'optimizer.safetensors', 'state.json'
_NAME = re.compile(r'step-\d{7,}')


@dataclass(frozen=True, kw_only=True)
class Kept:
    """
    A checkpoint on disk.

    step   steps that were done
    score  the loss it is judged by; less is better
    """

    folder: Path
    step: int
    score: float

    def trained(self) -> dict[str, Tensor]:
        """Read the trained weights; CheckpointError if they are damaged."""
        return _read(self.folder / TRAINED)

    def optimizer(self) -> dict[str, Tensor]:
        """Read the optimiser's state; CheckpointError if it is damaged."""
        return _read(self.folder / OPTIMIZER)


def kept_in(run: Path) -> list[Kept]:
    """Return the checkpoints of a run, oldest first; unfinished ones do not count."""
    folders = (run / FOLDER).glob('step-*')
    found = [_kept(folder) for folder in folders if _NAME.fullmatch(folder.name)]
    return sorted(found, key=lambda kept: kept.step)


def best_of(kept: list[Kept]) -> Kept:
    """Return the checkpoint of the lowest score; the later one of two alike."""
    return min(kept, key=lambda k: (k.score, -k.step))


def keep(
    run: Path,
    *,
    step: int,
    score: float,
    trained: Mapping[str, Tensor],
    optimizer: Mapping[str, Tensor],
    last: int,
) -> None:
    """
    Write a checkpoint and remove old ones, but for the newest `last` and the best.

    It is written beside its place and renamed when it is complete. CheckpointError if the disk is
    full or cannot be written.
    """
    folder = run / FOLDER / f'step-{step:07}'
    part = folder.with_name(f'{folder.name}.part')
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        save_file(dict(trained), part / TRAINED)
        save_file(dict(optimizer), part / OPTIMIZER)
        (part / STATE).write_text(json.dumps({'step': step, 'score': score}), encoding='utf-8')
        for path in (*part.iterdir(), part):
            _sync(path)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(part, folder)
        _sync(folder.parent)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f'{folder} cannot be written: {error}') from error
    _prune(run, last)


def _prune(run: Path, last: int) -> None:
    kept = kept_in(run)
    for old in kept[:-last]:
        if old != best_of(kept):
            # Renamed first: what is half removed must not look like a checkpoint.
            gone = old.folder.with_name(f'{old.folder.name}.gone')
            os.replace(old.folder, gone)
            shutil.rmtree(gone, ignore_errors=True)


def _kept(folder: Path) -> Kept:
    path = folder / STATE
    try:
        state = json.loads(path.read_text(encoding='utf-8'))
        return Kept(folder=folder, step=int(state['step']), score=float(state['score']))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f'{path} is damaged: {error}; remove this checkpoint') from error


def _read(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f'{path} cannot be read: {error}') from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
