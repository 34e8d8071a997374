"""Reading what others wrote: json of known shape, and names that may become paths."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from visa_ros.errors import DataError

T = TypeVar('T')


def read_json(path: Path, *, encodings: tuple[str, ...] = ('utf-8',)) -> Any:
    """
    Read a json file.

    encodings  tried in turn

    DataError that names the file if it is missing or is no json.
    """
    try:
        content = path.read_bytes()
        for encoding in encodings[:-1]:
            try:
                return json.loads(content.decode(encoding))
            except UnicodeDecodeError:
                continue
        return json.loads(content.decode(encodings[-1]))
    except FileNotFoundError as error:
        raise DataError(f'{path}: missing; docs/datasets.md shows the tree') from error
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f'{path}: cannot be read as json: {error}') from error


def require(value: object, kind: type[T], where: str) -> T:
    """Return the value if it is of this type (a bool is no int); DataError with `where` if not."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise DataError(f'{where}: want {kind.__name__}, got {type(value).__name__} {value!r:.60}')
    return value


def entry(raw: object, key: str, kind: type[T], where: str) -> T:
    """Return a typed entry of a json object; DataError if it is missing or of another type."""
    mapping = require(raw, dict, where)
    if key not in mapping:
        raise DataError(f'{where}: has no {key!r}')
    return require(mapping[key], kind, f'{where}, {key}')


def inner_path(text: object, where: str) -> str:
    """
    Return a relative path that stays inside the folder it is joined to.

    DataError if it is absolute, has a part '..', or could be read in another way.
    """
    path = require(text, str, where)
    parts = path.split('/')
    if any(part in {'', '.', '..'} for part in parts) or '\\' in path or '\0' in path:
        raise DataError(f'{where}: {path!r} is not a plain path inside of the data set')
    return path


def inner_name(text: object, where: str) -> str:
    """Return a name without folders; DataError as inner_path."""
    name = inner_path(text, where)
    if '/' in name:
        raise DataError(f'{where}: {name!r} must not name a folder')
    return name


def image_hw(path: Path) -> tuple[int, int]:
    """Read height and width in px from the header of a picture; DataError if it has none."""
    try:
        with Image.open(path) as image:
            return image.height, image.width
    except FileNotFoundError as error:
        raise DataError(f'{path}: missing') from error
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f'{path}: not a readable picture') from error


def find_folder(root: Path, folder: str, marker: str) -> Path:
    """
    Return the folder of a set, given itself or a folder above it.

    folder  where the set lies below a common root, such as 'ReVOS'
    marker  glob of what must be in it

    DataError that names both places.
    """
    for candidate in (root / folder, root):
        if candidate.is_dir() and next(candidate.glob(marker), None) is not None:
            return candidate
    raise DataError(f'no {marker} in {root / folder} or {root}; docs/datasets.md shows the tree')
