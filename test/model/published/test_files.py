import json
import os
import pickle

import pytest
from safetensors.torch import save_file
import torch

from visa_ros.errors import CheckpointError
from visa_ros.model.published.files import tensor_files, TensorFile

TENSORS = {'a': torch.arange(6.0).reshape(2, 3), 'b': torch.ones(4, dtype=torch.bfloat16)}


class Code:
    """Something a pickle can hold that is run when it is loaded."""

    def __reduce__(self):
        return os.mkdir, ('/nowhere/at/all',)


@pytest.fixture(params=['zip.bin', 'old.pth', 'safe.safetensors'])
def stored(request, tmp_path):
    path = tmp_path / request.param
    if path.suffix == '.safetensors':
        save_file(TENSORS, path)
    else:
        torch.save(TENSORS, path, _use_new_zipfile_serialization=request.param == 'zip.bin')
    return path


def test_shapes_are_known_before_anything_is_read(stored):
    entries = TensorFile(stored).entries
    assert {k: (e.shape, e.dtype) for k, e in entries.items()} == {
        k: (tuple(t.shape), t.dtype) for k, t in TENSORS.items()
    }


def test_reading_goes_on_after_memory_was_given_back(stored):
    file = TensorFile(stored)
    for _ in range(2):
        for key, tensor in TENSORS.items():
            assert torch.equal(file.read(key), tensor)
        file.release()


@pytest.mark.parametrize('share', [0.0, 0.02, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short(stored, share):
    whole = stored.read_bytes()
    stored.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(CheckpointError, match=f'{stored.name}.*damaged'):
        TensorFile(stored)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        ({'w': TENSORS['a'], 'hook': Code()}, 'could be code'),
        (Code(), 'could be code'),
        ({'state_dict': TENSORS}, 'state_dict'),
        ({**TENSORS, 'epoch': 3}, 'epoch'),
        ({1: TENSORS['a']}, 'more than tensors: 1'),
        ([TENSORS['a']], 'holds a list'),
        ({'s': torch.eye(3).to_sparse()}, 'more than tensors: s'),
    ],
)
def test_a_pickle_may_hold_tensors_alone(tmp_path, content, reason):
    path = tmp_path / 'model.bin'
    torch.save(content, path)
    with pytest.raises(CheckpointError, match=reason):
        TensorFile(path)


@pytest.mark.filterwarnings('ignore:Detected pickle protocol')
def test_a_plain_pickle_is_not_run(tmp_path):
    path = tmp_path / 'model.bin'
    path.write_bytes(pickle.dumps(Code()))
    with pytest.raises(CheckpointError, match='refused'):
        TensorFile(path)


def test_what_a_server_sends_instead_of_a_file(tmp_path):
    for name in ('a.bin', 'a.safetensors'):
        (tmp_path / name).write_bytes(b'<!doctype html><title>sign in</title>' * 9)
        with pytest.raises(CheckpointError, match=name):
            TensorFile(tmp_path / name)


def index(folder, names):
    for name in names:
        (folder / os.path.basename(name)).touch()
    weight_map = {f'w{k}': name for k, name in enumerate(names)}
    (folder / 'pytorch_model.bin.index.json').write_text(json.dumps({'weight_map': weight_map}))


def test_an_index_lists_its_shards(tmp_path):
    index(tmp_path, ['b.bin', 'a.bin', 'b.bin'])
    assert tensor_files(tmp_path) == [tmp_path / 'a.bin', tmp_path / 'b.bin']


@pytest.mark.parametrize(
    'name', ['../a.bin', '/etc/a.bin', 'x/a.bin', '..', '', 'x\\a.bin', 'c:a.bin']
)
def test_an_index_cannot_lead_out_of_its_folder(tmp_path, name):
    folder = tmp_path / 'model'
    folder.mkdir()
    (tmp_path / 'a.bin').touch()
    index(folder, ['ok.bin'])
    weight_map = {'w': 'ok.bin', 'v': name}
    (folder / 'pytorch_model.bin.index.json').write_text(json.dumps({'weight_map': weight_map}))
    with pytest.raises(CheckpointError, match='not the name of a file beside it'):
        tensor_files(folder)


@pytest.mark.parametrize(
    'content', ['', '[]', '{}', '{"weight_map": {}}', '{"weight_map": {"a": 3}}']
)
def test_an_index_that_makes_no_sense(tmp_path, content):
    (tmp_path / 'model.safetensors.index.json').write_text(content)
    with pytest.raises(CheckpointError, match=r'model\.safetensors\.index\.json'):
        tensor_files(tmp_path)


def test_an_index_of_shards_that_are_not_there(tmp_path):
    index(tmp_path, ['a.bin', 'b.bin', 'c.bin'])
    (tmp_path / 'a.bin').unlink()
    (tmp_path / 'c.bin').unlink()
    with pytest.raises(CheckpointError, match=r'a\.bin, c\.bin missing'):
        tensor_files(tmp_path)


def test_an_index_of_another_kind_of_file(tmp_path):
    index(tmp_path, ['a.bin', 'training_args.py'])
    with pytest.raises(CheckpointError, match=r'end in \.bin'):
        tensor_files(tmp_path)


def test_safetensors_are_preferred(tmp_path):
    for name in ('model.safetensors', 'pytorch_model.bin', 'training_args.bin'):
        (tmp_path / name).touch()
    assert tensor_files(tmp_path) == [tmp_path / 'model.safetensors']


def test_places_without_a_checkpoint(tmp_path):
    with pytest.raises(CheckpointError, match='is not there'):
        tensor_files(tmp_path / 'none')
    with pytest.raises(CheckpointError, match='holds no checkpoint'):
        tensor_files(tmp_path)
    (tmp_path / 'notes.txt').touch()
    with pytest.raises(CheckpointError, match='want a folder or a file'):
        tensor_files(tmp_path / 'notes.txt')
