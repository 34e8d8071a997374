"""The form in which visa_ros.sim.lore keeps what is known of things."""

from __future__ import annotations

from dataclasses import dataclass

from visa_ros.sim.wording import Phrasings, ways


@dataclass(frozen=True, kw_only=True)
class Fact:
    """
    Something that is known of some kinds of objects.

    kinds      keys of visa_ros.sim.knowledge.CATEGORIES of which it is true
    debatable  kinds of which some would say that it is true as well
    wording    the ways to speak of it
    """

    kinds: frozenset[str]
    debatable: frozenset[str]
    wording: Phrasings


def fact(kinds: str, debatable: str, training: str, held_out: str) -> Fact:
    """Make a fact of lists with commas, and of phrasings as visa_ros.sim.wording.ways reads."""
    return Fact(
        kinds=frozenset(kinds.split(', ')),
        debatable=frozenset(debatable.split(', ')) - {''},
        wording=ways(training, held_out),
    )
