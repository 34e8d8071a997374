"""Names that nobody taught are read as plainer ones."""

import json

import pytest
import torch

from visa_ros.errors import CheckpointError
from visa_ros.model.dictionary import Dictionary, FILE, load_dictionary
from visa_ros.model.text import load_text_encoder, LOOKING_BACK

WORDS = Dictionary(
    {
        'tumbler': 'glass',
        'tumblers': 'glasses',
        'northern spy': 'apple',
        'spy': 'book',
        'thermos': 'bottle',
        'limousine': 'toy car',
        "toby's jug": 'mug',
    }
)


@pytest.mark.parametrize(
    ('text', 'read'),
    [
        ('the tumbler', 'the glass'),
        ('Where are the Tumblers?', 'Where are the glasses?'),
        ('the tumbler, please, and the spy.', 'the glass, please, and the book.'),
        ('a Northern Spy on the left', 'an apple on the left'),
        ('an  northern spy', 'an  apple'),
        ("find Toby's jug", 'find mug'),
        ('the toy limousine', 'the toy car'),
        ('A limousine', 'A toy car'),
        ('the thermos glass', 'the thermos glass'),
        ('the thermos, glass or plate', 'the bottle, glass or plate'),
        (LOOKING_BACK + 'the tumbler', LOOKING_BACK + 'the glass'),
        ('tumblerful spying', 'tumblerful spying'),
        ('', ''),
        ('??', '??'),
    ],
)
def test_names_are_read_plainly_and_all_else_stays(text, read):
    assert WORDS.plain(text) == read


def test_an_empty_dictionary_changes_nothing(tmp_path):
    empty = load_dictionary(tmp_path)
    assert len(empty) == 0
    assert empty.plain('The  Tumbler!') == 'The  Tumbler!'


@pytest.mark.parametrize(
    ('content', 'wrong'),
    [
        ('{', 'not a dictionary'),
        ('[]', 'list'),
        ('{"tumbler": 3}', 'tumbler'),
        ('{"tumbler": " "}', 'tumbler'),
        ('{"Tumbler": "glass"}', 'lower case'),
        ('{"a  b": "glass"}', 'single spaces'),
        ('{"": "glass"}', 'lower case'),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path, content, wrong):
    (tmp_path / FILE).write_text(content)
    with pytest.raises(CheckpointError, match=wrong):
        load_dictionary(tmp_path)


def test_the_encoder_reads_by_the_dictionary_of_its_folder(model_folder):
    folder = model_folder / 'text'
    plain, unknown = load_text_encoder(folder).encode(['the mug?', 'the stoup?'])
    assert plain.shape != unknown.shape or not torch.equal(plain, unknown)
    (folder / FILE).write_text(json.dumps({'stoup': 'mug'}))
    encoder = load_text_encoder(folder)
    torch.testing.assert_close(encoder.encode(['the stoup?'])[0], plain, rtol=0, atol=0)
    assert len(encoder.encode(['the stoup?', 'the mug?'])) == 2
