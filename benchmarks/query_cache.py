"""
Time questions to visa-nano with and without what it remembers, side by side in one run.

    python benchmarks/query_cache.py [--model FOLDER] [--references 3] [--repeats 5] [--threads 1]

The frames are drawn: boxes that move over a textured ground. Each row is the median over as many
windows as --repeats says; with and without memory take turns on the same frames.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
import statistics
import time

import numpy as np
import torch
from tqdm import tqdm

from visa_ros.model.segmenter import CACHE_BYTES, load_segmenter, VisaSegmenter
from visa_ros.structs import Frame

HERE = Path(__file__).resolve().parents[1]
ASKED = 'the mug'
OTHERS = ['the red box', 'what could I drink from?', 'the ball left of the plate', 'the book']
ROWS = (
    'first question about a window',
    'the same question again',
    'another question, same window',
    'four more questions at once',
    'the window moved by one frame',
)


def make_frames(count: int, hw: tuple[int, int], seed: int) -> list[Frame]:
    """Draw a clip: noise, and six boxes that move."""
    rng = np.random.default_rng(seed)
    height, width = hw
    ground = rng.integers(90, 130, (height, width, 3), dtype=np.uint8)
    colours = rng.integers(0, 256, (6, 3), dtype=np.uint8)
    corners = rng.uniform(0.05, 0.6, (6, 2)) * hw
    speeds = rng.normal(0, 4, (6, 2))
    side = height // 6
    frames = []
    for k in range(count):
        rgb = ground.copy()
        for colour, (top, left) in zip(colours, np.abs(corners + k * speeds), strict=True):
            rgb[int(top) : int(top) + side, int(left) : int(left) + side] = colour
        frames.append(Frame(rgb=rgb, stamp_ns=(k + 1) * 200_000_000))
    return frames


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that a call takes."""
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def ask_all(segmenter: VisaSegmenter, frames: list[Frame]) -> list[float]:
    """Milliseconds of each row of the table, for the window of all frames but the last."""
    *past, target = frames[:-1]
    moved = frames[1:]
    return [
        timed(lambda: segmenter.ground(past, target, ASKED)),
        timed(lambda: segmenter.ground(past, target, ASKED)),
        timed(lambda: segmenter.ground(past, target, OTHERS[0])),
        timed(lambda: segmenter.ground_many(past, target, OTHERS)),
        timed(lambda: segmenter.ground(moved[:-1], moved[-1], ASKED)),
    ]


def largest_difference(one: VisaSegmenter, other: VisaSegmenter, frames: list[Frame]) -> float:
    """Largest difference of a score; 1 where the answers or more than 2 px of a mask differ."""
    worst = 0.0
    for question in (ASKED, *OTHERS):
        a, b = (s.ground(frames[:-2], frames[-2], question) for s in (one, other))
        if a.answer != b.answer or len(a.detections) != len(b.detections):
            return 1.0
        for x, y in zip(a.detections, b.detections, strict=True):
            differs = np.count_nonzero(x.mask != y.mask) > 2
            worst = max(worst, 1.0 if differs else abs(x.score - y.score))
    return worst


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--model', type=Path, default=HERE / 'models' / 'visa-nano')
    parser.add_argument('--references', type=int, default=3, help='frames next to the target')
    parser.add_argument('--repeats', type=int, default=5, help='windows per row')
    parser.add_argument('--size', type=int, nargs=2, default=(480, 640), metavar=('H', 'W'))
    parser.add_argument('--threads', type=int, default=1, help='of torch')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    kept = load_segmenter(args.model, cache_bytes=CACHE_BYTES)
    bare = load_segmenter(args.model, cache_bytes=0)
    times: dict[bool, list[list[float]]] = {True: [], False: []}
    held, worst = 0, 0.0
    for k in tqdm(range(args.repeats + 1), desc='windows', unit='window'):
        frames = make_frames(args.references + 2, tuple(args.size), seed=k)
        rows = {True: ask_all(kept, frames), False: ask_all(bare, frames)}
        held = max(held, kept.memory_bytes)
        worst = max(worst, largest_difference(kept, bare, frames))
        if k:  # the first window warms up
            for memory, row in rows.items():
                times[memory].append(row)
    print(f'\n{"":32} {"with memory":>12} {"without":>12} {"times":>7}')
    for index, name in enumerate(ROWS):
        fast, slow = (statistics.median(r[index] for r in times[m]) for m in (True, False))
        print(f'{name:32} {fast:9.1f} ms {slow:9.1f} ms {slow / fast:6.1f}x')
    del frames
    print(
        f'\nheld: {held / 1e6:.1f} MB at most, of {CACHE_BYTES / 1e6:.1f} MB allowed; '
        f'{kept.memory_bytes / 1e6:.1f} MB once the frames are gone; without: '
        f'{bare.memory_bytes / 1e6:.1f} MB\nlargest difference of a score: {worst:.1e}'
    )


if __name__ == '__main__':
    main()
