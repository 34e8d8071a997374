"""Frozen dataclasses from parsed json, strict about names and types. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, MISSING
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints, TypeVar

from visa_ros.errors import ConfigError

T = TypeVar('T')


def from_mapping(cls: type[T], raw: Any, where: str) -> T:
    """
    Build a dataclass, and those nested in it, from names and values.

    An int does for a float, a list for a tuple of one type, and None for `X | None`. ConfigError
    for an unknown name, a missing one without a default, and any other type; the message begins
    with `where`.
    """
    if not is_dataclass(cls) or not isinstance(raw, Mapping):
        raise ConfigError(f'{where}: want names and values, got {raw!r}')
    hints = get_type_hints(cls)
    known = {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(cls)}
    if unknown := sorted(str(name) for name in raw.keys() - known.keys()):
        raise ConfigError(f'{where}: unknown {unknown}, expected some of {sorted(known)}')
    if missing := sorted(name for name, needed in known.items() if needed and name not in raw):
        raise ConfigError(f'{where}: {missing} missing')
    return cls(**{n: _checked(hints[n], value, f'{where}.{n}') for n, value in raw.items()})


def _checked(kind: Any, value: Any, where: str) -> Any:
    if get_origin(kind) is UnionType:
        (other,) = set(get_args(kind)) - {NoneType}
        return None if value is None else _checked(other, value, where)
    if is_dataclass(kind):
        return from_mapping(kind, value, where)  # type: ignore[arg-type]
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigError(f'{where}: want a list, got {value!r}')
        return tuple(_checked(get_args(kind)[0], item, where) for item in value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ConfigError(f'{where}: want {kind.__name__}, got {value!r}')
    return value
