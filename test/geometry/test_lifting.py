from fakes import camera_of
from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from visa_ros.errors import InvalidFrameError
from visa_ros.geometry.camera import project
from visa_ros.geometry.lifting import lift_image, lift_mask
from visa_ros.structs import Camera

HW = (5, 7)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), fx=st.floats(5, 500), cx=st.floats(0, 7))
def test_lift_then_project_returns_the_pixels(seed, fx, cx):
    rng = np.random.default_rng(seed)
    camera = Camera(width=7, height=5, fx=fx, fy=fx + 1, cx=cx, cy=2.0)
    mask = rng.random(HW) > 0.5
    depth_m = rng.uniform(0.3, 4.0, HW).astype(np.float32)
    points = lift_mask(depth_m, mask, camera)
    np.testing.assert_allclose(project(points, camera)[:, ::-1], np.argwhere(mask), atol=1e-2)
    np.testing.assert_array_equal(points[:, 2], depth_m[mask])


@pytest.mark.parametrize('unknown', [np.nan, 0.0, -1.0, np.inf, -np.inf])
def test_unknown_depth_gives_no_point(unknown):
    depth_m = np.full(HW, 2.0, np.float32)
    depth_m[2, 3] = unknown
    everything = np.ones(HW, bool)
    assert len(lift_mask(depth_m, everything, camera_of(HW))) == 34
    image = lift_image(depth_m, camera_of(HW))
    assert np.isnan(image[2, 3]).all()
    assert np.isfinite(image).all(axis=2).sum() == 34


def test_empty_mask_gives_no_point():
    points = lift_mask(np.ones(HW, np.float32), np.zeros(HW, bool), camera_of(HW))
    assert points.shape == (0, 3)
    assert points.dtype == np.float32


def test_image_holds_the_points_of_the_mask():
    rng = np.random.default_rng(3)
    mask, depth_m = rng.random(HW) > 0.5, rng.uniform(1, 2, HW).astype(np.float32)
    image = lift_image(depth_m, camera_of(HW))
    np.testing.assert_array_equal(image[mask], lift_mask(depth_m, mask, camera_of(HW)))
    assert image.dtype == np.float32


def test_other_sizes_are_refused():
    with pytest.raises(InvalidFrameError, match='do not match'):
        lift_mask(np.ones((7, 5), np.float32), np.ones((7, 5), bool), camera_of(HW))
