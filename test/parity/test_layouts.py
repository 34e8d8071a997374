"""The layouts in which weights come: names and shapes of the reference, at tiny and full size."""

from __future__ import annotations

from dataclasses import replace
import json
from pathlib import Path

from parity.folder import has, parity_dir, path_of, read_json
from parity.published import tiny_config, tiny_tensors, WEIGHTS
import pytest
from safetensors.torch import load_file, save_file
import torch

from visa_ros.errors import CheckpointError
from visa_ros.model.published.checkpoint import load_published
from visa_ros.model.published.config import LanguageSizes, PublishedConfig
from visa_ros.model.published.convert import convert
from visa_ros.model.published.files import tensor_files, TensorFile
from visa_ros.model.published.folder import config_to_json
from visa_ros.model.published.layout import ignored, lora_factor, our_key, part_of, RAW_PREFIX
from visa_ros.model.published.sizes import clip_config, sam_sizes
from visa_ros.model.published.sources import empty_model, open_checkpoint, wanted_shapes

TINY_KEYS, FULL_KEYS, LORA_KEYS = 'visa_tiny_keys.json', 'visa_7b_keys.json', 'lora_keys.json'
TOKENIZERS = ('tokenizer', 'tokenizer_legacy_True', 'tokenizer_legacy_False')


def shapes_in(name: str) -> dict[str, tuple[int, ...]]:
    """Shapes by the names of the file; an entry is a shape, or a dtype and a shape."""
    raw = read_json(name)
    raw = raw.get('keys', raw)
    return {
        key: tuple(entry[1] if entry and isinstance(entry[0], str) else entry)
        for key, entry in raw.items()
    }


def renamed(shapes: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    found = {}
    for key, shape in shapes.items():
        ours = our_key(key)
        if ours is not None:
            assert ours not in found, key
            found[ours] = shape
    return found


def language_of(theirs: dict[str, tuple[int, ...]], ours: dict[str, tuple[int, ...]]):
    """Sizes of a language model of which only shapes are known."""
    vocab, hidden = ours['language.embed_tokens.weight']
    rotary = [shape[0] for key, shape in theirs.items() if key.endswith('rotary_emb.inv_freq')]
    half = rotary[0] if rotary else 64
    layers = {key.split('.')[2] for key in ours if key.startswith('language.layers.')}
    mlp = ours['language.layers.0.mlp.gate_proj.weight'][0]
    return LanguageSizes(
        vocab=vocab, hidden=hidden, layers=len(layers), heads=hidden // (2 * half), mlp=mlp
    )


def test_the_full_model_takes_every_name_and_shape():
    """Built without memory; what no shape tells is inferred as for a checkpoint."""
    theirs = shapes_in(FULL_KEYS)
    ours = renamed(theirs)
    language = language_of(theirs, ours)
    config = PublishedConfig.from_reference(
        {
            'vocab_size': language.vocab,
            'hidden_size': language.hidden,
            'num_hidden_layers': language.layers,
            'num_attention_heads': language.heads,
            'intermediate_size': language.mlp,
            'out_dim': ours['text_hidden_fcs.2.weight'][0],
            'config': {f'spatial_cluster_rate{k}': 64 >> k for k in range(3)},
        },
        clip=clip_config(ours),
        sam=sam_sizes(ours),
        seg_token=language.vocab - 1,
    )
    wanted = wanted_shapes(empty_model(config))
    if not any(part_of(key) == 'clip' for key in ours):
        wanted = {key: shape for key, shape in wanted.items() if part_of(key) != 'clip'}
    assert ours == wanted
    assert sum(map(ignored, theirs)) == len(theirs) - len(ours)


def test_the_tiny_model_takes_every_name_and_shape():
    theirs = shapes_in(TINY_KEYS)
    assert renamed(theirs) == wanted_shapes(empty_model(tiny_config()))
    if has(WEIGHTS):
        stored = load_file(path_of(WEIGHTS))
        assert {key: tuple(tensor.shape) for key, tensor in stored.items()} == theirs


def test_a_training_file_has_the_names_of_the_model_and_lora():
    theirs = shapes_in(LORA_KEYS)
    assert all(key.startswith(RAW_PREFIX) for key in theirs)
    factors = {key: lora_factor(key) for key in theirs if lora_factor(key)}
    plain = renamed({key: shape for key, shape in theirs.items() if key not in factors})
    assert plain == wanted_shapes(empty_model(tiny_config()))
    bases = (base.removeprefix(RAW_PREFIX) for base, _ in factors.values())
    targets = {base.removesuffix('.weight') for base in bases}
    assert targets == set(read_json(LORA_KEYS).get('targets', targets))


@pytest.fixture
def home(tmp_path):
    """A folder with the reference's config.json and tokenizer, and CLIP's config beside it."""
    raw = read_json('config.json')
    (tmp_path / 'config.json').write_text(json.dumps(raw['hf_config']))
    (tmp_path / 'clip.json').write_text(
        json.dumps({'model_type': 'clip_vision_model', **raw['clip']})
    )
    (tmp_path / 'ours.json').write_text(json.dumps(config_to_json(tiny_config())))
    return tmp_path


def tokenizer_folder() -> Path:
    for name in TOKENIZERS:
        if has(f'{name}/tokenizer.model'):
            return path_of(name)
    return path_of('tokenizer')


def clip_folders() -> list[Path]:
    folder = parity_dir()
    return sorted((folder / 'openai').glob('*/')) if folder is not None else []


def random_raw(alpha: float):
    """A training file with numbers in it, and what its LoRA makes of the weights."""
    generator = torch.Generator().manual_seed(0)
    raw = {
        key: torch.randn(shape, generator=generator) / 10
        for key, shape in shapes_in(LORA_KEYS).items()
    }
    merged = {our_key(key): value for key, value in raw.items() if not lora_factor(key)}
    merged.pop(None, None)
    for key, down in raw.items():
        base, factor = lora_factor(key) or ('', '')
        if factor == 'A':
            up = raw[key.replace('.lora_A.', '.lora_B.')]
            merged[our_key(base)] = raw[base] + alpha / down.shape[0] * (up @ down)
    return raw, merged


@pytest.mark.parametrize('alpha', [16.0, 5.0])
def test_lora_is_merged(home, alpha):
    raw, merged = random_raw(alpha)
    torch.save(raw, home / 'pytorch_model.bin')
    weights = open_checkpoint(
        [home / 'pytorch_model.bin'],
        configs=[home / 'ours.json'],
        tokenizer=tokenizer_folder(),
        lora_alpha=alpha,
    ).weights
    assert weights.shapes.keys() == merged.keys()
    for key, value in merged.items():
        torch.testing.assert_close(weights.read(key), value, rtol=0, atol=1e-6)


@pytest.mark.parametrize('clip', clip_folders(), ids=lambda path: path.name)
def test_clips_own_checkpoint_is_a_source(home, clip, tmp_path):
    """Merged weights, from which CLIP was dropped, and CLIP make the tiny model again."""
    tensors = load_file(path_of(WEIGHTS))
    without_clip = {k: v for k, v in tensors.items() if part_of(our_key(k) or '') != 'clip'}
    save_file(without_clip, home / 'model.safetensors')
    with pytest.raises(CheckpointError, match='CLIP is missing'):
        open_checkpoint([home], tokenizer=tokenizer_folder())
    told = open_checkpoint([home, clip], tokenizer=tokenizer_folder())
    assert told.config.clip == tiny_config().clip
    heads = tiny_config().sam.decoder_heads  # shows in no shape
    assert replace(told.config.sam, decoder_heads=heads) == tiny_config().sam
    (path,) = tensor_files(clip)
    found = {our_key(key) for key in TensorFile(path).entries} - {None}
    assert found == {key for key in told.weights.shapes if part_of(key) == 'clip'}

    checkpoint = open_checkpoint(
        [home, clip], tokenizer=tokenizer_folder(), configs=[home / 'ours.json']
    )
    convert(checkpoint, tmp_path / 'visa', shard_bytes=500_000)
    model = load_published(tmp_path / 'visa', device='cpu')
    state = model.state_dict()
    stored = TensorFile(path)
    wanted = {k: v for k, v in tiny_tensors().items() if part_of(k) != 'clip'}
    wanted |= {our_key(k): stored.read(k) for k in stored.entries if our_key(k) is not None}
    assert state.keys() == wanted.keys()
    assert all(torch.equal(state[key], value) for key, value in wanted.items())
