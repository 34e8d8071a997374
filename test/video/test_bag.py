import fakes
import numpy as np
import pytest

from visa_ros.errors import DataError
from visa_ros.video.reader import BagTopics, read_frames

cv2 = pytest.importorskip('cv2')
rosbag2 = pytest.importorskip('rosbags.rosbag2')
typesys = pytest.importorskip('rosbags.typesys')

STORE = typesys.get_typestore(typesys.Stores.ROS2_HUMBLE)
TYPES = STORE.types
PLUGINS = {'sqlite3': rosbag2.StoragePlugin.SQLITE3, 'mcap': rosbag2.StoragePlugin.MCAP}


def header(frame):
    stamp = TYPES['builtin_interfaces/msg/Time'](
        sec=frame.stamp_ns // 10**9, nanosec=frame.stamp_ns % 10**9
    )
    return TYPES['std_msgs/msg/Header'](stamp=stamp, frame_id='camera_optical_frame')


def image(frame, encoding):
    pixels = {
        'rgb8': lambda: frame.rgb,
        'bgr8': lambda: frame.rgb[..., ::-1],
        '16UC1': lambda: (frame.depth_m * 1000).astype('<u2'),
        '32FC1': lambda: frame.depth_m.astype('<f4'),
    }[encoding]()
    rows = np.ascontiguousarray(pixels).reshape(frame.hw[0], -1).view(np.uint8)
    return TYPES['sensor_msgs/msg/Image'](
        header=header(frame),
        height=frame.hw[0],
        width=frame.hw[1],
        encoding=encoding,
        is_bigendian=0,
        step=rows.shape[1],
        data=rows.reshape(-1),
    )


def compressed(frame):
    data = cv2.imencode('.png', frame.rgb[..., ::-1])[1].reshape(-1)
    return TYPES['sensor_msgs/msg/CompressedImage'](header(frame), 'png', data)


def info(frame):
    c = frame.camera
    roi = TYPES['sensor_msgs/msg/RegionOfInterest'](0, 0, 0, 0, False)
    return TYPES['sensor_msgs/msg/CameraInfo'](
        header=header(frame),
        height=c.height,
        width=c.width,
        distortion_model='plumb_bob',
        d=np.zeros(5),
        k=np.array([c.fx, 0, c.cx, 0, c.fy, c.cy, 0, 0, 1]),
        r=np.eye(3).reshape(-1),
        p=np.zeros(12),
        binning_x=0,
        binning_y=0,
        roi=roi,
    )


def write_bag(path, frames, topics, *, storage='mcap'):
    """topics: name -> function from a frame to a message."""
    with rosbag2.Writer(path, version=9, storage_plugin=PLUGINS[storage]) as bag:
        made = {name: make(frames[0]) for name, make in topics.items()}
        connections = {
            name: bag.add_connection(name, message.__msgtype__, typestore=STORE)
            for name, message in made.items()
        }
        for frame in frames:
            for name, make in topics.items():
                message = make(frame)
                raw = STORE.serialize_cdr(message, message.__msgtype__)
                bag.write(connections[name], frame.stamp_ns + 1000, raw)


CAMERA = {
    '/cam/camera_info': info,
    '/cam/image_raw': lambda f: image(f, 'bgr8'),
    '/cam/depth': lambda f: image(f, '16UC1'),
}


def assert_same(read, written, *, depth=True):
    assert [f.stamp_ns for f in read] == [f.stamp_ns for f in written]
    for one, two in zip(read, written, strict=True):
        np.testing.assert_array_equal(one.rgb, two.rgb)
        assert one.frame_id == 'camera_optical_frame'
        if depth:
            np.testing.assert_array_equal(one.depth_m, two.depth_m)
            assert (one.camera.fx, one.camera.cy) == (two.camera.fx, two.camera.cy)


@pytest.mark.parametrize('storage', sorted(PLUGINS))
@pytest.mark.parametrize('single_file', [False, True])
def test_color_depth_and_intrinsics(tmp_path, clip, storage, single_file):
    write_bag(tmp_path / 'bag', clip, CAMERA, storage=storage)
    path = tmp_path / 'bag'
    if single_file:
        (path,) = (f for f in path.iterdir() if f.suffix in {'.mcap', '.db3'})
    source = read_frames(path)
    assert_same(list(source), clip)
    assert source.count == len(clip)
    assert source.rate_hz == pytest.approx(5.0, rel=0.2)


def test_folder_without_metadata(tmp_path, clip):
    write_bag(tmp_path / 'bag', clip, CAMERA)
    (tmp_path / 'bag' / 'metadata.yaml').unlink()
    assert_same(list(read_frames(tmp_path / 'bag')), clip)


def test_float_depth_and_compressed_color(tmp_path, clip):
    topics = {
        '/cam/camera_info': info,
        '/cam/depth': lambda f: image(f, '32FC1'),
        '/cam/image_raw/compressed': compressed,
    }
    write_bag(tmp_path / 'bag', clip, topics)
    assert_same(list(read_frames(tmp_path / 'bag')), clip)


def test_color_alone(tmp_path, clip):
    write_bag(tmp_path / 'bag', clip, {'/image': lambda f: image(f, 'rgb8')})
    frames = list(read_frames(tmp_path / 'bag'))
    assert_same(frames, clip, depth=False)
    assert {(f.depth_m is None, f.camera) for f in frames} == {(True, None)}


def test_depth_of_another_size_is_not_chosen(tmp_path, clip):
    small = fakes.frame_with([], hw=(10, 12))
    topics = {**CAMERA, '/cam/depth': lambda f: image(small, '16UC1')}
    write_bag(tmp_path / 'bag', clip, topics)
    assert all(f.depth_m is None for f in read_frames(tmp_path / 'bag'))


def test_topics_by_name(tmp_path, clip):
    black = fakes.frame_with([('red', 10, 10, 30)])
    topics = {**CAMERA, '/a/image': lambda f: image(black, 'rgb8')}
    write_bag(tmp_path / 'bag', clip, topics)
    named = read_frames(tmp_path / 'bag', topics=BagTopics(image='/cam/image_raw'))
    assert_same(list(named), clip)


def test_missing_topic_lists_what_is_there(tmp_path, clip):
    write_bag(tmp_path / 'bag', clip, CAMERA)
    with pytest.raises(DataError, match='/cam/image_raw'):
        read_frames(tmp_path / 'bag', topics=BagTopics(image='/camera/image'))
    with pytest.raises(DataError, match='not images'):
        read_frames(tmp_path / 'bag', topics=BagTopics(image='/cam/camera_info'))


def test_bag_without_images(tmp_path, clip):
    write_bag(tmp_path / 'bag', clip, {'/cam/camera_info': info})
    with pytest.raises(DataError, match='no image topic'):
        read_frames(tmp_path / 'bag')


@pytest.mark.parametrize('storage', sorted(PLUGINS))
@pytest.mark.parametrize('keep', [0.0, 0.1, 0.6, 0.95])
def test_truncated_bag_is_a_data_error(tmp_path, clip, storage, keep):
    write_bag(tmp_path / 'bag', clip, CAMERA, storage=storage)
    (file,) = (f for f in (tmp_path / 'bag').iterdir() if f.suffix in {'.mcap', '.db3'})
    whole = file.read_bytes()
    file.write_bytes(whole[: int(keep * len(whole))])
    with pytest.raises(DataError, match='bag'):
        list(read_frames(tmp_path / 'bag'))
