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

    def __init__(self, out, *args):
        self.out = out
        # A test run in the background ignores SIGINT, and so would everything it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'visa_ros.cli.main', 'demo', '-o', out, *SMALL, *args],
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
        output, errors = self.process.communicate(timeout=400)
        return output, errors, self.process.returncode

    def processes(self):
        """Ids by command of all processes that belong to this demo."""
        mark = f'ROS_LOG_DIR={self.out}/'.encode()
        found = {}
        for path in Path('/proc').glob('[0-9]*'):
            try:
                if mark in (path / 'environ').read_bytes():
                    found[(path / 'cmdline').read_bytes().decode()] = int(path.name)
            except OSError:  # it has ended meanwhile, or is not ours
                continue
        return found


@pytest.fixture
def start(tmp_path):
    """Start a demo with these arguments; it ends with the test."""
    made = []

    def begin(*args):
        made.append(Demo(tmp_path / 'demo', *args))
        return made[-1]

    yield begin
    for demo in made:
        demo.process.kill()
        demo.process.communicate()


@pytest.fixture
def demo(start):
    return start('--seed', '7')


def soon(condition):
    """Whether it comes true: a process takes a moment to come and to go."""
    end_s = time.monotonic() + 20
    while not condition() and time.monotonic() < end_s:
        time.sleep(0.1)
    return condition()


def kill_node(demo):
    (node,) = [pid for command, pid in demo.processes().items() if 'visa_ros.ros.node' in command]
    os.kill(node, signal.SIGKILL)


def gone(demo):
    """Whether no process is left."""
    return soon(lambda: not demo.processes())


def test_the_demo_answers_and_leaves_everything_behind_but_processes(demo):
    output, errors, code = demo.end()
    assert code == 0, errors
    assert gone(demo)
    report = json.loads((demo.out / 'report.json').read_text())
    assert report['seed'] == 7
    right = sum(q['right'] for q in report['queries'])
    assert f'\n{right} of 5 right\n' in output
    assert sorted(q['type'] for q in report['queries']) == sorted(TYPES)
    for query in report['queries']:
        assert list(query) == REPORT_KEYS
        assert query['ms']['total'] > 0
        assert query['instruction'][:20] in output
        if query['status'] != 'ABSENT':
            assert len(query['iou']) > 5
            assert query['track_iou'] is not None
        if query['cloud_points'] and query['type'] != 'absent':
            assert query['centroid_error_m'] is not None
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
    kill_node(demo)
    _, errors, code = demo.end()
    assert code == 1
    (line,) = [line for line in errors.splitlines() if 'demo failed' in line]
    assert 'visa_node was ended by signal 9' in line
    assert str(demo.out / 'logs') in line
    assert gone(demo)


def test_a_scene_that_fails_counts_and_the_next_one_is_played(start):
    demo = start('--seed', '7', '--runs', '2')
    demo.wait_for('seed 7: question 2')
    kill_node(demo)
    output, errors, code = demo.end()
    assert code == 1
    assert 'visa_node was ended by signal 9' in errors
    assert 'Traceback' not in errors
    assert gone(demo)
    rate = json.loads((demo.out / 'rate.json').read_text())
    broken, whole = rate['seeds']
    assert [broken['seed'], whole['seed']] == [7, 8]
    assert [len(broken['queries']), len(whole['queries'])] == [1, 5]
    assert broken['failed']
    assert whole['failed'] == []
    assert rate['right'] == broken['right'] + whole['right']
    assert rate['questions'] == 10
    assert f'{rate["right"]} of 10 right' in output.splitlines()[-1]
    assert (demo.out / 'seed_8' / 'contact_sheet.png').stat().st_size > 0
    assert (demo.out / 'seed_8' / 'report.json').is_file()
