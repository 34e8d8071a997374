"""Hand work over from threads that must not wait to the one that owns the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
import logging
import threading

_log = logging.getLogger(__name__)

Call = Callable[[], None]


class Worker:
    """
    One thread that runs calls: those submitted first, in order, else those offered.

    An offered call gives way to the next one of its kind when it has not begun, so there is
    never more than one of a kind; the kinds take turns. Every method may be called from any
    thread and none waits for a call, except close. A call that raises is logged and the thread
    goes on.
    """

    def __init__(self, name: str, *, max_waiting: int) -> None:
        self._changed = threading.Condition()
        self._submitted: deque[Call] = deque()
        self._offered: dict[str, Call] = {}
        self._max_waiting = max_waiting
        self._closed = False
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Offered calls that gave way to a newer one."""
        return self._dropped

    @property
    def waiting(self) -> bool:
        """Whether a submitted call waits; one that is not urgent may look at this and end."""
        with self._changed:
            return bool(self._submitted)

    @property
    def closed(self) -> bool:
        """Whether close was called; a long call may look at this to end early."""
        return self._closed

    def submit(self, call: Call) -> bool:
        """Have it run after those submitted before; False when too many wait or it is closed."""
        with self._changed:
            if self._closed or len(self._submitted) >= self._max_waiting:
                return False
            self._submitted.append(call)
            self._changed.notify()
            return True

    def offer(self, call: Call, kind: str = '') -> None:
        """Have it run when nothing submitted waits, unless one of its kind is offered before."""
        with self._changed:
            if self._closed:
                return
            self._dropped += kind in self._offered
            self._offered[kind] = call  # keeps the turn of the one that it replaces
            self._changed.notify()

    def cancel(self, call: Call) -> bool:
        """Take a submitted call back; False when it has begun or is not known."""
        with self._changed:
            if call not in self._submitted:
                return False
            self._submitted.remove(call)
            return True

    def close(self) -> None:
        """Drop what waits, let the running call end, stop the thread."""
        with self._changed:
            self._closed = True
            self._submitted.clear()
            self._offered.clear()
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while (call := self._next()) is not None:
            try:
                call()
            except Exception:
                _log.exception('a call of the thread %s failed', self._thread.name)

    def _next(self) -> Call | None:
        """Wait for a call; None when closed."""
        with self._changed:
            self._changed.wait_for(self._ready)
            if self._closed:
                return None
            if self._submitted:
                return self._submitted.popleft()
            return self._offered.pop(next(iter(self._offered)))

    def _ready(self) -> bool:
        return self._closed or bool(self._submitted) or bool(self._offered)
