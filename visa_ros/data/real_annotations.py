"""
Our own annotations of real pictures, as they lie in visa_ros/data/real/.

They are for judging and never for training. The pictures are not part of this repository:
visa_ros.data.real_packages reads them out of the packages that ship them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.files import entry, inner_name, inner_path, read_json, require
from visa_ros.errors import DataError
from visa_ros.video.opencv import opencv

FOLDER = Path(__file__).with_name('real')
PACKAGES = 'packages.json'
CLIENTS = ('apt', 'pip')
KINDS = ('video', 'photograph')

Outline = tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Package:
    """
    A package that ships pictures.

    client       'apt' or 'pip': who fetches it
    requirement  what that client is asked for
    license      of the pictures
    show         whether they may be shown in documents
    """

    name: str
    client: str
    requirement: str
    license: str
    show: bool


@dataclass(frozen=True, kw_only=True)
class RealQuestion:
    """What is asked, its type as in visa_ros.sim.expressions, and the numbers of the objects."""

    text: str
    type: str
    objects: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class RealObject:
    """
    One thing.

    outlines  per frame: polygons of x, y in px, filled by the even-odd rule; () where it is hidden
    """

    name: str
    outlines: tuple[tuple[Outline, ...], ...]


@dataclass(frozen=True, kw_only=True)
class RealPicture:
    """
    A video, or a photograph, and what is known about it.

    kind     'video' or 'photograph'
    file     within the package; a movie may be there as .gz
    sha256   of the file, unpacked
    hw       height and width in px
    frames   numbers of the frames that have outlines; (0,) for a photograph
    objects  number -> object
    """

    name: str
    kind: str
    package: Package
    file: str
    sha256: str
    hw: tuple[int, int]
    frames: tuple[int, ...]
    questions: tuple[RealQuestion, ...]
    objects: dict[int, RealObject]

    def masks(self, number: int) -> list[NDArray[np.bool_]]:
        """Fill the outlines of an object: bool (H, W) per frame."""
        return [fill(outlines, self.hw) for outlines in self.objects[number].outlines]


def fill(outlines: tuple[Outline, ...], hw: tuple[int, int]) -> NDArray[np.bool_]:
    """Paint polygons, border and inside; where two overlap is a hole: bool (H, W)."""
    mask = np.zeros(hw, np.uint8)
    if outlines:
        opencv().fillPoly(mask, [np.array(outline, np.int32) for outline in outlines], 1)
    return mask.astype(np.bool_)


def read_annotations(folder: Path = FOLDER) -> tuple[RealPicture, ...]:
    """Read all annotations, in order of their names; DataError that names what is wrong."""
    packages = _packages(folder / PACKAGES)
    paths = sorted(path for path in folder.glob('*.json') if path.name != PACKAGES)
    return tuple(_picture(path, packages) for path in paths)


def _packages(path: Path) -> dict[str, Package]:
    raw = require(read_json(path), dict, str(path))
    return {name: _package(name, raw[name], f'{path}, {name}') for name in raw}


def _package(name: str, raw: Any, where: str) -> Package:
    client = entry(raw, 'client', str, where)
    if client not in CLIENTS:
        raise DataError(f'{where}, client: choose from {CLIENTS}, got {client!r}')
    return Package(
        name=name,
        client=client,
        requirement=entry(raw, 'requirement', str, where),
        license=entry(raw, 'license', str, where),
        show=entry(raw, 'show', bool, where),
    )


def _picture(path: Path, packages: dict[str, Package]) -> RealPicture:
    raw, where = read_json(path), str(path)
    package, kind = entry(raw, 'package', str, where), entry(raw, 'kind', str, where)
    if package not in packages or kind not in KINDS:
        raise DataError(f'{where}: unknown package {package!r} or kind {kind!r}')
    frames = tuple(require(k, int, f'{where}, frames') for k in entry(raw, 'frames', list, where))
    if not frames or list(frames) != sorted({*frames}) or frames[0] < 0:
        raise DataError(f'{where}, frames: want rising numbers')
    objects = {
        int(number): _object(value, len(frames), f'{where}, object {number}')
        for number, value in entry(raw, 'objects', dict, where).items()
    }
    questions = tuple(_question(q, objects, where) for q in entry(raw, 'questions', list, where))
    return RealPicture(
        name=inner_name(path.stem, where),
        kind=kind,
        package=packages[package],
        file=inner_path(entry(raw, 'file', str, where), where),
        sha256=entry(raw, 'sha256', str, where),
        hw=(entry(raw, 'height', int, where), entry(raw, 'width', int, where)),
        frames=frames,
        questions=questions,
        objects=objects,
    )


def _object(raw: Any, frames: int, where: str) -> RealObject:
    rows = entry(raw, 'outlines', list, where)
    if len(rows) != frames:
        raise DataError(f'{where}: outlines of {len(rows)} frames, want {frames}')
    try:
        outlines = tuple(
            tuple(tuple((int(x), int(y)) for x, y in outline) for outline in row) for row in rows
        )
    except (TypeError, ValueError) as error:
        raise DataError(f'{where}: outlines are lists of x, y: {error}') from error
    return RealObject(name=entry(raw, 'name', str, where), outlines=outlines)


def _question(raw: Any, objects: dict[int, RealObject], where: str) -> RealQuestion:
    text = entry(raw, 'text', str, where)
    meant = tuple(entry(raw, 'objects', list, f'{where}, {text!r}'))
    kind = entry(raw, 'type', str, f'{where}, {text!r}')
    if any(number not in objects for number in meant) or bool(meant) == (kind == 'absent'):
        raise DataError(f'{where}, {text!r}: objects {meant} of a question of type {kind!r}')
    return RealQuestion(text=text, type=kind, objects=meant)
