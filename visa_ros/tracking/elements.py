"""The elements of a memory: rows of keys and values, and where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

_BEFORE_FIRST_READ = 1e-7


@dataclass(frozen=True, kw_only=True)
class Segment:
    """
    Elements next to each other that became memory together.

    ids        the objects that have values here
    prompted   those of them whose mask was given
    long_term  condensed from frames; else the elements of one frame
    """

    length: int
    ids: frozenset[int]
    prompted: frozenset[int] = frozenset()
    long_term: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Elements:
    """
    M memory elements, in segments.

    key        (M, CK)
    shrinkage  (M,)
    selection  (M, CK)   of the image that the element comes from
    use        (M,)      how much it was read, summed over time
    life       (M,)      how many times the memory was read since
    values     object id -> (M, CV), zero in segments without the object

    Immutable but for `count`.
    """

    segments: tuple[Segment, ...]
    key: Tensor
    shrinkage: Tensor
    selection: Tensor
    use: Tensor
    life: Tensor
    values: Mapping[int, Tensor]

    @classmethod
    def new(
        cls,
        segment: Segment,
        *,
        key: Tensor,
        shrinkage: Tensor,
        selection: Tensor,
        values: Mapping[int, Tensor],
    ) -> Elements:
        """Make elements that were never read."""
        return cls(
            segments=(segment,),
            key=key,
            shrinkage=shrinkage,
            selection=selection,
            use=torch.zeros_like(shrinkage),
            life=torch.full_like(shrinkage, _BEFORE_FIRST_READ),
            values=values,
        )

    @classmethod
    def join(cls, parts: Sequence[Elements]) -> Elements:
        """Put at least one part behind the other; objects are absent in parts without them."""
        template = {i: v for part in parts for i, v in part.values.items()}
        values = {
            i: torch.cat([_values(part, i, like) for part in parts])
            for i, like in template.items()
        }
        return cls(
            segments=tuple(segment for part in parts for segment in part.segments),
            key=torch.cat([part.key for part in parts]),
            shrinkage=torch.cat([part.shrinkage for part in parts]),
            selection=torch.cat([part.selection for part in parts]),
            use=torch.cat([part.use for part in parts]),
            life=torch.cat([part.life for part in parts]),
            values=values,
        )

    def __len__(self) -> int:
        return len(self.key)

    @property
    def nbytes(self) -> int:
        """Size of all tensors in bytes."""
        own = (self.key, self.shrinkage, self.selection, self.use, self.life)
        return sum(tensor.nbytes for tensor in (*own, *self.values.values()))

    @property
    def usage(self) -> Tensor:
        """How much each element is read, mean over its life: (M,)."""
        return self.use / self.life

    def count(self, usage: Tensor) -> None:
        """Note that the memory was read, each element so much: (M,)."""
        self.use.add_(usage)
        self.life.add_(1.0)

    def absent(self, object_id: int) -> Tensor | None:
        """Bool (M,): the elements that say nothing about an object; None: all say something."""
        if all(object_id in segment.ids for segment in self.segments):
            return None
        where = [object_id not in segment.ids for segment in self.segments]
        lengths = torch.tensor([segment.length for segment in self.segments])
        return torch.tensor(where).repeat_interleave(lengths).to(self.key.device)

    def take(self, numbers: Iterable[int]) -> Elements:
        """Return only these segments, in ascending order, and the objects in them."""
        chosen = sorted(numbers)
        bounds = [0, *torch.tensor([s.length for s in self.segments]).cumsum(0).tolist()]
        rows = [torch.arange(bounds[n], bounds[n + 1]) for n in chosen]
        index = torch.cat([torch.arange(0), *rows]).to(self.key.device)
        return self._rows(index, tuple(self.segments[n] for n in chosen))

    def filter(self, kept: Tensor) -> Elements:
        """Return only the rows where bool (M,) `kept` is True."""
        parts = torch.split(kept, [s.length for s in self.segments])
        counts = [int(part.sum()) for part in parts]
        segments = (replace(s, length=n) for s, n in zip(self.segments, counts, strict=True))
        return self._rows(kept.nonzero()[:, 0], tuple(s for s in segments if s.length))

    def without(self, gone: frozenset[int]) -> Elements:
        """Return the same without some objects, and without segments that hold no other."""
        segments = tuple(
            replace(s, ids=s.ids - gone, prompted=s.prompted - gone) for s in self.segments
        )
        values = {i: v for i, v in self.values.items() if i not in gone}
        left = replace(self, segments=segments, values=values)
        return left.take([n for n, s in enumerate(segments) if s.ids])

    def _rows(self, index: Tensor, segments: tuple[Segment, ...]) -> Elements:
        ids = frozenset[int]().union(*(segment.ids for segment in segments))
        return Elements(
            segments=segments,
            key=self.key[index],
            shrinkage=self.shrinkage[index],
            selection=self.selection[index],
            use=self.use[index],
            life=self.life[index],
            values={i: v[index] for i, v in self.values.items() if i in ids},
        )


def _values(part: Elements, object_id: int, like: Tensor) -> Tensor:
    if object_id in part.values:
        return part.values[object_id]
    return like.new_zeros((len(part), like.shape[1]))
