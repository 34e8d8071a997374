"""The demo's figures: report.json, and a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import json
from pathlib import Path
from typing import Any

from visa_ros.demo.facts import Outcome
from visa_ros.demo.scores import Scores

_DIGITS = 4
_COLUMNS = ('type', 'question', 'status', 'verdict', 'IoU', 'track', 'error', 'time')
_LEFT = 4  # columns of words
_QUESTION_CHARS = 36


def build_report(
    seed: int, outcomes: Sequence[Outcome], scores: Sequence[Scores], *, questions: int
) -> dict[str, Any]:
    """
    Return what report.json holds.

    questions  of the script; those that were not asked are not right

    {'seed', 'right', 'questions', 'queries': [{'instruction', 'type', 'status', 'right', 'answer',
    'iou', 'mean_iou', 'track_iou', 'cloud_points', 'centroid_error_m', 'ms': {stage: ..}}]}; see
    visa_ros.demo.scores for the figures, which are None where they do not apply.
    """
    rows = zip(outcomes, scores, strict=True)
    return {
        'seed': seed,
        'right': sum(figures.right for figures in scores),
        'questions': questions,
        'queries': [_query(outcome, figures) for outcome, figures in rows],
    }


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    """Write the report as JSON."""
    path.write_text(json.dumps(report, indent=1, allow_nan=False) + '\n', encoding='utf-8')


def table(report: Mapping[str, Any]) -> str:
    """Return the report as lines for a terminal; the last one is the rate."""
    rows = [_COLUMNS, *(_cells(query) for query in report['queries'])]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    lines = [
        '  '.join(
            cell.ljust(width) if i < _LEFT else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return '\n'.join([lines[0], '-' * max(map(len, lines)), *lines[1:], rate_of(report)])


def rate_of(report: Mapping[str, Any]) -> str:
    """Say how many answers were right."""
    missing = report['questions'] - len(report['queries'])
    rate = f'{report["right"]} of {report["questions"]} right'
    return f'{rate}, {missing} not asked' if missing else rate


def verdict(right: bool) -> str:
    """Say it in a word."""
    return 'right' if right else 'wrong'


def _query(outcome: Outcome, scores: Scores) -> dict[str, Any]:
    return {
        'instruction': outcome.expression.text,
        'type': outcome.expression.type,
        'status': outcome.reply.status.name,
        'right': scores.right,
        'answer': outcome.reply.text,
        'iou': None if scores.iou is None else [_short(value) for value in scores.iou],
        'mean_iou': _short(scores.mean_iou),
        'track_iou': _short(scores.track_iou),
        'cloud_points': scores.cloud_points,
        'centroid_error_m': _short(scores.centroid_error_m),
        'ms': {stage: round(ms, 1) for stage, ms in outcome.reply.ms.items()},
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _cells(query: Mapping[str, Any]) -> tuple[str, ...]:
    question, error_m = query['instruction'], query['centroid_error_m']
    if len(question) > _QUESTION_CHARS:
        question = question[: _QUESTION_CHARS - 3].rstrip() + '...'
    total_ms = query['ms'].get('total')
    return (
        query['type'],
        question,
        query['status'],
        verdict(query['right']),
        _share(query['mean_iou']),
        _share(query['track_iou']),
        '-' if error_m is None else f'{100 * error_m:.1f} cm',
        '-' if total_ms is None else f'{total_ms / 1e3:.2f} s',
    )


def _share(value: float | None) -> str:
    return '-' if value is None else f'{value:.2f}'
