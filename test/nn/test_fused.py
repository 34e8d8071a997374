"""The image encoder as CPUs run it fastest."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from visa_ros.nn.efficientnet import EfficientNetLite0
from visa_ros.nn.fused import can_fuse, FusedEfficientNet
from visa_ros.nn.norm import FrozenBatchNorm2d
from visa_ros.tracking import load_tracker

NANO = Path(__file__).parents[2] / 'models' / 'visa-nano'
CPU = torch.device('cpu')


@pytest.fixture(scope='module')
def plain():
    """An encoder whose norms do something, as after training."""
    torch.manual_seed(0)
    encoder = EfficientNetLite0(stages=5).eval().requires_grad_(False)
    for module in encoder.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.bias.uniform_(-0.5, 0.5)
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 1.5)
    return encoder


@pytest.mark.skipif(not can_fuse(CPU), reason='this torch lacks oneDNN')
@pytest.mark.parametrize('shape', [(1, 3, 192, 256), (2, 3, 48, 80), (1, 3, 33, 47)])
def test_it_gives_the_same_features(plain, shape):
    image = torch.randn(shape)

    wanted, found = plain(image), FusedEfficientNet(plain)(image)

    assert list(found) == list(wanted)
    for stride, features in wanted.items():
        torch.testing.assert_close(found[stride], features, rtol=1e-4, atol=1e-4)


@pytest.mark.skipif(not can_fuse(CPU), reason='this torch lacks oneDNN')
def test_it_leaves_the_image_as_it_is(plain):
    image = torch.randn(1, 3, 64, 64)
    before = image.clone()

    FusedEfficientNet(plain)(image)

    assert torch.equal(image, before)


@pytest.mark.skipif(not can_fuse(CPU), reason='this torch lacks oneDNN')
def test_visa_nano_is_loaded_with_it():
    assert isinstance(load_tracker(NANO)._network.key_encoder, FusedEfficientNet)


def test_it_is_for_cpus():
    assert not can_fuse(torch.device('meta'))
