"""The network's shapes, and that objects share what they can share."""

from __future__ import annotations

import pytest
import torch

from visa_ros.errors import ConfigError
from visa_ros.tracking.blocks import PairConv
from visa_ros.tracking.config import NetworkConfig, TrackerConfig
from visa_ros.tracking.network import aggregate, TrackerNetwork

TINY = NetworkConfig(
    key_encoder='tiny',
    key_dim=4,
    value_dim=6,
    hidden_dim=5,
    value_widths=(4, 4, 4),
    value_blocks=(1, 1),
    decoder_widths=(6, 4),
    update_dim=4,
)
COARSE = NetworkConfig(
    key_encoder='tiny',
    stride=16,
    key_dim=4,
    value_dim=6,
    hidden_dim=5,
    value_widths=(4, 4, 4, 4),
    value_blocks=(1, 2, 1),
    decoder_widths=(6, 5, 4),
    update_dim=4,
)
FINE = NetworkConfig(key_encoder='tiny', decoder_widths=(6, 5, 4))


def run(network, image, masks):
    """Remember one image with masks, then find them on the same image."""
    features = network.encode_image(network.normalise(image))
    hw = features.key.shape[-2:]
    hidden = network.initial_hidden(len(image), masks.shape[1], hw)
    values, hidden = network.encode_value(network.normalise(image), features, masks, hidden)
    return features, values, *network.decode(features, values, hidden, update=True)


@pytest.mark.parametrize('config', [TINY, COARSE, FINE], ids=['8 to 4', '16 to 4', '8 to 2'])
def test_shapes(config):
    network = TrackerNetwork(config)
    image = torch.randint(0, 255, (2, 3, 32, 48), dtype=torch.uint8)
    hw = (32 // config.stride, 48 // config.stride)

    features, values, probability, hidden = run(network, image, torch.rand(2, 3, 32, 48))

    assert features.key.shape == features.selection.shape == (2, config.key_dim, *hw)
    assert features.shrinkage.shape == (2, 1, *hw)
    assert features.shrinkage.min() >= 1
    assert values.shape == (2, 3, config.value_dim, *hw)
    assert probability.shape == (2, 3, 32, 48)
    assert hidden.shape == (2, 3, config.hidden_dim, *hw)
    assert hidden.abs().max() <= 1


@torch.no_grad()
def test_objects_of_one_image_do_not_disturb_each_other_in_the_decoder():
    torch.manual_seed(0)
    network = TrackerNetwork(TINY)
    features = network.encode_image(torch.randn(1, 3, 32, 48))
    readout, hidden = torch.randn(1, 3, 6, 4, 6), torch.randn(1, 3, 5, 4, 6)

    together, _ = network.decode(features, readout, hidden, update=False)

    for n in range(3):
        one = slice(n, n + 1)
        alone, _ = network.decode(features, readout[:, one], hidden[:, one], update=False)
        torch.testing.assert_close(together[:, one], alone)


@torch.no_grad()
def test_the_split_convolution_is_the_convolution_of_both_parts():
    conv = PairConv(3, 2, 4)
    image, objects = torch.randn(2, 3, 5, 5), torch.randn(6, 2, 5, 5)

    both = torch.cat((image.repeat_interleave(3, dim=0), objects), dim=1)

    whole = torch.nn.functional.conv2d(both, conv.weight, conv.bias, padding=1)
    torch.testing.assert_close(conv(image, objects), whole)


def test_every_weight_learns():
    torch.manual_seed(0)
    network = TrackerNetwork(FINE)
    image = torch.randint(0, 255, (1, 3, 32, 32), dtype=torch.uint8)
    features, _values, _first, hidden = run(network, image, torch.rand(1, 2, 32, 32))
    probability, _ = network.decode(
        features, _values * features.shrinkage[:, None], hidden, update=False
    )

    (probability.sum() + features.key.sum() + features.selection.sum()).backward()

    silent = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not [name for name in silent if not name.endswith(('bias', 'mlp.1.weight'))]


def test_joint_probabilities_sum_to_one_and_keep_the_order():
    single = torch.tensor([0.9, 0.6, 0.0])[None, :, None, None]

    joint = torch.softmax(aggregate(single), dim=1)[0, :, 0, 0]

    assert joint.sum() == pytest.approx(1)
    assert joint[1] > joint[2] > joint[3]
    assert torch.isfinite(aggregate(torch.ones(1, 2, 1, 1))).all()


def test_config_round_trip():
    config = TrackerConfig(network=COARSE, input_hw=(32, 48))

    assert TrackerConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    'raw',
    [
        {'input_hw': [30, 48]},
        {'network': {'stride': 4}},
        {'network': {'value_widths': [8, 8, 8, 8]}},
        {'network': {'decoder_widths': [8]}},
        {'network': {'key_dim': 0}},
        {'network': 3},
        {'memory': {'recent': 0}},
        {'memory': {'recent': 'many'}},
        {'memmory': {}},
    ],
)
def test_config_refuses_what_makes_no_sense(raw):
    with pytest.raises(ConfigError):
        TrackerConfig.from_json(raw)


def test_an_unknown_encoder_is_named():
    with pytest.raises(ConfigError, match='resnet7'):
        TrackerNetwork(NetworkConfig(key_encoder='resnet7'))
