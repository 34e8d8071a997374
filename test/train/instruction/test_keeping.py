"""Checkpoints: whole or not there, the last and the best."""

from __future__ import annotations

import pytest
import torch

from visa_ros.errors import CheckpointError
from visa_ros.train.instruction import keeping
from visa_ros.train.instruction.keeping import best_of, FOLDER, keep, kept_in

WEIGHTS = {'a': torch.arange(4.0)}
MOMENTS = {'a/step': torch.tensor(3.0)}


def put(run, step, score, last=2):
    keep(run, step=step, score=score, trained=WEIGHTS, optimizer=MOMENTS, last=last)


def test_what_is_kept_can_be_read(tmp_path):
    put(tmp_path, 3, 0.5)
    (kept,) = kept_in(tmp_path)
    assert (kept.step, kept.score) == (3, 0.5)
    torch.testing.assert_close(kept.trained(), WEIGHTS)
    torch.testing.assert_close(kept.optimizer(), MOMENTS)


def test_the_last_and_the_best_stay(tmp_path):
    for step, score in enumerate((0.9, 0.2, 0.8, 0.7, 0.6), start=1):
        put(tmp_path, step, score)
    assert [kept.step for kept in kept_in(tmp_path)] == [2, 4, 5]
    assert best_of(kept_in(tmp_path)).step == 2


def test_an_interrupted_write_leaves_no_checkpoint(tmp_path, monkeypatch):
    put(tmp_path, 1, 0.5)

    def fail(*_):
        raise OSError('No space left on device')

    with monkeypatch.context() as patch:
        patch.setattr(keeping, 'save_file', fail)
        with pytest.raises(CheckpointError, match='No space left'):
            put(tmp_path, 2, 0.4)
    assert [kept.step for kept in kept_in(tmp_path)] == [1]
    put(tmp_path, 2, 0.4)
    assert [kept.step for kept in kept_in(tmp_path)] == [1, 2]


@pytest.mark.parametrize('name', ['trained.safetensors', 'optimizer.safetensors', 'state.json'])
def test_a_damaged_file_is_named(tmp_path, name):
    put(tmp_path, 1, 0.5)
    path = tmp_path / FOLDER / 'step-0000001' / name
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(CheckpointError, match=name):
        [(kept.trained(), kept.optimizer()) for kept in kept_in(tmp_path)]
