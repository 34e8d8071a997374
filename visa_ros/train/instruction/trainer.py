"""The run of an instruction tuning: steps, checkpoints, scores; on one process or on many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn, Tensor

from visa_ros.errors import ConfigError
from visa_ros.train.instruction.config import TrainConfig
from visa_ros.train.instruction.devices import load_weights, make_accelerator
from visa_ros.train.instruction.encoding import Encoder, Example
from visa_ros.train.instruction.journal import Journal
from visa_ros.train.instruction.keeping import best_of, keep, Kept, kept_in
from visa_ros.train.instruction.learner import Learner, on_device, trained_parameters
from visa_ros.train.instruction.loading import Examples, micro_batches, Share
from visa_ros.train.instruction.mixture import Mixture, VALIDATION
from visa_ros.train.instruction.schedule import rate_at
from visa_ros.train.instruction.start import find_start, Start
from visa_ros.train.instruction.states import optimizer_state, restore, trained_state
from visa_ros.train.instruction.trouble import (
    FOLDER,
    is_out_of_memory,
    not_finite,
    out_of_memory,
    save_example,
)

if TYPE_CHECKING:
    from accelerate import Accelerator

CONFIG = 'config.json'
# What may differ when a run is resumed: nothing that tells what is learned.
_FREE = ('out', 'compute', 'checkpoints', 'validation')


def train(config: TrainConfig, *, resume: bool = False) -> Kept:
    """
    Train, and return the best checkpoint; under `torchrun`, as one of its processes.

    resume  go on from the newest checkpoint of the run, if there is one

    Raises ConfigError for a run that is there already, or was another one; DataError and
    CheckpointError for data and a model that cannot be used; TrainingError where the loss is not
    finite or memory runs out; MissingPackageError without accelerate, peft or tensorboard.
    """
    run = Path(config.out)
    accelerator = make_accelerator(config)
    with accelerator.main_process_first():
        start = find_start(config)
        before = _open_run(run, config, resume=resume)
    training = _Training(config, accelerator, start)
    if before is not None:
        training.restore(before)
    accelerator.wait_for_everyone()
    training.go_on(first=before.step if before else 0)
    accelerator.end_training()
    return best_of(kept_in(run))


def _open_run(run: Path, config: TrainConfig, *, resume: bool) -> Kept | None:
    """Find what to go on from, and note the settings."""
    kept = kept_in(run)
    if kept and not resume:
        raise ConfigError(f'{run} holds a training: go on with --resume, or name another `out`')
    path = run / CONFIG
    if kept and path.is_file():
        _check_same(json.loads(path.read_text(encoding='utf-8')), config.to_json(), path)
    run.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f'{path.name}.{os.getpid()}.part')
    part.write_text(json.dumps(config.to_json(), indent=1), encoding='utf-8')
    os.replace(part, path)
    return kept[-1] if kept else None


def _check_same(before: dict[str, object], now: dict[str, object], path: Path) -> None:
    differ = [name for name in now if name not in _FREE and before.get(name) != now[name]]
    if differ:
        raise ConfigError(
            f'{path}: the run was started with another {", ".join(differ)}; go on with the same, '
            'or name another `out`'
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Micro:
    """A micro-batch and the places of its examples in the step's batch."""

    examples: list[Example]
    slots: list[int]


class _Training:
    """One process's part of a training."""

    def __init__(self, config: TrainConfig, accelerator: Accelerator, start: Start) -> None:
        self._config = config
        self._acc = accelerator
        self._run = Path(config.out)
        self._share = self._make_share(config.batch)
        config.accumulation(accelerator.num_processes)
        encoder = Encoder(
            start.config,
            tokenizer=start.tokenizer,
            template=start.template,
            max_tokens=config.data.max_tokens,
        )
        mixture = Mixture(config.data, template=start.template, seed=config.seed)
        self._examples = Examples(mixture, encoder, batch=config.batch)
        self._checks = self._make_checks(start, encoder)
        visa = load_weights(start.folder, config, accelerator)
        torch.manual_seed(config.seed)
        learner = Learner(
            visa,
            lora=config.lora,
            losses=config.losses,
            checkpointing=config.compute.checkpointing,
        )
        settings = config.optimizer
        optimizer = torch.optim.AdamW(
            [p for _, p in trained_parameters(learner)],
            lr=settings.rate,
            betas=(settings.betas[0], settings.betas[1]),
            weight_decay=settings.weight_decay,
        )
        self._learner: nn.Module
        self._learner, self._optimizer = accelerator.prepare(learner, optimizer)

    def restore(self, kept: Kept) -> None:
        """Take over the state of a checkpoint."""
        restore(
            self._learner,
            self._optimizer.optimizer,
            trained=kept.trained(),
            moments=kept.optimizer(),
        )

    def go_on(self, *, first: int) -> None:
        """Do all steps from `first` on."""
        steps, compute = self._config.steps, self._config.compute
        batches = micro_batches(
            self._examples, self._share, first=first, last=steps, workers=compute.workers
        )
        recent: list[float] = []
        with ExitStack() as stack:
            journal = None
            if self._acc.is_main_process:
                journal = stack.enter_context(Journal(self._run, first=first, steps=steps))
            for step in range(first, steps):
                try:
                    values, tokens = self._step(step, batches)
                except (RuntimeError, MemoryError) as error:
                    if is_out_of_memory(error):
                        raise out_of_memory(self._config, step) from error
                    raise
                recent.append(values['loss'])
                if journal is not None:
                    journal.step(step, values, tokens=tokens)
                if (step + 1) % self._config.checkpoints.every == 0 or step + 1 == steps:
                    self._keep(step + 1, recent, journal)
                    recent = []

    def _step(self, step: int, batches: Iterator[list[Example]]) -> tuple[dict[str, float], int]:
        """Do one step; returns what to note, and the tokens that were read by all processes."""
        parts, seen, tokens = [], [], 0
        for micro in range(self._share.accumulation):
            batch = _Micro(examples=next(batches), slots=self._share.slots(micro))
            seen.append(batch)
            tokens += sum(example.tokens for example in batch.examples)
            parts.append(self._backward(batch, step, last=micro + 1 == self._share.accumulation))
        table = self._gathered(torch.stack(parts))
        rate = rate_at(step, steps=self._config.steps, config=self._config.optimizer)
        parameters = [p for _, p in trained_parameters(self._learner)]
        norm = float(self._acc.clip_grad_norm_(parameters, self._config.optimizer.clip))
        if not (torch.isfinite(table).all() and np.isfinite(norm)):
            self._stop(step, seen, torch.stack(parts).sum(dim=1))
        for group in self._optimizer.param_groups:
            group['lr'] = rate
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        language, bce, dice = table.mean(dim=0).tolist()
        values = {'loss': language + bce + dice, 'language': language, 'bce': bce, 'dice': dice}
        count = torch.tensor(tokens, device=self._acc.device)
        total = int(self._acc.reduce(count, reduction='sum'))
        return {**values, 'rate': rate, 'gradient': norm}, total

    def _backward(self, batch: _Micro, step: int, *, last: bool) -> Tensor:
        """Add a micro-batch's gradients; returns the parts of its loss, (3,)."""
        # Dropout is drawn anew for each place, so that it is the same on whatever process.
        seed = np.random.SeedSequence((self._config.seed, step, batch.slots[0]))
        torch.manual_seed(int(seed.generate_state(1, np.uint64)[0] >> np.uint64(1)))
        with nullcontext() if last else self._acc.no_sync(self._learner):
            samples = [on_device(e.sample, self._acc.device) for e in batch.examples]
            losses = self._learner(samples)
            self._acc.backward(losses.sum() / self._share.accumulation)
        found: Tensor = losses.detach()
        return found

    def _gathered(self, parts: Tensor) -> Tensor:
        """Collect (micro-batches, 3) of all processes, in the order of their slots."""
        count = len(parts)
        table = self._acc.gather(parts).view(-1, count, parts.shape[-1])
        ordered: Tensor = table.transpose(0, 1).flatten(0, 1)
        return ordered.double().cpu()

    def _stop(self, step: int, seen: list[_Micro], totals: Tensor) -> None:
        """Save the micro-batches whose loss is not finite, all of them if only a gradient is."""
        wrong = [m for m, total in zip(seen, totals, strict=True) if not torch.isfinite(total)]
        sources = {}
        for micro in wrong or seen:
            for slot, example in zip(micro.slots, micro.examples, strict=True):
                save_example(self._run, example, step=step, slot=slot)
                sources[slot] = example.source
        raise not_finite(step, sources, self._run / FOLDER)

    def _keep(self, step: int, recent: list[float], journal: Journal | None) -> None:
        """Judge what was learned, and write a checkpoint."""
        checks = self._checks
        score = sum(recent) / len(recent) if checks is None else self._validate(checks)
        trained = trained_state(self._learner)
        moments = optimizer_state(self._learner, self._optimizer.optimizer)
        if journal is not None:
            journal.note(step - 1, {'score': score})
            keep(
                self._run,
                step=step,
                score=score,
                trained=trained,
                optimizer=moments,
                last=self._config.checkpoints.last,
            )
        self._acc.wait_for_everyone()

    @torch.no_grad()
    def _validate(self, checks: Examples) -> float:
        """Mean loss on the draws for validation, which are always the same."""
        share = self._make_share(self._validation_size())
        batches = micro_batches(checks, share, first=0, last=1, workers=0)
        self._learner.eval()
        found = [
            self._learner([on_device(e.sample, self._acc.device) for e in batch])
            for batch in batches
        ]
        self._learner.train()
        return float(self._gathered(torch.stack(found)).mean(dim=0).sum())

    def _make_checks(self, start: Start, encoder: Encoder) -> Examples | None:
        groups = self._config.validation.groups
        if not groups:
            return None
        mixture = Mixture(
            self._config.data,
            template=start.template,
            seed=self._config.seed,
            groups=groups,
            stream=VALIDATION,
        )
        return Examples(mixture, encoder, batch=self._validation_size())

    def _validation_size(self) -> int:
        """Samples for validation, as many for each process: all of them compute together."""
        together: int = self._acc.num_processes * self._config.compute.per_device
        return -(-self._config.validation.samples // together) * together

    def _make_share(self, batch: int) -> Share:
        return Share(
            rank=self._acc.process_index,
            processes=self._acc.num_processes,
            per_device=self._config.compute.per_device,
            batch=batch,
        )
