"""The percentage question of VISA's text-guided frame sampler: asking it, reading the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
import statistics

from visa_ros.errors import ConfigError, DataError

CHOICES = tuple(f'{percent}%' for percent in range(0, 101, 10))
UNDECIDED = 0.5

# What is looked for in an answer, in this order: the first that occurs anywhere in it counts, so
# of several numbers the smallest wins. Each '..0%' ends in '0%', which therefore comes last.
_SIGNS = (
    *((f'last {percent}%', (100 - percent) / 100) for percent in range(0, 101, 10)),
    *((f'{percent}%', percent / 100) for percent in range(10, 101, 10)),
    ('0%', 0.0),
)


def percent_question(expression: str) -> str:
    """Ask where in the video to look for something; one question mark at its end is dropped."""
    wanted = expression.strip().removesuffix('?')
    return (
        f"If I want to find '{wanted}', which percentage mark of the video should I check? "
        f'Please choose one of the following: {", ".join(CHOICES)}.'
    )


def parse_percent(answer: str) -> float | None:
    """Read an answer as a share of the video, 0 to 1; None where it names none of the marks."""
    return next((share for sign, share in _SIGNS if sign in answer), None)


def shares_of(answers: Sequence[str | float]) -> list[float]:
    """
    Read all answers; those without a mark are dropped.

    answers  words to be parsed, or shares from 0 to 1; DataError for any other number
    """
    read = [parse_percent(a) if isinstance(a, str) else _checked(a) for a in answers]
    return [share for share in read if share is not None]


def mean(shares: Sequence[float]) -> float:
    """Average, the reference's rule: it can lie where no answer pointed."""
    return statistics.mean(shares)


def median(shares: Sequence[float]) -> float:
    """Middle answer; of an even number the lower of the two in the middle, never in between."""
    return statistics.median_low(shares)


def mode(shares: Sequence[float]) -> float:
    """Most frequent answer; of several the one nearest to the median, then the lowest."""
    counts = Counter(shares)
    most = max(counts.values())
    centre = median(shares)
    tied = (share for share, count in counts.items() if count == most)
    return min(tied, key=lambda share: (abs(share - centre), share))


RULES: dict[str, Callable[[Sequence[float]], float]] = {
    'mode': mode,
    'median': median,
    'mean': mean,
}


def decide(answers: Sequence[str | float], rule: str) -> float:
    """
    Make one place in the video, 0 to 1, of all answers; 0.5 where none can be read.

    rule  'mode', 'median' or 'mean'; ConfigError for anything else
    """
    if rule not in RULES:
        raise ConfigError(f'aggregate {rule!r}: choose from {list(RULES)}')
    shares = shares_of(answers)
    return RULES[rule](shares) if shares else UNDECIDED


def _checked(share: float) -> float:
    if isinstance(share, bool) or not 0 <= share <= 1:
        raise DataError(
            f'an answer is the number {share}: want a share from 0 to 1, or words such as "30%"'
        )
    return float(share)
