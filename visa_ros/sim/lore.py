"""
What the world at large knows of things: history, science, stories, language.

A fact is true of exactly its kinds; where people would argue about another kind, it is not asked
while one of that kind is in view. What things are good for is in visa_ros.sim.phrases.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visa_ros.sim.facts import Fact
from visa_ros.sim.lore_kitchen import KITCHEN_LORE
from visa_ros.sim.lore_things import THINGS_LORE

FACTS: Mapping[str, Fact] = MappingProxyType({**KITCHEN_LORE, **THINGS_LORE})
