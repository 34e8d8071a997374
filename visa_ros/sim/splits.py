"""Which scenes are for training and which are never trained on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visa_ros.errors import ConfigError

SPLITS: Mapping[str, range] = MappingProxyType(
    {
        'train': range(0, 900_000),
        'val': range(900_000, 1_000_000),
        'test': range(1_000_000, 2_000_000),
        'demo': range(2_000_000, 3_000_000),
    }
)


def split_seeds(split: str, count: int, *, first: int = 0) -> range:
    """
    Return `count` seeds of a split, from its `first` one on.

    ConfigError for an unknown split or for more scenes than it has.
    """
    if split not in SPLITS:
        raise ConfigError(f'split {split!r}: choose from {sorted(SPLITS)}')
    seeds = SPLITS[split]
    if first < 0 or count < 0 or first + count > len(seeds):
        raise ConfigError(
            f'split {split!r} has {len(seeds)} scenes, not {count} from number {first} on'
        )
    return seeds[first : first + count]


def split_of(seed: int) -> str:
    """Return the split a seed belongs to; ConfigError if there is none."""
    for split, seeds in SPLITS.items():
        if seed in seeds:
            return split
    raise ConfigError(f'seed {seed} belongs to no split: they end at {SPLITS["demo"].stop - 1}')
