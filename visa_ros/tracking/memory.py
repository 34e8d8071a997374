"""
What a tracker remembers, and how it is read (XMem's working memory).

M memory elements, Q query positions, N objects. A remembered frame gives h * w elements. The
key of an element belongs to the image, its value to one object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
import math

import torch
from torch import Tensor
import torch.nn.functional as F


def similarity(key: Tensor, shrinkage: Tensor, query: Tensor, selection: Tensor) -> Tensor:
    """
    How well memory elements fit queries: -s * sum_c e_c (k_c - q_c)^2 / sqrt(CK).

    key        (..., M, CK)
    shrinkage  (..., M)      s
    query      (..., Q, CK)
    selection  (..., Q, CK)  e
    returns    (..., Q, M), at most 0 but for rounding
    """
    # Written out, S is one product of two longer vectors: e k^2, q e k and a term of q alone.
    chosen = query * selection
    left = torch.cat((selection, chosen, (chosen * query).sum(-1, keepdim=True)), dim=-1)
    right = torch.cat((-key.square(), 2.0 * key, -torch.ones_like(key[..., :1])), dim=-1)
    right = right * (shrinkage / math.sqrt(key.shape[-1])).unsqueeze(-1)
    # Near things differ by little: in bfloat16 their distance would be noise.
    with torch.autocast(key.device.type, enabled=False):
        return left @ right.transpose(-1, -2)


def read_all(affinity_logits: Tensor, values: Tensor) -> Tensor:
    """Softmax over all elements: (..., Q, M) and (..., M, C) to (..., Q, C)."""
    return torch.softmax(affinity_logits, dim=-1) @ values


def read_best(affinity_logits: Tensor, values: Tensor, top_k: int) -> Tensor:
    """
    Softmax over the top_k best elements of each query: (Q, M) and (M, C) to (Q, C).

    The reference does not subtract the maximum before exp; the result is the same but for
    rounding, and here it stays finite however far all elements are.
    """
    count = min(top_k, affinity_logits.shape[-1])
    best, indices = affinity_logits.topk(count, dim=-1, sorted=False)
    weights = torch.softmax(best, dim=-1)
    return F.embedding_bag(indices, values, mode='sum', per_sample_weights=weights)


@dataclass(frozen=True, kw_only=True, eq=False)
class MemoryFrame:
    """
    One remembered frame.

    key        (M, CK)
    shrinkage  (M,)
    values     object id -> (M, CV)
    prompted   the objects whose mask was given on this frame
    """

    key: Tensor
    shrinkage: Tensor
    values: Mapping[int, Tensor]
    prompted: frozenset[int] = frozenset()

    def without(self, gone: frozenset[int]) -> MemoryFrame:
        """Return the same frame without some objects."""
        return MemoryFrame(
            key=self.key,
            shrinkage=self.shrinkage,
            values={i: v for i, v in self.values.items() if i not in gone},
            prompted=self.prompted - gone,
        )

    @property
    def nbytes(self) -> int:
        """Size of all tensors in bytes."""
        return sum(t.nbytes for t in (self.key, self.shrinkage, *self.values.values()))


class WorkingMemory:
    """
    The frames a tracker reads from, a bounded number of them.

    Kept are, for each object, the newest frame on which its mask was given, and besides these
    the `recent` newest frames. So there are never more than `recent` + N frames, each of
    h * w * (CK + 1 + N * CV) numbers, N being the number of objects. Reading keeps a second copy
    in the order in which it is read until the memory changes. One thread owns it.
    """

    def __init__(self, *, recent: int, top_k: int):
        self._recent = recent
        self._top_k = top_k
        self._frames: list[MemoryFrame] = []
        self._table: _Table | None = None

    @property
    def nbytes(self) -> int:
        """Size of all tensors held, in bytes."""
        table = 0 if self._table is None else self._table.nbytes
        return table + sum(frame.nbytes for frame in self._frames)

    @property
    def frames(self) -> tuple[MemoryFrame, ...]:
        """The remembered frames, oldest first."""
        return tuple(self._frames)

    def add(self, frame: MemoryFrame) -> None:
        """Remember a frame; what exceeds the bound is dropped."""
        self._frames.append(frame)
        self._replace(self._frames)

    def forget(self, ids: Iterable[int]) -> None:
        """Drop all values of these objects, and frames that hold no other."""
        gone = frozenset(ids)
        self._replace([f.without(gone) for f in self._frames])

    def read(self, query: Tensor, selection: Tensor) -> dict[int, Tensor]:
        """
        What the memory says at each position of an image, for every object in it.

        query, selection  (Q, CK)
        returns           object id -> (Q, CV)
        """
        if not self._frames:
            return {}
        if self._table is None:
            self._table = _tabulate(self._frames)
        logits = similarity(self._table.key, self._table.shrinkage, query, selection)
        of_frames = logits.split([len(f.key) for f in self._frames], dim=1)
        readout: dict[int, Tensor] = {}
        for group in self._table.groups:
            everywhere = len(group.frames) == len(of_frames)
            chosen = logits if everywhere else torch.cat([of_frames[n] for n in group.frames], 1)
            values = read_best(chosen, group.values, self._top_k)
            readout.update(zip(group.ids, values.chunk(len(group.ids), dim=1), strict=True))
        return readout

    def _replace(self, frames: Sequence[MemoryFrame]) -> None:
        frames = [f for f in frames if f.values]
        newest_prompt = {i: n for n, f in enumerate(frames) for i in f.prompted}
        kept = set(newest_prompt.values())
        others = [n for n in range(len(frames)) if n not in kept]
        kept.update(others[-self._recent :])
        self._frames = [frames[n] for n in sorted(kept)]
        self._table = None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Group:
    """Objects that are in the same frames, by number: values (M of these, N * CV)."""

    ids: tuple[int, ...]
    frames: tuple[int, ...]
    values: Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class _Table:
    """All frames in one piece: key (M, CK), shrinkage (M,)."""

    key: Tensor
    shrinkage: Tensor
    groups: tuple[_Group, ...]

    @property
    def nbytes(self) -> int:
        tensors = (self.key, self.shrinkage, *(group.values for group in self.groups))
        return sum(tensor.nbytes for tensor in tensors)


def _tabulate(frames: Sequence[MemoryFrame]) -> _Table:
    """Put objects that are in the same frames together, so that they are read together."""
    members: dict[tuple[int, ...], list[int]] = {}
    for object_id in sorted({i for f in frames for i in f.values}):
        present = tuple(n for n, f in enumerate(frames) if object_id in f.values)
        members.setdefault(present, []).append(object_id)
    groups = []
    for present, ids in members.items():
        rows = [torch.cat([frames[n].values[i] for i in ids], dim=1) for n in present]
        groups.append(_Group(ids=tuple(ids), frames=present, values=torch.cat(rows)))
    return _Table(
        key=torch.cat([f.key for f in frames]),
        shrinkage=torch.cat([f.shrinkage for f in frames]),
        groups=tuple(groups),
    )
