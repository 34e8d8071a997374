"""What a training tells of itself: json lines, TensorBoard, a progress bar. One process only."""

from __future__ import annotations

from collections.abc import Mapping
import json
from pathlib import Path
import time
from types import TracebackType
from typing import Any

from tqdm import tqdm

from visa_ros.errors import MissingPackageError

LOG, BOARD = 'log.jsonl', 'tensorboard'


class Journal:
    """
    Writes a line per step to RUN/log.jsonl and RUN/tensorboard, and moves the bar.

    What an interrupted run had written of steps that are done again is taken out first.
    """

    def __init__(self, run: Path, *, first: int, steps: int) -> None:
        """
        Open the files.

        first  steps that were done before

        Raises MissingPackageError without tensorboard.
        """
        run.mkdir(parents=True, exist_ok=True)
        self._log = run / LOG
        _forget_from(self._log, first)
        self._file = self._log.open('a', encoding='utf-8')
        self._board = _board(run / BOARD, first)
        self._bar = tqdm(total=steps, initial=first, desc='train', unit='step')
        self._before = time.perf_counter()

    def step(self, step: int, values: Mapping[str, float], *, tokens: int) -> None:
        """Note what a step gave; `step` counts from 0."""
        now = time.perf_counter()
        seconds, self._before = now - self._before, now
        speed = tokens / max(seconds, 1e-9)
        timing = {'tokens': tokens, 'seconds': round(seconds, 4)}
        self._write({'step': step, **values, **timing})
        for name, value in (*values.items(), ('tokens_per_s', speed)):
            self._board.add_scalar(name, value, step)
        self._bar.set_postfix_str(f'loss {values["loss"]:.3f}, {speed:.0f} tokens/s', False)
        self._bar.update()

    def note(self, step: int, values: Mapping[str, float]) -> None:
        """Note something else, such as a score."""
        self._write({'step': step, **values})
        for name, value in values.items():
            self._board.add_scalar(name, value, step)
        self._before = time.perf_counter()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()
        self._board.close()
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line) + '\n')
        self._file.flush()


def _forget_from(log: Path, first: int) -> None:
    """Keep the lines of steps before `first`; the last line of a killed run may be cut off."""
    if not log.is_file():
        return
    kept = []
    for line in log.read_text(encoding='utf-8').splitlines():
        try:
            if json.loads(line)['step'] < first:
                kept.append(line + '\n')
        except (ValueError, KeyError, TypeError):
            continue
    log.write_text(''.join(kept), encoding='utf-8')


def _board(folder: Path, first: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MissingPackageError(
            f'tensorboard cannot be loaded ({error}): pip install tensorboard'
        ) from error
    return SummaryWriter(str(folder), purge_step=first)
