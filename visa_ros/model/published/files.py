"""Files with tensors: safetensors and torch's zip archives, looked into without reading them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
import pickle
import re
from typing import Any
import zipfile

from safetensors import safe_open, SafetensorError
import torch
from torch import Tensor

from visa_ros.errors import CheckpointError
from visa_ros.model.published.folder import check_file_name, read_json

SINGLE = ('model.safetensors', 'pytorch_model.bin')
SUFFIXES = ('.safetensors', '.bin', '.pth', '.pt')

_SAFE_DTYPES = {
    'F64': torch.float64,
    'F32': torch.float32,
    'F16': torch.float16,
    'BF16': torch.bfloat16,
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Shape and dtype of a stored tensor."""

    shape: tuple[int, ...]
    dtype: torch.dtype


class TensorFile:
    """
    One file of tensors, mapped into memory, so that only what is read is loaded.

    A pickle may hold tensors alone: anything else in it could be code, and is refused.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tensors: Mapping[str, Tensor] | None = None
        self._safe: Any = None
        self.entries = self._look()
        self.release()

    def read(self, key: str) -> Tensor:
        """Return a tensor that lives in the mapping: copy it to keep it."""
        if self.path.suffix == '.safetensors':
            if self._safe is None:
                self._safe = _open_safetensors(self.path)
            return self._safe.get_tensor(key)
        if self._tensors is None:
            self._tensors = _open_pickle(self.path)
        return self._tensors[key].detach()

    def release(self) -> None:
        """Give the mapping back; what is read later maps the file again."""
        self._tensors = self._safe = None

    def _look(self) -> dict[str, Entry]:
        if self.path.suffix == '.safetensors':
            self._safe = _open_safetensors(self.path)
            return {key: _safe_entry(self._safe.get_slice(key)) for key in self._safe.keys()}  # noqa: SIM118
        self._tensors = _open_pickle(self.path)
        return {k: Entry(shape=tuple(t.shape), dtype=t.dtype) for k, t in self._tensors.items()}


def tensor_files(source: Path) -> list[Path]:
    """
    List the files of a checkpoint: of a folder, or the file itself.

    A folder has an index that names its shards, or a single file of the usual name; safetensors
    are preferred. CheckpointError if there is none, or if an index names a path instead of a
    file beside it.
    """
    if source.is_file():
        if source.suffix not in SUFFIXES:
            raise CheckpointError(f'{source}: want a folder or a file {", ".join(SUFFIXES)}')
        return [source]
    if not source.is_dir():
        raise CheckpointError(f'{source} is not there')
    for name in SINGLE:
        index = source / f'{name}.index.json'
        if index.is_file():
            return _shards(index)
        if (source / name).is_file():
            return [source / name]
    wanted = ', '.join(f'{name}.index.json, {name}' for name in SINGLE)
    raise CheckpointError(f'{source} holds no checkpoint: want one of {wanted}; or name a file')


def _shards(index: Path) -> list[Path]:
    weight_map = read_json(index).get('weight_map')
    if not isinstance(weight_map, dict) or not weight_map:
        raise CheckpointError(f'{index}: want a weight_map from tensors to files')
    suffix = index.name.removesuffix('.index.json').rpartition('.')[2]
    names = sorted({check_file_name(name, index) for name in weight_map.values()})
    if odd := [name for name in names if not name.endswith(f'.{suffix}')]:
        raise CheckpointError(f'{index}: want names that end in .{suffix}, got {", ".join(odd)}')
    if gone := [name for name in names if not (index.parent / name).is_file()]:
        raise CheckpointError(f'{index.parent}: {", ".join(gone)} missing, load them again')
    return [index.parent / name for name in names]


def _open_safetensors(path: Path) -> Any:
    try:
        return safe_open(path, framework='pt')
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f'{path} is damaged or cut short: {error}') from error


def _safe_entry(part: Any) -> Entry:
    # Whatever is not a float is reported as such later; which integer it is does not matter.
    dtype = _SAFE_DTYPES.get(part.get_dtype(), torch.int64)
    return Entry(shape=tuple(part.get_shape()), dtype=dtype)


def _open_pickle(path: Path) -> Mapping[str, Tensor]:
    archive = zipfile.is_zipfile(path)  # older files can be read, but not mapped
    try:
        loaded = torch.load(path, map_location='cpu', weights_only=True, mmap=archive)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f'{path} is refused: it is damaged, or holds more than tensors, which could be code '
            f'({_reason(error)})'
        ) from error
    except Exception as error:  # torch's reader fails in any way where bytes are missing
        raise CheckpointError(f'{path} is damaged or cut short: {_reason(error)}') from error
    if not isinstance(loaded, Mapping):
        raise CheckpointError(f'{path} holds a {type(loaded).__name__}, want a state dict')
    if odd := [str(key) for key, value in loaded.items() if not _is_plain(key, value)]:
        raise CheckpointError(
            f'{path} holds more than tensors: {", ".join(odd)}; save the state dict alone'
        )
    return loaded


def _is_plain(key: Any, value: Any) -> bool:
    return isinstance(key, str) and isinstance(value, Tensor) and value.layout is torch.strided


def _reason(error: Exception) -> str:
    """The part of torch's long message that says what was found."""
    refused = re.search(r'Unsupported \w+.*?GLOBAL [\w.]+', str(error))
    if refused:
        return refused[0]
    text = ' '.join(str(error).split())
    return text.partition('. ')[0][:200] or type(error).__name__
