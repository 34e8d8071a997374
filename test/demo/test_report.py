import json

from demo.scenes import LEFT, outcome, REPORT_KEYS, square

from visa_ros.demo.report import build_report, rate_of, table, write_report
from visa_ros.demo.scores import score
from visa_ros.structs import Status


def report_of(*outcomes, seed=7, questions=None):
    scores = [score(o) for o in outcomes]
    return build_report(seed, outcomes, scores, questions=questions or len(outcomes))


def test_the_report_has_exactly_the_promised_fields(tmp_path):
    found = outcome(1, masks={1: square(LEFT)}, center=(0.0, 0.0, 1.0))
    refused = outcome(masks={}, kind='absent', status=Status.ABSENT)
    write_report(tmp_path / 'report.json', report_of(found, refused))
    report = json.loads((tmp_path / 'report.json').read_text())
    assert list(report) == ['seed', 'right', 'questions', 'queries']
    assert (report['seed'], report['right'], report['questions']) == (7, 2, 2)
    first, second = report['queries']
    assert list(first) == list(second) == REPORT_KEYS
    assert first['status'] == 'FOUND'
    assert first['right'] is second['right'] is True
    assert first['iou'] == [1.0] * 4
    assert first['ms'] == {'ground': 12.0, 'total': 340.0}
    for name in ('iou', 'mean_iou', 'track_iou', 'cloud_points', 'centroid_error_m'):
        assert first[name] is not None
        assert second[name] is None


def test_the_table_has_a_line_per_question_that_fits_a_terminal():
    found = outcome(1, masks={1: square(LEFT)}, center=(0.0, 0.0, 1.0))
    lines = table(report_of(found, outcome(masks={}, kind='absent'))).splitlines()
    assert len(lines) == 5
    assert 'the mug' in lines[2]
    assert '1.00' in lines[2]
    assert 'absent' in lines[3]
    assert max(map(len, lines)) <= 100


def test_the_table_says_what_is_right_and_ends_with_the_rate():
    found = outcome(1, masks={1: square(LEFT)})
    *_, first, second, last = table(report_of(found, outcome(2, masks={}))).splitlines()
    assert 'right' in first
    assert 'wrong' in second
    assert last == '1 of 2 right'


def test_questions_that_were_not_asked_are_not_right():
    found = outcome(1, masks={1: square(LEFT)})
    assert rate_of(report_of(found, questions=5)) == '1 of 5 right, 4 not asked'
