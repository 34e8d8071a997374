import json

import fakes
import numpy as np
import pytest

import visa_ros
from visa_ros.errors import DataError
from visa_ros.video.folder import depths_of
from visa_ros.video.reader import read_frames
from visa_ros.video.writer import MovieWriter

cv2 = pytest.importorskip('cv2')


def write_movie(path, frames, *, rate_hz=5.0):
    with MovieWriter(path, hw=frames[0].hw, rate_hz=rate_hz) as movie:
        for frame in frames:
            movie.write(frame.rgb)


def write_pictures(folder, frames, *, names=None):
    folder.mkdir(parents=True, exist_ok=True)
    for k, frame in enumerate(frames):
        name = names[k] if names else f'{k:05d}'
        cv2.imwrite(str(folder / f'{name}.png'), frame.rgb[..., ::-1])


def write_depth(folder, frames):
    folder.mkdir(parents=True)
    for k, frame in enumerate(frames):
        millimetres = np.nan_to_num(frame.depth_m * 1000).astype(np.uint16)
        cv2.imwrite(str(folder / f'{k:05d}.png'), millimetres)


def camera_json(frames, *, stamps=True):
    camera = frames[0].camera
    raw = {k: getattr(camera, k) for k in ('width', 'height', 'fx', 'fy', 'cx', 'cy')}
    if stamps:
        raw['frames'] = [{'stamp_ns': frame.stamp_ns} for frame in frames]
    return json.dumps(raw)


def assert_same(read, written):
    assert len(read) == len(written)
    for one, two in zip(read, written, strict=True):
        np.testing.assert_array_equal(one.rgb, two.rgb)
        np.testing.assert_array_equal(one.depth_m, two.depth_m)
        assert (one.stamp_ns, one.camera) == (two.stamp_ns, two.camera)


def test_movie(tmp_path, clip):
    write_movie(tmp_path / 'clip.mp4', clip, rate_hz=5.0)
    source = read_frames(tmp_path / 'clip.mp4')
    frames = list(source)
    assert (source.count, source.rate_hz) == (len(clip), 5.0)
    assert [f.stamp_ns for f in frames] == [200_000_000 * k for k in range(len(clip))]
    for read, written in zip(frames, clip, strict=True):
        assert np.abs(read.rgb.astype(int) - written.rgb).mean() < 8
    assert len(list(source)) == len(clip)  # a second time, from the start


def test_movie_of_odd_size(tmp_path):
    frames = fakes.clip(3, hw=(47, 63))
    write_movie(tmp_path / 'clip.mp4', frames)
    assert [f.hw for f in read_frames(tmp_path / 'clip.mp4')] == [(48, 64)] * 3


def test_plain_folder_in_natural_order(tmp_path, clip):
    write_pictures(tmp_path, clip[:3], names=['10', '2', '1'])
    source = read_frames(str(tmp_path), rate_hz=4.0)
    frames = list(source)
    for frame, k in zip(frames, (2, 1, 0), strict=True):
        np.testing.assert_array_equal(frame.rgb, clip[k].rgb)
    assert [f.stamp_ns for f in frames] == [0, 250_000_000, 500_000_000]
    assert (source.count, source.rate_hz) == (3, 4.0)
    assert frames[0].depth_m is None


@pytest.mark.parametrize('inner', ['', 'rgb'])
def test_folder_with_depth_and_camera(tmp_path, clip, inner):
    write_pictures(tmp_path / inner, clip)
    write_depth(tmp_path / 'depth', clip)
    (tmp_path / 'camera.json').write_text(camera_json(clip))
    source = read_frames(tmp_path)
    assert_same(list(source), clip)
    assert source.rate_hz == pytest.approx(5.0)


def test_tree_of_the_simulator(tmp_path, clip):
    write_pictures(tmp_path / 'JPEGImages' / '000007', clip)
    write_depth(tmp_path / 'Depth' / '000007', clip)
    (tmp_path / 'Scenes').mkdir()
    (tmp_path / 'Scenes' / '000007.json').write_text(camera_json(clip))
    assert_same(list(read_frames(tmp_path / 'JPEGImages' / '000007')), clip)


def test_clips_in_folders_of_the_simulator(tmp_path, clip):
    write_pictures(tmp_path / 'JPEGImages' / 'tabletop' / '07', clip)
    write_depth(tmp_path / 'Depth' / 'tabletop' / '07', clip[:2])
    (tmp_path / 'Scenes' / 'tabletop').mkdir(parents=True)
    (tmp_path / 'Scenes' / 'tabletop' / '07.json').write_text(camera_json(clip))
    pictures = sorted((tmp_path / 'JPEGImages' / 'tabletop' / '07').iterdir())
    depths, camera = depths_of(pictures)
    assert camera == clip[0].camera
    np.testing.assert_array_equal(depths[1], clip[1].depth_m)
    assert depths[2:] == [None] * (len(clip) - 2)
    assert_same(list(read_frames(tmp_path / 'JPEGImages' / 'tabletop' / '07'))[:2], clip[:2])
    assert depths_of(sorted((tmp_path / 'Depth' / 'tabletop' / '07').iterdir())) == (
        [None, None],
        None,
    )


def test_missing_depth_picture_is_a_frame_without_depth(tmp_path, clip):
    write_pictures(tmp_path, clip)
    write_depth(tmp_path / 'depth', clip[:2])
    assert [f.depth_m is not None for f in read_frames(tmp_path)] == [True, True] + [False] * 6


def test_it_is_public():
    assert visa_ros.read_frames is read_frames


def test_missing_path(tmp_path):
    with pytest.raises(DataError, match='no such file'):
        read_frames(tmp_path / 'nothing.mp4')


def test_folder_without_pictures(tmp_path):
    (tmp_path / 'notes.txt').write_text('x')
    with pytest.raises(DataError, match='no jpg or png'):
        read_frames(tmp_path)


@pytest.mark.parametrize('name', ['clip.mp4', 'clip.txt'])
def test_damaged_movie(tmp_path, name):
    (tmp_path / name).write_bytes(b'this is no movie' * 20)
    with pytest.raises(DataError, match='cannot be read as a movie'):
        read_frames(tmp_path / name)


def test_truncated_movie_is_a_data_error(tmp_path, clip):
    write_movie(tmp_path / 'clip.mp4', clip)
    whole = (tmp_path / 'clip.mp4').read_bytes()
    (tmp_path / 'cut.mp4').write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError):
        list(read_frames(tmp_path / 'cut.mp4'))


def test_damaged_picture_names_itself(tmp_path, clip):
    write_pictures(tmp_path, clip[:2])
    (tmp_path / '00001.png').write_bytes(b'\x89PNG cut')
    with pytest.raises(DataError, match=r'00001\.png'):
        list(read_frames(tmp_path))


def test_pictures_of_several_sizes(tmp_path, clip):
    write_pictures(tmp_path, [clip[0], fakes.frame_with([], hw=(20, 30))])
    with pytest.raises(DataError, match='frame 1 is 30x20 px'):
        list(read_frames(tmp_path))


@pytest.mark.parametrize('text', ['{', '[]', '{"width": 64}', '{"width": "many"}'])
def test_damaged_camera_file(tmp_path, clip, text):
    write_pictures(tmp_path, clip[:1])
    (tmp_path / 'camera.json').write_text(text)
    with pytest.raises(DataError, match=r'camera\.json'):
        read_frames(tmp_path)


def test_stamps_that_do_not_fit(tmp_path, clip):
    write_pictures(tmp_path, clip[:3])
    (tmp_path / 'camera.json').write_text(camera_json(clip))
    with pytest.raises(DataError, match='8 stamps for 3'):
        read_frames(tmp_path)
