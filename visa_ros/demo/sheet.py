"""The contact sheet: all questions and answers in one picture, to be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import importlib
from pathlib import Path
from typing import Any

import numpy as np

from visa_ros.errors import MissingPackageError
from visa_ros.geometry.morphology import grow
from visa_ros.video.overlay import draw_masks

_PAGE = (250, 250, 248)
_INK, _GRAY, _LINE = (28, 30, 34), (120, 124, 130), (222, 222, 218)
_STATUS_INK = {
    'FOUND': _INK,
    'ABSENT': (90, 94, 102),
    'AMBIGUOUS': (176, 108, 0),
    'NOT_VISIBLE_NOW': (176, 108, 0),
}
_FAULT_INK = (190, 30, 30)
_RIGHT_INK = (22, 122, 60)
_MARGIN, _GAP, _TEXT_W, _PICTURE_W = 44, 14, 400, 330
_HEAD_H, _CAPTION_H, _ROW_GAP = 104, 26, 26
_DASH_PX = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """
    A camera image with what was marked and what is true.

    rgb     uint8 (H, W, 3)
    masks   object id -> bool (H, W)
    truth   bool (H, W)
    """

    rgb: np.ndarray
    masks: Mapping[int, np.ndarray]
    truth: np.ndarray
    caption: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """
    One question.

    right     whether the answer is
    truth     the right answer in words
    figures   lines of figures
    pictures  of one size, the same number in every row; None leaves a place empty
    """

    kind: str
    question: str
    status: str
    answer: str
    right: bool
    truth: str
    figures: tuple[str, ...]
    pictures: tuple[Picture | None, ...]


def draw_sheet(rows: Sequence[Row], *, title: str, legend: str) -> np.ndarray:
    """Draw the sheet: uint8 (H, W, 3). MissingPackageError without Pillow."""
    image_module, draw_module = _pillow('Image'), _pillow('ImageDraw')
    shown = next((p for row in rows for p in row.pictures if p is not None), None)
    ratio = shown.rgb.shape[0] / shown.rgb.shape[1] if shown else 0.75
    picture_h = round(_PICTURE_W * ratio)
    row_h = max(picture_h + _CAPTION_H, 250) + _ROW_GAP
    columns = max((len(row.pictures) for row in rows), default=0)
    width = 2 * _MARGIN + _TEXT_W + columns * (_PICTURE_W + _GAP)
    page = image_module.new('RGB', (width, _HEAD_H + row_h * len(rows) + _MARGIN // 2), _PAGE)
    draw = draw_module.Draw(page)
    draw.text((_MARGIN, 28), title, fill=_INK, font=_font(34))
    draw.text((_MARGIN, 72), legend, fill=_GRAY, font=_font(17))
    for index, row in enumerate(rows):
        top = _HEAD_H + index * row_h
        draw.line((_MARGIN, top, width - _MARGIN, top), fill=_LINE, width=2)
        _draw_text(draw, row, index + 1, top + 14)
        for column, picture in enumerate(row.pictures):
            if picture is not None:
                left = _MARGIN + _TEXT_W + _GAP + column * (_PICTURE_W + _GAP)
                _place(page, draw, picture, (left, top + 18), (_PICTURE_W, picture_h))
    return np.asarray(page)


def paint(rgb: np.ndarray, masks: Mapping[int, np.ndarray], truth: np.ndarray) -> np.ndarray:
    """Draw the marked objects, and the outline of what is true in dashes: uint8 (H, W, 3)."""
    image = draw_masks(rgb, masks, {})
    v, u = np.indices(truth.shape)
    dashes = ((u + v) // _DASH_PX) % 2 == 0
    edge = grow(truth, 3) & ~grow(truth, 1)
    image[edge & dashes] = 255
    image[edge & ~dashes] = 0
    return image


def with_caption(rgb: np.ndarray, text: str) -> np.ndarray:
    """Write a line onto a dark strip at the bottom of an image: uint8 (H, W, 3)."""
    size = max(11, round(rgb.shape[0] / 28))
    strip = np.array(rgb)
    strip[-2 * size :] //= 4
    page = _pillow('Image').fromarray(strip)
    at = (size // 2, rgb.shape[0] - round(1.6 * size))
    _pillow('ImageDraw').Draw(page).text(at, text, fill=_PAGE, font=_font(size))
    return np.asarray(page)


def write_png(path: Path, rgb: np.ndarray) -> None:
    """Write uint8 (H, W, 3)."""
    _pillow('Image').fromarray(rgb).save(path)


def _draw_text(draw: Any, row: Row, number: int, top: int) -> None:
    """Write the left column: what was asked, what was said, how right it was."""
    left, ink = _MARGIN, _STATUS_INK.get(row.status, _FAULT_INK)
    draw.text((left, top), f'{number}   {row.kind}', fill=_GRAY, font=_font(16))
    top = _paragraph(draw, f'“{row.question}”', (left, top + 24), 25, _INK, lines=3)
    status = row.status.replace('_', ' ')
    draw.text((left, top + 6), status, fill=ink, font=_font(18))
    _stamp(draw, row.right, (left + round(_font(18).getlength(status)) + 12, top + 3))
    top = _paragraph(draw, row.answer, (left, top + 30), 18, _INK, lines=2)
    top = _paragraph(draw, f'Truth: {row.truth}', (left, top + 4), 16, _GRAY, lines=2)
    for line in row.figures:
        top = _paragraph(draw, line, (left, top + 2), 16, _GRAY, lines=1)


def _stamp(draw: Any, right: bool, at: tuple[int, int]) -> None:
    """Mark an answer as right or wrong, in colour and in words."""
    text, color = ('RIGHT', _RIGHT_INK) if right else ('WRONG', _FAULT_INK)
    (left, top), font = at, _font(15)
    box = (left, top, left + round(font.getlength(text)) + 16, top + 25)
    draw.rounded_rectangle(box, radius=5, fill=color)
    draw.text((left + 8, top + 4), text, fill=_PAGE, font=font)


def _paragraph(
    draw: Any, text: str, at: tuple[int, int], size: int, ink: tuple[int, ...], *, lines: int
) -> int:
    """Write text in lines that fit the column; return where it ends."""
    font, (left, top) = _font(size), at
    for line in _wrapped(text, font, lines):
        draw.text((left, top), line, fill=ink, font=font)
        top += round(1.28 * size)
    return top


def _wrapped(text: str, font: Any, lines: int) -> list[str]:
    wrapped: list[str] = []
    for word in text.split():
        longer = f'{wrapped[-1]} {word}' if wrapped else word
        if wrapped and font.getlength(longer) <= _TEXT_W:
            wrapped[-1] = longer
        else:
            wrapped.append(word)
    if len(wrapped) > lines:
        wrapped = [*wrapped[: lines - 1], wrapped[lines - 1] + '…']
    return wrapped


def _place(
    page: Any, draw: Any, picture: Picture, at: tuple[int, int], size: tuple[int, int]
) -> None:
    image_module = _pillow('Image')
    painted = image_module.fromarray(paint(picture.rgb, picture.masks, picture.truth))
    page.paste(painted.resize(size, image_module.Resampling.LANCZOS), at)
    draw.text((at[0], at[1] + size[1] + 6), picture.caption, fill=_GRAY, font=_font(16))


def _font(size: int) -> Any:
    return _pillow('ImageFont').load_default(size)


def _pillow(name: str) -> Any:
    try:
        return importlib.import_module(f'PIL.{name}')
    except ImportError as error:
        raise MissingPackageError('pictures need a package: pip install pillow') from error
