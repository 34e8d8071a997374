"""From Chat-UniVi, CLIP and SAM to a model to start from."""

from __future__ import annotations

from dataclasses import replace
import json

from model.published.layouts import CLIP_PREFIX, reference_tensors, write_clip, write_companions
import pytest
from safetensors.torch import save_file
import torch
from train.instruction.conftest import TINY

from visa_ros.cli.main import main
from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published.checkpoint import load_published
from visa_ros.model.published.network import build_published
from visa_ros.train.instruction.base import make_start

SAM, HEAD = 'model.visual_model.', 'model.text_hidden_fcs.'
ENDS = ('model.embed_tokens.weight', 'lm_head.weight')


@pytest.fixture
def sources(tmp_path, start_folder):
    """Chat-UniVi without [SEG], CLIP's folder, and Meta's file of SAM."""
    torch.manual_seed(1)
    config = replace(TINY, sam=replace(TINY.sam, decoder_heads=8))
    tensors = reference_tensors(build_published(config))
    home, sam = tmp_path / 'Chat-UniVi', tmp_path / 'sam.safetensors'
    home.mkdir()
    language = {
        key: value[: TINY.seg_token].clone() if key in ENDS else value
        for key, value in tensors.items()
        if not key.startswith((SAM, HEAD, CLIP_PREFIX))
    }
    save_file(language, home / 'model.safetensors')
    save_file({k.removeprefix(SAM): v for k, v in tensors.items() if k.startswith(SAM)}, sam)
    write_companions(home, config, start_folder / 'tokenizer.model')
    (home / 'added_tokens.json').unlink(missing_ok=True)
    told = json.loads((home / 'config.json').read_text())
    told['vocab_size'] = TINY.seg_token
    (home / 'config.json').write_text(json.dumps(told))
    return [home, write_clip(tmp_path / 'clip', config, tensors), sam], language


def test_what_is_there_stays_and_the_rest_is_drawn(tmp_path, sources):
    paths, language = sources
    make_start(paths, tmp_path / 'start', seed=3)
    model = load_published(tmp_path / 'start', device='cpu')
    rows = model.language.embed_tokens.weight
    assert model.config.seg_token == len(rows) - 1 == TINY.seg_token
    torch.testing.assert_close(rows[:-1], language[ENDS[0]])
    torch.testing.assert_close(model.lm_head.weight[:-1], language[ENDS[1]])
    assert 0 < rows[-1].abs().max() < 0.2
    drawn = model.text_hidden_fcs[0].weight
    assert drawn.std() == pytest.approx(TINY.language.hidden**-0.5 / 3**0.5, rel=0.1)
    make_start(paths, tmp_path / 'again', seed=3)
    again = load_published(tmp_path / 'again', device='cpu')
    assert torch.equal(again.text_hidden_fcs[2].weight, model.text_hidden_fcs[2].weight)
    assert torch.equal(again.language.embed_tokens.weight, rows)


def test_through_the_command(tmp_path, sources, capsys):
    paths, _ = sources
    command = ['train', 'start', *map(str, paths), '-o', str(tmp_path / 'start')]
    assert main(command) == 0
    assert 'parameters' in capsys.readouterr().out
    assert main(command) == 2
    assert '--overwrite' in capsys.readouterr().err


def test_a_missing_sam_is_named(tmp_path, sources):
    with pytest.raises(CheckpointError, match=r'sam_vit_h_4b8939\.pth'):
        make_start(sources[0][:2], tmp_path / 'start')


def test_a_whole_visa_is_no_base(tmp_path, sources):
    paths, language = sources
    whole = {
        key: torch.cat((value, value[:1])) if key in ENDS else value
        for key, value in language.items()
    }
    save_file(whole, paths[0] / 'model.safetensors')
    with pytest.raises(ConfigError, match='visa-ros convert'):
        make_start(paths, tmp_path / 'start')
