"""A training run: optimiser, schedule, running average, checkpoints, log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
import json
import logging
import os
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from torch import nn, Tensor
from tqdm import tqdm

from visa_ros.errors import TrainingError
from visa_ros.model.build import build_model, VisaConfig
from visa_ros.model.checkpoint import load_model, save_model, WEIGHTS
from visa_ros.model.visa import VisaModel
from visa_ros.train.together import join, share_gradients

_LOG = logging.getLogger(__name__)
_STATE = 'train_state.pt'
_CONTRA = TypeVar('_CONTRA', contravariant=True)
T = TypeVar('T')


class Learner(Protocol[_CONTRA]):
    """A model with what only its training needs."""

    model: VisaModel

    def losses(self, batch: _CONTRA) -> Mapping[str, Tensor]:
        """Return losses by name; others than those with a share are only shown."""
        ...


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """
    How long and how fast to learn.

    steps         optimiser steps in all
    cooldown      of them, the last so many with a falling learning rate
    rate          learning rate; the pretrained encoder learns at encoder_rate times it
    averaging     decay of the running average of the weights that is saved
    save_every    steps between checkpoints
    """

    steps: int
    cooldown: int
    warmup: int = 100
    rate: float = 1e-3
    encoder_rate: float = 0.3
    averaging: float = 0.99
    save_every: int = 50

    def factor(self, step: int) -> float:
        """Warm up, hold, and fall linearly at the end: a run can be cut short by an early fall."""
        rising = min(1.0, (step + 1) / self.warmup)
        left = (self.steps - step) / max(1, self.cooldown)
        return rising * min(1.0, 0.02 + 0.98 * left)


class Run:
    """
    What learns, and the running average of the model's weights.

    Under `torchrun` all processes learn as one, each from batches of its own; the first writes.

    shares  name of a loss -> what it counts
    seed    what is drawn in a step depends on it and the number of the step alone
    """

    def __init__(
        self,
        learner: nn.Module,
        config: VisaConfig,
        schedule: Schedule,
        shares: Mapping[str, float],
        *,
        seed: int,
    ) -> None:
        self.learner: Any = learner
        self._seed = seed
        self._rank, self._processes = join()
        self._config, self._schedule, self._shares = config, schedule, shares
        self._optimizer = _optimizer(learner, schedule)
        self._average = {k: v.clone() for k, v in self.learner.model.state_dict().items()}

    def learn(
        self, batch_of: Callable[[int], Any], out: Path, *, title: str, resume: bool
    ) -> None:
        """
        Learn from batch after batch and write model, log and state to `out`.

        batch_of  makes a batch by its number, in another thread; the same whenever it is asked
        resume    go on from the state in `out`
        """
        first = self._restore(out) if resume else 0
        out.mkdir(parents=True, exist_ok=True)
        steps = self._schedule.steps

        def own(step: int) -> Any:
            return batch_of(step * self._processes + self._rank)

        quiet = self._rank > 0
        with tqdm(total=steps, initial=first, desc=title, unit='step', disable=quiet) as bar:
            for step, batch in _ahead(own, first, steps):
                losses = self._step(batch, step)
                if quiet:
                    continue
                shown = {k: round(float(v.detach()), 3) for k, v in losses.items()}
                bar.update()
                bar.set_postfix(shown)
                with (out / 'log.jsonl').open('a') as log:
                    log.write(json.dumps({'step': step, **shown}) + '\n')
                if (step + 1) % self._schedule.save_every == 0 or step + 1 == steps:
                    self._save(out, step + 1)

    def _step(self, batch: Any, step: int) -> Mapping[str, Tensor]:
        for group in self._optimizer.param_groups:
            group['lr'] = self._schedule.rate * group['share'] * self._schedule.factor(step)
        number = step * self._processes + self._rank
        torch.manual_seed(self._seed * 1_000_003 + number)
        losses: Mapping[str, Tensor] = self.learner.losses(batch)
        total = sum(share * losses[name] for name, share in self._shares.items() if name in losses)
        if not isinstance(total, Tensor) or not torch.isfinite(total):
            raise TrainingError(f'the loss is not finite at step {step}: {losses}; lower the rate')
        self._optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        trained = [p for p in self.learner.parameters() if p.requires_grad]
        if self._processes > 1:
            share_gradients(trained, self._processes)
        nn.utils.clip_grad_norm_(trained, 1.0)
        self._optimizer.step()
        self._follow(step)
        return losses

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        decay = min(self._schedule.averaging, (1 + step) / (10 + step))
        now = self.learner.model.state_dict()
        names = [name for name, value in now.items() if value.is_floating_point()]
        torch._foreach_lerp_([self._average[n] for n in names], [now[n] for n in names], 1 - decay)

    def _save(self, out: Path, step: int) -> None:
        state = {
            'learner': self.learner.state_dict(),
            'optimizer': self._optimizer.state_dict(),
            'average': self._average,
            'step': step,
        }
        scratch = out / (_STATE + '.part')
        torch.save(state, scratch)
        os.replace(scratch, out / _STATE)
        model = build_model(self._config)
        model.load_state_dict(self._average)
        save_model(model, self._config, out)

    def _restore(self, out: Path) -> int:
        file = out / _STATE
        if not file.is_file():
            return 0
        state: dict[str, Any] = torch.load(file, map_location='cpu', weights_only=True)
        self.learner.load_state_dict(state['learner'])
        self._optimizer.load_state_dict(state['optimizer'])
        self._average.update(state['average'])
        _LOG.info('resumed at step %d', state['step'])
        return int(state['step'])


def start_from(learner: nn.Module, folder: Path) -> None:
    """
    Fill in what an earlier stage has learned, its training heads too.

    A folder that holds a model alone, such as a shipped one, does as well; the heads are new then.
    TrainingError if the folder holds neither.
    """
    own = learner.state_dict()
    known = {k: v for k, v in _learned(folder).items() if k in own and own[k].shape == v.shape}
    learner.load_state_dict({**own, **known})


def _learned(folder: Path) -> dict[str, Tensor]:
    """Tensors of a learner: of a run's state, else of the model in the folder."""
    if (folder / _STATE).is_file():
        state = torch.load(folder / _STATE, map_location='cpu', weights_only=True)
        average = {f'model.{k}': v for k, v in state['average'].items()}
        return {**state['learner'], **average}
    if (folder / WEIGHTS).is_file():
        model, _ = load_model(folder)
        return {f'model.{k}': v for k, v in model.state_dict().items()}
    raise TrainingError(f'{folder}: no {_STATE} and no {WEIGHTS} here: name an earlier stage')


def _optimizer(learner: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    trained = [(n, p) for n, p in learner.named_parameters() if p.requires_grad]
    slow = [p for n, p in trained if '.backbone.' in n]
    fast = [p for n, p in trained if '.backbone.' not in n]
    groups = [{'params': slow, 'share': schedule.encoder_rate}, {'params': fast, 'share': 1.0}]
    kept = [group for group in groups if group['params']]
    return torch.optim.AdamW(
        kept, lr=schedule.rate, betas=(0.9, 0.98), weight_decay=0.02, fused=True
    )


def _ahead(batch_of: Callable[[int], T], first: int, last: int) -> Iterator[tuple[int, T]]:
    """Yield numbered batches; the next ones are made while one is learned from."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        coming = [pool.submit(batch_of, first + k) for k in range(2)]
        for step in range(first, last):
            batch = coming.pop(0).result()
            coming.append(pool.submit(batch_of, min(step + 2, last - 1)))
            yield step, batch
