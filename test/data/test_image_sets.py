import json

import numpy as np
from PIL import Image
import pytest

from visa_ros.data.parts import names_of
from visa_ros.data.reasonseg import paint, ReasonSeg
from visa_ros.data.referring import RefCOCO, RefCOCOg
from visa_ros.data.registry import IMAGE_SETS, open_dataset, SEMANTIC_SETS
from visa_ros.data.synthetic_files import save_pickle
from visa_ros.data.unpickle import read_plain_pickle
from visa_ros.errors import DataError

COLORS = {'red': 0, 'green': 1, 'blue': 2}


def splits_of(sets, root):
    return [(name, split) for name, kind in sets.items() for split in kind.splits(root)]


def test_every_set_opens_and_masks_have_the_size_of_the_picture(trees):
    for name, split in splits_of(IMAGE_SETS, trees):
        dataset = open_dataset(name, trees, split)
        assert len(dataset) > 0
        for i in range(len(dataset)):
            sample = dataset[i]
            picture = np.asarray(Image.open(sample.path))
            assert sample.queries
            for query in sample.queries:
                truth = query.truth()
                assert truth.dtype == np.uint8
                assert truth.shape == picture.shape[:2]
                assert set(np.unique(truth)) <= {0, 1, 255}
        with pytest.raises(IndexError):
            dataset[len(dataset)]


def test_referred_masks_lie_on_what_is_drawn(trees):
    checked = 0
    for name, split in splits_of(IMAGE_SETS, trees):
        dataset = open_dataset(name, trees, split)
        for i in range(len(dataset)):
            sample = dataset[i]
            picture = np.asarray(Image.open(sample.path))
            for query in sample.queries:
                color = next((c for c in COLORS if f'{c} ' in query.text), None)
                if color:
                    inside = picture[query.truth() == 1]
                    assert np.median(inside, axis=0).argmax() == COLORS[color], query
                    checked += 1
    assert checked > 20


def test_expressions_of_a_picture_are_together(trees):
    dataset = RefCOCO(trees, 'testA')
    assert [len(dataset[i].queries) for i in range(len(dataset))] == [4, 4]
    ids = [q.id for i in range(len(dataset)) for q in dataset[i].queries]
    assert len(set(ids)) == len(ids)


def test_refcocog_has_umds_split(trees):
    assert RefCOCOg.splits(trees) == ('train', 'val', 'test')
    assert RefCOCOg(trees, 'test')[0].path.parent.name == 'train2014'
    clef = open_dataset('refclef', trees, 'testC')[0]
    assert clef.path.parent.name == 'saiapr_tc-12'


def test_refs_that_do_not_fit_are_named(tree):
    root = tree('refcoco')
    path = root / 'refer_seg' / 'refcoco' / 'refs(unc).p'
    refs = read_plain_pickle(path)
    refs[0]['image_id'] = 99
    save_pickle(path, refs)
    with pytest.raises(DataError, match=r'entry 0: picture 99 is not in'):
        RefCOCO(root, 'train')
    refs[0]['image_id'] = 0
    refs[0]['ann_id'] = 99
    save_pickle(path, refs)
    with pytest.raises(DataError, match='no annotation 99'):
        RefCOCO(root, 'train')[0]
    save_pickle(path, {'refs': refs})
    with pytest.raises(DataError, match='want a list'):
        RefCOCO(root, 'train')


def test_reasonseg_asks_sentences_and_phrases(trees):
    dataset = ReasonSeg(trees, 'train')
    sentences, phrase = dataset[0].queries, dataset[1].queries
    assert [q.is_sentence for q in sentences] == [True, True]
    assert [q.is_sentence for q in phrase] == [False]
    question, answer = dataset[0].explanation
    assert question.endswith('?')
    assert answer.startswith('The ')
    assert dataset[1].explanation is None
    assert ReasonSeg.splits(trees) == ('train', 'val', 'test')


def test_reasonseg_ignores_and_leaves_out_flags(tree):
    root = tree('reasonseg')
    path = root / 'reason_seg' / 'ReasonSeg' / 'val' / 'val_0.json'
    raw = json.loads(path.read_text())
    square = [[2, 2], [12, 2], [12, 12], [2, 12]]
    small = [[4, 4], [6, 4], [6, 6], [4, 6]]
    raw['shapes'] = [
        {'label': 'Ignore_this', 'points': small},
        {'label': 'target', 'points': square},
        {'label': 'a flag', 'points': [[0, 0], [40, 0], [40, 40]]},
    ]
    path.write_bytes(json.dumps(raw, ensure_ascii=False).encode('cp1252'))
    truth = ReasonSeg(root, 'val')[0].queries[0].truth()
    expected = np.zeros_like(truth)
    expected[2:13, 2:13] = 1
    expected[4:7, 4:7] = 255
    np.testing.assert_array_equal(truth, expected)


def test_outlines_are_painted_the_largest_first():
    large = np.array([[0, 0], [9, 0], [9, 9], [0, 9]], np.int32)
    small = np.array([[3, 3], [5, 3], [5, 5], [3, 5]], np.int32)
    for shapes in ([(large, 1), (small, 255)], [(small, 255), (large, 1)]):
        image = paint(shapes, (12, 12))
        assert image[4, 4] == 255
        assert image[0, 9] == 1
        assert (image == 255).sum() == 9
        assert image[10:].sum() == 0
    assert not paint([], (4, 5)).any()


@pytest.mark.parametrize(
    'change',
    [
        {'text': []},
        {'text': 'x'},
        {'is_sentence': 1},
        {'shapes': [{'label': 'target', 'points': [[1, 2, 3]]}]},
        {'shapes': [{'label': 'target', 'points': [['a', 2]]}]},
        {'shapes': [{'label': 'target', 'points': [[1e9, 2]]}]},
        {'shapes': [{'points': [[1, 2]]}]},
    ],
)
def test_annotations_of_another_form_are_named(tree, change):
    root = tree('reasonseg')
    path = root / 'reason_seg' / 'ReasonSeg' / 'val' / 'val_0.json'
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(DataError, match=r'val_0\.json'):
        ReasonSeg(root, 'val')[0].queries[0].truth()


def test_parts_may_be_named_in_two_ways(trees):
    assert names_of('trash_can') == ('trash can',)
    assert names_of('mug_(drinking):handle') == ('mug handle', 'the handle of the mug')
    queries = open_dataset('paco-lvis', trees, 'train')[0].queries
    assert [(q.text, q.variants) for q in queries] == [
        ('trash can', ()),
        ('mug handle', ('the handle of the mug',)),
    ]


def test_class_maps_are_read(trees):
    for name, split in splits_of(SEMANTIC_SETS, trees):
        dataset = open_dataset(name, trees, split)
        assert len(dataset) == 2
        sample = dataset[0]
        assert sample.path.is_file()
        labels = sample.labels()
        assert labels.dtype == np.uint8
        assert labels.shape == np.asarray(Image.open(sample.path)).shape[:2]
        assert set(sample.present()) == set(np.unique(labels).tolist()) - {255}
    with pytest.raises(IndexError):
        dataset[2]


def test_each_set_has_its_own_meaning_of_the_stored_values(trees):
    ade = open_dataset('ade20k', trees, 'training')
    stored = np.asarray(Image.open(ade[0].label_path))
    np.testing.assert_array_equal(ade[0].labels(), np.where(stored == 0, 255, stored - 1))
    assert ade.classes == ('wall', 'building')

    stuff = open_dataset('cocostuff', trees, 'train2017')
    stored = np.asarray(Image.open(stuff[0].label_path))
    np.testing.assert_array_equal(stuff[0].labels(), np.where(stored == 1, 255, stored))
    assert stuff.classes == ('person', 'furniture-other', 'bicycle')
    assert set(stuff[0].present().values()) == {'person', 'bicycle'}

    vistas = open_dataset('mapillary', trees, 'validation')
    stored = np.asarray(Image.open(vistas[0].label_path))
    np.testing.assert_array_equal(vistas[0].labels(), stored)
    assert vistas.classes == ('road', 'traffic sign (front)', 'car')


def test_a_value_without_a_class_is_named(tree):
    root = tree('mapillary')
    sample = open_dataset('mapillary', root, 'training')[0]
    Image.fromarray(np.full((4, 5), 7, np.uint8)).save(sample.label_path)
    with pytest.raises(DataError, match='value 7 is no class'):
        sample.labels()
    Image.fromarray(np.zeros((4, 5, 3), np.uint8)).save(sample.label_path)
    with pytest.raises(DataError, match='8 bit numbers'):
        sample.labels()


def test_missing_names_of_classes_are_named(tree):
    root = tree('ade20k')
    (root / 'ade20k' / 'objectInfo150.txt').unlink()
    with pytest.raises(DataError, match='objectInfo150'):
        open_dataset('ade20k', root, 'training')
