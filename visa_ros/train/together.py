"""Several processes that learn as one: each from batches of its own, by the mean of gradients."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import distributed, Tensor


def join() -> tuple[int, int]:
    """Return the number of this process and how many there are; 0 and 1 without `torchrun`."""
    if not distributed.is_available() or not distributed.is_torchelastic_launched():
        return 0, 1
    if not distributed.is_initialized():
        distributed.init_process_group('gloo')
    return distributed.get_rank(), distributed.get_world_size()


def share_gradients(parameters: Iterable[Tensor], processes: int) -> None:
    """
    Give all processes the mean of their gradients; a missing one counts as zero.

    parameters  those that are trained, in the same order in all processes
    """
    trained = list(parameters)
    for parameter in trained:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    own = [parameter.grad for parameter in trained if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in own])
    distributed.all_reduce(flat)
    flat /= processes
    for gradient, mean in zip(own, flat.split([g.numel() for g in own]), strict=True):
        gradient.copy_(mean.view_as(gradient))
