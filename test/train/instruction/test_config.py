"""Yaml files of trainings, and the learning rate."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from visa_ros.errors import ConfigError
from visa_ros.train.instruction.config import OptimizerConfig, read_config, TrainConfig
from visa_ros.train.instruction.schedule import rate_at

FOLDER = Path(__file__).parents[3] / 'config' / 'train'


def test_the_released_recipe():
    config = read_config(FOLDER / 'visa-7b.yaml')
    assert (config.steps, config.batch) == (15000, 128)
    assert (config.lora.rank, config.lora.alpha, config.lora.dropout) == (8, 16.0, 0.05)
    assert [g.weight for g in config.data.groups] == [9, 3, 3, 1, 4, 12]
    video = {s.name: s.weight for s in config.data.groups[-1].sets}
    assert video == {
        'mevis': 4000,
        'ref-youtube-vos': 15000,
        'ref-davis17': 400,
        'revos': 3000,
        'lvvis': 3000,
    }
    assert all(len({s.weight for s in g.sets}) == 1 for g in config.data.groups[:-1])
    assert config.optimizer == OptimizerConfig()
    assert config.losses == TrainConfig(model='', out='', data=config.data).losses
    assert config.accumulation(8) == 16


def test_the_variant_of_the_paper_differs_in_the_schedule_alone():
    released = read_config(FOLDER / 'visa-7b.yaml').to_json()
    paper = read_config(FOLDER / 'visa-7b-paper.yaml').to_json()
    assert paper.pop('optimizer') == released.pop('optimizer') | {
        'rate': 2e-5,
        'schedule': 'cosine',
    }
    assert paper | {'out': ''} == released | {'out': ''}


def test_a_config_survives_json(config):
    from visa_ros.model.published.strict import from_mapping

    assert from_mapping(TrainConfig, config.to_json(), '') == config


@pytest.mark.parametrize(
    ('line', 'said'),
    [
        ('stepps: 3', 'unknown'),
        ('steps: many', 'want int'),
        ('steps: 0', 'steps >= 1'),
        ('optimizer: {rate: 3e-4}', 'want float'),  # yaml's own rule: no dot, no number
        ('optimizer: {schedule: steep}', 'choose from linear, cosine'),
        ('compute: {precision: fp16}', 'choose from fp32, bf16'),
        ('data: {root: x, groups: []}', 'at least one group'),
        ('data: {root: x, groups: [{name: a, weight: 0, sets: [{name: revos}]}]}', 'weights > 0'),
        ('a: [', 'cannot be read'),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, line, said):
    path = tmp_path / 'wrong.yaml'
    good = 'model: m\nout: o\n'
    if not line.startswith('data'):
        good += 'data: {root: x, groups: [{name: a, weight: 1, sets: [{name: revos}]}]}\n'
    path.write_text(good + line)
    with pytest.raises(ConfigError, match=said):
        read_config(path)


def test_a_batch_that_does_not_split_is_refused(config):
    with pytest.raises(ConfigError, match='3 processes'):
        config.accumulation(3)


@pytest.mark.parametrize('schedule', ['linear', 'cosine'])
def test_the_rate_rises_from_0_and_falls_to_0(schedule):
    config = OptimizerConfig(schedule=schedule)
    rates = [rate_at(step, steps=15000, config=config) for step in range(15001)]
    assert rates[0] == 0
    assert rates[50] == pytest.approx(1.5e-4)
    assert rates[100] == max(rates) == pytest.approx(3e-4)
    assert rates[-1] == pytest.approx(0, abs=1e-12)
    assert rates[7550] == pytest.approx(1.5e-4)  # half of the way down
    falling = rates[100:]
    assert all(a >= b for a, b in pairwise(falling))
