#!/usr/bin/env python3
"""
Whether a tracker grows: resident memory and time per step over a very long stream.

A small network of the full structure (long-term memory included) follows objects that come and
go. Its masks mean nothing; what is measured does not depend on them.
"""

from __future__ import annotations

import argparse
import gc
import os
from pathlib import Path
import time

import numpy as np
import torch
from tqdm import tqdm

from visa_ros.tracking.config import LongTermConfig, MemoryConfig, NetworkConfig, TrackerConfig
from visa_ros.tracking.network import TrackerNetwork
from visa_ros.tracking.tracker import MemoryTracker

HW = (64, 96)
OBJECTS = 3
CHANGE_EVERY = 50
READINGS = 10
CONFIG = TrackerConfig(
    network=NetworkConfig(
        key_encoder='tiny',
        stride=16,
        key_dim=8,
        value_dim=16,
        hidden_dim=8,
        value_widths=(4, 8, 8, 8),
        value_blocks=(1, 1, 1),
        decoder_widths=(8, 8, 8),
        update_dim=8,
    ),
    memory=MemoryConfig(
        every=5, recent=4, long_term=LongTermConfig(batch=5, prototypes=16, elements=200)
    ),
    input_hw=None,
    antialias=False,
)


def resident_mb() -> float:
    """Return the resident memory of this process (Linux)."""
    gc.collect()
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6


def random_mask(rng: np.random.Generator) -> np.ndarray:
    """Draw a box."""
    mask = np.zeros(HW, bool)
    top, left = rng.integers(0, (HW[0] - 20, HW[1] - 20))
    mask[top : top + 20, left : left + 20] = True
    return mask


def run(tracker: MemoryTracker, steps: int) -> tuple[list[tuple[int, float, float]], int]:
    """Return steps, resident MB and ms per step at ten moments, and memory_bytes at most."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (16, *HW, 3), dtype=np.uint8)
    rows, newest, largest = [], 0, 0
    begin = time.monotonic()
    for k in tqdm(range(steps), unit='step', mininterval=2):
        given = None
        if k % CHANGE_EVERY == 0:  # one comes, the oldest goes; ids are not used again
            newest += 1
            given = {newest: random_mask(rng)}
            tracker.forget([newest - OBJECTS])
        tracker.step(images[k % len(images)], given)
        largest = max(largest, tracker.memory_bytes)
        if (k + 1) % (steps // READINGS) == 0:
            per_step = (time.monotonic() - begin) / (steps // READINGS)
            rows.append((k + 1, resident_mb(), 1e3 * per_step))
            begin = time.monotonic()
    return rows, largest


def main() -> int:
    """Run and print; the exit code is 1 if memory grew."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--steps', type=int, default=100_000, help='(%(default)s)')
    parser.add_argument('--allow-mb', type=float, default=2.0, help='growth (%(default)s)')
    parser.add_argument('--threads', type=int, default=1, help='CPU threads (%(default)s)')
    args = parser.parse_args()
    if args.steps < READINGS:
        parser.error(f'--steps: want at least {READINGS}')
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    tracker = MemoryTracker(TrackerNetwork(CONFIG.network).eval().requires_grad_(False), CONFIG)
    rows, largest = run(tracker, args.steps)
    print(f'{OBJECTS} objects, one of them replaced every {CHANGE_EVERY} steps')
    print(f'{"steps":>8} {"resident MB":>12} {"ms per step":>12}')
    for steps, resident, ms in rows:
        print(f'{steps:8} {resident:12.1f} {ms:12.2f}')
    growth = rows[-1][1] - rows[0][1]
    print(f'resident memory after a tenth of the steps to the end: {growth:+.1f} MB')
    print(f'memory_bytes: {largest} at most; max_bytes: {tracker.max_bytes(HW, OBJECTS)}')
    return int(growth > args.allow_mb)


if __name__ == '__main__':
    raise SystemExit(main())
