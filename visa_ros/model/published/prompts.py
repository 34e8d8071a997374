"""
The words around an instruction, which the published weights were trained on. No torch.

They are data (`prompt.json`), so that a checkpoint can bring its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
import json
from typing import Any, Literal

from visa_ros.errors import ConfigError, InvalidQueryError
from visa_ros.model.published.strict import from_mapping
from visa_ros.model.published.tokenizer import BOS_TEXT, EOS_TEXT, IMAGE_TEXT, SEG_TEXT, UNK_TEXT

Form = Literal['short', 'long', 'explanatory']
_RESERVED = (IMAGE_TEXT, SEG_TEXT, BOS_TEXT, EOS_TEXT, UNK_TEXT)


@dataclass(frozen=True, kw_only=True)
class PromptTemplate:
    """
    The conversation of a segmentation query.

    system              sentence that opens the conversation
    user, assistant     names of the two sides
    end                 follows each answer
    reference           one reference picture, {index} counts from 0
    between_references  between two of them
    segmentation        a question about references and a target: {references} and {request}
    about_references    a question that wants no mask, likewise
    short               requests for an {expression} that does not end in a question mark
    long                requests for one that does
    explanatory         requests that want a reason as well
    answers             answers of a segmentation; variant 0 is the one of evaluation
    """

    system: str
    user: str
    assistant: str
    end: str
    reference: str
    between_references: str
    segmentation: str
    about_references: str
    short: tuple[str, ...]
    long: tuple[str, ...]
    explanatory: tuple[str, ...]
    answers: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ('short', 'long', 'explanatory'):
            if not all('{expression}' in request for request in getattr(self, name)):
                raise ConfigError(f'prompt: every request in {name!r} needs {{expression}}')
        if not self.short or not self.long or not self.answers:
            raise ConfigError('prompt: short, long and answers need one variant at least')

    @classmethod
    def default(cls) -> PromptTemplate:
        """Return VISA's own template."""
        return _default()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> PromptTemplate:
        """Inverse of to_json; ConfigError for unknown or missing names."""
        return from_mapping(cls, raw, 'prompt')

    def to_json(self) -> dict[str, Any]:
        """Plain lists and strings."""
        return asdict(self)

    def conversation(self, turns: Sequence[tuple[str, str | None]]) -> str:
        """
        Join questions and answers to the text that is tokenised.

        turns  (question, answer) in order; the answer None leaves the last turn open to be
               generated
        """
        text = f'{self.system} '
        for question, answer in turns:
            text += f'{self.user}: {question} {self.assistant}:'
            if answer is not None:
                text += f' {answer}{self.end}'
        return text

    def question(
        self, expression: str, references: int, variant: int = 0, form: Form | None = None
    ) -> str:
        """
        Ask for the mask of an expression, with places for `references` pictures and the target.

        expression  as the model shall read it; see `normalise`
        variant     which wording of the form; evaluation uses 0
        form        None: 'long' if the expression ends in a question mark, else 'short'

        Raises InvalidQueryError for an empty expression or one that contains a special token.
        """
        _check(expression)
        form = form or ('long' if expression.endswith('?') else 'short')
        request = getattr(self, form)[variant].replace('{expression}', expression)
        return self._fill(self.segmentation, references, request)

    def plain_question(self, text: str, references: int) -> str:
        """Ask something about pictures that wants no mask and has no target picture."""
        _check(text)
        return self._fill(self.about_references, references, text)

    def segmentation_prompt(
        self, expression: str, references: int, answer: str | None = 'It is [SEG].'
    ) -> str:
        """
        Build the whole prompt of a query, as the reference's evaluation does.

        expression  the instruction; it is normalised here
        references  reference pictures; the target's picture comes behind them
        answer      put in the model's mouth; None: left to be generated
        """
        question = self.question(normalise(expression), references)
        return self.conversation([(question, answer)])

    def _fill(self, template: str, references: int, request: str) -> str:
        slots = (self.reference.replace('{index}', str(k)) for k in range(references))
        # The request goes in last: what a user wrote is never searched for names to fill.
        text = template.replace('{references}', self.between_references.join(slots))
        return text.replace('{request}', request)


def normalise(expression: str) -> str:
    """Lower-case and with single spaces, as the reference's evaluation reads expressions."""
    return ' '.join(expression.lower().split())


def _check(text: str) -> None:
    if not text.strip():
        raise InvalidQueryError('the instruction is empty')
    if found := [token for token in _RESERVED if token in text]:
        raise InvalidQueryError(f'the instruction contains {found[0]!r}: leave it out')


@cache
def _default() -> PromptTemplate:
    text = files('visa_ros.model.published').joinpath('prompt.json').read_text(encoding='utf-8')
    return PromptTemplate.from_json(json.loads(text))
