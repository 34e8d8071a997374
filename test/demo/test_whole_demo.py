"""The demo as a user starts it, with the real processes and the shipped model."""

import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time

from demo.scenes import REPORT_KEYS
import pytest

from visa_ros.demo.schedule import TYPES

pytestmark = pytest.mark.ros

ROOT = Path(__file__).parents[2]
SMALL = ('--width', '320', '--height', '240', '--slot', '3')


class Demo:
    """A running `visa-ros demo`; its stages are lines of the output."""

    def __init__(self, out):
        self.out = out
        # A test run in the background ignores SIGINT, and so would everything it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'visa_ros.cli.main', 'demo', '--seed', '7', '-o', out, *SMALL],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for(self, stage):
        for line in self.process.stdout:
            if stage in line:
                return
        raise AssertionError(f'the demo ended before {stage!r}: {self.process.communicate()}')

    def end(self):
        """Wait for the end: what it wrote to stdout and stderr, and its exit code."""
        output, errors = self.process.communicate(timeout=200)
        return output, errors, self.process.returncode

    def processes(self):
        """Ids by command of all processes that belong to this demo."""
        mark = f'ROS_LOG_DIR={self.out / "logs" / "ros"}'.encode()
        found = {}
        for path in Path('/proc').glob('[0-9]*'):
            try:
                if mark in (path / 'environ').read_bytes().split(b'\0'):
                    found[(path / 'cmdline').read_bytes().decode()] = int(path.name)
            except OSError:  # it has ended meanwhile, or is not ours
                continue
        return found


@pytest.fixture
def demo(tmp_path):
    made = Demo(tmp_path / 'demo')
    yield made
    made.process.kill()
    made.process.communicate()


def soon(condition):
    """Whether it comes true: a process takes a moment to come and to go."""
    end_s = time.monotonic() + 20
    while not condition() and time.monotonic() < end_s:
        time.sleep(0.1)
    return condition()


def gone(demo):
    """Whether no process is left."""
    return soon(lambda: not demo.processes())


def test_the_demo_answers_and_leaves_everything_behind_but_processes(demo):
    output, errors, code = demo.end()
    assert code == 0, errors
    assert gone(demo)
    report = json.loads((demo.out / 'report.json').read_text())
    assert report['seed'] == 7
    assert sorted(q['type'] for q in report['queries']) == sorted(TYPES)
    for query in report['queries']:
        assert list(query) == REPORT_KEYS
        assert query['ms']['total'] > 0
        assert query['instruction'][:20] in output
        if query['status'] != 'ABSENT':
            assert len(query['iou']) > 5
            assert query['track_iou'] is not None
    for name in ('contact_sheet.png', 'overlays/demo.mp4', 'logs/visa_node.log'):
        assert (demo.out / name).stat().st_size > 0
    clouds = list((demo.out / 'clouds').glob('*.ply'))
    assert bool(clouds) == any(q['cloud_points'] for q in report['queries'])


def test_ctrl_c_ends_it_without_a_trace(demo):
    demo.wait_for('waiting for the camera')
    assert soon(lambda: len(demo.processes()) == 2)
    demo.process.send_signal(signal.SIGINT)
    _, errors, code = demo.end()
    assert code == 130
    assert 'Traceback' not in errors
    assert gone(demo)


def test_a_node_that_dies_fails_the_demo_in_one_line(demo):
    demo.wait_for('question 1')
    (node,) = [pid for command, pid in demo.processes().items() if 'visa_ros.ros.node' in command]
    os.kill(node, signal.SIGKILL)
    _, errors, code = demo.end()
    assert code == 1
    (line,) = [line for line in errors.splitlines() if 'demo failed' in line]
    assert 'visa_node was ended by signal 9' in line
    assert str(demo.out / 'logs') in line
    assert gone(demo)
