"""Scoring a model on a recording, for `visa-ros evaluate --bag`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, TYPE_CHECKING

from visa_ros.errors import ConfigError

if TYPE_CHECKING:
    from visa_ros.eval.bag import BagQuestion


def evaluate_bag(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the arguments say; returns the report. ConfigError if they make no sense."""
    from visa_ros.cli.evaluate_sets import load, pipeline_config
    from visa_ros.eval.bag import BagRun, BagTruth, judge_bag
    from visa_ros.eval.metrics import FrameRule
    from visa_ros.eval.report import report_of
    from visa_ros.video.reader import BagTopics, read_frames

    questions = _questions(args)
    config = pipeline_config(args.settings)
    wanted = [number for question in questions for number in question.instances]
    source = read_frames(args.bag, topics=BagTopics(image=args.topic))
    truth = None if args.truth is None else BagTruth(args.bag, args.truth, wanted)
    run = BagRun(
        name=args.bag.name,
        frames=lambda: source,
        truth=truth,
        config=config,
        rule=FrameRule(args.empty),
    )
    results, counts = judge_bag(run, load(args, config, args.device), questions)
    report = report_of(results)
    for row, count in zip(report['expressions'], counts, strict=True):
        row.update(count)
    return {'bag': str(args.bag), 'truth': args.truth, 'model': str(args.model),
            'rule': args.empty, **report}  # fmt: skip


def _questions(args: argparse.Namespace) -> list[BagQuestion]:
    from visa_ros.eval.bag import BagQuestion, read_questions

    questions = read_questions(args.questions) if args.questions is not None else []
    for text, *numbers in args.ask:
        if not all(number.isdecimal() for number in numbers):
            raise ConfigError(f'--ask {text!r}: want numbers of instances, got {numbers}')
        instances = tuple(map(int, numbers))
        questions.append(BagQuestion(text=text, instances=instances, at_s=args.at))
    if not questions:
        raise ConfigError('--bag needs a question: --ask TEXT NUMBER..., or --questions FILE')
    return questions


def bag_table(report: Mapping[str, Any]) -> str:
    """Return the report as lines for a terminal."""
    from visa_ros.eval.report import table

    lines = [
        f'{row["text"]!r}: masks on {row["masks"]} of {row["frames"]} frames, '
        f'{row["compared"]} compared'
        for row in report['expressions']
    ]
    return '\n'.join([*lines, table(report)])
