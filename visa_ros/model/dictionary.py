"""
Words that a model was never taught, and the plain ones to read in their place.

A sentence encoder of 22 M parameters hardly knows what a chapati is; a dictionary does.
"""

from __future__ import annotations

from collections.abc import Mapping
import json
from pathlib import Path
import re

from visa_ros.errors import CheckpointError

FILE = 'dictionary.json'
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9'-]*[a-z0-9])?", re.IGNORECASE)
_ARTICLE = re.compile(r'\b(a)n?( )\Z', re.IGNORECASE)


class Dictionary:
    """
    Names and what they are to be read as: 'the chapati' is read as 'the bread'.

    A name of several words goes before a shorter one; one that is followed by a word that objects
    are called, as in 'thermos cup', says what kind of cup it is, and stays.
    """

    def __init__(self, meanings: Mapping[str, str]) -> None:
        """Take names in lower case, words separated by single spaces, each with its reading."""
        self._meanings = dict(meanings)
        self._longest = max((name.count(' ') + 1 for name in self._meanings), default=0)
        self._heads = {meaning.split(' ')[-1] for meaning in self._meanings.values()}

    def __len__(self) -> int:
        return len(self._meanings)

    def __contains__(self, name: str) -> bool:
        return name in self._meanings

    def plain(self, text: str) -> str:
        """Return the text with all names that it has in the dictionary read plainly."""
        words = list(_WORD.finditer(text))
        read, done, k = '', 0, 0
        while k < len(words):
            name = self._name_at(text, words, k)
            if name:
                end = k + name.count(' ') + 1
                before = read + text[done : words[k].start()]
                read = _put_behind(before, self._meanings[name])
                done, k = words[end - 1].end(), end
            else:
                k += 1
        return read + text[done:]

    def _name_at(self, text: str, words: list[re.Match[str]], start: int) -> str:
        """Return the longest name that begins at a word; '': none."""
        for count in range(min(self._longest, len(words) - start), 0, -1):
            begin, end = words[start].start(), words[start + count - 1].end()
            name = text[begin:end].lower()
            if name in self._meanings:
                return '' if self._is_front(text, end, words[start + count :]) else name
        return ''

    def _is_front(self, text: str, end: int, after: list[re.Match[str]]) -> bool:
        """Whether what ends there only says what kind of thing the next word means."""
        return (
            bool(after)
            and text[end : after[0].start()] == ' '
            and after[0].group().lower() in self._heads
        )


def _put_behind(text: str, meaning: str) -> str:
    """Return both, with the right article, and 'toy car' behind 'the toy' as 'the toy car'."""
    first = meaning.split(' ')[0]
    if first != meaning and text.lower().endswith(f'{first} '):
        return text + meaning.removeprefix(f'{first} ')
    ending = 'n' if meaning[:1].lower() in set('aeiou') else ''
    return _ARTICLE.sub(rf'\g<1>{ending}\g<2>', text) + meaning


def load_dictionary(folder: Path) -> Dictionary:
    """
    Read dictionary.json, a mapping of names to readings, all text; an empty one without the file.

    Raises CheckpointError where it holds anything else.
    """
    path = folder / FILE
    if not path.exists():
        return Dictionary({})
    try:
        raw = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise CheckpointError(f'{path}: not a dictionary: {error}') from error
    if not isinstance(raw, dict):
        raise CheckpointError(f'{path}: want {{name: reading}}, got {type(raw).__name__}')
    for name, meaning in raw.items():
        if not isinstance(meaning, str) or not meaning.strip():
            raise CheckpointError(f'{path}: {name!r}: want text to read in its place')
        if name != ' '.join(name.lower().split()) or not name:
            raise CheckpointError(f'{path}: {name!r}: want lower case and single spaces')
    return Dictionary(raw)
