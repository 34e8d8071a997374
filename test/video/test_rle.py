import numpy as np
import pytest

from visa_ros.errors import DataError
from visa_ros.video.rle import decode, encode, Rle


def masks():
    rng = np.random.default_rng(0)
    for height, width in ((1, 1), (1, 7), (7, 1), (5, 9), (64, 48), (480, 640)):
        yield np.zeros((height, width), bool)
        yield np.ones((height, width), bool)
        yield rng.random((height, width)) > 0.5
        yield rng.random((height, width)) > 0.99
    disc = np.hypot(*np.mgrid[-240:240, -320:320]) < 100
    yield disc
    yield ~disc


@pytest.mark.parametrize('mask', list(masks()), ids=lambda m: f'{m.shape}-{m.sum()}')
def test_decode_returns_the_mask(mask):
    np.testing.assert_array_equal(decode(encode(mask)), mask)


@pytest.mark.parametrize('mask', list(masks()), ids=lambda m: f'{m.shape}-{m.sum()}')
def test_bytes_are_those_of_pycocotools(mask):
    coco = pytest.importorskip('pycocotools.mask')
    theirs = coco.encode(np.asfortranarray(mask, np.uint8))
    ours = encode(mask)
    assert ours.counts == theirs['counts'].decode('ascii')
    assert list(ours.size) == theirs['size']


def test_mask_may_be_a_view():
    mask = np.random.default_rng(1).random((40, 60)) > 0.5
    view = mask[::-1, ::2]
    np.testing.assert_array_equal(decode(encode(view)), view)


@pytest.mark.parametrize(
    'mask', [np.zeros((2, 3), np.uint8), np.zeros(6, bool), np.ones((0, 3), bool)]
)
def test_other_arrays_are_refused(mask):
    with pytest.raises(DataError, match='bool'):
        encode(mask)


@pytest.mark.parametrize('counts', ['', 'é', '\x01', 'o', '1', '5`' + 'o' * 20 + '0', 'N9'])
def test_damaged_runs_are_refused(counts):
    with pytest.raises(DataError, match='damaged'):
        decode(Rle((2, 3), counts))
