"""XMem's long-term memory: a few prototypes instead of many frames, the least read given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from torch import Tensor

from visa_ros.tracking.elements import Elements, Segment
from visa_ros.tracking.memory import read_all, similarity


def condense(candidates: Elements, count: int) -> Elements:
    """
    Replace elements by `count` prototypes, the most read among them.

    A prototype keeps its key and gathers what all candidates near it know: it reads them as a
    query would, but all of them and not only the best. An object's value comes from the
    candidates that know the object.
    """
    chosen = candidates.usage.topk(min(count, len(candidates))).indices
    key, selection = candidates.key[chosen], candidates.selection[chosen]
    logits = similarity(candidates.key, candidates.shrinkage, key, selection)
    values = {
        i: read_all(visible(logits, candidates.absent(i)), value)
        for i, value in candidates.values.items()
    }
    return Elements.new(
        Segment(length=len(chosen), ids=frozenset(values), long_term=True),
        key=key,
        shrinkage=read_all(logits, candidates.shrinkage[:, None])[:, 0],
        selection=selection,
        values=values,
    )


def make_room(elements: Elements, limit: int) -> Elements:
    """
    Keep at most `limit` elements, the most read.

    Elements that are read just as little as the last one to go are given up with it, so there
    may be fewer. The reference also comes here when nothing is to go, and crashes.
    """
    surplus = len(elements) - limit
    if surplus <= 0:
        return elements
    threshold = elements.usage.kthvalue(surplus).values
    return elements.filter(elements.usage > threshold)


def visible(logits: Tensor, absent: Tensor | None) -> Tensor:
    """Similarities (Q, M), minus infinity where an object is absent, bool (M,)."""
    return logits if absent is None else logits.masked_fill(absent, float('-inf'))


def merged(elements: Elements) -> Elements:
    """Join neighbouring segments with the same objects, so that their number stays small."""
    groups = groupby(elements.segments, key=lambda segment: segment.ids)
    return replace(elements, segments=tuple(_union(list(group)) for _, group in groups))


def _union(segments: Sequence[Segment]) -> Segment:
    return replace(segments[0], length=sum(segment.length for segment in segments))
