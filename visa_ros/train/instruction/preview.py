"""A lesson as a picture: the target with its masks, the references, and the words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
import textwrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from visa_ros.train.instruction.lesson import Lesson, Rgb

_WIDTH, _TARGET_HEIGHT, _THUMB_HEIGHT, _LINE, _GAP = 960, 420, 110, 16, 8
_LETTERS = 130  # of a line
_COLOURS = ((220, 40, 40), (40, 110, 220), (40, 150, 60), (200, 130, 0))
_BLACK = (0, 0, 0)
Line = tuple[str, tuple[int, int, int]]
_OPACITY = 0.5


def save_preview(lesson: Lesson, path: Path, *, title: str) -> None:
    """Write a lesson as PNG; each mask and the words about it have one colour."""
    lines = _lines(lesson, title)
    row = [_scaled(rgb, _THUMB_HEIGHT) for rgb in lesson.references]
    rows = _rows(row)
    target = None if lesson.target is None else _scaled(_painted(lesson), _TARGET_HEIGHT)
    height = _GAP + len(lines) * _LINE + _GAP
    height += len(rows) * (_THUMB_HEIGHT + _GAP)
    height += _TARGET_HEIGHT + _GAP if target else 0
    sheet = Image.new('RGB', (_WIDTH, height), 'white')
    top = _GAP
    if target:
        sheet.paste(target, (_GAP, top))
        top += _TARGET_HEIGHT + _GAP
    for thumbs in rows:
        left = _GAP
        for thumb in thumbs:
            sheet.paste(thumb, (left, top))
            left += thumb.width + _GAP
        top += _THUMB_HEIGHT + _GAP
    _write(sheet, lines, top)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def _painted(lesson: Lesson) -> Rgb:
    """Lay the masks over the target, each in a colour of its own; uint8 (H, W, 3)."""
    picture = np.array(lesson.target, np.float32)
    for k, mask in enumerate(lesson.masks):
        colour = np.array(_COLOURS[k % len(_COLOURS)], np.float32)
        picture[mask] = (1 - _OPACITY) * picture[mask] + _OPACITY * colour
    return picture.astype(np.uint8)


def _scaled(rgb: Rgb, height: int) -> Image.Image:
    """Scale to a height, or less where it would be wider than the sheet."""
    factor = min(height / rgb.shape[0], (_WIDTH - 2 * _GAP) / rgb.shape[1])
    size = (max(1, int(rgb.shape[1] * factor)), max(1, int(rgb.shape[0] * factor)))
    return Image.fromarray(rgb).resize(size)


def _rows(thumbs: Sequence[Image.Image]) -> list[list[Image.Image]]:
    """Break a row of thumbnails where it is full."""
    rows: list[list[Image.Image]] = []
    used = _WIDTH
    for thumb in thumbs:
        used += thumb.width + _GAP
        if used > _WIDTH - _GAP:
            rows.append([])
            used = _GAP + thumb.width
        rows[-1].append(thumb)
    return rows


def _lines(lesson: Lesson, title: str) -> list[Line]:
    lines: list[Line] = [(title, _BLACK), (lesson.source, _BLACK)]
    for k, talk in enumerate(lesson.talks):
        colour = _COLOURS[k % len(_COLOURS)] if len(lesson.masks) else _BLACK
        for question, answer in talk.turns:
            texts = _wrapped(f'{k + 1}> {question}') + _wrapped(f'   {answer}')
            lines += [(text, colour) for text in texts]
    return lines


def _wrapped(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in textwrap.wrap(line, _LETTERS) or ['']]


def _write(sheet: Image.Image, lines: Sequence[Line], top: int) -> None:
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default()
    for text, colour in lines:
        # The built-in font knows no more letters.
        plain = text.encode('latin-1', 'replace').decode('latin-1')
        draw.text((_GAP, top), plain, fill=colour, font=font)
        top += _LINE
