"""Whether a service really replies, beyond being seen."""

from __future__ import annotations

from collections.abc import Callable
import time
from typing import Any

from rclpy.client import Client
from rclpy.task import Future

_PATIENCE_S = 2.0


class Greeting:
    """
    Sends a harmless request until one is replied to; poll `answered`.

    DDS finds the two topics of a service one after the other, and each side on its own: a client
    may see a service whose replies do not reach it yet, and the first reply is then lost. Who has
    been answered once will be answered again.
    """

    def __init__(self, client: Client, make: Callable[[], Any]) -> None:
        """
        Get ready.

        make  a request without effect
        """
        self._client, self._make = client, make
        self._future: Future | None = None
        self._sent_s = 0.0
        self._answered = False

    def answered(self) -> bool:
        """Look for a reply, send again where none came in time; never waits."""
        if self._answered or not self._client.service_is_ready():
            return self._answered
        now_s = time.monotonic()
        if self._future is not None:
            self._answered = self._future.done()
            if self._answered or now_s - self._sent_s < _PATIENCE_S:
                return self._answered
            self._client.remove_pending_request(self._future)
        self._future, self._sent_s = self._client.call_async(self._make()), now_s
        return False
