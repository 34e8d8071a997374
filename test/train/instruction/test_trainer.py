"""Whole trainings of a toy model: what they write, and that an interruption changes nothing."""

from __future__ import annotations

from dataclasses import replace
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time

import pytest
from safetensors.torch import load_file
import torch
import yaml

from visa_ros.cli.main import main
from visa_ros.errors import ConfigError, TrainingError
from visa_ros.model.published.checkpoint import load_published
from visa_ros.train.instruction import learner as learner_module
from visa_ros.train.instruction.config import ValidationConfig
from visa_ros.train.instruction.encoding import Encoder
from visa_ros.train.instruction.export import export
from visa_ros.train.instruction.keeping import kept_in
from visa_ros.train.instruction.learner import Learner
from visa_ros.train.instruction.mixture import Mixture
from visa_ros.train.instruction.trainer import train

ROOT = Path(__file__).parents[3]


def lines_of(run):
    return [json.loads(line) for line in (Path(run) / 'log.jsonl').read_text().splitlines()]


def losses_of(run):
    return [line['loss'] for line in lines_of(run) if 'loss' in line]


def files_of(run):
    """Content of the newest checkpoint."""
    folder = kept_in(Path(run))[-1].folder
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def written(config, path):
    path.write_text(yaml.safe_dump(config.to_json()))
    return str(path)


def environment():
    return {
        **os.environ,
        'OMP_NUM_THREADS': str(torch.get_num_threads()),
        'PYTHONPATH': str(ROOT),
    }


def test_a_run_learns_and_leaves_its_traces(config):
    config = replace(config, steps=30, checkpoints=replace(config.checkpoints, every=15))
    best = train(config)
    run = Path(config.out)
    losses = losses_of(run)
    assert len(losses) == 30
    assert sum(losses[-5:]) < 0.6 * sum(losses[:5])
    first = lines_of(run)[0]
    assert first['rate'] == 0
    assert first['tokens'] > 0
    assert first['loss'] == pytest.approx(first['language'] + first['bce'] + first['dice'])
    assert [kept.step for kept in kept_in(run)] == [15, 30]
    assert best.step == 30
    assert list((run / 'tensorboard').iterdir())


def test_resuming_changes_nothing(config, tmp_path):
    whole = replace(config, out=str(tmp_path / 'whole'))
    train(whole)
    train(config)
    # As if it had been killed in step 5: the checkpoint of step 4 is the newest.
    newest = kept_in(Path(config.out))[-1]
    for path in (*newest.folder.iterdir(), newest.folder):
        path.rmdir() if path.is_dir() else path.unlink()
    with (Path(config.out) / 'log.jsonl').open('a') as log:
        log.write('{"step": 4, "lo')
    train(config, resume=True)
    assert files_of(config.out) == files_of(whole.out)
    assert losses_of(config.out) == losses_of(whole.out)


def test_a_killed_run_goes_on_bit_by_bit(config, tmp_path):
    config = replace(config, steps=40, batch=2, compute=replace(config.compute, workers=1))
    command = [sys.executable, '-m', 'visa_ros.cli.main', 'train']
    process = subprocess.Popen(
        [*command, written(config, tmp_path / 'killed.yaml')],
        env=environment(),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    log = Path(config.out) / 'log.jsonl'
    while process.poll() is None and not (log.is_file() and log.read_text().count('\n') > 7):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 0 < kept_in(Path(config.out))[-1].step < 40
    train(config, resume=True)
    whole = replace(config, out=str(tmp_path / 'whole'))
    train(whole)
    assert files_of(config.out) == files_of(whole.out)
    assert losses_of(config.out) == losses_of(whole.out)


@pytest.mark.parametrize('sharding', ['none', 'fsdp'])
def test_two_processes_learn_as_one_with_accumulation(config, tmp_path, sharding):
    config = replace(config, steps=4)
    train(config)
    two = replace(
        config,
        out=str(tmp_path / 'two'),
        compute=replace(config.compute, sharding=sharding),
    )
    done = subprocess.run(
        [
            *(sys.executable, '-m', 'torch.distributed.run', '--standalone'),
            *('--nproc-per-node', '2', '-m', 'visa_ros.cli.main', 'train'),
            written(two, tmp_path / 'two.yaml'),
        ],
        env=environment() | {'GLOO_SOCKET_IFNAME': 'lo'},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert losses_of(two.out) == pytest.approx(losses_of(config.out), rel=1e-5)
    one, other = (
        load_file(kept_in(Path(run))[-1].folder / 'trained.safetensors')
        for run in (config.out, two.out)
    )
    torch.testing.assert_close(one, other, atol=2e-4, rtol=1e-3)


def test_the_exported_model_answers_as_the_trained_one(config, start, start_folder, tmp_path):
    train(config)
    kept, _ = export(Path(config.out), tmp_path / 'model', checkpoint='last')
    exported = load_published(tmp_path / 'model', device='cpu')
    learner = Learner(
        load_published(start_folder, device='cpu'),
        lora=config.lora,
        losses=config.losses,
        checkpointing=False,
    )
    learner.visa.load_state_dict(kept.trained(), strict=False)
    learner.eval()
    mixture = Mixture(config.data, template=start.template, seed=7)
    encoder = Encoder(
        start.config, tokenizer=start.tokenizer, template=start.template, max_tokens=2048
    )
    for slot in range(4):
        sample = encoder.encode(mixture.lesson(0, slot, batch=4)).sample
        answers = [answer_of(model, sample) for model in (exported, learner.visa)]
        untouched = answer_of(load_published(start_folder, device='cpu'), sample)
        for found, wanted, before in zip(*answers, untouched, strict=True):
            torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)
            assert not len(found) or not torch.allclose(found, before, atol=1e-3)


@torch.no_grad()
def answer_of(model, sample):
    """Words and masks of a sample's first question."""
    visual = model.encode_pictures(sample.pictures)
    hidden = model.hidden(model.embed_prompt(sample.ids[0], visual)[None])
    states = hidden[0, model.seg_positions(sample.ids[0])]
    masks = model.decode_masks(model.embed_target(sample.target[None]), states).low_res
    return model.lm_head(hidden), masks


def test_export_through_the_command(config, tmp_path, capsys, monkeypatch):
    from visa_ros.cli import main as commands

    table = {**commands.COMMANDS, 'export': 'visa_ros.cli.export'}
    monkeypatch.setattr(commands, 'COMMANDS', table)
    train(config)
    run, folder = config.out, str(tmp_path / 'model')
    assert main(['export', run, '-o', folder, '--checkpoint', '4', '--precision', 'bf16']) == 0
    assert 'step 4' in capsys.readouterr().out
    dtypes = {
        v.dtype for v in load_file(tmp_path / 'model/model-00001-of-00001.safetensors').values()
    }
    assert dtypes == {torch.bfloat16}
    assert main(['export', run, '-o', folder]) == 2
    assert '--overwrite' in capsys.readouterr().err
    assert main(['export', run, '-o', folder + '2', '--checkpoint', '77']) == 2
    assert 'best, last' in capsys.readouterr().err
    assert main(['export', str(tmp_path), '-o', folder + '2']) == 2


def test_validation_decides_which_is_best(config):
    checks = ValidationConfig(samples=3, groups=config.data.groups[-1:])
    config = replace(config, validation=checks, checkpoints=replace(config.checkpoints, every=3))
    train(config)
    noted = [line['score'] for line in lines_of(config.out) if 'score' in line]
    assert noted == [kept.score for kept in kept_in(Path(config.out))]
    again = replace(config, out=config.out + '2')
    train(again)
    assert [k.score for k in kept_in(Path(again.out))] == noted


def test_a_loss_that_is_not_finite_stops_and_is_saved(config):
    config = replace(config, optimizer=replace(config.optimizer, rate=1e25, warmup=0))
    with pytest.raises(TrainingError, match='step 1 is not finite') as caught:
        train(config)
    folder = Path(config.out) / 'not_finite'
    tensors = sorted(folder.glob('*.safetensors'))
    assert tensors
    for path in tensors:
        assert path.name.startswith('step-0000001-slot-')
        assert set(load_file(path)) == {'pictures', 'target', 'truth'}
        texts = json.loads(path.with_suffix('.json').read_text())
        assert texts['source'] in str(caught.value)
        assert texts['prompts']


def test_out_of_memory_says_what_to_lower(config, monkeypatch):
    def fail(*_, **__):
        raise torch.OutOfMemoryError('CUDA out of memory')

    monkeypatch.setattr(learner_module, 'training_losses', fail)
    with pytest.raises(TrainingError, match=r'out of memory at step 0.*checkpointing') as caught:
        train(config)
    assert 'per_device' not in str(caught.value)  # it is at its lowest
    compute = replace(config.compute, per_device=2, checkpointing=True)
    with pytest.raises(TrainingError, match=r'per_device \(2\)') as caught:
        train(replace(config, compute=compute))
    assert 'checkpointing' not in str(caught.value)


def test_another_error_is_not_taken_for_it(config, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError('shapes differ')

    monkeypatch.setattr(learner_module, 'training_losses', fail)
    with pytest.raises(RuntimeError, match='shapes differ'):
        train(config)


def test_a_run_is_neither_overwritten_nor_mixed_up(config):
    train(config)
    with pytest.raises(ConfigError, match='--resume'):
        train(config)
    with pytest.raises(ConfigError, match='another seed'):
        train(replace(config, seed=1), resume=True)


def test_a_dry_run_shows_what_would_be_learned(config, tmp_path, capsys):
    assert main(['train', written(config, tmp_path / 'dry.yaml'), '--dry-run']) == 0
    said = capsys.readouterr().out
    for word in ('revos', 'SHARE', 'optimiser', 'GB', 'ASSISTANT'):
        assert word in said
    pictures = sorted((Path(config.out) / 'dry-run').glob('*.png'))
    assert [path.name for path in pictures] == [f'sample-{k}.png' for k in range(3)]
    assert all(str(path) in said for path in pictures)
    assert not kept_in(Path(config.out))


def test_a_toy_model_is_made_where_it_is_asked_for(config):
    train(replace(config, model='tiny', steps=1))
    export(Path(config.out), Path(config.out) / 'model')
    assert load_published(Path(config.out) / 'model', device='cpu').config.language.layers == 2
