"""
What the words of a VISA that speaks say about its masks. No torch.

Refusals and questions are recognised by their wording; probabilities and masks add to that in the
decision (`visa_ros.model.decision`).
"""

from __future__ import annotations

from dataclasses import dataclass
import re

from visa_ros.model.published.tokenizer import SEG_TEXT

_REFUSES = re.compile(
    r"\b(no such|there (is|are) (no|not|none)|(isn|aren|don|doesn|can)'?t|cannot|can not"
    r'|unable to|not (there|present|visible|found|in the)|do(es)? not)\b',
    re.IGNORECASE,
)
_ASKS = re.compile(r'^\W*which\b|\?\W*$', re.IGNORECASE)
# What stands before the name of an object: the sentence so far, and an article.
_BEFORE_NAME = re.compile(
    r'.*(?:[,.:;]|\b(?:is|are|and|or|it|they|sure|result|of)\b|^)\s*'
    r'(?:(?:the|a|an|this|that)\b)?\s*',
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """
    A generated answer as it is read.

    text      for a person, without `[SEG]`
    labels    what the words right before each `[SEG]` call it; may be empty
    refuses   whether the words deny that the object is there
    asks      whether the words ask which one is meant
    """

    text: str
    labels: tuple[str, ...]
    refuses: bool
    asks: bool


def read_words(answer: str) -> Spoken:
    """Read an answer in which `[SEG]` follows the name of each object that it points at."""
    *before, last = answer.split(SEG_TEXT)
    labels = tuple(_BEFORE_NAME.sub('', part, count=1).strip() for part in before)
    # A mask without a name is pointed at: 'It is [SEG].' reads 'It is this.'
    shown = (part if name else part + ' this ' for part, name in zip(before, labels, strict=True))
    text = ' '.join(''.join((*shown, last)).split())
    text = re.sub(r'\s+([.,?!])', r'\1', text)
    return Spoken(
        text=text,
        labels=labels,
        refuses=bool(_REFUSES.search(text)),
        asks=bool(_ASKS.search(text)),
    )
