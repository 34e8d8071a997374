"""How generated words are read."""

import pytest

from visa_ros.model.published.words import read_words


@pytest.mark.parametrize(
    ('answer', 'text', 'labels'),
    [
        ('It is [SEG].', 'It is this.', ('',)),
        ('Sure, [SEG].', 'Sure, this.', ('',)),
        ('Sure, the segmentation result is [SEG].', None, ('',)),
        (
            'They are the red mug [SEG] and a toy block [SEG].',
            'They are the red mug and a toy block.',
            ('red mug', 'toy block'),
        ),
        ('The mug [SEG], cup [SEG]', 'The mug, cup', ('mug', 'cup')),
        ('[SEG][SEG]', 'this this', ('', '')),
        ('A robot has no hands.', 'A robot has no hands.', ()),
        ('', '', ()),
    ],
)
def test_objects_are_called_what_stands_before_seg(answer, text, labels):
    spoken = read_words(answer)
    assert spoken.labels == labels
    assert text is None or spoken.text == text
    assert '[SEG]' not in spoken.text
    assert not spoken.refuses
    assert not spoken.asks


@pytest.mark.parametrize(
    'answer',
    [
        'There is no such object.',
        'There are no dogs in the video.',
        "Sorry, I can't find it.",
        'The cat is not in the image.',
        "It isn't visible.",
    ],
)
def test_refusals_are_recognised(answer):
    assert read_words(answer).refuses
    assert not read_words(answer).asks


@pytest.mark.parametrize(
    'answer', ['Which one do you mean: the mug [SEG] or the cup [SEG]?', 'The left one [SEG]?']
)
def test_asking_back_is_recognised(answer):
    assert read_words(answer).asks
    assert not read_words(answer).refuses
