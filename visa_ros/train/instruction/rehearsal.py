"""`--dry-run`: what a training would see and take, without training."""

from __future__ import annotations

from collections.abc import Sequence
import os
from pathlib import Path

import torch

from visa_ros.train.instruction.config import TrainConfig
from visa_ros.train.instruction.encoding import Encoder
from visa_ros.train.instruction.memory import estimate_memory, MemoryEstimate
from visa_ros.train.instruction.mixture import Mixture, OpenSet
from visa_ros.train.instruction.preview import save_preview
from visa_ros.train.instruction.start import find_start

FOLDER = 'dry-run'
_SAMPLES = 3
_GB = 1e9


def rehearse(config: TrainConfig) -> str:
    """
    Open all that a training needs, and draw its first samples into RUN/dry-run/.

    returns  the mixture, the memory that each device needs, and the samples, as text

    Reads no weights. Raises what `train` would for data, model and settings.
    """
    start = find_start(config)
    mixture = Mixture(config.data, template=start.template, seed=config.seed)
    encoder = Encoder(
        start.config,
        tokenizer=start.tokenizer,
        template=start.template,
        max_tokens=config.data.max_tokens,
    )
    processes = _processes()
    accumulation = config.accumulation(processes)
    memory = estimate_memory(start.config, config, processes=processes)
    lines = [
        *_mixture_table(mixture.sets, config),
        '',
        f'{config.steps} steps of {config.batch} samples: {processes} processes x '
        f'{config.compute.per_device} per device x {accumulation} accumulated',
        '',
        *_memory_table(memory, config),
        '',
    ]
    for slot in range(min(_SAMPLES, config.batch)):
        lesson = mixture.lesson(0, slot, batch=config.batch)
        example = encoder.encode(lesson)
        path = Path(config.out) / FOLDER / f'sample-{slot}.png'
        title = f'step 0, slot {slot}: {example.tokens} tokens'
        save_preview(lesson, path, title=title)
        lines += [f'{path}: {lesson.source}, {example.tokens} tokens', *example.prompts, '']
    return '\n'.join(lines)


def _processes() -> int:
    """Processes of this run: those of torchrun, else one; there is one per GPU as a rule."""
    return int(os.environ.get('WORLD_SIZE', '0')) or max(1, torch.cuda.device_count())


def _mixture_table(sets: Sequence[OpenSet], config: TrainConfig) -> list[str]:
    lines = [f'{"GROUP":14} {"SET":17} {"SPLIT":12} {"ITEMS":>8} {"SHARE":>7}  SAMPLES']
    total = config.steps * config.batch
    for one in sets:
        lines.append(
            f'{one.group:14} {one.config.name:17} {one.config.split:12} {len(one.drawer):8} '
            f'{one.share:7.2%}  {one.share * total:.0f}'
        )
    return lines


def _memory_table(memory: MemoryEstimate, config: TrainConfig) -> list[str]:
    compute = config.compute
    rows = {
        'weights': memory.weights,
        'gradients': memory.gradients,
        'optimiser': memory.optimizer,
        'activations (estimate)': memory.activations,
        'together': memory.total,
    }
    return [
        f'memory per device, {compute.precision}, sharding {compute.sharding}, checkpointing '
        f'{"on" if compute.checkpointing else "off"}; {memory.trained / 1e6:.1f} M of '
        f'{(memory.trained + memory.frozen) / 1e6:.1f} M parameters are trained',
        *(f'  {name:24}{amount / _GB:9.3f} GB' for name, amount in rows.items()),
    ]
