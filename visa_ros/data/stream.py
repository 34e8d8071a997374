"""Go through a long json array object by object, keeping only where each one is."""

from __future__ import annotations

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any, BinaryIO

from visa_ros.errors import DataError

_CHUNK_BYTES = 1 << 22
_OBJECT_BYTES_MAX = 1 << 27
_BETWEEN = re.compile(r'[\s,]*')


def objects_in(path: Path, key: str | None = None) -> Iterator[tuple[int, int, Any]]:
    """
    Yield first byte, byte behind the last, and value of each element of an array.

    key  the entry of the file's object that is the array; None: the file is the array

    DataError if the file is missing or is not of this form.
    """
    try:
        file = path.open('rb')
    except OSError as error:
        raise DataError(f'{path}: missing; docs/datasets.md shows the tree') from error
    with file:
        yield from _elements(file, path, key)


def object_at(path: Path, start: int, end: int) -> Any:
    """Read one object again, from the bytes that `objects_in` named; DataError if it changed."""
    try:
        with path.open('rb') as file:
            file.seek(start)
            return json.loads(file.read(end - start))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f'{path}: has changed since it was opened: {error}') from error


def _elements(file: BinaryIO, path: Path, key: str | None) -> Iterator[tuple[int, int, Any]]:
    decoder = json.JSONDecoder()
    # Latin-1 keeps one character per byte, so that places in the text are places in the file.
    text, base = _opening(file, path, key)
    at = 0
    while True:
        match = _BETWEEN.match(text, at)
        at = match.end() if match else at
        if text.startswith(']', at):
            return
        found = _decoded(decoder, text, at)
        if found:
            value, end = found
            yield base + at, base + end, value
            at = end
            continue
        chunk = file.read(_CHUNK_BYTES)
        if not chunk or len(text) - at > _OBJECT_BYTES_MAX:
            raise DataError(f'{path}: damaged or cut off at byte {base + at}')
        base, text, at = base + at, text[at:] + chunk.decode('latin-1'), 0


def _decoded(decoder: json.JSONDecoder, text: str, at: int) -> tuple[Any, int] | None:
    """Parse the element that begins here; None if the text ends before it does."""
    try:
        value, end = decoder.raw_decode(text, at)
    except (json.JSONDecodeError, RecursionError):
        return None
    # A number at the end of the text may go on.
    if end == len(text):
        return None
    piece = text[at:end]
    try:
        return (value if piece.isascii() else json.loads(piece.encode('latin-1'))), end
    except ValueError:
        return None


def _opening(file: BinaryIO, path: Path, key: str | None) -> tuple[str, int]:
    """Return the text behind the opening bracket of the array, and which byte it begins at."""
    start = re.compile(r'\s*\[' if key is None else rf'"{re.escape(key)}"\s*:\s*\[')
    text, base = '', 0
    while chunk := file.read(_CHUNK_BYTES):
        text += chunk.decode('latin-1')
        match = start.match(text) if key is None else start.search(text)
        if match:
            return text[match.end() :], base + match.end()
        if key is None:
            break
        keep = max(len(text) - 1000, 0)
        base, text = base + keep, text[keep:]
    raise DataError(f'{path}: has no list {key or "of objects"!r}')
