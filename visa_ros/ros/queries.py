"""The Query service: requests wait in a line, the worker answers, no callback ever blocks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import logging
import math

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from visa_ros.errors import InvalidQueryError, QueryTimeoutError, VisaError
from visa_ros.ros.params import QueryConfig
from visa_ros.ros.process import until_shutdown
from visa_ros.ros.stamps import ns_of
from visa_ros.ros.tickets import failure, Ticket
from visa_ros.srv import Query as QueryService
from visa_ros.structs import Query, Status
from visa_ros.worker import Worker

_log = logging.getLogger(__name__)
_EXPIRY_PERIOD_S = 0.1

Serve = Callable[[Ticket], None]


class QueryServer:
    """
    Takes requests in the thread that spins the node and has the worker serve them in order.

    The callback awaits a future, so the executor goes on with images meanwhile. An executor of
    rclpy looks at such a future only when it wakes: the guard condition wakes it.
    """

    def __init__(self, node: Node, worker: Worker, config: QueryConfig, serve: Serve) -> None:
        """
        Offer the service.

        serve  replies to a ticket, or raises; runs in the worker's thread
        """
        self._node = node
        self._worker = worker
        self._config = config
        self._serve = serve
        self._open: dict[Ticket, Callable[[], None]] = {}
        self._wake = node.create_guard_condition(lambda: None)
        node.create_service(
            QueryService, '~/query', self._on_query, callback_group=ReentrantCallbackGroup()
        )
        # Deadlines run in real time, also where the node's clock is simulated and stands still.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        node.create_timer(_EXPIRY_PERIOD_S, self._expire, clock=steady)

    async def _on_query(
        self, request: QueryService.Request, _: QueryService.Response
    ) -> QueryService.Response:
        try:
            query, timeout_s = query_of(request), self._timeout_of(request)
        except VisaError as error:
            return failure(error)
        ticket = Ticket(query, timeout_s=timeout_s)
        call = partial(self._run, ticket)
        if not self._worker.submit(call):
            return failure(
                QueryTimeoutError(
                    f'{self._config.max_waiting} requests are waiting already: ask again later'
                )
            )
        _log.info('question: %s', query.instruction)
        self._open[ticket] = call
        try:
            response = await ticket.future
        finally:
            del self._open[ticket]
        status = Status(response.status.code).name
        _log.info('answer: %s. %s %s', status, response.answer, response.status.message)
        return response

    def _run(self, ticket: Ticket) -> None:
        """Serve one request; in the worker's thread."""
        ticket.begin()
        try:
            ticket.check()
            self._serve(ticket)
        except VisaError as error:
            ticket.fail(error)
        except Exception as error:
            _log.exception('the question %r failed', ticket.query.instruction)
            ticket.fail(error)
        with until_shutdown(self._node):
            self._wake.trigger()

    def _expire(self) -> None:
        """Reply to those whose time is over, even while the worker is busy."""
        for ticket, call in self._open.items():
            if ticket.expired:
                self._worker.cancel(call)
                ticket.fail(ticket.timeout())

    def _timeout_of(self, request: QueryService.Request) -> float:
        if not math.isfinite(request.timeout_s) or request.timeout_s < 0:
            raise InvalidQueryError(f'timeout_s: want a number >= 0, got {request.timeout_s}')
        return float(request.timeout_s) or self._config.timeout_s


def query_of(request: QueryService.Request) -> Query:
    """Read a request; InvalidQueryError if it cannot be served."""
    return Query(
        instruction=request.instruction,
        window_s=float(request.window_s),
        start_ns=ns_of(request.window_start) or None,
        end_ns=ns_of(request.window_end) or None,
        max_objects=request.max_objects,
        keep_tracking=request.keep_tracking,
    )
