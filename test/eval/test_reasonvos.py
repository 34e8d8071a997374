"""Tabletop-ReasonVOS from end to end: two clips of it, and masks that are right or empty."""

from __future__ import annotations

import json
import shutil

import cv2
import numpy as np
import pytest

from visa_ros.cli.main import main
from visa_ros.data.tabletop import TabletopReasonVos
from visa_ros.errors import DataError, InvalidQueryError
from visa_ros.eval.predict import ModelPredictor, video_question
from visa_ros.sim.benchmark_files import make_benchmark


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp('benchmark')
    make_benchmark(out, clips=2, progress=False)
    return out


@pytest.fixture(scope='module')
def report(root, tmp_path_factory):
    """True masks for the questions of the first clip, empty ones for those of the second."""
    folder = tmp_path_factory.mktemp('predictions')
    benchmark = TabletopReasonVos(root)
    for i in range(len(benchmark)):
        for question in benchmark.questions(i):
            truth, sample = question.truth(), question.sample
            for k, frame in enumerate(sample.frames):
                path = folder / sample.video / sample.expression_id / f'{frame}.png'
                path.parent.mkdir(parents=True, exist_ok=True)
                mask = truth.mask(k) if i == 0 else np.zeros(truth.hw, np.bool_)
                cv2.imwrite(str(path), 255 * mask.astype(np.uint8))
    out = folder / 'report.json'
    words = ['evaluate', '--dataset', 'tabletop', '--root', str(root), '--split', 'test']
    words += ['--predictions', str(folder), '--baselines', '--workers', '1', '--json', str(out)]
    assert main(words) == 0
    return json.loads(out.read_text())


def test_right_masks_score_one_and_missing_ones_nearly_nothing(root, report):
    benchmark = TabletopReasonVos(root)
    axes = [benchmark.questions(i)[0].axis for i in range(2)]
    assert axes[0] != axes[1]
    assert report['held_out'][axes[0]]['JF'] == 1.0
    assert report['held_out'][axes[1]]['JF'] < 0.5
    assert report['JF'] == report['overall']['JF']
    assert report['overall']['count'] + report['absent']['count'] == report['count'] == 20


def test_each_type_has_its_figures(report):
    assert {'category', 'knowledge', 'event', 'multi'} <= report['types'].keys()
    assert 'absent' not in report['types']
    assert report['absent']['refused'] == 1.0
    assert report['absent']['false_refusals'] == 0.5


def test_blind_answers_are_scored_beside(report):
    blind = report['baselines']
    assert blind.keys() == {'largest', 'all'}
    assert all(0 < row['JF'] < 1 for row in blind.values())


def test_a_model_is_given_depth_if_it_is_wanted_and_there(root):
    question = video_question(TabletopReasonVos(root).questions(0)[0].sample)
    clip = TabletopReasonVos(root).clip(0)
    given = []

    class Looking:
        def ask(self, query, frames):
            given.append(frames)
            raise InvalidQueryError('seen')

    for depth in (True, False):
        predictor = ModelPredictor(Looking, depth=depth)
        assert predictor.source(question) == ('depth' if depth else '')
        with pytest.raises(InvalidQueryError):
            predictor.masks(question, (480, 640))
    with_depth, without = given
    np.testing.assert_array_equal(with_depth[3].depth_m, clip.depth_m(3))
    assert with_depth[3].camera == clip.record.camera
    assert {frame.depth_m is None for frame in without} == {True}
    assert [f.depth_m is None for f in clip.frames(depth=False)] == [True] * len(clip)
    np.testing.assert_array_equal(clip.frames()[3].depth_m, clip.depth_m(3))


def test_depth_that_does_not_fit_is_named(root, tmp_path):
    shutil.copytree(root, tmp_path / 'copy')
    question = video_question(TabletopReasonVos(tmp_path / 'copy').questions(0)[0].sample)
    for file in (tmp_path / 'copy' / 'Depth').rglob('00000.png'):
        cv2.imwrite(str(file), np.ones((10, 12), np.uint16))
    with pytest.raises(DataError, match=r'JPEGImages.*does not match'):
        ModelPredictor(object).masks(question, (480, 640))


def test_clips_without_depth_are_made_anew(root, tmp_path):
    shutil.copytree(root, tmp_path / 'copy')
    name = TabletopReasonVos(root).clip(1).name
    shutil.rmtree(tmp_path / 'copy' / 'Depth' / name)
    before = json.loads((root / 'benchmark.json').read_text())
    make_benchmark(tmp_path / 'copy', clips=2, progress=False)
    assert json.loads((tmp_path / 'copy' / 'benchmark.json').read_text()) == before
    assert len(list((tmp_path / 'copy' / 'Depth' / name).iterdir())) == 16


def test_no_depth_is_refused_where_nothing_would_come_of_it(capsys):
    assert main(['evaluate', '--no-depth', '--task', 'vos']) != 0
    assert '--no-depth' in capsys.readouterr().err
