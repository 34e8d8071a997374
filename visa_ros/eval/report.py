"""The figures of a split from the results of its expressions, and their forms in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import csv
import io
import math
from typing import Any

from visa_ros.data.samples import NO_SUCH_OBJECT, REASONING, REFERRING
from visa_ros.eval.metrics_image import cumulative_iou, generalised_iou, PixelCounts
from visa_ros.eval.metrics_revos import ExpressionScore, mean_percent, revos_report
from visa_ros.eval.results import Result

Report = dict[str, Any]
_TYPES = {REFERRING: 'referring', REASONING: 'reasoning', NO_SUCH_OBJECT: 'absent'}
_FIGURES = ('J', 'F', 'JF', 'A_legacy', 'R_legacy', 'R')


def report_of(results: Sequence[Result]) -> Report:
    """
    Sum up a split, in percent.

    ReVOS's form where expressions have its types, else means over all expressions; gIoU and cIoU
    for pictures. Beside them `errors`, and every expression with its own values.
    """
    figures = _image_figures if _are_images(results) else _video_figures
    return {
        **figures(results),
        'errors': [
            {'video': r.video, 'expression': r.expression_id, 'text': r.text, 'error': r.error}
            for r in results
            if r.error
        ],
        'expressions': [row_of(r) for r in results],
    }


def _are_images(results: Sequence[Result]) -> bool:
    return any('union' in r.values for r in results)


def _image_figures(results: Sequence[Result]) -> Report:
    counts = [
        PixelCounts(intersection=int(r.values['intersection']), union=int(r.values['union']))
        for r in results
    ]
    return {
        'gIoU': 100 * generalised_iou(counts) if counts else None,
        'cIoU': 100 * cumulative_iou(counts) if any(c.union for c in counts) else None,
        'count': len(results),
    }


def _video_figures(results: Sequence[Result]) -> Report:
    if not any(r.values for r in results):
        return {'count': len(results)}
    counted = [r for r in results if not math.isnan(r.both)]
    scores = [score_of(r) for r in counted]
    if any(r.type_id is None for r in results):
        figures: Report = {
            'overall': mean_percent(scores),
            'rounded': {'overall': mean_percent(scores, rounded=True)},
            'count': len(scores),
        }
    else:
        figures = revos_report(scores)
    return {**figures, **_by_kind(counted), 'not_counted': len(results) - len(counted)}


def _by_kind(results: Sequence[Result]) -> Report:
    kinds = sorted({r.kind for r in results} - {''})
    rows = {kind: [score_of(r) for r in results if r.kind == kind] for kind in kinds}
    means = {kind: {**mean_percent(s), 'count': len(s)} for kind, s in rows.items()}
    return {'types': means} if means else {}


def score_of(result: Result) -> ExpressionScore:
    """Return what the definitions of the figures work on."""
    values = result.values
    return ExpressionScore(
        type_id=REFERRING if result.type_id is None else result.type_id,
        region=values['J'],
        contour=values['F'],
        accuracy_legacy=values['A_legacy'],
        robustness_legacy=values['R_legacy'],
        robustness=values['R'],
        refused=result.refused,
    )


def row_of(result: Result) -> dict[str, Any]:
    """Return one expression as a row of a table, measures from 0 to 1; None: not counted."""
    both = result.both if result.values else math.nan
    name = 'IoU' if 'union' in result.values else 'JF'
    values = {**result.values, **({name: both} if result.values else {})}
    return {
        'video': result.video,
        'expression': result.expression_id,
        'text': result.text,
        'type': result.kind or _TYPES.get(-1 if result.type_id is None else result.type_id, ''),
        'frames': result.frames,
        **{k: None if math.isnan(v) else v for k, v in values.items()},
        'refused': result.refused,
        'error': result.error,
    }


def groups_of(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the named means of a report in the order in which people read them."""
    names = ('referring', 'reasoning', 'overall', 'absent')
    groups = {name: report[name] for name in names if isinstance(report.get(name), Mapping)}
    return groups | {f'type {name}': row for name, row in report.get('types', {}).items()}


def csv_text(report: Mapping[str, Any]) -> str:
    """Write a row per expression."""
    rows = report['expressions']
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval='', lineterminator='\n')
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def markdown_row(report: Mapping[str, Any]) -> str:
    """Write the main figures as a table of one row, to be put under those of others."""
    name = str(report.get('model') or report.get('predictions') or '')
    cells = {'': name, 'set': f'{report.get("dataset", "")} {report.get("split", "")}'.strip()}
    if 'gIoU' in report:
        cells |= {'gIoU': percent(report['gIoU']), 'cIoU': percent(report['cIoU'])}
    for group in ('referring', 'reasoning', 'overall'):
        if isinstance(row := report.get(group), Mapping):
            cells |= {f'{group} {m}': percent(row[m]) for m in ('J', 'F', 'JF')}
    if isinstance(overall := report.get('overall'), Mapping):
        cells |= {m: percent(overall.get(m)) for m in ('R_legacy', 'R')}
    lines = (cells.keys(), ['---'] * len(cells), (v.replace('|', '/') for v in cells.values()))
    return ''.join('| ' + ' | '.join(line) + ' |\n' for line in lines)


def percent(value: float | None) -> str:
    """Write a figure in percent with one decimal; '-' where there is none."""
    return '-' if value is None or math.isnan(value) else f'{value:.1f}'


def table(report: Mapping[str, Any]) -> str:
    """Return the report as lines for a terminal."""
    lines = []
    if 'gIoU' in report:
        lines.append(f'gIoU {percent(report["gIoU"])}  cIoU {percent(report["cIoU"])}')
    if groups := groups_of(report):
        lines.append(f'{"percent":20}' + ''.join(f'{m:>9}' for m in _FIGURES))
        lines += [
            f'{name:20}' + ''.join(f'{percent(row.get(m)):>9}' for m in _FIGURES)
            for name, row in groups.items()
        ]
    absent = report.get('absent')
    if isinstance(absent, Mapping) and absent.get('count'):
        shares = (f'{n} {percent(absent[n])}' for n in ('recall', 'precision', 'false_refusals'))
        lines.append('refusals: ' + ', '.join(shares))
    lines.append(f'{len(report["expressions"])} expressions, {len(report["errors"])} errors')
    lines += [f'error: {e["video"]}, {e["expression"]}: {e["error"]}' for e in report['errors']]
    return '\n'.join(lines)
