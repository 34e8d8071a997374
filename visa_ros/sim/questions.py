"""
One function per type of question: look at a frame, ask something that has one right answer.

Each returns None where the scene allows no such question, or where people would not agree on
its answer.
"""

from __future__ import annotations

from collections.abc import Sequence

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
from visa_ros.sim.lore import FACTS
from visa_ros.sim.record import EventKind
from visa_ros.sim.sights import Sight
from visa_ros.sim.wording import ANYTHING, indefinite, pick, plural


def by_category(asker: Asker) -> Expression | None:
    """'the mug', 'a mug', 'some bread'."""
    seen = asker.look.seen
    if not seen:
        return None
    category = pick(asker.rng, seen).category
    name = asker.name(category)
    one = asker.chance(0.8)
    phrase = f'the {name}' if one else indefinite(name)
    targets = of_kind(seen, category)
    return asker.ask('category', phrase, targets, one=one, kinds=called(category, decide=True))


def by_attribute(asker: Asker) -> Expression | None:
    """'the red mug', 'the red one'."""
    colored = [s for s in asker.look.seen if s.color and s.color != s.category]
    if not colored:
        return None
    sight = pick(asker.rng, colored)
    same = [s for s in asker.look.seen if s.color == sight.color]
    if asker.chance(0.35):
        one_of_them = (asker.say(ANYTHING), *(() if asker.held_out else ('one',)))
        noun = pick(asker.rng, one_of_them)
        phrase = f'the {sight.color} {noun}'
        return asker.ask('attribute', phrase, same, one=True, sense=sight.color)
    noun = f'{sight.color} {asker.name(sight.category)}'
    one = asker.chance(0.8)
    phrase = f'the {noun}' if one else indefinite(noun)
    targets = of_kind(same, sight.category)
    kinds = called(sight.category)
    return asker.ask('attribute', phrase, targets, one=one, kinds=kinds, sense=sight.color)


def by_function(asker: Asker) -> Expression | None:
    """'something I could drink from', 'the power is out.'."""
    seen = asker.look.seen
    families = sorted({tag for s in seen for tag in CATEGORIES[s.category].tags})
    single = [((t,), phrases.TAGS[t]) for t in families if not debatable(seen, t)]
    unions = [
        (tuple(tags), wording)
        for tags, wording in phrases.UNIONS.items()
        if tags <= set(families) and not any(debatable(seen, t) for t in tags)
    ]
    options = unions if unions and asker.chance(0.12) else single
    if not options:
        return None
    tags, wording = pick(asker.rng, options)
    targets = _union(seen, frozenset(tags))
    return asker.ask('function', asker.say(wording), targets, kinds=tagged(*tags, decide=True))


def _union(seen: Sequence[Sight], tags: frozenset[str]) -> list[Sight]:
    return [s for s in seen if tags & CATEGORIES[s.category].tags]


def by_knowledge(asker: Asker) -> Expression | None:
    """'what was soft clay before it was fired?', 'a bone in the ear is named after it.'."""
    seen = asker.look.seen
    kinds = {s.category for s in seen}
    facts = [f for f in FACTS.values() if f.kinds & kinds and not f.debatable & kinds]
    if not facts:
        return None
    fact = pick(asker.rng, facts)
    targets = [s for s in seen if s.category in fact.kinds]
    kinds = Kinds(sought=fact.kinds, unsure=fact.debatable, decide=True)
    return asker.ask('knowledge', asker.say(fact.wording), targets, kinds=kinds)


MOTION_KINDS = {
    'pushed': EventKind.PUSHED,
    'dropped': EventKind.DROPPED,
    'carried': EventKind.CARRIED,
}
# What is lifted to be dropped or taken away is carried too, in a way: beside these kinds alone,
# 'carried' is clear.
CLEAR_OF_CARRIED = frozenset((EventKind.CARRIED, EventKind.PUSHED))


def by_motion(asker: Asker) -> Expression | None:
    """'the thing that was just moved', 'what fell?'."""
    look = asker.look
    if not look.motion_is_clear or not look.moved:
        return None
    options = [('moved', list(look.moved))]
    blamed = frozenset().union(*look.happened.values())
    # What another object knocked away was pushed too, in a way, and what hangs in the air may be
    # carried or about to fall: then only ask what moved.
    if not look.ongoing and {s.info.instance_id for s in look.moved} <= blamed:
        for word, kind in MOTION_KINDS.items():
            if kind is EventKind.CARRIED and not set(look.happened) <= CLEAR_OF_CARRIED:
                continue
            ids = look.happened.get(kind, frozenset())
            options.append((word, [s for s in look.moved if s.info.instance_id in ids]))
    word, targets = pick(asker.rng, [o for o in options if o[1]])
    phrase = asker.say(phrases.MOTIONS[word])
    one = asks_for_one(phrase)
    return asker.ask('motion', phrase, targets, one=one, needs_past=True, sense=word)


def asks_for_one(phrase: str) -> bool:
    """Whether a phrasing about events asks for exactly one object."""
    return phrase.startswith(('the ', 'which object '))


def by_group(asker: Asker) -> Expression | None:
    """'all the mugs', 'every tool', 'all the red things', 'everything but the mug'."""
    makers = (_all_of_kind, _all_of_family, _all_of_family, _all_of_color, _all_but)
    return pick(asker.rng, makers)(asker)


def _all_of_kind(asker: Asker) -> Expression | None:
    seen = asker.look.seen
    kinds = sorted({s.category for s in seen})
    several = [kind for kind in kinds if len(of_kind(seen, kind)) > 1]
    if not several:
        return None
    kind = pick(asker.rng, several)
    name = asker.name(kind, short=True)
    return _all(asker, name, None, of_kind(seen, kind), called(kind, decide=True))


def _all_of_family(asker: Asker) -> Expression | None:
    seen = asker.look.seen
    families = [
        (asker.group(tag), tag)
        for tag in phrases.GROUPS
        if len(with_tag(seen, tag)) > 1 and not debatable(seen, tag)
    ]
    if not families:
        return None
    (one, many), tag = pick(asker.rng, families)
    return _all(asker, one, many, with_tag(seen, tag), tagged(tag, decide=True))


def _all_of_color(asker: Asker) -> Expression | None:
    seen = asker.look.seen
    colors = sorted({s.color for s in seen if s.color})
    several = [c for c in colors if sum(s.color == c for s in seen) > 1]
    if not several:
        return None
    color = pick(asker.rng, several)
    noun = f'{color} {asker.say(ANYTHING)}'
    return _all(asker, noun, None, [s for s in seen if s.color == color], sense=color)


def _all(
    asker: Asker,
    one: str,
    many: str | None,
    targets: list[Sight],
    kinds: Kinds | None = None,
    sense: str = '',
) -> Expression:
    many = many or plural(one)
    if asker.chance(0.3):
        phrase = asker.say(phrases.EVERY_ONE).replace('{}', one)
        return asker.ask('multi', phrase, targets, kinds=kinds, sense=sense)
    phrase = asker.say(phrases.ALL).replace('{}', many)
    return asker.ask('multi', phrase, targets, kinds=kinds, sense=sense)


def _all_but(asker: Asker) -> Expression | None:
    seen = asker.look.seen
    single = [s for s in seen if len(of_kind(seen, s.category)) == 1]
    if not single or len(seen) < 3:
        return None
    left_out = pick(asker.rng, single)
    phrase = asker.say(phrases.ALL_BUT).replace('{}', f'the {asker.name(left_out.category)}')
    kinds = Kinds(
        sought=frozenset(CATEGORIES) - {left_out.category}, beside=frozenset({left_out.category})
    )
    return asker.ask('multi', phrase, [s for s in seen if s is not left_out], kinds=kinds)
