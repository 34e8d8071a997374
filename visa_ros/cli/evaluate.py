"""`visa-ros evaluate`: how well a model does on clips whose answers are known."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
import json
from pathlib import Path
import tempfile
from typing import Any, TYPE_CHECKING

from visa_ros.errors import ConfigError

if TYPE_CHECKING:
    from visa_ros.data.tabletop import Tabletop

TYPES = ('category', 'attribute', 'size', 'spatial', 'function', 'motion', 'multi', 'absent')
SCENES = 50
EXAMPLE = """examples:
  visa-ros evaluate --split test --scenes 50 --types category --json out/category.json
      asks for objects by name in 50 scenes that are never trained on
  visa-ros evaluate --root out/test --baselines --json out/all.json
      asks about all clips of a folder, and what one gets without reading the question
  visa-ros evaluate --task vos --scenes 20
      follows true masks of the first frame: the tracker alone"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `evaluate`."""
    parser = subparsers.add_parser(
        'evaluate',
        help='score a model on clips whose answers are known',
        description='Score a model on the simulated tabletop. Scenes that are not in --root yet '
        'are rendered there, without --root in a folder that is removed afterwards.',
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('--dataset', choices=('tabletop',), default='tabletop', help='default: %(default)s')
    add('--root', type=Path, metavar='DIR', help='its folder; alone: all clips that are in it')
    add('--split', choices=('train', 'val', 'test'), default='test', help='default: %(default)s')
    add('--scenes', type=int, metavar='N', help=f'how many of the split; default: {SCENES}')
    add('--seed', type=int, default=0, metavar='N', help='first scene within the split')
    add('--frames', type=int, default=10, metavar='N', help='per new clip; default: %(default)s')
    add('--moving-camera', action='store_true', help='in new clips')
    add('--workers', type=int, default=1, metavar='N', help='processes that render')
    add('--task', choices=('rvos', 'vos'), default='rvos', help='ask questions, or only follow')
    add('--types', nargs='+', choices=TYPES, metavar='TYPE', help=f'some of {", ".join(TYPES)}')
    add('--expressions', type=int, default=8, metavar='N', help='per clip; default: %(default)s')
    add('--held-out', action='store_true', help='ask in words that are kept from training')
    add('--baselines', action='store_true', help='also score answers that ignore the question')
    add('--model', default='visa-nano', help='name or folder; default: %(default)s')
    add('--device', default='cpu', help='of torch; default: %(default)s')
    add('--json', type=Path, metavar='FILE', help='write the report there')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; returns the exit code."""
    if args.scenes is not None and args.scenes < 1:
        raise ConfigError(f'--scenes: want at least 1, got {args.scenes}')
    evaluate = {'rvos': _rvos, 'vos': _vos}[args.task](args)
    if args.root is not None:
        report = evaluate(_clips(args, args.root))
    else:
        with tempfile.TemporaryDirectory(prefix='visa_tabletop_') as folder:
            report = evaluate(_clips(args, Path(folder)))
    report = {**_settings(args), **report}
    if args.json is not None:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(report, indent=1) + '\n', encoding='utf-8')
    print(table(report))
    return 1 if report.get('errors') else 0


def _clips(args: argparse.Namespace, root: Path) -> Tabletop:
    """Open the clips, after rendering those that are missing."""
    from visa_ros.data.tabletop import Tabletop
    from visa_ros.sim.splits import split_seeds

    if args.root is not None and args.scenes is None:
        return Tabletop(root)
    from visa_ros.sim.dataset import render_dataset
    from visa_ros.sim.world import WorldConfig

    rate_hz = 5.0
    seeds = split_seeds(args.split, args.scenes or SCENES, first=args.seed)
    config = WorldConfig(
        duration_s=max(1.0, args.frames / rate_hz), moving_camera=args.moving_camera
    )
    made = render_dataset(
        root, seeds, config=config, frames=args.frames, rate_hz=rate_hz, workers=args.workers
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
        clips, pipeline, questions=questions, baselines=args.baselines
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
        'held_out': args.held_out,
        'model': str(args.model),
    }


def table(report: Mapping[str, Any]) -> str:
    """Return the report as lines for a terminal."""
    lines = [f'{"":12} {"J&F":>6} {"J":>6} {"F":>6} {"count":>6}']
    rows = {**report.get('types', {}), 'overall': report.get('overall', report)}
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
    return f'{name:12} {" ".join(cells)} {row["count"]:6d}'
