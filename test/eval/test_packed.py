import cv2
from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from visa_ros.eval import packed
from visa_ros.eval.boundary import boundary_map, disk

SIZES = st.tuples(st.integers(1, 70), st.one_of(st.integers(1, 200), st.sampled_from((64, 128))))


@st.composite
def masks(draw, hw):
    """Boxes, noise, everything or nothing."""
    mask = np.zeros(hw, np.bool_)
    kind = draw(st.sampled_from(('boxes', 'noise', 'full', 'empty')))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    if kind == 'full':
        mask[:] = True
    if kind == 'noise':
        mask[:] = rng.random(hw) < rng.random() * 0.3
    if kind == 'boxes':
        for _ in range(rng.integers(1, 4)):
            top, bottom = sorted(rng.integers(0, hw[0] + 1, 2))
            left, right = sorted(rng.integers(0, hw[1] + 1, 2))
            mask[top:bottom, left:right] ^= True
    return mask


@given(st.data(), SIZES)
@settings(max_examples=150, deadline=None)
def test_bits_are_the_mask(data, hw):
    one, other = data.draw(masks(hw)), data.draw(masks(hw))
    bits = packed.pack(one)

    np.testing.assert_array_equal(packed.unpack(bits, hw), one)
    assert bits.count() == one.sum()
    assert bits.empty == (not one.any())
    assert bits.overlap(packed.pack(other)) == (one & other).sum()


@given(st.data(), SIZES, st.integers(0, 13))
@settings(max_examples=150, deadline=None)
def test_outlines_and_disks_are_those_of_opencv(data, hw, radius):
    mask = data.draw(masks(hw))
    outline = packed.outline(packed.pack(mask), hw)
    expected = boundary_map(mask)

    np.testing.assert_array_equal(packed.unpack(outline, hw), expected)
    near = cv2.dilate(expected.astype(np.uint8), disk(radius)) > 0
    everywhere = packed.pack(np.ones(hw, np.bool_))
    assert packed.dilate(outline, radius).overlap(everywhere) == near.sum()


@pytest.mark.parametrize('radius', [31, 63, 64, 65, 130])
def test_disks_wider_than_a_word(radius):
    hw = (300, 400)
    mask = np.zeros(hw, np.bool_)
    mask[150, [3, 200, 399]] = True
    near = packed.dilate(packed.pack(mask), radius)
    expected = cv2.dilate(mask.astype(np.uint8), disk(radius)) > 0

    assert near.overlap(packed.pack(expected)) == expected.sum()
    assert near.overlap(packed.pack(~expected)) == 0


def test_pixels_are_what_is_not_zero():
    picture = np.array([[0, 1, 255], [256, 0, 2]], np.uint16)
    np.testing.assert_array_equal(packed.unpack(packed.pack(picture), (2, 3)), picture != 0)


@given(st.data(), SIZES)
@settings(max_examples=50, deadline=None)
def test_levels_count_how_many_overlap(data, hw):
    several = [data.draw(masks(hw)) for _ in range(data.draw(st.integers(0, 4)))]
    total = sum((mask.astype(int) for mask in several), np.zeros(hw, int))
    levels = packed.stacked([packed.pack(mask) for mask in several])

    assert len(levels) == total.max()
    for n, level in enumerate(levels, 1):
        np.testing.assert_array_equal(packed.unpack(level, hw), total >= n)
