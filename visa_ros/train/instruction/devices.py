"""Where and in which number format a training computes: accelerate's settings, and the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TYPE_CHECKING

from visa_ros.errors import ConfigError, MissingPackageError
from visa_ros.model.published.checkpoint import load_published
from visa_ros.model.published.network import PublishedVisa
from visa_ros.train.instruction.config import TrainConfig

if TYPE_CHECKING:
    from accelerate import Accelerator

_LAYER = 'LlamaDecoderLayer'  # what is gathered and given back one by one
_MIXED = {'fp32': 'no', 'bf16': 'bf16'}


def make_accelerator(config: TrainConfig) -> Accelerator:
    """
    Set up this process: alone, or as one of those that `torchrun` started.

    ConfigError where the settings cannot be used here, MissingPackageError without accelerate.
    """
    try:
        from accelerate import (
            Accelerator,
            DistributedDataParallelKwargs,
            FullyShardedDataParallelPlugin,
        )
    except ImportError as error:
        raise MissingPackageError(
            f'accelerate cannot be loaded ({error}): pip install accelerate'
        ) from error
    compute = config.compute
    settings: dict[str, Any] = {
        'mixed_precision': _MIXED[compute.precision],
        'cpu': compute.device == 'cpu',
        # Gradients live in the buffers that processes exchange, not beside them.
        'kwargs_handlers': [DistributedDataParallelKwargs(gradient_as_bucket_view=True)],
    }
    if compute.sharding == 'fsdp':
        settings['fsdp_plugin'] = FullyShardedDataParallelPlugin(
            fsdp_version=2,
            auto_wrap_policy='transformer_based_wrap',
            transformer_cls_names_to_wrap=[_LAYER],
            reshard_after_forward=True,
        )
    try:
        accelerator = Accelerator(**settings)
    except (ValueError, RuntimeError) as error:
        raise ConfigError(f'compute: cannot be used here: {error}') from error
    if compute.sharding == 'fsdp' and accelerator.num_processes < 2:
        raise ConfigError(
            'compute.sharding fsdp: start several processes, such as `torchrun '
            '--nproc-per-node 8 -m visa_ros.cli.main train CONFIG`'
        )
    return accelerator


def load_weights(folder: Path, config: TrainConfig, accelerator: Accelerator) -> PublishedVisa:
    """
    Load the model to start from to the device of this process.

    Where weights are shared out it is loaded to the CPU: no device has to hold all of it. The
    first process compares the checksums. Errors as `load_published`.
    """
    shared = config.compute.sharding == 'fsdp'
    device = accelerator.device
    return load_published(
        folder,
        device='cpu' if shared or device.type == 'cpu' else str(device),
        precision=config.compute.precision,
        checksums=accelerator.is_main_process,
        probe=False,
    )
