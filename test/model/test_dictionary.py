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
        'red one': 'red mug',
        "toby's jug": 'the mug',
        'épée': 'knife',
    }
)


@pytest.mark.parametrize(
    ('text', 'read'),
    [
        ('the tumbler', 'the glass'),
        ('Where are the Tumblers?', 'Where are the glasses?'),
        ('the tumbler, please, and the spy.', 'the glass, please, and the book.'),
        ('the tumbler is in front of the thermos', 'the glass is in front of the bottle'),
        ('which tumbler can I use?', 'which glass can I use?'),
        ('a Northern Spy on the left', 'an apple on the left'),
        ('a northern  spy', 'an apple'),
        ('a northern, spy', 'a northern, book'),
        ('an épée', 'a knife'),
        ("find Toby's jug", 'find the mug'),
        ('find toby\u2019s jug', 'find the mug'),
        ('the toy limousine', 'the toy car'),
        ('the bored one, the red one', 'the bored one, the red mug'),
        ('A limousine', 'A toy car'),
        ('the thermos cup', 'the thermos cup'),
        ("the thermos's lid", "the thermos's lid"),
        ('the thermos/cup', 'the bottle/cup'),
        ('a spymaster', 'a spymaster'),
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
        ('{"s.u.v.": "toy car"}', 'lower case'),
        ('{"tumbler": " glass"}', 'tumbler'),
        ('{"tumbler": "?"}', 'tumbler'),
        ('[' * 100000, 'not a dictionary'),
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


def test_what_opens_an_instruction_is_not_read(model_folder):
    folder = model_folder / 'text'
    plain = load_text_encoder(folder).encode([LOOKING_BACK + 'the mug?'])[0]
    (folder / FILE).write_text(json.dumps({'back': 'mug', 'stoup': 'mug'}))
    encoder = load_text_encoder(folder, max_tokens=len(plain))
    torch.testing.assert_close(
        encoder.encode([LOOKING_BACK + 'the stoup?'])[0], plain, rtol=0, atol=0
    )
