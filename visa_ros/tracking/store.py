"""
What a tracker remembers: XMem's working and long-term memory, bounded.

M memory elements, Q query positions, N objects. A remembered frame gives h * w elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from visa_ros.tracking.config import LongTermConfig
from visa_ros.tracking.elements import Elements, Segment
from visa_ros.tracking.longterm import condense, make_room, merged, visible
from visa_ros.tracking.memory import affinity, similarity

_LOGITS_AT_ONCE = 1 << 18
"""Similarities computed at a time: they fit a core's cache, and a full memory needs no more."""

_FLOAT_BYTES = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class MemoryFrame:
    """
    One frame to remember.

    key        (M, CK)
    shrinkage  (M,)
    selection  (M, CK)
    values     object id -> (M, CV)
    prompted   the objects whose mask was given on this frame
    """

    key: Tensor
    shrinkage: Tensor
    selection: Tensor
    values: Mapping[int, Tensor]
    prompted: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Group:
    """Objects that are absent in the same elements, bool (M,)."""

    ids: tuple[int, ...]
    absent: Tensor | None


class MemoryStore:
    """
    The elements a tracker reads from, a bounded number of them.

    Kept are, for each object, the newest frame on which its mask was given, and besides these
    the `recent` newest frames. What is older is dropped. With a long-term memory it is collected
    until there are `batch` such frames, and these are condensed to prototypes. Long-term elements
    come first, then frames, oldest first. One thread owns a store.
    """

    def __init__(self, *, recent: int, top_k: int, long_term: LongTermConfig | None = None):
        self._recent = recent
        self._top_k = top_k
        self._long_term = long_term
        self._elements: Elements | None = None
        self._groups: tuple[_Group, ...] = ()

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Where the elements come from, in their order."""
        return () if self._elements is None else self._elements.segments

    @property
    def sizes(self) -> tuple[int, int]:
        """Elements in working memory, and in long-term memory."""
        long_term = sum(s.length for s in self.segments if s.long_term)
        return sum(s.length for s in self.segments) - long_term, long_term

    @property
    def nbytes(self) -> int:
        """Size of all tensors held, in bytes."""
        elements = 0 if self._elements is None else self._elements.nbytes
        return elements + sum(g.absent.nbytes for g in self._groups if g.absent is not None)

    def max_bytes(self, *, places: int, objects: int, key_dim: int, value_dim: int) -> int:
        """
        Tell what nbytes never exceeds, with frames of `places` elements and so many objects.

        While the store changes it needs up to twice as much.
        """
        frames, elements = self._recent + objects, 0
        if self._long_term is not None:
            frames += self._long_term.batch - 1
            elements = self._long_term.elements
        elements += frames * places
        return elements * (_FLOAT_BYTES * (2 * key_dim + 3 + objects * value_dim) + objects)

    def add(self, frame: MemoryFrame) -> None:
        """Remember a frame; what exceeds the bound is condensed or dropped."""
        new = Elements.new(
            Segment(length=len(frame.key), ids=frozenset(frame.values), prompted=frame.prompted),
            key=frame.key,
            shrinkage=frame.shrinkage,
            selection=frame.selection,
            values=frame.values,
        )
        known = [] if self._elements is None else [self._elements]
        self._replace(self._bounded(Elements.join([*known, new])))

    def forget(self, ids: Iterable[int]) -> None:
        """Drop all values of these objects, and elements that hold no other."""
        gone = frozenset(ids)
        if self._elements is not None and gone & self._elements.values.keys():
            self._replace(self._bounded(self._elements.without(gone)))

    def read(self, query: Tensor, selection: Tensor) -> dict[int, Tensor]:
        """
        What the memory says at each position of an image, for every object in it.

        query, selection  (Q, CK)
        returns           object id -> (Q, CV)

        Notes how much each element is read: as much as by the object that reads it most.
        """
        if self._elements is None or not self._groups:
            return {}
        elements = self._elements
        usage = [torch.zeros_like(elements.use) for _ in self._groups]
        parts: dict[int, list[Tensor]] = {i: [] for i in elements.values}
        rows = max(1, _LOGITS_AT_ONCE // len(elements))
        for some, chosen in zip(
            torch.split(query, rows), torch.split(selection, rows), strict=True
        ):
            logits = similarity(elements.key, elements.shrinkage, some, chosen)
            for group, used in zip(self._groups, usage, strict=True):
                reading = affinity(visible(logits, group.absent), self._top_k)
                used += reading.usage(len(elements))
                for i in group.ids:
                    parts[i].append(reading.read(elements.values[i]))
        elements.count(torch.stack(usage).amax(dim=0))
        return {i: torch.cat(part) for i, part in parts.items()}

    def _bounded(self, elements: Elements) -> Elements:
        """Take from working memory what exceeds it, into long-term memory if there is one."""
        old = self._surplus(elements)
        if len(old) < (1 if self._long_term is None else self._long_term.batch):
            return elements
        long_term = [n for n, s in enumerate(elements.segments) if s.long_term]
        kept = elements.take(set(range(len(elements.segments))) - {*long_term, *old})
        if self._long_term is None:
            return kept
        with torch.autocast(elements.key.device.type, enabled=False):
            prototypes = condense(elements.take(old), self._long_term.prototypes)
            room = self._long_term.elements - self._long_term.prototypes
            before = make_room(elements.take(long_term), room)
        return Elements.join([merged(Elements.join([before, prototypes])), kept])

    def _surplus(self, elements: Elements) -> list[int]:
        """Frames that are neither among the newest nor show an object as it was given last."""
        frames = [n for n, s in enumerate(elements.segments) if not s.long_term]
        prompts = {i: n for n in frames for i in elements.segments[n].prompted}
        others = [n for n in frames if n not in set(prompts.values())]
        return others[: max(len(others) - self._recent, 0)]

    def _replace(self, elements: Elements) -> None:
        members: dict[tuple[bool, ...], list[int]] = {}
        for i in sorted(elements.values):
            members.setdefault(tuple(i in s.ids for s in elements.segments), []).append(i)
        self._elements = elements
        self._groups = tuple(
            _Group(ids=tuple(ids), absent=elements.absent(ids[0])) for ids in members.values()
        )
