"""`visa-ros evaluate`: how well a model does on clips whose answers are known."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

from visa_ros.cli.evaluate_tabletop import evaluate_tabletop, is_benchmark, SCENES
from visa_ros.cli.evaluate_tabletop import table as tabletop_table
from visa_ros.errors import ConfigError

TYPES = (
    'category',
    'attribute',
    'size',
    'spatial',
    'function',
    'knowledge',
    'motion',
    'event',
    'multi',
    'absent',
)
RULES = ('visa', 'davis', 'davis-unsupervised', 'vos-benchmark')
EXAMPLE = """examples:
  visa-ros evaluate --dataset revos --root /data --split valid --model visa-7b --json revos.json
      asks every question of ReVOS; after a kill the same command goes on
  visa-ros evaluate --dataset revos --root /data --split valid --predictions masks --report out
      scores masks made elsewhere: masks/<video>/<expression id>/<frame>.png
  torchrun --nproc-per-node 4 -m visa_ros.cli.main evaluate --dataset revos ... --json revos.json
      on four GPUs; `accelerate launch` does as well
  visa-ros evaluate --dataset mevis --root /data --split valid --model visa-7b --zip out/mevis.zip
      for the server that scores this split
  visa-ros evaluate --bag run.mcap --truth /camera/instances --ask "the mug" 3 --json out/bag.json
      replays a recording through what the node runs
  visa-ros evaluate --split test --scenes 50 --types category --json out/category.json
      asks for objects by name in 50 simulated scenes that are never trained on
  visa-ros evaluate --root out/test --baselines --json out/all.json
      asks about all simulated clips of a folder, and what one gets without reading the question
  visa-ros evaluate --dataset real --root out/real --split test --beside out/tabletop.json
      asks about real pictures, and prints what the simulated ones gave beside it
  visa-ros evaluate --task vos --scenes 20
      follows true masks of the first frame: the tracker alone

docs/evaluation.md tells more."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `evaluate`."""
    parser = subparsers.add_parser(
        'evaluate',
        help='score a model, or masks made elsewhere, on clips whose answers are known',
        description='Score a model, or masks made elsewhere, on a data set, on a recording, or '
        'on the simulated tabletop.',
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('--dataset', default='tabletop', metavar='NAME', help='`visa-ros data list`, or tabletop')
    add('--root', type=Path, metavar='DIR', help='folder of the set, or the one above it')
    add('--split', metavar='NAME', help='of the set; tabletop: train, val or test (default)')
    add('--model', default='visa-nano', help='name or folder; default: %(default)s')
    add('--predictions', type=Path, metavar='DIR', help='score these masks instead of a model')
    add('--workers', type=int, metavar='N', help='processes; default: all cores for --predictions')
    _add_outputs(parser)
    _add_model(parser)
    _add_bag(parser)
    _add_tabletop(parser)
    parser.set_defaults(run=run)


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group('results').add_argument
    add('--json', type=Path, metavar='FILE', help='the figures; a journal grows beside it')
    add('--report', type=Path, metavar='DIR', help='json, csv, a Markdown row and a web page')
    add('--save', type=Path, metavar='DIR', help='keep the masks of the model as pictures')
    add('--zip', type=Path, metavar='FILE', help='submission for a server: MeViS, Ref-YouTube-VOS')
    add('--beside', type=Path, metavar='FILE',
        help='with --dataset real: json of --dataset tabletop to compare with')  # fmt: skip
    add('--empty', choices=RULES, default='visa', help='which frames count; default: %(default)s')


def _add_model(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group('model').add_argument
    add('--device', default='auto', help='auto, cpu, cuda, cuda:N or mps; default: %(default)s')
    add('--precision', default='auto', help='auto, fp32, bf16 or fp16; default: %(default)s')
    add('--quantization', default='none', help='none, 8bit or 4bit, of a published VISA')
    add('--no-depth', action='store_true', help='give it pictures alone, depth or not')
    add('--set', action='append', default=[], metavar='NAME=VALUE', dest='settings',
        help='of the pipeline, such as sampling.target=middle')  # fmt: skip


def _add_bag(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group('recordings').add_argument
    add('--bag', type=Path, metavar='BAG', help='rosbag2 in MCAP or sqlite3, or ROS 1')
    add('--truth', metavar='TOPIC', help='images of instance numbers; without: masks are counted')
    add('--topic', default='', help='image topic; default: the first in colour')
    add('--ask', nargs='+', action='append', default=[], metavar=('TEXT', 'NUMBER'),
        help='a question, and the instances that it means; none: it is absent')  # fmt: skip
    add('--questions', type=Path, metavar='FILE', help='json: [{"text", "instances", "at_s"}]')
    add('--at', type=float, metavar='S', help='ask then; default: when the window is full')


def _add_tabletop(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        'simulated tabletop',
        'Scenes that are not in --root yet are rendered there, without --root in a folder that '
        'is removed afterwards. --root alone: all clips that are in it.',
    )
    add = group.add_argument
    add('--scenes', type=int, metavar='N', help=f'how many of the split; default: {SCENES}')
    add('--seed', type=int, default=0, metavar='N', help='first scene within the split')
    add('--frames', type=int, default=10, metavar='N', help='per new clip; default: %(default)s')
    add('--moving-camera', action='store_true', help='in new clips')
    add('--task', choices=('rvos', 'vos'), default='rvos', help='ask questions, or only follow')
    add('--types', nargs='+', choices=TYPES, metavar='TYPE', help=f'some of {", ".join(TYPES)}')
    add('--expressions', type=int, default=8, metavar='N', help='per clip; default: %(default)s')
    add('--held-out', action='store_true', help='ask in words that are kept from training')
    add('--baselines', action='store_true', help='also score answers that ignore the question')


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; returns the exit code: 1 if an expression failed."""
    if args.bag is None and (args.dataset != 'tabletop' or is_benchmark(args)):
        from visa_ros.cli.evaluate_sets import evaluate_set

        return evaluate_set(args)
    unfit = [
        f'--{n}' for n in ('report', 'save', 'zip', 'predictions', 'beside') if getattr(args, n)
    ]
    if unfit:
        raise ConfigError(
            f'{", ".join(unfit)}: only for data sets; simulated clips on disk are one: '
            '--dataset revos --root DIR'
        )
    if args.no_depth and (args.bag is not None or args.task == 'vos'):
        raise ConfigError('--no-depth: only where questions are asked about data sets')
    if args.bag is None:
        report = evaluate_tabletop(args)
        print(tabletop_table(report))
    else:
        from visa_ros.cli.evaluate_bag import bag_table, evaluate_bag

        report = evaluate_bag(args)
        print(bag_table(report))
    if args.json is not None:
        write_json(args.json, report)
    return 1 if report.get('errors') else 0


def write_json(path: Path, report: Mapping[str, Any]) -> None:
    """Write a report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1, allow_nan=False) + '\n', encoding='utf-8')
