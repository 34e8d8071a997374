"""Change maps: what moved stands out, the camera's own motion does not."""

import cv2
import numpy as np
import pytest

from visa_ros.model.pictures import change_maps, resized

HW = (192, 256)


@pytest.fixture
def table():
    """A surface with texture, larger than the view."""
    noise = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    return cv2.resize(noise, (400, 300), interpolation=cv2.INTER_CUBIC)


def seen(table, *, shift=(0, 0), box=None):
    view = table[20 + shift[1] : 20 + shift[1] + HW[0], 30 + shift[0] : 30 + shift[0] + HW[1]]
    view = view.copy()
    if box is not None:
        x, y = box[0] - shift[0], box[1] - shift[1]
        view[y : y + 24, x : x + 24] = (255, 0, 0)
    return view


def test_what_has_come_stands_out(table):
    maps = change_maps([seen(table), seen(table, box=(96, 64))], slots=1)
    assert maps.shape == (2, 24, 32)
    assert maps.dtype == np.float32
    assert maps[0, 8:11, 12:15].min() > 0.1
    maps[:, 7:12, 11:16] = 0
    assert maps[0].max() < 0.02


def test_the_motion_of_the_camera_is_undone(table):
    pictures = [seen(table, shift=(4 * k, 2 * k), box=(96, 64)) for k in range(4)]
    maps = change_maps(pictures, slots=3)
    assert np.median(maps[0::2]) < 0.02
    still = np.abs(pictures[-1].astype(int) - pictures[0]).mean() / 255
    assert maps[0].mean() < 0.2 * still


def test_free_slots_come_first_and_older_pictures_are_left_out(table):
    pictures = [seen(table, box=(24 * k, 40)) for k in range(3)]
    maps = change_maps(pictures, slots=4)
    assert not maps[:4].any()
    assert maps[4:].any(axis=(1, 2)).all()
    np.testing.assert_array_equal(change_maps(pictures, slots=1), maps[-2:])
    assert not change_maps(pictures[:1], slots=2).any()


def test_a_view_without_corners_is_compared_as_it_is():
    plain = np.full((*HW, 3), 90, np.uint8)
    maps = change_maps([plain, plain + 51], slots=1)
    np.testing.assert_allclose(maps, 0.2, atol=0.01)


def test_pictures_of_any_size_and_layout_are_shrunk():
    wide = np.zeros((40, 300, 3), np.uint8)[:, ::-1]
    assert resized(wide, (64, 96)).shape == (64, 96, 3)
    same = np.zeros((64, 96, 3), np.uint8)
    assert resized(same, (64, 96)) is same
