"""Recordings through the code that the node runs."""

import json

from fakes import clip, FakeSegmenter, FakeTracker, near_color, PALETTE
import numpy as np
import pytest

from visa_ros.cli.main import main
from visa_ros.config import PipelineConfig, WindowConfig
from visa_ros.errors import DataError
from visa_ros.eval.bag import BagQuestion, BagRun, BagTruth, judge_bag, read_questions, replay
from visa_ros.eval.packed import unpack
from visa_ros.pipeline import Pipeline

rosbag2 = pytest.importorskip('rosbags.rosbag2')
typesys = pytest.importorskip('rosbags.typesys')

STORE = typesys.get_typestore(typesys.Stores.ROS2_HUMBLE)
TYPES = STORE.types
PLUGINS = {'sqlite3': rosbag2.StoragePlugin.SQLITE3, 'mcap': rosbag2.StoragePlugin.MCAP}
COLORS = ('red', 'green', 'blue')
FRAMES = 30


def image(pixels, encoding, stamp_ns):
    stamp = TYPES['builtin_interfaces/msg/Time'](stamp_ns // 10**9, stamp_ns % 10**9)
    rows = np.ascontiguousarray(pixels).reshape(len(pixels), -1).view(np.uint8)
    return TYPES['sensor_msgs/msg/Image'](
        TYPES['std_msgs/msg/Header'](stamp, 'camera'), *pixels.shape[:2], encoding, 0,
        rows.shape[1], rows.reshape(-1),
    )  # fmt: skip


def numbers_of(frame):
    numbers = np.zeros(frame.hw, '<u2')
    for k, color in enumerate(COLORS, 1):
        numbers[near_color(frame.rgb, PALETTE[color])] = k * 100
    return numbers


def write_bag(path, frames, *, storage='mcap', truth_every=1):
    with rosbag2.Writer(path, version=9, storage_plugin=PLUGINS[storage]) as bag:
        kind = 'sensor_msgs/msg/Image'
        topics = {t: bag.add_connection(t, kind, typestore=STORE) for t in ('/rgb', '/truth')}
        for k, frame in enumerate(frames):
            messages = {'/rgb': image(frame.rgb, 'rgb8', frame.stamp_ns)}
            if k % truth_every == 0:
                messages['/truth'] = image(numbers_of(frame), 'mono16', frame.stamp_ns)
            for topic, message in messages.items():
                raw = STORE.serialize_cdr(message, kind)
                bag.write(topics[topic], frame.stamp_ns, raw)
    return path


@pytest.fixture
def frames():
    return clip(FRAMES, hw=(48, 200), depth=False)


@pytest.fixture
def networks(monkeypatch):
    monkeypatch.setattr(
        'visa_ros.api.load_pipeline',
        lambda *a, **_: Pipeline(segmenter=FakeSegmenter(), tracker=FakeTracker(), config=a[2]),
    )


@pytest.mark.parametrize('storage', PLUGINS)
def test_a_recording_is_replayed_and_scored(tmp_path, frames, networks, storage):
    bag, file = write_bag(tmp_path / 'bag', frames, storage=storage), tmp_path / 'out' / 'f.json'
    words = ['evaluate', '--bag', str(bag), '--truth', '/truth', '--json', str(file),
             '--at', '1', '--ask', 'red', '100', '--ask', 'blue', '300',
             '--ask', 'a unicorn']  # fmt: skip

    assert main(words) == 0
    report = json.loads(file.read_text())
    red, blue, unicorn = report['expressions']
    assert red['JF'] == blue['JF'] == unicorn['JF'] == 1
    assert red['frames'] == red['compared'] == red['masks'] == FRAMES
    assert 0 < blue['masks'] < FRAMES  # it leaves
    assert unicorn['refused']
    first = file.read_bytes()
    assert main(words) == 0
    assert file.read_bytes() == first


def test_every_frame_after_the_window_is_followed(frames):
    config = PipelineConfig(window=WindowConfig(span_s=1.0))
    tracker = FakeTracker()
    pipeline = Pipeline(segmenter=FakeSegmenter(), tracker=tracker, config=config)
    seen = list(replay(frames, pipeline, BagQuestion(text='red'), config))

    # Asked when 1 s has passed: 5 frames per second, and the one at the start.
    assert [frame.stamp_ns for frame, _ in seen] == [frame.stamp_ns for frame in frames]
    assert pipeline.steps == FRAMES - 6
    for frame, mask in seen:
        expected = near_color(frame.rgb, PALETTE['red'])
        np.testing.assert_array_equal(unpack(mask, frame.hw), expected)


@pytest.mark.parametrize(('at_s', 'first'), [(0.0, 0), (2.0, 5), (100.0, 24)])
def test_only_the_window_of_a_question_and_what_follows_is_judged(frames, at_s, first):
    config = PipelineConfig(window=WindowConfig(span_s=1.0))
    pipeline = Pipeline(segmenter=FakeSegmenter(), tracker=FakeTracker(), config=config)
    seen = list(replay(frames, pipeline, BagQuestion(text='red', at_s=at_s), config))

    assert seen[0][0].stamp_ns == frames[first].stamp_ns
    assert len(seen) == FRAMES - first


def test_frames_without_truth_are_followed_and_not_judged(tmp_path, frames, networks):
    bag, file = write_bag(tmp_path / 'bag', frames, truth_every=3), tmp_path / 'f.json'
    assert main(['evaluate', '--bag', str(bag), '--truth', '/truth', '--ask', 'red', '100',
                 '--json', str(file)]) == 0  # fmt: skip
    (row,) = json.loads(file.read_text())['expressions']
    assert (row['frames'], row['compared']) == (FRAMES, FRAMES / 3)
    assert row['J'] == 1


def test_without_truth_masks_are_counted(tmp_path, frames, networks, capsys):
    bag = write_bag(tmp_path / 'bag', frames)
    assert main(['evaluate', '--bag', str(bag), '--topic', '/rgb', '--ask', 'red']) == 0
    assert f'masks on {FRAMES} of {FRAMES} frames, 0 compared' in capsys.readouterr().out


def test_failures_are_listed_and_count_as_nothing(tmp_path, frames):
    class Broken(FakeSegmenter):
        def ground(self, *args, **options):
            raise RuntimeError('out of memory')

    truth = BagTruth(write_bag(tmp_path / 'bag', frames), '/truth', [100])
    run = BagRun(name='bag', frames=lambda: frames, truth=truth, config=PipelineConfig())
    pipeline = Pipeline(segmenter=Broken(), tracker=FakeTracker())
    (result,), _ = judge_bag(run, pipeline, [BagQuestion(text='red', instances=(100,))])
    assert 'out of memory' in result.error
    assert result.both == 0
    assert not result.refused


def test_questions_come_from_a_file(tmp_path):
    path = tmp_path / 'q.json'
    path.write_text('[{"text": "red", "instances": [1, 2], "at_s": 3}, '
                    '{"text": "x", "instances": []}]')  # fmt: skip
    assert read_questions(path) == [
        BagQuestion(text='red', instances=(1, 2), at_s=3.0),
        BagQuestion(text='x'),
    ]
    for wrong in ('{}', '[{"text": "red"}]', '[{"text": 3, "instances": []}]',
                  '[{"text": "a", "instances": ["1"]}]',
                  '[{"text": "a", "instances": [], "at_s": "1"}]'):  # fmt: skip
        path.write_text(wrong)
        with pytest.raises(DataError, match=r'q\.json'):
            read_questions(path)


def test_what_does_not_fit_is_explained(tmp_path, frames, networks, capsys):
    bag = write_bag(tmp_path / 'bag', frames)
    with pytest.raises(DataError, match=r"its image topics are .*'/truth'"):
        BagTruth(bag, '/labels', [1])
    with pytest.raises(DataError, match="got 'rgb8'"):
        BagTruth(bag, '/rgb', [1])
    for words, message in ((['--ask', 'red', 'mug'], 'numbers'), ([], 'needs a question')):
        assert main(['evaluate', '--bag', str(bag), '--truth', '/truth', *words]) == 2
        assert message in capsys.readouterr().err
