"""When a training cannot go on: what to keep for a closer look, and what to tell."""

from __future__ import annotations

from collections.abc import Mapping
import json
from pathlib import Path
import re

from safetensors.torch import save_file
import torch
from torch import Tensor

from visa_ros.errors import TrainingError
from visa_ros.train.instruction.config import TrainConfig
from visa_ros.train.instruction.encoding import Example

FOLDER = 'not_finite'
_NO_MEMORY = re.compile('out of memory|not enough memory|CUBLAS_STATUS_ALLOC_FAILED')


def save_example(run: Path, example: Example, *, step: int, slot: int) -> Path:
    """
    Write what a sample holds: tensors to .safetensors, texts and tokens to .json beside it.

    returns  path of the tensors
    """
    path = run / FOLDER / f'step-{step:07}-slot-{slot}.safetensors'
    path.parent.mkdir(parents=True, exist_ok=True)
    sample = example.sample
    tensors: Mapping[str, Tensor] = {
        'pictures': sample.pictures,
        'target': sample.target,
        'truth': sample.truth,
    }
    save_file({name: value.cpu().contiguous() for name, value in tensors.items()}, path)
    texts = {
        'source': example.source,
        'prompts': example.prompts,
        'ids': sample.ids,
        'labels': sample.labels,
        'resize_hw': sample.resize_hw,
    }
    path.with_suffix('.json').write_text(json.dumps(texts, indent=1), encoding='utf-8')
    return path


def not_finite(step: int, sources: Mapping[int, str], folder: Path) -> TrainingError:
    """
    Say that a loss or a gradient is not finite.

    sources  of the samples, by slot
    """
    named = '; '.join(f'slot {slot}: {source}' for slot, source in sorted(sources.items()))
    return TrainingError(
        f'loss or gradient of step {step} is not finite. Samples ({named or "other processes"}) '
        f'are in {folder}. The weights were not changed: look at the samples, lower '
        'optimizer.rate or take precision fp32, and go on with --resume'
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or on the CPU."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and bool(_NO_MEMORY.search(str(error)))


def out_of_memory(config: TrainConfig, step: int) -> TrainingError:
    """Say that memory ran out, and what to lower: only what is not at its lowest."""
    compute, data = config.compute, config.data
    ways = {
        f'compute.per_device ({compute.per_device})': compute.per_device > 1,
        'turn compute.checkpointing on': not compute.checkpointing,
        'set compute.precision to bf16': compute.precision != 'bf16',
        'share the weights out with compute.sharding fsdp': compute.sharding != 'fsdp',
        f'data.expressions ({data.expressions})': data.expressions > 1,
        f'the most of data.frames ({data.frames[1]})': data.frames[1] > 1,
        f'data.max_tokens ({data.max_tokens})': True,
    }
    lower = '; '.join(way for way, possible in ways.items() if possible)
    return TrainingError(
        f'out of memory at step {step}. Lower, in this order: {lower}. '
        '`visa-ros train CONFIG --dry-run` estimates what is needed'
    )
