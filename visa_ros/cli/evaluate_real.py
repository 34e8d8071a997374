"""The figures of real pictures, next to those of simulated ones, for `visa-ros evaluate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TYPE_CHECKING

from visa_ros.errors import DataError

if TYPE_CHECKING:
    from visa_ros.eval.results import Result

_NAME = 16


def read_simulated(path: Path) -> dict[str, Any]:
    """Read what is compared with from the json of --dataset tabletop; DataError if it is none."""
    from visa_ros.data.files import entry, read_json, require

    raw, where = read_json(path), str(path)
    if require(raw, dict, where).get('dataset') != 'tabletop':
        raise DataError(f'{path}: not the json of `visa-ros evaluate --dataset tabletop`')
    parts = {name: entry(raw, name, dict, where) for name in ('overall', 'types', 'absent')}
    return {'model': raw.get('model'), **parts}


def real_report(
    results: Sequence[Result], simulated: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """
    Sum up the questions about real pictures, 0 to 1.

    simulated  figures of read_simulated, which go with them

    The form is that of visa_ros.eval.reasonvos, with `pictures` (videos, photographs) in place of
    what is new against training: here everything is. No baselines.
    """
    from visa_ros.eval.reasonvos import reasonvos_report

    report = reasonvos_report(results)
    del report['baselines']
    report['pictures'] = report.pop('held_out')
    return report if simulated is None else {**report, 'simulated': dict(simulated)}


def real_table(report: Mapping[str, Any]) -> str:
    """Return the report as lines for a terminal: by type, by kind of picture, by question."""
    simulated = report.get('simulated')
    rows = {**report['types'], **report['pictures'], 'overall': report['overall']}
    head = f'{"":{_NAME}} {"J&F":>6} {"J":>6} {"F":>6} {"count":>6}'
    lines = [head if simulated is None else f'{head}  {"simulated J&F":>14} {"count":>6}']
    others = {} if simulated is None else {**simulated['types'], 'overall': simulated['overall']}
    lines += [_line(name, row, others.get(name)) for name, row in rows.items()]
    lines += _refusals(report['absent'], None if simulated is None else simulated['absent'])
    return '\n'.join([*lines, '', *map(_question, report['expressions'])])


def _line(name: str, row: Mapping[str, Any], other: Mapping[str, Any] | None) -> str:
    cells = ' '.join(_cell(row[key]) for key in ('JF', 'J', 'F'))
    line = f'{name:{_NAME}} {cells} {row["count"]:6d}'
    return line if other is None else f'{line}  {_cell(other["JF"]):>14} {other["count"]:6d}'


def _refusals(absent: Mapping[str, Any], other: Mapping[str, Any] | None) -> list[str]:
    names = {'refused': 'absent, refused', 'false_refusals': 'wrongly refused'}
    return [
        f'{text:{_NAME}} {_cell(absent[key])}'
        + ('' if other is None else f'{"":23}{_cell(other.get(key)):>14}')
        for key, text in names.items()
    ]


def _cell(value: float | None) -> str:
    return '     -' if value is None else f'{value:6.3f}'


def _question(row: Mapping[str, Any]) -> str:
    what = f'{row["video"]}: {row["text"]}'
    if row['error']:
        return f' error  {what}: {row["error"]}'
    if row['type'] == 'absent':
        return f'{"right" if row["refused"] else "wrong":>6}  {what} (absent)'
    return f'{"none" if row["refused"] else _cell(row["JF"]):>6}  {what}'
