import json

import fakes
import numpy as np
import pytest

from visa_ros.cli import main as cli
from visa_ros.pipeline import Pipeline
from visa_ros.video.rle import decode, Rle

Image = pytest.importorskip('PIL.Image')
cv2 = pytest.importorskip('cv2')


@pytest.fixture(autouse=True)
def _fake_model(monkeypatch):
    def load_pipeline(model, device, config, *, precision, quantization):
        return Pipeline(
            segmenter=fakes.FakeSegmenter(), tracker=fakes.FakeTracker(), config=config
        )

    monkeypatch.setattr('visa_ros.api.load_pipeline', load_pipeline)


@pytest.fixture
def folder(tmp_path, clip):
    """The clip as pictures, with depth and intrinsics."""
    path = tmp_path / 'clip'
    (path / 'depth').mkdir(parents=True)
    for k, frame in enumerate(clip):
        cv2.imwrite(str(path / f'{k}.png'), frame.rgb[..., ::-1])
        cv2.imwrite(str(path / 'depth' / f'{k}.png'), (frame.depth_m * 1000).astype(np.uint16))
    names = ('width', 'height', 'fx', 'fy', 'cx', 'cy')
    raw = {name: getattr(clip[0].camera, name) for name in names}
    raw['frames'] = [{'stamp_ns': frame.stamp_ns} for frame in clip]
    (path / 'camera.json').write_text(json.dumps(raw))
    return path


def segment(folder, text, *options):
    out = folder.parent / 'out'
    code = cli.main(['segment', str(folder), text, '-o', str(out), *options])
    file = out / 'result.json'
    return code, json.loads(file.read_text()) if file.exists() else None, out


def ids_per_frame(result):
    return [sorted(int(i) for i in frame['masks']) for frame in result['frames']]


def test_everything_is_written(folder, clip, capsys):
    code, result, out = segment(folder, 'red')
    assert (code, result['status'], result['message']) == (0, 'FOUND', '')
    assert ids_per_frame(result) == [[1]] * len(clip)
    for k, (entry, frame) in enumerate(zip(result['frames'], clip, strict=True)):
        rle = entry['masks']['1']
        truth = fakes.disc_mask(frame, 'red')
        np.testing.assert_array_equal(decode(Rle(tuple(rle['size']), rle['counts'])), truth)
        np.testing.assert_array_equal(np.asarray(Image.open(out / f'masks/{k:05d}.png')), truth)
        assert entry['stamp_ns'] == frame.stamp_ns
    (one,) = result['objects']
    assert one['cloud']['centroid_m'][2] == pytest.approx(1.0, abs=0.01)
    assert (out / one['cloud']['file']).stat().st_size > 100
    assert (out / 'overlay.mp4').stat().st_size > 100
    assert set(result['ms']) >= {'ground', 'propagate'}
    captured = capsys.readouterr()
    assert captured.out.startswith('FOUND')
    assert '8/8' in captured.err


@pytest.mark.parametrize(
    ('text', 'code', 'status'),
    [('unicorn', 3, 'ABSENT'), ('the green', 4, 'AMBIGUOUS'), ('green', 0, 'FOUND')],
)
def test_exit_code_tells_the_status(folder, text, code, status):
    found, result, _ = segment(folder, text)
    assert (found, result['status']) == (code, status)
    assert len(result['frames']) == 8


def test_the_rest_of_a_long_clip_is_tracked(folder):
    _, result, _ = segment(folder, 'red', '--window-frames', '3')
    assert ids_per_frame(result) == [[1]] * 8
    assert len(result['window_ns']) == 2


def test_the_next_window_is_asked_when_nothing_is_found(folder, clip):
    for k in range(4):
        grey = np.full_like(clip[0].rgb, 120)
        cv2.imwrite(str(folder / f'{k}.png'), grey)
    code, result, _ = segment(folder, 'red', '--window-s', '0.39')
    assert code == 0
    assert ids_per_frame(result) == [[]] * 4 + [[1]] * 4


def test_part_of_a_clip(folder, clip):
    _, result, _ = segment(folder, 'red', '--start', '0.3', '--end', '1.0')
    assert [f['stamp_ns'] for f in result['frames']] == [f.stamp_ns for f in clip[2:6]]


def test_without_clouds(folder):
    _, result, out = segment(folder, 'red', '--no-ply')
    assert result['objects'][0]['cloud'] is None
    assert not (out / 'clouds').exists()


def test_without_depth(folder, clip):
    (folder / 'camera.json').unlink()
    code, result, _ = segment(folder, 'red')
    assert (code, result['objects'][0]['cloud']) == (0, None)


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        (['--start', '5', '--end', '2'], '--start'),
        (['--start', '50'], 'no frame from'),
        (['--window-frames', '0'], '--window-frames'),
        (['--rate', '-1'], '--rate'),
        (['--max-objects', '-1'], '--max-objects'),
    ],
    ids=str,
)
def test_mistakes_are_one_line_and_code_2(folder, capsys, options, text):
    code, result, _ = segment(folder, 'red', *options)
    assert (code, result) == (2, None)
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith('visa-ros: ')
    assert text in lines[0]


def test_empty_instruction(folder, capsys):
    assert segment(folder, ' ')[0] == 2
    assert 'say what to look for' in capsys.readouterr().err


def test_missing_input(tmp_path, capsys):
    assert segment(tmp_path / 'nothing.mp4', 'red')[0] == 2
    assert 'no such file' in capsys.readouterr().err


def test_older_result(folder, capsys):
    segment(folder, 'red')
    assert segment(folder, 'green')[0] == 2
    assert '--overwrite' in capsys.readouterr().err
    code, result, _ = segment(folder, 'green', '--overwrite')
    assert (code, len(result['objects'])) == (0, 2)


def test_help_shows_examples(capsys):
    for arguments in (['--help'], ['segment', '--help']):
        with pytest.raises(SystemExit) as exit_info:
            cli.main(arguments)
        assert exit_info.value.code == 0
        assert 'examples:' in capsys.readouterr().out
