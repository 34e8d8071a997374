"""config.json of a folder with an open-vocabulary model: which networks, and how to use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
import json
from pathlib import Path
from typing import Any

from visa_ros.errors import CheckpointError, ConfigError

FORMAT = 'visa-ros-open-vocabulary'
VERSION = 1
CONFIG_FILE = 'config.json'


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """
    An open-vocabulary model.

    detector       Grounding DINO, or SAM 3: a folder in this one, or a name of the hub's cache
    segmenter      SAM 2 or EdgeTAM, which makes masks of the boxes; '' for SAM 3, which needs none
    box_threshold  score above which something counts as found
    shortest_px    Grounding DINO sees images with their short side enlarged or shrunk to this,
    longest_px     unless the long side then were longer than this
    """

    detector: str
    segmenter: str = ''
    box_threshold: float = 0.35
    shortest_px: int = 800
    longest_px: int = 1333

    def __post_init__(self) -> None:
        if not self.detector:
            raise ConfigError('detector: name a folder, or a model of the hub')
        if not 0 <= self.box_threshold < 1:
            raise ConfigError(f'box_threshold: want 0 to 1, got {self.box_threshold}')
        if not 0 < self.shortest_px <= self.longest_px:
            raise ConfigError(
                f'want 0 < shortest_px <= longest_px, got {self.shortest_px}, {self.longest_px}'
            )

    def to_json(self) -> dict[str, Any]:
        """Return what config.json holds."""
        return {'format': FORMAT, 'version': VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Recipe:
        """Read what to_json gave; ConfigError for another format, or keys that are wrong."""
        values = dict(raw)
        kind = (values.pop('format', None), values.pop('version', None))
        if kind != (FORMAT, VERSION):
            raise ConfigError(f'format and version: want {(FORMAT, VERSION)}, got {kind}')
        defaults = cls(detector='.')
        wrong = sorted(values.keys() - {f.name for f in fields(cls)})
        wrong += [
            n for n in values if n not in wrong and not _like(values[n], getattr(defaults, n))
        ]
        if wrong or 'detector' not in values:
            raise ConfigError(
                f'keys that are unknown, of a wrong type or missing: {wrong or "detector"}'
            )
        return cls(**values)


def read_recipe(folder: Path) -> Recipe:
    """Read config.json of a folder; CheckpointError if it cannot be read, else as from_json."""
    try:
        raw = json.loads((folder / CONFIG_FILE).read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise CheckpointError(f'cannot read {folder / CONFIG_FILE}: {error}') from error
    if not isinstance(raw, dict):
        raise ConfigError(f'{folder / CONFIG_FILE}: want an object, got {type(raw).__name__}')
    return Recipe.from_json(raw)


def place_of(name: str, folder: Path) -> str | Path:
    """Where a network named in a folder is: a folder within, or else what the name says."""
    inside = folder / name
    return inside if name and inside.is_dir() else name


def _like(value: object, default: object) -> bool:
    """Whether a value of JSON is of the type of a default; whole numbers are numbers too."""
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(default)
