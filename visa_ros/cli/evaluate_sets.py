"""Scoring a model, or masks made elsewhere, on a data set, for `visa-ros evaluate`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
import json
import os
from pathlib import Path
from typing import Any, TYPE_CHECKING

from visa_ros import __version__
from visa_ros.cli.evaluate_real import read_simulated, real_report, real_table
from visa_ros.errors import ConfigError

if TYPE_CHECKING:
    from visa_ros.config import PipelineConfig
    from visa_ros.data.registry import DataSet
    from visa_ros.eval.jobs import Plan
    from visa_ros.eval.predict import Predictor
    from visa_ros.eval.results import Key, Result
    from visa_ros.eval.shards import Shard
    from visa_ros.pipeline import Pipeline


def evaluate_set(args: argparse.Namespace) -> int:
    """Do what the arguments say; returns the exit code: 1 if an expression failed."""
    from visa_ros.eval.run import run_plan, RunConfig
    from visa_ros.eval.shards import shard_of

    shard = shard_of(os.environ)
    _check(args, shard)
    dataset = _open(args)
    config = pipeline_config(args.settings)
    predictor = _predictor(args, config, shard)
    plan = _plan(args, dataset, predictor)
    settings = _settings(args)
    fingerprint = {**settings, **_digests(args, dataset, plan, config)}
    running = RunConfig(
        settings=fingerprint, journal=_journal(args), shard=shard, workers=_workers(args)
    )

    def source(key: Key) -> str:
        return predictor.source(plan.question(key))

    results = run_plan(plan, source, running)
    if shard.rank:
        return 0
    return _finish(args, settings, results, plan, predictor, dataset)


def pipeline_config(settings: Sequence[str]) -> PipelineConfig:
    """Read NAME=VALUE of the pipeline; names have dots; ConfigError if one is unknown."""
    import yaml

    from visa_ros.config import from_mapping, PipelineConfig

    raw: dict[str, Any] = {'clouds': False}
    for setting in settings:
        name, sign, text = setting.partition('=')
        if not sign:
            raise ConfigError(f'--set {setting}: want NAME=VALUE')
        *parents, last = name.split('.')
        place = raw
        for parent in parents:
            place = place.setdefault(parent, {})
        try:
            place[last] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigError(f'--set {setting}: not a value: {error}') from error
    return from_mapping(PipelineConfig, raw)


def load(args: argparse.Namespace, config: PipelineConfig, device: str) -> Pipeline:
    """Load the model that the arguments name."""
    from visa_ros.api import load_pipeline

    return load_pipeline(
        args.model, device, config, precision=args.precision, quantization=args.quantization
    )


def _check(args: argparse.Namespace, shard: Shard) -> None:
    if args.root is None or args.split is None:
        raise ConfigError(f'--dataset {args.dataset} needs --root and --split')
    if args.predictions is not None and args.save is not None:
        raise ConfigError('--save keeps the masks of a model: leave out --predictions')
    if args.workers is not None and args.workers < 1:
        raise ConfigError(f'--workers: want at least 1, got {args.workers}')
    if shard.world > 1 and _journal(args) is None:
        raise ConfigError('several processes meet in a journal: give --json, --report or --zip')
    if args.beside is not None:
        if args.dataset != 'real':
            raise ConfigError('--beside is for --dataset real')
        # A file that does not fit is told before the questions are asked.
        read_simulated(args.beside)


def _open(args: argparse.Namespace) -> DataSet:
    from visa_ros.data.registry import IMAGE_SETS, open_dataset, TEST_SETS, VIDEO_SETS
    from visa_ros.eval.submission import top_folder

    if args.dataset == 'tabletop':
        from visa_ros.data.tabletop import TabletopReasonVos

        return TabletopReasonVos(args.root).set
    sets = {**VIDEO_SETS, **IMAGE_SETS, **TEST_SETS}
    if args.dataset not in sets:
        known = ['tabletop', *sets]
        raise ConfigError(f'--dataset {args.dataset}: choose from {", ".join(known)}')
    if args.zip is not None:
        top_folder(args.dataset)
    return open_dataset(args.dataset, args.root, args.split)


def _predictor(args: argparse.Namespace, config: PipelineConfig, shard: Shard) -> Predictor:
    from visa_ros.eval.predict import FolderPredictor, ModelPredictor, SavingPredictor

    if args.predictions is not None:
        return FolderPredictor(args.predictions)
    device = _device(args.device, shard)
    model = ModelPredictor(lambda: load(args, config, device), depth=not args.no_depth)
    folder = _saved(args)
    return model if folder is None else SavingPredictor(model, folder)


def _device(name: str, shard: Shard) -> str:
    """Give each of several processes on a machine a GPU of its own."""
    if shard.world == 1 or name not in ('auto', 'cuda'):
        return name
    import torch

    count = torch.cuda.device_count()
    return f'cuda:{shard.local % count}' if count else name


def _saved(args: argparse.Namespace) -> Path | None:
    """Where the masks of a model are kept; a submission is made of them."""
    if args.zip is None:
        return None if args.save is None else Path(args.save)
    return Path(args.save or args.zip.with_name(f'{args.zip.stem}_masks'))


def _journal(args: argparse.Namespace) -> Path | None:
    if args.report is not None:
        return Path(args.report / 'journal')
    beside = args.json or args.zip
    return None if beside is None else Path(f'{beside}.journal')


def _workers(args: argparse.Namespace) -> int:
    if args.predictions is None:
        return 1  # the model is in this process
    return int(args.workers or os.cpu_count() or 1)


def _plan(args: argparse.Namespace, dataset: DataSet, predictor: Predictor) -> Plan:
    from visa_ros.data.video import VideoSet
    from visa_ros.eval.jobs import VideoPlan
    from visa_ros.eval.jobs_image import ImagePlan
    from visa_ros.eval.metrics import FrameRule

    if isinstance(dataset, VideoSet):
        return VideoPlan(dataset, predictor, rule=FrameRule(args.empty))
    return ImagePlan(dataset, predictor)  # type: ignore[arg-type]


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    """Return what a report says about itself."""
    made_by = (
        {'model': str(args.model)}
        if args.predictions is None
        else {'predictions': str(args.predictions)}
    )
    names = {'dataset': args.dataset, 'split': args.split}
    given = not args.no_depth and args.predictions is None
    depth = {'depth': given and (args.root / 'Depth').is_dir()}
    return {**names, **made_by, **depth, 'rule': args.empty, 'version': __version__}


def _digests(
    args: argparse.Namespace, dataset: DataSet, plan: Plan, config: PipelineConfig
) -> dict[str, Any]:
    """Return what else the results depend on."""
    from visa_ros.data.video import VideoSet
    from visa_ros.eval.run import digest_of, digest_of_questions
    from visa_ros.paths import model_dir

    found: dict[str, Any] = {'questions': digest_of_questions(plan)}
    masks = dataset.files.masks if isinstance(dataset, VideoSet) else None
    if masks is not None and masks.path.is_file():
        found['masks'] = digest_of(masks.path)
    if args.predictions is None:
        found['weights'] = digest_of(model_dir(args.model))
        found['config'] = asdict(config)
        found['numbers'] = [args.precision, args.quantization]
    return found


def _finish(
    args: argparse.Namespace,
    settings: Mapping[str, Any],
    results: Sequence[Result],
    plan: Plan,
    predictor: Predictor,
    dataset: DataSet,
) -> int:
    """Write everything that was asked for."""
    from visa_ros.cli.evaluate import write_json
    from visa_ros.eval.report import report_of, table

    report = {**settings, **report_of(results)}
    figures, lines = report, table(report)
    rows = {name: report[name] for name in ('errors', 'expressions')}
    if args.dataset == 'tabletop':
        from visa_ros.cli.evaluate_tabletop import table as tabletop_table
        from visa_ros.eval.reasonvos import reasonvos_report

        blind = _blind(args, dataset) if args.baselines else {}
        figures = {**settings, **reasonvos_report(results, blind), **rows}
        lines = tabletop_table({**figures, 'errors': []})
    if args.dataset == 'real':
        simulated = read_simulated(args.beside) if args.beside is not None else None
        figures = {**settings, **real_report(results, simulated), **rows}
        lines = real_table(figures)
    if args.zip is not None:
        _pack(args, dataset)
    if args.json is not None:
        write_json(args.json, figures)
    if args.report is not None:
        _write_report(args.report, report, results, plan, predictor)
    print(lines)
    return 1 if report['errors'] else 0


def _blind(args: argparse.Namespace, dataset: DataSet) -> dict[str, list[Result]]:
    """Score what does not read the question."""
    from visa_ros.eval.reasonvos import BASELINES, BlindPredictor
    from visa_ros.eval.run import run_plan, RunConfig

    config = RunConfig(settings={}, workers=int(args.workers or os.cpu_count() or 1))
    return {
        name: run_plan(_plan(args, dataset, BlindPredictor(args.root, name)), lambda _: '', config)
        for name in BASELINES
    }


def _pack(args: argparse.Namespace, dataset: DataSet) -> None:
    from visa_ros.eval.submission import write_submission

    samples = (dataset[i] for i in range(len(dataset)))
    masks = args.predictions or _saved(args)
    made = write_submission(args.zip, samples, masks)  # type: ignore[arg-type]
    print(f'{args.zip}: {made.files} masks, {len(made.errors)} expressions left empty')
    for error in made.errors:
        print(f'left empty: {error}')


def _write_report(
    folder: Path,
    report: Mapping[str, Any],
    results: Sequence[Result],
    plan: Plan,
    predictor: Predictor,
) -> None:
    from visa_ros.eval.report import csv_text, markdown_row
    from visa_ros.eval.report_html import page
    from visa_ros.eval.worst import strips_of, worst_of

    strips = strips_of(plan, predictor, worst_of(results))
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        'report.json': json.dumps(report, indent=1, allow_nan=False) + '\n',
        'expressions.csv': csv_text(report),
        'row.md': markdown_row(report),
        'index.html': page(report, strips),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding='utf-8')
