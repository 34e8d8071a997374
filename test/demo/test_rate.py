import json

from visa_ros.demo.rate import rate_line, rate_table, Run, run_of, Verdict, write_rate
from visa_ros.demo.schedule import TYPES


def verdicts(*right, types=TYPES):
    return tuple(
        Verdict(type=kind, right=each, iou=None if kind == 'absent' else 0.75 if each else 0.25)
        for each, kind in zip(right, types, strict=False)
    )


GOOD = Run(seed=2, verdicts=verdicts(True, False, True, True, True))
BAD = Run(seed=3, verdicts=verdicts(False, False, True, False, False))
BROKEN = Run(seed=11, verdicts=verdicts(True), failed=('the node ended',))


def test_the_rate_is_of_all_questions_also_of_those_that_were_not_asked():
    assert rate_line([GOOD, BAD]) == '5 of 10 right (50 %); 4 or more right in 1 of 2 seeds'
    assert rate_line([GOOD, BROKEN]).startswith('5 of 10 right')
    assert rate_line([Run(seed=1)]).startswith('0 of 5 right (0 %)')


def test_a_scene_that_failed_did_not_go_well_whatever_was_right():
    failed = Run(seed=2, verdicts=GOOD.verdicts, failed=('no live frame was tracked',))
    assert rate_line([failed]).endswith('in 0 of 1 seeds')


def test_the_table_has_a_line_per_scene_and_a_column_per_type():
    head, rule, good, bad, broken, _, sums, last = rate_table([GOOD, BAD, BROKEN]).splitlines()
    assert head.split() == ['seed', *TYPES, 'right']
    assert good.split()[:5] == ['2', 'right', '0.75', 'wrong', '0.25']
    assert good.endswith('4 of 5')
    assert bad.endswith('1 of 5')
    assert broken.count('not asked') == 4
    assert broken.endswith('1 of 5, failed')
    assert ' '.join(sums.split()) == 'all 2 of 3 0 of 3 2 of 3 1 of 3 1 of 3'
    assert last == rate_line([GOOD, BAD, BROKEN])
    assert len(rule) <= 100


def test_columns_do_not_depend_on_the_order_of_the_questions():
    turned = Run(seed=2, verdicts=GOOD.verdicts[::-1])
    assert rate_table([turned]) == rate_table([GOOD])


def test_what_was_asked_instead_of_a_type_is_in_its_place_with_its_name():
    kinds = ['size', *(kind for kind in TYPES if kind != 'motion')]
    run = Run(seed=2, verdicts=verdicts(*[True] * 5, types=kinds))
    line = rate_table([run]).splitlines()[2]
    assert line.index('right 0.75 (size)') == rate_table([run]).index('motion')
    assert 'not asked' not in line


def test_two_questions_of_a_type_are_both_there():
    run = Run(seed=2, verdicts=verdicts(True, True, types=['category', 'category']))
    line = rate_table([run]).splitlines()[2]
    assert 'right 0.75 (category)' in line
    assert line.count('not asked') == 3


def test_a_scene_is_summed_up_from_its_report(tmp_path):
    query = {'type': 'category', 'right': True, 'mean_iou': 0.75, 'answer': 'It is the mug.'}
    report = {'seed': 7, 'right': 1, 'questions': 5, 'queries': [query]}
    run = run_of(report)
    assert run == Run(seed=7, verdicts=verdicts(True))
    write_rate(tmp_path / 'rate.json', [run, BROKEN])
    rate = json.loads((tmp_path / 'rate.json').read_text())
    assert (rate['right'], rate['questions'], rate['good_seeds']) == (2, 10, 0)
    assert rate['seeds'][0]['queries'] == [{'type': 'category', 'right': True, 'iou': 0.75}]
    assert rate['seeds'][1]['failed'] == ['the node ended']
