"""Pictures for CLIP and SAM (spec 1.3)."""

from __future__ import annotations

from hypothesis import given, settings, strategies
import numpy as np
from PIL import Image
import pytest
from transformers import CLIPImageProcessorPil

from visa_ros.model.published.preprocess import (
    clip_picture,
    SAM_MEAN,
    sam_picture,
    sam_resize_hw,
    SAM_STD,
)

SIZES = [(96, 160), (131, 90), (224, 224), (57, 300), (480, 640), (225, 1001)]


def picture(hw, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*hw, 3), dtype=np.uint8)


@pytest.mark.parametrize('hw', SIZES)
def test_clip_picture_is_transformers_pil_processor_s(hw):
    rgb = picture(hw)
    processor = CLIPImageProcessorPil(
        size={'shortest_edge': 224}, crop_size={'height': 224, 'width': 224}
    )
    wanted = processor(Image.fromarray(rgb), return_tensors='np')['pixel_values'][0]
    found = clip_picture(rgb, 224)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, wanted)


def test_clip_sees_the_centre_alone():
    rgb = picture((64, 200))
    other = rgb.copy()
    other[:, :40] = 0
    other[:, -40:] = 255
    np.testing.assert_array_equal(clip_picture(rgb, 28), clip_picture(other, 28))


@pytest.mark.parametrize('hw', SIZES)
def test_sam_picture_is_padded_behind_normalising(hw):
    found = sam_picture(picture(hw), 256)
    h, w = found.resize_hw
    assert found.pixels.shape == (3, 256, 256)
    assert found.orig_hw == hw
    assert max(h, w) == 256
    assert not found.pixels[:, h:].any()
    assert not found.pixels[:, :, w:].any()


def test_sam_pixels_are_whole_numbers_behind_undoing():
    found = sam_picture(picture((40, 64)), 64)
    h, w = found.resize_hw
    pixels = found.pixels[:, :h, :w].transpose(1, 2, 0) * np.float32(SAM_STD) + np.float32(
        SAM_MEAN
    )
    np.testing.assert_allclose(pixels, picture((40, 64)), atol=1e-4)


@given(strategies.integers(1, 4000), strategies.integers(1, 4000))
@settings(max_examples=200)
def test_the_longer_side_fills_sam_s_square(height, width):
    resized = sam_resize_hw((height, width), 1024)
    assert max(resized) == 1024
    assert min(resized) <= 1024


def test_sides_are_rounded_to_the_nearest_pixel():
    assert sam_resize_hw((720, 1280), 1024) == (576, 1024)
    assert sam_resize_hw((130, 90), 256) == (256, 177)
    assert sam_resize_hw((29, 2048), 1024) == (15, 1024)
