"""What the network sees of an image, and the way back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
import pytest
import torch

from visa_ros.tracking.config import GRID
from visa_ros.tracking.framing import framing

SIDES = st.tuples(st.integers(1, 300), st.integers(1, 300))


def keep_shape(hw, short_side=0):
    return framing(hw, input_hw=None, short_side=short_side, antialias=False)


@given(hw=SIDES, short_side=st.sampled_from([0, 20, 64]))
def test_the_network_sees_whole_multiples_of_the_grid(hw, short_side):
    frame = keep_shape(hw, short_side)
    left, right, above, below = frame.padding

    assert all(n % GRID == 0 for n in frame.network_hw)
    assert all(n - m < GRID for n, m in zip(frame.network_hw, frame.inner_hw, strict=True))
    assert 0 <= right - left <= 1
    assert 0 <= below - above <= 1
    assert min(frame.inner_hw) == (short_side or min(hw))


@pytest.mark.parametrize(
    ('hw', 'inner'),
    [((480, 854), (480, 854)), ((720, 1280), (480, 853)), ((1280, 720), (853, 480))],
)
def test_the_shorter_side_becomes_480(hw, inner):
    assert keep_shape(hw, 480).inner_hw == inner


def test_what_is_only_padded_comes_back_as_it_was():
    planes = torch.rand(2, 33, 50)
    frame = keep_shape((33, 50))

    padded = frame.pad(planes)

    assert padded.shape == (2, 48, 64)
    assert padded.sum().item() == pytest.approx(planes.sum().item())
    assert torch.equal(frame.restore(padded), planes)


def test_a_fixed_size_is_not_padded():
    frame = framing((33, 50), input_hw=(48, 64), short_side=0, antialias=True)

    assert frame.resize(torch.rand(1, 3, 33, 50)).shape == (1, 3, 48, 64)
    assert frame.padding == (0, 0, 0, 0)
    assert frame.restore(torch.rand(2, 48, 64)).shape == (2, 33, 50)


@given(hw=SIDES)
def test_masks_stay_sharp_without_antialiasing(hw):
    masks = (torch.rand(1, 2, *hw) > 0.5).float()

    resized = keep_shape(hw, 64).resize_masks(masks)

    assert ((resized == 0) | (resized == 1)).all()


def test_constant_images_stay_constant():
    frame = keep_shape((37, 81), 64)

    resized = frame.resize(torch.full((1, 3, 37, 81), 7.0))

    torch.testing.assert_close(resized, torch.full((1, 3, *frame.inner_hw), 7.0))


@given(hw=SIDES, seed=st.integers(0, 1000), fixed=st.booleans())
def test_a_part_is_restored_as_in_the_whole(hw, seed, fixed):
    size = (48, 64) if fixed else None
    frame = framing(hw, input_hw=size, short_side=0, antialias=True)
    planes = torch.rand(2, *frame.network_hw, generator=torch.Generator().manual_seed(seed))
    planes *= torch.rand(frame.network_hw) > 0.995
    support = (frame.unpad(planes) > 0.3).any(dim=0)

    part, (rows, columns) = frame.restore_part(planes, support)

    whole = frame.restore(planes)
    high = (whole > 0.3).any(dim=0)
    assert high[rows, columns].sum() == high.sum()
    torch.testing.assert_close(part > 0.3, whole[:, rows, columns] > 0.3)


def test_of_nothing_no_part_is_restored():
    frame = framing((33, 50), input_hw=(48, 64), short_side=0, antialias=True)

    part, where = frame.restore_part(torch.rand(2, 48, 64), torch.zeros(48, 64, dtype=torch.bool))

    assert part.shape == (2, 0, 0)
    assert torch.rand(33, 50)[where].numel() == 0
