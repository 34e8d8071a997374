"""
From whatever layout to a folder of ours: shard by shard, all of it or nothing.

All is written to `DIR.part` and takes its name as the last step, so that a conversion that was
interrupted leaves nothing that loads; config.json, without which no folder is a model, comes last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import os
from pathlib import Path
import shutil

import torch
from torch import Tensor
from tqdm import tqdm

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published.files import Entry
from visa_ros.model.published.folder import (
    CONFIG,
    config_to_json,
    INDEX,
    is_published,
    PROMPT,
    TOKENIZER,
)
from visa_ros.model.published.shards import (
    byte_count,
    DTYPES,
    index_json,
    json_bytes,
    plan_shards,
    shard_names,
    sync,
    write_file,
    write_shard,
)
from visa_ros.model.published.sources import Checkpoint

PRECISIONS: Mapping[str, torch.dtype | None] = {
    'keep': None,
    'bf16': torch.bfloat16,
    'fp16': torch.float16,
    'fp32': torch.float32,
}
SHARD_BYTES = 2 * 10**9


@dataclass(frozen=True, kw_only=True)
class Converted:
    """
    What was written.

    parameters     numbers in all tensors
    bytes, shards  of the weights
    """

    parameters: int
    bytes: int
    shards: int


def convert(
    checkpoint: Checkpoint,
    folder: Path,
    *,
    precision: str = 'keep',
    shard_bytes: int = SHARD_BYTES,
    overwrite: bool = False,
    extras: Callable[[Path], object] = lambda _: None,
) -> Converted:
    """
    Write a checkpoint as a folder of ours.

    precision    'keep' each tensor as it is stored, or 'bf16', 'fp16', 'fp32'
    shard_bytes  of a file at most; memory holds one tensor at a time
    overwrite    replace a folder that holds a published VISA, at the last moment
    extras       puts more files into the folder before it takes its name

    ConfigError for arguments that make no sense or a folder that is there already;
    CheckpointError for weights that are not finite, or a disk that is full.
    """
    dtype = _dtype(precision)
    folder = folder.resolve()
    check_target(folder, overwrite=overwrite)
    part = folder.with_name(folder.name + '.part')
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)  # of a conversion that was interrupted
        part.mkdir()
        done = _write(checkpoint, part, dtype, shard_bytes, extras)
        _rename(part, folder)
    except OSError as error:
        raise CheckpointError(f'{folder} cannot be written: {error}') from error
    finally:
        checkpoint.weights.release()
        shutil.rmtree(part, ignore_errors=True)
    return done


def check_target(folder: Path, *, overwrite: bool) -> None:
    """ConfigError if the folder is there, unless it may be replaced and is one of ours."""
    if not os.path.lexists(folder) or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not overwrite:
        raise ConfigError(f'{folder} exists: name another one, or replace it with --overwrite')
    if not (folder / CONFIG).is_file() or not is_published(folder):
        raise ConfigError(f'{folder} was not made by a conversion, and is not replaced')


def _write(
    checkpoint: Checkpoint,
    part: Path,
    dtype: torch.dtype | None,
    shard_bytes: int,
    extras: Callable[[Path], object],
) -> Converted:
    weights = checkpoint.weights
    entries = {
        key: Entry(shape=shape, dtype=dtype or weights.dtype(key))
        for key, shape in weights.shapes.items()
    }
    shards = plan_shards(entries, shard_bytes)
    names = shard_names(len(shards))
    total = sum(map(byte_count, entries.values()))

    def read(key: str) -> Tensor:
        return cast_finite(weights.read(key), entries[key].dtype, key)

    sums: dict[str, str] = {}
    with tqdm(
        total=total, unit='B', unit_scale=True, desc='convert', delay=1.0, disable=None
    ) as bar:
        for name, keys in zip(names, shards, strict=True):
            content = {key: entries[key] for key in keys}
            sums[name] = write_shard(part / name, content, read, bar.update)
    sums[TOKENIZER] = write_file(part / TOKENIZER, checkpoint.tokenizer.read_bytes())
    sums[PROMPT] = write_file(part / PROMPT, json_bytes(checkpoint.prompt.to_json()))
    extras(part)
    write_file(part / INDEX, index_json(zip(names, shards, strict=True), sums))
    write_file(part / CONFIG, json_bytes(config_to_json(checkpoint.config)))
    for path in (*part.iterdir(), part):
        sync(path)
    parameters = sum(byte_count(e) // e.dtype.itemsize for e in entries.values())
    return Converted(parameters=parameters, bytes=total, shards=len(shards))


def cast_finite(tensor: Tensor, dtype: torch.dtype, key: str) -> Tensor:
    """Convert a tensor; CheckpointError if it is not finite before or, in float16, after."""
    cast = tensor.to(dtype)
    if _is_finite(cast):
        return cast
    if _is_finite(tensor):
        raise CheckpointError(f'{key} overflows in {DTYPES[dtype]}: take bf16 instead')
    raise CheckpointError(f'{key} holds numbers that are not finite: the checkpoint is damaged')


def _is_finite(tensor: Tensor) -> bool:
    """By its extremes, which takes no memory; both are NaN where anything is."""
    return bool(torch.isfinite(torch.stack(torch.aminmax(tensor))).all())


def _rename(part: Path, folder: Path) -> None:
    """Let the folder take its name; an older one steps aside first and is removed then."""
    aside = folder.with_name(f'.{folder.name}.replaced-{os.getpid()}')
    if folder.exists():
        os.replace(folder, aside)
    os.replace(part, folder)
    sync(folder.parent)
    shutil.rmtree(aside, ignore_errors=True)


def _dtype(precision: str) -> torch.dtype | None:
    if precision not in PRECISIONS:
        raise ConfigError(f'precision {precision!r}: choose from {", ".join(PRECISIONS)}')
    return PRECISIONS[precision]
