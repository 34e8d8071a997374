"""`visa-ros sim`: the simulated world and its benchmark, rendered to disk; household models."""

from __future__ import annotations

import argparse
from pathlib import Path

from visa_ros.errors import ConfigError

RENDER_EXAMPLE = """example:
  visa-ros sim render --seed 0 --count 100 -o out/tabletop
      renders the first 100 training scenes
  visa-ros sim render --split test --count 50 -o out/test
      renders 50 scenes that are never trained on"""
ASSETS_EXAMPLE = """example:
  visa-ros sim assets -o out/household
  visa-ros sim render --assets mixed --household-dir out/household --count 20 -o out/mixed"""

BENCHMARK_EXAMPLE = """example:
  visa-ros sim benchmark -o out/benchmark --workers 2
  visa-ros evaluate --dataset tabletop --root out/benchmark --json out/scores.json"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `sim` and what it can do."""
    parser = subparsers.add_parser('sim', help='render the simulated world, unpack its models')
    actions = parser.add_subparsers(dest='action', required=True, metavar='ACTION')
    _add_render(actions)
    assets = actions.add_parser(
        'assets',
        help='unpack the household models of a Debian package',
        description='Unpack household models for --assets household or mixed.',
        epilog=ASSETS_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    assets.add_argument('-o', '--out', type=Path, required=True, metavar='DIR')
    backgrounds = actions.add_parser(
        'backgrounds',
        help='photographs of a Debian package, for training',
        description='Copy the photographs that `visa-ros train image` lays objects on.',
        epilog='example:\n  visa-ros sim backgrounds -o out/backgrounds',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    backgrounds.add_argument('-o', '--out', type=Path, required=True, metavar='DIR')
    _add_benchmark(actions)
    parser.set_defaults(run=run)


def _add_benchmark(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    benchmark = actions.add_parser(
        'benchmark',
        help='render Tabletop-ReasonVOS, the benchmark of the simulated world',
        description='Render the 210 clips and 2100 questions of Tabletop-ReasonVOS, in the form '
        'of ReVOS. May be stopped and called again: complete clips are kept. At the end the '
        'checksum of scenes and questions is compared with the one that is fixed for the seed.',
        epilog=BENCHMARK_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = benchmark.add_argument
    add('-o', '--out', type=Path, required=True, metavar='DIR', help='folder to write to')
    add('--seed', type=int, default=0, metavar='N', help='0 to 18; results are given for 0')
    add('--clips', type=int, default=210, metavar='N', help='only the first so many, for a look')
    add('--workers', type=int, default=1, metavar='N', help='processes; default: %(default)s')


def _add_render(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    render = actions.add_parser(
        'render',
        help='render clips with depth, instances, questions and answers',
        description="Render clips of the simulated tabletop in ReVOS's layout, one per seed. "
        'May be stopped and called again: complete clips are kept.',
        epilog=RENDER_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = render.add_argument
    add('-o', '--out', type=Path, required=True, metavar='DIR', help='folder to write to')
    add('--split', choices=('train', 'val', 'test'), default='train', help='default: %(default)s')
    add('--seed', type=int, default=0, metavar='N', help='first scene within the split')
    add('--count', type=int, default=1, metavar='N', help='scenes; default: %(default)s')
    add('--frames', type=int, default=10, metavar='N', help='per clip; default: %(default)s')
    add('--rate', type=float, default=5.0, metavar='HZ', help='frames per s; default: %(default)s')
    add('--duration', type=float, metavar='S', help='events happen within so many s; default: all')
    add('--width', type=int, default=640, metavar='PX', help='default: %(default)s')
    add('--height', type=int, default=480, metavar='PX', help='default: %(default)s')
    add('--events', type=int, default=1, metavar='N', help='things that happen, 0 to 3')
    add('--moving-camera', action='store_true', help='swing the camera slowly')
    add('--vary', action='store_true', help='draw events and camera motion for each scene')
    add('--assets', choices=('procedural', 'household', 'mixed'), default='procedural')
    add('--household-dir', default='', metavar='DIR', help='from `visa-ros sim assets`')
    add(
        '--instances',
        choices=('train', 'varied', 'held_out'),
        default='train',
        help='varied: of many designs, bent; held_out: what training never renders',
    )
    add('--expressions', type=int, default=8, metavar='N', help='questions per clip at most')
    add('--held-out', action='store_true', help='ask in words that are kept from training')
    add('--workers', type=int, default=1, metavar='N', help='processes; default: %(default)s')


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; returns the exit code."""
    actions = {
        'render': _render,
        'assets': _assets,
        'backgrounds': _backgrounds,
        'benchmark': _benchmark,
    }
    return actions[args.action](args)


def _render(args: argparse.Namespace) -> int:
    from visa_ros.sim.dataset import render_dataset
    from visa_ros.sim.splits import split_seeds
    from visa_ros.sim.world import WorldConfig

    if args.frames < 1 or args.rate <= 0:
        raise ConfigError('--frames and --rate must be greater than 0')
    config = WorldConfig(
        width=args.width,
        height=args.height,
        events=args.events,
        # Events need a second; what the clip does not show of them need not happen.
        duration_s=args.duration or max(1.0, args.frames / args.rate),
        moving_camera=args.moving_camera,
        assets=args.assets,
        household_dir=args.household_dir,
        instances=args.instances,
    )
    report = render_dataset(
        args.out,
        split_seeds(args.split, args.count, first=args.seed),
        config=config,
        frames=args.frames,
        rate_hz=args.rate,
        expressions=args.expressions,
        held_out=args.held_out,
        vary=args.vary,
        workers=args.workers,
    )
    print(f'{args.out}: {report.rendered} clips rendered, {report.kept} were there already')
    for seed, problem in sorted(report.failed.items()):
        print(f'scene {seed}: {problem}')
    return 1 if report.failed else 0


def _assets(args: argparse.Namespace) -> int:
    from visa_ros.sim.household import unpack_household

    unpack_household(args.out)
    print(f'{args.out}: household models unpacked; their makers are named in ATTRIBUTION.md')
    return 0


def _backgrounds(args: argparse.Namespace) -> int:
    from visa_ros.sim.backgrounds import copy_backgrounds

    print(f'{args.out}: {len(copy_backgrounds(args.out))} photographs')
    return 0


def _benchmark(args: argparse.Namespace) -> int:
    from visa_ros.sim.benchmark_files import make_benchmark

    report = make_benchmark(args.out, seed=args.seed, clips=args.clips, workers=args.workers)
    for name, counts in (('types', report.types), ('axes', report.axes)):
        print(f'{name}: ' + ', '.join(f'{key} {count}' for key, count in counts.items()))
    print(f'{args.out}: {report.clips} clips, {sum(report.types.values())} questions')
    print(f'checksum of scenes and questions: {report.checksum}')
    print(f'checksum of masks (depends on the graphics driver): {report.masks}')
    if not report.matches:
        print(f'the first should be {report.expected}: scores are not comparable with others')
        return 1
    return 0
