"""The learning rate over the steps. No torch."""

from __future__ import annotations

import math

from visa_ros.train.instruction.config import OptimizerConfig


def rate_at(step: int, *, steps: int, config: OptimizerConfig) -> float:
    """
    Return the learning rate of a step, counted from 0.

    It rises linearly from 0 during the warm-up, and falls to 0 at step `steps`.
    """
    if step < config.warmup:
        return config.rate * step / config.warmup
    left = (steps - step) / max(1, steps - config.warmup)
    if config.schedule == 'cosine':
        left = 0.5 * (1 - math.cos(math.pi * left))
    return config.rate * max(0.0, left)
