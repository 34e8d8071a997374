"""Nodes as processes; every run has a DDS domain of its own and stays on this machine."""

from __future__ import annotations

import os
from pathlib import Path
import signal
import sys

import pytest

ROOT = Path(__file__).parents[2]


def _environment():
    return {
        'ROS_DOMAIN_ID': str(1 + os.getpid() % 100),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'ROS_LOCALHOST_ONLY': '1',
        'ROS_PYTHON_CHECK_FIELDS': '1',
        'FASTDDS_DEFAULT_PROFILES_FILE': str(ROOT / 'config' / 'fastdds_shm.xml'),
        'PYTHONUNBUFFERED': '1',
    }


rclpy = pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('visa_ros.msg', reason='the messages are not built')
os.environ.update(_environment())
sys.path.insert(0, str(Path(__file__).parent))  # the harness

from harness import Client, FakeCamera, HERE, Process  # noqa: E402


@pytest.fixture(scope='session', autouse=True)
def _ros(tmp_path_factory):
    os.environ['ROS_LOG_DIR'] = str(tmp_path_factory.mktemp('log'))
    rclpy.init()
    yield
    rclpy.try_shutdown()


@pytest.fixture(scope='module')
def client():
    made = Client()
    yield made
    made.close()


@pytest.fixture(scope='module')
def start(tmp_path_factory):
    """Start a program as a node; whatever happens, it is gone at the end."""
    folder, processes = tmp_path_factory.mktemp('processes'), []

    def start_one(*command, params=None, remaps=()):
        log_path = folder / f'{len(processes)}.log'
        processes.append(Process(command, log_path, params, remaps))
        return processes[-1]

    yield start_one
    for process in processes:
        process.kill()


@pytest.fixture(scope='module')
def fake_node(start, client):
    """The node with stand-ins for the networks; it must outlive all tests of a module."""
    params = {'input.report_after_s': 1.0, 'input.stale_after_s': 1.5, 'query.max_waiting': 2}
    process = start(HERE / 'fake_node.py', params=params)
    client.ready()
    yield process
    assert process.alive, process.log
    assert process.stop(signal.SIGINT) == 0, process.log


@pytest.fixture
def camera(client, fake_node):
    """A camera that runs during one test, and that the node has heard."""
    with FakeCamera(client) as made:
        made.wait_until_heard()
        yield made
