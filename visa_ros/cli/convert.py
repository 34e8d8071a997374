"""`visa-ros convert`: a model folder out of the published files of VISA, CLIP, SAM and XMem."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from visa_ros.errors import ConfigError

_EXAMPLE = """\
SOURCE is a folder or a file; together they hold every tensor of the model once:
  VISA   a merged checkpoint (shards in .bin or .safetensors, with config.json), or the raw
         pytorch_model.bin of a training, with or without LoRA factors and CLIP
  CLIP   the folder of openai/clip-vit-large-patch14, unless VISA's file brings it
  SAM    sam_vit_h_4b8939.pth, unless VISA's files bring it
or SOURCE is a folder that this command wrote, to change its precision.

examples:
  visa-ros convert VISA-7B clip-vit-large-patch14 -o models/visa-7b --tracker XMem.pth
  visa-ros convert pytorch_model.bin --config Chat-UniVi/config.json --tokenizer Chat-UniVi \\
      --precision bf16 -o models/visa-7b --tracker XMem.pth
  visa-ros convert -o models/visa-7b --tracker XMem.pth
      only adds a tracker to a folder that is there
  visa-ros segment kitchen.mp4 "what could I drink from?" --model models/visa-7b -o out/kitchen

docs/models.md tells where to get the files, and how much memory each precision takes.
"""


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        'convert',
        help='make a model folder out of published weights of VISA',
        description='Make a model folder out of published weights: safetensors, config, '
        'tokenizer, prompt, checksums. The folder appears when it is complete.',
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('sources', type=Path, nargs='*', metavar='SOURCE', help='see below')
    add('-o', '--out', type=Path, required=True, metavar='DIR', help='folder to make')
    add('--overwrite', action='store_true', help='replace a folder that this command wrote')
    add(
        '--precision',
        choices=('keep', 'bf16', 'fp16', 'fp32'),
        default='keep',
        help='of the stored weights; keep: as each is in its source; default: %(default)s',
    )
    add('--shard-size', default='2GB', metavar='SIZE', help='of a file; default: %(default)s')
    add('--tokenizer', type=Path, metavar='FILE', help="tokenizer.model, if not beside VISA's")
    add(
        '--config',
        type=Path,
        action='append',
        default=[],
        metavar='FILE',
        help='config.json of VISA, or of CLIP, if not beside the weights; may be repeated',
    )
    add('--lora-alpha', type=float, default=16.0, metavar='A', help='default: %(default)s')
    add('--tracker', type=Path, metavar='FILE', help='XMem.pth, what follows the objects')


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    from visa_ros.model.published.convert import check_target, convert
    from visa_ros.model.published.shards import parse_size
    from visa_ros.model.published.sources import open_checkpoint

    if not args.sources:
        return _add_tracker(args)
    check_target(args.out, overwrite=args.overwrite)
    shard_bytes = parse_size(args.shard_size)
    checkpoint = open_checkpoint(
        args.sources,
        configs=args.config,
        tokenizer=args.tokenizer,
        lora_alpha=args.lora_alpha,
    )
    done = convert(
        checkpoint,
        args.out,
        precision=args.precision,
        shard_bytes=shard_bytes,
        overwrite=args.overwrite,
        extras=_tracker_writer(args.tracker),
    )
    print(
        f'{args.out}: {done.parameters / 1e6:.1f} M parameters, {done.bytes / 1e6:.1f} MB in '
        f'{done.shards} files'
    )
    if not (args.out / 'tracker.json').is_file():
        print(f'it follows nothing yet: visa-ros convert -o {args.out} --tracker XMem.pth')
    return 0


def _add_tracker(args: argparse.Namespace) -> int:
    """Put a tracker into a folder that is there."""
    from visa_ros.model.published.folder import read_config

    if args.tracker is None:
        raise ConfigError('name at least one SOURCE, or a --tracker for a folder that is there')
    read_config(args.out)
    if (args.out / 'tracker.json').exists() and not args.overwrite:
        raise ConfigError(f'{args.out} has a tracker: replace it with --overwrite')
    _tracker_writer(args.tracker)(args.out)
    print(f'{args.out}: tracker added')
    return 0


def _tracker_writer(source: Path | None) -> Callable[[Path], Any]:
    if source is None:
        return lambda _: None
    from visa_ros.tracking import convert_xmem

    return lambda folder: convert_xmem(source, folder)
