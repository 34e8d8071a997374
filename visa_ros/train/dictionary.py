"""
Names of the kinds beside those of training, by WordNet.

WordNet has things in a tree: a poniard is a dagger, and that is a knife. Where the names of
training for a kind agree in a part of the tree, the others in that part are names of it, too.
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
from visa_ros.model.dictionary import FILE, split
from visa_ros.sim import phrases
from visa_ros.sim.debian import unpack_package
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.sim.wording import plural
from visa_ros.train.wordings import more_words

PACKAGE = 'wordnet-base'
_THINGS = {'06', '13', '17'}  # WordNet's files of artifacts, food and natural objects
_SENSES = 4  # senses of a name of training that are looked at, those that are things
_FIRST = 2  # among so many senses of another noun, the most frequent, must be a thing
_ALIKE = 0.75  # of the names below a place in the tree must be of one kind
_STRANGERS = 0.15  # what a sense below a place weighs against a name not covered yet
_KNOWN = 0.1  # names that a place covers, at least, by senses below it
_ARTICLE = re.compile('^(?:a|an|the|some) ')
# What people mostly mean otherwise, or what nobody would hand over when asked for that kind.
_NOT_MEANT = frozenset(
    """
    ambulance|argyle|argyll|ark|ark of the covenant|armilla|armillary sphere|
    auto|bale|bier|biscuit|boiler|bumper|caldron|cash register|cauldron|
    celestial globe|citron|citrous fruit|coffee urn|coffin|cracker|crouton|
    cyclostyle|danish pastry|dime|dime bag|dirk|dodger|double boiler|
    drawing chalk|drawknife|drawshave|drip pot|faggot|fagot|fish loaf|four-spot
    |fusain|gourd|graham cracker|grail|greybeard|griddlecake|gypsy cab|hay bale
    |hod|hoecake|holy grail|hush puppy|ice cube|inkpot|key lime|kris|loaner|
    long-beard|longbeard|meat loaf|meatloaf|one-spot|oyster cracker|percolator|
    percussor|phonograph album|pix|plessor|plexor|pottle|prima|punch bag|
    punching bag|record album|salmon loaf|saltine|sangraal|sarcophagus|saucepot|
    scotch pancake|sheaf|shooter|six pack|six-spot|sixpack|sketcher|soda cracker
    |steel plate|stockpot|stoup|tailor's chalk|tea urn|telephone extension|tourer
    |yorkshire pudding
    """.replace('\n    ', '').split('|')
)

_Lines = list[list[str]]


@dataclass(frozen=True, kw_only=True)
class WordNet:
    """
    Nouns of WordNet.

    senses  of each noun, the most frequent first
    above   of each sense, the more general ones
    things  senses that are things
    verbal  words that are met as a verb or an adjective as well
    """

    senses: Mapping[str, tuple[str, ...]]
    above: Mapping[str, tuple[str, ...]]
    things: frozenset[str]
    verbal: frozenset[str]
    _up: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)

    def things_called(self, noun: str) -> list[str]:
        """List the first senses of a noun which are things."""
        return [s for s in self.senses.get(noun, ()) if s in self.things][:_SENSES]

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
    wanted = ('index.noun', 'data.noun', 'index.verb', 'index.adj')
    if lacking := [name for name in wanted if name not in files]:
        raise DataError(f'{folder}: no {lacking[0]} of WordNet in it')
    try:
        return _wordnet(*(_lines(files[name]) for name in wanted))
    except (IndexError, KeyError, ValueError) as error:
        raise DataError(f'{folder}: its files are not those of WordNet 3: {error}') from error


def _wordnet(nouns: _Lines, data: _Lines, *others: _Lines) -> WordNet:
    above: dict[str, tuple[str, ...]] = {}
    things = set()
    for fields in data:
        first = 4 + 2 * int(fields[3], 16)  # behind the words of the sense
        pointers = fields[first + 1 : first + 1 + 4 * int(fields[first])]
        kinds, targets = pointers[::4], pointers[1::4]
        # A single thing of that kind, which '@i' would be, is not what anybody's is called.
        above[fields[0]] = tuple(t for k, t in zip(kinds, targets, strict=True) if k == '@')
        if fields[1] in _THINGS:
            things.add(fields[0])
    return WordNet(
        senses={_spaced(fields[0]): tuple(fields[-int(fields[2]) :]) for fields in nouns},
        above={sense: tuple(a for a in of if a in above) for sense, of in above.items()},
        things=frozenset(things),
        # Those with senses that were met in texts.
        verbal=frozenset(_spaced(f[0]) for o in others for f in o if int(f[5 + int(f[3])]) > 0),
    )


def _lines(path: Path) -> _Lines:
    lines = path.read_text(encoding='utf-8').splitlines()
    return [line.split(' | ')[0].split() for line in lines if not line.startswith(' ')]


def _spaced(word: str) -> str:
    return word.replace('_', ' ').lower()


def make_dictionary(wordnet: WordNet, names: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """
    Find further names of kinds, one object's and several objects' each.

    names  of each kind, as training has them; none of them, and no word of them, is among those
           found, nor a name that only puts a word before one of them: 'brown bread'
    """
    kind_at = _places(wordnet, names)
    taught = {part for called in names.values() for name in called for part in _parts(name)}
    left_out = taught | _uses() | _NOT_MEANT | wordnet.verbal
    found = {}
    for noun, senses in wordnet.senses.items():
        words = split(noun)
        if noun in left_out or len(noun) < 3 or ' '.join(words) != noun:
            continue
        meant = next((s for s in senses[:_FIRST] if s in wordnet.things), None)
        places = wordnet.path(meant) if meant else ()
        kind = next((kind_at[place] for place in places if place in kind_at), None)
        if kind and (len(words) == 1 or words[-1] not in names[kind]):
            found[noun] = kind
    found = dict(sorted(found.items()))
    many = {_many(noun): _many(kind) for noun, kind in found.items()}
    return found | {noun: kind for noun, kind in many.items() if noun not in left_out}


def _many(noun: str) -> str:
    return noun.removesuffix('knife') + 'knives' if noun.endswith('knife') else plural(noun)


def _parts(name: str) -> list[str]:
    """List all words in a row of a name, itself and single words among them."""
    words = split(name)
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
        few = bool(chosen) and len(covered) < 2
        if not covered or few or len(covered) < _KNOWN * below[best]:
            break
        chosen.append(best)
        left -= covered
    return chosen


def write_dictionary(folder: Path, source: Path | None = None) -> int:
    """
    Write dictionary.json by WordNet, in the place of one that is there.

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
    text = json.dumps(meanings, indent=0)
    (folder / FILE).write_text(text + '\n', encoding='utf-8')
    return len(meanings)
