"""Send the log records of the ROS-free core to the logger of a node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import logging
from typing import Any


class NodeLogHandler(logging.Handler):
    """Forward records; the core itself only knows the logging module."""

    def __init__(self, node_logger: Any) -> None:
        super().__init__()
        self._log = node_logger

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one record on, with its arguments filled in and its traceback."""
        text = self.format(record)
        # rclpy ties a severity to a source line, hence one line per level.
        if record.levelno >= logging.ERROR:
            self._log.error(text)
        elif record.levelno >= logging.WARNING:
            self._log.warning(text)
        elif record.levelno >= logging.INFO:
            self._log.info(text)
        else:
            self._log.debug(text)


@contextmanager
def forward_logs(node_logger: Any) -> Iterator[None]:
    """Send what the package logs to this logger, as long as the block runs."""
    root = logging.getLogger('visa_ros')
    handler = NodeLogHandler(node_logger)
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)  # the node's own level decides what is shown
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
