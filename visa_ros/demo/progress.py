"""One line that says what goes on, and for how long it has."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

_REDRAW_S = 0.5
_CLEAR = '\r\x1b[2K'
_WIDTH = 100
_BAR = 12


class Progress:
    """
    A line that is written over on a terminal; elsewhere every stage gets a line of its own.

    With a number of steps to do there is a bar on the terminal.

    Used by one thread; a context manager.
    """

    def __init__(self, stream: TextIO, *, steps: int = 0) -> None:
        self._stream = stream
        self._steps, self._done = steps, 0
        self._title = ''
        self._live = stream.isatty()
        self._start_s = time.monotonic()
        self._drawn_s = 0.0
        self._text = ''

    def __enter__(self) -> Progress:
        """Nothing is written before the first stage."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave a clean line."""
        self.clear()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start_s

    def reach(self, done: int, *, title: str) -> None:
        """
        Begin a part.

        done   steps before it
        title  comes before its stages
        """
        self._done, self._title = done, title

    def advance(self) -> None:
        """Take a step."""
        self._done += 1

    def say(self, text: str) -> None:
        """Begin a stage."""
        self._text = text
        self._draw()

    def tick(self) -> None:
        """Keep the time going."""
        if self._live and time.monotonic() - self._drawn_s >= _REDRAW_S:
            self._draw()

    def clear(self) -> None:
        """Take the line away."""
        if self._live:
            self._stream.write(_CLEAR)
            self._stream.flush()

    def _draw(self) -> None:
        self._drawn_s = time.monotonic()
        text = f'{self._title}: {self._text}' if self._title else self._text
        bar = f'{self._bar()} ' if self._live and self._steps else ''
        line = f'[{self.elapsed_s:4.0f} s] {bar}{text}'[:_WIDTH]
        self._stream.write(f'{_CLEAR}{line}' if self._live else f'{line}\n')
        self._stream.flush()

    def _bar(self) -> str:
        full = _BAR * self._done // self._steps
        return f'{"#" * full}{"." * (_BAR - full)} {100 * self._done // self._steps:3d} %'
