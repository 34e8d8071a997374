"""Maps of what depth tells: heights, normals and scale of a table with a box on it."""

from dataclasses import replace

import numpy as np
import pytest

from visa_ros.errors import InvalidFrameError
from visa_ros.geometry.camera import rays
from visa_ros.geometry.relief import ACROSS, CHANNELS, KNOWN, relief, relief_of
from visa_ros.structs import Camera, Frame

CAMERA = Camera(width=160, height=120, fx=150.0, fy=150.0, cx=79.5, cy=59.5)
HW = (60, 80)
TABLE_M, BOX_M = 1.0, 0.05
BOX = slice(40, 80), slice(60, 100)


def tabletop(tilt=0.0):
    """Depth of a table, seen from above or at a slant, with a box whose top is parallel to it."""
    directions = rays(CAMERA)
    normal = np.array([0.0, np.sin(tilt), -np.cos(tilt)])
    facing = -(directions @ normal[:2] + normal[2])
    depth_m = TABLE_M / facing
    depth_m[BOX] = (TABLE_M - BOX_M) / facing[BOX]
    return depth_m.astype(np.float32)


@pytest.mark.parametrize('tilt', [0.0, 0.6])
def test_heights_are_above_the_table_in_decimetres(tilt):
    maps = relief(tabletop(tilt), CAMERA, HW)
    assert maps.shape == (CHANNELS, *HW)
    assert maps.dtype == np.float32
    on_box, beside = maps[0, 25:35, 35:45], maps[0, 5:15, 5:75]
    np.testing.assert_allclose(on_box, BOX_M / 0.1, atol=0.01)
    np.testing.assert_allclose(beside, 0, atol=0.01)


@pytest.mark.parametrize('tilt', [0.0, 0.6])
def test_normals_point_to_the_camera(tilt):
    maps = relief(tabletop(tilt), CAMERA, HW)
    flat = (slice(5, 15), slice(5, 75))
    np.testing.assert_allclose(maps[1][flat], 0, atol=0.02)
    np.testing.assert_allclose(maps[2][flat], np.sin(tilt), atol=0.02)
    np.testing.assert_allclose(maps[3][flat], 1, atol=0.01)


def test_scale_is_that_of_the_picture_at_its_distance():
    maps = relief(tabletop(), CAMERA, HW)
    metres_a_pixel = 1.0 * (160 / 80) / 150.0
    np.testing.assert_allclose(maps[4, 5:15], np.log(metres_a_pixel / 0.003), atol=1e-4)
    small = relief(tabletop(), CAMERA, (30, 40))
    np.testing.assert_allclose(small[4, 3], maps[4, 6, ::2] + np.log(2), atol=1e-4)


def test_unknown_depth_says_nothing_and_spoils_nothing_around_it():
    depth_m = tabletop(0.3)
    depth_m[:20] = np.nan
    depth_m[20:30, :20] = 0.0
    depth_m[20:30, 20:40] = np.inf
    maps = relief(depth_m, CAMERA, HW)
    assert np.isfinite(maps).all()
    hole = maps[KNOWN] == 0
    np.testing.assert_array_equal(hole[:10], True)
    np.testing.assert_array_equal(hole[10:15, :20], True)
    assert (maps[:, hole] == 0).all()
    np.testing.assert_allclose(maps[0, 25:35, 35:45], BOX_M / 0.1, atol=0.01)


def test_without_a_plane_there_are_no_heights():
    rng = np.random.default_rng(0)
    maps = relief(rng.uniform(0.3, 3, (120, 160)).astype(np.float32), CAMERA, HW)
    assert not maps[0].any()
    assert not maps[3].any()
    assert maps[KNOWN].all()


def test_hardly_any_depth_is_none():
    depth_m = np.full((120, 160), np.nan, np.float32)
    depth_m[:2, :40] = 1.0
    assert relief(depth_m, CAMERA, HW) is None


def test_a_lens_that_nobody_knows_is_an_error():
    odd = Camera(width=160, height=120, fx=150.0, fy=150.0, cx=79.5, cy=59.5,
                 distortion_model='unheard_of', distortion=(0.1,))  # fmt: skip
    with pytest.raises(InvalidFrameError, match='unheard_of'):
        relief(tabletop(), odd, HW)


def test_normals_reach_the_edges_of_the_picture():
    maps = relief(tabletop(0.3), CAMERA, HW)
    edges = np.concatenate((maps[3, 0], maps[3, -1], maps[3, :, 0], maps[3, :, -1]))
    np.testing.assert_allclose(edges, 1, atol=0.01)


def test_a_table_stands_on_a_floor_that_fills_more_of_the_picture():
    depth_m = np.full((120, 160), 1.7, np.float32)
    depth_m[:, :60] = 1.0
    depth_m[40:60, 20:40] = 0.9
    maps = relief(depth_m, CAMERA, HW)
    np.testing.assert_allclose(maps[0, 22:28, 12:18], 1, atol=0.05)
    np.testing.assert_allclose(maps[0, 40:55, 5:25], 0, atol=0.05)
    assert (maps[0, :, 40:] < -0.9).all()


def test_depth_of_another_size_than_the_camera_is_an_error():
    with pytest.raises(InvalidFrameError, match='does not match'):
        relief(tabletop()[::2, ::2], CAMERA, HW)


def test_a_frame_with_an_unknown_lens_or_no_camera_has_no_relief():
    rgb = np.zeros((120, 160, 3), np.uint8)
    odd = replace(CAMERA, distortion_model='unheard_of', distortion=(0.1,))
    frames = [
        Frame(rgb=rgb, stamp_ns=1, depth_m=tabletop(), camera=odd),
        Frame(rgb=rgb, stamp_ns=1, depth_m=tabletop()),
        Frame(rgb=rgb, stamp_ns=1, camera=CAMERA),
    ]
    assert [relief_of(frame, HW) for frame in frames] == [None] * 3
    whole = Frame(rgb=rgb, stamp_ns=1, depth_m=tabletop(), camera=CAMERA)
    np.testing.assert_array_equal(relief_of(whole, HW), relief(tabletop(), CAMERA, HW))


def test_a_mirrored_relief_is_that_of_mirrored_depth():
    depth_m = tabletop(0.4)
    mirrored = relief(np.ascontiguousarray(depth_m[:, ::-1]), CAMERA, (120, 160))
    maps = relief(depth_m, CAMERA, (120, 160))[:, :, ::-1].copy()
    maps[ACROSS] *= -1
    np.testing.assert_allclose(maps, mirrored, atol=0.02)
