"""
Read the few pickles that data sets come in, without running anything.

A pickle can name any function and have it called. Here naming one is an error, so that nothing
but numbers, texts, lists and dicts can be built.
"""

from __future__ import annotations

from pathlib import Path
import pickle
from typing import Any, NoReturn

from visa_ros.errors import DataError

_PLAIN = (str, int, float, bytes, type(None))


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> NoReturn:
        """Refuse every class and function."""
        raise pickle.UnpicklingError(f'it asks for {module}.{name}')

    def persistent_load(self, pid: Any) -> NoReturn:
        """Refuse references to objects elsewhere."""
        raise pickle.UnpicklingError('it refers to an object outside of the file')


def read_plain_pickle(path: Path) -> Any:
    """
    Read a pickle of dict, list, str, int, float, bytes, bool and None; nothing else is allowed.

    Texts written by Python 2 are read as UTF-8. DataError that names the file if it is missing,
    damaged, or holds anything else.
    """
    try:
        with path.open('rb') as file:
            value = _PlainUnpickler(file, encoding='utf-8', errors='replace').load()
    except FileNotFoundError as error:
        raise DataError(f'{path}: missing; docs/datasets.md shows the tree') from error
    # A damaged pickle can raise nearly anything; none of it is ours.
    except Exception as error:
        raise DataError(f'{path}: refused as a pickle of plain values: {error}') from error
    _require_plain(value, path)
    return value


def _require_plain(value: Any, path: Path) -> None:
    """Look at every value once; not by recursion, for depth and cycles are the file's choice."""
    waiting, seen = [value], set()
    while waiting:
        item = waiting.pop()
        kind = type(item)
        if kind is dict or kind is list:
            if id(item) in seen:
                continue
            seen.add(id(item))
            if kind is dict:
                waiting.extend(item.keys())
                waiting.extend(item.values())
            else:
                waiting.extend(item)
        elif not isinstance(item, _PLAIN):
            raise DataError(
                f'{path}: refused as a pickle of plain values: holds a {kind.__name__}'
            )
