"""`visa-ros train`: a published VISA by a yaml file, or the parts of visa-nano."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from visa_ros.cli import train_nano, tune

_EXAMPLE = """\
examples:
  visa-ros train config/train/tiny.yaml
  visa-ros train start Chat-UniVi clip-vit-large-patch14 sam_vit_h_4b8939.pth -o models/visa-start
  visa-ros train config/train/visa-7b.yaml --dry-run

  visa-ros sim render --split train --count 2000 --width 512 --height 384 --instances varied \\
      -o data/train
  visa-ros train text -o models/visa-nano/text
  visa-ros train image --data data/train -o out/image
  visa-ros train depth --data data/train --start out/image -o out/depth
  visa-ros train language --data data/train --start out/depth --text models/visa-nano/text \\
      -o out/language
  visa-ros train segmenter --data data/train --start out/language --text models/visa-nano/text \\
      -o out/segmenter
  visa-ros train dictionary -o models/visa-nano/text
  visa-ros train tracker --data data/train -o out/tracker
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        'train',
        help='tune a published VISA, or train the parts of visa-nano',
        description='Tune a published VISA as a yaml file tells, or train the parts of '
        'visa-nano on simulated clips.',
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parts = parser.add_subparsers(
        dest='part', required=True, metavar='CONFIG | PART', action=_ConfigOrPart
    )
    tune.add_parser(parts)
    _add_start(parts)
    train_nano.add_parsers(parts)


class _ConfigOrPart(argparse._SubParsersAction):  # type: ignore[type-arg]
    """Takes a yaml file in the place of a part's name for what `tune` does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = None  # argparse would refuse a file before `__call__` can look at it

    def __call__(self, parser: Any, namespace: Any, values: Any, option: Any = None) -> None:
        """Hand the arguments to the parser of the part."""
        if Path(values[0]).suffix in {'.yaml', '.yml'}:
            values = [tune.NAME, *values]
        super().__call__(parser, namespace, values, option)


def _add_start(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser(
        'start',
        help='make the model that a tuning starts from, out of Chat-UniVi, CLIP and SAM',
        description="Make the model that a tuning starts from: Chat-UniVi's weights, CLIP and "
        'SAM, with a row for [SEG] and the layers behind it drawn at random.',
    )
    parser.add_argument(
        'sources', type=Path, nargs='+', metavar='SOURCE', help="Chat-UniVi's folder, CLIP, SAM"
    )
    parser.add_argument('-o', '--out', type=Path, required=True, help='folder to make')
    parser.add_argument('--tokenizer', type=Path, metavar='FILE', help='its tokenizer.model')
    parser.add_argument('--precision', choices=('keep', 'bf16', 'fp16', 'fp32'), default='keep')
    parser.add_argument('--seed', type=int, default=0, help='of what is drawn at random')
    parser.add_argument('--overwrite', action='store_true', help='replace a folder with a model')


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    if args.part == tune.NAME:
        return tune.run(args)
    if args.part == 'start':
        return _make_start(args)
    return train_nano.run(args)


def _make_start(args: argparse.Namespace) -> int:
    from visa_ros.train.instruction.base import make_start

    done = make_start(
        args.sources,
        args.out,
        tokenizer=args.tokenizer,
        precision=args.precision,
        seed=args.seed,
        overwrite=args.overwrite,
    )
    print(f'{args.out}: {done.parameters / 1e9:.2f} G parameters, {done.bytes / 1e9:.2f} GB')
    return 0
