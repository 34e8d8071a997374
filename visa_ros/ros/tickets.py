"""A request between the callback that took it and the thread that answers it."""

from __future__ import annotations

import threading
import time

from rclpy.task import Future

from visa_ros.errors import QueryTimeoutError
from visa_ros.msg import StageTime
from visa_ros.ros.codes import status_of
from visa_ros.ros.convert import objects_to_msg, sequence_to_msg
from visa_ros.ros.stamps import header_of
from visa_ros.srv import Query as QueryService
from visa_ros.structs import Answer, Frame, Query, Status


class Ticket:
    """
    One request on its way: replied to once, by whichever thread is first.

    query   what is asked
    future  carries the response
    """

    def __init__(self, query: Query, *, timeout_s: float) -> None:
        self.query = query
        self.future: Future = Future()
        self._lock = threading.Lock()
        self._timeout_s = timeout_s
        self._asked_s = time.monotonic()
        self._begun_s = self._asked_s

    @property
    def expired(self) -> bool:
        """Whether the time allowed is over."""
        return time.monotonic() - self._asked_s > self._timeout_s

    def begin(self) -> None:
        """Note that the waiting is over."""
        self._begun_s = time.monotonic()

    def check(self) -> None:
        """Raise QueryTimeoutError if an answer would come too late."""
        if self.expired or self.future.done():
            raise self.timeout()

    def timeout(self) -> QueryTimeoutError:
        """Make the error that says so."""
        return QueryTimeoutError(
            f'no answer within {self._timeout_s:g} s: allow more time (timeout_s), '
            'or ask about a shorter window'
        )

    def reply(self, answer: Answer, newest: Frame) -> bool:
        """Send an answer; `newest` is the frame its objects are on. False: it came too late."""
        msg = QueryService.Response(answer=answer.text, query_id=answer.query_id)
        msg.status.code, msg.status.message = int(answer.status), answer.message
        msg.objects = objects_to_msg(answer.objects, header_of(newest.stamp_ns, newest.frame_id))
        msg.masks = sequence_to_msg(answer.sequence)
        now_s = time.monotonic()
        ms = {'wait': 1e3 * (self._begun_s - self._asked_s), **answer.ms}
        ms['total'] = 1e3 * (now_s - self._asked_s)
        msg.timing = [StageTime(stage=name, ms=value) for name, value in ms.items()]
        return self._resolve(msg)

    def fail(self, error: Exception) -> bool:
        """Send the status of an error. False: something was sent before."""
        return self._resolve(failure(error))

    def _resolve(self, msg: QueryService.Response) -> bool:
        with self._lock:
            if self.future.done():
                return False
            self.future.set_result(msg)
            return True


def failure(error: Exception) -> QueryService.Response:
    """Make the response that stands for an error."""
    status = status_of(error)
    msg = QueryService.Response()
    msg.status.code, msg.status.message = int(status), str(error)
    if status == Status.INTERNAL:
        msg.status.message = f'a fault of the node, its log says more: {error!r}'
    return msg
