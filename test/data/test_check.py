import argparse
import json
import shutil

import numpy as np
from PIL import Image
import pytest

from visa_ros.cli import data as command
from visa_ros.data.alignment import misplaced
from visa_ros.data.check import check_dataset, check_split
from visa_ros.data.drawing import draw_clip
from visa_ros.data.findings import table
from visa_ros.data.registry import DATA_SETS, sets_in
from visa_ros.data.revos import ReVOS
from visa_ros.data.synthetic import make_tree, WRITERS
from visa_ros.data.synthetic_files import rle_json, runs_json, save_json, save_picture
from visa_ros.errors import DataError
from visa_ros.video.rle import encode


def run(*words):
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    args = parser.parse_args(['data', *map(str, words)])
    return args.run(args)


def change_json(path, change):
    raw = json.loads(path.read_text())
    change(raw)
    path.write_text(json.dumps(raw))


def revos_problems(root, split='train'):
    report = check_split('revos', root, split, progress=False)
    return report, {f.where: f.problem for f in report.findings}


def test_every_set_can_be_drawn_and_is_sound(trees):
    assert set(WRITERS) == set(DATA_SETS)
    assert sets_in(trees) == list(DATA_SETS)
    for name in DATA_SETS:
        for report in check_dataset(name, trees, progress=False):
            assert not report.wrong, report.findings
            assert report.count > 0
            assert report.usable == tuple(range(report.count))


def test_the_same_seed_draws_the_same_files(tmp_path):
    def content(root):
        files = sorted(p for p in root.rglob('*') if p.is_file() and p.suffix != '.mp4')
        return {p.relative_to(root): p.read_bytes() for p in files}

    for name in WRITERS:
        for k, seed in enumerate((3, 3, 4)):
            make_tree(name, tmp_path / name / str(k), seed=seed)
        first, again, other = (content(tmp_path / name / str(k)) for k in range(3))
        assert first
        assert first == again
        assert first != other


def test_sets_are_found_by_their_own_folder(trees, tmp_path):
    assert sets_in(trees / 'ReVOS') == ['revos']
    assert sets_in(trees / 'Ref-Youtube-VOS') == ['ref-youtube-vos']
    assert sets_in(trees / 'davis17') == ['ref-davis17']
    assert sets_in(trees / 'lvvis') == ['lvvis']
    assert sets_in(trees / 'refer_seg') == ['refcoco', 'refcoco+', 'refcocog', 'refclef']
    with pytest.raises(DataError, match='no data set'):
        sets_in(tmp_path)


def test_missing_pictures_are_found(tree):
    root = tree('revos')
    folder = root / 'ReVOS' / 'JPEGImages' / 'SYN' / 'train'
    (folder / 'clip0' / '00002.jpg').unlink()
    shutil.rmtree(folder / 'clip2')
    report, problems = revos_problems(root)

    assert problems['SYN/train/clip0'] == '1 of 6 pictures missing: 00002'
    assert problems['SYN/train/clip2'].endswith('clip2: missing')
    dataset = ReVOS(root, 'train')
    assert report.skipped == (*dataset.items_of(0), *dataset.items_of(2))
    assert report.usable == tuple(dataset.items_of(1))


def test_damaged_and_misshapen_pictures_are_found(tree):
    root = tree('revos')
    folder = root / 'ReVOS' / 'JPEGImages' / 'SYN' / 'train'
    (folder / 'clip0' / '00001.jpg').write_bytes(b'no picture')
    Image.new('RGB', (9, 7)).save(folder / 'clip1' / '00003.jpg')
    _, problems = revos_problems(root)

    assert 'not a readable picture' in problems['SYN/train/clip0']
    assert problems['SYN/train/clip1'] == 'picture 00003 has 9x7 px, the video 56x40 px'


def test_masks_that_do_not_fit_are_found(tree):
    root = tree('revos')

    def damage(raw):
        raw['0'].pop()
        raw['1'][0] = runs_json(np.ones((10, 10), bool))
        raw['2'][1]['counts'] = raw['2'][1]['counts'][:-1]
        del raw['3']
        raw['4'] = 'x'

    change_json(root / 'ReVOS' / 'mask_dict.json', damage)
    report, problems = revos_problems(root)

    assert '5 masks for 6 frames' in problems['SYN/train/clip0, mask 0']
    assert 'mask of 10x10 px, the video has 64x48' in problems['SYN/train/clip0, mask 1']
    assert 'frame 00001' in problems['SYN/train/clip1, mask 2']
    assert 'no entry' in problems['SYN/train/clip1, mask 3']
    by_mask = {a: i for i in range(report.count) for a in ReVOS(root, 'train')[i].annotation_ids}
    assert by_mask['0'] in report.skipped
    absent = [i for i in range(report.count) if ReVOS(root, 'train')[i].type_id == 2]
    assert not set(absent) & set(report.skipped)


def test_a_missing_file_of_masks_is_found_once(tree):
    root = tree('revos')
    (root / 'ReVOS' / 'mask_dict.json').unlink()
    report, problems = revos_problems(root)
    assert list(problems) == ['all masks']
    assert report.usable == ()


def test_a_foreground_of_another_size_is_found(tree):
    root = tree('revos')

    def damage(raw):
        raw['SYN/train/clip1']['masks_rle'][0] = rle_json(np.ones((3, 3), bool))

    change_json(root / 'ReVOS' / 'mask_dict_foreground.json', damage)
    report, problems = revos_problems(root)
    assert 'mask of 3x3 px' in problems['SYN/train/clip1, foreground']
    assert report.skipped == ()


@pytest.mark.parametrize(
    ('change', 'problem'),
    [
        ({'exp': ' '}, 'text is empty'),
        ({'type_id': 5}, 'type_id 5 is not'),
        ({'type_id': 2}, 'no such object, but'),
        ({'anno_id': []}, 'names no masks'),
    ],
)
def test_expressions_that_make_no_sense_are_found(tree, change, problem):
    root = tree('revos')
    path = root / 'ReVOS' / 'meta_expressions_train_.json'
    change_json(path, lambda r: r['videos']['SYN/train/clip0']['expressions']['0'].update(change))
    report, problems = revos_problems(root)
    assert problem in problems['SYN/train/clip0, expression 0']
    assert report.skipped == (0,)


def test_a_split_of_another_form_is_a_finding(tree):
    root = tree('revos')
    (root / 'ReVOS' / 'meta_expressions_train_.json').write_text('{"videos": 3}')
    reports = check_dataset('revos', root, progress=False)
    assert [r.wrong for r in reports] == [True, False]
    assert 'videos: want dict' in reports[0].findings[0].problem


def long_clip(root, name, *, reorder):
    """Write a ReVOS of one clip of 66 frames whose masks are in another order."""
    clip = draw_clip(np.random.default_rng(7), frames=66, hw=(96, 128), objects=2)
    folder = root / 'ReVOS'
    frames = [f'{k:05d}' for k in range(66)]
    for frame, rgb in zip(frames, clip.pictures, strict=True):
        save_picture(folder / 'JPEGImages' / name / f'{frame}.jpg', rgb)
    expression = {'exp': clip.names[0], 'obj_id': [0], 'anno_id': [0], 'type_id': 0}
    video = {'frames': frames, 'height': 96, 'width': 128, 'expressions': {'0': expression}}
    save_json(folder / 'meta_expressions_valid_.json', {'videos': {name: video}})
    save_json(folder / 'mask_dict.json', {'0': reorder([rle_json(m) for m in clip.masks[0]])})
    return root


def test_masks_of_every_thirtieth_frame_are_found(tmp_path):
    name = 'TAO/frames/train/x'
    root = long_clip(
        tmp_path, name, reorder=lambda m: [m[0], m[30], m[60], *[None] * (len(m) - 3)]
    )
    report, problems = revos_problems(root, 'valid')
    assert 'mask i fits picture 30 i' in problems[f'{name}, mask 0']
    assert 'known' in problems['TAO, 1 clip']
    assert report.skipped == (0,)

    shutil.rmtree(root / 'ReVOS')
    long_clip(tmp_path, name, reorder=lambda m: m[::30])
    _, problems = revos_problems(root, 'valid')
    assert '3 masks for 66 frames; mask i may belong to frame 30 i' in problems[f'{name}, mask 0']


def test_masks_that_lie_on_other_frames_are_found(tmp_path):
    root = long_clip(tmp_path, 'UVO/all/x', reorder=lambda m: [*m[4:], *[None] * 4])
    report, problems = revos_problems(root, 'valid')
    assert 'drift: mask i fits frame i +4' in problems['UVO/all/x, mask 0']
    assert report.skipped == (0,)


def test_a_known_source_alone_is_no_error(tmp_path):
    root = long_clip(tmp_path, 'TAO/x', reorder=lambda m: m)
    report, problems = revos_problems(root, 'valid')
    assert list(problems) == ['TAO, 1 clip']
    assert not report.wrong
    assert report.usable == (0,)


def test_other_counts_than_the_release_are_said_but_no_error(trees):
    report = check_split('ref-youtube-vos', trees, 'valid', progress=False)
    assert [f.problem for f in report.findings] == ['2 videos; the release has 202']
    assert not report.wrong


def test_of_what_stands_still_nothing_is_said(tmp_path):
    clip = draw_clip(np.random.default_rng(1), frames=66)
    paths = [tmp_path / f'{k}.jpg' for k in range(66)]
    for path in paths:
        save_picture(path, clip.pictures[0])
    tracks = {'0': tuple(encode(clip.masks[0, 0]) for _ in paths)}
    assert misplaced(paths, range(66), tracks) == {}
    assert misplaced(paths, range(66), {'0': (None,) * 66}) == {}


def test_faults_of_other_sets_are_found(tree):
    root = tree('refcoco')
    pictures = root / 'refer_seg' / 'images' / 'mscoco' / 'images' / 'train2014'
    (pictures / 'refcoco_000000000000.jpg').unlink()
    change_json(
        root / 'refer_seg' / 'refcoco' / 'instances.json',
        lambda raw: raw['annotations'][2].update(segmentation=[]),
    )
    report = check_split('refcoco', root, 'train', progress=False)
    assert report.findings[0].problem.endswith('missing')
    assert {f.problem for f in report.findings[1:]} == {'its mask is empty'}
    assert report.usable == ()

    root = tree('ade20k')
    sample = root / 'ade20k' / 'images' / 'training' / 'ADE_train_00000002.jpg'
    Image.new('RGB', (5, 5)).save(sample)
    report = check_split('ade20k', root, 'training', progress=False)
    assert report.findings[0].problem == 'the map has 64x48 px, the picture 5x5'

    root = tree('mimic-it')
    shutil.rmtree(root / 'Fine-tuning' / 'MIMIC_imageonly' / 'LA')
    report = check_split('mimic-it', root, 'train', progress=False)
    assert [f.where for f in report.findings] == ['conversation LA_0']

    root = tree('activitynet-chat')
    next(root.rglob('*.mp4')).unlink()
    assert check_split('activitynet-chat', root, 'train', progress=False).wrong


def test_the_table_names_what_is_skipped(tree):
    root = tree('revos')
    (root / 'ReVOS' / 'JPEGImages' / 'SYN' / 'train' / 'clip0' / '00002.jpg').unlink()
    lines = table(check_dataset('revos', root, progress=False)).splitlines()
    assert lines[0].split() == ['SET', 'SPLIT', 'WHERE', 'PROBLEM', 'SKIPPED']
    assert lines[1].startswith('revos  train  SYN/train/clip0')
    assert lines[1].endswith('5 items')
    assert lines[-2] == 'revos train: 16 items, 1 problem, 5 skipped, 11 usable'
    assert lines[-1] == 'revos valid: 16 items, 0 problems, 0 skipped, 16 usable'


def test_the_command_checks_and_tells_by_its_exit_code(tmp_path, capsys):
    root, report = tmp_path / 'tiny', tmp_path / 'out' / 'report.json'
    assert run('make', 'mevis', '-o', root) == 0
    assert run('make', 'revos', '-o', root) == 0
    assert run('check', root) == 0
    assert 'mevis valid_u' in capsys.readouterr().out
    next((root / 'mevis' / 'valid').rglob('*.jpg')).unlink()
    assert run('check', root) == 1
    assert '1 of 6 pictures missing' in capsys.readouterr().out
    assert run('check', root, '--dataset', 'revos') == 0
    assert run('check', root, '--dataset', 'mevis', '--split', 'valid_u') == 0
    assert run('check', root, '--dataset', 'mevis', '--split', 'nope') == 1
    assert run('check', root / 'mevis', '--json', report) == 1
    rows = json.loads(report.read_text())
    assert sorted(r['split'] for r in rows if r['wrong']) == ['valid']
    with pytest.raises(DataError):
        run('check', tmp_path / 'nothing')
    assert run('list') == 0
    assert 'ref-davis17' in capsys.readouterr().out
