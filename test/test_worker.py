"""The hand-over to the thread that owns the model."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from visa_ros.worker import Worker

WAIT_S = 10.0


class Gate:
    """A call that has begun when `begun` is set and ends when `open` is."""

    def __init__(self):
        self.begun = threading.Event()
        self.open = threading.Event()

    def __call__(self):
        self.begun.set()
        assert self.open.wait(WAIT_S)


@pytest.fixture
def worker():
    made = Worker('test-worker', max_waiting=2)
    yield made
    made.close()


@pytest.fixture
def busy(worker):
    """The worker, held in a call until `open` is set."""
    gate = Gate()
    worker.submit(gate)
    assert gate.begun.wait(WAIT_S)
    yield gate
    gate.open.set()


def test_submitted_calls_run_in_order_and_before_offered_ones(worker, busy):
    seen, done = [], threading.Event()
    worker.offer(done.set)
    worker.submit(lambda: seen.append('first'))
    worker.submit(lambda: seen.append('second'))
    busy.open.set()
    assert done.wait(WAIT_S)
    assert seen == ['first', 'second']


def test_the_newest_offer_wins_and_the_others_are_counted(worker, busy):
    seen, done = [], threading.Event()
    for k in range(4):
        worker.offer(lambda k=k: seen.append(k))
    worker.offer(done.set)
    assert worker.dropped == 4
    busy.open.set()
    assert done.wait(WAIT_S)
    assert seen == []


def test_kinds_of_offers_wait_side_by_side_and_take_turns(worker, busy):
    seen, done = [], threading.Event()
    worker.offer(lambda: seen.append('old frame'), 'frame')
    worker.offer(lambda: seen.append('search'), 'search')
    worker.offer(lambda: seen.append('frame'), 'frame')
    worker.submit(lambda: seen.append('question'))
    worker.offer(done.set, 'last')
    assert worker.dropped == 1
    busy.open.set()
    assert done.wait(WAIT_S)
    assert seen == ['question', 'frame', 'search']


def test_a_call_may_see_that_others_wait(worker, busy):
    assert not worker.waiting
    worker.offer(int)
    assert not worker.waiting
    worker.submit(int)
    assert worker.waiting


def test_no_more_wait_than_allowed(worker, busy):
    assert worker.submit(int)
    assert worker.submit(int)
    assert not worker.submit(int)


def test_a_cancelled_call_does_not_run_and_makes_room(worker, busy):
    seen = []

    def call():
        seen.append('ran')

    assert worker.submit(call)
    assert worker.cancel(call)
    assert not worker.cancel(call)
    assert worker.submit(int)
    assert worker.submit(int)
    busy.open.set()
    worker.close()
    assert seen == []


def test_a_call_that_raises_is_logged_and_the_next_one_runs(worker, caplog):
    done = threading.Event()

    def fail():
        raise ValueError('broken call')

    with caplog.at_level(logging.ERROR, logger='visa_ros.worker'):
        worker.submit(fail)
        worker.submit(done.set)
        assert done.wait(WAIT_S)
    assert 'broken call' in caplog.text


def test_close_waits_for_the_running_call_and_drops_the_rest(worker, busy):
    seen = []
    worker.submit(lambda: seen.append('waiting'))
    worker.offer(lambda: seen.append('frame'))
    closer = threading.Thread(target=worker.close)
    closer.start()
    while not worker.closed:
        time.sleep(0.001)
    busy.open.set()
    closer.join(WAIT_S)
    assert not closer.is_alive()
    assert seen == []
    assert 'test-worker' not in [t.name for t in threading.enumerate()]
    assert not worker.submit(int)
    worker.offer(int)
    worker.close()
