import json

from fakes import clip
import pytest

from visa_ros.errors import DataError
from visa_ros.sampling.percent import decide
from visa_ros.sampling.recorded import load_recorded
from visa_ros.sampling.sampler import build_sampler


def meta(**expressions):
    """Meta file with the video 'UVO/all/a', its expressions given as (words, tp)."""
    entries = {
        name.removeprefix('e'): {'exp': words, 'obj_id': [1], 'tp': tp, 'type_id': 0}
        for name, (words, tp) in expressions.items()
    }
    frames = ['00000', '00001']
    return {'videos': {'UVO/all/a': {'frames': frames, 'vid_id': 3, 'expressions': entries}}}


def write(folder, content):
    path = folder / 'answers.json'
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding='utf-8')
    return path


def test_a_meta_file_holds_the_place_of_each_expression(tmp_path):
    path = write(tmp_path, meta(e0=('the white dog', 0.27), e1=('What runs?', 1)))
    asker = load_recorded(path)

    assert asker.percents([], 'The  white dog ') == [0.27]
    assert asker.percents([], 'what runs') == [1]
    assert asker.within('UVO/all/a', '1').percents([], 'what runs?') == [1]
    sampler = build_sampler('text_guided', 'local', 3, asker, 'mean')
    assert sampler.choose(clip(8), 'the white dog').target == 2


def test_a_plain_file_holds_answers(tmp_path):
    answers = ['the 30% mark', 'last 20%', 'no idea', 0.5]
    asker = load_recorded(write(tmp_path, {'UVO/all/a/the dog': answers, 'a cat': ['0%']}))

    assert asker.percents([], 'the dog') == answers
    assert asker.within('UVO/all/a').percents([], 'the dog') == answers
    assert asker.percents([], 'a cat') == ['0%']
    assert decide(asker.percents([], 'the dog'), 'median') == 0.5


def test_the_same_words_in_one_video_are_taken_together(tmp_path):
    path = write(tmp_path, meta(e0=('the dog', 0.2), e1=('the dog', 0.4), e2=('a cat', 0.9)))
    asker = load_recorded(path)

    assert asker.percents([], 'the dog') == [0.2, 0.4]
    assert asker.within('UVO/all/a', '1').percents([], 'the dog') == [0.4]


def test_the_same_words_about_several_videos_need_the_video(tmp_path):
    asker = load_recorded(write(tmp_path, {'x/the dog': ['0%'], 'y/the dog': ['100%']}))

    with pytest.raises(DataError, match=r"2 videos, such as 'x' and 'y'"):
        asker.percents([], 'the dog')
    assert asker.within('y').percents([], 'the dog') == ['100%']


def test_what_was_not_recorded(tmp_path):
    asker = load_recorded(write(tmp_path, meta(e0=('the dog', 0.2))))
    with pytest.raises(DataError, match=r"answers.json: no answer about 'the cat'"):
        asker.percents([], 'the cat')
    with pytest.raises(DataError, match="video 'b'"):
        asker.within('b')
    with pytest.raises(DataError, match="expression '7'"):
        asker.within('UVO/all/a', '7')


def without_tp():
    content = meta(e0=('the dog', 0.2), e5=('the cat', 0.2))
    del content['videos']['UVO/all/a']['expressions']['5']['tp']
    return content


@pytest.mark.parametrize(
    ('content', 'says'),
    [
        ('{"a": [0.1', 'not a json file'),
        ('[1, 2]', 'want an object'),
        ('{}', 'want an object'),
        ('{"a": ["1%"], "a": ["2%"]}', "given twice: \\['a'\\]"),
        (without_tp(), "video 'UVO/all/a', expression '5' has no \"tp\""),
        (meta(e0=('the dog', '0.2')), 'no "tp"'),
        (meta(e0=('the dog', True)), 'no "tp"'),
        (meta(e0=('the dog', 1.2)), "expression '0': an answer is the number 1.2"),
        (meta(e0=(None, 0.2)), 'has no words'),
        ({'videos': {'a': {'frames': []}}}, "video 'a' has no expressions"),
        ({'videos': {'a': 3}}, "video 'a' has no expressions"),
        ({'videos': {'a': {'expressions': {}}}}, 'no expressions in it'),
        ({'a/the dog': '30%'}, "'a/the dog': want a list"),
        ({'a/the dog': []}, 'want a list'),
        ({'a/ ': ['30%']}, 'behind the last slash'),
        ({'a/the dog': [30]}, "'a/the dog': an answer is the number 30"),
        ({'a/the dog': [None]}, 'want words or shares'),
        ('{"a/the dog": [NaN]}', 'the number nan'),
    ],
)
def test_a_file_that_is_something_else(tmp_path, content, says):
    with pytest.raises(DataError, match=says) as caught:
        load_recorded(write(tmp_path, content))
    assert str(caught.value).startswith(str(tmp_path))


def test_no_file(tmp_path):
    with pytest.raises(DataError, match='No such file'):
        load_recorded(tmp_path / 'answers.json')
    (tmp_path / 'binary.json').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(DataError, match='not a json file'):
        load_recorded(tmp_path / 'binary.json')
