"""
Names that a model was never taught, and the plain ones to read in their place.

A sentence encoder of 22 M parameters hardly knows what a poniard is; a dictionary does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
import json
from pathlib import Path
import re

from visa_ros.errors import CheckpointError

FILE = 'dictionary.json'
_WORD = re.compile(r"\w(?:[\w'-]*\w)?")
_ARTICLE = re.compile(r"(?<![\w'-])(a)n?(\s+)\Z", re.IGNORECASE)
# What may follow a name that stands for a thing. Before any other word it only tells what kind of
# thing that means: a thermos cup is a cup.
_AFTER = frozenset(
    re.findall(
        r'\w+',
        """
        a above across after again against all along am among an and any anywhere are
        around as at away back be because been before behind being below beneath beside
        between beyond but by can carried close closer closest comes company could covered
        covers did do does down dropped each except farther farthest filled first for
        from front full further furthest go goes had has have he here hidden holding how
        hugging i if in inside into is it its just larger last least left less lie lies
        like low lower lying made may me might more most moved must my near nearby
        nearer nearest next not now of off on once only onto opposite or other out over
        past placed please pushed put reaches right shall she should sit sits sitting
        smaller so some stand standing stands still take taken takes than that the their
        them then there they this those through till to together too touching toward
        towards under underneath until up upon us used using was we were what when where
        whether which while who whose will with within without would yet you your
        """,
    )
)


class Dictionary:
    """
    Names and what they are to be read as: 'the poniard' is read as 'the knife'.

    A name of several words goes before a shorter one. A name is only read before punctuation, the
    end, and words like 'on', 'that' or 'is': before another noun it tells what kind that is.
    """

    def __init__(self, meanings: Mapping[str, str]) -> None:
        """Take names in lower case, words separated by single spaces, each with its reading."""
        self._meanings = dict(meanings)
        self._longest = max((len(split(name)) for name in self._meanings), default=0)

    def __len__(self) -> int:
        return len(self._meanings)

    def __contains__(self, name: object) -> bool:
        return name in self._meanings

    def __getitem__(self, name: str) -> str:
        return self._meanings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._meanings)

    def plain(self, text: str) -> str:
        """Return the text with all names that it has in the dictionary read plainly."""
        words = list(_WORD.finditer(text.replace('\u2019', "'")))
        read, done, k = [], 0, 0
        while k < len(words):
            count = self._name_at(text, words, k)
            if count:
                name = _joined(words[k : k + count])
                before = text[done : words[k].start()]
                read.append(_put_behind(before, self._meanings[name]))
                done = words[k + count - 1].end()
            k += count or 1
        return ''.join((*read, text[done:]))

    def _name_at(self, text: str, words: list[re.Match[str]], start: int) -> int:
        """Return of how many words the longest name is that begins at a word; 0: none."""
        for count in range(min(self._longest, len(words) - start), 0, -1):
            row = words[start : start + count]
            between = ''.join(text[a.end() : b.start()] for a, b in pairwise(row))
            if not between.strip() and _joined(row) in self._meanings:
                after = words[start + count :][:1]
                apart = not after or text[row[-1].end() : after[0].start()].strip()
                return count if apart or after[0].group().lower() in _AFTER else 0
        return 0


def split(name: str) -> list[str]:
    """List the words of a name as they are found in a text."""
    return _WORD.findall(name)


def _joined(words: list[re.Match[str]]) -> str:
    return ' '.join(word.group().lower() for word in words)


def _put_behind(text: str, meaning: str) -> str:
    """Return both, with the right article, and 'toy car' behind 'the toy' as 'the toy car'."""
    first, _, rest = meaning.partition(' ')
    if rest and split(text.lower())[-1:] == [first] and text[-1:].isspace():
        return text + rest
    ending = 'n' if meaning[:1].lower() in set('aeiou') else ''
    return _ARTICLE.sub(rf'\g<1>{ending}\g<2>', text) + meaning


def load_dictionary(folder: Path) -> Dictionary:
    """
    Read dictionary.json, {name: what to read in its place}; an empty one without the file.

    Raises CheckpointError for anything else, and for a name that no text could have: names are in
    lower case, of words with single spaces between them.
    """
    path = folder / FILE
    if not path.exists():
        return Dictionary({})
    try:
        raw = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f'{path}: not a dictionary: {error}') from error
    if not isinstance(raw, dict):
        raise CheckpointError(f'{path}: want {{name: reading}}, got {type(raw).__name__}')
    for name, meaning in raw.items():
        if not isinstance(meaning, str) or not split(meaning) or meaning != meaning.strip():
            raise CheckpointError(f'{path}: {name!r}: want words to read in its place')
        if not name or name != ' '.join(split(name)).lower():
            raise CheckpointError(
                f'{path}: {name!r}: want lower case, words as in a text, single spaces'
            )
    return Dictionary(raw)
