"""
The folder of a published VISA as `visa-ros convert` writes it. No torch.

    config.json                          sizes and settings; may be edited
    model-00001-of-00008.safetensors ... weights under our names
    model.safetensors.index.json         which tensor is in which shard, and sha256 of the files
    tokenizer.model                      sentencepiece
    prompt.json                          the words around an instruction
    tracker.json, tracker.safetensors    the network that follows; see visa_ros.tracking
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import hashlib
import json
from pathlib import Path
import re
from typing import Any

from tqdm import tqdm

from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.model.published.config import PublishedConfig
from visa_ros.model.published.prompts import PromptTemplate

CONFIG, INDEX = 'config.json', 'model.safetensors.index.json'
TOKENIZER, PROMPT = 'tokenizer.model', 'prompt.json'
FORMAT, VERSION = 'visa-ros-published', 1

_SHA256 = re.compile(r'[0-9a-f]{64}')
_BLOCK = 1 << 22


def is_published(folder: Path) -> bool:
    """Whether the folder holds a published VISA; CheckpointError if it holds no config.json."""
    return read_json(folder / CONFIG).get('format') == FORMAT


def read_config(folder: Path) -> PublishedConfig:
    """Read config.json; CheckpointError if it is not one of ours, or makes no sense."""
    path = folder / CONFIG
    return config_from_json(read_json(path), path)


def config_from_json(raw: Mapping[str, Any], path: Path) -> PublishedConfig:
    """Read the content of a config.json of ours; errors as in `read_config`."""
    settings = dict(raw)
    if settings.pop('format', None) != FORMAT:
        raise CheckpointError(f'{path} is not of a published VISA: make one by `visa-ros convert`')
    if (version := settings.pop('version', None)) != VERSION:
        raise CheckpointError(f'{path}: version {version!r}, this visa_ros reads {VERSION}')
    try:
        return PublishedConfig.from_json(settings)
    except (ConfigError, TypeError, ValueError) as error:
        raise CheckpointError(f'{path}: {error}') from error


def config_to_json(config: PublishedConfig) -> dict[str, Any]:
    """Inverse of `config_from_json`."""
    return {'format': FORMAT, 'version': VERSION, **config.to_json()}


def read_prompt(folder: Path) -> PromptTemplate:
    """Read prompt.json; CheckpointError if it is missing or damaged."""
    path = folder / PROMPT
    try:
        return PromptTemplate.from_json(read_json(path))
    except (ConfigError, TypeError, ValueError) as error:
        raise CheckpointError(f'{path}: {error}') from error


def verify(folder: Path) -> None:
    """
    Compare all files that the index lists with its checksums; a progress bar shows after 1 s.

    CheckpointError naming every file that is missing or differs.
    """
    index = folder / INDEX
    sums = read_json(index).get('sha256')
    if not isinstance(sums, dict) or not sums:
        raise CheckpointError(f'{index} holds no checksums: convert the checkpoint again')
    names = [check_file_name(name, index) for name in sums]
    if gone := [name for name in names if not (folder / name).is_file()]:
        raise CheckpointError(f'{folder}: missing {", ".join(gone)}')
    differ = [n for n, found in _checksums(folder, names) if not _same(found, sums[n])]
    if differ:
        raise CheckpointError(
            f'{folder}: damaged or changed: {", ".join(differ)} (sha256 differs from the index); '
            'copy or convert the folder again'
        )


def _checksums(folder: Path, names: Iterable[str]) -> list[tuple[str, str]]:
    paths = [folder / name for name in names]
    total = sum(path.stat().st_size for path in paths)
    with tqdm(
        total=total, unit='B', unit_scale=True, desc='checksums', delay=1.0, disable=None
    ) as bar:
        return [(path.name, _sha256(path, bar)) for path in paths]


def _sha256(path: Path, bar: Any) -> str:
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            bar.update(len(block))
    return digest.hexdigest()


def _same(found: str, told: Any) -> bool:
    return isinstance(told, str) and _SHA256.fullmatch(told) is not None and found == told


def read_json(path: Path) -> dict[str, Any]:
    """Read a json object; CheckpointError if it is none."""
    try:
        raw = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f'cannot read {path}: {error}') from error
    if not isinstance(raw, dict):
        raise CheckpointError(f'{path}: want a json object')
    return raw


def check_file_name(name: Any, where: Path) -> str:
    """Return the name of a file beside `where`; CheckpointError if it is anything else."""
    plain = isinstance(name, str) and name not in ('', '.', '..') and '\0' not in name
    if not plain or '/' in name or '\\' in name or ':' in name:
        raise CheckpointError(f'{where}: {name!r} is not the name of a file beside it')
    return str(name)
