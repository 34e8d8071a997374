"""
What visa-nano's first answer costs: 20 frames of 640x480, a question, masks on all of them.

    python benchmarks/first_answer.py --repeats 7 --threads 2

Each question is asked about frames that the model has not met, as if they had just come from the
camera: the one of several that most objects answer, and only the best one of these, two, and so
on. CPU seconds are those of the whole process, on all threads. Where other things run they say
more than wall time, but with one thread only: several wait for each other by spinning. `ground`
is the segmenter, `track` the tracker, `rest` clouds and what holds it together.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
import time
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from visa_ros.model.segmenter import load_segmenter
from visa_ros.paths import model_dir
from visa_ros.pipeline import Pipeline
from visa_ros.sim.expressions import make_expressions
from visa_ros.sim.world import record_clip, World, WorldConfig
from visa_ros.structs import Frame, Query
from visa_ros.tracking import load_tracker

FRAMES, RATE_HZ = 20, 5.0
FIRST_SEED = 1_000_000
STAGES = ('ground', 'track', 'rest', 'all')
Costs = dict[str, tuple[float, float]]


class Meter:
    """Wall and CPU seconds of stages that do not overlap."""

    def __init__(self) -> None:
        self._spent: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(2))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what is done within."""
        start = _clocks()
        yield
        self._spent[name] += _clocks() - start

    def take(self) -> Costs:
        """Return what was spent since the last call: stage -> (wall ms, CPU s)."""
        spent, whole = dict(self._spent), self._spent['all']
        rest = whole - spent['ground'] - spent.get('track', 0.0)
        self._spent.clear()
        costs = {'track': np.zeros(2), **spent, 'rest': rest}
        return {k: (1e3 * float(v[0]), float(v[1])) for k, v in costs.items()}


class Metered:
    """A network whose calls are counted as a stage."""

    def __init__(self, network: Any, stage: str, meter: Meter) -> None:
        self._network, self._stage, self._meter = network, stage, meter

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._network, name)
        return self._counted(inner) if callable(inner) else inner

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            with self._meter.stage(self._stage):
                result = call(*args, **options)
            again = isinstance(result, type(self._network))  # a fork, or a copy
            return Metered(result, self._stage, self._meter) if again else result

        return counted


def main() -> None:
    """Ask for one object, two and so on in each window; print the table."""
    args = _arguments()
    torch.set_num_threads(args.threads)
    folder, meter = model_dir(args.model), Meter()
    segmenter = load_segmenter(folder)
    pipeline = Pipeline(
        segmenter=Metered(segmenter, 'ground', meter),
        tracker=Metered(load_tracker(folder, precision=args.precision), 'track', meter),
    )
    with meter.stage('all'):
        pipeline.warm_up()
    print(f'warm-up: {meter.take()["all"][1]:.2f} CPU s')
    costs: dict[int, list[Costs]] = defaultdict(list)
    first: Costs = {}
    for frames, questions in tqdm(_windows(args.repeats), total=args.repeats, unit='window'):
        answers = segmenter.ground_many((), replace(frames[-1]), questions)
        finds = [len(answer.detections) for answer in answers]
        question = questions[int(np.argmax(finds))]
        for wanted in range(1, args.objects + 1):
            query = Query(instruction=question, max_objects=wanted)
            with meter.stage('all'):
                answer = pipeline.ask(query, [replace(f) for f in frames])
            pipeline.reset()
            costs[len(answer.objects)].append(meter.take())
            first = first or costs[len(answer.objects)][-1]
    print(f'the very first answer: {first["all"][1]:.2f} CPU s')
    _print_table(costs)


def _windows(count: int) -> Iterator[tuple[Sequence[Frame], Sequence[str]]]:
    """Windows, and questions about the newest frame of each that ask for several things."""
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        with World(seed, WorldConfig(width=640, height=480)) as world:
            record, shots = record_clip(world, frames=FRAMES, rate_hz=RATE_HZ)
        rng = np.random.default_rng(seed)
        made = make_expressions(record, FRAMES - 1, rng, count=8, types=('multi', 'function'))
        yield [shot.frame for shot in shots], [expression.text for expression in made]


def _print_table(costs: Mapping[int, Sequence[Costs]]) -> None:
    print(f'\n{"":24}{"wall ms":^27}{"CPU s":^27}')
    print(f'{"objects":8} {"stage":8} {"runs":>6}' + f'{"median":>9}{"min":>9}{"max":>9}' * 2)
    for count, runs in sorted(costs.items()):
        for stage in STAGES:
            wall_ms, cpu_s = np.array([run[stage] for run in runs]).T
            cells = [f'{f(wall_ms):9.0f}' for f in (np.median, np.min, np.max)]
            cells += [f'{f(cpu_s):9.3f}' for f in (np.median, np.min, np.max)]
            print(f'{count:7d}  {stage:8} {len(runs):6d}' + ''.join(cells))


def _clocks() -> np.ndarray:
    return np.array((time.perf_counter(), time.process_time()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--model', type=Path, default='visa-nano', help='name or folder; default: %(default)s')
    add('--precision', default='auto', help='of the tracker; default: %(default)s')
    add('--objects', type=int, default=3, help='of an answer at most; default: %(default)s')
    add('--repeats', type=int, default=7, help='windows; default: %(default)s')
    add('--threads', type=int, default=2, help='of torch; default: %(default)s')
    return parser.parse_args()


if __name__ == '__main__':
    main()
