"""A greeting against a service whose first replies are lost."""

from __future__ import annotations

from harness import wait_until
from rclpy.task import Future

from visa_ros.ros import greeting
from visa_ros.ros.greeting import Greeting
from visa_ros.srv import Query


class Service:
    """The client of a service that replies to the n-th request only."""

    def __init__(self, replies_to, up=True):
        self.replies_to, self.up = replies_to, up
        self.sent, self.removed = [], []

    def service_is_ready(self):
        return self.up

    def call_async(self, request):
        future = Future()
        self.sent.append(request)
        if len(self.sent) == self.replies_to:
            future.set_result(Query.Response())
        return future

    def remove_pending_request(self, future):
        self.removed.append(future)


def test_nothing_is_sent_to_a_service_that_is_not_there():
    service = Service(1, up=False)
    assert not Greeting(service, Query.Request).answered()
    assert not service.sent


def test_a_lost_reply_is_asked_for_again(monkeypatch):
    monkeypatch.setattr(greeting, '_PATIENCE_S', 0.05)
    service = Service(3)
    wait_until(Greeting(service, Query.Request).answered, 'a reply', 5.0)
    assert len(service.sent) == 3
    assert len(service.removed) == 2  # nothing is left waiting for ever
    assert all(request.instruction == '' for request in service.sent)


def test_once_answered_nothing_more_is_sent():
    service = Service(1)
    greeted = Greeting(service, Query.Request)
    wait_until(greeted.answered, 'a reply', 5.0)
    assert greeted.answered()
    assert len(service.sent) == 1
