import json

import numpy as np
import pytest

from visa_ros.data.revos import ReVOS
from visa_ros.data.synthetic import make_tree
from visa_ros.errors import DataError
from visa_ros.eval.metrics_revos import (
    ExpressionScore,
    failed,
    mean_percent,
    MEASURES,
    revos_report,
    score_expression,
)
from visa_ros.video.rle import decode


def score(type_id, value, *, refused=False):
    return ExpressionScore(
        type_id=type_id,
        region=value,
        contour=value / 2,
        accuracy_legacy=value / 4,
        robustness_legacy=value / 8,
        robustness=1 - value,
        refused=refused,
    )


def test_overall_is_the_mean_of_the_two_types_whatever_their_sizes():
    report = revos_report([score(0, 0.5), score(0, 0.7), score(0, 0.9), score(1, 0.2)])
    assert report['referring']['J'] == pytest.approx(70)
    assert report['referring']['F'] == pytest.approx(35)
    assert report['referring']['JF'] == pytest.approx(52.5)
    assert report['reasoning']['R'] == pytest.approx(80)
    assert report['overall']['J'] == pytest.approx(45)
    assert report['count'] == {'referring': 3, 'reasoning': 1}
    assert set(report['overall']) == set(MEASURES)


def test_absent_things_do_not_count_but_have_figures():
    rows = [score(0, 0.5), score(1, 0.5, refused=True)]
    before = revos_report(rows)
    rows += [score(2, 1.0, refused=True), score(2, 0.0)]
    after = revos_report(rows)
    for name in ('referring', 'reasoning', 'overall', 'rounded', 'count'):
        assert after[name] == before[name]
    assert before['absent']['count'] == 0
    assert before['absent']['R_absent'] is None
    assert after['absent']['R_absent'] == pytest.approx(50)
    assert after['absent']['recall'] == pytest.approx(50)
    assert after['absent']['precision'] == pytest.approx(50)
    assert after['absent']['false_refusals'] == pytest.approx(50)


def test_the_release_rounds_each_expression():
    rows = [score(0, 0.123456), score(0, 0.654321), score(1, 0.111111)]
    report = revos_report(rows)
    assert report['referring']['J'] == pytest.approx((12.3456 + 65.4321) / 2, abs=1e-12)
    assert report['rounded']['referring']['J'] == pytest.approx((12.35 + 65.43) / 2, abs=1e-12)
    # J&F is rounded by itself, not put together from rounded parts.
    assert report['rounded']['reasoning']['JF'] == pytest.approx(round(100 * 0.75 * 0.111111, 2))
    assert report['rounded']['overall']['J'] == pytest.approx((38.89 + 11.11) / 2, abs=1e-12)


def test_a_failure_is_0_on_everything():
    assert set(failed(1).measures().values()) == {0.0}
    report = revos_report([score(0, 0.4), failed(0), failed(1)])
    assert report['referring']['J'] == pytest.approx(20)
    assert report['reasoning']['R'] == 0.0
    assert report['absent']['false_refusals'] == 0.0


def test_a_mean_over_nothing_is_null():
    report = revos_report([score(0, 0.4)])
    assert report['reasoning']['J'] is None
    assert report['overall']['J'] is None
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert mean_percent([])['JF'] is None


def test_other_sets_have_the_plain_mean():
    assert mean_percent([score(0, 0.2), score(0, 0.4)])['J'] == pytest.approx(30)


def test_unknown_types_are_refused():
    with pytest.raises(DataError, match=r'type_id \[3\]'):
        revos_report([score(3, 0.5)])


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    """Each sample of a tiny ReVOS with the masks that score_expression takes."""
    dataset = ReVOS(make_tree('revos', tmp_path_factory.mktemp('revos')), 'valid')
    rows = []
    for at in range(len(dataset.videos)):
        for i in dataset.items_of(at):
            truth = dataset[i].truth()
            totals = [truth.total(k) for k in range(truth.count)]
            track = dataset.foreground(at)
            fore = [np.zeros(truth.hw, bool) if r is None else decode(r) for r in track]
            rows.append((dataset[i].type_id, totals, fore))
    return rows


def test_the_truth_is_a_perfect_answer(videos):
    scores = [score_expression(kind, [t > 0 for t in total], total, fore)
              for kind, total, fore in videos]  # fmt: skip
    report = revos_report(scores)
    for name in ('referring', 'reasoning', 'overall'):
        assert report[name]['JF'] == report[name]['R'] == report[name]['R_legacy'] == 100
        assert 50 < report[name]['A_legacy'] < 100
    assert report['absent']['recall'] == report['absent']['precision'] == 100


def test_everything_is_a_poor_answer(videos):
    scores = [
        score_expression(kind, [np.ones(t.shape, bool) for t in total], total, fore)
        for kind, total, fore in videos
    ]
    report = revos_report(scores)
    assert report['overall']['J'] < 30
    assert report['overall']['R_legacy'] < 1
    assert report['absent']['R_absent'] < 1
    assert report['absent']['recall'] == 0
    assert report['absent']['precision'] is None


def test_frames_are_counted_off(videos):
    kind, totals, fore = videos[0]
    with pytest.raises(DataError, match='frames against'):
        score_expression(kind, fore[1:], totals, fore)
    with pytest.raises(DataError, match='foregrounds for'):
        score_expression(kind, fore, totals, fore[1:])
