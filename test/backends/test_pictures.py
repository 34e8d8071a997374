"""Images as networks take them, equal to what transformers prepares."""

import numpy as np
import pytest
import torch
from transformers.models.grounding_dino.image_processing_pil_grounding_dino import (
    GroundingDinoImageProcessorPil,
)

from visa_ros.backends.pictures import at_image_size, fitted_hw, IMAGENET, resized


@pytest.mark.parametrize(
    'hw', [(480, 640), (640, 480), (64, 64), (100, 1000), (1000, 97), (37, 53), (720, 1280)]
)
@pytest.mark.parametrize('limits', [(80, 133), (64, 64), (50, 1000)])
def test_the_size_is_that_of_transformers(hw, limits):
    short, long = limits
    theirs = GroundingDinoImageProcessorPil(size={'shortest_edge': short, 'longest_edge': long})
    picture = np.random.default_rng(0).integers(0, 255, (*hw, 3), np.uint8)
    expected = theirs(picture, return_tensors='pt')['pixel_values']
    ours_hw = fitted_hw(hw, shortest_px=short, longest_px=long)
    assert ours_hw == tuple(expected.shape[-2:])
    torch.testing.assert_close(resized(picture, ours_hw, IMAGENET), expected, atol=1e-5, rtol=0)


def test_masks_come_back_to_the_size_of_the_image():
    logits = torch.full((2, 4, 4), -1.0)
    logits[0, :, :2] = 1
    masks = at_image_size(logits, (6, 40)) > 0
    assert masks.shape == (2, 6, 40)
    assert masks[0, :, :19].all()
    assert not masks[0, :, 21:].any()
    assert not masks[1].any()
    assert at_image_size(logits[:0], (6, 40)).shape == (0, 6, 40)
