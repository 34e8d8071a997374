"""Batches for one process, loaded ahead by workers that hold no state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch.utils.data import DataLoader, Dataset

from visa_ros.train.instruction.encoding import Encoder, Example
from visa_ros.train.instruction.mixture import Mixture

_AHEAD = 2  # micro-batches that each worker holds ready


@dataclass(frozen=True, kw_only=True)
class Share:
    """
    The part of each step's batch that one process computes.

    rank, processes  which process, of how many
    per_device       samples of a micro-batch
    batch            samples of a step, over all processes
    """

    rank: int
    processes: int
    per_device: int
    batch: int

    @property
    def accumulation(self) -> int:
        """Micro-batches per step."""
        return self.batch // (self.processes * self.per_device)

    def slots(self, micro: int) -> list[int]:
        """Return the places in the step's batch that make up a micro-batch of this process."""
        first = (micro * self.processes + self.rank) * self.per_device
        return list(range(first, first + self.per_device))


class Examples(Dataset[Example]):
    """Examples by (step, slot)."""

    def __init__(self, mixture: Mixture, encoder: Encoder, *, batch: int) -> None:
        self._mixture = mixture
        self._encoder = encoder
        self._batch = batch

    def __getitem__(self, place: tuple[int, int]) -> Example:
        step, slot = place
        lesson = self._mixture.lesson(step, slot, batch=self._batch)
        return self._encoder.encode(lesson)


@dataclass(frozen=True, kw_only=True)
class _Places:
    """Which examples make up each micro-batch, from step `first` to before `last`."""

    share: Share
    first: int
    last: int

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for step in range(self.first, self.last):
            for micro in range(self.share.accumulation):
                yield [(step, slot) for slot in self.share.slots(micro)]

    def __len__(self) -> int:
        return (self.last - self.first) * self.share.accumulation


def micro_batches(
    examples: Examples, share: Share, *, first: int, last: int, workers: int
) -> Iterator[list[Example]]:
    """Yield the micro-batches of this process in order, steps `first` to before `last`."""
    loader = DataLoader(
        examples,
        batch_sampler=_Places(share=share, first=first, last=last),
        num_workers=workers,
        prefetch_factor=_AHEAD if workers else None,
        collate_fn=list,
    )
    return iter(loader)
