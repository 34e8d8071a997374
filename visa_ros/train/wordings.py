"""
More words for training than the benchmark draws from: words.json.

They were written apart from the words that are kept from training, and share no name and no four
words in a row with them; a test checks it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from visa_ros.sim import phrases, wording
from visa_ros.sim.lore import FACTS
from visa_ros.sim.phrases_events import EVENTS
from visa_ros.sim.wording import MoreWords, Phrasings

_FILE = Path(__file__).with_name('words.json')
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
    """Read the file, and find what each of its lists adds to."""
    raw: dict[str, dict[str, Any]] = json.loads(_FILE.read_text(encoding='utf-8'))
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
