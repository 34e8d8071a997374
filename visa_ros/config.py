"""
Settings of the pipeline: frozen, checked when made, strict about names.

Only builders read these (pipeline, api, ros, cli); everything else gets plain numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
import math
from typing import Any, get_type_hints, TypeVar

from visa_ros.errors import ConfigError

T = TypeVar('T')
TARGETS = ('latest', 'middle', 'first')


@dataclass(frozen=True, kw_only=True)
class WindowConfig:
    """
    Sliding window over the camera's stream.

    span_s      seconds of history kept
    rate_hz     frames kept per second; a faster camera is thinned out
    max_frames  frames kept at most
    max_mb      megabytes of images and depth kept at most
    """

    span_s: float = 4.0
    rate_hz: float = 5.0
    max_frames: int = 32
    max_mb: float = 512.0

    def __post_init__(self) -> None:
        numbers = (self.span_s, self.rate_hz, self.max_frames, self.max_mb)
        if not all(math.isfinite(n) and n > 0 for n in numbers):
            raise ConfigError(f'window: every value must be > 0, got {self}')


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """
    Which frames of the window the model sees.

    target      the frame whose masks it predicts: 'latest', 'middle' or 'first'
    references  earlier frames it sees next to that one, spread over the window
    """

    target: str = 'latest'
    references: int = 3

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise ConfigError(f'sampling.target {self.target!r}: choose from {list(TARGETS)}')
        if self.references < 0:
            raise ConfigError(f'sampling.references must be >= 0, got {self.references}')


@dataclass(frozen=True, kw_only=True)
class PipelineConfig:
    """
    From frames to an answer.

    max_tracked       objects followed on live frames at most; the oldest are dropped first
    clouds            lift the masks of an answer to point clouds where there is depth
    max_cloud_points  points of one object's cloud at most
    """

    window: WindowConfig = field(default_factory=WindowConfig)
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    max_tracked: int = 16
    clouds: bool = True
    max_cloud_points: int = 20000

    def __post_init__(self) -> None:
        if self.max_tracked < 1 or self.max_cloud_points < 1:
            raise ConfigError(
                'max_tracked and max_cloud_points must be >= 1, '
                f'got {self.max_tracked} and {self.max_cloud_points}'
            )


def from_mapping(cls: type[T], raw: Mapping[str, Any]) -> T:
    """
    Build a config from parsed YAML or JSON.

    An unknown name or a value of another type is a ConfigError, a missing name a default.
    """
    if not is_dataclass(cls):
        raise ConfigError(f'{cls.__name__} is not a config')
    if not isinstance(raw, Mapping):
        raise ConfigError(f'{cls.__name__}: want names and values, got {raw!r}')
    hints = get_type_hints(cls)
    names = [f.name for f in fields(cls)]
    if unknown := sorted(str(name) for name in set(raw) - set(names)):
        raise ConfigError(f'{cls.__name__}: unknown {unknown}, expected some of {names}')
    values = {
        name: _checked(f'{cls.__name__}.{name}', hints[name], value) for name, value in raw.items()
    }
    return cls(**values)


def _checked(name: str, kind: type[Any], value: Any) -> Any:
    """Return the value as a field of this type, without guessing; an int is a float too."""
    if is_dataclass(kind):
        return from_mapping(kind, value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ConfigError(f'{name}: want {kind.__name__}, got {value!r}')
    return value
