"""The life of a node's process, and a node whose camera has its quirks from the start."""

from __future__ import annotations

import signal

from harness import Client, FakeCamera, HERE, masks_alone, wait_until
import pytest

from visa_ros.ros.qos import PublisherQos

pytestmark = pytest.mark.ros


@pytest.fixture(scope='module')
def shy_client():
    made = Client('/shy')
    yield made
    made.close()


@pytest.fixture(scope='module')
def shy_node(start, shy_client):
    """A node in a namespace, with settings of its own."""
    params = {'input.report_after_s': 1.0, 'qos.depth.reliability': 'reliable'}
    process = start(HERE / 'fake_node.py', params=params, remaps=['__ns:=/shy'])
    shy_client.ready()
    return process


def test_without_camera_info_there_are_masks_but_no_clouds(shy_client, shy_node):
    with FakeCamera(shy_client) as camera:
        camera.info = False
        camera.wait_until_heard()
        assert masks_alone(shy_client.ask('red', window_s=0.2))
        wait_until(lambda: '/shy/camera_info is announced by' in shy_node.log, 'the report')
    assert shy_node.log.count('/shy/camera_info is announced by') == 1


def test_a_latched_camera_info_is_heard(shy_client, shy_node):
    """Some cameras publish it once; the node then has to ask for what it has missed."""
    latched = PublisherQos(durability='transient_local', depth=1)
    with FakeCamera(shy_client, info_qos=latched) as camera:
        wait_until(lambda: len(camera.stamps) > 2, 'the first messages')
        camera.info = False
        camera.wait_until_heard()
        wait_until(lambda: not masks_alone(shy_client.ask('red', window_s=0.2)), 'a cloud')


def test_a_quality_of_service_that_does_not_match_is_named(shy_client, shy_node):
    with FakeCamera(shy_client, PublisherQos(reliability='best_effort')) as camera:
        camera.wait_until_heard()
        wait_until(lambda: 'set reliability to auto' in shy_node.log, 'the report')
        assert '/shy/depth is announced by 1 publisher' in shy_node.log


@pytest.mark.parametrize('how', [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(start, how):
    node = start(HERE / 'fake_node.py', remaps=['__ns:=/brief'])
    client = Client('/brief')
    try:
        client.ready()
        pending = client.send('red')
        assert node.stop(how) == 0
        assert 'Traceback' not in node.log
        del pending
    finally:
        client.close()


@pytest.mark.parametrize(
    ('params', 'why'),
    [
        ({'window.span_s': -1.0}, 'window'),
        ({'window.span_s': 'long'}, 'window.span_s'),
    ],
    ids=str,
)
def test_a_senseless_parameter_is_named_and_ends_it(start, params, why):
    node = start(HERE / 'fake_node.py', params=params, remaps=['__ns:=/senseless'])
    assert node.popen.wait(timeout=60) == 1
    last = node.log.strip().splitlines()[-1]
    assert 'FATAL' in last
    assert why in last


def test_a_missing_model_is_named_and_ends_it(start):
    node = start('-m', 'visa_ros.ros.node', params={'model': 'no-such-model'})
    assert node.popen.wait(timeout=60) == 1
    assert 'no-such-model' in node.log
