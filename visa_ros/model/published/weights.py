"""
The tensors of a model, wherever they lie: several files, several layouts, one set of names.

LoRA factors are merged into the weight they change: W + (alpha / r) B A, r from their shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from visa_ros.errors import CheckpointError
from visa_ros.model.published.files import Entry, tensor_files, TensorFile
from visa_ros.model.published.layout import (
    ignored,
    lora_factor,
    our_key,
    part_of,
    reference_key,
    Rename,
    rename_of,
)

LORA_ALPHA = 16.0  # of every VISA that was trained by the reference
# Read from mapped files until they are given back: whole shards would stay in memory otherwise.
_MAPPED_BYTES = 1 << 27

_HINTS = {
    'language': 'the language model is missing: name the folder or file of VISA itself',
    'clip': 'CLIP is missing: name the folder of openai/clip-vit-large-patch14 as one more source',
    'sam': 'SAM is missing: name sam_vit_h_4b8939.pth as one more source',
}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Place:
    """Where a tensor lies."""

    source: int
    file: TensorFile
    key: str

    @property
    def entry(self) -> Entry:
        return self.file.entries[self.key]

    def __str__(self) -> str:
        return f'{self.key} in {self.file.path}'


class Weights:
    """
    All tensors of some sources under our names; each is read when it is asked for.

    Not thread-safe: one thread owns it.
    """

    def __init__(self, sources: Sequence[Path], *, lora_alpha: float = LORA_ALPHA) -> None:
        """Look into every file; CheckpointError for one that cannot be read."""
        self._alpha = lora_alpha
        self._places: dict[str, list[_Place]] = {}
        self._factors: dict[tuple[str, str], list[_Place]] = {}
        self._renames: dict[str, Rename] = {}
        self._files: list[TensorFile] = []
        self._mapped = 0
        self.rotary_sizes: set[int] = set()
        for number, source in enumerate(sources):
            for path in tensor_files(source):
                self._add(number, TensorFile(path))

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes by our keys."""
        return {key: places[0].entry.shape for key, places in self._places.items()}

    def dtype(self, key: str) -> torch.dtype:
        """Tell how a tensor is stored."""
        return self._places[key][0].entry.dtype

    def source_of(self, part: str) -> int | None:
        """Number of the source that holds a part of the model; None if none does."""
        return next((p[0].source for k, p in self._places.items() if part_of(k) == part), None)

    def check(self, wanted: Mapping[str, tuple[int, ...]]) -> None:
        """
        Compare with the names and shapes of a model.

        CheckpointError naming every tensor that is missing, unexpected, doubled or misshapen, in
        the words of the files.
        """
        problems = [
            *(f'missing {self._their_name(key)}' for key in wanted if key not in self._places),
            *(f'unexpected {place}' for place in self._unexpected(wanted)),
            *(f'doubled {problem}' for problem in self._doubled()),
            *(f'misshapen {problem}' for problem in self._misshapen(wanted)),
            *(f'missing {problem}' for problem in self._half_lora()),
        ]
        self.release()
        if not problems:
            return
        parts = {part_of(key) for key in self._places}
        hints = [hint for part, hint in _HINTS.items() if part not in parts]
        if any(problem.startswith('doubled') for problem in problems):
            hints.append('a doubled tensor: leave out one of the sources that bring it')
        text = '\n  '.join([f'{len(problems)} tensors do not fit the model:', *problems])
        raise CheckpointError('\n'.join([text, *hints]))

    def read(self, key: str) -> Tensor:
        """
        Return a tensor on the CPU in its stored dtype, LoRA merged; copy it to keep it.

        It may live in a mapped file, which stays mapped as long as the tensor lives.
        """
        place = self._places[key][0]
        if self._mapped > _MAPPED_BYTES:
            self.release()
        weight = place.file.read(place.key)
        self._mapped += weight.nbytes
        if (key, 'A') not in self._factors:
            return weight
        a, b = (self._factors[key, factor][0] for factor in 'AB')
        down, up = (p.file.read(p.key).float() for p in (a, b))  # (r, in), (out, r)
        merged = weight.float() + (self._alpha / len(down)) * (up @ down)
        return merged.to(weight.dtype)

    def release(self) -> None:
        """Give all mapped memory back; reading goes on as before."""
        self._mapped = 0
        for file in self._files:
            file.release()

    def _add(self, source: int, file: TensorFile) -> None:
        self._files.append(file)
        for key, entry in file.entries.items():
            place = _Place(source=source, file=file, key=key)
            factor = lora_factor(key)
            if key.endswith('.rotary_emb.inv_freq') and len(entry.shape) == 1:
                self.rotary_sizes.add(entry.shape[0])
            if ignored(key):
                continue
            rename = rename_of(key)
            if rename is not None:
                self._renames.setdefault(rename.ours, rename)
            if factor is not None:
                ours = our_key(factor[0]) or factor[0]
                self._factors.setdefault((ours, factor[1]), []).append(place)
            else:
                self._places.setdefault(our_key(key) or key, []).append(place)

    def _their_name(self, key: str) -> str:
        """Name one of our keys as the file that holds its neighbours would."""
        for rename in self._renames.values():
            if key.startswith(rename.ours):
                return rename.back(key)
        raw = next((r.raw for r in self._renames.values() if r.raw), '')
        return raw + reference_key(key)

    def _unexpected(self, wanted: Mapping[str, tuple[int, ...]]) -> Iterable[_Place]:
        for key, places in self._places.items():
            if key not in wanted:
                yield from places
        for (key, _), places in self._factors.items():
            if key not in wanted:
                yield from places

    def _doubled(self) -> Iterable[str]:
        """Tensors that two files of one source bring, or two sources with other values."""
        for places in (*self._places.values(), *self._factors.values()):
            first, *others = places
            for other in others:
                if first.source == other.source or not _equal(first, other):
                    yield f'{first}, and {other}'

    def _misshapen(self, wanted: Mapping[str, tuple[int, ...]]) -> Iterable[str]:
        for key, shape in wanted.items():
            for place in self._places.get(key, ()):
                if place.entry.shape != tuple(shape):
                    yield f'{place}: file {list(place.entry.shape)}, model {list(shape)}'
                elif not place.entry.dtype.is_floating_point:
                    yield f'{place}: want floating point numbers'
            down, up = (self._factors.get((key, factor), ()) for factor in 'AB')
            if down and up and not _factors_fit(down[0], up[0], shape):
                yield f'{down[0]}, or its other half: no factors of a weight {list(shape)}'

    def _half_lora(self) -> Iterable[str]:
        for (key, factor), places in self._factors.items():
            other = 'B' if factor == 'A' else 'A'
            if (key, other) not in self._factors:
                yield places[0].key.replace(f'.lora_{factor}.', f'.lora_{other}.')


def _factors_fit(down: _Place, up: _Place, shape: tuple[int, ...]) -> bool:
    a, b = down.entry.shape, up.entry.shape  # (r, in), (out, r)
    return len(a) == len(b) == 2 and a[0] == b[1] > 0 and (b[0], a[1]) == tuple(shape)


def _equal(one: _Place, other: _Place) -> bool:
    if one.entry.shape != other.entry.shape:
        return False
    both = torch.promote_types(one.entry.dtype, other.entry.dtype)
    return torch.equal(one.file.read(one.key).to(both), other.file.read(other.key).to(both))
