"""ROS parameters: the fields of config dataclasses, declared once, under their own names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
import inspect
import math
import re
from typing import Any, TypeVar

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.node import Node

from visa_ros.errors import ConfigError
from visa_ros.ros.qos import NodeQos

T = TypeVar('T')

_ROW = re.compile(r'(?P<names>\w+(?:, \w+)*) {2,}(?P<text>\S.*)')


@dataclass(frozen=True, kw_only=True)
class QueryConfig:
    """
    How requests are served.

    timeout_s    s until TIMEOUT for a request that names no time of its own
    max_waiting  requests that may wait behind the one being answered; one more gets TIMEOUT
    """

    timeout_s: float = 30.0
    max_waiting: int = 4

    def __post_init__(self) -> None:
        if not (math.isfinite(self.timeout_s) and self.timeout_s > 0) or self.max_waiting < 0:
            raise ConfigError(f'query: want timeout_s > 0 and max_waiting >= 0, got {self}')


@dataclass(frozen=True, kw_only=True)
class InputConfig:
    """
    What is expected of the camera.

    stale_after_s     s without an image after which requests get STALE_INPUT
    report_after_s    s without data after which a stream is reported
    use_depth         subscribe to depth; without it there are no clouds, and colours alone count
    pair_within_s     s by which the stamps of an image and of its depth may differ
    depth_patience_s  s without matching depth after which images are used alone
    rectified         the images are rectified: use P of camera_info instead of K and D
    """

    stale_after_s: float = 2.0
    report_after_s: float = 3.0
    use_depth: bool = True
    pair_within_s: float = 0.02
    depth_patience_s: float = 0.5
    rectified: bool = False

    def __post_init__(self) -> None:
        times = (self.stale_after_s, self.report_after_s, self.depth_patience_s)
        if min(times) <= 0 or self.pair_within_s < 0:
            raise ConfigError(f'input: want times > 0 and pair_within_s >= 0, got {self}')


@dataclass(frozen=True, kw_only=True)
class NodeConfig:
    """
    Parameters of the node itself; those of the pipeline stand next to them.

    model         folder of a model, or the name of a shipped one
    device        where the networks run: auto (a GPU if there is one), cpu, cuda, cuda:1, mps
    precision     what they compute in: auto (bf16 on a GPU made for it, else fp32), fp32, bf16,
                  fp16
    quantization  of the language model of a published VISA: none, 8bit or 4bit
    """

    model: str = 'visa-nano'
    device: str = 'auto'
    precision: str = 'auto'
    quantization: str = 'none'
    query: QueryConfig = field(default_factory=QueryConfig)
    input: InputConfig = field(default_factory=InputConfig)
    qos: NodeQos = field(default_factory=NodeQos)


def declare(node: Node, default: T, prefix: str = '') -> T:
    """
    Declare every field under its dotted name; return the config with the values set.

    A parameter's description is its row in the docstring of the class. The values are fixed
    once the node runs. ConfigError if a value is out of range.
    """
    kind = type(default)
    described = descriptions(kind)
    values = {}
    for f in fields(default):  # type: ignore[arg-type]
        value, name = getattr(default, f.name), prefix + f.name
        if is_dataclass(value):
            values[f.name] = declare(node, value, name + '.')
            continue
        descriptor = ParameterDescriptor(description=described.get(f.name, ''), read_only=True)
        values[f.name] = node.declare_parameter(name, value, descriptor).value
    return kind(**values)


def descriptions(kind: type[Any]) -> Mapping[str, str]:
    """Read the rows 'name, name  text' of a docstring; rows may go on, indented, below."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in (inspect.getdoc(kind) or '').splitlines():
        if row := _ROW.fullmatch(line):
            names = row['names'].split(', ')
            found.update(dict.fromkeys(names, row['text']))
        elif names and line.startswith(' ') and line.strip():
            found.update({n: f'{found[n]} {line.strip()}' for n in names})
        else:
            names = []
    return found
