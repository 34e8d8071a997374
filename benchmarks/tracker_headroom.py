"""
What Tabletop-ReasonVOS would give a perfect segmenter: true masks of one frame, then the tracker.

    visa-ros sim benchmark --seed 1 --clips 45 -o out/benchmark-1
    python benchmarks/tracker_headroom.py out/benchmark-1 --set memory.every=2 input_hw=240,320

For each question that has an answer the true masks of its targets are given on the last frame that
shows them all, and carried to both ends of the clip as an answer is. Questions about the same
objects are followed once, and count as often as they are asked. Settings are to be chosen on
another seed than 0, whose figures are published.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
import json
from pathlib import Path
import time

import numpy as np
import torch
from tqdm import tqdm

from visa_ros.data.tabletop import Clip, TabletopReasonVos
from visa_ros.eval.metrics import FrameRule, score_track, TrackScore
from visa_ros.live import follow
from visa_ros.paths import model_dir
from visa_ros.structs import Frame, Propagated
from visa_ros.tracking import load_tracker, MemoryTracker
from visa_ros.tracking.checkpoint import load_config
from visa_ros.tracking.config import TrackerConfig

FRAME_NS = 250_000_000
ALL = 'all'


def main() -> None:
    """Follow the targets of all questions; print a table by type and by axis."""
    args = _arguments()
    torch.set_num_threads(args.threads)
    benchmark = TabletopReasonVos(args.root)
    tracker = load(model_dir(args.model), args.set)
    scores: dict[str, list[float]] = defaultdict(list)
    cpu_s, frames = 0.0, 0
    for i in tqdm(range(min(len(benchmark), args.clips or len(benchmark))), unit='clip'):
        clip = benchmark.clip(i)
        shots = _frames(clip)
        instances = [clip.instances(k) for k in range(len(clip))]
        for (targets, start), rows in _asked(benchmark, i).items():
            begun_s = time.process_time()
            tracks = _carried(tracker, shots, instances[start], targets, start)
            cpu_s += time.process_time() - begun_s
            frames += len(tracks)
            score = _scored(tracks, instances, targets)
            _note(scores, score, rows, at_rest=_at_rest(clip, targets))
    for row, values in scores.items():
        print(f'{row:22} {np.mean(values):6.3f} {len(values):6d}')
    print(f'{1e3 * cpu_s / frames:.1f} CPU ms a frame, {args.threads} threads')


def load(folder: Path, changes: Sequence[str]) -> MemoryTracker:
    """Load a tracker with other settings: 'name=json', such as 'memory.every=2'."""
    raw = load_config(folder).to_json()
    for change in changes:
        path, _, value = change.partition('=')
        *above, name = path.split('.')
        place = raw
        for part in above:
            place = place[part]
        place[name] = json.loads(f'[{value}]' if ',' in value else value)
    return load_tracker(folder, config=TrackerConfig.from_json(raw))


def _frames(clip: Clip) -> list[Frame]:
    return [Frame(rgb=clip.rgb(k), stamp_ns=(k + 1) * FRAME_NS) for k in range(len(clip))]


def _asked(
    benchmark: TabletopReasonVos, i: int
) -> Mapping[tuple[tuple[int, ...], int], Counter[str]]:
    """Targets and the frame they are given on, with the rows of the table that they count in."""
    asked: dict[tuple[tuple[int, ...], int], Counter[str]] = defaultdict(Counter)
    for question in benchmark.questions(i):
        if question.targets:
            rows = (ALL, f'type {question.type}', f'axis {question.axis}')
            asked[question.targets, question.target_frame].update(rows)
    return asked


def _carried(
    tracker: MemoryTracker,
    frames: Sequence[Frame],
    truth: np.ndarray,
    targets: Sequence[int],
    start: int,
) -> list[np.ndarray]:
    """Masks of all targets together on each frame, bool (H, W), from the truth on one."""
    given = {i: Propagated(mask=truth == i, score=1.0) for i in targets}
    seen = follow(tracker, frames, (), start, given, lambda: None)
    return [np.any([p.mask for p in found.values()], axis=0) for found in seen.tracks]


def _scored(
    tracks: Sequence[np.ndarray], instances: Sequence[np.ndarray], targets: Sequence[int]
) -> TrackScore:
    truths = [np.isin(shown, targets) for shown in instances]
    return score_track(tracks, truths, rule=FrameRule.VISA)


def _note(
    scores: dict[str, list[float]], score: TrackScore, rows: Counter[str], *, at_rest: bool
) -> None:
    """Count a score as often as it was asked for."""
    for row, count in rows.items():
        scores[row] += [score.both] * count
    times = rows[ALL]
    scores['J of all'] += [score.region.mean] * times
    scores['F of all'] += [score.contour.mean] * times
    scores['targets at rest' if at_rest else 'targets of an event'] += [score.both] * times


def _at_rest(clip: Clip, targets: Sequence[int]) -> bool:
    """Whether nothing happens to any of the targets."""
    events = clip.record.events
    return not {*targets} & {i for event in events for i in (event.instance_id, event.other_id)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('root', type=Path, help='what `visa-ros sim benchmark` wrote')
    add('--model', type=Path, default='visa-nano', help='name or folder; default: %(default)s')
    add('--set', nargs='*', default=(), metavar='NAME=JSON', help='settings of tracker.json')
    add('--clips', type=int, default=0, help='only so many; default: all')
    add('--threads', type=int, default=1, help='of torch; default: %(default)s')
    return parser.parse_args()


if __name__ == '__main__':
    main()
