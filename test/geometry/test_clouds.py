from fakes import camera_of
import numpy as np
import pytest

from visa_ros.errors import DataError
from visa_ros.geometry.camera import rays
from visa_ros.geometry.clouds import object_cloud, write_ply
from visa_ros.structs import Frame

pytest.importorskip('open3d')

HW = (240, 320)
TABLE_V = (0.0, 0.8, 0.6)  # normal of the table towards the camera is minus this
TABLE_M = 0.5


def scene(height_m=0.08, *, half_m=0.04, noise_m=0.0):
    """A box-like bump on a tilted table: the frame and the mask of the bump."""
    camera = camera_of(HW)
    directions = np.concatenate((rays(camera), np.ones((*HW, 1))), axis=2)
    normal = np.array(TABLE_V)
    along = directions @ normal
    table_z = TABLE_M / along
    top_z = (TABLE_M - height_m) / along
    center = np.array([0.0, 0.0, TABLE_M / normal[2]])
    top = directions * top_z[..., None] - center
    mask = (np.abs(top[..., 0]) < half_m) & (np.abs(top @ (0, 0.6, -0.8)) < half_m)
    depth_m = np.where(mask, top_z, table_z).astype(np.float32)
    depth_m += np.random.default_rng(0).normal(0, noise_m, HW).astype(np.float32)
    rgb = np.where(mask[..., None], (200, 30, 30), (90, 90, 90)).astype(np.uint8)
    return Frame(rgb=rgb, stamp_ns=0, depth_m=depth_m, camera=camera), mask


def heights_m(cloud):
    return TABLE_M - cloud.points_m @ np.array(TABLE_V)


@pytest.mark.parametrize('noise_m', [0.0, 0.001])
def test_cloud_lies_on_the_object(noise_m):
    frame, mask = scene(noise_m=noise_m)
    cloud = object_cloud(frame, mask)
    assert 0.4 * mask.sum() < len(cloud.points_m) <= mask.sum()
    np.testing.assert_allclose(heights_m(cloud), 0.08, atol=0.006)
    np.testing.assert_allclose(cloud.box_size_m[:2], 0.08, atol=0.02)
    assert (cloud.colors == (200, 30, 30)).all()
    assert np.abs(cloud.centroid_m - cloud.points_m.mean(axis=0)).max() < 1e-5
    assert (cloud.points_m.dtype, cloud.colors.dtype) == (np.float32, np.uint8)


def test_table_in_a_sloppy_mask_is_left_out():
    frame, mask = scene()
    sloppy = np.roll(mask, 16, axis=1) | mask
    clean, dirty = object_cloud(frame, mask), object_cloud(frame, sloppy)
    assert heights_m(dirty).min() > 0.05
    assert np.linalg.norm(clean.centroid_m - dirty.centroid_m) < 0.005


def test_flat_object_is_not_taken_for_its_support():
    frame, mask = scene(height_m=0.002)
    assert len(object_cloud(frame, mask).points_m) > 0.5 * mask.sum()


def test_background_seen_through_the_mask_is_left_out():
    frame, mask = scene()
    depth_m = frame.depth_m.copy()
    rows, columns = np.nonzero(mask)
    depth_m[rows[:150], columns[:150]] = 3.0
    cloud = object_cloud(
        Frame(rgb=frame.rgb, stamp_ns=0, depth_m=depth_m, camera=frame.camera), mask
    )
    assert cloud.points_m[:, 2].max() < 2.0


def test_same_input_same_cloud_and_bounded_size():
    frame, mask = scene(noise_m=0.002)
    one, two = (object_cloud(frame, mask, max_points=200) for _ in range(2))
    np.testing.assert_array_equal(one.points_m, two.points_m)
    np.testing.assert_array_equal(one.box_rotation, two.box_rotation)
    assert 100 < len(one.points_m) <= 200


def test_no_cloud_without_enough_depth():
    frame, mask = scene()
    rgb, camera, blind = frame.rgb, frame.camera, np.full(HW, np.nan, np.float32)
    few = np.zeros_like(mask)
    few[120, 160:166] = True
    assert object_cloud(Frame(rgb=rgb, stamp_ns=0, camera=camera), mask) is None
    assert object_cloud(Frame(rgb=rgb, stamp_ns=0, depth_m=frame.depth_m), mask) is None
    assert object_cloud(Frame(rgb=rgb, stamp_ns=0, depth_m=blind, camera=camera), mask) is None
    assert object_cloud(frame, np.zeros_like(mask)) is None
    assert object_cloud(frame, few) is None


def test_thin_object_keeps_its_points():
    frame, _ = scene()
    thin = np.zeros(HW, bool)
    thin[120, 100:180] = True
    assert len(object_cloud(frame, thin).points_m) >= 10


def test_mask_at_the_rim_and_over_everything():
    frame, _ = scene()
    assert object_cloud(frame, np.ones(HW, bool)) is not None
    corner = np.zeros(HW, bool)
    corner[:40, :40] = True
    assert object_cloud(frame, corner) is not None


def test_ply_holds_points_and_colors(tmp_path):
    import open3d

    cloud = object_cloud(*scene())
    write_ply(tmp_path / 'mug.ply', cloud)
    read = open3d.io.read_point_cloud(str(tmp_path / 'mug.ply'))
    np.testing.assert_allclose(np.asarray(read.points), cloud.points_m, atol=1e-6)
    np.testing.assert_allclose(np.asarray(read.colors) * 255, cloud.colors, atol=1)


def test_ply_into_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match='make it first'):
        write_ply(tmp_path / 'missing' / 'mug.ply', object_cloud(*scene()))
