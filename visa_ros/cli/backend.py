"""`visa-ros backend`: a model folder out of published networks of transformers."""

from __future__ import annotations

import argparse
from pathlib import Path

_EXAMPLE = """\
examples:
  visa-ros backend IDEA-Research/grounding-dino-tiny facebook/sam2.1-hiera-tiny \\
      -o models/open-vocabulary --download
      boxes by Grounding DINO, masks and tracking by SAM 2.1 (Apache-2.0, 0.9 GB)
  visa-ros backend downloads/sam3 --tracker downloads/sam2.1-hiera-tiny -o models/sam3
      names to masks by SAM 3 (SAM License), tracking by SAM 2.1; from local folders
  visa-ros segment kitchen.mp4 "the red mug" --model models/open-vocabulary --device cuda
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        'backend',
        help='make a model folder out of Grounding DINO or SAM 3, and SAM 2 or EdgeTAM',
        description='Make a model folder out of published networks of transformers. The model '
        'finds things by their names; it answers no questions. Networks are given as folders, or '
        'as names of the Hugging Face hub, which are looked up in its local cache.',
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('detector', metavar='DETECTOR', help='Grounding DINO, MM Grounding DINO or SAM 3')
    add(
        'segmenter',
        metavar='SEGMENTER',
        nargs='?',
        default='',
        help='SAM 2 or EdgeTAM: masks of the boxes, and tracking; none with SAM 3',
    )
    add('-o', '--out', type=Path, required=True, metavar='DIR', help='folder to make')
    add('--tracker', default='', metavar='MODEL', help='SAM 2 or EdgeTAM, if not SEGMENTER')
    add(
        '--threshold',
        type=float,
        default=0.35,
        metavar='P',
        help='score above which something counts as found; default: %(default)s',
    )
    add('--download', action='store_true', help='fetch what is not in the local cache')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the folder; returns the exit code."""
    from visa_ros.backends.folder import make_folder
    from visa_ros.backends.recipe import Recipe

    recipe = Recipe(detector=args.detector, segmenter=args.segmenter, box_threshold=args.threshold)
    make_folder(args.out, recipe, tracker=args.tracker, download=args.download)
    print(f'{args.out}: ready; use it as --model {args.out}, or model:={args.out} in a launch')
    return 0
