"""`visa-ros export`: a model folder out of a training of the published architecture."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

_EXAMPLE = """\
examples:
  visa-ros export out/visa-7b -o models/visa-7b-tuned
  visa-ros export out/visa-7b -o models/visa-7b-tuned --checkpoint 14500 --precision bf16
  visa-ros segment kitchen.mp4 "what could I drink from?" --model models/visa-7b-tuned -o out/cup
"""


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        'export',
        help='make a model folder out of a training',
        description='Put what `visa-ros train CONFIG` has learned back into the model it '
        'started from, LoRA merged, and write a folder as `visa-ros convert` does.',
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('run_folder', type=Path, metavar='RUN', help='folder of the training')
    add('-o', '--out', type=Path, required=True, metavar='DIR', help='folder to make')
    add('--checkpoint', default='best', metavar='C', help='best, last or a number of steps')
    add(
        '--precision',
        choices=('keep', 'bf16', 'fp16', 'fp32'),
        default='keep',
        help='of the stored weights; keep: as in the model the training started from',
    )
    add('--overwrite', action='store_true', help='replace a folder with a model')


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    from visa_ros.train.instruction.export import export

    kept, done = export(
        args.run_folder,
        args.out,
        checkpoint=args.checkpoint,
        precision=args.precision,
        overwrite=args.overwrite,
    )
    print(
        f'{args.out}: {done.parameters / 1e9:.2f} G parameters, {done.bytes / 1e9:.2f} GB, '
        f'step {kept.step}, score {kept.score:.4f}'
    )
    return 0
