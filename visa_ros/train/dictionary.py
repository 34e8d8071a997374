"""
What names that training never shows mean, by WordNet.

WordNet has things in a tree: a chapati is a flatbread, that is a bread. Where the names that
training shows of a kind agree in a part of the tree, the others in that part are names of it, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
import json
from pathlib import Path
import re
import tempfile

from visa_ros.errors import DataError
from visa_ros.model.dictionary import FILE
from visa_ros.sim import phrases
from visa_ros.sim.debian import unpack_package
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.sim.wording import plural
from visa_ros.train.wordings import more_words

PACKAGE = 'wordnet-base'
_THINGS = {'06', '13', '17'}  # WordNet's files of artifacts, food and natural objects
_SENSES = 4  # of a name that are looked at, the most frequent first
_ALIKE = 0.75  # of the names below a place in the tree must be of one kind
_STRANGERS = 0.15  # what a place without a name of training costs, by what one with a name gains
_KNOWN = 0.1  # of the places below must have a name
_ARTICLE = re.compile('^(?:a|an|the|some) ')
_LETTERS = re.compile(r"[a-z][a-z'-]*")


@dataclass(frozen=True, kw_only=True)
class WordNet:
    """
    Nouns of WordNet.

    senses  of each noun, the most frequent first
    above   of each sense, the more general ones
    things  senses that are things
    others  words that are met as a verb or an adjective as well
    """

    senses: Mapping[str, tuple[str, ...]]
    above: Mapping[str, tuple[str, ...]]
    things: frozenset[str]
    others: frozenset[str]
    _up: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def things_called(self, noun: str, most: int = _SENSES) -> list[str]:
        """List the first senses of a noun which are things."""
        return [s for s in self.senses.get(noun, ()) if s in self.things][:most]

    def path(self, sense: str) -> tuple[str, ...]:
        """Return the sense and all that are more general, the nearest first."""
        if sense not in self._up:
            found, layer = [sense], [sense]
            while layer:
                layer = list(dict.fromkeys(a for sense in layer for a in self.above[sense]))
                layer = [s for s in layer if s not in found]
                found += layer
            self._up[sense] = tuple(found)
        return self._up[sense]


def read_wordnet(folder: Path) -> WordNet:
    """Read the files of WordNet somewhere below a folder; DataError if they are not there."""
    files = {path.name: path for path in folder.rglob('*') if path.is_file()}
    if lacking := [n for n in ('index.noun', 'data.noun', 'index.verb') if n not in files]:
        raise DataError(f'{folder}: no {lacking[0]} of WordNet in it')
    senses, above, things, others = {}, {}, set(), set()
    for fields in _lines(files['index.noun']):
        count = int(fields[2])
        senses[_spaced(fields[0])] = tuple(fields[-count:])
    for fields in _lines(files['data.noun']):
        first = 4 + 2 * int(fields[3], 16)  # behind the words of the sense
        pointers = fields[first + 1 : first + 1 + 4 * int(fields[first])]
        kinds, targets = pointers[::4], pointers[1::4]
        above[fields[0]] = tuple(t for k, t in zip(kinds, targets, strict=True) if k[0] == '@')
        if fields[1] in _THINGS:
            things.add(fields[0])
    for name in ('index.verb', 'index.adj'):
        for fields in _lines(files[name]) if name in files else ():
            if int(fields[5 + int(fields[3])]) > 0:  # senses that were met in texts
                others.add(_spaced(fields[0]))
    return WordNet(senses=senses, above=above, things=frozenset(things), others=frozenset(others))


def _lines(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding='utf-8').splitlines()
    return [line.split(' | ')[0].split() for line in lines if not line.startswith(' ')]


def _spaced(word: str) -> str:
    return re.sub(r'\(\w+\)$', '', word).replace('_', ' ').lower()


def make_dictionary(wordnet: WordNet, names: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """
    Find further names of kinds, one object's and several objects' each.

    names  of each kind, as training shows them; no word of them gets into the dictionary
    """
    kind_at = _places(wordnet, names)
    shown = {part for called in names.values() for name in called for part in _parts(name)}
    shown |= _uses()
    found = {}
    for noun, senses in wordnet.senses.items():
        if noun in shown or noun in wordnet.others or len(noun) < 3:
            continue
        meant = next((s for s in senses[:2] if s in wordnet.things), None)
        places = wordnet.path(meant) if meant else ()
        kind = next((kind_at[place] for place in places if place in kind_at), None)
        if kind:
            found[noun] = kind
    return dict(sorted(found.items())) | {
        plural(noun): plural(kind) for noun, kind in sorted(found.items())
    }


def _parts(name: str) -> list[str]:
    """List all words in a row of a name, itself and single words among them."""
    words = _LETTERS.findall(name)
    ends = range(1, len(words) + 1)
    return [' '.join(words[start:end]) for end in ends for start in range(end)]


def _uses() -> set[str]:
    """Phrasings of uses that training shows, without their articles: 'drinking vessel'."""
    more = more_words().phrasings
    told = {w for tag in phrases.TAGS.values() for w in (*tag.training, *more.get(tag, ()))}
    return {_ARTICLE.sub('', way.lower()) for way in told}


def _places(wordnet: WordNet, names: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Return places of the tree and the kind whose names they have, greedily the best first."""
    below: dict[str, int] = defaultdict(int)
    for sense in wordnet.above:
        for place in wordnet.path(sense):
            below[place] += 1
    at: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for kind, called in names.items():
        for name in called:
            for sense in wordnet.things_called(name):
                for place in wordnet.path(sense):
                    at[place][kind].add(name)
    kind_at: dict[str, str] = {}
    for kind, called in names.items():
        own = {p: k[kind] for p, k in at.items() if len(k[kind]) >= _ALIKE * _size(k)}
        kind_at |= dict.fromkeys(_best_places(own, below, called, wordnet), kind)
    return kind_at


def _size(named: Mapping[str, set[str]]) -> int:
    return len(set().union(*named.values()))


def _best_places(
    own: Mapping[str, set[str]],
    below: Mapping[str, int],
    called: frozenset[str],
    wordnet: WordNet,
) -> list[str]:
    """Choose places that cover the names of a kind, each with as few others as may be."""
    left = {name for name in called if wordnet.things_called(name)}
    chosen: list[str] = []
    while left:
        gain = {p: len(n & left) / (len(left) + _STRANGERS * below[p]) for p, n in own.items()}
        best = max(sorted(gain), key=lambda place: gain[place], default='')
        covered = own[best] & left if best else set()
        few = len(covered) < 2 and chosen
        if not covered or few or len(covered) < _KNOWN * below[best]:
            break
        chosen.append(best)
        left -= covered
    return chosen


def write_dictionary(folder: Path, source: Path | None = None) -> int:
    """
    Write dictionary.json by WordNet.

    folder   of the instruction encoder
    source   the package's .deb, or a folder with WordNet's files; None: fetch it with apt-get
    returns  how many names it has

    MissingPackageError if WordNet cannot be had, DataError for files that are not it.
    """
    more = more_words().names
    names = {
        kind: frozenset(n.lower() for n in (kind, *category.names, *more.get(kind, ())))
        for kind, category in CATEGORIES.items()
    }
    with tempfile.TemporaryDirectory(prefix='visa-wordnet-') as scratch:
        wordnet = read_wordnet(unpack_package(PACKAGE, Path(scratch), source))
    meanings = make_dictionary(wordnet, names)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(meanings, indent=0, ensure_ascii=False)
    (folder / FILE).write_text(text + '\n', encoding='utf-8')
    return len(meanings)
