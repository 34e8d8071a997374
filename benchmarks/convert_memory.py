"""
Convert, load and ask a VISA of more than a billion random parameters; measure time and memory.

    python benchmarks/convert_memory.py --folder /data/billion

A checkpoint in the reference's layout (shards .bin in bf16, CLIP apart) is written shard by shard,
converted as `visa-ros convert` does, loaded in bf16 on the CPU, self-tested, and asked one
question about a small picture. Each stage runs in a process of its own. Its memory is read from
outside, many times a second: anonymous memory is its own, mapped memory is file content that the
system takes back when it needs room. Promised: a conversion needs less than twice its largest
shard.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
import io
import json
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from sentencepiece import SentencePieceTrainer
import torch
from torch import Tensor
from tqdm import tqdm

from visa_ros.model.published.checkpoint import load_published
from visa_ros.model.published.config import ClipSizes, LanguageSizes, PublishedConfig, SamSizes
from visa_ros.model.published.convert import convert
from visa_ros.model.published.files import Entry
from visa_ros.model.published.layout import part_of, reference_key
from visa_ros.model.published.segmenter import load_published_segmenter
from visa_ros.model.published.selftest import probe_pictures
from visa_ros.model.published.shards import parse_size, plan_shards
from visa_ros.model.published.sources import empty_model, open_checkpoint, wanted_shapes
from visa_ros.structs import Frame

GB = 1e9
VOCAB = 32_000
STAGES = ('import', 'make', 'convert', 'load', 'answer')
PERIOD_S = 0.005
WIDTHS = (17, 15, 15)


@dataclass
class Memory:
    """Peaks of a process, bytes."""

    anonymous: int = 0
    mapped: int = 0


def main() -> int:
    """Run the stages, print a table; 1 if the promise is broken."""
    args = _arguments()
    if args.stage:
        torch.set_num_threads(args.threads)
        print(json.dumps(_STAGES[args.stage](args)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        args.folder = args.folder or Path(scratch)
        args.folder.mkdir(parents=True, exist_ok=True)
        results = {stage: _measured(stage, args) for stage in tqdm(STAGES, desc='stages')}
        shards = [path.stat().st_size for path in (args.folder / 'visa').glob('*.safetensors')]
        if not args.keep:
            for name in ('reference', 'clip', 'visa'):
                shutil.rmtree(args.folder / name, ignore_errors=True)
    return _report(results, max(shards))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--folder', type=Path, help='where to write, 6 GB; default: a temporary one')
    add('--hidden', type=int, default=2048, help='default: %(default)s')
    add('--layers', type=int, default=16, help='default: %(default)s')
    add('--mlp', type=int, default=5504, help='default: %(default)s')
    add('--sam', choices=('b', 'l', 'h'), default='b', help='default: %(default)s')
    add('--shard-size', default='500MB', help='of input and output; default: %(default)s')
    add('--threads', type=int, default=1, help='default: %(default)s')
    add('--keep', action='store_true', help='do not delete what was written')
    add('--stage', choices=STAGES, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(stage: str, args: argparse.Namespace) -> tuple[dict[str, float], Memory]:
    """Run a stage in a child process; returns what it says, and its memory."""
    command = [sys.executable, __file__, '--stage', stage]
    for name in ('folder', 'hidden', 'layers', 'mlp', 'sam', 'shard_size', 'threads'):
        command += [f'--{name.replace("_", "-")}', str(getattr(args, name))]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    memory, done = Memory(), threading.Event()
    watch = threading.Thread(target=_watch, args=(child.pid, memory, done))
    watch.start()
    said = child.communicate()[0]
    done.set()
    watch.join()
    if child.returncode:
        raise SystemExit(f'{stage}: exit code {child.returncode}')
    return json.loads(said.splitlines()[-1]), memory


def _watch(pid: int, memory: Memory, done: threading.Event) -> None:
    while not done.wait(PERIOD_S):
        try:
            lines = Path(f'/proc/{pid}/status').read_text().splitlines()
        except OSError:
            return
        kb = {line.partition(':')[0]: line.split()[1] for line in lines if line.endswith(' kB')}
        anonymous, mapped = (int(kb.get(name, 0)) * 1024 for name in ('RssAnon', 'RssFile'))
        memory.anonymous = max(memory.anonymous, anonymous)
        memory.mapped = max(memory.mapped, mapped)


def _import(args: argparse.Namespace) -> dict[str, float]:
    """Do nothing: what every other stage has before it begins."""
    return {'s': 0.0}


def _make(args: argparse.Namespace) -> dict[str, float]:
    """Write a checkpoint of random numbers, never more than a shard in memory."""
    began = time.monotonic()
    config = _config(args)
    shapes = wanted_shapes(empty_model(config))
    generator = torch.Generator().manual_seed(0)
    for part, folder in (('', args.folder / 'reference'), ('clip', args.folder / 'clip')):
        folder.mkdir(parents=True, exist_ok=True)
        entries = {
            reference_key(key): Entry(shape=shape, dtype=torch.bfloat16)
            for key, shape in shapes.items()
            if (part_of(key) == 'clip') == (part == 'clip')
        }
        _write_shards(
            folder, plan_shards(entries, parse_size(args.shard_size)), entries, generator
        )
    _write_companions(args.folder, config)
    parameters = sum(torch.Size(shape).numel() for shape in shapes.values())
    return {'s': time.monotonic() - began, 'parameters': parameters}


def _write_shards(
    folder: Path, shards: list[list[str]], entries: dict, generator: torch.Generator
) -> None:
    weight_map = {}
    for number, keys in enumerate(tqdm(shards, desc=folder.name), 1):
        name = f'pytorch_model-{number:05}-of-{len(shards):05}.bin'
        torch.save({k: _random(k, entries[k].shape, generator) for k in keys}, folder / name)
        weight_map.update(dict.fromkeys(keys, name))
    index = {'metadata': {}, 'weight_map': weight_map}
    (folder / 'pytorch_model.bin.index.json').write_text(json.dumps(index))


def _random(key: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Numbers of the size that layers start from: ones, zeros, and small ones around zero."""
    if len(shape) == 1:
        return torch.full(shape, float(key.endswith('.weight')), dtype=torch.bfloat16)
    fan_in = torch.Size(shape[1:]).numel()
    numbers = torch.empty(shape, dtype=torch.bfloat16)
    return numbers.normal_(std=fan_in**-0.5, generator=generator)


def _write_companions(root: Path, config: PublishedConfig) -> None:
    language, clip = config.language, config.clip
    rates = {f'spatial_cluster_rate{k}': count for k, count in enumerate(config.clusters)}
    told = {
        'model_type': 'ChatUniVi',
        'vocab_size': language.vocab,
        'hidden_size': language.hidden,
        'num_hidden_layers': language.layers,
        'num_attention_heads': language.heads,
        'intermediate_size': language.mlp,
        'rms_norm_eps': language.rms_eps,
        'config': rates,
        'out_dim': config.out_dim,
    }
    (root / 'reference' / 'config.json').write_text(json.dumps(told))
    vision = {'hidden_size': clip.hidden, 'intermediate_size': clip.mlp}
    vision |= {'num_hidden_layers': clip.layers, 'num_attention_heads': clip.heads}
    vision |= {'image_size': clip.image_px, 'patch_size': clip.patch_px}
    (root / 'clip' / 'config.json').write_text(
        json.dumps({'model_type': 'clip', 'vision_config': vision})
    )
    (root / 'reference' / 'tokenizer.model').write_bytes(_tokenizer())


def _tokenizer() -> bytes:
    """Train a tokenizer of LLaMA's size on words that are made up."""
    made = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=_sentences(),
        model_writer=made,
        model_type='bpe',
        vocab_size=VOCAB,
        byte_fallback=True,
        pad_id=-1,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        minloglevel=2,
    )
    return made.getvalue()


def _sentences() -> Iterator[str]:
    letters = 'etaoinshrdlucmfwypvbgkjqxz'
    picks = torch.randint(26, (60_000, 8), generator=torch.Generator().manual_seed(1))
    for row in picks.tolist():
        yield ''.join(letters[index] for index in row)
    yield 'USER: What is the red disc in the Reference Video (0), ASSISTANT: It is.'


def _convert(args: argparse.Namespace) -> dict[str, float]:

    began = time.monotonic()
    checkpoint = open_checkpoint([args.folder / 'reference', args.folder / 'clip'])
    done = convert(
        checkpoint,
        args.folder / 'visa',
        shard_bytes=parse_size(args.shard_size),
        overwrite=True,
    )
    return {'s': time.monotonic() - began, 'bytes': done.bytes, 'shards': done.shards}


def _load(args: argparse.Namespace) -> dict[str, float]:
    """Load without a self-test: checksums and weights alone."""
    began = time.monotonic()
    load_published(args.folder / 'visa', device='cpu', precision='bf16', probe=False)
    return {'s': time.monotonic() - began}


def _answer(args: argparse.Namespace) -> dict[str, float]:
    """Load with a self-test, then ask about a picture of 320x240 with one reference."""
    began = time.monotonic()
    segmenter = load_published_segmenter(args.folder / 'visa', device='cpu', precision='bf16')
    loaded = time.monotonic()
    frames = [Frame(rgb=rgb, stamp_ns=k + 1) for k, rgb in enumerate(probe_pictures())]
    grounding = segmenter.ground(frames[:1], frames[1], 'the red disc')
    sizes = [int(found.mask.sum()) for found in grounding.detections]
    print(grounding.status.name, 'masks of', sizes, 'px', file=sys.stderr)
    return {'s': time.monotonic() - loaded, 'load and self-test': loaded - began}


def _config(args: argparse.Namespace) -> PublishedConfig:

    return PublishedConfig(
        language=LanguageSizes(
            vocab=VOCAB + 1,
            hidden=args.hidden,
            layers=args.layers,
            heads=args.hidden // 128,
            mlp=args.mlp,
        ),
        clip=ClipSizes(hidden=1024, mlp=4096, layers=24, heads=16, image_px=224, patch_px=14),
        sam=SamSizes.vit(args.sam),
        seg_token=VOCAB,
        out_dim=256,
    )


_STAGES: dict[str, Callable[[argparse.Namespace], dict[str, float]]] = {
    'import': _import,
    'make': _make,
    'convert': _convert,
    'load': _load,
    'answer': _answer,
}


def _report(results: dict[str, tuple[dict[str, float], Memory]], largest: int) -> int:
    base = results['import'][1].anonymous
    print(f'{"stage":10}{"s":>9}{"own memory, GB":>17}{"above import":>15}{"mapped files":>15}')
    for stage, (said, memory) in results.items():
        row = (memory.anonymous, memory.anonymous - base, memory.mapped)
        cells = ''.join(f'{size / GB:{width}.2f}' for size, width in zip(row, WIDTHS, strict=True))
        print(f'{stage:10}{said["s"]:9.1f}{cells}')
    print(f'parameters {results["make"][0]["parameters"] / 1e9:.3f} G')
    print(f'load and self-test {results["answer"][0]["load and self-test"]:.1f} s')
    needed = results['convert'][1].anonymous - base
    kept = needed < 2 * largest
    print(
        f'conversion: {needed / GB:.2f} GB above the import, largest shard {largest / GB:.2f} GB: '
        f'less than twice that: {"kept" if kept else "BROKEN"}'
    )
    return 0 if kept else 1


if __name__ == '__main__':
    sys.exit(main())
