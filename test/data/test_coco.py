import json

import numpy as np
import pytest

from visa_ros.data.coco import fill_polygon, mask_of, PIXELS_MAX, rle_of
from visa_ros.data.cocofile import read_coco
from visa_ros.data.synthetic_files import rle_json, runs_json
from visa_ros.errors import DataError
from visa_ros.video.rle import decode


def blobs():
    rng = np.random.default_rng(0)
    for hw in ((1, 1), (5, 7), (40, 30)):
        for share in (0.0, 0.3, 1.0):
            yield rng.random(hw) < share


@pytest.mark.parametrize('mask', list(blobs()), ids=lambda m: f'{m.shape}-{m.sum()}')
def test_both_forms_of_runs_are_the_mask(mask):
    np.testing.assert_array_equal(decode(rle_of(runs_json(mask), 'here')), mask)
    compressed = rle_json(mask)
    if compressed:
        np.testing.assert_array_equal(decode(rle_of(compressed, 'here')), mask)
        compressed['counts'] = compressed['counts'].encode()
        np.testing.assert_array_equal(decode(rle_of(compressed, 'here')), mask)


@pytest.mark.parametrize(
    'value',
    [
        None,
        [],
        {'size': [2, 2]},
        {'size': [2], 'counts': '4'},
        {'size': [2, 0], 'counts': '4'},
        {'size': [True, 2], 'counts': '4'},
        {'size': ['2', '2'], 'counts': '4'},
        {'size': [PIXELS_MAX, 2], 'counts': '4'},
        {'size': [2, 2], 'counts': 4},
        {'size': [2, 2], 'counts': [1, -1, 4]},
        {'size': [2, 2], 'counts': [1, 2]},
        {'size': [2, 2], 'counts': [1.0, 3.0]},
    ],
)
def test_masks_of_other_forms_are_refused(value):
    with pytest.raises(DataError, match='here'):
        rle_of(value, 'here')


def polygons():
    rng = np.random.default_rng(1)
    for k in range(60):
        hw = (int(rng.integers(5, 60)), int(rng.integers(5, 60)))
        corners = rng.uniform(-3, 1.1 * max(hw), (int(rng.integers(3, 9)), 2))
        yield hw, corners.round(2) if k % 2 else corners.round()


def test_polygons_are_those_of_pycocotools():
    coco = pytest.importorskip('pycocotools.mask')
    for hw, corners in polygons():
        theirs = coco.decode(coco.frPyObjects([corners.reshape(-1).tolist()], *hw))[:, :, 0]
        np.testing.assert_array_equal(fill_polygon(corners, hw), theirs.astype(bool), str(corners))


def test_a_rectangle_is_filled_by_its_pixels():
    mask = mask_of([[2, 3, 6, 3, 6, 5, 2, 5]], (8, 9), 'here')
    expected = np.zeros((8, 9), bool)
    expected[3:5, 2:6] = True
    np.testing.assert_array_equal(mask, expected)


def test_parts_are_united():
    left, right = np.zeros((6, 8), bool), np.zeros((6, 8), bool)
    left[1:3, 1:3], right[4:5, 5:8] = True, True
    parts = [runs_json(left), rle_json(right), [0, 0, 1, 0, 1, 1, 0, 1]]
    union = left | right
    union[0, 0] = True
    np.testing.assert_array_equal(mask_of(parts, (6, 8), 'here'), union)
    assert not mask_of([], (6, 8), 'here').any()


@pytest.mark.parametrize(
    'value',
    [[[1, 2, 3, 4]], [[1, 2, 3, 4, 5]], [['a'] * 6], [[1e9] * 6], [[np.nan] * 6], 'x', [3]],
)
def test_other_polygons_are_refused(value):
    with pytest.raises(DataError, match='here'):
        mask_of(value, (6, 8), 'here')


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(DataError, match='8x6 px, the picture has 9x6'):
        mask_of(runs_json(np.ones((6, 8), bool)), (6, 9), 'here')


def test_annotations_are_read_again_when_needed(tmp_path):
    mask = np.zeros((6, 8), bool)
    mask[2:4, 3:7] = True
    annotation = {'id': 5, 'image_id': 1, 'category_id': 2, 'segmentation': runs_json(mask)}
    path = tmp_path / 'x.json'
    raw = {
        'annotations': [annotation],
        'images': [{'id': 1, 'file_name': 'a.jpg', 'height': 6, 'width': 8}],
        'categories': [{'id': 2, 'name': 'mug'}],
    }
    path.write_text(json.dumps(raw))
    coco = read_coco(path)

    np.testing.assert_array_equal(coco.mask(5).label(), mask)
    with pytest.raises(DataError, match='no annotation 6'):
        coco.mask(6)
    mask_before = coco.mask(5)
    path.write_text('x' * 1000)
    with pytest.raises(DataError, match='changed'):
        mask_before.label()


def test_a_picture_outside_of_the_folder_is_refused(tmp_path):
    path = tmp_path / 'x.json'
    image = {'id': 1, 'file_name': '../a.jpg', 'height': 6, 'width': 8}
    path.write_text(json.dumps({'annotations': [], 'images': [image], 'categories': []}))
    with pytest.raises(DataError, match='plain path'):
        read_coco(path)
