import json

import cv2
import numpy as np
import pytest
from records import record_of, thing

from visa_ros.data.tabletop import Tabletop, TabletopReasonVos, Tabletops
from visa_ros.errors import DataError


@pytest.fixture
def root(tmp_path):
    """Two clips of two frames, written by hand."""
    record = record_of(thing('mug'), thing('book'), frames=2).to_json()
    for seed in (12, 3):
        name = f'tabletop/{seed:08d}'
        for kind in ('JPEGImages', 'Instances', 'Depth'):
            (tmp_path / kind / name).mkdir(parents=True)
        scene = tmp_path / 'Scenes' / f'{name}.json'
        scene.parent.mkdir(parents=True, exist_ok=True)
        scene.write_text(json.dumps({**record, 'seed': seed}))
        for k in range(2):
            rgb = np.full((480, 640, 3), (200, 20, 60), np.uint8)
            instances = np.zeros((480, 640), np.uint8)
            instances[10:20, 10 : 20 + k] = 2
            depth = np.full((480, 640), 1234, np.uint16)
            depth[0, 0] = 0
            cv2.imwrite(str(tmp_path / 'JPEGImages' / name / f'{k:05d}.jpg'), rgb[:, :, ::-1])
            cv2.imwrite(str(tmp_path / 'Instances' / name / f'{k:05d}.png'), instances)
            cv2.imwrite(str(tmp_path / 'Depth' / name / f'{k:05d}.png'), depth)
    return tmp_path


def test_clips_come_in_order_of_their_seeds(root):
    clips = Tabletop(root)

    assert len(clips) == 2
    assert clips.seeds == (3, 12)
    assert [clips.clip(i).record.seed for i in range(2)] == [3, 12]
    assert clips.clip(0).name == 'tabletop/00000003'
    assert Tabletop(root, [12]).clip(0).record.seed == 12


def test_folders_are_read_one_after_the_other(root):
    both = Tabletops([root, root])

    assert len(both) == 4
    assert [both.clip(i).record.seed for i in range(4)] == [3, 12, 3, 12]
    with pytest.raises(IndexError):
        both.clip(4)


def test_images_are_what_was_written(root):
    clip = Tabletop(root).clip(0)

    assert len(clip) == 2
    assert clip.rgb(0).dtype == np.uint8
    np.testing.assert_allclose(clip.rgb(0).mean(axis=(0, 1)), (200, 20, 60), atol=3)
    assert np.count_nonzero(clip.instances(1) == 2) == 110
    depth = clip.depth_m(0)
    assert depth.dtype == np.float32
    assert np.isnan(depth[0, 0])
    assert depth[5, 5] == pytest.approx(1.234)


def test_what_is_missing_or_damaged_is_named(root, tmp_path_factory):
    clip = Tabletop(root).clip(0)
    picture = root / 'JPEGImages/tabletop/00000003/00000.jpg'
    instances = root / 'Instances/tabletop/00000003/00001.png'
    picture.write_bytes(b'not an image')
    cv2.imwrite(str(instances), np.zeros((24, 32), np.uint8))
    (root / 'Depth/tabletop/00000003/00000.png').unlink()
    (root / 'Scenes/tabletop/00000012.json').write_text('{"seed": 1}')

    with pytest.raises(DataError, match=r'00000.jpg'):
        clip.rgb(0)
    with pytest.raises(DataError, match=r'00001.png.*640x480'):
        clip.instances(1)
    with pytest.raises(DataError, match=r'Depth.*missing'):
        clip.depth_m(0)
    with pytest.raises(DataError, match='no frame 2'):
        clip.rgb(2)
    with pytest.raises(DataError, match=r'00000012.json'):
        Tabletop(root).clip(1)
    with pytest.raises(DataError, match='no clip of scene 5'):
        Tabletop(root, [3, 5])
    with pytest.raises(DataError, match='sim render'):
        Tabletop(tmp_path_factory.mktemp('nothing'))


QUESTION = {
    'exp': 'the book', 'obj_id': [2], 'anno_id': [770], 'type_id': 0, 'type': 'category',
    'axis': 'scenes', 'targets': [2], 'target_frame': 1, 'needs_past': False,
}  # fmt: skip


def benchmark_of(root, **changes):
    """Make the folder a benchmark of one clip with two questions."""
    absent = {'targets': [], 'obj_id': [], 'anno_id': [], 'type_id': 2, 'type': 'absent'}
    raw = {'0': {**QUESTION, **changes}, '1': {**QUESTION, **absent}}
    video = {'frames': ['00000', '00001'], 'height': 480, 'width': 640, 'expressions': raw}
    files = {
        'benchmark.json': {'name': 'Tabletop-ReasonVOS', 'checksum': '0' * 64},
        'meta_expressions_test_.json': {'videos': {'tabletop/00000003': video}},
        'mask_dict.json': {'770': [None, {'size': [480, 640], 'counts': 'f`1:f>00000'}]},
    }
    for name, value in files.items():
        (root / name).write_text(json.dumps(value))
    return TabletopReasonVos(root)


def test_questions_of_the_benchmark(root):
    data = benchmark_of(root)
    question, absent = data.questions(0)

    assert len(data) == 1
    assert data.clip(0).record.seed == 3
    assert (question.text, question.type, question.axis) == ('the book', 'category', 'scenes')
    assert (question.targets, question.target_frame, question.type_id) == ((2,), 1, 0)
    assert question.sample == data.set[0]
    assert (absent.targets, absent.type_id, absent.truth().tracks) == ((), 2, ())
    assert not absent.truth().mask(1).any()


@pytest.mark.parametrize('wrong', [{'axis': 3}, {'targets': '2'}, {'needs_past': 0}])
def test_questions_of_another_form_are_named(root, wrong):
    with pytest.raises(DataError, match=f'00000003, expression 0, {next(iter(wrong))}'):
        benchmark_of(root, **wrong).questions(0)


def test_a_folder_without_the_finished_benchmark_is_refused(root):
    with pytest.raises(DataError, match='sim benchmark'):
        TabletopReasonVos(root)
