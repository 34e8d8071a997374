"""The façade on a tiny random model, and what it refuses to load."""

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
import torch

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.segmenter import load_segmenter, prepare_picture
from visa_ros.structs import Frame, Status


def make_frame(seed, hw=(75, 101)):
    rgb = np.random.default_rng(seed).integers(0, 255, (*hw, 3), dtype=np.uint8)
    return Frame(rgb=rgb, stamp_ns=seed)


def test_an_answer_keeps_the_contract(model_folder):
    segmenter = load_segmenter(model_folder)
    answer = segmenter.ground([make_frame(0), make_frame(1)], make_frame(2), 'the mug')
    assert answer.status in (Status.FOUND, Status.ABSENT, Status.AMBIGUOUS)
    assert (answer.status is Status.ABSENT) == (not answer.detections)
    for detection in answer.detections:
        assert detection.mask.shape == (75, 101)
        assert detection.mask.dtype == bool
        assert detection.mask.any()
        assert 0 <= detection.score <= 1
    assert set(answer.ms) == {'encode', 'language', 'mask'}


def test_the_same_question_gets_the_same_answer(model_folder):
    segmenter = load_segmenter(model_folder)
    one, two = (segmenter.ground([], make_frame(3), 'the mug?') for _ in range(2))
    assert one.answer == two.answer
    for a, b in zip(one.detections, two.detections, strict=True):
        np.testing.assert_array_equal(a.mask, b.mask)


def test_pictures_of_any_size_and_layout_are_taken():
    wide = np.zeros((40, 300, 3), np.uint8)[:, ::-1]
    assert prepare_picture(wide, (64, 96)).shape == (3, 64, 96)


def test_missing_and_damaged_files_are_named(model_folder, tmp_path):
    with pytest.raises(CheckpointError, match=r'config\.json is missing'):
        load_segmenter(tmp_path / 'nowhere')
    weights = model_folder / 'visa.safetensors'
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match='cut short'):
        load_segmenter(model_folder)


def test_every_wrong_key_is_named(model_folder):
    file = model_folder / 'visa.safetensors'
    tensors = load_file(file)
    del tensors['lm_head.weight']
    tensors['stranger'] = torch.zeros(1)
    tensors['motion.bias'] = torch.zeros(3)
    tensors['mm_projector.bias'] = torch.full((32,), torch.nan)
    save_file(tensors, file)
    with pytest.raises(CheckpointError) as caught:
        load_segmenter(model_folder)
    for word in ('missing lm_head.weight', 'unexpected stranger', 'motion.bias', 'not finite'):
        assert word in str(caught.value)


def test_a_device_that_is_not_there_is_an_error(model_folder):
    with pytest.raises(ConfigError, match='device'):
        load_segmenter(model_folder, device='cuda:7')
