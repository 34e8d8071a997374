"""Questions and answers of the lessons, in all their forms, drawn at random. No torch."""

from __future__ import annotations

import numpy as np

from visa_ros.model.published.prompts import Form, PromptTemplate
from visa_ros.train.instruction.lesson import one_of, Talk


class Wording:
    """Draws the variants of a template."""

    def __init__(self, template: PromptTemplate) -> None:
        self._template = template

    def segment(
        self, expression: str, references: int, rng: np.random.Generator, form: Form | None = None
    ) -> Talk:
        """
        Ask for the mask of an expression; the answer is one of those with [SEG].

        form  None: by whether the expression ends in a question mark

        InvalidQueryError for an expression that is empty or holds a special token.
        """
        form = form or ('long' if expression.endswith('?') else 'short')
        question = self._ask(expression, references, rng, form)
        return Talk(turns=((question, one_of(self._template.answers, rng)),))

    def explain(
        self, expression: str, references: int, explanation: str, rng: np.random.Generator
    ) -> Talk:
        """Ask for a mask and for a reason; errors as `segment`."""
        question = self._ask(expression, references, rng, 'explanatory')
        answer = f'{one_of(self._template.answers, rng)} {explanation}'
        return Talk(turns=((question, answer),))

    def about(self, text: str, references: int) -> str:
        """Put the places of pictures before a question that wants no mask."""
        return self._template.plain_question(text, references)

    def _ask(self, text: str, references: int, rng: np.random.Generator, form: Form) -> str:
        variant = int(rng.integers(len(getattr(self._template, form))))
        return self._template.question(text, references, variant=variant, form=form)
