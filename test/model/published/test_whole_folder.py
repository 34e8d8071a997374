"""From the files a user has to an answer, through the command and `visa_ros.load`."""

from __future__ import annotations

import argparse
from dataclasses import replace
import json

from model.published.layouts import (
    CLIP_PREFIX,
    reference_tensors,
    without,
    write_clip,
    write_companions,
    write_shards,
)
import numpy as np
import pytest
import torch

from visa_ros import tracking
from visa_ros.api import load, load_pipeline
from visa_ros.cli import convert as command
from visa_ros.config import PipelineConfig, SamplingConfig
from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published.network import build_published
from visa_ros.model.published.segmenter import PublishedSegmenter
from visa_ros.structs import Status
from visa_ros.tracking.checkpoint import save_tracker
from visa_ros.tracking.config import NetworkConfig, TrackerConfig
from visa_ros.tracking.network import TrackerNetwork

TRACKER = TrackerConfig(
    network=NetworkConfig(
        key_encoder='tiny',
        key_dim=8,
        value_dim=8,
        hidden_dim=4,
        value_widths=(4, 6, 8),
        decoder_widths=(8, 6),
        update_dim=8,
    ),
    input_hw=(32, 48),
)


@pytest.fixture
def sources(tmp_path, tiny_config, tokenizer_model):
    """A merged checkpoint without CLIP, and CLIP."""
    config = replace(tiny_config, sam=replace(tiny_config.sam, decoder_heads=8))
    torch.manual_seed(0)
    tensors = reference_tensors(build_published(config))
    home = write_shards(tmp_path / 'VISA-tiny', without(tensors, CLIP_PREFIX))
    write_companions(home, config, tokenizer_model)
    return [home, write_clip(tmp_path / 'clip', config, tensors)]


@pytest.fixture(autouse=True)
def _small_xmem(monkeypatch):
    """Stands for the conversion of XMem.pth, which has 62 million parameters."""

    def convert_xmem(source, folder):
        if not source.is_file():
            raise CheckpointError(f'{source} is missing')
        torch.manual_seed(0)
        save_tracker(folder, TrackerNetwork(TRACKER.network), TRACKER)

    monkeypatch.setattr(tracking, 'convert_xmem', convert_xmem)


def run(*arguments):
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return command.run(parser.parse_args(['convert', *map(str, arguments)]))


@pytest.fixture
def folder(tmp_path, sources):
    xmem = tmp_path / 'XMem.pth'
    xmem.touch()
    out = tmp_path / 'models' / 'visa'
    assert run(*sources, '-o', out, '--tracker', xmem, '--shard-size', '50kB') == 0
    return out


def test_it_answers_and_follows(folder, clip):
    visa = load(folder, 'cpu')
    for frame in clip[:6]:
        visa.push(frame)
    answer = visa.ask('the red thing')
    assert answer.status in (Status.FOUND, Status.NOT_VISIBLE_NOW, Status.ABSENT)
    visa.push(clip[6])
    for state in visa.track():
        assert state.mask.shape == clip[6].hw


@pytest.mark.parametrize('precision', ['fp32', 'bf16'])
def test_precision_reaches_the_networks(folder, precision):
    pipeline = load_pipeline(folder, 'cpu', precision=precision)
    network = pipeline._segmenter._network
    wanted = {'fp32': torch.float32, 'bf16': torch.bfloat16}[precision]
    assert isinstance(pipeline._segmenter, PublishedSegmenter)
    assert network.lm_head.weight.dtype == wanted


def test_the_model_itself_can_choose_the_frame(folder, clip):
    sampling = SamplingConfig(target='text_guided', scheme='global_local', asker='own')
    pipeline = load_pipeline(folder, 'cpu', PipelineConfig(sampling=sampling))
    choice = pipeline._sampler.choose(clip, 'the red thing')
    assert 0 <= choice.target < len(clip)


def test_what_the_command_says(tmp_path, sources, capsys):
    out = tmp_path / 'models' / 'visa'
    assert run(*sources, '-o', out, '--precision', 'bf16') == 0
    said = capsys.readouterr().out
    assert 'M parameters' in said
    assert f'visa-ros convert -o {out} --tracker' in said
    with pytest.raises(CheckpointError, match=r'holds no tracker.*--tracker'):
        load(out, 'cpu')
    (tmp_path / 'XMem.pth').touch()
    assert run('-o', out, '--tracker', tmp_path / 'XMem.pth') == 0
    load(out, 'cpu')
    with pytest.raises(ConfigError, match='--overwrite'):
        run('-o', out, '--tracker', tmp_path / 'XMem.pth')
    assert run('-o', out, '--tracker', tmp_path / 'XMem.pth', '--overwrite') == 0


def test_a_tracker_that_fails_leaves_no_folder(tmp_path, sources):
    out = tmp_path / 'models' / 'visa'
    with pytest.raises(CheckpointError, match=r'XMem\.pth is missing'):
        run(*sources, '-o', out, '--tracker', tmp_path / 'XMem.pth')
    assert not out.exists()


@pytest.mark.parametrize(
    ('arguments', 'reason'),
    [
        (['-o', 'OUT'], 'at least one SOURCE'),
        (['SOURCES', '-o', 'OUT', '--shard-size', 'many'], 'size'),
        (['SOURCES', '-o', 'SOURCE'], 'exists'),
    ],
)
def test_arguments_that_make_no_sense(tmp_path, sources, arguments, reason):
    named = {'OUT': [tmp_path / 'out'], 'SOURCES': sources, 'SOURCE': sources[:1]}
    with pytest.raises(ConfigError, match=reason):
        run(*(value for name in arguments for value in named.get(name, [name])))
    assert not (tmp_path / 'out').exists()


def test_help_has_examples():
    added = argparse.ArgumentParser().add_subparsers()
    command.add_parser(added)
    assert 'visa-ros convert VISA-7B' in added.choices['convert'].format_help()


def nano_like(folder, **content):
    folder.mkdir()
    (folder / 'config.json').write_text(json.dumps(content))
    return folder


def test_a_small_visa_has_one_precision(tmp_path):
    model = nano_like(tmp_path / 'nano')
    with pytest.raises(ConfigError, match='runs in fp32'):
        load(model, 'cpu', precision='bf16')
    with pytest.raises(ConfigError, match='only published VISAs'):
        load(model, 'cpu', quantization='8bit')


def test_a_format_of_the_future(tmp_path):
    with pytest.raises(CheckpointError, match='no models of format'):
        load(nano_like(tmp_path / 'new', format='visa-ros-next'), 'cpu')


@pytest.mark.parametrize('content', ['', '[]', '{'])
def test_a_config_that_is_none(tmp_path, content):
    model = nano_like(tmp_path / 'odd')
    (model / 'config.json').write_text(content)
    with pytest.raises(CheckpointError, match=r'config\.json'):
        load(model, 'cpu')


def test_masks_have_the_size_of_the_camera(folder, clip):
    segmenter = load_pipeline(folder, 'cpu')._segmenter
    grounding = segmenter.ground((), clip[0], 'the red thing')
    masks = [found.mask for found in grounding.detections]
    assert all(mask.shape == clip[0].hw and mask.dtype == np.bool_ for mask in masks)
