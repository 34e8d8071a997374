"""Writing safetensors as a stream: one tensor in memory at a time, checksums on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
import hashlib
import json
import os
from pathlib import Path
import re
from typing import Any

import torch
from torch import Tensor

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published.files import Entry

DTYPES = {
    torch.float64: 'F64',
    torch.float32: 'F32',
    torch.float16: 'F16',
    torch.bfloat16: 'BF16',
}
_UNITS = {'': 1, 'K': 10**3, 'M': 10**6, 'G': 10**9, 'KI': 2**10, 'MI': 2**20, 'GI': 2**30}


def parse_size(text: str) -> int:
    """Read '2GB', '500MB', '1.5GiB' or a number of bytes; ConfigError for anything else."""
    match = re.fullmatch(r'(\d+(?:\.\d+)?)\s*([KMG]?I?)B?', text.strip().upper())
    unit = None if match is None else _UNITS.get(match[2])
    size = int(float(match[1]) * unit) if match is not None and unit is not None else 0
    if size < 1:
        raise ConfigError(f'size {text!r}: want a number > 0 with B, KB, MB, GB, KiB, MiB or GiB')
    return size


def plan_shards(entries: Mapping[str, Entry], limit: int) -> list[list[str]]:
    """
    Share tensors out to shards, in order, so that none is larger than the limit.

    limit  bytes; a tensor that is larger has a shard of its own
    """
    shards: list[list[str]] = [[]]
    filled = 0
    for key, entry in entries.items():
        size = byte_count(entry)
        if shards[-1] and filled + size > limit:
            shards.append([])
            filled = 0
        shards[-1].append(key)
        filled += size
    return shards


def byte_count(entry: Entry) -> int:
    """Bytes of a tensor."""
    count = entry.dtype.itemsize
    for extent in entry.shape:
        count *= extent
    return count


def write_shard(
    path: Path,
    entries: Mapping[str, Entry],
    read: Callable[[str], Tensor],
    step: Callable[[int], Any],
) -> str:
    """
    Write one safetensors file and wait until it is on the disk.

    read     gives a tensor of the dtype and shape that its entry tells
    step     is called with the bytes of each tensor that is written
    returns  sha256 of the file, in hex
    """
    digest = hashlib.sha256()
    with path.open('wb') as file:

        def put(block: bytes | memoryview) -> None:
            file.write(block)
            digest.update(block)

        put(_header(entries))
        for key, entry in entries.items():
            tensor = read(key)
            if tuple(tensor.shape) != entry.shape or tensor.dtype != entry.dtype:
                raise CheckpointError(f'{key} changed while it was converted')
            put(memoryview(tensor.contiguous().view(-1).view(torch.uint8).numpy()))
            step(byte_count(entry))
    return digest.hexdigest()


def write_file(path: Path, content: bytes) -> str:
    """Write a small file; returns its sha256 in hex."""
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def shard_names(count: int) -> Sequence[str]:
    """Names of so many shards."""
    return [f'model-{k:05}-of-{count:05}.safetensors' for k in range(1, count + 1)]


def index_json(shards: Iterable[tuple[str, Iterable[str]]], sums: Mapping[str, str]) -> bytes:
    """Content of the index: which tensor is in which file, and the checksums of files."""
    weight_map = {key: name for name, keys in shards for key in keys}
    return json_bytes({'metadata': {}, 'weight_map': weight_map, 'sha256': dict(sums)})


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """Content of a json file."""
    return (json.dumps(content, indent=1, ensure_ascii=False) + '\n').encode()


def _header(entries: Mapping[str, Entry]) -> bytes:
    table: dict[str, Any] = {'__metadata__': {'format': 'pt'}}
    start = 0
    for key, entry in entries.items():
        end = start + byte_count(entry)
        table[key] = {
            'dtype': DTYPES[entry.dtype],
            'shape': list(entry.shape),
            'data_offsets': [start, end],
        }
        start = end
    text = json.dumps(table, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    return len(text).to_bytes(8, 'little') + text
