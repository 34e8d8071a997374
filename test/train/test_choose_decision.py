"""When to refuse, chosen by the answers of a small model about a few clips."""

from dataclasses import replace
import json

import pytest
import torch

from visa_ros.errors import CheckpointError
from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.checkpoint import load_model, save_model
from visa_ros.train.decision import choose_decision


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


def test_a_model_that_looks_at_depth_gets_two(model, clips):
    folder = model(relief=True)
    config = choose_decision(folder, clips, questions=24)
    assert config.decision.chosen_on.endswith('with depth')
    assert config.decision_without_depth.chosen_on.endswith('without depth')
    assert VisaConfig.from_json(json.loads((folder / 'config.json').read_text())) == config
    assert load_model(folder)[1] == config


def test_another_model_gets_one(model, clips):
    config = choose_decision(model(relief=False), clips, questions=24)
    assert config.decision.chosen_on.endswith('without depth')
    assert config.decision_without_depth is None


def test_a_folder_without_a_model_is_refused(tmp_path, clips):
    with pytest.raises(CheckpointError):
        choose_decision(tmp_path, clips)
