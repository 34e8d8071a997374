"""What a simulated world is made of."""

from __future__ import annotations

from dataclasses import dataclass

from visa_ros.errors import ConfigError

ASSETS = ('procedural', 'household', 'mixed')
INSTANCES = ('train', 'varied', 'held_out')


@dataclass(frozen=True, kw_only=True)
class WorldConfig:
    """
    What a world is made of.

    width, height  px
    objects_min, objects_max  objects on the table, both included
    events         how many things happen, 0 to 3
    duration_s     span in which they happen; afterwards the world stands still
    moving_camera  swing the camera slowly
    assets         'procedural', 'household' or 'mixed' models
    household_dir  where `visa-ros sim assets` put the household models
    instances      'train' draws the models that training renders, 'varied' these and many other
                   designs, bent out of shape, 'held_out' procedural ones of shapes and colours
                   that training never renders
    """

    width: int = 640
    height: int = 480
    objects_min: int = 4
    objects_max: int = 9
    events: int = 1
    duration_s: float = 6.0
    moving_camera: bool = False
    assets: str = 'procedural'
    household_dir: str = ''
    instances: str = 'train'

    def __post_init__(self) -> None:
        if self.width < 16 or self.height < 16:
            raise ConfigError(f'want at least 16x16 px, got {self.width}x{self.height}')
        if not 1 <= self.objects_min <= self.objects_max <= 12:
            raise ConfigError(
                'want 1 <= objects_min <= objects_max <= 12, '
                f'got {self.objects_min} and {self.objects_max}'
            )
        if not 0 <= self.events <= 3:
            raise ConfigError(f'events: want 0 to 3, got {self.events}')
        if not self.duration_s >= 1.0:
            raise ConfigError(f'duration_s: want at least 1 s, got {self.duration_s}')
        if self.assets not in ASSETS:
            raise ConfigError(f'assets {self.assets!r}: choose from {ASSETS}')
        if self.assets != 'procedural' and not self.household_dir:
            raise ConfigError(
                f'assets {self.assets!r} needs household_dir; `visa-ros sim assets` makes one'
            )
        if self.instances not in INSTANCES:
            raise ConfigError(f'instances {self.instances!r}: choose from {INSTANCES}')
        if self.instances == 'held_out' and self.assets != 'procedural':
            raise ConfigError(
                f"instances 'held_out' are procedural, they do not go with assets {self.assets!r}"
            )
