from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
import pytest

from visa_ros.errors import ConfigError
from visa_ros.video.sampling import (
    choose_references,
    choose_target,
    global_local_references,
    global_references,
    local_references,
    references_by,
    SCHEMES,
    spread_positions,
    strided_references,
    target_at,
    uniform_target,
)


@st.composite
def windows(draw):
    count = draw(st.integers(1, 200))
    return count, draw(st.integers(0, count - 1))


def in_order(chosen, count):
    return list(chosen) == sorted(set(chosen)) and all(0 <= k < count for k in chosen)


@given(n=st.integers(0, 12), target=st.integers(0, 200))
def test_references_are_earlier_distinct_and_include_the_oldest(n, target):
    chosen = choose_references(n, target)
    assert len(chosen) == min(n, target)
    assert list(chosen) == sorted(set(chosen))
    assert all(0 <= index < target for index in chosen)
    assert not chosen or chosen[0] == 0
    gaps = [b - a for a, b in zip(chosen, [*chosen[1:], target], strict=False)]
    assert not gaps or max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize('how', ['latest', 'middle', 'first'])
def test_target_is_in_the_window(how):
    assert all(0 <= choose_target(count, how) < count for count in range(1, 9))


def test_targets():
    assert [choose_target(9, how) for how in ('first', 'middle', 'latest')] == [0, 4, 8]


def test_unknown_target():
    with pytest.raises(ConfigError, match='latest'):
        choose_target(3, 'best')


@given(count=st.integers(1, 1000), seed=st.integers(), question=st.text())
def test_a_repeated_question_draws_the_same_frame(count, seed, question):
    drawn = uniform_target(count, seed, question)
    assert 0 <= drawn < count
    assert uniform_target(count, seed, f' {question}\n') == drawn


def test_case_and_spaces_do_not_change_the_draw():
    drawn = [uniform_target(10**6, 0, q) for q in ('the red mug', ' The  red mug ', 'the mug')]
    assert drawn[0] == drawn[1] != drawn[2]


def test_draws_are_uniform_over_questions_and_over_seeds():
    for drawn in (
        [uniform_target(8, 3, f'object {k}') for k in range(4000)],
        [uniform_target(8, k, 'the mug') for k in range(4000)],
    ):
        counts = Counter(drawn)
        assert all(abs(counts[k] - 500) < 4 * (500 * 7 / 8) ** 0.5 for k in range(8))


@pytest.mark.parametrize(
    ('count', 'share', 'target'),
    [
        (10, 0.0, 0),
        (10, 0.3, 3),
        (10, 0.39, 3),
        (10, 1.0, 9),
        (1, 1.0, 0),
        (7, 0.5, 3),
        (3, 0.9, 2),
    ],
)
def test_a_share_of_the_window_is_a_frame(count, share, target):
    assert target_at(count, share) == target


@given(count=st.integers(1, 500), share=st.floats(0, 1))
def test_a_share_is_in_the_window(count, share):
    assert 0 <= target_at(count, share) < count


@pytest.mark.parametrize('share', [-0.1, 1.01, float('nan'), float('inf')])
def test_no_share(share):
    with pytest.raises(ConfigError, match='share'):
        target_at(5, share)


@given(count=st.integers(0, 200), n=st.integers(0, 40))
def test_spread_positions_are_even(count, n):
    chosen = spread_positions(count, n)
    assert in_order(chosen, count)
    assert len(chosen) == min(n, count)
    gaps = [b - a for a, b in pairwise(chosen)]
    assert not gaps or max(gaps) - min(gaps) <= 1
    if chosen:
        assert abs(chosen[0] - (count - 1 - chosen[-1])) <= 1  # as far from either end


@given(window=windows(), pictures=st.integers(2, 40))
def test_strided_references_hold_the_target_and_are_evenly_apart(window, pictures):
    count, target = window
    chosen = strided_references(count, target, pictures)
    assert in_order(chosen, count)
    assert target in chosen
    assert len(chosen) <= pictures - 1
    assert len({b - a for a, b in pairwise(chosen)}) <= 1
    if count < pictures:
        assert chosen == tuple(range(count))


def test_strided_references_of_twelve_pictures_by_default():
    assert strided_references(12, 7) == (1, 3, 5, 7, 9, 11)
    assert strided_references(40, 21, 4) == (7, 21, 35)
    assert strided_references(40, 21, 1) == (21,)


@given(window=windows(), n=st.integers(0, 30))
def test_local_references_are_neighbours_around_the_target(window, n):
    count, target = window
    chosen = local_references(count, target, n)
    assert len(chosen) == min(n, count)
    assert chosen == tuple(range(chosen[0], chosen[0] + len(chosen))) if chosen else n == 0
    if chosen:
        before, after = target - chosen[0], chosen[-1] - target
        assert before >= 0
        assert after >= 0
        if chosen[0] > 0 and chosen[-1] < count - 1:
            assert 0 <= before - after <= 1


def test_local_references_move_inwards_at_the_ends():
    assert local_references(10, 0, 4) == (0, 1, 2, 3)
    assert local_references(10, 5, 4) == (3, 4, 5, 6)
    assert local_references(10, 9, 4) == (6, 7, 8, 9)


@given(window=windows(), n=st.integers(0, 30))
def test_global_local_references_are_half_and_half_without_doubles(window, n):
    count, target = window
    chosen = global_local_references(count, target, n)
    assert in_order(chosen, count)
    assert len(chosen) == min(n, count)
    near = set(local_references(count, target, n // 2))
    assert near <= set(chosen)
    if count > n:
        far = [k for k in range(count) if k not in near]
        assert sorted(set(chosen) - near) == [
            far[i] for i in spread_positions(len(far), n - n // 2)
        ]


def test_global_and_global_local_references():
    assert global_references(24, 3, 4) == (3, 9, 15, 21)
    assert global_references(3, 0, 4) == (0, 1, 2)
    # 11, 12, 13 are near; the other 21 positions are cut into three parts of seven.
    assert global_local_references(24, 12, 6) == (3, 10, 11, 12, 13, 20)


@given(window=windows(), scheme=st.sampled_from(sorted(SCHEMES)), n=st.integers(0, 30))
def test_any_scheme_gives_frames_of_the_window_in_order(window, scheme, n):
    count, target = window
    chosen = references_by(scheme, count, target, n)
    assert in_order(chosen, count)
    assert len(chosen) <= n


def test_schemes_are_the_functions_of_their_names():
    assert references_by('earlier', 20, 9, 3) == choose_references(3, 9) == (0, 3, 6)
    assert references_by('strided', 40, 21, 11) == strided_references(40, 21)
    assert references_by('global', 40, 21, 12) == global_references(40, 21, 12)
    assert references_by('local', 40, 21, 12) == local_references(40, 21, 12)
    assert references_by('global_local', 40, 21, 12) == global_local_references(40, 21, 12)


@pytest.mark.parametrize(
    ('scheme', 'count', 'target', 'n', 'says'),
    [
        ('best', 5, 0, 3, 'global_local'),
        ('local', 5, 0, -1, '>= 0'),
        ('local', 5, 5, 3, 'window of 5'),
        ('global', 5, -1, 3, 'window of 5'),
        ('earlier', 5, 7, 3, 'window of 5'),
        ('strided', 0, 0, 3, 'window of 0'),
    ],
)
def test_wrong_settings(scheme, count, target, n, says):
    with pytest.raises(ConfigError, match=says):
        references_by(scheme, count, target, n)


def test_no_pictures():
    with pytest.raises(ConfigError, match='picture'):
        strided_references(5, 0, 0)
