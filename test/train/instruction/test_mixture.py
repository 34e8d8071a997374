"""Lessons of all data sets: their forms, their shares, and that they are always the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
import shutil

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest
from train.instruction.conftest import group, GROUPS

from visa_ros.data.registry import DATA_SETS, VIDEO_SETS
from visa_ros.data.synthetic import make_tree
from visa_ros.errors import DataError
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.train.instruction.config import DataConfig, GroupConfig, SetConfig
from visa_ros.train.instruction.mixture import Mixture, VALIDATION
from visa_ros.train.instruction.pictures import pad_square, spread

TEMPLATE = PromptTemplate.default()


def mixture_of(root, *names, seed=0, **settings):
    sets = [group(name, 1.0, name) for name in names]
    config = DataConfig(root=str(root), groups=tuple(sets), **settings)
    return Mixture(config, template=TEMPLATE, seed=seed)


def lessons_of(mixture, count=40):
    return [mixture.lesson(step, 0, batch=1) for step in range(count)]


def same(a, b):
    assert (a.source, a.talks) == (b.source, b.talks)
    for one, other in zip(a.references, b.references, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(a.masks, b.masks)


@pytest.mark.parametrize('name', DATA_SETS)
def test_every_set_gives_lessons(trees, name):
    for lesson in lessons_of(mixture_of(trees, name, frames=(2, 4)), 8):
        answers = ''.join(answer for talk in lesson.talks for _, answer in talk.turns)
        assert answers.count('[SEG]') == len(lesson.masks)
        pictures = len(lesson.references) + (lesson.target is not None)
        for talk in lesson.talks:
            assert sum(question.count('<image>') for question, _ in talk.turns) == pictures
        if lesson.target is not None:
            assert lesson.masks.shape[1:] == lesson.target.shape[:2]
            assert 1 <= len(lesson.masks) <= 3


def test_a_lesson_depends_on_its_place_alone(trees):
    config = DataConfig(root=str(trees), groups=GROUPS, lanes=2, frames=(2, 3))
    first, second = (Mixture(config, template=TEMPLATE, seed=3) for _ in range(2))
    places = [(step, slot) for step in range(3) for slot in range(4)]
    forward = {place: first.lesson(*place, batch=4) for place in places}
    for place in reversed(places):
        same(second.lesson(*place, batch=4), forward[place])
    other = Mixture(config, template=TEMPLATE, seed=4)
    sources = [other.lesson(*place, batch=4).source for place in places]
    assert sources != [lesson.source for lesson in forward.values()]


def test_validation_draws_other_lessons(trees):
    config = DataConfig(root=str(trees), groups=GROUPS[:1])
    streams = [
        Mixture(config, template=TEMPLATE, seed=0),
        Mixture(config, template=TEMPLATE, seed=0, stream=VALIDATION),
    ]
    texts = [[lesson.talks for lesson in lessons_of(stream, 10)] for stream in streams]
    assert texts[0] != texts[1]


@pytest.mark.parametrize('balanced', [True, False])
def test_groups_come_as_often_as_their_weight_tells(trees, balanced):
    groups = (group('a', 3, 'refcoco'), group('b', 1, 'llava-instruct'))
    config = DataConfig(root=str(trees), groups=groups, balanced=balanced, lanes=2)
    mixture = Mixture(config, template=TEMPLATE, seed=0)
    found = [mixture.lesson(step, slot, batch=2) for step in range(256) for slot in range(2)]
    count = Counter(lesson.source.split()[0] for lesson in found)
    assert count['refcoco'] == pytest.approx(384, abs=2 if balanced else 35)
    assert [s.share for s in mixture.sets] == [0.75, 0.25]


def test_lanes_read_the_list_side_by_side(trees):
    """As the processes of the reference do: all of them see the same group at a time."""
    config = DataConfig(root=str(trees), groups=GROUPS, lanes=2, frames=(2, 3))
    mixture = Mixture(config, template=TEMPLATE, seed=0)
    for step in range(6):
        kinds = [mixture._choose(step, slot, 4, np.random.default_rng(0)) for slot in range(4)]
        assert kinds[0] == kinds[1]
        assert kinds[2] == kinds[3]


def test_sets_within_a_group_have_weights(trees):
    sets = (SetConfig(name='revos', weight=3.0), SetConfig(name='mevis', weight=1.0))
    config = DataConfig(
        root=str(trees), groups=(GroupConfig(name='v', weight=1.0, sets=sets),), frames=(1, 1)
    )
    found = lessons_of(Mixture(config, template=TEMPLATE, seed=0), 120)
    count = Counter(lesson.source.split()[0] for lesson in found)
    assert count['revos'] == pytest.approx(90, abs=16)


@pytest.mark.parametrize('name', VIDEO_SETS)
def test_the_target_of_a_video_is_one_of_its_references(trees, name):
    mixture = mixture_of(trees, name, frames=(3, 5), negatives=0.0)
    for lesson in lessons_of(mixture, 10):
        assert 3 <= len(lesson.references) <= 5
        assert any(np.array_equal(lesson.target, r) for r in lesson.references)


def test_a_negative_shows_another_video_and_nothing_in_it(trees):
    lessons = lessons_of(mixture_of(trees, 'revos', frames=(3, 3), negatives=1.0), 10)
    for lesson in lessons:
        assert not lesson.masks.any()
        assert not any(np.array_equal(lesson.target, r) for r in lesson.references)
        assert all('[SEG]' in talk.turns[0][1] for talk in lesson.talks)
    few = lessons_of(mixture_of(trees, 'revos', frames=(1, 1), negatives=0.25), 120)
    share = sum('another video' in lesson.source for lesson in few) / len(few)
    assert share == pytest.approx(0.25, abs=0.12)


def test_all_wordings_are_drawn(trees):
    lessons = lessons_of(mixture_of(trees, 'revos', 'reasonseg', text_only=0.2), 250)
    turns = [turn for lesson in lessons for talk in lesson.talks for turn in talk.turns]
    answers = {answer for _, answer in turns}
    assert set(TEMPLATE.answers) <= answers
    for request in (*TEMPLATE.short, *TEMPLATE.long, *TEMPLATE.explanatory):
        start, end = request.split('{expression}')
        assert any(start in question and question.endswith(end) for question, _ in turns), request


def test_reasonseg_has_three_kinds_of_answers(trees):
    lessons = lessons_of(mixture_of(trees, 'reasonseg', text_only=0.3), 200)
    kinds = Counter()
    for lesson in lessons:
        _, answer = lesson.talks[0].turns[0]
        kinds[('[SEG]' in answer, answer in TEMPLATE.answers)] += 1
        if lesson.target is None:
            assert len(lesson.references) == 1
            assert not len(lesson.masks)
        else:
            assert all((lesson.masks[0] == mask).all() for mask in lesson.masks)
    assert set(kinds) == {(True, True), (True, False), (False, False)}


def test_whole_conversations_or_their_last_round(trees):
    whole = lessons_of(mixture_of(trees, 'llava-instruct'), 20)
    assert {len(lesson.talks[0].turns) for lesson in whole} == {1, 2}
    for lesson in lessons_of(mixture_of(trees, 'mimic-it', 'activitynet-chat'), 20):
        assert len(lesson.talks[0].turns) == 1
        assert '<video>' not in lesson.talks[0].turns[0][0]
    assert all(lesson.references for lesson in lessons_of(mixture_of(trees, 'scienceqa'), 20))
    videos = lessons_of(mixture_of(trees, 'activitynet-chat'), 20)
    assert {len(lesson.references) for lesson in videos} == {8, 9, 10, 11, 12}


def test_a_damaged_picture_is_passed_over(tmp_path):
    make_tree('refcoco', tmp_path)
    pictures = sorted((tmp_path / 'refer_seg' / 'images').rglob('*.jpg'))
    mixture = mixture_of(tmp_path, 'refcoco')
    used = sorted({lesson.source.split(': ')[1] for lesson in lessons_of(mixture)})
    assert len(used) > 1
    next(p for p in pictures if p.name == used[0]).write_bytes(b'no picture')
    assert {lesson.source.split(': ')[1] for lesson in lessons_of(mixture)} == set(used[1:])


def test_nothing_but_damage_is_an_error(tmp_path):
    make_tree('refcoco', tmp_path)
    mixture = mixture_of(tmp_path, 'refcoco')
    shutil.rmtree(tmp_path / 'refer_seg' / 'images')
    with pytest.raises(DataError, match='visa-ros data check'):
        mixture.lesson(0, 0, batch=1)


def test_a_set_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match='ReVOS'):
        mixture_of(tmp_path, 'revos')


def test_a_set_without_masks_is_refused(trees):
    config = DataConfig(root=str(trees), groups=(group('v', 1, 'mevis'),))
    sets = (replace(config.groups[0].sets[0], split='valid'),)
    groups = (replace(config.groups[0], sets=sets),)
    with pytest.raises(DataError, match='no masks'):
        Mixture(replace(config, groups=groups), template=TEMPLATE, seed=0)


@given(st.integers(1, 60), st.integers(1, 15), st.integers(0, 1000))
def test_frames_are_spread_over_the_video(total, count, seed):
    chosen = spread(total, count, np.random.default_rng(seed))
    assert len(chosen) == min(total, count)
    assert chosen == sorted(set(chosen))
    for k, frame in enumerate(chosen):
        assert k * total // len(chosen) <= frame < (k + 1) * total // len(chosen)


def test_padding_keeps_the_picture_in_the_middle():
    rgb = np.full((2, 6, 3), 9, np.uint8)
    square = pad_square(rgb)
    assert square.shape == (6, 6, 3)
    np.testing.assert_array_equal(square[2:4], rgb)
    assert square[0, 0].tolist() == [122, 116, 104]
