"""`visa-ros train PART`: the parts of visa-nano, one after the other."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from visa_ros.cli import train_text, train_tracker

if TYPE_CHECKING:
    from collections.abc import Callable

    from visa_ros.model.build import VisaConfig
    from visa_ros.train.question_run import QuestionTraining

# What fits into an afternoon on two cores.
IMAGE_STEPS, IMAGE_COOLDOWN = 1200, 480
DEPTH_STEPS, DEPTH_COOLDOWN = 2400, 2000
LANGUAGE_STEPS, LANGUAGE_COOLDOWN = 1600, 600
ANSWER_STEPS, ANSWER_COOLDOWN = 2000, 1800


def add_parsers(parts: argparse._SubParsersAction) -> None:
    """Declare the arguments of each part."""
    train_text.add_parsers(parts)
    _add_image(parts)
    _add_depth(parts)
    _add_language(parts)
    _add_segmenter(parts)
    _add_average(parts)
    _add_decision(parts)
    train_tracker.add_parser(parts, _add_common)


def _add_image(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser('image', help='image encoder and mask decoder, without language')
    _add_common(parser, folders='+')
    _add_steps(parser, steps=IMAGE_STEPS, cooldown=IMAGE_COOLDOWN, samples=16, rate=1e-3)
    parser.add_argument(
        '--start', type=Path, metavar='DIR', help='a visa-nano in the place of ImageNet weights'
    )
    parser.add_argument(
        '--frozen',
        type=int,
        default=3,
        help='first blocks of the encoder that stay; 3: to stride 4, 5: to 8 (%(default)s)',
    )
    _add_bfloat16(parser)


def _add_depth(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser('depth', help='what depth tells about shapes; all else frozen')
    _add_common(parser, folders='+')
    add = parser.add_argument
    add(
        '--start', type=Path, required=True, metavar='DIR', help='what the image stage has written'
    )
    add('--steps', type=int, default=DEPTH_STEPS, help='optimiser steps (%(default)s)')
    add('--cooldown', type=int, default=DEPTH_COOLDOWN, help='last, rate falling (%(default)s)')
    add('--rate', type=float, default=1.5e-3, help='learning rate (%(default)s)')
    add('--samples', type=int, default=32, help='depth images a step (%(default)s)')
    _add_bfloat16(parser)


def _add_language(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser('language', help='what words mean, by questions; image side frozen')
    _add_common(parser, folders='+')
    _add_steps(parser, steps=LANGUAGE_STEPS, cooldown=LANGUAGE_COOLDOWN, samples=8)
    _add_text(parser)


def _add_text(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        '--start',
        type=Path,
        required=True,
        metavar='DIR',
        help='what the stage before has written',
    )
    add('--text', type=Path, required=True, help='instruction encoder folder')
    _add_bfloat16(parser)


def _add_bfloat16(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--bfloat16',
        action='store_true',
        help='faster where the CPU has it (avx512_bf16, AMX)',
    )


def _add_segmenter(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser('segmenter', help='language model and mask decoder, by questions')
    _add_common(parser, folders='+')
    _add_steps(parser, steps=ANSWER_STEPS, cooldown=ANSWER_COOLDOWN, samples=8)
    _add_text(parser)


def _add_steps(
    parser: argparse.ArgumentParser,
    *,
    steps: int,
    cooldown: int,
    samples: int,
    rate: float = 7e-4,
) -> None:
    add = parser.add_argument
    add('--steps', type=int, default=steps, help='optimiser steps (%(default)s)')
    add('--cooldown', type=int, default=cooldown, help='last steps, rate falling (%(default)s)')
    add('--rate', type=float, default=rate, help='learning rate (%(default)s)')
    add('--samples', type=int, default=samples, help='pictures a step (%(default)s)')
    add('--backgrounds', type=Path, metavar='DIR', help='of visa-ros sim backgrounds')


def _add_average(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser(
        'average',
        help='mean of models that began from the same weights, often better than each',
        epilog='visa-ros train average models/visa-nano out/more --weights 1 2 -o out/mean',
    )
    add = parser.add_argument
    add('models', type=Path, nargs='+', metavar='MODEL', help='folders, the first with the config')
    add('--weights', type=float, nargs='+', default=(), help='what each counts (all alike)')
    add('-o', '--out', type=Path, required=True, help='folder to write')
    add('--threads', type=int, default=2, help='CPU threads (%(default)s)')


def _add_decision(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser('decision', help='when to refuse and to ask back; after segmenter')
    add = parser.add_argument
    add('model', type=Path, metavar='MODEL', help='folder whose config.json is to be completed')
    add('--data', type=Path, required=True, help='clips that are not trained on (--split val)')
    add('--threads', type=int, default=2, help='CPU threads (%(default)s)')


def _add_common(parser: argparse.ArgumentParser, *, folders: str | None = None) -> None:
    parser.add_argument(
        '--data',
        type=Path,
        nargs=folders,
        metavar='DIR',
        required=True,
        help='clips of visa-ros sim render; for the tracker also a tree as DAVIS has it',
    )
    parser.add_argument('-o', '--out', type=Path, required=True, help='folder to write')
    parser.add_argument('--seed', type=int, default=0, help='of weights and data order')
    parser.add_argument('--threads', type=int, default=2, help='CPU threads (%(default)s)')
    parser.add_argument('--resume', action='store_true', help='go on from the state in OUT')


def run(args: argparse.Namespace) -> int:
    """Train a part; returns the exit code."""
    if args.part in train_text.PARTS:
        return train_text.run(args)
    import torch

    torch.set_num_threads(args.threads)
    trainers = {
        'image': _train_image,
        'depth': _train_depth,
        'language': _train_language,
        'segmenter': _train_segmenter,
        'average': _average,
        'decision': _choose_decision,
        'tracker': train_tracker.run,
    }
    return trainers[args.part](args)


def _train_image(args: argparse.Namespace) -> int:
    from visa_ros.train.image_side import ImageTraining, train_image_side
    from visa_ros.train.run import Schedule

    schedule = Schedule(steps=args.steps, cooldown=args.cooldown, rate=args.rate, encoder_rate=0.4)
    train_image_side(
        args.data,
        args.out,
        config=_config(),
        training=ImageTraining(
            schedule=schedule,
            samples=args.samples,
            frozen=args.frozen,
            bfloat16=args.bfloat16,
            seed=args.seed,
        ),
        start=args.start,
        backgrounds=args.backgrounds,
        resume=args.resume,
    )
    return 0


def _train_depth(args: argparse.Namespace) -> int:
    from visa_ros.train.depth_side import DepthTraining, train_depth_side
    from visa_ros.train.run import Schedule

    schedule = Schedule(steps=args.steps, cooldown=args.cooldown, rate=args.rate)
    train_depth_side(
        args.data,
        args.out,
        start=args.start,
        config=_config(),
        training=DepthTraining(
            schedule=schedule, samples=args.samples, bfloat16=args.bfloat16, seed=args.seed
        ),
        resume=args.resume,
    )
    return 0


def _config() -> VisaConfig:
    from visa_ros.model.build import VisaConfig
    from visa_ros.sim.knowledge import CATEGORIES

    return VisaConfig(labels=tuple(CATEGORIES), relief=True)


def _train_language(args: argparse.Namespace) -> int:
    from visa_ros.train.language import LanguageTraining, train_language

    return _train_by_questions(args, LanguageTraining, train_language)


def _train_segmenter(args: argparse.Namespace) -> int:
    from visa_ros.train.segmenter import SegmenterTraining, train_segmenter

    return _train_by_questions(args, SegmenterTraining, train_segmenter)


def _train_by_questions(
    args: argparse.Namespace, settings: type[QuestionTraining], train: Callable[..., None]
) -> int:
    from visa_ros.train.run import Schedule

    asking = replace(settings().asking, samples=args.samples, bfloat16=args.bfloat16)
    train(
        args.data,
        args.out,
        start=args.start,
        text=args.text,
        config=_config(),
        training=settings(
            schedule=Schedule(steps=args.steps, cooldown=args.cooldown, rate=args.rate),
            asking=asking,
            seed=args.seed,
        ),
        backgrounds=args.backgrounds,
        resume=args.resume,
    )
    return 0


def _average(args: argparse.Namespace) -> int:
    from visa_ros.train.averaging import average_models

    average_models(args.models, args.out, weights=args.weights)
    print(f'{args.out}: the mean of {len(args.models)} models; choose its decision anew')
    return 0


def _choose_decision(args: argparse.Namespace) -> int:
    from visa_ros.train.decision import choose_decision

    config = choose_decision(args.model, args.data)
    for decision in filter(None, (config.decision, config.decision_without_depth)):
        print(f'{args.model}: absent above {decision.absent_above:.3f} of {decision.absent}')
        print(f'  chosen on {decision.chosen_on}')
    return 0
