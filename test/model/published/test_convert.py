from __future__ import annotations

from dataclasses import replace
import json
import multiprocessing
import signal
import time

import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file
import torch

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published import convert as module
from visa_ros.model.published.convert import convert
from visa_ros.model.published.files import Entry
from visa_ros.model.published.folder import is_published, read_config, read_prompt, verify
from visa_ros.model.published.network import build_published
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.shards import byte_count, parse_size, plan_shards
from visa_ros.model.published.sources import Checkpoint, open_checkpoint
from visa_ros.model.published.weights import Weights
from visa_ros.paths import model_dir


@pytest.fixture
def stored(tmp_path, tiny_model):
    """All weights in one file, under our names."""
    path = tmp_path / 'weights.safetensors'
    save_file(tiny_model.state_dict(), path)
    return path


@pytest.fixture
def checkpoint(stored, tiny_config, tokenizer_model):
    return Checkpoint(
        config=tiny_config,
        weights=Weights([stored]),
        tokenizer=tokenizer_model,
        prompt=PromptTemplate.default(),
    )


@pytest.fixture
def out(tmp_path):
    return tmp_path / 'models' / 'visa'


def tensors_of(folder):
    return {
        k: v for path in sorted(folder.glob('*.safetensors')) for k, v in load_file(path).items()
    }


def test_everything_comes_out_as_it_went_in(checkpoint, tiny_model, tiny_config, out):
    done = convert(checkpoint, out, shard_bytes=20_000)
    wanted = tiny_model.state_dict()
    found = tensors_of(out)
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[key], value) for key, value in wanted.items())
    assert read_config(out) == tiny_config
    assert read_prompt(out) == checkpoint.prompt
    assert (out / 'tokenizer.model').read_bytes() == checkpoint.tokenizer.read_bytes()
    assert done.parameters == sum(value.numel() for value in wanted.values())
    assert done.shards == len(list(out.glob('*.safetensors'))) > 3
    assert is_published(out)
    verify(out)
    assert model_dir(out) == out


def test_the_index_names_the_shard_of_each_tensor(checkpoint, out):
    convert(checkpoint, out, shard_bytes=20_000)
    index = json.loads((out / 'model.safetensors.index.json').read_text())
    for key, name in index['weight_map'].items():
        with safe_open(out / name, framework='pt') as shard:
            assert key in shard.keys()  # noqa: SIM118
    assert set(index['sha256']) == {
        *index['weight_map'].values(),
        'tokenizer.model',
        'prompt.json',
    }


def test_no_shard_is_larger_than_told(checkpoint, out):
    convert(checkpoint, out, shard_bytes=20_000)
    for path in out.glob('*.safetensors'):
        tensors = load_file(path)
        assert sum(t.nbytes for t in tensors.values()) <= 20_000 or len(tensors) == 1


@pytest.mark.parametrize(
    ('precision', 'dtype'),
    [('bf16', torch.bfloat16), ('fp16', torch.float16), ('fp32', torch.float32)],
)
def test_precision(checkpoint, tiny_model, out, precision, dtype):
    convert(checkpoint, out, precision=precision)
    wanted = tiny_model.state_dict()
    for key, value in tensors_of(out).items():
        assert torch.equal(value, wanted[key].to(dtype)), key


def test_keep_leaves_each_tensor_as_it_is(tmp_path, checkpoint, tiny_model, out):
    mixed = {
        key: value.bfloat16() if key.startswith('language') else value
        for key, value in tiny_model.state_dict().items()
    }
    save_file(mixed, tmp_path / 'mixed.safetensors')
    convert(replace(checkpoint, weights=Weights([tmp_path / 'mixed.safetensors'])), out)
    assert {k: v.dtype for k, v in tensors_of(out).items()} == {
        k: v.dtype for k, v in mixed.items()
    }


def test_a_converted_folder_is_a_source(checkpoint, tiny_config, out):
    prompt = replace(checkpoint.prompt, user='HUMAN')
    convert(replace(checkpoint, prompt=prompt), out)
    again = open_checkpoint([out])
    assert again.config == tiny_config
    assert again.prompt == prompt
    convert(again, out.parent / 'half', precision='bf16')
    assert read_prompt(out.parent / 'half') == prompt


def test_a_folder_that_is_there_is_kept(checkpoint, out):
    convert(checkpoint, out)
    before = (out / 'config.json').stat().st_ino
    with pytest.raises(ConfigError, match='--overwrite'):
        convert(checkpoint, out)
    assert (out / 'config.json').stat().st_ino == before
    convert(checkpoint, out, precision='bf16', overwrite=True)
    assert (out / 'config.json').stat().st_ino != before
    assert tensors_of(out)['lm_head.weight'].dtype == torch.bfloat16
    assert [path.name for path in out.parent.iterdir()] == ['visa']


def test_a_folder_can_be_replaced_by_itself(checkpoint, out):
    convert(checkpoint, out)
    convert(open_checkpoint([out]), out, precision='fp16', overwrite=True)
    verify(out)
    assert tensors_of(out)['lm_head.weight'].dtype == torch.float16


def test_a_folder_of_something_else_is_never_replaced(checkpoint, out):
    out.mkdir(parents=True)
    (out / 'thesis.tex').write_text('do not delete')
    for overwrite in (False, True):
        with pytest.raises(ConfigError):
            convert(checkpoint, out, overwrite=overwrite)
    assert (out / 'thesis.tex').read_text() == 'do not delete'


def test_a_download_is_never_replaced(checkpoint, out):
    """Though it has a config and an index, as ours has."""
    out.mkdir(parents=True)
    for name in ('config.json', 'model.safetensors.index.json'):
        (out / name).write_text('{"model_type": "ChatUniVi"}')
    with pytest.raises(ConfigError, match='not made by a conversion'):
        convert(checkpoint, out, overwrite=True)
    assert len(list(out.iterdir())) == 2


def test_an_empty_folder_is_filled(checkpoint, out):
    out.mkdir(parents=True)
    convert(checkpoint, out)
    verify(out)


def broken(checkpoint, tmp_path, key, value):
    tensors = {k: checkpoint.weights.read(k).clone() for k in checkpoint.weights.shapes}
    tensors[key].view(-1)[0] = value
    save_file(tensors, tmp_path / 'broken.safetensors')
    return replace(checkpoint, weights=Weights([tmp_path / 'broken.safetensors']))


def test_overflow_in_fp16_names_bf16(tmp_path, checkpoint, out):
    large = broken(checkpoint, tmp_path, 'mm_projector.weight', 1e6)
    with pytest.raises(CheckpointError, match=r'mm_projector\.weight overflows.*bf16'):
        convert(large, out, precision='fp16')
    assert list(out.parent.iterdir()) == []
    convert(large, out, precision='bf16')


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_weights_that_are_not_finite(tmp_path, checkpoint, out, value):
    with pytest.raises(CheckpointError, match=r'lm_head\.weight .*not finite'):
        convert(broken(checkpoint, tmp_path, 'lm_head.weight', value), out)
    assert list(out.parent.iterdir()) == []


def test_an_error_leaves_nothing_behind(checkpoint, out):
    def fail(_):
        raise CheckpointError('no tracker')

    with pytest.raises(CheckpointError, match='no tracker'):
        convert(checkpoint, out, extras=fail)
    assert list(out.parent.iterdir()) == []


def test_more_files_are_there_when_the_folder_appears(checkpoint, out):
    convert(checkpoint, out, extras=lambda folder: (folder / 'tracker.json').write_text('{}'))
    assert (out / 'tracker.json').read_text() == '{}'


def test_an_older_folder_stays_until_the_last_moment(checkpoint, out):
    convert(checkpoint, out)

    def fail(_):
        verify(out)
        raise CheckpointError('too late')

    with pytest.raises(CheckpointError, match='too late'):
        convert(checkpoint, out, precision='bf16', overwrite=True, extras=fail)
    verify(out)
    assert tensors_of(out)['lm_head.weight'].dtype == torch.float32


def convert_until(function, call, source, out, reached):
    """In a process of its own: convert, but stay for ever where a function is called again."""
    original, calls = getattr(module, function), 0

    def stop(*args):
        nonlocal calls
        calls += 1
        if calls == call:
            reached.set()
            time.sleep(600)
        return original(*args)

    setattr(module, function, stop)
    convert(open_checkpoint([source]), out, shard_bytes=20_000)


@pytest.mark.parametrize(
    ('function', 'call'),
    [('write_shard', 2), ('write_file', 1), ('write_file', 4), ('_rename', 1)],
    ids=['in the weights', 'behind the weights', 'before config.json', 'before the name'],
)
def test_a_killed_conversion_leaves_nothing_that_loads(checkpoint, out, function, call):
    source = out.parent / 'source'
    convert(checkpoint, source)
    fork = multiprocessing.get_context('fork')
    reached = fork.Event()
    child = fork.Process(target=convert_until, args=(function, call, source, out, reached))
    child.start()
    try:
        assert reached.wait(60)
    finally:
        child.kill()
        child.join()
    assert child.exitcode == -signal.SIGKILL
    assert not out.exists()
    with pytest.raises(CheckpointError):
        model_dir(out)
    part = out.with_name('visa.part')
    assert part.is_dir()
    if function != '_rename':
        with pytest.raises(CheckpointError):
            model_dir(part)
    convert(open_checkpoint([source]), out)
    verify(out)
    assert not part.exists()


@pytest.mark.parametrize(
    ('text', 'size'),
    [('2GB', 2 * 10**9), ('500 mb', 5 * 10**8), ('1.5GiB', 3 * 2**29), ('4096', 4096), ('7B', 7)],
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize('text', ['', 'GB', '0', '-1GB', '2TB', '1e9', '2 G B', '0.1B'])
def test_sizes_that_make_no_sense(text):
    with pytest.raises(ConfigError, match='size'):
        parse_size(text)


@pytest.mark.parametrize('limit', [1, 40, 100, 10**9])
def test_shards_keep_the_order_and_hold_everything(limit):
    entries = {f'w{k}': Entry(shape=(k, 2), dtype=torch.float32) for k in range(1, 9)}
    shards = plan_shards(entries, limit)
    assert [key for shard in shards for key in shard] == list(entries)
    for shard in shards:
        assert len(shard) == 1 or sum(byte_count(entries[key]) for key in shard) <= limit


def test_unknown_precision(checkpoint, out):
    with pytest.raises(ConfigError, match='choose from keep, bf16'):
        convert(checkpoint, out, precision='fp8')


def test_the_model_is_the_same(checkpoint, tiny_model, tiny_config, out):
    convert(checkpoint, out, shard_bytes=10_000)
    model = build_published(tiny_config)
    model.load_state_dict(tensors_of(out))
    for one, other in zip(model.parameters(), tiny_model.parameters(), strict=True):
        assert torch.equal(one, other)
