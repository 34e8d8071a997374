"""When to refuse, chosen by the answers of a small model about a few clips."""

from dataclasses import replace
import json
import shutil

import pytest
import torch

from visa_ros.errors import CheckpointError, DataError
from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.checkpoint import load_model, save_model
from visa_ros.sim.dataset import render_dataset
from visa_ros.sim.world import WorldConfig
from visa_ros.train.decision import choose_decision


@pytest.fixture(scope='module')
def four_clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp('four')
    config = WorldConfig(width=128, height=96, duration_s=2.0)
    render_dataset(folder, range(4), config=config, frames=3, rate_hz=2.0, progress=False)
    return folder


@pytest.fixture
def model(tmp_path, small, text_folder):
    """Write a model folder."""

    def write(*, relief):
        torch.manual_seed(0)
        config = replace(small, relief=relief)
        save_model(build_model(config), config, tmp_path)
        (tmp_path / 'text').symlink_to(text_folder)
        return tmp_path

    return write


def test_a_model_that_looks_at_depth_gets_two(model, four_clips):
    folder = model(relief=True)
    config = choose_decision(folder, four_clips, questions=16)
    assert '4 scenes' in config.decision.chosen_on
    assert config.decision.chosen_on.endswith('with depth')
    assert '2 scenes' in config.decision_without_depth.chosen_on
    assert config.decision_without_depth.chosen_on.endswith('without depth')
    assert VisaConfig.from_json(json.loads((folder / 'config.json').read_text())) == config
    assert load_model(folder)[1] == config


def test_another_model_gets_one_from_all_clips(model, four_clips):
    config = choose_decision(model(relief=False), four_clips, questions=16)
    assert '4 scenes' in config.decision.chosen_on
    assert config.decision.chosen_on.endswith('without depth')
    assert config.decision_without_depth is None


def test_depth_that_is_not_there_is_missed(model, four_clips, tmp_path):
    bare = tmp_path / 'bare'
    shutil.copytree(four_clips, bare, ignore=shutil.ignore_patterns('Depth'))
    folder = model(relief=True)
    before = (folder / 'config.json').read_text()
    with pytest.raises(DataError, match='no depth'):
        choose_decision(folder, bare, questions=4)
    assert (folder / 'config.json').read_text() == before


def test_a_folder_without_a_model_is_refused(tmp_path, clips):
    with pytest.raises(CheckpointError):
        choose_decision(tmp_path, clips)
