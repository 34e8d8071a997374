"""`visa-ros train CONFIG`: instruction tuning of the published architecture."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

NAME = 'CONFIG'


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        NAME,
        help='a yaml file such as config/train/visa-7b.yaml: tune a published VISA as it tells',
        description='Tune a published VISA. For several GPUs: torchrun --nproc-per-node N -m '
        'visa_ros.cli.main train CONFIG. docs/training.md tells more.',
    )
    parser.add_argument('config', type=Path, metavar='CONFIG', help='yaml file')
    parser.add_argument(
        '--dry-run',
        action='store_true',
        help='print the mixture, the memory it takes and the first three samples, and stop',
    )
    parser.add_argument('--resume', action='store_true', help='go on from the newest checkpoint')


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    from visa_ros.train.instruction.config import read_config

    config = read_config(args.config)
    if args.dry_run:
        from visa_ros.train.instruction.rehearsal import rehearse

        print(rehearse(config))
        return 0
    from visa_ros.train.instruction.trainer import train

    best = train(config, resume=args.resume)
    print(f'best: {best.folder}, step {best.step}, score {best.score:.4f}')
    return 0
