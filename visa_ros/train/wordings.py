"""
More words than the benchmark draws from: words.json for training, words_validation.json for scenes
and words that are new to a model, but not those of the benchmark.

They were written apart from the words that are kept from training, and share no name and no four
words in a row with them; a test checks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
import json
from pathlib import Path
from typing import Any

from visa_ros.sim import phrases, wording
from visa_ros.sim.lore import FACTS
from visa_ros.sim.phrases_events import EVENTS
from visa_ros.sim.wording import MoreWords, Phrasings

_FILE = Path(__file__).with_name('words.json')
_VALIDATION = Path(__file__).with_name('words_validation.json')
_TABLES = {
    'SIZES': phrases.SIZES,
    'EXTREMES': phrases.EXTREMES,
    'RELATIONS': phrases.RELATIONS,
    'MOTIONS': phrases.MOTIONS,
    'EVENTS': EVENTS,
}
_LISTS = {
    'NOBODY': phrases.NOBODY,
    'STRANGERS': phrases.STRANGERS,
    'NEAREST_TO': phrases.NEAREST_TO,
    'ALL_OF_THEM': phrases.ALL_OF_THEM,
    'ALL': phrases.ALL,
    'EVERY_ONE': phrases.EVERY_ONE,
    'ALL_BUT': phrases.ALL_BUT,
    'REQUESTS': wording.REQUESTS,
    'ASIDES': wording.ASIDES,
    'ANYTHING': wording.ANYTHING,
}


def more_words() -> MoreWords:
    """Read the words for training, and find what each of their lists adds to."""
    return _words(json.loads(_FILE.read_text(encoding='utf-8')))


def validation_words() -> MoreWords:
    """
    Read words that no training uses, to choose by.

    These are names and ways to speak of uses and facts, and stand in the place of those for
    training; the rest is the same.
    """
    raw = json.loads(_FILE.read_text(encoding='utf-8')) | {'definitions': {}}
    raw |= json.loads(_VALIDATION.read_text(encoding='utf-8'))
    return replace(_words(raw), alone=True)


def _words(raw: Mapping[str, Mapping[str, Any]]) -> MoreWords:
    found: dict[Phrasings, tuple[str, ...]] = {}
    for tag, ways in raw['tags'].items():
        found[phrases.TAGS[tag]] = tuple(ways)
    for tags, ways in raw['unions'].items():
        found[phrases.UNIONS[frozenset(tags.split('+'))]] = tuple(ways)
    for name, ways in raw['facts'].items():
        found[FACTS[name].wording] = tuple(ways)
    for key, ways in raw['forms'].items():
        table, _, name = key.partition(' ')
        found[_TABLES[table][name] if name else _LISTS[table]] = tuple(ways)
    return MoreWords(
        phrasings=found,
        names={kind: tuple(names) for kind, names in raw['names'].items()},
        definitions={kind: tuple(ways) for kind, ways in raw['definitions'].items()},
        groups={tag: tuple((one, many) for one, many in v) for tag, v in raw['groups'].items()},
    )
