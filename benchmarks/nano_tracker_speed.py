"""
How many images a second visa-nano's tracker follows objects through, at 640x480.

    python benchmarks/nano_tracker_speed.py --objects 3 --threads 2
"""

from __future__ import annotations

import argparse
from pathlib import Path
import time

import numpy as np
import torch
from tqdm import tqdm

from visa_ros.paths import model_dir
from visa_ros.sim.world import record_clip, World, WorldConfig
from visa_ros.tracking import load_tracker

WARM_UP = 10
FRAMES = 20


def main() -> None:
    """Follow the largest objects of a simulated scene, again and again through its frames."""
    args = _arguments()
    torch.set_num_threads(args.threads)
    with World(1_000_000, WorldConfig(width=640, height=480)) as world:
        _, shots = record_clip(world, frames=FRAMES, rate_hz=5.0)
    instances = shots[0].instances
    largest = np.argsort(-np.bincount(instances.ravel())[1:])[: args.objects] + 1
    tracker = load_tracker(Path(model_dir(args.model)), device='cpu')
    tracker.step(shots[0].frame.rgb, {int(i): instances == i for i in largest})
    rounds_s = []
    for k in tqdm(range(WARM_UP + args.steps), desc='following', unit='frame'):
        start_s = time.perf_counter()
        tracker.step(shots[1 + k % (FRAMES - 1)].frame.rgb)
        rounds_s.append(time.perf_counter() - start_s)
    ms = 1e3 * np.array(rounds_s[WARM_UP:])
    print(
        f'{len(largest)} objects, 640x480, {args.threads} threads: {1e3 / ms.mean():.1f} Hz '
        f'(a step: mean {ms.mean():.1f} ms, median {np.median(ms):.1f}, slowest {ms.max():.1f})'
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--model', default='visa-nano', help='name or folder; default: %(default)s')
    add('--objects', type=int, default=3, help='default: %(default)s')
    add('--threads', type=int, default=2, help='of torch; default: %(default)s')
    add('--steps', type=int, default=150, help='default: %(default)s')
    return parser.parse_args()


if __name__ == '__main__':
    main()
