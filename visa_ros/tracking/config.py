"""What a memory tracker is made of, as plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from visa_ros.errors import ConfigError

GRID = 16
"""Input sizes are multiples of it, along each side."""

T = TypeVar('T')


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """
    Sizes of the network; the defaults are those of visa-nano.

    key_encoder     name of the image encoder, a key of encoders.KEY_ENCODERS
    stride          px per memory element along each side, 8 or 16. Small images need the finer
                    one: at 256x192 most things on a table are hardly larger than 16 px
    key_dim         channels of keys and queries
    value_dim       channels of memory values
    hidden_dim      channels of the sensory state
    value_widths    channels of the value encoder at strides 2, 4, ... up to `stride`
    value_blocks    residual blocks of the value encoder at strides 4, ... up to `stride`
    decoder_widths  channels at `stride`, at half of it, and so on down to 4 or 2; masks are
                    predicted at the last of these strides
    update_dim      channels in which the decoder's features are gathered to update the state
    """

    key_encoder: str = 'efficientnet-lite0'
    stride: int = 8
    key_dim: int = 32
    value_dim: int = 48
    hidden_dim: int = 16
    value_widths: tuple[int, ...] = (16, 32, 48)
    value_blocks: tuple[int, ...] = (1, 1)
    decoder_widths: tuple[int, ...] = (48, 32, 16)
    update_dim: int = 32

    def __post_init__(self) -> None:
        sizes = (
            *(self.key_dim, self.value_dim, self.hidden_dim, self.update_dim),
            *(*self.value_widths, *self.value_blocks, *self.decoder_widths),
        )
        if min(sizes) < 1:
            raise ConfigError(f'network: all sizes must be >= 1, got {self}')
        if self.stride not in (8, 16):
            raise ConfigError(f'network: stride: want 8 or 16, got {self.stride}')
        levels = 3 if self.stride == 8 else 4
        if len(self.value_widths) != levels or len(self.value_blocks) != levels - 1:
            raise ConfigError(
                f'network: at stride {self.stride} want {levels} value_widths '
                f'and {levels - 1} value_blocks'
            )
        if len(self.decoder_widths) not in (levels - 1, levels):
            raise ConfigError(
                f'network: at stride {self.stride} want {levels - 1} or {levels} decoder_widths'
            )

    @property
    def decoder_strides(self) -> tuple[int, ...]:
        """Stride of each of the decoder's levels."""
        return tuple(self.stride >> n for n in range(len(self.decoder_widths)))


@dataclass(frozen=True, kw_only=True)
class LongTermConfig:
    """
    What becomes of old frames.

    batch       frames that are condensed at a time. XMem's T_max - T_min
    prototypes  elements that they are condensed to
    elements    the long-term memory never has more; those least used are dropped
    """

    batch: int = 5
    prototypes: int = 128
    elements: int = 10000

    def __post_init__(self) -> None:
        if min(self.batch, self.prototypes) < 1 or self.elements < self.prototypes:
            raise ConfigError(
                f'long_term: want batch, prototypes >= 1 and elements >= prototypes, got {self}'
            )


@dataclass(frozen=True, kw_only=True)
class MemoryConfig:
    """
    How much a tracker remembers.

    every      a frame goes into memory every so many steps, and whenever a mask is given
    recent     so many of the newest remembered frames are kept, besides the frames with the
               newest given mask of each object. XMem's T_min - 1
    top_k      memory elements that one position reads from: those that fit best; 0: all
    long_term  condense older frames; None: drop them
    """

    every: int = 3
    recent: int = 4
    top_k: int = 30
    long_term: LongTermConfig | None = None

    def __post_init__(self) -> None:
        if min(self.every, self.recent) < 1 or self.top_k < 0:
            raise ConfigError(f'memory: want every, recent >= 1 and top_k >= 0, got {self}')


@dataclass(frozen=True, kw_only=True)
class TrackerConfig:
    """
    A whole tracker.

    input_hw    px that the network sees; images of any size are resized to it. None: images
                keep their shape and are padded
    short_side  px that the shorter side of images is resized to, where their shape is kept;
                0: they keep their size
    antialias   resize images and masks with antialiasing; else images without it, and masks to
                the nearest pixel, as XMem does
    autocast    compute in bfloat16 wherever it runs
    flow_short_side  px of the shorter side of pictures on which optical flow carries outlines
                over, see visa_ros.tracking.flow; 0: the network alone
    """

    network: NetworkConfig = field(default_factory=NetworkConfig)
    memory: MemoryConfig = field(default_factory=MemoryConfig)
    input_hw: tuple[int, int] | None = (192, 256)
    short_side: int = 0
    antialias: bool = True
    autocast: bool = False
    flow_short_side: int = 0

    def __post_init__(self) -> None:
        hw = self.input_hw
        if hw is not None and (len(hw) != 2 or any(n < GRID or n % GRID for n in hw)):
            raise ConfigError(f'input_hw: want two multiples of {GRID} or null, got {hw}')
        if self.flow_short_side < 0:
            raise ConfigError(f'flow_short_side: want px, 0 or more, got {self.flow_short_side}')
        if self.short_side < 0 or (self.short_side and hw is not None):
            raise ConfigError('short_side: want px, 0 or more, and only where input_hw is null')

    def to_json(self) -> dict[str, Any]:
        """Nested plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> TrackerConfig:
        """Inverse of to_json; a missing name is a default, an unknown one a ConfigError."""
        values = dict(_mapping(cls, raw))
        if 'network' in values:
            values['network'] = _build(NetworkConfig, values['network'])
        if 'memory' in values:
            memory = dict(_mapping(MemoryConfig, values['memory']))
            if memory.get('long_term') is not None:
                memory['long_term'] = _build(LongTermConfig, memory['long_term'])
            values['memory'] = _build(MemoryConfig, memory)
        return _build(cls, values)


def xmem_config(*, key_dim: int = 64, value_dim: int = 512, hidden_dim: int = 64) -> TrackerConfig:
    """Return the sizes of XMem as published, and how it looks at images."""
    return TrackerConfig(
        network=NetworkConfig(
            key_encoder='resnet50',
            stride=16,
            key_dim=key_dim,
            value_dim=value_dim,
            hidden_dim=hidden_dim,
            value_widths=(64, 64, 128, 256),
            value_blocks=(2, 2, 2),
            decoder_widths=(512, 256, 256),
            update_dim=256,
        ),
        memory=MemoryConfig(every=5, recent=4, top_k=30, long_term=LongTermConfig()),
        input_hw=None,
        short_side=480,
        antialias=False,
    )


def _mapping(kind: type, raw: object) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise ConfigError(f'{kind.__name__}: want names and values, got {raw!r}')
    return raw


def _build(kind: type[T], raw: object) -> T:
    values = _mapping(kind, raw)
    names = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    if unknown := sorted(set(values) - set(names)):
        raise ConfigError(f'{kind.__name__}: unknown {unknown}, expected some of {names}')
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
    except TypeError as error:
        raise ConfigError(f'{kind.__name__}: a value has the wrong type: {error}') from error
