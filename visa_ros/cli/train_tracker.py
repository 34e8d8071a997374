"""`visa-ros train tracker`: the memory tracker."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


def add_parser(
    parts: argparse._SubParsersAction, add_common: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Declare the arguments; add_common adds what all parts have."""
    parser = parts.add_parser('tracker', help="memory tracker: visa-nano's, or XMem's network")
    add_common(parser)
    add = parser.add_argument
    add(
        '--size', choices=('nano', 'xmem'), default='nano', help='network and recipe (%(default)s)'
    )
    add('--minutes', type=float, default=40.0, help='time (%(default)s)')
    add('--steps', type=int, help='stop earlier, after so many optimiser steps')
    add('--pictures', type=Path, metavar='DIR', help='single pictures with masks, as a DAVIS tree')
    add('--start', type=Path, metavar='DIR', help='a tracker, or ImageNet weights, to begin with')
    add('--device', default='cpu', help='auto, cpu, cuda, cuda:N or mps (%(default)s)')


def run(args: argparse.Namespace) -> int:
    """Train; returns the exit code."""
    from visa_ros.train.tracker import train_tracker
    from visa_ros.train.tracker_recipe import recipe

    size = recipe(args.size)
    train_tracker(
        args.data,
        args.out,
        minutes=args.minutes,
        steps=args.steps,
        config=size.config,
        training=size.training,
        pictures=args.pictures,
        start=args.start,
        device=args.device,
        threads=args.threads,
        seed=args.seed,
        resume=args.resume,
    )
    return 0
