"""`visa-ros demo`: a simulated camera and the node as real processes, questions, a report."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
import os
from pathlib import Path
import signal
import sys
from types import FrameType
from typing import Any, NoReturn, TYPE_CHECKING

from visa_ros.errors import QueryTimeoutError, VisaError

if TYPE_CHECKING:
    from visa_ros.demo.facts import Outcome
    from visa_ros.demo.progress import Progress
    from visa_ros.demo.script import Script

_LIMIT_S = 150.0
_RATE_HZ = 5.0
_EVENTS = 2
_EVENTS_S = 16.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_EPILOG = """\
OUT gets contact_sheet.png (look at this one), report.json, overlays/ (pictures and a movie of
the masks), clouds/ (a .ply per answered object) and logs/.

examples:
  visa-ros demo
  visa-ros demo --seed 7 -o out/seed7
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        'demo',
        help='ask a simulated camera over ROS 2, and look at the answers',
        description='Start a simulated camera and the node, ask about what is to be seen, and '
        'measure the answers against the truth.',
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add('--seed', type=int, default=2, metavar='N', help='scene to show (%(default)s)')
    add('-o', '--out', type=Path, default=Path('out/demo'), help='(%(default)s)')
    add('--model', default='visa-nano', help='name or folder (%(default)s)')
    add('--device', default='cpu', help='torch device (%(default)s)')
    add('--width', type=int, default=640, metavar='PX', help='of the camera (%(default)s)')
    add('--height', type=int, default=480, metavar='PX', help='of the camera (%(default)s)')
    add('--slot', type=float, default=7.0, metavar='S', help='time per question (%(default)s)')


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code, 1 if a stage failed."""
    from visa_ros.demo.outputs import clear
    from visa_ros.demo.progress import Progress
    from visa_ros.demo.script import Pace, write_script
    from visa_ros.sim.splits import split_seeds
    from visa_ros.sim.worldconfig import WorldConfig

    (seed,) = split_seeds('demo', 1, first=args.seed)
    world = WorldConfig(width=args.width, height=args.height, events=_EVENTS, duration_s=_EVENTS_S)
    clear(args.out)
    with _stoppable(), Progress(sys.stdout) as progress:
        progress.say('making the scene')
        script = write_script(seed, world, Pace(slot_s=args.slot))
        failed = _perform(args, script, progress)
    if failed:
        logs = args.out / 'logs'
        print(f'visa-ros demo failed: {"; ".join(failed)}; logs: {logs}', file=sys.stderr)
    return 1 if failed else 0


def _perform(args: argparse.Namespace, script: Script, progress: Progress) -> list[str]:
    """Play the script and write what came of it; returns what failed."""
    from visa_ros.demo.interview import failures
    from visa_ros.demo.outputs import write_outputs
    from visa_ros.demo.report import table

    outcomes: list[Outcome] = []
    failed: list[str] = []
    try:
        with closing(_play(args, script, progress)) as played:
            for outcome in played:
                outcomes.append(outcome)
    except VisaError as error:
        failed.append(str(error))
    if outcomes:
        progress.say('writing pictures and report')
        report = write_outputs(args.out, args.seed, outcomes, script.objects, rate_hz=_RATE_HZ)
        progress.clear()
        print(f'{table(report)}\nlook at {args.out / "contact_sheet.png"}')
    return [*failures(outcomes), *failed]


def _play(
    args: argparse.Namespace, script: Script, progress: Progress
) -> Generator[Outcome, None, None]:
    """Start the processes and ask; ends them whatever happens."""
    from visa_ros.demo.interview import Interview
    from visa_ros.demo.processes import Children
    from visa_ros.demo.surroundings import ros_environment
    from visa_ros.ros.demo_client import DemoClient

    logs = args.out / 'logs'
    os.environ.update(ros_environment(logs))

    def watch() -> None:
        children.check()
        progress.tick()
        if progress.elapsed_s > _LIMIT_S:
            raise QueryTimeoutError(
                f'not done after {_LIMIT_S:.0f} s: is this machine busy with something else?'
            )

    with Children(logs) as children, DemoClient() as robot:
        interview = Interview(robot, script, watch=watch, say=progress.say)
        children.start('visa_node', 'visa_ros.ros.node', _node_args(args))
        interview.wait_for_node()
        children.start('camera_node', 'visa_ros.ros.camera_node', _camera_args(script))
        yield from interview.run()


def _node_args(args: argparse.Namespace) -> list[str]:
    """Let the window hold more than a question needs: the demo may be late."""
    return _ros_args(
        model=args.model, device=args.device, **{'window.span_s': 20.0, 'window.max_frames': 110}
    )


def _camera_args(script: Script) -> list[str]:
    """Make the camera show the script's world."""
    world = script.world
    return _ros_args(
        seed=script.seed,
        rate_hz=_RATE_HZ,
        width=world.width,
        height=world.height,
        events=world.events,
        duration_s=world.duration_s,
    )


def _ros_args(**params: Any) -> list[str]:
    """Return the parameters of a node as its command line."""
    pairs = [('-p', f'{name}:={value}') for name, value in params.items()]
    return ['--ros-args', *(part for pair in pairs for part in pair)]


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn signals that ask to stop into one KeyboardInterrupt; further ones change nothing."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        for each in heard:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    heard = [n for n in _SIGNALS if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
