"""The mean of models."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from visa_ros.cli.main import main
from visa_ros.errors import CheckpointError, TrainingError
from visa_ros.model.build import build_model
from visa_ros.model.checkpoint import load_model, save_model
from visa_ros.model.segmenter import load_segmenter
from visa_ros.structs import Frame
from visa_ros.train.averaging import average_models


@pytest.fixture
def models(small, tmp_path):
    folders = [tmp_path / 'one', tmp_path / 'other']
    for seed, folder in enumerate(folders):
        torch.manual_seed(seed)
        save_model(build_model(small), small, folder)
    return folders


@pytest.mark.parametrize(('weights', 'share'), [((), 0.5), ((1.0, 3.0), 0.75)])
def test_each_weight_is_the_mean(models, small, tmp_path, weights, share):
    average_models(models, tmp_path / 'mean', weights=weights)
    mean, config = load_model(tmp_path / 'mean')
    assert config == small
    one, other = (load_model(folder)[0].state_dict() for folder in models)
    for name, value in mean.state_dict().items():
        wanted = (1 - share) * one[name] + share * other[name]
        torch.testing.assert_close(value, wanted, atol=2e-3, rtol=2e-3)


def test_the_command_gives_a_folder_that_answers(models, text_folder, tmp_path):
    (models[1] / 'text').symlink_to(text_folder)
    out = tmp_path / 'mean'
    names = [str(folder) for folder in models]
    assert main(['train', 'average', *names, '--weights', '2', '1', '-o', str(out)]) == 0
    assert not (out / 'text').is_symlink()
    frame = Frame(rgb=np.zeros((96, 128, 3), np.uint8), stamp_ns=1)
    assert load_segmenter(out).ground((), frame, 'the mug').answer


def test_weights_and_shapes_that_do_not_fit_are_named(models, small, tmp_path):
    out = tmp_path / 'mean'
    for wrong in ((1.0,), (1.0, -1.0), (1.0, float('nan'))):
        with pytest.raises(TrainingError, match='one above 0 for each'):
            average_models(models, out, weights=wrong)
    wider = replace(small, hidden=48)
    save_model(build_model(wider), wider, tmp_path / 'wider')
    with pytest.raises(CheckpointError, match='shape'):
        average_models([*models, tmp_path / 'wider'], out)
    assert not out.exists()
