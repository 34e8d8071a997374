"""Work that is divided among processes, on one machine or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from visa_ros.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Shard:
    """
    One of several equal processes.

    rank   0 to world - 1; 0 writes the report
    world  how many there are
    local  its number on this machine, which tells it its GPU
    """

    rank: int = 0
    world: int = 1
    local: int = 0

    def owns(self, unit: int) -> bool:
        """Whether a unit of work is this one's; neighbours go to different processes."""
        return unit % self.world == self.rank


def shard_of(environment: Mapping[str, str]) -> Shard:
    """
    Read what `accelerate launch` and `torchrun` tell their processes.

    environment  such as os.environ: RANK, WORLD_SIZE, LOCAL_RANK

    ConfigError if these are no numbers or do not fit together.
    """
    names = ('RANK', 'WORLD_SIZE', 'LOCAL_RANK')
    given = {name: environment[name] for name in names if environment.get(name)}
    try:
        numbers = {name: int(value) for name, value in given.items()}
    except ValueError as error:
        raise ConfigError(f'want numbers in the environment, got {given}') from error
    rank, world = numbers.get('RANK', 0), numbers.get('WORLD_SIZE', 1)
    if not 0 <= rank < world:
        raise ConfigError(f'want 0 <= RANK < WORLD_SIZE in the environment, got {given}')
    return Shard(rank=rank, world=world, local=numbers.get('LOCAL_RANK', 0))
