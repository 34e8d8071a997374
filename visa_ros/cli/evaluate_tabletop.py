"""Scoring a model on the simulated tabletop, for `visa-ros evaluate`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
import tempfile
from typing import Any, TYPE_CHECKING

from visa_ros.errors import ConfigError

if TYPE_CHECKING:
    from visa_ros.data.tabletop import Tabletop

SCENES = 50
SPLITS = ('train', 'val', 'test')


def evaluate_tabletop(args: argparse.Namespace) -> dict[str, Any]:
    """Do what the arguments say; returns the report. ConfigError if they make no sense."""
    if args.scenes is not None and args.scenes < 1:
        raise ConfigError(f'--scenes: want at least 1, got {args.scenes}')
    args.split = args.split or 'test'
    if args.split not in SPLITS:
        raise ConfigError(f'--split {args.split}: choose from {", ".join(SPLITS)}')
    evaluate = {'rvos': _rvos, 'vos': _vos}[args.task](args)
    if args.root is not None:
        report = evaluate(_clips(args, args.root))
    else:
        with tempfile.TemporaryDirectory(prefix='visa_tabletop_') as folder:
            report = evaluate(_clips(args, Path(folder)))
    return {**_settings(args), **report}


def is_benchmark(args: argparse.Namespace) -> bool:
    """Whether Tabletop-ReasonVOS is meant: its own questions, and all of its clips."""
    if args.root is None or args.task != 'rvos' or args.scenes is not None:
        return False
    args.split = args.split or 'test'
    return bool((args.root / 'benchmark.json').is_file())


def _clips(args: argparse.Namespace, root: Path) -> Tabletop:
    """Open the clips, after rendering those that are missing."""
    from visa_ros.data.tabletop import Tabletop
    from visa_ros.sim.splits import split_seeds

    if args.root is not None and args.scenes is None:
        return Tabletop(root)
    from visa_ros.sim.dataset import render_dataset
    from visa_ros.sim.worldconfig import WorldConfig

    rate_hz = 5.0
    seeds = split_seeds(args.split, args.scenes or SCENES, first=args.seed)
    config = WorldConfig(
        duration_s=max(1.0, args.frames / rate_hz), moving_camera=args.moving_camera
    )
    made = render_dataset(
        root, seeds, config=config, frames=args.frames, rate_hz=rate_hz, workers=args.workers or 1
    )
    return Tabletop(root, [seed for seed in seeds if seed not in made.failed])


def _rvos(args: argparse.Namespace) -> Any:
    from visa_ros.api import load_pipeline
    from visa_ros.config import PipelineConfig
    from visa_ros.eval.evaluate import evaluate_rvos, Questions

    pipeline = load_pipeline(args.model, args.device, PipelineConfig(clouds=False))
    questions = Questions(
        types=tuple(args.types) if args.types else None,
        per_clip=args.expressions,
        held_out=args.held_out,
    )
    return lambda clips: evaluate_rvos(
        clips, pipeline, questions=questions, baselines=args.baselines, depth=not args.no_depth
    )


def _vos(args: argparse.Namespace) -> Any:
    from visa_ros.eval.propagation import evaluate_vos
    from visa_ros.paths import model_dir
    from visa_ros.tracking import load_tracker

    # A tracker may be judged before the rest of its model is there.
    folder = Path(args.model)
    if not (folder / 'tracker.json').is_file():
        folder = model_dir(args.model)
    tracker = load_tracker(folder, device=args.device)
    return lambda clips: evaluate_vos(clips, tracker)


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    whole_folder = args.root is not None and args.scenes is None
    return {
        'dataset': args.dataset,
        'task': args.task,
        'split': None if whole_folder else args.split,
        'seed': None if whole_folder else args.seed,
        'held_out_words': args.held_out,
        'model': str(args.model),
        'depth': args.task == 'rvos' and not args.no_depth,
    }


def table(report: Mapping[str, Any]) -> str:
    """Return the report as lines for a terminal."""
    lines = [f'{"":16} {"J&F":>6} {"J":>6} {"F":>6} {"count":>6}']
    rows = {**report.get('types', {}), 'overall': report.get('overall', report)}
    rows |= {f'new {name}': value for name, value in report.get('held_out', {}).items()}
    rows |= {f'({name})': value for name, value in report.get('baselines', {}).items()}
    lines += [_line(name, row) for name, row in rows.items()]
    absent = report.get('absent', {})
    if absent.get('count'):
        lines.append(f'absent: {absent["refused"]:.3f} of {absent["count"]} refused')
    if absent.get('false_refusals') is not None:
        lines.append(f'wrongly refused: {absent["false_refusals"]:.3f}')
    ambiguous = report.get('ambiguous', {})
    if ambiguous.get('count'):
        lines.append(
            f'ambiguous: {ambiguous["recognised"]:.3f} of {ambiguous["count"]} recognised'
        )
    lines += [f'error: {e["clip"]}, {e["text"]!r}: {e["error"]}' for e in report.get('errors', ())]
    return '\n'.join(lines)


def _line(name: str, row: Mapping[str, Any]) -> str:
    cells = ['     -' if row[k] is None else f'{row[k]:6.3f}' for k in ('JF', 'J', 'F')]
    return f'{name:16} {" ".join(cells)} {row["count"]:6d}'
