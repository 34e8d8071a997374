"""How long the stages of an answer take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import time


class Stopwatch:
    """Milliseconds per stage."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done within."""
        start_s = time.perf_counter()
        yield
        self.ms[name] = 1e3 * (time.perf_counter() - start_s)

    def add(self, stage: str, parts: Mapping[str, float]) -> None:
        """Times of the parts of a stage, as 'stage.part'."""
        self.ms.update({f'{stage}.{part}': ms for part, ms in parts.items()})
