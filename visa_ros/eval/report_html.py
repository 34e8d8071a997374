"""A report as one web page that needs no other file."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError
from visa_ros.eval.report import groups_of, percent
from visa_ros.video.opencv import opencv
from visa_ros.video.overlay import draw_masks

BINS = 20
_FIGURES = ('J', 'F', 'JF', 'A_legacy', 'R_legacy', 'R')
_SETTINGS = ('dataset', 'split', 'model', 'predictions', 'rule', 'version')
_CELL_PX = 176
_QUALITY = 60
_TRUTH, _PREDICTION = 3, 1  # numbers with clearly different colours
_STYLE = """
body { font: 15px/1.5 sans-serif; max-width: 72em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse } th, td { padding: .15em .8em; text-align: right }
th:first-child, td:first-child { text-align: left } tr:nth-child(even) { background: #f4f4f4 }
figure { display: inline-block; margin: 0 2em 1em 0 } figcaption { font-weight: bold }
img { display: block; max-width: 100% } .case { margin: 1.5em 0 }
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Strip:
    """
    Some frames of an expression.

    title   what is shown
    frames  uint8 (H, W, 3) each
    truth, predicted  bool (H, W) each; None: not known
    """

    title: str
    frames: Sequence[NDArray[np.uint8]]
    truth: Sequence[NDArray[np.bool_] | None]
    predicted: Sequence[NDArray[np.bool_]]


def page(report: Mapping[str, Any], strips: Sequence[Strip]) -> str:
    """Write the page: settings, means, histograms, errors, the worst cases."""
    title = escape(f'{report.get("dataset", "")} {report.get("split") or ""}'.strip())
    settings = ', '.join(f'{n} {report[n]}' for n in _SETTINGS if report.get(n))
    parts = [
        f'<h1>{title}</h1><p>{escape(settings)}</p>',
        _figures(report),
        '<h2>Expressions by score</h2>' + _histograms(report['expressions']),
        _errors(report['errors']),
        f'<h2>The {len(strips)} worst</h2><p>Upper row: the truth. Lower row: the answer.</p>',
        *map(_case, strips),
    ]
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    body = '\n'.join(parts)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'


def _figures(report: Mapping[str, Any]) -> str:
    groups = groups_of(report)
    pictures = {name: report[name] for name in ('gIoU', 'cIoU') if name in report}
    text = _table(list(pictures), [('all', pictures)]) if pictures else ''
    if groups:
        text += _table([*_FIGURES, 'count'], list(groups.items()))
    absent = report.get('absent')
    if isinstance(absent, Mapping) and absent.get('count'):
        names = ['recall', 'precision', 'false_refusals']
        text += '<h2>Refusals</h2>' + _table(names, [('absent', absent)])
    return text


def _table(names: Sequence[str], rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    head = ''.join(f'<th>{escape(name)}</th>' for name in ('', *names))
    lines = (
        f'<tr><td>{escape(label)}</td>{"".join(_cell(n, row.get(n)) for n in names)}</tr>'
        for label, row in rows
    )
    return f'<table><tr>{head}</tr>{"".join(lines)}</table>'


def _cell(name: str, value: Any) -> str:
    whole = name == 'count' and value is not None
    return f'<td>{value if whole else percent(value)}</td>'


def _histograms(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw one histogram of J&F, or IoU, for all expressions, and one per type."""
    known = [(row['type'], v) for row in rows if (v := row.get('JF', row.get('IoU'))) is not None]
    kinds = sorted({kind for kind, _ in known} - {''})
    shown = [('all', [value for _, value in known])]
    shown += [(k, [v for kind, v in known if kind == k]) for k in kinds if len(kinds) > 1]
    return ''.join(_histogram(name, values) for name, values in shown if values)


def _histogram(name: str, values: Sequence[float]) -> str:
    counts, _ = np.histogram(values, bins=BINS, range=(0, 1))
    width, height, step = 240, 80, 240 / BINS
    bars = ''.join(
        f'<rect x="{k * step:.1f}" y="{height - height * n / counts.max():.1f}" '
        f'width="{step - 1:.1f}" height="{height * n / counts.max():.1f}" fill="#47a">'
        f'<title>{k / BINS:.2f} to {(k + 1) / BINS:.2f}: {n}</title></rect>'
        for k, n in enumerate(counts)
    )
    axis = (
        f'<text x="0" y="{height + 14}" font-size="11">0</text>'
        f'<text x="{width}" y="{height + 14}" font-size="11" text-anchor="end">1</text>'
    )
    return (
        f'<figure><figcaption>{escape(name)} ({len(values)})</figcaption>'
        f'<svg width="{width}" height="{height + 16}">{bars}{axis}</svg></figure>'
    )


def _errors(errors: Sequence[Mapping[str, str]]) -> str:
    if not errors:
        return ''
    lines = (
        f'<li>{escape(e["video"])}, {escape(e["expression"])} “{escape(e["text"])}”: '
        f'{escape(e["error"])}</li>'
        for e in errors
    )
    return f'<h2>{len(errors)} errors, each counted as 0</h2><ul>{"".join(lines)}</ul>'


def _case(strip: Strip) -> str:
    data = base64.b64encode(_jpeg(_picture(strip))).decode('ascii')
    return (
        f'<div class="case">{escape(strip.title)}'
        f'<img alt="" src="data:image/jpeg;base64,{data}"></div>'
    )


def _picture(strip: Strip) -> NDArray[np.uint8]:
    """Put the frames side by side: uint8 (2 h, n w, 3)."""
    upper = [_cell_of(f, t, _TRUTH) for f, t in zip(strip.frames, strip.truth, strict=True)]
    lower = [
        _cell_of(f, p, _PREDICTION) for f, p in zip(strip.frames, strip.predicted, strict=True)
    ]
    return np.concatenate([np.concatenate(upper, axis=1), np.concatenate(lower, axis=1)])


def _cell_of(
    rgb: NDArray[np.uint8], mask: NDArray[np.bool_] | None, color: int
) -> NDArray[np.uint8]:
    cv2 = opencv()
    height = max(1, round(rgb.shape[0] * _CELL_PX / rgb.shape[1]))
    small = cv2.resize(rgb, (_CELL_PX, height), interpolation=cv2.INTER_AREA)
    if mask is None:
        return np.asarray(small)
    thin = cv2.resize(mask.astype(np.float32), (_CELL_PX, height), interpolation=cv2.INTER_AREA)
    # Half a pixel of mask would vanish; something small is what one looks for here.
    return draw_masks(small, {color: thin > min(0.5, 0.5 * thin.max())}, {})


def _jpeg(rgb: NDArray[np.uint8]) -> bytes:
    cv2 = opencv()
    done, content = cv2.imencode('.jpg', rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise DataError('a picture of the report cannot be written')
    return bytes(content)
