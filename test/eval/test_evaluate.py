import argparse
import json

import cv2
import numpy as np
import pytest
from records import record_of, thing

from visa_ros.cli import evaluate as cli
from visa_ros.cli import sim as sim_cli
from visa_ros.data.tabletop import Tabletop
from visa_ros.errors import ConfigError, StaleInputError
from visa_ros.eval.evaluate import evaluate_rvos, Questions
from visa_ros.eval.propagation import evaluate_vos
from visa_ros.sim.expressions import TYPES
from visa_ros.structs import Answer, MaskFrame, Propagated, Status

WIDTH, HEIGHT, FRAMES, CLIPS = 640, 480, 3, 2
THINGS = (
    thing('mug', 'red', at=(-0.3, 0.0, 0.0)),
    thing('book', 'blue', at=(0.0, 0.2, 0.0)),
    thing('apple', 'green', at=(0.3, 0.4, 0.0)),
)


def instances_at(k):
    image = np.zeros((HEIGHT, WIDTH), np.uint8)
    for i in range(len(THINGS)):
        image[100 : 160 + 20 * i, 100 + 150 * i + 4 * k : 160 + 150 * i + 4 * k] = i + 1
    return image


def draw(instances):
    colors = np.array([(90, 90, 90), (220, 30, 30), (30, 30, 220), (30, 200, 30)], np.uint8)
    return colors[instances]


@pytest.fixture
def clips(tmp_path):
    record = record_of(*THINGS, frames=FRAMES).to_json()
    for seed in range(CLIPS):
        name = f'tabletop/{seed:08d}'
        for kind in ('JPEGImages', 'Instances'):
            (tmp_path / kind / name).mkdir(parents=True)
        scene = tmp_path / 'Scenes' / f'{name}.json'
        scene.parent.mkdir(parents=True, exist_ok=True)
        scene.write_text(json.dumps({**record, 'seed': seed}))
        for k in range(FRAMES):
            image = instances_at(k)
            rgb = draw(image)
            cv2.imwrite(str(tmp_path / 'JPEGImages' / name / f'{k:05d}.jpg'), rgb[:, :, ::-1])
            cv2.imwrite(str(tmp_path / 'Instances' / name / f'{k:05d}.png'), image)
    return Tabletop(tmp_path)


def answer_of(frames, ids):
    sequence = tuple(
        MaskFrame(
            stamp_ns=frame.stamp_ns,
            frame_id=frame.frame_id,
            masks={i: instances_at(k) == i for i in ids},
        )
        for k, frame in enumerate(frames)
    )
    status = Status.FOUND if ids else Status.ABSENT
    return Answer(status=status, message='', text='', query_id=1, sequence=sequence if ids else ())


class Oracle:
    """Knows the answers of all questions."""

    def __init__(self, clips, questions):
        self.asked = []
        self._answers = {
            e.text: e.targets for i in range(len(clips)) for e in questions.about(clips.clip(i))
        }

    def ask(self, query, frames):
        self.asked.append(query)
        return answer_of(frames, self._answers[query.instruction])


class Fixed:
    """Gives the same objects as the answer to everything."""

    def __init__(self, ids):
        self._ids = ids

    def ask(self, query, frames):
        return answer_of(frames, self._ids)


class Broken:
    def ask(self, query, frames):
        raise StaleInputError('no image')


class Still:
    """A tracker that never moves a mask."""

    def __init__(self):
        self._masks = {}

    def fork(self):
        return Still()

    def step(self, rgb, masks=None):
        self._masks |= masks or {}
        return {i: Propagated(mask=m, score=1.0) for i, m in self._masks.items()}


def evaluate(clips, answerer, **options):
    return evaluate_rvos(clips, answerer, progress=False, questions=Questions(), **options)


def test_an_oracle_gets_everything(clips):
    oracle = Oracle(clips, Questions())
    report = evaluate(clips, oracle)

    assert report['JF'] == report['J'] == report['F'] == 1.0
    assert report['absent']['refused'] == 1.0
    assert report['absent']['false_refusals'] == 0.0
    assert report['scenes'] == CLIPS
    assert report['count'] == len(oracle.asked) == len(report['expressions'])
    assert report['overall']['count'] + report['absent']['count'] == report['count']
    assert sum(t['count'] for t in report['types'].values()) == report['overall']['count']
    assert all(not query.keep_tracking for query in oracle.asked)
    assert report['errors'] == []
    json.dumps(report, allow_nan=False)


def test_silence_is_right_about_nothing_but_absence(clips):
    report = evaluate(clips, Fixed(()))

    assert report['JF'] == 0.0
    assert report['absent']['refused'] == report['absent']['false_refusals'] == 1.0


def test_errors_score_nothing_and_are_listed(clips):
    report = evaluate(clips, Broken())

    assert report['JF'] == 0.0
    assert len(report['errors']) == report['count']
    assert report['absent']['refused'] == 0.0
    assert 'StaleInputError: no image' in report['errors'][0]['error']


def test_baselines_are_answers_that_ignore_the_question(clips):
    largest = evaluate(clips, Fixed((3,)), baselines=True)
    everything = evaluate(clips, Fixed((1, 2, 3)), baselines=True)

    assert largest['baselines']['largest'] == largest['overall']
    assert everything['baselines']['all'] == everything['overall']
    assert 0 < everything['JF'] < 1


def test_only_the_types_asked_for(clips):
    questions = Questions(types=('category',), per_clip=3)
    report = evaluate_rvos(clips, Fixed((1,)), questions=questions, progress=False)

    assert set(report['types']) == {'category'}
    assert report['absent'] == {'count': 0, 'refused': None, 'false_refusals': 0.0}


def test_a_pipeline_is_asked_as_a_robot_asks_it(clips, pipeline):
    questions = Questions(types=('attribute',), per_clip=2)
    report = evaluate_rvos(clips, pipeline, questions=questions, progress=False)

    # The stand-in for the model knows colours; JPEG blurs the outlines a little.
    assert report['errors'] == []
    assert report['JF'] > 0.9
    assert pipeline.tracked_ids == ()


def test_tracking_counts_the_frames_after_the_first(clips):
    report = evaluate_vos(clips, Still(), progress=False)

    # Each object is 60 px wide and moves by 4 px per frame.
    expected = np.mean([(60 - 4 * k) / (60 + 4 * k) for k in (1, 2)])
    assert report['J'] == pytest.approx(expected)
    assert report['count'] == CLIPS * len(THINGS)
    assert report['scenes'] == CLIPS


def parse(*words):
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    for module in (cli, sim_cli):
        module.add_parser(subparsers)
    return parser.parse_args(words)


def test_the_command_prints_a_table_and_writes_the_report(clips, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr('visa_ros.api.load_pipeline', lambda *_: Fixed((1,)))
    file = tmp_path / 'out' / 'report.json'
    args = parse('evaluate', '--root', str(clips.root), '--baselines', '--json', str(file))

    assert args.run(args) == 0
    report = json.loads(file.read_text())
    assert report['dataset'] == 'tabletop'
    assert report['scenes'] == CLIPS
    printed = capsys.readouterr().out
    assert all(word in printed for word in ('overall', '(largest)', '(all)', 'J&F', 'refused'))


def test_the_command_renders_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr('visa_ros.tracking.load_tracker', lambda *_, **__: Still())
    monkeypatch.setattr('visa_ros.paths.model_dir', lambda name: tmp_path)
    words = ['evaluate', '--task', 'vos', '--scenes', '1', '--frames', '2', '--split', 'val']
    args = parse(*words, '--root', str(tmp_path / 'set'), '--json', str(tmp_path / 'f.json'))

    assert args.run(args) == 0
    report = json.loads((tmp_path / 'f.json').read_text())
    assert (report['split'], report['seed'], report['scenes']) == ('val', 0, 1)
    assert 0.5 < report['J'] <= 1.0
    assert 'overall' in capsys.readouterr().out


def test_the_command_knows_the_types_and_refuses_no_scenes():
    assert cli.TYPES == TYPES
    args = parse('evaluate', '--scenes', '0')
    with pytest.raises(ConfigError, match='--scenes'):
        args.run(args)


def test_render_command(tmp_path, capsys):
    words = ['sim', 'render', '--frames', '1', '--width', '64', '--height', '48', '-o']
    args = parse(*words, str(tmp_path))

    assert args.run(args) == 0
    assert '1 clips rendered' in capsys.readouterr().out
    assert len(Tabletop(tmp_path)) == 1
    assert Tabletop(tmp_path).clip(0).rgb(0).shape == (48, 64, 3)
