import json

import cv2
import numpy as np
import pytest

from visa_ros.data.tabletop import Tabletop
from visa_ros.errors import ConfigError, SimulationError
from visa_ros.sim import dataset
from visa_ros.sim.dataset import ClipSettings, render_dataset
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.world import WorldConfig
from visa_ros.video.rle import decode, Rle

CONFIG = WorldConfig(width=96, height=72, duration_s=1.0)
FRAMES = 2


def render(out, seeds, **options):
    options = {'config': CONFIG, 'frames': FRAMES, 'rate_hz': 5.0, 'progress': False, **options}
    return render_dataset(out, seeds, **options)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp('set') / 'tabletop'
    report = render(out, [7, 1_000_000])
    assert (report.rendered, report.kept, report.failed) == (2, 0, {})
    return out


def read(path):
    return json.loads(path.read_text(encoding='utf-8'))


def test_the_tree_is_the_documented_one(root):
    clip = 'tabletop/00000007'
    for kind, extension in (('JPEGImages', 'jpg'), ('Instances', 'png'), ('Depth', 'png')):
        names = sorted(p.name for p in (root / kind / clip).iterdir())
        assert names == [f'{k:05d}.{extension}' for k in range(FRAMES)]
    depth = cv2.imread(str(root / 'Depth' / clip / '00000.png'), cv2.IMREAD_UNCHANGED)
    instances = cv2.imread(str(root / 'Instances' / clip / '00000.png'), cv2.IMREAD_UNCHANGED)
    record = SceneRecord.from_json(read(root / 'Scenes' / f'{clip}.json'))

    assert depth.dtype == np.uint16
    assert 300 < np.median(depth) < 3000
    assert instances.dtype == np.uint8
    assert instances.max() <= len(record.objects)
    assert not list(root.rglob('*.part'))
    assert not (root / 'ATTRIBUTION.md').exists()


def test_masks_of_every_expression_are_the_instances_of_its_targets(root):
    masks = read(root / 'mask_dict.json')
    clips = Tabletop(root)
    by_name = {clips.clip(i).name: clips.clip(i) for i in range(len(clips))}
    names = []
    for split in ('train', 'test'):
        for name, video in read(root / f'meta_expressions_{split}_.json')['videos'].items():
            names.append(name)
            assert (video['width'], video['height']) == (96, 72)
            assert len(video['frames']) == FRAMES
            for entry in video['expressions'].values():
                check(entry, masks, by_name[name])
    assert sorted(names) == sorted(by_name)


def check(entry, masks, clip):
    assert (entry['type_id'] == 2) == (entry['type'] == 'absent') == (not entry['targets'])
    assert (entry['type_id'] == 1) == (
        entry['type'] in ('function', 'knowledge', 'motion', 'event')
    )
    assert entry['target_frame'] == FRAMES - 1
    assert len(entry['anno_id']) == len(entry['obj_id']) == len(entry['targets'])
    for k in range(FRAMES):
        union = np.zeros((72, 96), bool)
        for annotation in entry['anno_id']:
            rle = masks[str(annotation)][k]
            if rle is not None:
                union |= decode(Rle(tuple(rle['size']), rle['counts']))
        np.testing.assert_array_equal(union, np.isin(clip.instances(k), entry['targets']))


def test_complete_clips_are_kept_and_torn_ones_made_anew(root, tmp_path):
    first = render(tmp_path, [7])
    scene = tmp_path / 'Scenes/tabletop/00000007.json'
    picture = tmp_path / 'JPEGImages/tabletop/00000007/00001.jpg'
    made = (scene.read_bytes(), picture.read_bytes())
    again = render(tmp_path, [7, 7])
    scene.unlink()
    picture.unlink()
    third = render(tmp_path, [7])

    assert (first.rendered, again.rendered, again.kept, third.rendered) == (1, 0, 1, 1)
    assert (scene.read_bytes(), picture.read_bytes()) == made
    same = root / 'JPEGImages/tabletop/00000007/00001.jpg'
    assert picture.read_bytes() == same.read_bytes()


def test_a_folder_of_other_settings_is_refused(root):
    with pytest.raises(ConfigError, match='frames'):
        render(root, [7], frames=FRAMES + 1)
    with pytest.raises(ConfigError, match='other settings'):
        render(root, [7], config=WorldConfig(width=96, height=72, moving_camera=True))


def test_one_scene_that_cannot_be_built_does_not_stop_the_others(tmp_path, monkeypatch):
    class Fussy(dataset.World):
        def __init__(self, seed, config):
            if seed == 3:
                raise SimulationError('no')
            super().__init__(seed, config)

    monkeypatch.setattr(dataset, 'World', Fussy)
    report = render(tmp_path, [3, 4])

    assert report.failed == {3: 'no'}
    assert report.rendered == 1
    assert Tabletop(tmp_path).seeds == (4,)
    with pytest.raises(SimulationError, match='no scene'):
        render(tmp_path, [3])


def test_workers_make_the_same_clips(root, tmp_path):
    render(tmp_path, [7, 1_000_000], workers=2)

    for path in sorted(p for p in root.rglob('*') if p.is_file()):
        assert (tmp_path / path.relative_to(root)).read_bytes() == path.read_bytes()


def test_scenes_may_vary():
    settings = ClipSettings(world=CONFIG, frames=2, rate_hz=5.0, vary=True)
    worlds = [settings.world_of(seed) for seed in range(40)]

    assert {w.events for w in worlds} == {0, 1, 2, 3}
    assert {w.moving_camera for w in worlds} == {True, False}
    assert settings.world_of(5) == settings.world_of(5)


@pytest.mark.parametrize('wrong', [{'frames': 0}, {'rate_hz': 0.0}, {'expressions': -1}])
def test_settings_that_make_no_sense(tmp_path, wrong):
    with pytest.raises(ConfigError):
        render(tmp_path, [1], **wrong)
