import gc

from fakes import clip
import pytest

from visa_ros.errors import ConfigError, StaleInputError
from visa_ros.sampling.sampler import build_sampler, TARGETS
from visa_ros.structs import Choice
from visa_ros.video.sampling import SCHEMES, target_at, uniform_target


class Asker:
    """Says the same to everybody and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers = answers
        self.asked = []

    def percents(self, frames, expression):
        self.asked.append((list(frames), expression))
        return self.answers


@pytest.fixture
def frames():
    return clip(8)


@pytest.mark.parametrize(('target', 'position'), [('latest', 7), ('middle', 4), ('first', 0)])
def test_fixed_targets(frames, target, position):
    chosen = build_sampler(target, 'global', 2).choose(frames, 'the mug')
    assert chosen == Choice(target=position, references=(2, 6))


def test_uniform_repeats_itself_and_depends_on_the_seed(frames):
    targets = [build_sampler('uniform', 'local', 3, seed=s).choose(frames, 'a') for s in range(20)]
    again = [build_sampler('uniform', 'local', 3, seed=s).choose(frames, 'a') for s in range(20)]
    assert targets == again
    assert len({choice.target for choice in targets}) > 3
    assert targets[5].target == uniform_target(8, 5, 'a')
    assert all(choice.target in choice.references for choice in targets)


@pytest.mark.parametrize(
    ('answers', 'rule', 'position'),
    [
        (['50%'], 'mode', 4),
        (['100%'], 'mean', 7),
        (['0%', '0%', '100%'], 'mean', 2),
        (['0%', '0%', '100%'], 'median', 0),
        (['10%', '90%', '90%', 'eh'], 'mode', 7),
        (['nowhere'], 'median', 4),
        ([0.3], 'mean', 2),
    ],
)
def test_text_guided_looks_where_the_answers_point(frames, answers, rule, position):
    asker = Asker(*answers)
    sampler = build_sampler('text_guided', 'strided', 4, asker, rule)

    chosen = sampler.choose(frames, 'the red one?')

    assert chosen == Choice(target=position, references=tuple(range(position % 2, 8, 2)))
    assert asker.asked == [(frames, 'the red one?')]


def test_a_long_window_is_shown_in_part_and_the_percentage_is_of_the_whole():
    frames = clip(30, hw=(4, 6), depth=False)
    asker = Asker('90%')
    sampler = build_sampler('text_guided', 'earlier', 2, asker, asked_frames=5)

    chosen = sampler.choose(frames, 'the mug')

    assert chosen.target == target_at(30, 0.9) == 27
    assert asker.asked[0][0] == [frames[k] for k in (3, 9, 15, 21, 27)]


def test_a_repeated_question_on_the_same_frames_asks_nobody(frames):
    asker = Asker('20%')
    sampler = build_sampler('text_guided', 'earlier', 2, asker)

    first = sampler.choose(frames, 'the mug')

    assert sampler.choose(tuple(frames), 'the mug') == first
    assert len(asker.asked) == 1
    sampler.choose(frames, 'the cup')
    sampler.choose(frames[1:], 'the mug')
    sampler.choose(clip(8), 'the mug')  # equal stamps and pixels, yet another window
    assert len(asker.asked) == 4


def test_what_is_remembered_is_bounded_and_keeps_no_frame_alive():
    asker = Asker('20%')
    sampler = build_sampler('text_guided', 'earlier', 2, asker)
    frames = clip(2)
    for k in range(100):
        sampler.choose(frames, f'object {k}')
    sampler.choose(frames, 'object 99')
    assert len(asker.asked) == 100
    sampler.choose(frames, 'object 0')
    assert len(asker.asked) == 101

    asker.asked.clear()
    del frames
    gc.collect()
    for _ in range(100):  # ids of dead frames come back
        sampler.choose(clip(2), 'object 99')
        asker_had = len(asker.asked)
        asker.asked = [None] * asker_had
    assert asker_had == 100


def test_references_may_be_none(frames):
    for scheme in SCHEMES:
        assert build_sampler('latest', scheme, 0).choose(frames, 'a').references == ()


@pytest.mark.parametrize('target', TARGETS)
def test_a_window_of_one_frame(target):
    for scheme in SCHEMES:
        sampler = build_sampler(target, scheme, 12, Asker('100%'))
        chosen = sampler.choose(clip(1), 'a')
        assert chosen.target == 0
        assert chosen.references == (() if scheme == 'earlier' else (0,))


@pytest.mark.parametrize('target', TARGETS)
def test_no_frames(target):
    with pytest.raises(StaleInputError, match='no frame'):
        build_sampler(target, 'earlier', 3, Asker('1')).choose([], 'the mug')


@pytest.mark.parametrize(
    ('settings', 'says'),
    [
        ({'target': 'best'}, 'text_guided'),
        ({'scheme': 'best'}, 'global_local'),
        ({'references': -1}, '>= 0'),
        ({'target': 'text_guided'}, 'percentage question'),
        ({'target': 'text_guided', 'asker': Asker('1'), 'aggregate': 'max'}, 'median'),
        ({'target': 'text_guided', 'asker': Asker('1'), 'asked_frames': 0}, '>= 1'),
    ],
)
def test_wrong_settings_fail_when_the_sampler_is_made(settings, says):
    with pytest.raises(ConfigError, match=says):
        build_sampler(**{'target': 'latest', 'scheme': 'earlier', 'references': 3} | settings)
