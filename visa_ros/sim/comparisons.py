"""
Questions that compare objects: by size, and by place as the camera sees it.

Each returns None where the scene allows no such question, or where people would not agree on
its answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visa_ros.sim import phrases
from visa_ros.sim.asking import (
    Asker,
    called,
    debatable,
    Expression,
    Kinds,
    of_kind,
    tagged,
    with_tag,
)
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.sim.sights import Sight
from visa_ros.sim.wording import ANYTHING, Phrasings, pick

# Two objects that are nearer to each other than this are neither left nor right, neither before
# nor behind; sizes nearer than the ratio are alike.
GAP_X = 0.06
GAP_DEPTH_M = 0.04
RATIO = 1.3
# Of two flat things nobody says that one is taller.
TALLER_M = 0.02


def _pools(asker: Asker) -> list[tuple[str, list[Sight], Kinds | None]]:
    """List what may be compared: all objects, those of a kind, those of a family."""
    seen = asker.look.seen
    pools: list[tuple[str, list[Sight], Kinds | None]] = [
        (asker.say(ANYTHING), list(seen), None)
    ] * 2
    kinds = sorted({s.category for s in seen})
    pools += [(asker.name(kind), of_kind(seen, kind), called(kind)) for kind in kinds]
    pools += [
        (asker.group(tag)[0], with_tag(seen, tag), tagged(tag))
        for tag in phrases.GROUPS
        if not debatable(seen, tag)
    ]
    return [(noun, pool, about) for noun, pool, about in pools if len(pool) > 1]


def _extreme(
    asker: Asker, kind: str, choices: list[tuple[str, Phrasings, str, Kinds | None, Sight]]
) -> Expression | None:
    if not choices:
        return None
    which, wording, noun, about, sight = pick(asker.rng, choices)
    phrase = asker.say(wording).replace('{}', noun)
    return asker.ask(kind, phrase, [sight], one=True, kinds=about, sense=which)


def _sizes(sight: Sight, which: str) -> tuple[float, ...]:
    """Numbers that all have to be the greatest for the object to be called so."""
    size = np.asarray(sight.info.size_m)
    if which == 'tallest':
        return (float(size[2]),)
    length, volume = float(np.linalg.norm(size)), float(np.cbrt(size.prod()))
    return (length, volume) if which == 'largest' else (1 / length, 1 / volume)


def _stands_out(sight: Sight, pool: list[Sight], which: str) -> bool:
    mine = _sizes(sight, which)
    others = [_sizes(s, which) for s in pool if s is not sight]
    if which == 'tallest' and any(mine[0] - other[0] < TALLER_M for other in others):
        return False
    # The length decides by the ratio; the volume has to agree.
    return all(
        mine[0] >= RATIO * other[0] and all(m > o for m, o in zip(mine, other, strict=True))
        for other in others
    )


def by_size(asker: Asker) -> Expression | None:
    """'the largest object', 'the tallest mug', 'the smallest fruit'."""
    moved = {s.info.instance_id for s in asker.look.moved}
    choices = [
        (which, wording, noun, about, sight)
        for which, wording in phrases.SIZES.items()
        for noun, pool, about in _pools(asker)
        # What was moved may have toppled: its height at rest is no longer what is seen.
        if which != 'tallest' or not moved & {s.info.instance_id for s in pool}
        for sight in pool
        if _stands_out(sight, pool, which)
    ]
    return _extreme(asker, 'size', choices)


def _ahead(values: Sequence[float], gap: float) -> int | None:
    """Return the index of the smallest value if it is smaller than all others by the gap."""
    order = np.argsort(values)
    return int(order[0]) if values[order[1]] - values[order[0]] >= gap else None


def _extreme_places(asker: Asker) -> list[tuple[str, Phrasings, str, Kinds | None, Sight]]:
    choices = []
    for noun, pool, about in _pools(asker):
        xs, depths = [s.x for s in pool], [s.depth_m for s in pool]
        rows = {
            'leftmost': (xs, GAP_X),
            'rightmost': ([-x for x in xs], GAP_X),
            'closest': (depths, GAP_DEPTH_M),
            'farthest': ([-d for d in depths], GAP_DEPTH_M),
        }
        for which, (values, gap) in rows.items():
            first = _ahead(values, gap)
            if first is not None:
                choices.append((which, phrases.EXTREMES[which], noun, about, pool[first]))
    return choices


def beyond(sight: Sight, anchor: Sight, relation: str) -> bool | None:
    """
    Whether the sight is left of, right of, before or behind the anchor; None: too near to say.

    relation  a key of visa_ros.sim.phrases.RELATIONS
    """
    if relation in ('left', 'right'):
        ahead, gap = anchor.x - sight.x, GAP_X
    else:
        ahead, gap = anchor.depth_m - sight.depth_m, GAP_DEPTH_M
    if relation in ('right', 'behind'):
        ahead = -ahead
    return None if abs(ahead) < gap else ahead > 0


def _anchors(asker: Asker) -> list[Sight]:
    """List the objects that can be named without doubt."""
    seen = asker.look.seen
    return [s for s in seen if len(of_kind(seen, s.category)) == 1]


def _by_relation(asker: Asker) -> Expression | None:
    """'the mug behind the book', 'everything left of the book'."""
    anchors = _anchors(asker)
    if not anchors:
        return None
    anchor = pick(asker.rng, anchors)
    others = [s for s in asker.look.seen if s is not anchor]
    relation = pick(asker.rng, sorted(phrases.RELATIONS))
    place = asker.say(phrases.RELATIONS[relation])
    place = place.replace('{}', f'the {asker.name(anchor.category)}')
    phrase, one = asker.say(phrases.ALL_OF_THEM).replace('{}', place), False
    beside = frozenset({anchor.category})
    kinds = Kinds(sought=frozenset(CATEGORIES), beside=beside)
    if others and asker.chance(0.65):
        kind = pick(asker.rng, others).category
        others = of_kind(others, kind)
        phrase, one = f'the {asker.name(kind)} {place}', True
        kinds = replace(called(kind), beside=beside)
    verdicts = [beyond(s, anchor, relation) for s in others]
    if None in verdicts or not any(verdicts):
        return None
    targets = [s for s, fits in zip(others, verdicts, strict=True) if fits]
    return asker.ask('spatial', phrase, targets, one=one, kinds=kinds, sense=relation)


def _by_neighbor(asker: Asker) -> Expression | None:
    """'the object next to the mug'."""
    anchors = _anchors(asker)
    if not anchors or len(asker.look.seen) < 3:
        return None
    anchor = pick(asker.rng, anchors)
    others = [s for s in asker.look.seen if s is not anchor]
    ways_off = [float(np.linalg.norm(np.subtract(s.world_m, anchor.world_m))) for s in others]
    nearest = _ahead(ways_off, GAP_DEPTH_M)
    if nearest is None:
        return None
    phrase = asker.say(phrases.NEAREST_TO).replace('{}', f'the {asker.name(anchor.category)}')
    kinds = Kinds(sought=frozenset(CATEGORIES), beside=frozenset({anchor.category}))
    sense = 'nearest_to'
    return asker.ask('spatial', phrase, [others[nearest]], one=True, kinds=kinds, sense=sense)


def by_place(asker: Asker) -> Expression | None:
    """'the leftmost mug', 'the thing behind the box', 'what is next to the bread?'."""
    draw = asker.rng.random()
    if draw < 0.5:
        return _extreme(asker, 'spatial', _extreme_places(asker))
    return _by_relation(asker) if draw < 0.85 else _by_neighbor(asker)
