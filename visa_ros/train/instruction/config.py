"""The yaml file of a training: frozen, checked when read, strict about names. No torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
import json
from pathlib import Path
from typing import Any

import yaml

from visa_ros.errors import ConfigError
from visa_ros.model.published.strict import from_mapping

SCHEDULES = ('linear', 'cosine')
PRECISIONS = ('fp32', 'bf16')
SHARDINGS = ('none', 'fsdp')
DEVICES = ('auto', 'cpu')
TINY = 'tiny'  # in the place of a model's folder: random weights of a toy size


@dataclass(frozen=True, kw_only=True)
class SetConfig:
    """
    One data set of a group.

    name    as `visa-ros data list` prints it
    weight  share of it within its group
    root    folder; '': the root of all data
    """

    name: str
    split: str = 'train'
    weight: float = 1.0
    root: str = ''


@dataclass(frozen=True, kw_only=True)
class GroupConfig:
    """Data sets that share one weight in the mixture."""

    name: str
    weight: float
    sets: tuple[SetConfig, ...]

    def __post_init__(self) -> None:
        weights = (self.weight, *(s.weight for s in self.sets))
        if not self.sets or not all(weight > 0 for weight in weights):
            raise ConfigError(f'group {self.name!r}: want sets, and weights > 0')


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """
    What is shown, and how often.

    root          folder of the data sets, see docs/datasets.md
    balanced      take groups from the reference's fixed list; false: draw them at random
    lanes         how many such lists are read side by side: the GPUs of the reference
    expressions   about one picture, at most
    frames        fewest and most reference frames of a video
    negatives     probability that a video's target is a frame of another one, with empty masks
    text_only     probability that an explained picture of ReasonSeg asks for no mask
    max_tokens    of a conversation, pictures included; longer ones are cut
    """

    root: str
    groups: tuple[GroupConfig, ...]
    balanced: bool = True
    lanes: int = 8
    expressions: int = 3
    frames: tuple[int, ...] = (8, 12)
    negatives: float = 0.05
    text_only: float = 0.1
    max_tokens: int = 2048

    def __post_init__(self) -> None:
        if not self.groups:
            raise ConfigError('data.groups: name at least one group of data sets')
        if len(self.frames) != 2 or not 1 <= self.frames[0] <= self.frames[1]:
            raise ConfigError(f'data.frames: want [fewest, most], got {list(self.frames)}')
        if self.expressions < 1 or self.lanes < 1 or self.max_tokens < 1:
            raise ConfigError('data: expressions, lanes and max_tokens must be >= 1')
        if not (0 <= self.negatives <= 1 and 0 <= self.text_only <= 1):
            raise ConfigError('data: negatives and text_only are probabilities, 0 to 1')


@dataclass(frozen=True, kw_only=True)
class LoraConfig:
    """Low-rank updates of the language model's queries and values."""

    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.05

    def __post_init__(self) -> None:
        if self.rank < 1 or not 0 <= self.dropout < 1:
            raise ConfigError('lora: want rank >= 1 and dropout in [0, 1)')


@dataclass(frozen=True, kw_only=True)
class LossConfig:
    """What each part of the loss counts."""

    language: float = 1.0
    bce: float = 2.0
    dice: float = 0.5


@dataclass(frozen=True, kw_only=True)
class OptimizerConfig:
    """
    AdamW and its learning rate.

    rate      the highest
    warmup    steps in which it rises from 0; then it falls to 0 at the last step
    schedule  how it falls: linear, or cosine
    clip      largest norm of all gradients together
    """

    rate: float = 3e-4
    warmup: int = 100
    schedule: str = 'linear'
    betas: tuple[float, ...] = (0.9, 0.95)
    weight_decay: float = 0.0
    clip: float = 1.0

    def __post_init__(self) -> None:
        _choose('optimizer.schedule', self.schedule, SCHEDULES)
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise ConfigError('optimizer.betas: want two numbers in [0, 1)')
        if self.rate <= 0 or self.clip <= 0 or self.warmup < 0 or self.weight_decay < 0:
            raise ConfigError('optimizer: want rate and clip > 0, warmup and weight_decay >= 0')


@dataclass(frozen=True, kw_only=True)
class ComputeConfig:
    """
    How it is computed; nothing of it but `per_device` and `precision` changes the result.

    device         auto: the GPU of the process, if there is one; or cpu
    precision      of the frozen weights and of computing; what is trained is kept in fp32
    per_device     samples of a micro-batch
    checkpointing  compute the language model's layers twice instead of storing what they made
    sharding       none: each process holds everything; fsdp: weights and gradients are shared out
    workers        processes that load data, per process that trains
    """

    device: str = 'auto'
    precision: str = 'bf16'
    per_device: int = 1
    checkpointing: bool = True
    sharding: str = 'none'
    workers: int = 4

    def __post_init__(self) -> None:
        _choose('compute.device', self.device, DEVICES)
        _choose('compute.precision', self.precision, PRECISIONS)
        _choose('compute.sharding', self.sharding, SHARDINGS)
        if self.per_device < 1 or self.workers < 0:
            raise ConfigError('compute: want per_device >= 1 and workers >= 0')


@dataclass(frozen=True, kw_only=True)
class KeepConfig:
    """
    Checkpoints.

    every  steps between two
    last   how many of the newest stay; the best one stays too
    """

    every: int = 500
    last: int = 2

    def __post_init__(self) -> None:
        if self.every < 1 or self.last < 1:
            raise ConfigError('checkpoints: want every >= 1 and last >= 1')


@dataclass(frozen=True, kw_only=True)
class ValidationConfig:
    """
    What tells which checkpoint is best: the loss on always the same draws.

    samples  how many
    groups   drawn from like those of the training; none: the training's own loss decides
    """

    samples: int = 128
    groups: tuple[GroupConfig, ...] = ()

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise ConfigError('validation.samples: want >= 1')


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """
    A whole training.

    model  folder of `visa-ros convert` or `visa-ros train start`; or 'tiny'
    out    folder of the run
    steps  of the optimiser
    batch  samples per step, over all processes and micro-batches
    """

    model: str
    out: str
    data: DataConfig
    seed: int = 0
    steps: int = 15000
    batch: int = 128
    lora: LoraConfig = field(default_factory=LoraConfig)
    losses: LossConfig = field(default_factory=LossConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    compute: ComputeConfig = field(default_factory=ComputeConfig)
    checkpoints: KeepConfig = field(default_factory=KeepConfig)
    validation: ValidationConfig = field(default_factory=ValidationConfig)

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 1 or self.seed < 0:
            raise ConfigError('want steps >= 1, batch >= 1 and seed >= 0')

    def to_json(self) -> dict[str, Any]:
        """Plain lists, numbers and names."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    def accumulation(self, processes: int) -> int:
        """Micro-batches per step and process; ConfigError if the batch does not split."""
        together = processes * self.compute.per_device
        if self.batch % together:
            raise ConfigError(
                f'batch {self.batch} does not split into {processes} processes x '
                f'{self.compute.per_device} per_device: change one of them'
            )
        return self.batch // together


def read_config(path: Path) -> TrainConfig:
    """Read a yaml file; ConfigError that names what is unknown, missing or of another type."""
    try:
        raw = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f'{path} cannot be read: {error}') from error
    return from_mapping(TrainConfig, raw, str(path))


def _choose(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ConfigError(f'{name} {value!r}: choose from {", ".join(known)}')
