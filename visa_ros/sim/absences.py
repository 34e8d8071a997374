"""Questions to which nothing in the scene is the answer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visa_ros.sim import phrases
from visa_ros.sim.asking import Asker, called, Expression, Kinds, tagged
from visa_ros.sim.knowledge import carriers, CATEGORIES, COLORS, look_alike, may_be_called
from visa_ros.sim.lore import FACTS
from visa_ros.sim.questions import asks_for_one
from visa_ros.sim.record import EventKind, ObjectInfo
from visa_ros.sim.sights import STILL_M
from visa_ros.sim.wording import indefinite, pick

# Nothing has fallen while nothing has come down as far as this.
FALL_M = 0.02
# What may be taken for it. Anything that moves may have been pushed: of that, only still scenes
# are asked.
RESEMBLES: Mapping[str, frozenset[EventKind]] = MappingProxyType(
    {
        'dropped': frozenset((EventKind.DROPPED,)),
        'carried': frozenset(EventKind) - {EventKind.PUSHED},
    }
)


def by_absence(asker: Asker) -> Expression | None:
    """Ask for what is not there; half of the time it is easily mistaken for something there."""
    hard = (_wrong_color, _same_family, _wrong_color, _same_family, _nothing_happened)
    easy = (_other_kind, _stranger, _unserved, _unserved, _unthinkable, _unheard_of)
    return pick(asker.rng, hard if asker.chance(0.5) else easy)(asker)


def _nothing(asker: Asker, phrase: str, kinds: Kinds) -> Expression:
    return asker.ask('absent', phrase, (), kinds=kinds)


def _thing(asker: Asker, noun: str, kinds: Kinds, sense: str = '') -> Expression:
    one = asker.chance(0.8)
    phrase = f'the {noun}' if one else indefinite(noun)
    return asker.ask('absent', phrase, (), one=one, kinds=kinds, sense=sense)


def missing_kinds(present: tuple[ObjectInfo, ...]) -> list[str]:
    """List the kinds of which the scene has none, nor anything that might be called so."""
    return [k for k in CATEGORIES if not any(may_be_called(o.category, k) for o in present)]


def missing_tags(present: tuple[ObjectInfo, ...]) -> list[str]:
    """List the tags that nothing in the scene carries, not even arguably."""
    kinds = {o.category for o in present}
    return [
        tag
        for tag in phrases.TAGS
        if not kinds & (carriers(tag) | phrases.DEBATABLE.get(tag, frozenset()))
    ]


def missing_colors(present: tuple[ObjectInfo, ...], category: str) -> list[str]:
    """
    List the colours that no object of a kind has, nor a colour like it.

    Empty when the colour of such an object has no name, for then nobody can say.
    """
    colors = {o.color for o in present if may_be_called(o.category, category)}
    if '' in colors:
        return []
    return [c for c in COLORS if not any(look_alike(c, other) for other in colors)]


def _wrong_color(asker: Asker) -> Expression | None:
    """'the blue mug' beside a red mug; best in the colour of something else."""
    look = asker.look
    if not look.seen:
        return None
    category = pick(asker.rng, look.seen).category
    colors = missing_colors(look.present, category)
    nearby = [c for c in colors if any(s.color == c for s in look.seen)]
    if not colors:
        return None
    color = pick(asker.rng, nearby if nearby and asker.chance(0.7) else colors)
    return _thing(asker, f'{color} {asker.name(category)}', called(category), color)


def _same_family(asker: Asker) -> Expression | None:
    """'the fork' beside a spoon."""
    tags = {tag for s in asker.look.seen for tag in CATEGORIES[s.category].tags}
    missing = missing_kinds(asker.look.present)
    kin = [kind for kind in missing if tags & CATEGORIES[kind].tags]
    return _kind(asker, pick(asker.rng, kin)) if kin else None


def _kind(asker: Asker, category: str) -> Expression:
    return _thing(asker, asker.name(category), called(category, decide=True))


def _nothing_happened(asker: Asker) -> Expression | None:
    """'the thing that was moved' where all is still, 'what fell?' where something was pushed."""
    look = asker.look
    if not look.happened and all(shift < STILL_M for shift in look.shift_m.values()):
        words = list(phrases.MOTIONS)
    elif look.motion_is_clear and look.sank_m < FALL_M:
        words = [word for word, kinds in RESEMBLES.items() if not kinds & set(look.happened)]
    else:
        return None
    if not words:
        return None
    word = pick(asker.rng, words)
    phrase = asker.say(phrases.MOTIONS[word])
    one = asks_for_one(phrase)
    return asker.ask('absent', phrase, (), one=one, needs_past=True, sense=word)


def _other_kind(asker: Asker) -> Expression | None:
    missing = missing_kinds(asker.look.present)
    return _kind(asker, pick(asker.rng, missing)) if missing else None


def _stranger(asker: Asker) -> Expression:
    return _thing(asker, asker.say(phrases.STRANGERS), Kinds(decide=True))


def _unserved(asker: Asker) -> Expression | None:
    tags = missing_tags(asker.look.present)
    if not tags:
        return None
    tag = pick(asker.rng, tags)
    return _nothing(asker, asker.say(phrases.TAGS[tag]), tagged(tag, decide=True))


def _unthinkable(asker: Asker) -> Expression:
    return _nothing(asker, asker.say(phrases.NOBODY), Kinds(decide=True))


def _unheard_of(asker: Asker) -> Expression | None:
    """Ask for what a fact is true of, where it is true of nothing."""
    kinds = {o.category for o in asker.look.present}
    facts = [f for f in FACTS.values() if not kinds & (f.kinds | f.debatable)]
    if not facts:
        return None
    fact = pick(asker.rng, facts)
    kinds = Kinds(sought=fact.kinds, unsure=fact.debatable, decide=True)
    return _nothing(asker, asker.say(fact.wording), kinds)
