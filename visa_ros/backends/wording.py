"""
What an instruction names: the phrases that a finder of named things can look for.

Finders of named things (Grounding DINO, SAM 3) take a name and return everything that looks like
it. They know no past, compare no places and draw no conclusions, and they do not say so: asked
'what could I drink from?' they mark something. So an instruction is read here first, and one
that is more than a name is refused with the reason. English only; rules, not grammar: in doubt
it refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import re

from visa_ros.errors import InvalidQueryError


@dataclass(frozen=True, kw_only=True)
class Named:
    """
    The things that an instruction names.

    phrases       one or more, lower case, without article: 'red mug'
    asks_for_one  the words ask for exactly one object: 'the mug', not 'mug' or 'all mugs'
    """

    phrases: tuple[str, ...]
    asks_for_one: bool


def read_names(instruction: str) -> Named:
    """
    Find what an instruction names: 'find the red mug, please' names 'red mug'.

    InvalidQueryError where it is a question, tells of events, relates or compares things, or
    names no kind of thing; the message says which, and what to ask instead.
    """
    request = _bare(instruction)
    reasons = [
        (reason, found.start()) for sign, reason in _SIGNS if (found := sign.search(request))
    ]
    if reasons:
        name = request[: min(start for _, start in reasons)]
        raise _refusal(instruction, reasons[0][0], name=name)
    parts = [part.strip(_ENDS) for part in _BETWEEN.split(request)]
    phrases = tuple(dict.fromkeys(filter(None, map(_without_article, parts))))
    if not phrases:
        raise _refusal(instruction, 'names no kind of object')
    one = len(parts) == 1 and bool(_ONE.match(parts[0])) and not _is_plural(phrases[0])
    return Named(phrases=phrases, asks_for_one=one)


def _words(text: str) -> str:
    """Turn a list of words into an alternation; the longest come first."""
    return '|'.join(sorted(text.split(), key=len, reverse=True))


def _any(text: str) -> re.Pattern[str]:
    return re.compile(rf'\b(?:{text})\b')


# What stands before a name in a request, and after it.
_REQUEST = re.compile(
    r"""(?:
    please|hey|hi|hello|ok(?:ay)?|(?:dear\ )?robot(?=,)|now|
    (?:can|could|would|will|do)\ you(?:\ (?:see|spot))?|
    i\ (?:want|need|would\ like)\ you\ to|i'd\ like\ you\ to|
    (?:find|show|give|get|bring|fetch)(?:\ me)?|segment|select|mark|highlight|locate|detect|
    outline|draw\ a\ mask\ over|hand\ over|track|follow|grab|take|point\ (?:to|at|out)|
    look\ for|search\ for|pick\ up|where(?:'s|\ is|\ are)|(?:is|are)\ there|
    i(?:'m|\ am)\ looking\ for|i\ (?:want|need|see)|there(?:'s|\ is|\ are)|this\ is
    )\b[\s,:]*""",
    re.VERBOSE,
)
_THANKS = re.compile(
    r'[\s,]*\b(?:please|for me|thanks|thank you|anywhere|in (?:the|this) (?:image|picture|video))$'
)
_ENDS = ' \t\n.?!,;:"\''

_LEADING = (
    rf'(?:{_words("a an the this that these those all every each any some both my your our one")})'
)
_ARTICLE = re.compile(rf'(?:(?:every single|{_LEADING}|of)\s+)+')
_ONE = re.compile(r'(?:the|this|that|my|your|our)\s')
_BETWEEN = re.compile(rf'\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+(?={_LEADING}\s)')

_SUPERLATIVE = r'(?!(?:chest|nest|vest|forest|guest|harvest|crest|west|test|pest)\b)[a-z]{3,}est'
_PARTICIPLE = r'(?!(?:bed|shed|sled|seed|weed|reed|red|speed|breed)\b)[a-z]{3,}ed'
_EVENTS = _words(
    """was were been being had has have did does do is are am be fell moved dropped pushed placed
    taken gone happened changed arrived appeared disappeared vanished put just earlier recently
    previously ago before after last again anymore needs need wants want makes make helps help"""
)
_QUESTIONS = _words('what which who whom whose why how when where whatever whichever')
_PERSONS = _words('i me you we us he him she it they them itself')
_VAGUE = _words(
    """something anything everything nothing somebody anybody someone anyone thing things stuff
    object objects item items"""
)
_PLACES = _words(
    """left right leftmost rightmost foremost above below under underneath beneath behind beside
    besides between among near nearer next closer farther further inside outside within beyond
    against around across toward towards top bottom middle second third on in at by from neighbor
    neighbour"""
)
_COMPARISONS = _words(
    """more most less least than same other others another similar alike bigger larger smaller
    taller shorter longer heavier lighter older newer really minimal maximal"""
)
_NEGATIONS = _words('not no without except excluding neither nor but apart rest')

# The first one that is found gives the reason.
_SIGNS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r'[.;?!]\s'), 'is more than one sentence'),
    (
        _any(rf'{_QUESTIONS}|(?:can|could|may|might|would|should|must)\s+(?:{_PERSONS}|be|have)'),
        'asks a question',
    ),
    (_any(_EVENTS), 'tells of what is, or what happened'),
    (_any(rf'{_PARTICIPLE}(?:$|\s+(?:by|with|to|off|over|down|away))'), 'tells what happened'),
    (_any(_NEGATIONS), 'leaves things out'),
    (_any(rf'{_VAGUE}|ones?(?:$|\s+(?:that|with|on|in|of|to|from))'), 'names no kind of object'),
    (_any(rf'{_COMPARISONS}|{_SUPERLATIVE}'), 'compares things'),
    (_any(rf'{_PLACES}|first(?!\s+aid)'), 'relates places'),
    (_any(r'[a-z]+ing\s+(?:a|an|the|my|your|some)|to\s+[a-z]+|for'), 'tells what things are for'),
    (_any(_PERSONS), 'speaks of somebody, or of what was said before'),
    (re.compile(r'\sthat\b'), 'describes what it means'),
)


def _bare(instruction: str) -> str:
    """Lower case, one space between words, no politeness around the name."""
    text = ' '.join(instruction.lower().replace('\u2019', "'").split()).strip(_ENDS)
    while True:
        request = _REQUEST.match(text)
        name = _THANKS.sub('', text[request.end() :] if request else text).strip(_ENDS)
        if name == text:
            return text
        text = name


def _without_article(phrase: str) -> str:
    """Cut articles; '' where nothing but them, or no letter, is there."""
    article = _ARTICLE.match(f'{phrase} ')
    name = phrase[article.end() :] if article else phrase
    return name if re.search('[a-z]', name) else ''


def _is_plural(phrase: str) -> bool:
    head = phrase.partition(' of ')[0].split()[-1]
    return head.endswith('s') and not head.endswith(('ss', 'us'))


def _refusal(instruction: str, reason: str, *, name: str = '') -> InvalidQueryError:
    """Say why it is refused, and offer the name in it if there is one."""
    name = _without_article(_BETWEEN.split(name)[0].strip(_ENDS))
    instead = f'"{name}"' if name else '"mug" or "red bowl"'
    return InvalidQueryError(
        f'this model finds things by their names, and "{instruction.strip()}" {reason}: '
        f'name the object, such as {instead}; for questions load a VISA model'
    )
