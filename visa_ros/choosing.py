"""The frames that the model looks at where nobody is asked which."""

from __future__ import annotations

from collections.abc import Sequence

from visa_ros.config import SamplingConfig
from visa_ros.errors import ConfigError
from visa_ros.structs import Choice, Frame
from visa_ros.video.sampling import choose_references, choose_target


class ByPosition:
    """Chooses frames by their positions in the window alone."""

    def __init__(self, config: SamplingConfig) -> None:
        if config.needs_sampler:
            raise ConfigError(
                f'sampling.target {config.target!r} with scheme {config.scheme!r} takes a '
                'sampler: load the model with visa_ros.load, or give the pipeline one'
            )
        self._config = config

    def choose(self, frames: Sequence[Frame], instruction: str) -> Choice:
        """Choose the same for every instruction."""
        target = choose_target(len(frames), self._config.target)
        return Choice(target=target, references=choose_references(self._config.references, target))
