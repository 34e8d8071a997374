from hypothesis import given
from hypothesis import strategies as st
import pytest

from visa_ros.errors import ConfigError, DataError
from visa_ros.sampling.percent import (
    CHOICES,
    decide,
    mean,
    median,
    mode,
    parse_percent,
    percent_question,
    RULES,
    shares_of,
)

SHARES = st.lists(st.integers(0, 10).map(lambda tenth: tenth / 10), min_size=1, max_size=12)


def test_the_question_names_all_choices_and_the_expression():
    question = percent_question(' the dog that barks? ')
    assert "'the dog that barks'" in question
    assert question.endswith('0%, 10%, 20%, 30%, 40%, 50%, 60%, 70%, 80%, 90%, 100%.')
    assert len(CHOICES) == 11


def test_one_question_mark_is_dropped():
    assert "'what??'" in percent_question('what???')
    assert "'is it ? red'" in percent_question('is it ? red')


@pytest.mark.parametrize('percent', range(0, 101, 10))
def test_each_mark_is_read_alone_in_a_sentence_and_from_the_end(percent):
    assert parse_percent(f'{percent}%') == percent / 100
    assert parse_percent(f'You should check the {percent}% mark.') == percent / 100
    assert parse_percent(f'In the last {percent}% of it.') == pytest.approx(1 - percent / 100)


@pytest.mark.parametrize(
    ('answer', 'share'),
    [
        ('from 70% on, at 30% at the latest', 0.3),  # the smallest, not the first
        ('between 0% and 40%', 0.4),  # 0% counts only where there is nothing else
        ('0%', 0.0),
        ('the last 20%, not the 10% mark', 0.8),  # 'last' goes before
        ('last 30% or last 10%', 0.9),
        ('Last 20%', 0.2),  # as written
        ('the last0%', 0.0),
        ('110%', 0.1),  # a substring, wherever it occurs
        ('25%', None),
        ('5.0%', 0.0),
        ('35% or 100%', 1.0),
        ('50 percent', None),
        ('30 %', None),
        ('', None),
        ('I cannot tell.', None),
    ],
)
def test_marks_are_looked_for_in_order(answer, share):
    assert parse_percent(answer) == share


def test_what_cannot_be_read_is_dropped():
    assert shares_of(['10%', 'no idea', 0.35, '90%', 1, 0]) == [0.1, 0.35, 0.9, 1.0, 0.0]


@pytest.mark.parametrize('rule', RULES)
def test_without_a_readable_answer_it_is_the_middle(rule):
    assert decide([], rule) == 0.5
    assert decide(['no idea', 'none'], rule) == 0.5


@pytest.mark.parametrize('number', [-0.1, 1.5, 30, float('nan'), True])
def test_a_number_that_is_no_share(number):
    with pytest.raises(DataError, match='share from 0 to 1'):
        shares_of(['10%', number])


@pytest.mark.parametrize('rule', RULES)
@given(shares=SHARES)
def test_rules_do_not_depend_on_the_order_and_stay_in_range(rule, shares):
    decided = RULES[rule](shares)
    assert min(shares) <= decided <= max(shares)
    assert decided == RULES[rule](sorted(shares)) == RULES[rule](shares[::-1])


@pytest.mark.parametrize('rule', RULES)
@given(share=st.integers(0, 10), times=st.integers(1, 12))
def test_answers_that_agree_are_taken_exactly(rule, share, times):
    assert decide([f'{10 * share}%'] * times, rule) == share / 10


@given(shares=SHARES)
def test_mode_and_median_were_said(shares):
    assert mode(shares) in shares
    assert median(shares) in shares


def test_the_mean_can_lie_where_no_answer_pointed():
    answers = ['0%', '0%', '100%', '100%']
    assert decide(answers, 'mean') == 0.5
    assert decide(answers, 'median') == 0.0
    assert decide(answers, 'mode') == 0.0


def test_ties():
    assert mode([0.1, 0.1, 0.5, 0.9, 0.9, 1.0]) == 0.1  # as far from the median: the lower one
    assert mode([0.0, 0.0, 0.7, 0.8, 0.8, 0.9]) == 0.8  # nearest to the median 0.7
    assert mode([0.4, 0.6]) == 0.4
    assert median([0.2, 0.4, 0.6, 0.8]) == 0.4
    assert mean([0.1, 0.2, 0.6]) == 0.3


def test_unknown_rule():
    with pytest.raises(ConfigError, match='median'):
        decide(['10%'], 'best')
