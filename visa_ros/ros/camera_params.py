"""Parameters of the simulated camera; those of its world stand next to them."""

from __future__ import annotations

from dataclasses import dataclass, field
import enum

from visa_ros.errors import ConfigError
from visa_ros.ros.qos import PublisherQos

DEPTH_ENCODINGS = ('32FC1', '16UC1')


class AtEnd(str, enum.Enum):
    """What happens when the span of the events is over."""

    HOLD = 'hold'
    LOOP = 'loop'
    STOP = 'stop'


@dataclass(frozen=True, kw_only=True)
class CameraQos:
    """Quality of service of the camera's topics."""

    image: PublisherQos = field(default_factory=PublisherQos)
    depth: PublisherQos = field(default_factory=PublisherQos)
    camera_info: PublisherQos = field(default_factory=PublisherQos)
    instances: PublisherQos = field(default_factory=PublisherQos)


@dataclass(frozen=True, kw_only=True)
class CameraConfig:
    """
    How the world is shown.

    seed            of the world; the same seed shows the same frames. 2000000 and up are those
                    of the demo
    rate_hz         frames per second
    at_end          after duration_s: 'hold' goes on with the world at rest, 'loop' starts it
                    anew (stamps go on), 'stop' ends the node
    depth_encoding  '32FC1' (m) or '16UC1' (mm)
    world_frame     parent of the camera's frame on /tf
    """

    seed: int = 2_000_000
    rate_hz: float = 10.0
    at_end: str = AtEnd.HOLD.value
    depth_encoding: str = '32FC1'
    world_frame: str = 'world'
    qos: CameraQos = field(default_factory=CameraQos)

    def __post_init__(self) -> None:
        if not 0 < self.rate_hz <= 1000:
            raise ConfigError(f'rate_hz: want more than 0 and at most 1000, got {self.rate_hz}')
        if self.at_end not in [choice.value for choice in AtEnd]:
            raise ConfigError(f'at_end {self.at_end!r}: choose from {[c.value for c in AtEnd]}')
        if self.depth_encoding not in DEPTH_ENCODINGS:
            raise ConfigError(
                f'depth_encoding {self.depth_encoding!r}: choose from {DEPTH_ENCODINGS}'
            )
