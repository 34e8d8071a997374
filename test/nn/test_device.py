from __future__ import annotations

import logging

import pytest
import torch

from visa_ros.errors import ConfigError
from visa_ros.nn.device import resolve_device, resolve_precision

CPU = torch.device('cpu')


@pytest.fixture
def gpus(monkeypatch):
    """Let there be so many GPUs, or none, and nothing of Apple's."""

    def pretend(count):
        monkeypatch.setattr(torch.cuda, 'is_available', lambda: count > 0)
        monkeypatch.setattr(torch.cuda, 'device_count', lambda: count)
        monkeypatch.setattr(torch.backends.mps, 'is_available', lambda: False)
        monkeypatch.setattr(torch, 'empty', lambda *_, **__: None)

    return pretend


def test_cpu_is_always_there():
    assert resolve_device('cpu') == CPU


@pytest.mark.parametrize(('count', 'found'), [(0, 'cpu'), (1, 'cuda'), (2, 'cuda')])
def test_auto_takes_a_gpu_if_there_is_one_and_says_so(gpus, caplog, count, found):
    gpus(count)
    with caplog.at_level(logging.INFO, logger='visa_ros'):
        assert resolve_device('auto') == torch.device(found)
    assert caplog.messages == [f'device auto: {found}']


@pytest.mark.parametrize('name', ['cuda', 'cuda:0', 'cuda:3', 'mps'])
def test_a_missing_device_is_an_error(gpus, name):
    gpus(0)
    with pytest.raises(ConfigError, match=f"device '{name}' is not there.*'cpu'"):
        resolve_device(name)


def test_a_gpu_beyond_the_last_is_an_error(gpus):
    gpus(2)
    assert resolve_device('cuda:1') == torch.device('cuda:1')
    with pytest.raises(ConfigError, match="device 'cuda:2': there are 2"):
        resolve_device('cuda:2')


def test_a_device_that_is_there_but_does_not_work(gpus, monkeypatch):
    def busy(*_, **__):
        raise RuntimeError('all GPUs are taken')

    gpus(1)
    monkeypatch.setattr(torch, 'empty', busy)
    with pytest.raises(ConfigError, match='all GPUs are taken'):
        resolve_device('cuda')


@pytest.mark.parametrize('name', ['', 'gpu', 'CUDA', 'cuda:', 'cuda:x', 'cuda:-1', 'meta', 'xpu'])
def test_names_that_are_none(name):
    with pytest.raises(ConfigError, match='want'):
        resolve_device(name)


@pytest.mark.parametrize(
    ('name', 'dtype'),
    [('fp32', torch.float32), ('bf16', torch.bfloat16), ('fp16', torch.float16)],
)
def test_precision(name, dtype):
    assert resolve_precision(name, CPU) == dtype


@pytest.mark.parametrize('native', [False, True])
def test_auto_precision_is_bf16_where_the_gpu_is_made_for_it(monkeypatch, native):
    monkeypatch.setattr(torch.cuda, 'is_bf16_supported', lambda **_: native)
    wanted = torch.bfloat16 if native else torch.float32
    assert resolve_precision('auto', torch.device('cuda')) == wanted
    assert resolve_precision('auto', CPU) == torch.float32


@pytest.mark.parametrize('name', ['', 'int8', 'float32', 'FP32'])
def test_precisions_that_are_none(name):
    with pytest.raises(ConfigError, match="want 'auto', 'fp32'"):
        resolve_precision(name, CPU)
