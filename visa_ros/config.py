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
TARGETS = ('latest', 'middle', 'first', 'uniform', 'text_guided')
SCHEMES = ('earlier', 'strided', 'global', 'local', 'global_local')
AGGREGATES = ('mode', 'median', 'mean')
ASKERS = ('recorded:', 'video_llm:')
REGROUND = ('never', 'on_loss', 'periodic')


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

    target      the frame whose masks it predicts: latest, middle, first, uniform (drawn at
                random), or text_guided (a model is asked where to look)
    references  frames it sees next to that one
    scheme      how these are chosen: earlier (spread over the time before the target), strided
                (as VISA was released), global, local or global_local (as in its paper)
    aggregate   what text_guided makes of several percentages: mode, median or mean
    asker       who text_guided asks: own (the model itself), recorded:FILE or video_llm:NAME
    seed        of random choices
    """

    target: str = 'latest'
    references: int = 5
    scheme: str = 'earlier'
    aggregate: str = 'mode'
    asker: str = ''
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of('sampling.target', self.target, TARGETS)
        _one_of('sampling.scheme', self.scheme, SCHEMES)
        _one_of('sampling.aggregate', self.aggregate, AGGREGATES)
        if self.references < 0 or self.seed < 0:
            raise ConfigError(
                'sampling.references and sampling.seed must be >= 0, '
                f'got {self.references} and {self.seed}'
            )
        named = any(self.asker.startswith(a) and self.asker != a for a in ASKERS)
        if self.asker not in ('', 'own') and not named:
            raise ConfigError(
                f"sampling.asker {self.asker!r}: want 'own', 'recorded:FILE' or 'video_llm:NAME'"
            )
        if self.target == 'text_guided' and not self.asker:
            raise ConfigError(
                "sampling.target 'text_guided' needs sampling.asker: say who is asked where to "
                "look, 'own', 'recorded:FILE' or 'video_llm:NAME'"
            )

    @property
    def needs_sampler(self) -> bool:
        """Whether this takes more than positions in the window."""
        return self.target in ('uniform', 'text_guided') or self.scheme != 'earlier'


@dataclass(frozen=True, kw_only=True)
class CatchUpConfig:
    """
    Frames that came while the tracker was busy: which of them it still looks at.

    after_s   s without tracking beyond which frames in between are looked at
    frames    so many at most, spread evenly; 0: go on with the newest at once
    within_s  s that they may take, at the speed measured
    """

    after_s: float = 0.3
    frames: int = 8
    within_s: float = 0.5

    def __post_init__(self) -> None:
        if not _times(self.after_s, self.within_s) or self.frames < 0:
            raise ConfigError(f'catch_up: want times and numbers >= 0, got {self}')


@dataclass(frozen=True, kw_only=True)
class PresenceConfig:
    """
    When an object that is followed counts as visible, occluded or lost.

    low_score         a mask with a lower score counts as none
    good_score        a mask with this score or a higher one is the object
    occluded_after_s  s without the object until it is OCCLUDED
    lost_after_s      s without the object until it is LOST
    visible_after_s   s with the object until it is VISIBLE again
    forget_after_s    s of being LOST after which it is no longer followed; 0: never
    """

    low_score: float = 0.5
    good_score: float = 0.6
    occluded_after_s: float = 0.5
    lost_after_s: float = 3.0
    visible_after_s: float = 0.2
    forget_after_s: float = 600.0

    def __post_init__(self) -> None:
        if not 0 <= self.low_score <= self.good_score <= 1:
            raise ConfigError(f'presence: want 0 <= low_score <= good_score <= 1, got {self}')
        if not _times(self.occluded_after_s, self.lost_after_s, self.visible_after_s):
            raise ConfigError(f'presence: want times >= 0, got {self}')
        if self.lost_after_s < self.occluded_after_s or not _times(self.forget_after_s):
            raise ConfigError(
                f'presence: want occluded_after_s <= lost_after_s, forget_after_s >= 0, got {self}'
            )


@dataclass(frozen=True, kw_only=True)
class RegroundConfig:
    """
    Asking the model again for objects that are followed.

    when      never, on_loss (while an object is LOST) or periodic
    every_s   s between two times that it is asked about the same query
    likeness  0 to 1: how much alike two views must look to be the same object
    """

    when: str = 'never'
    every_s: float = 5.0
    likeness: float = 0.75

    def __post_init__(self) -> None:
        _one_of('reground.when', self.when, REGROUND)
        if not _times(self.every_s) or not 0 < self.likeness <= 1:
            raise ConfigError(f'reground: want every_s >= 0 and 0 < likeness <= 1, got {self}')


@dataclass(frozen=True, kw_only=True)
class PipelineConfig:
    """
    From frames to an answer.

    look_back         ask again about the oldest frame, the later ones beside it, for what is not
                      on the target: it may have been taken away or hidden since
    max_tracked       objects followed on live frames at most; the oldest are dropped first
    clouds            lift the masks of an answer to point clouds where there is depth
    max_cloud_points  points of one object's cloud at most
    """

    window: WindowConfig = field(default_factory=WindowConfig)
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    catch_up: CatchUpConfig = field(default_factory=CatchUpConfig)
    presence: PresenceConfig = field(default_factory=PresenceConfig)
    reground: RegroundConfig = field(default_factory=RegroundConfig)
    look_back: bool = True
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


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigError(f'{name} {value!r}: choose from {list(choices)}')


def _times(*values: float) -> bool:
    """Whether these are seconds."""
    return all(math.isfinite(value) and value >= 0 for value in values)


def _checked(name: str, kind: type[Any], value: Any) -> Any:
    """Return the value as a field of this type, without guessing; an int is a float too."""
    if is_dataclass(kind):
        return from_mapping(kind, value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ConfigError(f'{name}: want {kind.__name__}, got {value!r}')
    return value
