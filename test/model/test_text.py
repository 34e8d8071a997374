"""What the model says, and how it is read back."""

import pytest
from safetensors.torch import load_file, save_file
import torch

from visa_ros.errors import InvalidQueryError
from visa_ros.model.text import AnswerVocabulary, load_text_encoder, SCALE, SEG, TABLE
from visa_ros.structs import Status
from visa_ros.train.text_side import rounded

WORDS = AnswerVocabulary(['mug', 'toy block', 'toy car'])


@pytest.mark.parametrize(
    ('status', 'labels', 'text'),
    [
        (Status.FOUND, ('mug',), 'It is the mug.'),
        (Status.FOUND, ('mug', 'toy car'), 'They are the mug and the toy car.'),
        (Status.AMBIGUOUS, ('mug', 'mug'), 'Which one do you mean: the mug or the mug?'),
        (Status.ABSENT, (), 'There is no such object.'),
    ],
)
def test_answers_survive_the_round_trip(status, labels, text):
    ids = WORDS.ids(status, labels)
    spoken = WORDS.spoken(ids[1:-1])
    assert (spoken.status, spoken.labels, spoken.text) == (status, labels, text)
    assert ids.count(SEG) == len(labels)


def test_odd_generations_are_still_sentences():
    assert WORDS.spoken([]).status is Status.ABSENT
    stutter = WORDS.spoken([SEG, SEG])
    assert stutter.status is Status.FOUND
    assert stutter.labels == ('', '')


def test_a_long_instruction_is_refused_and_not_cut(model_folder):
    encoder = load_text_encoder(model_folder / 'text')
    assert len(encoder.encode(['the mug ' * 100])[0]) >= 200
    with pytest.raises(InvalidQueryError, match='fewer words'):
        encoder.encode(['the mug', 'the mug ' * 200])


def test_a_table_of_bytes_reads_as_the_numbers_it_was_made_of(model_folder):
    file = model_folder / 'text' / 'model.safetensors'
    before = load_text_encoder(model_folder / 'text').encode(['the mug'])[0]
    tensors = load_file(file)
    table = tensors[TABLE]
    bytes_, scale = rounded(table)
    assert bytes_.dtype == torch.int8
    torch.testing.assert_close(
        bytes_ * scale.float(), table, rtol=0, atol=float(table.abs().max()) / 127
    )
    save_file({**tensors, TABLE: bytes_, SCALE: scale}, file)
    after = load_text_encoder(model_folder / 'text').encode(['the mug'])[0]
    torch.testing.assert_close(after, before, atol=0.05, rtol=0)
