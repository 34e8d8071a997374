import json
import pickle
import shutil

import numpy as np
from PIL import Image
import pytest

from visa_ros.data.registry import open_dataset, VIDEO_SETS
from visa_ros.data.revos import ReVOS
from visa_ros.errors import DataError
from visa_ros.video.rle import decode


def change_json(path, change):
    raw = json.loads(path.read_text())
    change(raw)
    path.write_text(json.dumps(raw))


def all_splits(root):
    return [(name, split) for name, kind in VIDEO_SETS.items() for split in kind.splits(root)]


def test_every_set_opens_and_its_pictures_are_there(trees):
    for name, split in all_splits(trees):
        dataset = open_dataset(name, trees, split)
        assert len(dataset) > 0
        for i in range(len(dataset)):
            sample = dataset[i]
            assert sample.text.strip()
            assert all(path.is_file() for path in sample.paths)
            assert sample.size() == Image.open(sample.paths[0]).size[::-1]


def test_masks_lie_on_what_is_drawn(trees):
    """The objects are of one colour each, which the expression names."""
    colors = {'red': 0, 'green': 1, 'blue': 2}
    checked = 0
    for name, split in all_splits(trees):
        dataset = open_dataset(name, trees, split)
        for i in range(len(dataset)):
            sample = dataset[i]
            color = next((c for c in colors if f'{c} ' in sample.text), None)
            if color is None or not sample.has_truth:
                continue
            truth = sample.truth()
            assert len(sample.frames) == truth.count
            picture = np.asarray(Image.open(sample.paths[0]))
            inside = picture[truth.mask(0)]
            assert len(inside) > 10
            assert inside.mean(axis=0).argmax() == colors[color], str(sample)
            checked += 1
    assert checked > 20


def test_items_are_in_order_and_grouped_by_video(trees):
    dataset = ReVOS(trees, 'valid')
    assert [video.name for video in dataset.videos] == sorted(v.name for v in dataset.videos)
    for at, video in enumerate(dataset.videos):
        samples = [dataset[i] for i in dataset.items_of(at)]
        assert {s.video for s in samples} == {video.name}
        assert [s.expression_id for s in samples] == [e.id for e in video.expressions]
    assert sum(len(dataset.items_of(at)) for at in range(len(dataset.videos))) == len(dataset)
    with pytest.raises(IndexError):
        dataset[len(dataset)]
    with pytest.raises(IndexError):
        dataset[-1]


def test_revos_has_three_types_and_unions(trees):
    dataset = ReVOS(trees, 'train')
    samples = [dataset[i] for i in dataset.items_of(0)]
    assert {s.type_id for s in samples} == {0, 1, 2}
    absent = next(s for s in samples if s.type_id == 2)
    assert absent.annotation_ids == ()
    assert not any(absent.truth().mask(k).any() for k in range(len(absent.frames)))
    both = next(s for s in samples if len(s.annotation_ids) == 2)
    singles = [s.truth() for s in samples if s.type_id == 0]
    for k in range(len(both.frames)):
        union = np.logical_or.reduce([t.mask(k) for t in singles])
        np.testing.assert_array_equal(both.truth().mask(k), union)


def test_the_foreground_is_the_union_of_all_that_is_meant(tree):
    root = tree('revos')
    dataset = ReVOS(root, 'valid')
    given = [dataset.foreground(at) for at in range(len(dataset.videos))]
    dataset.foreground_file.unlink()
    for at, track in enumerate(given):
        computed = dataset.foreground(at)
        assert [r and r.counts for r in computed] == [r and r.counts for r in track]


def test_overlapping_objects_are_counted(tree):
    root = tree('revos')
    path = root / 'ReVOS' / 'mask_dict.json'
    change_json(path, lambda raw: raw.update({'1': raw['0']}))
    dataset = ReVOS(root, 'train')
    sample = next(s for s in (dataset[i] for i in range(5)) if s.annotation_ids == ('0', '1'))
    total = sample.truth().total(0)
    assert total.dtype == np.uint8
    assert set(np.unique(total)) == {0, 2}
    np.testing.assert_array_equal(total > 0, sample.truth().mask(0))


def test_the_frame_a_sampler_chose_is_read(tree):
    root = tree('revos') / 'ReVOS'
    plain = root / 'meta_expressions_valid_.json'
    copy = root / 'meta_expressions_valid__llamavid.json'
    shutil.copy(plain, copy)

    def add(raw):
        for video in raw['videos'].values():
            for expression in video['expressions'].values():
                expression['tp'] = 0.25

    change_json(copy, add)
    assert ReVOS.splits(root) == ('train', 'valid', 'valid__llamavid')
    assert ReVOS(root, 'valid')[0].target_time is None
    assert ReVOS(root, 'valid__llamavid')[0].target_time == 0.25


def test_ids_are_counted_over_sorted_videos_and_ids_as_texts(trees):
    for name in ('ref-youtube-vos', 'ref-davis17'):
        dataset = open_dataset(name, trees, 'train')
        numbers = [dataset[i].annotation_ids for i in range(len(dataset))]
        assert numbers == [(str(i),) for i in range(len(dataset))]
        ids = [e.id for e in dataset.videos[0].expressions]
        assert ids == sorted(ids)
        assert [e.id for v in dataset.videos for e in v.expressions] != sorted(
            (e.id for v in dataset.videos for e in v.expressions), key=int
        )
        assert dataset[0].attributes['category'] in {'square', 'disc'}


@pytest.mark.parametrize(
    ('name', 'folder'), [('ref-youtube-vos', 'Ref-Youtube-VOS'), ('ref-davis17', 'davis17')]
)
def test_pngs_stand_in_for_the_pickle(tree, name, folder):
    root = tree(name)
    before = open_dataset(name, root, 'train')
    masks = [before[i].truth().mask(2) for i in range(len(before))]
    (root / folder / 'train' / 'mask_dict.pkl').unlink()
    after = open_dataset(name, root, 'train')
    for i, mask in enumerate(masks):
        np.testing.assert_array_equal(after[i].truth().mask(2), mask)


def test_splits_that_a_server_scores_have_no_truth(trees):
    for name in ('mevis', 'ref-youtube-vos'):
        sample = open_dataset(name, trees, 'valid')[0]
        assert not sample.has_truth
        with pytest.raises(DataError, match='not public'):
            sample.truth()


def test_the_videos_of_test_are_taken_out_of_valid(tree):
    root = tree('ref-youtube-vos')
    valid, test = (open_dataset('ref-youtube-vos', root, s) for s in ('valid', 'test'))
    names = {v.name for v in valid.videos}
    assert not names & {v.name for v in test.videos}
    shutil.rmtree(root / 'Ref-Youtube-VOS' / 'meta_expressions' / 'test')
    everything = open_dataset('ref-youtube-vos', root, 'valid')
    assert {v.name for v in everything.videos} == names | {v.name for v in test.videos}


def test_lvvis_names_are_read_as_words(trees):
    dataset = open_dataset('lvvis', trees, 'train')
    assert all('_' not in dataset[i].text and ' ' in dataset[i].text for i in range(len(dataset)))


def test_samples_go_to_other_processes(trees):
    for name, split in all_splits(trees):
        sample = open_dataset(name, trees, split)[0]
        again = pickle.loads(pickle.dumps(sample))
        assert again == sample
        if sample.has_truth:
            rles = again.truth().tracks
            assert rles == sample.truth().tracks


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda v, e: e.update(exp=7), 'exp: want str'),
        (lambda v, e: e.pop('exp'), "has no 'exp'"),
        (lambda v, e: e.update(anno_id=['a']), 'anno_id: want numbers'),
        (lambda v, e: e.update(type_id='0'), 'type_id: want int'),
        (lambda v, e: v.update(frames=[]), 'no frames'),
        (lambda v, e: v.update(frames=['0', '0']), 'one twice'),
        (lambda v, e: v.update(frames=['../../etc']), 'plain path'),
        (lambda v, e: v.update(frames=['a/b']), 'folder'),
        (lambda v, e: v.update(height=0), '0 px'),
        (lambda v, e: v.update(height='96'), 'height: want int'),
        (lambda v, e: v.update(expressions={'../0': e}), 'plain path'),
        (lambda v, e: v.update(expressions=[e]), 'expressions: want dict'),
    ],
)
def test_entries_of_another_form_are_named(tree, change, message):
    root = tree('revos')

    def broken(raw):
        video = raw['videos']['SYN/valid/clip1']
        change(video, video['expressions']['1'])

    change_json(root / 'ReVOS' / 'meta_expressions_valid_.json', broken)
    with pytest.raises(DataError, match=message) as caught:
        ReVOS(root, 'valid')
    assert 'meta_expressions_valid_.json' in str(caught.value)
    assert 'SYN/valid/clip1' in str(caught.value)


@pytest.mark.parametrize('name', ['/etc', '../x', 'a//b', ''])
def test_videos_stay_in_their_folder(tree, name):
    root = tree('revos')

    def move(raw):
        raw['videos'][name] = raw['videos'].pop('SYN/valid/clip1')

    change_json(root / 'ReVOS' / 'meta_expressions_valid_.json', move)
    with pytest.raises(DataError, match='plain path'):
        ReVOS(root, 'valid')


def test_masks_that_do_not_fit_are_refused(tree):
    root = tree('revos')

    def damage(raw):
        raw['0'].pop()
        raw['1'][0] = {'size': [10, 10], 'counts': 'T3'}
        del raw['2']

    change_json(root / 'ReVOS' / 'mask_dict.json', damage)
    dataset = ReVOS(root, 'train')
    samples = {s.annotation_ids: s for s in (dataset[i] for i in range(len(dataset)))}
    with pytest.raises(DataError, match='5 masks for 6 frames'):
        samples['0',].truth()
    with pytest.raises(DataError, match='mask of 10x10 px, the video has 64x48'):
        samples['1',].truth()
    with pytest.raises(DataError, match="no entry '2'"):
        samples['2',].truth()
    with pytest.raises(DataError, match='no frame 7'):
        samples['3',].truth().mask(7)


def test_what_is_not_there_is_named(tmp_path, trees):
    with pytest.raises(DataError, match='no meta_expressions_'):
        ReVOS(tmp_path, 'valid')
    with pytest.raises(DataError, match=r"no split 'nope' but \['train', 'valid'\]"):
        ReVOS(trees, 'nope')
    with pytest.raises(DataError, match='choose from'):
        open_dataset('nope', trees, 'valid')


def test_a_size_that_is_not_told_is_read_from_the_picture(trees):
    sample = open_dataset('mevis', trees, 'valid_u')[0]
    assert sample.hw is None
    truth = sample.truth()
    assert truth.hw == sample.size()
    assert any(decode(r).shape == truth.hw for r in truth.tracks[0] if r is not None)
