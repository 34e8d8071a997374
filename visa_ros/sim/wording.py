"""Words put together: lists of phrasings, articles, plurals, and what people say around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import re
from types import MappingProxyType
from typing import TypeVar

import numpy as np

T = TypeVar('T')


@dataclass(frozen=True, kw_only=True)
class Phrasings:
    """
    Ways to say one thing.

    training  used for training and evaluation alike
    held_out  for evaluation only
    """

    training: tuple[str, ...]
    held_out: tuple[str, ...]

    def of(self, *, held_out: bool) -> tuple[str, ...]:
        """Return one of the two lists."""
        return self.held_out if held_out else self.training


def ways(training: str, held_out: str) -> Phrasings:
    """Read two lists that are separated by bars and may run over several lines."""
    split = [tuple(' '.join(w.split()) for w in text.split('|')) for text in (training, held_out)]
    return Phrasings(training=split[0], held_out=split[1])


@dataclass(frozen=True, kw_only=True)
class MoreWords:
    """
    Further ways to say things, beside the training ones.

    phrasings    of what has a list of phrasings
    names        of a kind, by its key
    definitions  of a kind, as a dictionary would put it: noun phrases that have no plain plural
    groups       of a family, by its tag: (one of them, all of them)
    alone        whether they stand in the place of the training ones, where there are any
    """

    phrasings: Mapping[Phrasings, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]
    definitions: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[tuple[str, str], ...]]
    alone: bool = False


# Around something that is named; {be} is 'is' or 'are'.
REQUESTS = ways(
    """find {}|segment {}|where {be} {}?|could you show me {}?|show me {}|point at {}|please
    mark {}|highlight {}|I am looking for {}|can you see {}?|locate {} in the video|bring me
    {}|which pixels belong to {}?|pick up {}|please give me {}|look for {}""",
    """could you outline {} for me?|I would love to have {}|draw a mask over {}|do you spot {}
    anywhere?|hand over {}""",
)

# Around a whole sentence.
ASIDES = ways(
    """{} Show me.|Question: {}|{} Please mark it in the video.|Look at the table. {}|Tell me:
    {}|{} Segment the answer.""",
    """Dear robot, {}|{} Outline it for me.|Here is a riddle. {}""",
)

# What any object may be called.
ANYTHING = ways('object|thing|item', 'piece|article')

_BARE = 0.4
_LAZY = 0.12
_CAPITAL = 0.15
# What may follow the head of a noun phrase.
_REST = re.compile(
    r' (?:and|apart|as|at|but|everyone|except|for|from|in|made|next|of|on|one|or|people|powered|'
    r'that|to|whose|with|without)\b'
)
_PLURALS: Mapping[str, str] = MappingProxyType(
    {'bread': 'bread', 'knife': 'knives', 'loaf': 'loaves', 'piece of clothing': 'clothes'}
)


def pick(rng: np.random.Generator, options: tuple[T, ...] | list[T]) -> T:
    """Draw one of the options."""
    return options[int(rng.integers(len(options)))]


def plural(noun: str) -> str:
    """Return the plural of an English noun phrase whose head comes last or before 'of'."""
    head, of, rest = noun.partition(' of ')
    *front, last = head.split(' ')
    return ' '.join([*front, _plural_word(last)]) + of + rest


def _plural_word(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    if word.endswith(('s', 'x', 'ch', 'sh')):
        return word + 'es'
    if word.endswith('y') and word[-2:-1] not in 'aeiou':
        return word[:-1] + 'ies'
    return word + 's'


def indefinite(noun: str) -> str:
    """Return the noun phrase with 'a', 'an' or 'some'."""
    if noun.split(' ')[-1] == 'bread':
        return f'some {noun}'
    return f'an {noun}' if noun[0] in 'aeiou' else f'a {noun}'


def is_sentence(phrase: str) -> bool:
    """Whether a phrasing stands alone, in contrast to one that names a thing."""
    return phrase.endswith(('?', '.'))


def be_of(phrase: str) -> str:
    """Return 'are' for a noun phrase in the plural, else 'is'."""
    head = _REST.split(phrase, maxsplit=1)[0]
    plural_head = head == 'all' or (head.endswith('s') and not head.endswith('ss'))
    return 'are' if plural_head else 'is'


def request(
    rng: np.random.Generator, phrase: str, *, held_out: bool, more: MoreWords | None = None
) -> str:
    """Say the phrase as people do: as it is, or inside a request; at times in sloppy spelling."""
    text = phrase
    if rng.random() >= _BARE:
        frames = ASIDES if is_sentence(phrase) else REQUESTS
        options = frames.of(held_out=held_out)
        if more is not None:
            options += more.phrasings.get(frames, ())
        frame = pick(rng, options).replace('{be}', be_of(phrase))
        text = frame.replace('{}', phrase)
    return _spell(rng, text)


def _spell(rng: np.random.Generator, text: str) -> str:
    draw = rng.random()
    if draw < _LAZY:
        return text.lower().rstrip('?.!')
    if draw < _LAZY + _CAPITAL:
        return text[0].upper() + text[1:]
    return text
