import json
import pickle

import numpy as np
import pytest

from visa_ros.data.masks import Foreground, MaskDict, PickledMasks, PngMasks, track_of
from visa_ros.data.synthetic_files import rle_json, save_numbers, save_pickle
from visa_ros.errors import DataError
from visa_ros.video.rle import decode

FRAMES = ('00000', '00001', '00002')


def masks_of(key):
    rng = np.random.default_rng(abs(key))
    masks = [rng.random((9, 7)) < 0.4 for _ in FRAMES]
    masks[key % 3][:] = False
    return masks


def entries(keys):
    return {str(key): [rle_json(mask) for mask in masks_of(key)] for key in keys}


def assert_track(track, key):
    for rle, mask in zip(track, masks_of(key), strict=True):
        np.testing.assert_array_equal(mask, decode(rle) if rle else np.zeros_like(mask))


@pytest.mark.parametrize('chunk', [64, 700, 1 << 22])
@pytest.mark.parametrize('indent', [None, 1])
def test_every_entry_of_a_json_is_found(tmp_path, monkeypatch, chunk, indent):
    monkeypatch.setattr('visa_ros.data.masks._CHUNK_BYTES', chunk)
    keys = [0, 1, 10, 2, 123456789, -4]
    path = tmp_path / 'mask_dict.json'
    path.write_text(json.dumps(entries(keys), indent=indent))
    masks = MaskDict(path)

    for key in reversed(keys):
        assert_track(masks.track('any', FRAMES, str(key)), key)
    with pytest.raises(DataError, match="no entry '3'"):
        masks.track('any', FRAMES, '3')


def test_a_json_is_not_read_before_it_is_needed(tmp_path):
    masks = MaskDict(tmp_path / 'mask_dict.json')
    with pytest.raises(DataError, match=r'mask_dict\.json: missing'):
        masks.track('any', FRAMES, '0')


def test_masks_go_to_other_processes(tmp_path):
    path = tmp_path / 'mask_dict.json'
    path.write_text(json.dumps(entries([3])))
    save_pickle(tmp_path / 'mask_dict.pkl', entries([3]))
    for masks in (MaskDict(path), PickledMasks(tmp_path / 'mask_dict.pkl')):
        masks.track('any', FRAMES, '3')
        assert_track(pickle.loads(pickle.dumps(masks)).track('any', FRAMES, '3'), 3)
    assert len(pickle.dumps(masks)) < 1000


@pytest.mark.parametrize('cut', [1, 3, 40])
def test_a_json_that_is_cut_off_is_refused(tmp_path, cut):
    path = tmp_path / 'mask_dict.json'
    path.write_text(json.dumps(entries([1, 2]))[: -1 - cut])
    masks = MaskDict(path)
    assert_track(masks.track('any', FRAMES, '1'), 1)
    with pytest.raises(DataError, match=r"entry '2' is damaged"):
        masks.track('any', FRAMES, '2')


def test_an_id_must_not_occur_twice(tmp_path):
    path = tmp_path / 'mask_dict.json'
    path.write_text('{"1": [null], "1": [null]}')
    with pytest.raises(DataError, match="two entries '1'"):
        MaskDict(path).track('any', ('0',), '1')


def test_there_is_one_mask_per_frame():
    assert track_of([None, None], ('0', '1'), 'here') == (None, None)
    with pytest.raises(DataError, match='here: 1 masks for 2 frames'):
        track_of([None], ('0', '1'), 'here')
    with pytest.raises(DataError, match='here: want a list'):
        track_of({}, ('0', '1'), 'here')


def test_a_pickle_of_another_form_is_refused(tmp_path):
    save_pickle(tmp_path / 'mask_dict.pkl', [1, 2])
    with pytest.raises(DataError, match='want a dict'):
        PickledMasks(tmp_path / 'mask_dict.pkl').track('any', FRAMES, '0')


def test_pngs_hold_the_numbers_of_the_objects(tmp_path):
    numbers = np.zeros((6, 8), np.uint8)
    numbers[1:3, 1:4], numbers[4:, 5:] = 1, 2
    for name in FRAMES[:2]:
        save_numbers(tmp_path / 'clip' / f'{name}.png', numbers, palette=True)
    masks = PngMasks(tmp_path)

    track = masks.track('clip', FRAMES[:2], '2')
    np.testing.assert_array_equal(decode(track[1]), numbers == 2)
    assert masks.track('clip', FRAMES[:2], '3') == (None, None)
    with pytest.raises(DataError, match=r'00002\.png: missing'):
        masks.track('clip', FRAMES, '1')
    save_numbers(tmp_path / 'clip' / '00002.png', np.zeros((6, 8, 3), np.uint8))
    with pytest.raises(DataError, match='palette'):
        masks.track('clip', FRAMES, '1')


def test_the_foreground_is_found_by_the_name_of_the_video(tmp_path):
    path = tmp_path / 'mask_dict_foreground.json'
    names = ['UVO/all/-a:b', 'x', 'TAO/y']
    whole = {
        name: {'masks_rle': entries([k])[str(k)], 'foreground_ratio': [0.1] * 3}
        for k, name in enumerate(names)
    }
    path.write_text(json.dumps(whole))
    for k, name in enumerate(names):
        assert_track(Foreground(path).track(name, FRAMES), k)
    with pytest.raises(DataError, match='no entry'):
        Foreground(path).track('y', FRAMES)
