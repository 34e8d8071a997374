"""Wall time per stage of an answer."""

from __future__ import annotations

import time

import torch


class Stopwatch:
    """
    Milliseconds between laps, by stage.

    A GPU works on after its calls return, so a lap waits for it.
    """

    def __init__(self, device: torch.device) -> None:
        self.ms: dict[str, float] = {}
        self._device = device
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage, or another part of it."""
        if self._device.type != 'cpu':
            torch.accelerator.synchronize(self._device)
        now = time.perf_counter()
        self.ms[stage] = self.ms.get(stage, 0.0) + 1e3 * (now - self._last)
        self._last = now
