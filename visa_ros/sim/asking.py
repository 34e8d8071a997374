"""A question with its answer, and the means to make one out of a look at a scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visa_ros.sim import phrases
from visa_ros.sim.knowledge import carriers, CATEGORIES, may_be_called
from visa_ros.sim.sights import Look, Sight
from visa_ros.sim.wording import MoreWords, Phrasings, pick, request

# Where there are further words, so often is a name a usual one, or a definition instead.
_USUAL_NAMES = 0.4
_DEFINITIONS = 0.2


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """
    The kinds of objects that a question is about, whatever the scene shows.

    sought  kinds that are asked for
    unsure  kinds of which people would argue whether they are asked for
    beside  kinds of what the answer is compared with ('behind the book', 'all but the mug')
    decide  whether nothing else counts: what is sought is the answer, in any scene
    """

    sought: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    decide: bool = False


@dataclass(frozen=True, kw_only=True)
class Expression:
    """
    A question about a frame and its answer.

    type          a key of visa_ros.sim.expressions.MIX
    targets       instance ids from left to right in the image; empty: nothing fits
    asks_for_one  the words ask for exactly one object ('the mug', not 'a mug' or 'all mugs')
    needs_past    one picture is not enough to answer it
    kinds         what it is about; None where kinds say nothing ('the red thing')
    sense         what else decides: a colour, or a key of the tables in visa_ros.sim.phrases
                  ('leftmost', 'behind', 'taken_away'); '' where nothing does
    """

    text: str
    type: str
    targets: tuple[int, ...]
    asks_for_one: bool
    needs_past: bool = False
    kinds: Kinds | None = None
    sense: str = ''

    @property
    def ambiguous(self) -> bool:
        """Whether one object is asked for and several fit."""
        return self.asks_for_one and len(self.targets) > 1


@dataclass(frozen=True, kw_only=True)
class Asker:
    """
    The look at the frame, the source of chance, and what may be asked.

    held_out  in words that are kept from training
    lost      also for what was visible and is not any more
    more      further words, for training
    """

    look: Look
    rng: np.random.Generator
    held_out: bool
    lost: bool = False
    more: MoreWords | None = None

    def chance(self, share: float) -> bool:
        """Return True in that share of the cases."""
        return bool(self.rng.random() < share)

    def name(self, category: str, *, short: bool = False) -> str:
        """Return one of the names of a kind; a short one is no definition."""
        kind = CATEGORIES[category]
        names = kind.held_out_names if self.held_out else kind.names
        if self.more is not None and (self.more.alone or not self.chance(_USUAL_NAMES)):
            defined = not short and self.chance(_DEFINITIONS / (1 - _USUAL_NAMES))
            further = self.more.definitions.get(category, ()) if defined else ()
            names = further or self.more.names.get(category, names)
        return pick(self.rng, names)

    def group(self, tag: str) -> tuple[str, str]:
        """Return what one object of a family is called, and all of them."""
        if self.more is None:
            return phrases.GROUPS[tag]
        return pick(self.rng, (phrases.GROUPS[tag], *self.more.groups.get(tag, ())))

    def say(self, phrasings: Phrasings) -> str:
        """Return one of the ways to say something."""
        options = phrasings.of(held_out=self.held_out)
        if self.more is not None:
            further = self.more.phrasings.get(phrasings, ())
            options = further if further and self.more.alone else options + further
        return pick(self.rng, options)

    def ask(
        self,
        kind: str,
        phrase: str,
        targets: Sequence[Sight],
        *,
        one: bool = False,
        needs_past: bool = False,
        kinds: Kinds | None = None,
        sense: str = '',
    ) -> Expression:
        """Make the question out of its phrase."""
        return Expression(
            text=request(self.rng, phrase, held_out=self.held_out, more=self.more),
            type=kind,
            targets=self.look.ordered(tuple(targets)),
            asks_for_one=one,
            needs_past=needs_past,
            kinds=kinds,
            sense=sense,
        )


def called(category: str, *, decide: bool = False) -> Kinds:
    """Return the kinds that the names of one of them mean."""
    unsure = {k for k in CATEGORIES if k != category and may_be_called(k, category)}
    return Kinds(sought=frozenset({category}), unsure=frozenset(unsure), decide=decide)


def tagged(*tags: str, decide: bool = False) -> Kinds:
    """Return the kinds that carry one of some tags."""
    sought = frozenset().union(*(carriers(tag) for tag in tags))
    unsure = frozenset().union(*(phrases.DEBATABLE.get(tag, frozenset()) for tag in tags))
    # What one tag leaves in doubt is in doubt in a union too, unless another tag settles it.
    return Kinds(sought=sought, unsure=unsure - sought, decide=decide)


def of_kind(sights: Sequence[Sight], category: str) -> list[Sight]:
    """Return the objects of one kind."""
    return [s for s in sights if s.category == category]


def with_tag(sights: Sequence[Sight], tag: str) -> list[Sight]:
    """Return the objects that carry a tag."""
    kinds = carriers(tag)
    return [s for s in sights if s.category in kinds]


def debatable(sights: Sequence[Sight], tag: str) -> bool:
    """Whether people would argue about one of the objects when the tag is asked for."""
    kinds = phrases.DEBATABLE.get(tag, frozenset())
    return any(s.category in kinds for s in sights)
