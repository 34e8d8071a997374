"""
How often the demo is right: several scenes, a table for the terminal, rate.json.

A question without an answer is wrong, whether it was asked or a scene failed before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from visa_ros.demo.report import verdict
from visa_ros.demo.schedule import TYPES

GOOD = 4
"""Right answers of a scene that went well."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """
    One question that was asked.

    iou  mean over the window; None where there is none, as for a right refusal
    """

    type: str
    right: bool
    iou: float | None


@dataclass(frozen=True, kw_only=True)
class Run:
    """
    One scene.

    seed       as the user gave it
    verdicts   of the questions that were asked, in order of time
    questions  of the script, asked or not
    failed     stages that failed
    """

    seed: int
    verdicts: tuple[Verdict, ...] = ()
    questions: int = len(TYPES)
    failed: tuple[str, ...] = ()

    @property
    def right(self) -> int:
        """Number of right answers."""
        return sum(verdict.right for verdict in self.verdicts)


def run_of(report: Mapping[str, Any], failed: Sequence[str] = ()) -> Run:
    """
    Sum up a scene.

    report  see visa_ros.demo.report
    failed  stages that failed
    """
    return Run(
        seed=report['seed'],
        verdicts=tuple(
            Verdict(type=query['type'], right=query['right'], iou=query['mean_iou'])
            for query in report['queries']
        ),
        questions=report['questions'],
        failed=tuple(failed),
    )


def write_rate(path: Path, runs: Sequence[Run]) -> None:
    """
    Write the rate as JSON.

    {'right', 'questions', 'good_seeds', 'seeds': [{'seed', 'right', 'questions', 'failed': [..],
    'queries': [{'type', 'right', 'iou'}]}]}
    """
    seeds = [
        {
            'seed': run.seed,
            'right': run.right,
            'questions': run.questions,
            'failed': list(run.failed),
            'queries': [vars(each) for each in run.verdicts],
        }
        for run in runs
    ]
    rate = {**_totals(runs), 'good_seeds': _good(runs), 'seeds': seeds}
    path.write_text(json.dumps(rate, indent=1, allow_nan=False) + '\n', encoding='utf-8')


def rate_table(runs: Sequence[Run]) -> str:
    """Return a line per scene, a line of sums and the rate of all, for a terminal."""
    places = [_in_columns(run.verdicts) for run in runs]
    sums = [_sum([row[i] for row in places]) for i in range(len(TYPES))]
    rows = [
        ('seed', *TYPES, 'right'),
        *(_cells(run, row) for run, row in zip(runs, places, strict=True)),
        ('all', *sums, ''),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    first, *lines, last = (
        '  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    rule = '-' * max(map(len, (first, *lines, last)))
    return '\n'.join([first, rule, *lines, rule, last, rate_line(runs)])


def rate_line(runs: Sequence[Run]) -> str:
    """Say how many answers were right in all scenes."""
    right, questions = _totals(runs).values()
    share = f'{100 * right / questions:.0f} %' if questions else '-'
    return (
        f'{right} of {questions} right ({share}); '
        f'{GOOD} or more right in {_good(runs)} of {len(runs)} seeds'
    )


def _totals(runs: Sequence[Run]) -> dict[str, int]:
    return {
        'right': sum(run.right for run in runs),
        'questions': sum(run.questions for run in runs),
    }


def _good(runs: Sequence[Run]) -> int:
    return sum(run.right >= GOOD and not run.failed for run in runs)


def _in_columns(verdicts: Sequence[Verdict]) -> list[Verdict | None]:
    """Sort by the planned types; what was asked instead of one goes where that is missing."""
    left = list(verdicts)
    found: dict[str, Verdict] = {}
    for each in verdicts:
        if each.type in TYPES and each.type not in found:
            found[each.type] = each
            left.remove(each)
    for kind in TYPES:
        if kind not in found and left:
            found[kind] = left.pop(0)
    return [found.get(kind) for kind in TYPES]


def _sum(column: Sequence[Verdict | None]) -> str:
    return f'{sum(each is not None and each.right for each in column)} of {len(column)}'


def _cells(run: Run, row: Sequence[Verdict | None]) -> tuple[str, ...]:
    cells = [_cell(each, kind) for each, kind in zip(row, TYPES, strict=True)]
    failed = ', failed' if run.failed else ''
    return (str(run.seed), *cells, f'{run.right} of {run.questions}{failed}')


def _cell(each: Verdict | None, kind: str) -> str:
    if each is None:
        return 'not asked'
    iou = '' if each.iou is None else f' {each.iou:.2f}'
    return verdict(each.right) + iou + ('' if each.type == kind else f' ({each.type})')
