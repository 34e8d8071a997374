"""`visa-ros evaluate` on tiny sets of the exact form of the real ones."""

import csv
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time
import zipfile

import cv2
import numpy as np
from PIL import Image
import pytest

from visa_ros.cli.main import main
from visa_ros.data.registry import open_dataset
from visa_ros.errors import CheckpointError
from visa_ros.eval.compare import MEASURES
from visa_ros.eval.metrics_image import count_pixels, cumulative_iou, generalised_iou
from visa_ros.eval.metrics_revos import failed, revos_report, score_expression
from visa_ros.video.rle import decode

TEST = Path(__file__).parents[1]


def evaluate(root, dataset, split, *words):
    """Run the command in one process; returns the exit code."""
    return main(['evaluate', '--dataset', dataset, '--root', str(root), '--split', split,
                 '--workers', '1', *map(str, words)])  # fmt: skip


def expected_revos(dataset, folder, broken=()):
    """The report by the definitions, frame by frame."""
    scores = []
    for at, video in enumerate(dataset.videos):
        foreground = [decode(rle) for rle in dataset.foreground(at)]
        for i in dataset.items_of(at):
            sample = dataset[i]
            if sample.expression_id in broken:
                scores.append(failed(sample.type_id))
                continue
            names = [folder / video.name / sample.expression_id / f'{f}.png' for f in video.frames]
            masks = [cv2.imread(str(name), cv2.IMREAD_UNCHANGED) > 0 for name in names]
            truth = sample.truth()
            totals = [truth.total(k) for k in range(truth.count)]
            scores.append(score_expression(sample.type_id, masks, totals, foreground))
    return revos_report(scores)


@pytest.mark.parametrize('workers', [1, 2])
def test_a_folder_of_masks_gets_the_figures_of_the_definitions(
    sets, tmp_path, write_predictions, workers
):
    dataset = open_dataset('revos', sets, 'valid')
    masks = write_predictions(dataset, tmp_path / 'masks')
    file = tmp_path / 'out' / 'f.json'
    words = ('--predictions', masks, '--json', file, '--workers', workers)

    assert evaluate(sets, 'revos', 'valid', *words) == 0
    report = json.loads(file.read_text())
    for name, figures in expected_revos(dataset, masks).items():
        assert report[name] == figures
    assert report['errors'] == []
    assert set(report['overall']) == {'J', 'F', 'JF', 'A_legacy', 'R_legacy', 'R'}
    assert set(report['rounded']) == {'referring', 'reasoning', 'overall'}
    assert 0 < report['overall']['JF'] < 100
    assert report['overall']['R_legacy'] < report['overall']['R']
    assert len(report['expressions']) == len(dataset)


def test_what_cannot_be_read_is_listed_and_counts_as_nothing(sets, tmp_path, write_predictions):
    dataset = open_dataset('revos', sets, 'valid')
    masks = write_predictions(dataset, tmp_path / 'masks')
    sample = dataset[0]
    video = masks / sample.video
    small = video / '0' / f'{sample.frames[1]}.png'
    cv2.imwrite(str(small), np.zeros((5, 5), np.uint8))
    (video / '1' / f'{sample.frames[2]}.png').unlink()
    for file in (video / '2').iterdir():
        file.unlink()
    (video / '2').rmdir()
    (video / '3' / f'{sample.frames[0]}.png').write_bytes(b'no picture')
    file = tmp_path / 'f.json'

    assert evaluate(sets, 'revos', 'valid', '--predictions', masks, '--json', file) == 1
    report = json.loads(file.read_text())
    errors = {e['expression']: e['error'] for e in report['errors']}
    assert [e['video'] for e in report['errors']] == [sample.video] * 4
    assert 'DataError' in errors['0']
    assert '5x5 px' in errors['0']
    assert 'missing' in errors['1']
    assert 'no such folder' in errors['2']
    assert 'not a PNG' in errors['3']
    rows = [r for r in report['expressions'] if r['error']]
    assert all(r[name] == 0 for r in rows for name in (*MEASURES, 'JF'))
    assert not any(r['refused'] for r in rows)


def test_any_pixel_that_is_not_zero_is_object(sets, tmp_path, write_predictions):
    dataset = open_dataset('revos', sets, 'valid')
    grey = write_predictions(dataset, tmp_path / 'grey')
    other = tmp_path / 'other'
    for k, path in enumerate(sorted(grey.rglob('*.png'))):
        mask = np.asarray(Image.open(path)) > 0
        copy = other / path.relative_to(grey)
        copy.parent.mkdir(parents=True, exist_ok=True)
        kinds = (
            lambda m: Image.fromarray(m),  # 1 bit
            lambda m: Image.fromarray(m.astype(np.uint8)),
            lambda m: Image.fromarray(m.astype(np.uint16) * 3),
            lambda m: Image.fromarray(np.stack([m * 0, m * 9, m * 0], 2).astype(np.uint8)),
            lambda m: Image.fromarray(np.dstack([m * 9, m * 0, m * 0, m * 0 + 255]).astype('u1')),
            palette,
        )
        kinds[k % len(kinds)](mask).save(copy)
    reports = []
    for folder in (grey, other):
        file = tmp_path / f'{folder.name}.json'
        assert evaluate(sets, 'revos', 'valid', '--predictions', folder, '--json', file) == 0
        reports.append(json.loads(file.read_text()))
    assert reports[0]['expressions'] == reports[1]['expressions']


def palette(mask):
    picture = Image.fromarray(mask.astype(np.uint8), 'P')
    picture.putpalette([200, 200, 200, 0, 0, 0])  # number 1 is black
    return picture


def test_newer_masks_are_scored_again(sets, tmp_path, write_predictions):
    dataset = open_dataset('revos', sets, 'valid')
    masks, file = tmp_path / 'masks', tmp_path / 'f.json'
    write_predictions(dataset, masks, lambda mask, k: mask & False)
    evaluate(sets, 'revos', 'valid', '--predictions', masks, '--json', file)
    before = json.loads(file.read_text())
    write_predictions(dataset, masks, lambda mask, k: mask)
    evaluate(sets, 'revos', 'valid', '--predictions', masks, '--json', file)
    after = json.loads(file.read_text())

    assert before['overall']['J'] < 50
    assert after['overall']['J'] == after['overall']['F'] == 100


@pytest.mark.parametrize('rule', ['visa', 'davis', 'vos-benchmark'])
def test_sets_without_types_get_the_mean_over_expressions(sets, tmp_path, write_predictions, rule):
    dataset = open_dataset('ref-davis17', sets, 'valid')
    masks, file = write_predictions(dataset, tmp_path / 'masks'), tmp_path / 'f.json'
    words = ('--predictions', masks, '--json', file, '--empty', rule)

    assert evaluate(sets, 'ref-davis17', 'valid', *words) == 0
    report = json.loads(file.read_text())
    values = [row['J'] for row in report['expressions'] if row['J'] is not None]
    assert report['overall']['J'] == pytest.approx(100 * np.mean(values), abs=1e-9)
    assert report['count'] + report['not_counted'] == len(dataset)
    assert report['rule'] == rule


def test_pictures_get_giou_and_ciou(sets, tmp_path):
    for name, split in (('refcoco', 'val'), ('reasonseg', 'val')):
        dataset, counts = open_dataset(name, sets, split), []
        for i in range(len(dataset)):
            sample = dataset[i]
            for query in sample.queries:
                truth = query.truth()
                mask = np.roll(truth == 1, 3, axis=0)
                counts.append(count_pixels(mask, truth))
                path = tmp_path / name / sample.path.stem / f'{query.id}.png'
                path.parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(path), mask.astype(np.uint8))
        file = tmp_path / f'{name}.json'
        words = ('--predictions', tmp_path / name, '--json', file)
        assert evaluate(sets, name, split, *words) == 0
        report = json.loads(file.read_text())
        assert report['gIoU'] == pytest.approx(100 * generalised_iou(counts), abs=1e-9)
        assert report['cIoU'] == pytest.approx(100 * cumulative_iou(counts), abs=1e-9)
        path.unlink()
        assert evaluate(sets, name, split, *words) == 1
        worse = json.loads(file.read_text())
        assert worse['gIoU'] < report['gIoU']
        assert len(worse['errors']) == 1


def test_a_model_is_asked_and_its_masks_can_be_scored_again(
    sets, tmp_path, pipeline, monkeypatch, capsys
):
    monkeypatch.setattr('visa_ros.api.load_pipeline', lambda *_, **__: pipeline)
    asked, scored, masks = tmp_path / 'a.json', tmp_path / 'b.json', tmp_path / 'masks'

    assert evaluate(sets, 'revos', 'valid', '--json', asked, '--save', masks) == 0
    assert evaluate(sets, 'revos', 'valid', '--json', scored, '--predictions', masks) == 0
    one, other = json.loads(asked.read_text()), json.loads(scored.read_text())
    assert one['expressions'] == other['expressions']
    assert one['overall']['J'] > 0
    assert 'overall' in capsys.readouterr().out


def test_a_model_that_cannot_be_loaded_ends_the_run(sets, tmp_path, monkeypatch, capsys):
    def load(*_, **__):
        raise CheckpointError('the weights are damaged')

    monkeypatch.setattr('visa_ros.api.load_pipeline', load)
    assert evaluate(sets, 'revos', 'valid', '--json', tmp_path / 'f.json') == 2
    assert 'the weights are damaged' in capsys.readouterr().err
    assert not (tmp_path / 'f.json').exists()


def test_one_question_that_breaks_the_model_does_not_end_the_run(
    sets, tmp_path, pipeline, monkeypatch
):
    class Weak:
        def ask(self, query, frames):
            if 'elephant' in query.instruction:
                raise RuntimeError('out of memory')
            return pipeline.ask(query, frames)

    monkeypatch.setattr('visa_ros.api.load_pipeline', lambda *_, **__: Weak())
    file = tmp_path / 'f.json'
    assert evaluate(sets, 'revos', 'valid', '--json', file) == 1
    report = json.loads(file.read_text())
    assert {e['error'] for e in report['errors']} == {'RuntimeError: out of memory'}
    assert report['absent']['R'] == 0


def start(log, seconds, *words, **environment):
    """Start the command with a slow stand-in for the model."""
    path = os.pathsep.join((str(TEST), str(TEST.parent)))
    return subprocess.Popen(
        [sys.executable, TEST / 'eval' / 'slow_evaluate.py', str(log), str(seconds), 'evaluate',
         *map(str, words)],
        env={**os.environ, 'PYTHONPATH': path, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_a_run_that_was_killed_goes_on_and_ends_the_same(sets, tmp_path):
    common = ('--dataset', 'revos', '--root', sets, '--split', 'valid', '--json')
    logs, files = [tmp_path / f'{k}.log' for k in 'ab'], [tmp_path / f'{k}.json' for k in 'ab']
    whole = start(logs[0], 0, *common, files[0])
    killed = start(logs[1], 0.3, *common, files[1])
    while not (logs[1].exists() and len(logs[1].read_text().splitlines()) >= 4):
        assert killed.poll() is None, killed.stderr.read().decode()
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert not files[1].exists()
    (journal,) = Path(f'{files[1]}.journal').iterdir()
    journal.write_bytes(journal.read_bytes() + b'{"video": "half a li')
    again = start(logs[1], 0, *common, files[1])

    assert again.wait() == 0, again.stderr.read().decode()
    assert whole.wait() == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    asked = [len(log.read_text().splitlines()) for log in logs]
    assert asked[1] == asked[0] + 1  # only the question during which it was killed


def test_two_processes_do_what_one_does(sets, tmp_path):
    common = ('--dataset', 'revos', '--root', sets, '--split', 'valid', '--json')
    logs, files = [tmp_path / f'{k}.log' for k in 'abc'], [tmp_path / f'{k}.json' for k in 'ab']
    alone = start(logs[2], 0, *common, files[1])
    pair = [
        start(logs[k], 0, *common, files[0], RANK=str(k), WORLD_SIZE='2', LOCAL_RANK=str(k))
        for k in range(2)
    ]
    for process in (*pair, alone):
        assert process.wait() == 0, process.stderr.read().decode()
    assert files[0].read_bytes() == files[1].read_bytes()
    asked = [log.read_text().splitlines() for log in logs]
    assert asked[0]
    assert asked[1]
    assert sorted(asked[0] + asked[1]) == sorted(asked[2])


def test_a_report_has_everything_in_one_folder(sets, tmp_path, write_predictions):
    dataset = open_dataset('revos', sets, 'valid')
    masks, out = write_predictions(dataset, tmp_path / 'masks'), tmp_path / 'out'
    hostile = next((masks / dataset[0].video).iterdir())
    hostile.rename(hostile.with_name('gone'))

    assert evaluate(sets, 'revos', 'valid', '--predictions', masks, '--report', out) == 1
    page = (out / 'index.html').read_text()
    strips = page.count('data:image/jpeg;base64,')
    assert strips == min(20, len(dataset) - 1)
    assert '<svg' in page
    assert 'http' not in page
    assert all(word in page for word in ('referring', 'reasoning', 'R_legacy', 'error'))
    assert len(page) < 1_000_000
    report = json.loads((out / 'report.json').read_text())
    rows = list(csv.DictReader((out / 'expressions.csv').open()))
    assert len(rows) == len(dataset)
    assert float(rows[-1]['J']) == report['expressions'][-1]['J']
    row = (out / 'row.md').read_text().splitlines()
    assert len({line.count('|') for line in row}) == 1
    assert f'{report["overall"]["JF"]:.1f}' in row[2]


def test_submissions_hold_every_frame_and_nothing_else(sets, tmp_path, pipeline, monkeypatch):
    monkeypatch.setattr('visa_ros.api.load_pipeline', lambda *_, **__: pipeline)
    for name, top in (('mevis', ''), ('ref-youtube-vos', 'Annotations/')):
        dataset, file = open_dataset(name, sets, 'valid'), tmp_path / f'{name}.zip'
        assert evaluate(sets, name, 'valid', '--zip', file) == 0
        with zipfile.ZipFile(file) as archive:
            expected = {
                f'{top}{s.video}/{s.expression_id}/{frame}.png'
                for s in (dataset[i] for i in range(len(dataset)))
                for frame in s.frames
            }
            assert set(archive.namelist()) == expected
            assert len(archive.namelist()) == len(expected)
            picture = Image.open(archive.open(sorted(expected)[0]))
            assert picture.mode == 'L'
            assert set(np.unique(picture)) <= {0, 255}
        first = file.read_bytes()
        again = tmp_path / f'{name}_again.zip'
        words = ('--predictions', tmp_path / f'{name}_masks', '--zip', again)
        assert evaluate(sets, name, 'valid', *words) == 0
        assert again.read_bytes() == first


def test_submissions_need_a_server(sets, tmp_path, capsys):
    assert evaluate(sets, 'revos', 'valid', '--zip', tmp_path / 'f.zip') == 2
    assert 'no server takes' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (('--dataset', 'revos'), 'needs --root and --split'),
        (('--dataset', 'imagenet', '--root', '.', '--split', 'x'), 'choose from tabletop, revos'),
        (('--dataset', 'revos', '--root', '.', '--split', 'x', '--workers', '0'), '--workers'),
        (('--predictions', '.'), '--dataset revos'),
        (('--split', 'valid'), '--split valid'),
    ],
)
def test_wrong_words_are_explained(words, message, capsys):
    assert main(['evaluate', *words]) == 2
    assert message in capsys.readouterr().err


def test_the_pipeline_can_be_set(sets, tmp_path, pipeline, monkeypatch, capsys):
    given = []
    monkeypatch.setattr(
        'visa_ros.api.load_pipeline', lambda *a, **_: given.append(a[2]) or pipeline
    )
    words = ('--set', 'sampling.target=middle', '--set', 'max_tracked=3')
    assert evaluate(sets, 'revos', 'valid', *words) == 0
    assert (given[0].sampling.target, given[0].max_tracked) == ('middle', 3)
    assert evaluate(sets, 'revos', 'valid', '--set', 'sampling.targe=middle') == 2
    assert 'targe' in capsys.readouterr().err


def test_the_shipped_model_answers(sets, tmp_path):
    pytest.importorskip('torch')
    file = tmp_path / 'f.json'
    assert evaluate(sets, 'reasonseg', 'val', '--json', file, '--device', 'cpu') == 0
    assert 0 <= json.loads(file.read_text())['gIoU'] <= 100
