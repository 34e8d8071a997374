from __future__ import annotations

import json
import shutil

import pytest
from safetensors.torch import load_file, save_file
import torch

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published import checkpoint as module
from visa_ros.model.published.checkpoint import load_published
from visa_ros.model.published.convert import convert
from visa_ros.model.published.folder import verify
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.sources import Checkpoint
from visa_ros.model.published.tokenizer import IMAGE
from visa_ros.model.published.weights import Weights


@pytest.fixture
def folder(tmp_path, tiny_model, tiny_config, tokenizer_model):
    """A converted tiny VISA."""
    save_file(tiny_model.state_dict(), tmp_path / 'weights.safetensors')
    whole = Checkpoint(
        config=tiny_config,
        weights=Weights([tmp_path / 'weights.safetensors']),
        tokenizer=tokenizer_model,
        prompt=PromptTemplate.default(),
    )
    convert(whole, tmp_path / 'visa', shard_bytes=30_000)
    return tmp_path / 'visa'


def load(folder, **options):
    return load_published(folder, **{'device': 'cpu', **options})


def answer(model):
    """Low-resolution logits of some prompt on some picture."""
    generator = torch.Generator().manual_seed(3)
    sizes = model.config
    with torch.no_grad():
        pixels = torch.randn(2, 3, sizes.clip.image_px, sizes.clip.image_px, generator=generator)
        visual = model.encode_pictures(pixels.to(model.lm_head.weight.dtype))
        row = model.embed_prompt([1, IMAGE, 9, IMAGE, 7, 5, sizes.seg_token, 2], visual)
        state = model.hidden(row[None])[0, -3:-2]
        side = sizes.sam.image_px
        target = torch.randn(1, 3, side, side, generator=generator).to(row.dtype)
        return model.decode_masks(model.embed_target(target), state).low_res.float()


def test_it_computes_what_was_converted(folder, tiny_model):
    model = load(folder)
    assert torch.equal(answer(model), answer(tiny_model))
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
    assert not any(t.is_meta for t in (*model.parameters(), *model.buffers()))


def test_its_memory_is_its_own(folder, tiny_model):
    """Not a mapped file, which would change or vanish under it."""
    model = load(folder)
    for path in folder.glob('*.safetensors'):
        path.write_bytes(b'')
    assert torch.equal(answer(model), answer(tiny_model))


@pytest.mark.parametrize('precision', ['bf16', 'fp16'])
def test_half_precision_answers_nearly_the_same(folder, tiny_model, precision):
    model = load(folder, precision=precision)
    dtypes = {p.dtype for p in model.parameters()}
    assert dtypes == {torch.bfloat16 if precision == 'bf16' else torch.float16}
    wanted = answer(tiny_model)
    assert (answer(model) - wanted).norm() < 0.15 * wanted.norm()


def test_auto_is_fp32_on_a_cpu(folder):
    assert load(folder).lm_head.weight.dtype == torch.float32


def shard(folder, number):
    return sorted(folder.glob('*.safetensors'))[number - 1]


def damage(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize('names', [('model-00001',), ('tokenizer.model', 'model-00002')])
def test_damage_is_found_by_the_checksums(folder, names):
    files = [path for path in folder.iterdir() if path.name.startswith(names)]
    assert len(files) == len(names)
    for path in files:
        damage(path)
    with pytest.raises(CheckpointError, match='sha256 differs') as caught:
        load(folder)
    assert all(path.name in str(caught.value) for path in files)


def test_checksums_are_skipped_only_on_request(folder):
    damage(shard(folder, 1))
    load(folder, checksums=False)


@pytest.mark.parametrize(
    'name',
    ['config.json', 'prompt.json', 'tokenizer.model', 'model.safetensors.index.json'],
)
def test_a_file_that_is_missing_or_empty(folder, name):
    (folder / name).write_bytes(b'')
    with pytest.raises(CheckpointError, match=name.replace('.', r'\.')):
        load(folder)
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=name.replace('.', r'\.')):
        load(folder)


def test_a_shard_that_is_missing(folder):
    gone = shard(folder, 2)
    gone.unlink()
    with pytest.raises(CheckpointError, match=gone.stem):
        load(folder)


def edit(path, **changes):
    raw = json.loads(path.read_text())
    path.write_text(json.dumps({**raw, **changes}))


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'format': 'visa-nano'}, 'not of a published VISA'),
        ({'version': 2}, 'version 2'),
        ({'clusters': [64]}, 'clusters'),
        ({'surprise': 1}, 'surprise'),
        ({'seg_token': 'last'}, 'seg_token'),
        ({'seg_token': 3}, r'\[SEG\] is token'),
    ],
)
def test_a_config_that_does_not_fit(folder, changes, reason):
    edit(folder / 'config.json', **changes)
    with pytest.raises(CheckpointError, match=reason):
        load(folder)


def test_sizes_that_do_not_fit_the_weights_are_named(folder):
    raw = json.loads((folder / 'config.json').read_text())
    raw['language']['mlp'] += 1
    (folder / 'config.json').write_text(json.dumps(raw))
    with pytest.raises(CheckpointError, match=r'misshapen language\.layers\.0\.mlp\.gate_proj'):
        load(folder)


@pytest.mark.parametrize('name', ['../weights.safetensors', '/etc/passwd', 'a/b', '..'])
@pytest.mark.parametrize('field', ['weight_map', 'sha256'])
def test_the_index_cannot_lead_out_of_the_folder(folder, field, name):
    path = folder / 'model.safetensors.index.json'
    entry = {name: 'a' * 64} if field == 'sha256' else {'lm_head.weight': name}
    edit(path, **{field: {**json.loads(path.read_text())[field], **entry}})
    with pytest.raises(CheckpointError, match='not the name of a file beside it'):
        load(folder)


@pytest.mark.parametrize('sums', [None, {}, [], {'tokenizer.model': 'x'}, {'tokenizer.model': 3}])
def test_checksums_that_are_none(folder, sums):
    edit(folder / 'model.safetensors.index.json', sha256=sums)
    with pytest.raises(CheckpointError, match=r'checksums|sha256'):
        verify(folder)


def test_weights_that_overflow_in_fp16_name_bf16(folder):
    path = next(p for p in folder.glob('*.safetensors') if 'lm_head.weight' in load_file(p))
    tensors = load_file(path)
    tensors['lm_head.weight'][0, 0] = 1e6
    save_file(tensors, path)
    with pytest.raises(CheckpointError, match=r'lm_head\.weight overflows in F16: take bf16'):
        load(folder, precision='fp16', checksums=False)
    load(folder, precision='bf16', checksums=False)


def test_a_device_or_precision_that_is_not_there(folder, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    with pytest.raises(ConfigError, match='cuda'):
        load(folder, device='cuda')
    with pytest.raises(ConfigError, match='precision'):
        load(folder, precision='fp8')
    with pytest.raises(ConfigError, match='quantization'):
        load(folder, quantization='2bit')


def test_memory_that_is_too_small(folder, monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError('CUDA out of memory')

    monkeypatch.setattr(module, '_fill', full)
    with pytest.raises(ConfigError, match='take fewer bits'):
        load(folder)


def test_a_folder_of_the_reference_is_to_be_converted_first(tmp_path, folder):
    other = tmp_path / 'reference'
    shutil.copytree(folder, other)
    (other / 'config.json').write_text(json.dumps({'model_type': 'ChatUniVi'}))
    with pytest.raises(CheckpointError, match='visa-ros convert'):
        load(other)
