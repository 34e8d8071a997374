"""Child processes that never outlive the demo."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
import os
from pathlib import Path
import signal
import subprocess
import sys
import time
from types import TracebackType
from typing import IO

from visa_ros.errors import VisaError

# How long a process may take to end after each of these before the next is sent.
_ENDINGS = ((signal.SIGINT, 5.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0))
_POLL_S = 0.05


class Children:
    """
    Processes in groups of their own, each with a log file; leaving the block ends them all.

    Used by the main thread.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._files: list[IO[bytes]] = []

    def __enter__(self) -> Children:
        """Make the folder for the logs."""
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every process and what it may have started."""
        for number, patience_s in _ENDINGS:
            for process in self._running.values():
                _signal_group(process, number)
            _wait(self._running.values(), patience_s)
        self._running.clear()
        for file in self._files:
            file.close()

    @property
    def pids(self) -> Mapping[str, int]:
        """Process ids by name."""
        return {name: process.pid for name, process in self._running.items()}

    def start(self, name: str, module: str, args: Sequence[str] = ()) -> None:
        """Run the main() of a module; its output goes to NAME.log."""
        log = (self._logs / f'{name}.log').open('wb')
        self._files.append(log)
        leash = ('-m', 'visa_ros.demo.leash', str(os.getpid()))
        self._running[name] = subprocess.Popen(
            [sys.executable, *leash, module, *args],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def check(self) -> None:
        """Raise VisaError if a process has ended."""
        for name, process in self._running.items():
            code = process.poll()
            if code is not None:
                how = f'was ended by signal {-code}' if code < 0 else f'ended with code {code}'
                raise VisaError(f'the process {name} {how}')


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the whole group; a leader that is gone may have left others behind."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        process.poll()


def _wait(processes: Collection[subprocess.Popen[bytes]], patience_s: float) -> None:
    until_s = time.monotonic() + patience_s
    while time.monotonic() < until_s and any(_alive(p) for p in processes):
        time.sleep(_POLL_S)


def _alive(process: subprocess.Popen[bytes]) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True
