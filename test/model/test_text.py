"""What the model says, and how it is read back."""

import pytest

from visa_ros.errors import InvalidQueryError
from visa_ros.model.text import AnswerVocabulary, load_text_encoder, SEG
from visa_ros.structs import Status

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
