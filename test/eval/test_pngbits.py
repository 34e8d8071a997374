from io import BytesIO
from itertools import pairwise
import struct
import zlib

import cv2
from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
from PIL import Image
import pytest

from visa_ros.errors import DataError
from visa_ros.eval import pngbits
from visa_ros.eval.packed import unpack
from visa_ros.eval.pngbits import bits_of
from visa_ros.eval.pngmask import MaskReader, write_mask


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def filtered(pixels, filters):
    """The rows of a picture as PNG's filters 0, 1 and 2 leave them."""
    rows, above = [], np.zeros(pixels.shape[1], np.uint8)
    for row, kind in zip(pixels, filters, strict=True):
        before = {0: 0, 1: np.concatenate(([0], row[:-1])).astype(np.uint8), 2: above}[kind]
        rows.append(bytes([kind]) + (row - before).astype(np.uint8).tobytes())
        above = row
    return b''.join(rows)


def png(pixels, filters, parts=1):
    height, width = pixels.shape
    data = zlib.compress(filtered(pixels, filters))
    cuts = np.linspace(0, len(data), parts + 1).astype(int)
    pieces = [data[a:b] for a, b in pairwise(cuts)]
    header = struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)
    return b''.join(
        (
            b'\x89PNG\r\n\x1a\n',
            chunk(b'IHDR', header),
            *(chunk(b'IDAT', piece) for piece in pieces),
            chunk(b'IEND', b''),
        )
    )


def drawn(rng, hw):
    mask = np.zeros(hw, np.bool_)
    if rng.random() < 0.3:
        return rng.random(hw) < rng.random()
    for _ in range(rng.integers(0, 3)):
        top, bottom = sorted(rng.integers(0, hw[0] + 1, 2))
        left, right = sorted(rng.integers(0, hw[1] + 1, 2))
        mask[top:bottom, left:right] ^= True
    return mask


@given(st.integers(0, 1 << 30), st.sampled_from((255, 1, 128, 7, 254)))
@settings(max_examples=200, deadline=None)
def test_every_mix_of_filters_is_undone(seed, value):
    rng = np.random.default_rng(seed)
    hw = int(rng.integers(1, 40)), int(rng.integers(1, 150))
    mask = drawn(rng, hw)
    content = png(mask * np.uint8(value), rng.integers(0, 3, hw[0]), int(rng.integers(1, 4)))

    assert (cv2.imdecode(np.frombuffer(content, np.uint8), -1) == mask * np.uint8(value)).all()
    np.testing.assert_array_equal(unpack(bits_of(content, hw), hw), mask)


@given(st.integers(0, 1 << 30))
@settings(max_examples=100, deadline=None)
def test_several_values_are_never_taken_for_two(seed):
    rng = np.random.default_rng(seed)
    hw = int(rng.integers(1, 12)), int(rng.integers(1, 12))
    values = rng.choice(np.array([0, 0, 1, 2, 127, 128, 254, 255], np.uint8), hw)
    content = png(values, rng.integers(0, 3, hw[0]))
    bits = bits_of(content, hw)

    if len(np.unique(values[values > 0])) > 1:
        assert bits is None
    else:
        np.testing.assert_array_equal(unpack(bits, hw), values > 0)


def test_pictures_of_all_writers_are_read(tmp_path):
    rng = np.random.default_rng(1)
    hw = 60, 83
    for k in range(12):
        mask = drawn(rng, hw)
        pixels = mask.astype(np.uint8) * 255
        image = Image.fromarray(pixels)
        paths = [tmp_path / f'{k}_{n}.png' for n in range(4)]
        cv2.imwrite(str(paths[0]), pixels)
        image.save(paths[1])
        image.save(paths[2], optimize=True)
        noisy = np.where(mask, rng.integers(1, 256, hw), 0).astype(np.uint8)
        Image.fromarray(noisy).save(paths[3])
        for path in paths:
            np.testing.assert_array_equal(unpack(MaskReader(hw).read(path), hw), mask)


def test_the_standard_library_does_as_well(monkeypatch):
    monkeypatch.setattr(pngbits, '_inflate', lambda: zlib)
    mask = drawn(np.random.default_rng(5), (30, 90))
    content = png(mask * np.uint8(255), [2] * 30)
    np.testing.assert_array_equal(unpack(bits_of(content, (30, 90)), (30, 90)), mask)
    damaged = bytearray(content)
    damaged[-20] ^= 1
    assert bits_of(bytes(damaged), (30, 90)) is None


def test_masks_come_back_as_they_were_written(tmp_path):
    reader, hw = MaskReader((50, 70)), (50, 70)
    write_mask(tmp_path / 'a' / 'full.png', reader_mask(hw), hw)
    assert reader.read(tmp_path / 'a' / 'full.png').count() == 50 * 70


def reader_mask(hw):
    return bits_of(png(np.full(hw, 255, np.uint8), np.zeros(hw[0], int)), hw)


def test_frames_without_a_mask_are_remembered_by_content_alone(tmp_path):
    hw = 20, 30
    empty, full = np.zeros(hw, np.uint8), np.full(hw, 255, np.uint8)
    reader = MaskReader(hw)
    for k, pixels in enumerate((empty, full, empty, full)):
        cv2.imwrite(str(tmp_path / f'{k}.png'), pixels)
        assert reader.read(tmp_path / f'{k}.png').count() == (pixels > 0).sum()


@pytest.mark.parametrize('end', [0, 8, 20, 33, 40, -30])
def test_pictures_that_were_cut_off_are_errors(tmp_path, end):
    hw = 40, 50
    buffer = BytesIO()
    Image.fromarray((np.random.default_rng(0).random(hw) < 0.5) * np.uint8(255)).save(
        buffer, 'PNG'
    )
    path = tmp_path / 'a.png'
    path.write_bytes(buffer.getvalue()[:end])
    with pytest.raises(DataError, match=r'a\.png'):
        MaskReader(hw).read(path)
