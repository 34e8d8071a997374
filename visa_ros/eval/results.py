"""What is known about one expression after it was judged, and its form in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
import math
from typing import Any

from visa_ros.errors import DataError

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Result:
    """
    How one expression was answered.

    video, expression_id  where it is; for a picture, its name and the id of the text
    type_id               0 referring, 1 reasoning, 2 no such object; None: the set has no types
    kind                  what the set itself calls its type; '' if it does not
    axis                  what is new in it against training; '' if the set does not tell
    frames                of the video
    values                measure -> 0 to 1, NaN where no frame counts; px for pictures; empty
                          where the truth is not public
    refused               no frame of the prediction has a mask
    error                 why there is no answer; '' if there is one
    source                digest of the prediction's files; '' if a model made it
    """

    video: str
    expression_id: str
    text: str
    frames: int
    type_id: int | None = None
    kind: str = ''
    axis: str = ''
    values: Mapping[str, float] = field(default_factory=dict)
    refused: bool = False
    error: str = ''
    source: str = ''

    @property
    def key(self) -> Key:
        """What tells it from all other expressions of the split."""
        return self.video, self.expression_id

    @property
    def both(self) -> float:
        """J&F, or IoU; NaN if it is not known."""
        if 'union' in self.values:
            union = self.values['union']
            return self.values['intersection'] / union if union else 1.0
        return (self.values.get('J', math.nan) + self.values.get('F', math.nan)) / 2

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which from_json makes the very same result."""
        values = {name: None if math.isnan(v) else v for name, v in self.values.items()}
        return {
            'video': self.video,
            'expression': self.expression_id,
            'text': self.text,
            'type_id': self.type_id,
            'type': self.kind,
            'axis': self.axis,
            'frames': self.frames,
            'values': values,
            'refused': self.refused,
            'error': self.error,
            'source': self.source,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Result:
        """Read what to_json wrote; DataError if it is anything else."""
        try:
            values = {
                str(name): math.nan if value is None else value
                for name, value in raw['values'].items()
            }
            return cls(
                video=raw['video'],
                expression_id=raw['expression'],
                text=raw['text'],
                type_id=raw['type_id'],
                kind=raw['type'],
                axis=raw['axis'],
                frames=raw['frames'],
                values=values,
                refused=raw['refused'],
                error=raw['error'],
                source=raw['source'],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f'not the result of an expression: {error!r}') from error
