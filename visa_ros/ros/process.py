"""The life of a node's process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import signal
from types import FrameType

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.task import Future

from visa_ros.errors import VisaError
from visa_ros.ros.logs import forward_logs


class ProcessNode(Node):
    """
    A node that is the purpose of its process.

    finished  any thread may set its result, to end the process, or an error, to end it with
              exit code 1
    """

    def __init__(self, name: str) -> None:
        self._on_destroy: list[Callable[[], None]] = []
        super().__init__(name)
        self.finished: Future = Future()

    def before_destroy(self, call: Callable[[], None]) -> None:
        """Have something done before the node goes away, such as stopping a thread."""
        self._on_destroy.append(call)

    def destroy_node(self) -> None:
        """Do what was asked for, then destroy; also when the node could not be made wholly."""
        while self._on_destroy:
            self._on_destroy.pop()()
        super().destroy_node()


def run(make: Callable[[], ProcessNode], name: str, args: list[str] | None = None) -> None:
    """Make a node and spin it until it ends; SystemExit(1) if it cannot start or go on."""
    # rclpy's own handler ends a spin, and passes the signal on: this ends a slow start as well.
    interrupt = _Interrupt()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, interrupt)
    rclpy.init(args=args)
    try:
        with forward_logs(get_logger(name)):
            node = make()
            interrupt.armed = False
            _spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except (VisaError, ParameterException) as error:
        get_logger(name).fatal(f'cannot go on: {error}')
        raise SystemExit(1) from error
    finally:
        rclpy.try_shutdown()


@contextmanager
def until_shutdown(node: Node) -> Iterator[None]:
    """
    Call into ROS, from any thread.

    ROS may be shut down at any moment, by a signal; what the calls then raise is dropped.
    """
    try:
        yield
    except Exception:
        if node.context.ok():
            raise


class _Interrupt:
    """A signal handler that interrupts while armed: later it would interrupt the clean-up."""

    def __init__(self) -> None:
        self.armed = True

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt in the main thread."""
        if self.armed:
            raise KeyboardInterrupt


def _spin(node: ProcessNode) -> None:
    try:
        with until_shutdown(node):
            rclpy.spin_until_future_complete(node, node.finished)
            if node.finished.done():
                node.finished.result()
    finally:
        node.destroy_node()
