"""The percentage question, answered by the model that segments, without generating anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from visa_ros.errors import CheckpointError
from visa_ros.sampling.percent import CHOICES, percent_question
from visa_ros.structs import Frame

# References and target that VISA was trained with; more pictures are longer than it ever saw.
OWN_FRAMES = 12


class Scorer(Protocol):
    """A model that says how likely given answers are."""

    def likelihoods(
        self, pictures: Sequence[Frame], question: str, answers: Sequence[str]
    ) -> np.ndarray:
        """Return float64 (A,): the log-likelihood of each answer, in one batch."""
        ...


class OwnModelAsker:
    """
    Gives the likeliest of the eleven answers: no sampling, the same answer each time.

    The sum over an answer's tokens is compared as it is. Every answer ends in '%', so none is the
    beginning of another one, and longer ones need no allowance.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def percents(self, frames: Sequence[Frame], expression: str) -> list[str]:
        """
        Return one answer; of equally likely ones the lowest.

        CheckpointError where the model gives no numbers: its weights are broken, or overflow.
        """
        likely = self._scorer.likelihoods(frames, percent_question(expression), CHOICES)
        if likely.shape != (len(CHOICES),) or np.isnan(likely).any():
            raise CheckpointError(
                f'the model gave no likelihoods for the percentage question but {likely}: '
                'load it with another precision'
            )
        return [CHOICES[int(likely.argmax())]]
