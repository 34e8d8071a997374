"""Outlines that follow the picture, and where there is nothing to follow."""

import numpy as np
import pytest

from visa_ros.nn.outlines import Guide


def scene(size=60, seed=0):
    """Draw a red disc on a green table with noise: a picture, its truth, logits of 4 px cells."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:192, :256]
    truth = np.hypot(y - 90.3, x - 120.8) < size
    rgb = np.where(truth[..., None], (180, 40, 40), (60, 150, 70)) + rng.normal(
        0, 6, (192, 256, 3)
    )
    cells = truth.reshape(48, 4, 64, 4).mean(axis=(1, 3))
    return rgb.clip(0, 255).astype(np.uint8), truth, (8 * (cells - 0.5)).astype(np.float32)


def iou(one, other):
    return np.count_nonzero(one & other) / np.count_nonzero(one | other)


def test_an_outline_that_is_off_follows_the_colours():
    rgb, truth, logits = scene()
    shifted = np.roll(logits, 2, axis=1)
    coarse = np.kron(shifted > 0, np.ones((4, 4), bool))
    found = Guide(rgb, logits.shape).outline(shifted)
    assert found.shape == truth.shape
    assert found.dtype == bool
    assert iou(coarse, truth) < 0.9
    assert iou(found, truth) > 0.97


def test_the_picture_may_have_any_size():
    rgb, _, logits = scene()
    small = Guide(rgb[::2, ::3], logits.shape).outline(logits)
    assert small.shape == (96, 86)
    assert small.any()


def test_without_any_contrast_the_cells_decide():
    _, truth, logits = scene()
    gray = np.full((192, 256, 3), 120, np.uint8)
    assert iou(Guide(gray, logits.shape).outline(logits), truth) > 0.85


@pytest.mark.parametrize('value', [-5.0, 5.0])
def test_all_and_nothing_stay_as_they_are(value):
    rgb, _, logits = scene()
    found = Guide(rgb, logits.shape).outline(np.full_like(logits, value))
    assert found.all() if value > 0 else not found.any()


def test_what_is_too_small_keeps_its_cells():
    rgb, _, logits = scene()
    speck = np.full_like(logits, -6.0)
    speck[2:4, 2:4] = 6.0
    found = Guide(rgb, logits.shape).outline(speck)
    assert 16 <= np.count_nonzero(found) <= 100
    assert not found[30:].any()
