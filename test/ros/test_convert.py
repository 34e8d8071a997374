"""Messages to numpy and back."""

from __future__ import annotations

from dataclasses import replace
import importlib.util
import types

import fakes
from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, Image

from visa_ros.errors import EncodingError, InvalidFrameError
from visa_ros.msg import Object
from visa_ros.ros import bridge, convert
from visa_ros.ros.stamps import header_of, ns_of, stamp_of
from visa_ros.ros.tf import quaternion_of, stamped_transform
from visa_ros.structs import Camera, MaskFrame, ObjectCloud, ObjectState, TrackState

HEADER = header_of(1_234_567_890_123, 'optical')
RNG = np.random.default_rng(7)
PIXELS = RNG.integers(0, 256, (5, 7, 3), np.uint8)  # an odd width


def image(pixels, encoding, *, padding=0, big_endian=False):
    """An image message, by hand."""
    rows = np.ascontiguousarray(
        pixels.astype(pixels.dtype.newbyteorder('>' if big_endian else '<'))
    )
    rows = rows.reshape(pixels.shape[0], -1).view(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=255)
    msg = Image(encoding=encoding, height=pixels.shape[0], width=pixels.shape[1])
    msg.step, msg.is_bigendian = rows.shape[1], int(big_endian)
    msg.data = convert.bytes_of(rows)
    return msg


def test_our_own_pictures_come_back():
    msg = convert.rgb_to_image(PIXELS, HEADER)
    assert (msg.encoding, msg.height, msg.width, msg.step) == ('rgb8', 5, 7, 21)
    assert msg.header == HEADER
    np.testing.assert_array_equal(convert.image_to_rgb(msg), PIXELS)


@pytest.mark.parametrize('padding', [0, 3])
@pytest.mark.parametrize(
    ('encoding', 'stored'),
    [
        ('rgb8', PIXELS),
        ('bgr8', PIXELS[..., ::-1]),
        ('rgba8', np.dstack((PIXELS, PIXELS[..., 0]))),
        ('bgra8', np.dstack((PIXELS[..., ::-1], PIXELS[..., 0]))),
        ('rgb16', PIXELS.astype(np.uint16) * 257),
        ('bgr16', PIXELS[..., ::-1].astype(np.uint16) * 257),
    ],
)
def test_colours_are_read(encoding, stored, padding):
    for big_endian in (False, True):
        msg = image(stored, encoding, padding=padding, big_endian=big_endian)
        np.testing.assert_array_equal(convert.image_to_rgb(msg), PIXELS)


def test_wide_bayer_is_read_like_narrow():
    narrow = RNG.integers(0, 256, (6, 8), np.uint8)
    for pattern in ('rggb', 'bggr', 'gbrg', 'grbg'):
        wide = image(narrow.astype(np.uint16) << 8, f'bayer_{pattern}16')
        expected = convert.image_to_rgb(image(narrow, f'bayer_{pattern}8'))
        np.testing.assert_array_equal(convert.image_to_rgb(wide), expected)


@pytest.mark.parametrize('encoding', ['plaid7', '', 'RGB8', 'jpeg'])
def test_an_unknown_encoding_is_named(encoding):
    for read in (convert.image_to_rgb, convert.depth_to_m):
        with pytest.raises(EncodingError, match=f"'{encoding}' is not supported"):
            read(image(PIXELS, encoding))


def test_a_cut_off_image_is_an_error():
    msg = convert.rgb_to_image(PIXELS, HEADER)
    msg.data = msg.data[:-1]
    with pytest.raises(EncodingError, match='rgb8'):
        convert.image_to_rgb(msg)


@pytest.mark.parametrize('encoding', ['32FC1', '16UC1'])
def test_depth_comes_back_with_its_holes(encoding):
    depth_m = RNG.uniform(0.3, 5.0, (5, 7)).astype(np.float32)
    depth_m[0, 0] = np.nan
    read = convert.depth_to_m(convert.depth_to_image(depth_m, encoding, HEADER))
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, depth_m, atol=6e-4, equal_nan=True)


def test_depth_that_means_nothing_is_unknown():
    metres = image(np.array([[0.0, -1.0, np.inf, np.nan, 2.0]], np.float32), '32FC1')
    mm = image(np.array([[0, 1, 65535]], np.uint16), '16UC1', big_endian=True)
    np.testing.assert_array_equal(np.isnan(convert.depth_to_m(metres)), [[1, 1, 1, 1, 0]])
    np.testing.assert_allclose(convert.depth_to_m(mm), [[np.nan, 0.001, 65.535]], rtol=1e-6)


def test_depth_that_does_not_fit_into_mm_is_written_as_unknown():
    depth_m = np.array([[70.0, np.inf, -np.inf, -0.2, 65.535]], np.float32)
    msg = convert.depth_to_image(depth_m, '16UC1', HEADER)
    np.testing.assert_array_equal(np.frombuffer(msg.data, '<u2'), [0, 0, 0, 0, 65535])
    with pytest.raises(EncodingError, match='8UC1'):
        convert.depth_to_image(depth_m, '8UC1', HEADER)


@pytest.mark.parametrize(
    'camera',
    [
        Camera(width=64, height=48, fx=50.0, fy=51.0, cx=31.0, cy=24.0),
        Camera(width=64, height=48, fx=50.0, fy=51.0, cx=31.0, cy=24.0,
               distortion_model='plumb_bob', distortion=(0.1, -0.2, 0.01, 0.02, 0.0)),
        Camera(width=64, height=48, fx=50.0, fy=51.0, cx=31.0, cy=24.0,
               distortion_model='equidistant', distortion=(0.1, 0.0, 0.0, 0.0)),
    ],
)  # fmt: skip
def test_intrinsics_come_back(camera):
    read = convert.info_to_camera(convert.camera_to_info(camera, HEADER))
    assert (read.fx, read.fy, read.cx, read.cy) == (camera.fx, camera.fy, camera.cx, camera.cy)
    assert (read.width, read.height) == (64, 48)
    if camera.distortion_model != 'none':
        assert read == camera


def test_a_camera_that_is_not_calibrated_is_an_error():
    for rectified in (False, True):
        with pytest.raises(InvalidFrameError, match='calibrate'):
            convert.info_to_camera(CameraInfo(width=64, height=48), rectified=rectified)


def test_a_region_and_binning_move_the_intrinsics():
    msg = convert.camera_to_info(
        Camera(width=64, height=48, fx=50.0, fy=52.0, cx=31.0, cy=24.0), HEADER
    )
    msg.roi.x_offset, msg.roi.y_offset, msg.roi.width, msg.roi.height = 10, 4, 40, 20
    msg.binning_x = msg.binning_y = 2
    read = convert.info_to_camera(msg)
    assert (read.width, read.height, read.fx, read.fy) == (20, 10, 25.0, 26.0)
    assert (read.cx, read.cy) == (10.5, 10.0)


def test_rectified_images_use_the_projection():
    msg = CameraInfo(width=64, height=48, distortion_model='plumb_bob')
    msg.k[[0, 4, 2, 5]] = 50.0, 50.0, 32.0, 24.0
    msg.p[[0, 5, 2, 6]] = 40.0, 41.0, 30.0, 20.0
    msg.d = [0.1] * 5
    read = convert.info_to_camera(msg, rectified=True)
    assert (read.fx, read.fy, read.cx, read.cy) == (40.0, 41.0, 30.0, 20.0)
    assert read.distortion_model == 'none'


def state(object_id, mask, *, cloud=True, score=0.5):
    points = RNG.normal(size=(20, 3)).astype(np.float32)
    lifted = ObjectCloud(
        points_m=points,
        colors=RNG.integers(0, 256, (20, 3), np.uint8),
        centroid_m=points.mean(axis=0).astype(float),
        box_center_m=np.array([1.0, 2.0, 3.0]),
        box_rotation=np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
        box_size_m=np.array([0.1, 0.2, 0.3]),
    )
    return ObjectState(
        object_id=object_id, query_id=3, label='mug', score=score, mask=mask,
        cloud=lifted if cloud else None,
    )  # fmt: skip


def square(top=1, left=2, size=3):
    mask = np.zeros((8, 9), bool)
    mask[top : top + size, left : left + size] = True
    return mask


def test_an_object_says_all_about_itself():
    one = state(7, square())
    msg = convert.objects_to_msg([one], HEADER)
    (obj,) = msg.objects
    assert msg.header == HEADER
    assert (obj.id, obj.query_id, obj.label, obj.visible, obj.cloud_size) == (
        7,
        3,
        'mug',
        True,
        20,
    )
    region = obj.region
    assert (region.x_offset, region.y_offset, region.width, region.height) == (2, 1, 3, 3)
    np.testing.assert_array_equal(convert.msg_to_mask(obj.mask), one.mask)
    assert obj.centroid.y == pytest.approx(one.cloud.centroid_m[1])
    assert obj.box_size.z == pytest.approx(0.3)
    q = obj.box_pose.orientation
    assert (q.x, q.y) == pytest.approx((0.0, 0.0))
    assert (q.z, q.w) == pytest.approx((0.5**0.5, 0.5**0.5))


def test_an_object_out_of_sight_has_neither_mask_nor_place():
    (obj,) = convert.objects_to_msg([state(7, square(size=0), cloud=False)], HEADER).objects
    assert not obj.visible
    assert obj.mask.counts == ''
    assert obj.region.width == 0
    assert obj.cloud_size == 0
    assert np.isnan([obj.centroid.x, obj.centroid.y, obj.centroid.z]).all()
    assert obj.box_pose.orientation.w == 1.0


def test_the_state_of_an_object_has_the_values_of_the_message():
    assert {s.name: int(s) for s in TrackState} == {
        name: getattr(Object, name) for name in ('VISIBLE', 'OCCLUDED', 'LOST')
    }
    hidden = replace(
        state(7, square(size=0), cloud=False), state=TrackState.LOST, last_seen_ns=3 * 10**9 + 5
    )
    (obj,) = convert.objects_to_msg([hidden], HEADER).objects
    assert (obj.state, obj.visible) == (Object.LOST, False)
    assert (obj.last_seen.sec, obj.last_seen.nanosec) == (3, 5)


def test_a_mask_sequence_keeps_ids_and_stamps():
    frames = [
        MaskFrame(stamp_ns=10**9 * k, frame_id='optical', masks={4: square(), 9: square(4, 4, 2)})
        for k in range(1, 4)
    ]
    frames.append(MaskFrame(stamp_ns=5 * 10**9, frame_id='optical', masks={}))
    msg = convert.sequence_to_msg(frames)
    assert [ns_of(f.header.stamp) for f in msg.frames] == [f.stamp_ns for f in frames]
    assert list(msg.frames[0].ids) == [4, 9]
    np.testing.assert_array_equal(convert.msg_to_mask(msg.frames[0].masks[1]), square(4, 4, 2))
    assert len(msg.frames[3].ids) == len(msg.frames[3].masks) == 0


def test_a_cloud_holds_the_points_colours_and_ids_of_all():
    one, two = state(1, square()), state(70_000, square(4, 4))
    msg = convert.cloud_to_msg([one, state(2, square(), cloud=False), two], HEADER)
    points = np.frombuffer(msg.data, convert.CLOUD_POINT)
    assert (msg.height, msg.width, msg.row_step) == (1, 40, 40 * msg.point_step)
    assert [f.name for f in msg.fields] == ['x', 'y', 'z', 'rgb', 'id']
    np.testing.assert_array_equal(points['id'], [1] * 20 + [70_000] * 20)
    np.testing.assert_array_equal(points['y'][20:], two.cloud.points_m[:, 1])
    rgb = points['rgb'][:20]
    np.testing.assert_array_equal(
        np.stack((rgb >> 16, rgb >> 8 & 255, rgb & 255), 1), one.cloud.colors
    )


def test_nothing_is_an_empty_cloud():
    msg = convert.cloud_to_msg([], HEADER)
    assert (msg.width, len(msg.data), len(msg.fields)) == (0, 0, 5)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31 * 10**9 - 1))
def test_stamps_come_back(ns):
    assert ns_of(stamp_of(ns)) == ns


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(lambda q: np.linalg.norm(q) > 0.1)
)
def test_quaternions_come_back(numbers):
    x, y, z, w = np.array(numbers) / np.linalg.norm(numbers)
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    found = np.array(quaternion_of(rotation))
    assert abs(found @ (x, y, z, w)) == pytest.approx(1.0, abs=1e-6)
    assert found[3] >= 0


def test_a_transform_names_parent_and_child():
    pose = np.eye(4)
    pose[:3, 3] = 1.0, 2.0, 3.0
    msg = stamped_transform(pose, stamp_ns=5, world='world', camera='optical')
    assert (msg.header.frame_id, msg.child_frame_id) == ('world', 'optical')
    assert (msg.transform.translation.z, msg.transform.rotation.w) == (3.0, 1.0)


def test_the_whole_way_of_a_frame():
    frame = fakes.clip(1)[0]
    header = header_of(frame.stamp_ns, frame.frame_id)
    rgb = convert.image_to_rgb(convert.rgb_to_image(frame.rgb, header))
    depth_m = convert.depth_to_m(convert.depth_to_image(frame.depth_m, '32FC1', header))
    np.testing.assert_array_equal(rgb, frame.rgb)
    np.testing.assert_array_equal(depth_m, frame.depth_m)


@pytest.mark.skipif(importlib.util.find_spec('cv_bridge') is None, reason='no cv_bridge here')
@pytest.mark.parametrize(
    ('encoding', 'wanted', 'stored'),
    [
        ('mono8', 'mono8', PIXELS[..., 0]),
        ('mono16', 'mono16', PIXELS[..., 0].astype(np.uint16) * 257),
        ('32FC1', '32FC1', RNG.uniform(0.1, 3.0, (5, 7)).astype(np.float32)),
        ('bayer_rggb8', 'rgb8', RNG.integers(0, 256, (6, 8), np.uint8)),
        ('bayer_bggr8', 'rgb8', RNG.integers(0, 256, (6, 8), np.uint8)),
        ('bayer_gbrg8', 'rgb8', RNG.integers(0, 256, (6, 8), np.uint8)),
    ],
)
def test_cv_bridge_agrees_where_it_is_right(encoding, wanted, stored):
    """PyPI's port is right about these; what it gets wrong is in bridge's docstring."""
    msg = image(stored, encoding)
    theirs = __import__('cv_bridge').CvBridge().imgmsg_to_cv2(msg, wanted)
    if encoding == '32FC1':
        np.testing.assert_array_equal(convert.depth_to_m(msg), theirs)
    elif encoding == 'mono16':
        np.testing.assert_array_equal(convert.image_to_rgb(msg)[..., 0], theirs >> 8)
    elif encoding == 'mono8':
        np.testing.assert_array_equal(convert.image_to_rgb(msg)[..., 0], theirs)
    else:
        np.testing.assert_array_equal(convert.image_to_rgb(msg), theirs)


@pytest.fixture
def with_cv_bridge(monkeypatch):
    """Pretend that a cv_bridge that works, or does not, is installed."""

    def pretend(convert_it):
        class Bridge:
            def imgmsg_to_cv2(self, msg, encoding):
                assert encoding == 'rgb8'
                return convert_it(msg)

        monkeypatch.setattr(bridge, 'cv_bridge', Bridge)

    return pretend


def test_a_rare_encoding_goes_through_cv_bridge(with_cv_bridge):
    with_cv_bridge(lambda msg: PIXELS)
    np.testing.assert_array_equal(convert.image_to_rgb(image(PIXELS, 'nv24')), PIXELS)


def test_what_cv_bridge_cannot_do_is_an_error_that_names_it(with_cv_bridge):
    with_cv_bridge(lambda msg: {}[msg.encoding])
    with pytest.raises(EncodingError, match="'nv24'"):
        convert.image_to_rgb(image(PIXELS, 'nv24'))
    with_cv_bridge(lambda msg: PIXELS[:2])
    with pytest.raises(EncodingError, match="'nv24'"):
        convert.image_to_rgb(image(PIXELS, 'nv24'))


@pytest.mark.parametrize('found', [None, 'port', 'broken'])
def test_a_cv_bridge_that_cannot_be_trusted_is_not_used(monkeypatch, found):
    def find_spec(name):
        origin = 'cv_bridge_boost.py' if found == 'port' else 'cv_bridge_boost.so'
        return types.SimpleNamespace(origin=origin) if found else None

    def import_module(name):
        raise ImportError('numpy.core.multiarray failed to import')

    monkeypatch.setattr(bridge.importlib.util, 'find_spec', find_spec)
    monkeypatch.setattr(bridge.importlib, 'import_module', import_module)
    assert bridge.cv_bridge.__wrapped__() is None


@pytest.mark.skipif(importlib.util.find_spec('cv_bridge') is None, reason='no cv_bridge here')
def test_the_port_of_pypi_is_not_used():
    spec = importlib.util.find_spec('cv_bridge.boost.cv_bridge_boost')
    is_port = spec is None or spec.origin.endswith('.py')
    assert not is_port or bridge.cv_bridge.__wrapped__() is None
