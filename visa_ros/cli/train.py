"""`visa-ros train`: a published VISA by a yaml file, or the parts of visa-nano."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from visa_ros.cli import tune

# As many as the shipped weights had.
IMAGE_STEPS, IMAGE_COOLDOWN = 580, 190
ANSWER_STEPS, ANSWER_COOLDOWN = 1680, 500
_EXAMPLE = """\
examples:
  visa-ros train config/train/tiny.yaml
  visa-ros train start Chat-UniVi clip-vit-large-patch14 sam_vit_h_4b8939.pth -o models/visa-start
  visa-ros train config/train/visa-7b.yaml --dry-run

  visa-ros sim render --split train --count 2000 --width 256 --height 192 -o data/train
  visa-ros train text -o models/visa-nano/text
  visa-ros train image --data data/train -o out/image
  visa-ros train segmenter --data data/train --start out/image --text models/visa-nano/text \\
      -o out/segmenter
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
    text = parts.add_parser('text', help='write the frozen instruction encoder (no training)')
    text.add_argument('-o', '--out', type=Path, required=True, help='folder to write')
    _add_image(parts)
    _add_segmenter(parts)
    _add_decision(parts)
    _add_tracker(parts)


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


def _add_image(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser('image', help='image encoder and mask decoder, without language')
    _add_common(parser)
    _add_steps(parser, steps=IMAGE_STEPS, cooldown=IMAGE_COOLDOWN, samples=16)


def _add_segmenter(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser('segmenter', help='language model and mask decoder, by questions')
    _add_common(parser)
    _add_steps(parser, steps=ANSWER_STEPS, cooldown=ANSWER_COOLDOWN, samples=8)
    add = parser.add_argument
    add('--start', type=Path, required=True, metavar='DIR', help='what `train image` has written')
    add('--text', type=Path, required=True, help='instruction encoder folder')


def _add_steps(
    parser: argparse.ArgumentParser, *, steps: int, cooldown: int, samples: int
) -> None:
    add = parser.add_argument
    add('--steps', type=int, default=steps, help='optimiser steps (%(default)s)')
    add('--cooldown', type=int, default=cooldown, help='last steps, rate falling (%(default)s)')
    add('--samples', type=int, default=samples, help='pictures a step (%(default)s)')
    add('--backgrounds', type=Path, metavar='DIR', help='of visa-ros sim backgrounds')


def _add_decision(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser('decision', help='when to refuse and to ask back; after segmenter')
    add = parser.add_argument
    add('model', type=Path, metavar='MODEL', help='folder whose config.json is to be completed')
    add('--data', type=Path, required=True, help='clips that are not trained on (--split val)')
    add('--threads', type=int, default=2, help='CPU threads (%(default)s)')


def _add_tracker(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser('tracker', help="memory tracker: visa-nano's, or XMem's network")
    _add_common(parser)
    add = parser.add_argument
    add(
        '--size', choices=('nano', 'xmem'), default='nano', help='network and recipe (%(default)s)'
    )
    add('--minutes', type=float, default=40.0, help='time (%(default)s)')
    add('--steps', type=int, help='stop earlier, after so many optimiser steps')
    add('--pictures', type=Path, metavar='DIR', help='single pictures with masks, as a DAVIS tree')
    add('--start', type=Path, metavar='DIR', help='a tracker, or ImageNet weights, to begin with')
    add('--device', default='cpu', help='auto, cpu, cuda, cuda:N or mps (%(default)s)')


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--data',
        type=Path,
        required=True,
        help='clips of visa-ros sim render; for the tracker also a tree as DAVIS has it',
    )
    parser.add_argument('-o', '--out', type=Path, required=True, help='folder to write')
    parser.add_argument('--seed', type=int, default=0, help='of weights and data order')
    parser.add_argument('--threads', type=int, default=2, help='CPU threads (%(default)s)')
    parser.add_argument('--resume', action='store_true', help='go on from the state in OUT')


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    if args.part == tune.NAME:
        return tune.run(args)
    if args.part == 'start':
        return _make_start(args)
    if args.part == 'text':
        return _write_text(args)
    import torch

    torch.set_num_threads(args.threads)
    trainers = {
        'image': _train_image,
        'segmenter': _train_segmenter,
        'decision': _choose_decision,
        'tracker': _train_tracker,
    }
    return trainers[args.part](args)


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


def _write_text(args: argparse.Namespace) -> int:
    from visa_ros.sim.phrases import all_phrases
    from visa_ros.train.text_side import write_text_encoder

    kept = write_text_encoder(args.out, phrases=all_phrases())
    print(f'{args.out}: {kept} word pieces')
    return 0


def _train_image(args: argparse.Namespace) -> int:
    from visa_ros.model.build import VisaConfig
    from visa_ros.sim.knowledge import CATEGORIES
    from visa_ros.train.image_side import ImageTraining, train_image_side
    from visa_ros.train.run import Schedule

    schedule = Schedule(steps=args.steps, cooldown=args.cooldown, rate=1e-3, encoder_rate=0.4)
    train_image_side(
        args.data,
        args.out,
        config=VisaConfig(labels=tuple(CATEGORIES)),
        training=ImageTraining(schedule=schedule, samples=args.samples, seed=args.seed),
        backgrounds=args.backgrounds,
        resume=args.resume,
    )
    return 0


def _train_segmenter(args: argparse.Namespace) -> int:
    from visa_ros.model.build import VisaConfig
    from visa_ros.sim.knowledge import CATEGORIES
    from visa_ros.train.run import Schedule
    from visa_ros.train.segmenter import SegmenterTraining, train_segmenter

    schedule = Schedule(steps=args.steps, cooldown=args.cooldown, rate=7e-4)
    train_segmenter(
        args.data,
        args.out,
        start=args.start,
        text=args.text,
        config=VisaConfig(labels=tuple(CATEGORIES)),
        training=SegmenterTraining(schedule=schedule, samples=args.samples, seed=args.seed),
        backgrounds=args.backgrounds,
        resume=args.resume,
    )
    return 0


def _choose_decision(args: argparse.Namespace) -> int:
    from visa_ros.train.decision import choose_decision

    decision = choose_decision(args.model, args.data)
    print(f'{args.model}: absent above {decision.absent_above:.3f} of {decision.absent}')
    return 0


def _train_tracker(args: argparse.Namespace) -> int:
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
