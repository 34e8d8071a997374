import json
import pickle

import pytest

from visa_ros.data.files import find_folder, image_hw, inner_name, inner_path, read_json, require
from visa_ros.data.stream import object_at, objects_in
from visa_ros.data.unpickle import read_plain_pickle
from visa_ros.errors import DataError


@pytest.mark.parametrize('path', ['a', 'UVO/all/-CiPki3XuVI', 'a..b/c.d', 'ünïcode'])
def test_paths_inside_the_set_are_taken(path):
    assert inner_path(path, 'here') == path


@pytest.mark.parametrize(
    'path', ['', '/etc/passwd', '../x', 'a/../../x', 'a//b', 'a/', './a', 'a\\b', 'a\0b', 7, None]
)
def test_paths_out_of_the_set_are_refused(path):
    with pytest.raises(DataError, match='here'):
        inner_path(path, 'here')


def test_names_have_no_folder():
    assert inner_name('00001', 'here') == '00001'
    with pytest.raises(DataError, match='folder'):
        inner_name('a/b', 'here')


def test_a_bool_is_no_number():
    assert require(3, int, 'here') == 3
    with pytest.raises(DataError, match=r'here: want int, got bool'):
        require(True, int, 'here')


def test_json_names_the_file_that_fails(tmp_path):
    path = tmp_path / 'x.json'
    with pytest.raises(DataError, match=r'x\.json: missing'):
        read_json(path)
    path.write_text('{"a": ')
    with pytest.raises(DataError, match=r'x\.json: cannot be read'):
        read_json(path)
    path.write_text('[' * 200_000)
    with pytest.raises(DataError, match=r'x\.json'):
        read_json(path)
    path.write_bytes('"caf\xe9"'.encode('cp1252'))
    assert read_json(path, encodings=('utf-8', 'cp1252')) == 'café'


def test_pictures_that_are_none_are_named(tmp_path):
    path = tmp_path / 'x.jpg'
    with pytest.raises(DataError, match='missing'):
        image_hw(path)
    path.write_bytes(b'no picture')
    with pytest.raises(DataError, match='not a readable picture'):
        image_hw(path)


def test_a_set_is_found_by_its_folder_and_from_above(tmp_path):
    (tmp_path / 'ReVOS').mkdir()
    (tmp_path / 'ReVOS' / 'mark.json').touch()
    assert find_folder(tmp_path, 'ReVOS', '*.json') == tmp_path / 'ReVOS'
    assert find_folder(tmp_path / 'ReVOS', 'ReVOS', '*.json') == tmp_path / 'ReVOS'
    with pytest.raises(DataError, match='no mark'):
        find_folder(tmp_path / 'elsewhere', 'ReVOS', 'mark')


PLAIN = {'0': [{'size': [2, 3], 'counts': b'12'}, None], 'a': [1.5, 'ü', -3, True]}


@pytest.mark.parametrize('protocol', [3, 4, 5])
def test_plain_pickles_are_read(tmp_path, protocol):
    path = tmp_path / 'x.pkl'
    path.write_bytes(pickle.dumps(PLAIN, protocol=protocol))
    assert read_plain_pickle(path) == PLAIN


def test_a_pickle_of_python_2_is_read(tmp_path):
    path = tmp_path / 'x.p'
    # pickle.dumps([{'sent': 'caf\xc3\xa9', 'id': 3L}], 2) in Python 2
    path.write_bytes(
        b'\x80\x02]q\x01}q\x02(U\x04sentq\x03U\x05caf\xc3\xa9U\x02idq\x04\x8a\x01\x03ua.'
    )
    assert read_plain_pickle(path) == [{'sent': 'café', 'id': 3}]


class Evil:
    def __reduce__(self):
        return print, ('it ran',)


@pytest.mark.parametrize(
    'value', [Evil(), [Evil()], {1: 2}.keys, (1, 2), {1, 2}, bytearray(b'x'), 1j, print, [(1,)]]
)
def test_everything_else_in_a_pickle_is_refused(tmp_path, value, capsys):
    path = tmp_path / 'x.pkl'
    path.write_bytes(pickle.dumps(value))
    with pytest.raises(DataError, match=r'x\.pkl: refused'):
        read_plain_pickle(path)
    assert not capsys.readouterr().out


@pytest.mark.parametrize('content', [b'', b'junk', pickle.dumps(PLAIN)[:-9], b'\x80\x04P1\n.'])
def test_damaged_pickles_are_refused(tmp_path, content):
    path = tmp_path / 'x.pkl'
    path.write_bytes(content)
    with pytest.raises(DataError, match=r'x\.pkl: refused'):
        read_plain_pickle(path)


def test_a_pickle_that_holds_itself_ends(tmp_path):
    path = tmp_path / 'x.pkl'
    loop = []
    loop.extend([loop] * 20)
    path.write_bytes(pickle.dumps(loop))
    assert len(read_plain_pickle(path)) == 20


@pytest.mark.parametrize('indent', [None, 2])
def test_long_arrays_are_read_object_by_object(tmp_path, monkeypatch, indent):
    monkeypatch.setattr('visa_ros.data.stream._CHUNK_BYTES', 37)
    objects = [{'id': k, 'name': 'ü]}"' * (k % 5), 'inner': [{'id': 1}]} for k in range(40)]
    path = tmp_path / 'x.json'
    whole = {'info': {'a': [1, 2]}, 'objects': objects, 'rest': []}
    for key, value in (('objects', whole), (None, objects)):
        path.write_text(json.dumps(value, indent=indent, ensure_ascii=key is None))
        found = list(objects_in(path, key))
        assert [value for _, _, value in found] == objects
        assert [object_at(path, start, end) for start, end, _ in found] == objects


def test_an_empty_array_has_no_objects(tmp_path):
    path = tmp_path / 'x.json'
    path.write_text(' [ ]')
    assert list(objects_in(path)) == []


@pytest.mark.parametrize('content', ['', '{}', '[{"a": 1}', '[{"a": 1', '[{"a": nope}, {}]', '[1'])
def test_damaged_arrays_are_refused(tmp_path, content):
    path = tmp_path / 'x.json'
    path.write_text(content)
    with pytest.raises(DataError, match=r'x\.json'):
        list(objects_in(path))
    with pytest.raises(DataError, match=r'x\.json'):
        list(objects_in(path, 'objects'))
