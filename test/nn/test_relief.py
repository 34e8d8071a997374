"""Features of relief maps, and how they join those of a picture."""

import pytest
import torch

from visa_ros.geometry.relief import CHANNELS, KNOWN
from visa_ros.model.vision import PyramidEncoder
from visa_ros.nn.relief import FEATURES, ReliefEncoder

HW = (128, 192)


@pytest.fixture
def maps():
    torch.manual_seed(0)
    maps = torch.randn(2, CHANNELS, HW[0] // 2, HW[1] // 2)
    maps[:, KNOWN] = 1
    return maps


@pytest.fixture
def encoder():
    torch.manual_seed(1)
    return PyramidEncoder(width=16, dim=16, image_hw=HW, relief=True).eval()


def test_features_lie_on_tokens_and_cells(maps):
    fine, coarse = ReliefEncoder(CHANNELS)(maps)
    assert fine.shape == (2, FEATURES, HW[0] // 16, HW[1] // 16)
    assert coarse.shape == (2, FEATURES, HW[0] // 32, HW[1] // 32)


def test_a_picture_without_depth_among_others_has_none(maps):
    maps[1] = 0
    fine, coarse = ReliefEncoder(CHANNELS)(maps)
    assert fine[0].abs().max() > 0
    assert not fine[1].any()
    assert not coarse[1].any()


def test_depth_says_nothing_at_first_and_changes_what_is_seen_later(encoder, maps):
    pictures = torch.randn(2, 3, *HW)
    with torch.no_grad():
        without, untrained = encoder(pictures), encoder(pictures, maps)
        assert torch.equal(without.grid, untrained.grid)
        assert torch.equal(without.embedding, untrained.embedding)
        for layer in (encoder.relief_token, encoder.relief_cell):
            torch.nn.init.normal_(layer.weight)
        trained, unknown = encoder(pictures, maps), encoder(pictures, 0 * maps)
    assert not torch.allclose(without.grid, trained.grid)
    assert not torch.allclose(without.embedding, trained.embedding)
    assert torch.equal(without.grid, unknown.grid)
    assert torch.equal(without.embedding, unknown.embedding)
    assert torch.equal(without.detail, trained.detail)
