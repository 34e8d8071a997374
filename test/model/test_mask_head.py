"""The mask head for one picture and for several, and the outlines that it learns to draw."""

import pytest
import torch

from visa_ros.model.sam import MaskHead, Outliner
from visa_ros.model.vision import DETAIL


@pytest.fixture
def head():
    torch.manual_seed(0)
    return MaskHead(hidden=32, dim=16, depth=1, heads=2, mlp=32, grid_hw=(4, 6))


def pictures(count):
    torch.manual_seed(1)
    return torch.randn(count, 16, 4, 6), torch.randn(count, DETAIL, 16, 24)


@torch.no_grad()
def test_guesses_about_several_pictures_are_those_about_each(head):
    embedding, _ = pictures(3)
    visual, seg = torch.randn(3, 6, 32), torch.randn(3, 2, 32)
    together = head.guess(embedding, visual, (2, 3), seg)
    assert together.shape == (3, 2, 4, 6)
    for k in range(3):
        alone = head.guess(embedding[k], visual[k], (2, 3), seg[k])
        torch.testing.assert_close(together[k], alone)


@torch.no_grad()
def test_prompts_of_several_pictures_are_decoded_as_those_of_each(head):
    torch.nn.init.normal_(head.outliner.draw.weight)
    embedding, detail = pictures(2)
    coarse, seg = torch.randn(4, 4, 6), torch.randn(4, 32)
    owner = torch.tensor([0, 1, 1, 0])
    together = head.refine(embedding[owner], detail[owner], coarse, seg)
    for k, picture in enumerate(owner):
        alone = head.refine(
            embedding[picture, None], detail[picture, None], coarse[k, None], seg[k, None]
        )
        torch.testing.assert_close(together.fine[k], alone.fine[0], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(together.quality[k], alone.quality[0])


def test_outlines_start_as_they_are_and_learn_to_follow_the_picture():
    torch.manual_seed(0)
    outliner = Outliner(3, channels=8)
    truth = torch.zeros(2, 16, 16)
    truth[0, 4:11, 3:9] = truth[1, 5:12, 6:13] = 1
    detail = torch.stack((truth, 1 - truth, torch.rand(2, 16, 16)), dim=1)
    coarse = torch.nn.functional.avg_pool2d(truth[:, None], 5, stride=1, padding=2)[:, 0] * 8 - 2
    assert torch.equal(outliner(coarse, detail), coarse)
    optimizer = torch.optim.Adam(outliner.parameters(), lr=0.02)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    for _ in range(60):
        optimizer.zero_grad()
        value = loss(outliner(coarse, detail), truth)
        value.backward()
        optimizer.step()
    found = outliner(coarse, detail) > 0
    assert (found != truth.bool()).sum() < 0.3 * ((coarse > 0) != truth.bool()).sum()
