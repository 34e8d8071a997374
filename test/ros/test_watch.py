"""What is reported about streams, and the pace of a stream."""

from __future__ import annotations

import logging

import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from visa_ros.ros.pace import Pace
from visa_ros.ros.qos import mismatch, PublisherQos, SubscriptionQos
from visa_ros.ros.watch import Complaints, Health, StreamWatch


@pytest.fixture
def told(caplog):
    """The texts logged since the last call."""
    caplog.set_level(logging.INFO, logger='visa_ros')

    def take():
        texts = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return texts

    return take


@pytest.fixture
def watch():
    return StreamWatch('/image', report_after_s=2.0, consequence='nothing works')


def test_a_stream_that_flows_is_told_once(watch, told):
    for k in range(10):
        watch.arrived(float(k))
        watch.look(k + 0.5, 1)
    assert told() == ['/image arrives']
    assert watch.health == Health.FLOWING


def test_no_publisher_is_told_once_after_a_while(watch, told):
    watch.look(0.0, 0)
    watch.look(1.9, 0)
    assert told() == []
    for k in range(5):
        watch.look(2.0 + k, 0)
    assert told() == ['/image has no publisher: nothing works']


def test_an_announced_stream_gets_time_before_it_is_reported_with_cures(watch, told):
    for k in range(10):
        watch.look(float(k), 0)
    told()
    watch.look(10.0, 1)
    watch.look(11.5, 1)
    assert told() == []
    watch.look(12.0, 1)
    (text,) = told()
    assert 'announced by 1 publisher' in text
    assert 'fastdds_shm.xml' in text


def test_a_mismatch_is_named_as_the_cause(watch, told):
    watch.look(0.0, 1)
    watch.look(3.0, 1, 'it is published best-effort')
    assert 'Likely cause: it is published best-effort' in told()[0]


def test_a_stream_that_dies_and_returns_is_told_each_time(watch, told):
    watch.arrived(0.0)
    watch.look(0.5, 1)
    watch.look(3.0, 1)
    watch.look(4.0, 0)
    watch.look(6.0, 0)
    watch.arrived(7.0)
    watch.look(7.0, 1)
    texts = told()
    assert [text.split(':')[0] for text in texts] == [
        '/image arrives',
        '/image is announced by 1 publisher(s), but nothing arrives for 3.0 s any more',
        '/image has no publisher',
        '/image arrives again',
    ]


def test_a_new_subscription_gets_time(watch, told):
    watch.look(0.0, 1)
    watch.renew(3.0)
    watch.look(3.1, 1)
    assert told() == []


def test_a_complaint_is_made_once_per_episode(told):
    complaints = Complaints()
    for _ in range(3):
        complaints.tell('image', 'odd encoding')
    assert complaints.text('image') == 'odd encoding'
    for _ in range(3):
        complaints.over('image')
    complaints.tell('image', 'odd encoding')
    assert told() == ['image: odd encoding', 'image: all right again', 'image: odd encoding']


def offer(reliability, durability=DurabilityPolicy.VOLATILE):
    return QoSProfile(depth=1, reliability=reliability, durability=durability)


RELIABLE = offer(ReliabilityPolicy.RELIABLE)
BEST_EFFORT = offer(ReliabilityPolicy.BEST_EFFORT)
LATCHED = offer(ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL)


@pytest.mark.parametrize('offers', [[], [RELIABLE], [BEST_EFFORT], [RELIABLE, BEST_EFFORT]])
def test_auto_always_matches_and_is_reliable_where_all_are(offers):
    profile = SubscriptionQos().profile(offers)
    assert not mismatch(profile, offers)
    everyone = bool(offers) and BEST_EFFORT not in offers
    assert (profile.reliability == ReliabilityPolicy.RELIABLE) == everyone


def test_auto_asks_for_what_was_latched():
    assert SubscriptionQos().profile([LATCHED]).durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert SubscriptionQos().profile([LATCHED, RELIABLE]).durability == DurabilityPolicy.VOLATILE


def test_what_is_set_is_asked_for_and_a_mismatch_is_named():
    reliable = SubscriptionQos(reliability='reliable').profile([BEST_EFFORT])
    assert 'best-effort' in mismatch(reliable, [BEST_EFFORT])
    assert not mismatch(reliable, [BEST_EFFORT, RELIABLE])
    latched = SubscriptionQos(durability='transient_local').profile()
    assert 'volatile' in mismatch(latched, [RELIABLE])
    assert PublisherQos(depth=7).profile().depth == 7


def test_a_pace_that_is_kept_leaves_nothing_out(told):
    pace, now_s = Pace(10.0, 100.0), 100.0
    for k in range(50):
        now_s += pace.next(now_s)
        assert pace.index == k
        assert now_s == pytest.approx(100.0 + k / 10)
        now_s += 0.03
    assert told() == []


def test_a_pace_that_is_not_kept_goes_on_with_the_newest_and_says_so_once(told):
    pace, now_s, seen = Pace(10.0, 0.0), 0.0, []
    for _ in range(40):
        now_s += pace.next(now_s)
        seen.append(pace.index)
        assert now_s - pace.index / 10 < 0.1 + 1e-9
        now_s += 0.25
    assert seen == sorted(set(seen))
    assert seen[-1] > 80
    (text,) = told()
    assert 'does not keep up with rate_hz 10.0' in text
