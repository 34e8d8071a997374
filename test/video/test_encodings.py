from array import array

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from visa_ros.errors import EncodingError
from visa_ros.video.encodings import (
    COLOR_ENCODINGS,
    decode_compressed,
    decode_image,
    LAYOUTS,
    to_depth_m,
    to_rgb,
)


def message_of(pixels, *, padding=0, bigendian=False):
    """Pixels as a message carries them: height, width, step, is_bigendian, data."""
    stored = pixels.astype(pixels.dtype.newbyteorder('>' if bigendian else '<'))
    rows = [row.tobytes() + b'\xee' * padding for row in stored]
    return pixels.shape[0], pixels.shape[1], len(rows[0]), bigendian, b''.join(rows)


def random_pixels(encoding, hw, seed=0):
    kind, channels = LAYOUTS[encoding]
    shape = hw if channels == 1 else (*hw, channels)
    values = np.random.default_rng(seed).uniform(0, 200, shape)
    return values.astype(kind)


@settings(max_examples=100, deadline=None)
@given(
    encoding=st.sampled_from(sorted(LAYOUTS)),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    padding=st.integers(0, 5),
    bigendian=st.booleans(),
    form=st.sampled_from([bytes, bytearray, memoryview, lambda raw: array('B', raw)]),
)
def test_pixels_survive_step_and_byte_order(encoding, height, width, padding, bigendian, form):
    pixels = random_pixels(encoding, (height, width))
    *numbers, data = message_of(pixels, padding=padding, bigendian=bigendian)
    decoded = decode_image(encoding, *numbers, form(data))
    np.testing.assert_array_equal(decoded, pixels)
    assert decoded.dtype == pixels.dtype
    assert decoded.dtype.isnative


def test_last_row_may_lack_its_padding():
    pixels = random_pixels('rgb8', (3, 5))
    *numbers, data = message_of(pixels, padding=4)
    np.testing.assert_array_equal(decode_image('rgb8', *numbers, data[:-4]), pixels)


@pytest.mark.parametrize('encoding', sorted(LAYOUTS))
def test_truncated_data_is_refused_with_its_sizes(encoding):
    height, width, step, bigendian, data = message_of(random_pixels(encoding, (4, 6)))
    with pytest.raises(EncodingError, match=rf'{encoding} image of 6x4 px, step {step}'):
        decode_image(encoding, height, width, step, bigendian, data[:-1])
    with pytest.raises(EncodingError, match='want step >='):
        decode_image(encoding, height, width, step - 1, bigendian, data)
    with pytest.raises(EncodingError):
        decode_image(encoding, 0, width, step, bigendian, data)


@pytest.mark.parametrize('encoding', ['', 'RGB8', '64FC3', 'h264'])
def test_unknown_encoding_names_itself(encoding):
    with pytest.raises(EncodingError, match=repr(encoding)):
        decode_image(encoding, 1, 1, 4, False, b'1234')


@pytest.mark.parametrize('encoding', ['rgb8', 'bgr8', 'rgba8', 'bgra8'])
def test_colors_come_in_rgb_order(encoding):
    order = [encoding[: encoding.index('8')].index(channel) for channel in 'rgb']
    pixels = random_pixels(encoding, (3, 5))
    rgb = to_rgb(encoding, pixels)
    np.testing.assert_array_equal(rgb, pixels[..., order])
    assert rgb.flags.c_contiguous
    assert rgb.flags.writeable


def test_grey_is_grey_in_all_channels():
    pixels = random_pixels('mono8', (3, 5))
    for encoding, values in (('mono8', pixels), ('mono16', pixels.astype(np.uint16) << 8)):
        np.testing.assert_array_equal(to_rgb(encoding, values), np.stack([pixels] * 3, axis=2))


@pytest.mark.parametrize(
    ('encoding', 'red_at'),
    [
        ('bayer_rggb8', (0, 0)),
        ('bayer_grbg8', (0, 1)),
        ('bayer_gbrg8', (1, 0)),
        ('bayer_bggr8', (1, 1)),
    ],
)
def test_bayer_patterns(encoding, red_at):
    pytest.importorskip('cv2')
    pixels = np.zeros((8, 8), np.uint8)
    pixels[red_at[0] :: 2, red_at[1] :: 2] = 200
    rgb = to_rgb(encoding, pixels)[2:-2, 2:-2]
    assert rgb[..., 0].min() == 200
    assert rgb[..., 1:].max() == 0


@pytest.mark.parametrize(
    ('encoding', 'order'),
    [('yuv422', 'uyvy'), ('uyvy', 'uyvy'), ('yuv422_yuy2', 'yuyv'), ('yuyv', 'yuyv')],
)
def test_yuv_is_red_where_it_should_be(encoding, order):
    pytest.importorskip('cv2')
    value = {'y': 81, 'u': 90, 'v': 240}  # red in BT.601
    pixels = np.array([value[c] for c in order], np.uint8).reshape(1, 2, 2).repeat(4, axis=0)
    rgb = to_rgb(encoding, pixels).astype(int)
    assert (np.abs(rgb - (255, 0, 0)) < 8).all()


def test_odd_width_of_yuv_is_a_typed_error():
    pytest.importorskip('cv2')
    with pytest.raises(EncodingError, match='cannot be converted'):
        to_rgb('yuyv', np.zeros((3, 5, 2), np.uint8))


def test_depth_is_metres_with_nan_where_unknown():
    millimetres = np.array([[0, 1500], [65535, 1]], np.uint16)
    np.testing.assert_allclose(
        to_depth_m('16UC1', millimetres), [[np.nan, 1.5], [65.535, 0.001]], rtol=1e-6
    )
    metres = np.array([[0, -1], [np.inf, 2.5]], np.float32)
    depth_m = to_depth_m('32FC1', metres)
    np.testing.assert_array_equal(depth_m, [[np.nan, np.nan], [np.nan, 2.5]])
    assert depth_m.dtype == np.float32


def test_depth_is_no_color_and_color_no_depth():
    with pytest.raises(EncodingError, match='no colour'):
        to_rgb('32FC1', np.zeros((2, 2), np.float32))
    with pytest.raises(EncodingError, match='no depth'):
        to_depth_m('rgb8', np.zeros((2, 2, 3), np.uint8))
    assert {'rgb8', 'bayer_rggb8'} <= COLOR_ENCODINGS


@pytest.mark.parametrize('shape', [(6, 8), (6, 8, 3), (6, 8, 4)])
def test_png_in_memory(shape):
    cv2 = pytest.importorskip('cv2')
    pixels = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    rgb = decode_compressed(cv2.imencode('.png', pixels)[1].tobytes())
    expected = np.stack([pixels] * 3, 2) if len(shape) == 2 else pixels[..., 2::-1]
    np.testing.assert_array_equal(rgb, expected)


def test_depth_png_keeps_its_16_bits():
    cv2 = pytest.importorskip('cv2')
    pixels = np.arange(48, dtype=np.uint16).reshape(6, 8) * 1000
    np.testing.assert_array_equal(decode_compressed(cv2.imencode('.png', pixels)[1]), pixels)


@pytest.mark.parametrize('data', [b'', b'not a picture', b'\xff\xd8\xff\xe0 cut'])
def test_damaged_picture_is_refused(data):
    pytest.importorskip('cv2')
    with pytest.raises(EncodingError, match=f'{len(data)} bytes'):
        decode_compressed(data)
