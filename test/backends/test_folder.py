"""A model folder out of published networks, by function and by command."""

import argparse
import json

import numpy as np
import pytest

from visa_ros.backends.folder import make_folder
from visa_ros.backends.open_vocabulary import load_open_vocabulary
from visa_ros.backends.recipe import Recipe
from visa_ros.backends.video_engines import load_video_engine
from visa_ros.cli import backend
from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.structs import Frame


def run(*arguments):
    parser = argparse.ArgumentParser()
    backend.add_parser(parser.add_subparsers())
    args = parser.parse_args(['backend', *map(str, arguments)])
    return args.run(args)


def use(folder, images):
    """Find something on an image, and follow it on the next ones."""
    clip = images(3)
    segmenter = load_open_vocabulary(folder, device='cpu', precision='fp32')
    grounding = segmenter.ground((), Frame(rgb=clip[0], stamp_ns=1), 'all red mugs')
    tracker = load_video_engine(folder, device='cpu', precision='fp32')
    masks = {n: d.mask for n, d in enumerate(grounding.detections, 1)}
    tracker.step(clip[0], masks)
    return masks, [tracker.step(rgb) for rgb in clip[1:]]


def test_one_command_makes_a_folder_that_answers_and_follows(published, tmp_path, images, capsys):
    out = tmp_path / 'models' / 'mine'
    assert not run(
        published / 'grounding-dino', published / 'sam2_video', '-o', out, '--threshold', '0.01'
    )
    assert str(out) in capsys.readouterr().out
    assert json.loads((out / 'tracker.json').read_text()) == {
        'engine': 'sam2_video',
        'path': 'segmenter',
    }
    masks, followed = use(out, images)
    assert masks
    assert all(frame.keys() == masks.keys() for frame in followed)


def test_the_folder_stands_alone(published, tmp_path, images):
    """It may be moved to another machine; the networks are in it and unchanged."""
    recipe = Recipe(detector=str(published / 'sam3'), box_threshold=0.01)
    make_folder(tmp_path / 'a', recipe, tracker=published / 'edgetam_video')
    moved = (tmp_path / 'a').rename(tmp_path / 'b')
    assert str(published) not in (moved / 'config.json').read_text()
    masks, _ = use(moved, images)
    direct = tmp_path / 'direct'
    direct.mkdir()
    (direct / 'config.json').write_text(json.dumps(recipe.to_json()))
    segmenter = load_open_vocabulary(direct, device='cpu', precision='fp32')
    found = segmenter.ground((), Frame(rgb=images(3)[0], stamp_ns=1), 'all red mugs').detections
    for mask, detection in zip(masks.values(), found, strict=True):
        np.testing.assert_array_equal(mask, detection.mask)
    assert {p.name for p in tmp_path.iterdir()} == {'b', 'direct'}


@pytest.mark.parametrize(
    ('arguments', 'error', 'text'),
    [
        (['grounding-dino'], ConfigError, 'name a segmenter'),
        (['grounding-dino', 'sam2'], ConfigError, 'name a tracker'),
        (['grounding-dino', 'grounding-dino'], ConfigError, 'segmenter of kind'),
        (['sam2', 'sam2_video'], ConfigError, 'detector of kind'),
        (['sam3', 'sam2_video'], ConfigError, 'no segmenter'),
        (['sam3'], ConfigError, 'name a tracker'),
        (['sam3', '--tracker', 'sam2'], ConfigError, 'name a tracker'),
        (['grounding-dino', 'not-there'], CheckpointError, 'no folder'),
    ],
)
def test_what_does_not_fit_leaves_nothing_behind(published, tmp_path, arguments, error, text):
    paths = [a if a.startswith('-') else published / a for a in arguments]
    with pytest.raises(error, match=text):
        run(*paths, '-o', tmp_path / 'out')
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_not_overwritten(published, tmp_path):
    (tmp_path / 'precious').write_text('work')
    with pytest.raises(ConfigError, match='another folder'):
        run(published / 'grounding-dino', published / 'sam2_video', '-o', tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ['precious']


def test_nothing_is_downloaded_unless_asked_for(published, tmp_path, monkeypatch):
    """Without --download a name of the hub is looked up in the cache alone."""
    with pytest.raises(CheckpointError, match='--download'):
        run('IDEA-Research/grounding-dino-tiny', published / 'sam2_video', '-o', tmp_path / 'out')
    asked = []
    monkeypatch.setattr(
        'transformers.AutoConfig.from_pretrained',
        lambda name, **options: asked.append((name, options)) or 1 / 0,
    )
    with pytest.raises(ZeroDivisionError):
        run('owner/model', published / 'sam2_video', '-o', tmp_path / 'out', '--download')
    assert asked == [('owner/model', {'local_files_only': False})]
