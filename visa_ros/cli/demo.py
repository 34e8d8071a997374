"""`visa-ros demo`: a simulated camera and the node as real processes, questions, a report."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
import os
from pathlib import Path
import signal
import sys
from types import FrameType
from typing import Any, NoReturn, TYPE_CHECKING

from visa_ros.errors import ConfigError, QueryTimeoutError, VisaError

if TYPE_CHECKING:
    from visa_ros.demo.facts import Outcome
    from visa_ros.demo.progress import Progress
    from visa_ros.demo.rate import Run
    from visa_ros.demo.script import Script

_LIMIT_S = 150.0
_RATE_HZ = 5.0
_EVENTS = 2
_EVENTS_S = 16.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_EPILOG = """\
OUT gets contact_sheet.png (look at this one), report.json, overlays/ (pictures and a movie of
the masks), clouds/ (a .ply per answered object) and logs/. An answer is right if its masks overlap
the true ones by 0.5 or more (IoU, mean over the window), or if it refuses what is not there.

With --runs each scene has a folder of its own, OUT/seed_N, and OUT/rate.json has the rate. A scene
takes about a minute; one that fails is counted and the next one goes on.

exit code: 0 if every stage of every scene went well, whatever the answers; else 1.

examples:
  visa-ros demo
  visa-ros demo --seed 7 -o out/seed7
  visa-ros demo --seed 2 --runs 10 -o out/rate
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
    add('--runs', type=int, default=1, metavar='N', help='scenes from it on (%(default)s)')
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
    from visa_ros.demo.schedule import TYPES
    from visa_ros.sim.splits import split_seeds

    if args.runs < 1:
        raise ConfigError(f'--runs {args.runs}: want 1 or more')
    seeds = split_seeds('demo', args.runs, first=args.seed)
    clear(args.out)
    with _stoppable(), Progress(sys.stdout, steps=len(seeds) * len(TYPES)) as progress:
        if args.runs == 1:
            runs = [_perform(args, args.seed, seeds[0], args.out, progress)]
        else:
            runs = _perform_all(args, seeds, progress)
    return 1 if any(run.failed for run in runs) else 0


def _perform_all(args: argparse.Namespace, seeds: range, progress: Progress) -> list[Run]:
    """Play one scene after the other; the rate of those that were played is never lost."""
    from visa_ros.demo.rate import rate_table, write_rate
    from visa_ros.demo.schedule import TYPES

    runs: list[Run] = []
    try:
        for number, seed in enumerate(seeds, start=args.seed):
            progress.reach(len(runs) * len(TYPES), title=f'seed {number}')
            runs.append(_perform(args, number, seed, args.out / f'seed_{number}', progress))
            write_rate(args.out / 'rate.json', runs)
    finally:
        progress.clear()
        if runs:
            print(rate_table(runs))
    return runs


def _perform(
    args: argparse.Namespace, number: int, seed: int, out: Path, progress: Progress
) -> Run:
    """
    Play one scene and write what came of it; what fails is part of the result.

    number  of the scene, as the user gave it
    seed    of its world
    """
    from visa_ros.demo.interview import failures
    from visa_ros.demo.outputs import clear
    from visa_ros.demo.rate import Run, run_of

    outcomes: list[Outcome] = []
    failed: list[str] = []
    summed = Run(seed=number)
    with _noting(failed):
        clear(out)
        progress.say('making the scene')
        script = _script(args, seed)
        with _noting(failed), closing(_play(args, script, out / 'logs', progress)) as played:
            for outcome in played:
                outcomes.append(outcome)
                progress.advance()
        if outcomes:
            summed = run_of(_report(out, number, outcomes, script, progress))
    failed = [*failures(outcomes), *failed]
    if failed:
        progress.clear()
        print(f'visa-ros demo failed: {"; ".join(failed)}; logs: {out / "logs"}', file=sys.stderr)
    return replace(summed, failed=tuple(failed))


def _report(
    out: Path, number: int, outcomes: list[Outcome], script: Script, progress: Progress
) -> dict[str, Any]:
    """Write what came of a scene, and print the figures."""
    from visa_ros.demo.outputs import write_outputs
    from visa_ros.demo.report import table

    progress.say('writing pictures and report')
    questions = len(script.lines)
    report = write_outputs(
        out, number, outcomes, script.objects, questions=questions, rate_hz=_RATE_HZ
    )
    progress.clear()
    print(f'{table(report)}\nlook at {out / "contact_sheet.png"}')
    return report


@contextmanager
def _noting(failed: list[str]) -> Iterator[None]:
    """Note what fails, and go on after the block."""
    try:
        yield
    except VisaError as error:
        failed.append(str(error))


def _script(args: argparse.Namespace, seed: int) -> Script:
    """Write the script of a world; SimulationError if it shows nothing to ask about."""
    from visa_ros.demo.script import Pace, write_script
    from visa_ros.sim.worldconfig import WorldConfig

    world = WorldConfig(width=args.width, height=args.height, events=_EVENTS, duration_s=_EVENTS_S)
    return write_script(seed, world, Pace(slot_s=args.slot))


def _play(
    args: argparse.Namespace, script: Script, logs: Path, progress: Progress
) -> Generator[Outcome, None, None]:
    """Start the processes and ask; ends them whatever happens."""
    from visa_ros.demo.interview import Interview
    from visa_ros.demo.processes import Children
    from visa_ros.demo.surroundings import ros_environment
    from visa_ros.ros.demo_client import DemoClient

    os.environ.update(ros_environment(logs))
    began_s = progress.elapsed_s

    def watch() -> None:
        children.check()
        progress.tick()
        if progress.elapsed_s - began_s > _LIMIT_S:
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
