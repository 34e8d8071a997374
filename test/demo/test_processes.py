"""Children are real processes here."""

import os
from pathlib import Path
import signal
import subprocess
import sys
import time

import pytest

from visa_ros.demo.processes import Children
from visa_ros.errors import VisaError

STUBBORN = """
import os, signal, time
def main():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.fork()
    print('ready', flush=True)
    time.sleep(60)
"""
POLITE = """
import sys, time
def main():
    print('args', *sys.argv[1:], flush=True)
    time.sleep(60)
"""
BROKEN = """
def main():
    raise SystemExit(3)
"""
PARENT = """
import sys, time
from pathlib import Path
from visa_ros.demo.processes import Children
with Children(Path(sys.argv[1])) as children:
    children.start('polite', 'polite')
    print(children.pids['polite'], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def logs(tmp_path, monkeypatch):
    """A folder for logs, and modules to run."""
    for name, text in (('stubborn', STUBBORN), ('polite', POLITE), ('broken', BROKEN)):
        (tmp_path / f'{name}.py').write_text(text)
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    return tmp_path / 'logs'


def wait_until(condition, what):
    end_s = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end_s, what
        time.sleep(0.02)


def lives(pid):
    """Whether a process runs; one that waits to be reaped does not."""
    try:
        return ') Z' not in Path(f'/proc/{pid}/stat').read_text()
    except FileNotFoundError:
        return False


def members(group):
    """Processes of a group that run."""
    return [
        int(path.name)
        for path in Path('/proc').iterdir()
        if path.name.isdigit() and group_of(path.name) == group and lives(path.name)
    ]


def group_of(pid):
    try:
        return os.getpgid(int(pid))
    except ProcessLookupError:
        return None


def test_output_and_arguments_reach_where_they_belong(logs):
    with Children(logs) as children:
        children.start('polite', 'polite', ['-p', 'x:=1'])
        wait_until(lambda: 'args -p x:=1' in (logs / 'polite.log').read_text(), 'no output')
        children.check()


def test_nobody_survives_the_block(logs, monkeypatch):
    monkeypatch.setattr(
        'visa_ros.demo.processes._ENDINGS',
        ((signal.SIGINT, 0.2), (signal.SIGTERM, 0.2), (signal.SIGKILL, 5.0)),
    )
    with Children(logs) as children:
        children.start('stubborn', 'stubborn')
        log = logs / 'stubborn.log'
        wait_until(lambda: log.read_text().count('ready') == 2, 'the child did not start')
        group = children.pids['stubborn']
        assert len(members(group)) == 2
    assert members(group) == []


def test_nobody_survives_an_error(logs):
    groups = []

    def fail_with_a_child():
        with Children(logs) as children:
            children.start('polite', 'polite')
            groups.append(children.pids['polite'])
            raise KeyError

    with pytest.raises(KeyError):
        fail_with_a_child()
    (group,) = groups
    assert members(group) == []


def test_a_process_that_ends_early_is_noticed(logs):
    with Children(logs) as children:
        children.start('broken', 'broken')
        with pytest.raises(VisaError, match='broken ended with code 3'):
            wait_until(lambda: children.check(), 'it did not end')


def test_a_process_that_is_killed_is_noticed(logs):
    with Children(logs) as children:
        children.start('polite', 'polite')
        os.kill(children.pids['polite'], signal.SIGKILL)
        with pytest.raises(VisaError, match='polite was ended by signal 9'):
            wait_until(lambda: children.check(), 'it did not end')


def test_children_end_when_their_parent_is_killed(logs):
    parent = subprocess.Popen([sys.executable, '-c', PARENT, str(logs)], stdout=subprocess.PIPE)
    child = int(parent.stdout.readline())
    log = logs / 'polite.log'
    wait_until(lambda: 'args' in log.read_text(), 'the child did not start')
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not lives(child), 'the child outlived its parent')
