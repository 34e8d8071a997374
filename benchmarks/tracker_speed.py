#!/usr/bin/env python3
"""
What caching is worth: the full-size tracker next to one that computes everything anew.

The plain one keeps the images and masks of its memory frames, and encodes all of them again at
each step. Both see the same images and must find the same masks. Weights are random: the time
does not depend on them.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
import time

import numpy as np
import torch
from torch import nn, Tensor
from tqdm import tqdm

from visa_ros.tracking.config import TrackerConfig, xmem_config
from visa_ros.tracking.framing import framing
from visa_ros.tracking.memory import best, similarity
from visa_ros.tracking.network import TrackerNetwork
from visa_ros.tracking.propagation import compete, Planes, Propagation


class PlainPropagation:
    """Nothing is kept but images, masks and sensory states; every frame stays in memory."""

    def __init__(self, network: TrackerNetwork, *, every: int, top_k: int):
        self._network = network
        self._every = every
        self._top_k = top_k
        self._frames: list[tuple[Tensor, Tensor]] = []
        self._hidden = torch.empty(0)
        self._steps = 0

    @property
    def nbytes(self) -> int:
        """Size of what is kept, in bytes."""
        frames = sum(image.nbytes + masks.nbytes for image, masks in self._frames)
        return frames + self._hidden.nbytes

    def advance(self, image: Tensor, masks: Mapping[int, Tensor]) -> Planes:
        """Go on to the next image; masks belong to the first."""
        features = self._network.encode_image(image)
        remember = self._steps % self._every == 0
        if masks:
            single = dict(masks)
            hw = features.key.shape[-2:]
            self._hidden = self._network.initial_hidden(1, len(masks), hw)
            self._ids = list(masks)
        else:
            readout = self._read(features.key, features.selection)
            probability, self._hidden = self._network.decode(
                features, readout, self._hidden, update=not remember
            )
            single = dict(zip(self._ids, probability[0], strict=True))
        joint = compete(single)
        if remember:
            stacked = torch.stack(list(joint.values()))[None]
            self._frames.append((image, stacked))
            _, self._hidden = self._network.encode_value(image, features, stacked, self._hidden)
        self._steps += 1
        return joint

    def _read(self, query: Tensor, selection: Tensor) -> Tensor:
        keys, shrinkage, values = [], [], []
        for image, masks in self._frames:
            features = self._network.encode_image(image)
            value, _ = self._network.encode_value(image, features, masks, self._hidden)
            keys.append(features.key[0].flatten(1).T)
            shrinkage.append(features.shrinkage[0].flatten())
            values.append(value[0].flatten(2).transpose(1, 2))
        q, e = query[0].flatten(1).T, selection[0].flatten(1).T
        affinity = best(similarity(torch.cat(keys), torch.cat(shrinkage), q, e), self._top_k)
        read = [affinity.read(value) for value in torch.cat(values, dim=1)]
        return torch.stack(read).transpose(1, 2).reshape(1, len(read), -1, *query.shape[-2:])


def random_network(config: TrackerConfig) -> TrackerNetwork:
    """Make a network whose activations stay of moderate size."""
    torch.manual_seed(0)
    network = TrackerNetwork(config.network).eval().requires_grad_(False)
    for name, parameter in network.named_parameters():
        if name.endswith(('bn3.weight', 'bn2.weight')):
            nn.init.constant_(parameter, 0.5)
    return network


def stream(frames: int, hw: tuple[int, int], objects: int) -> tuple[list[np.ndarray], Planes]:
    """Squares that move over a texture, and their masks in the first image."""
    rng = np.random.default_rng(0)
    ground = rng.integers(0, 255, (*hw, 3), dtype=np.uint8)
    colours = rng.integers(0, 255, (objects, 3), dtype=np.uint8)
    images, masks = [], {}
    for k in range(frames):
        image = ground.copy()
        for n, colour in enumerate(colours):
            top, left = hw[0] // 4 + 4 * k, (n + 1) * hw[1] // (objects + 2) + 6 * k
            box = (slice(top, top + hw[0] // 4), slice(left, left + hw[0] // 4))
            image[box] = colour
            if k == 0:
                masks[n + 1] = torch.zeros(hw)
                masks[n + 1][box] = 1.0
        images.append(image)
    return images, masks


def reset_peak() -> None:
    """Let the kernel measure the peak of resident memory anew (Linux)."""
    Path('/proc/self/clear_refs').write_text('5')


def peak_mb() -> float:
    """Return the peak since then."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith('VmHWM'))


@torch.inference_mode()
def measure(tracker: Propagation | PlainPropagation, image: Tensor, masks: Planes) -> tuple:
    """Step once: seconds, peak of resident memory in MB, probabilities."""
    reset_peak()
    begin = time.perf_counter()
    found = tracker.advance(image, masks)
    return time.perf_counter() - begin, peak_mb(), torch.stack(list(found.values()))


def main() -> int:
    """Run both side by side and print a row per step."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--frames', type=int, default=8, help='(%(default)s)')
    parser.add_argument('--objects', type=int, default=1, help='(%(default)s)')
    parser.add_argument('--every', type=int, default=1, help='steps per memory frame; XMem has 5')
    parser.add_argument('--size', type=int, nargs=2, default=(480, 854), metavar=('H', 'W'))
    parser.add_argument('--threads', type=int, default=2, help='CPU threads (%(default)s)')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    config = xmem_config()
    network = random_network(config)
    ours = Propagation(network, replace(config.memory, every=args.every))
    plain = PlainPropagation(network, every=args.every, top_k=config.memory.top_k)
    images, masks = stream(args.frames, tuple(args.size), args.objects)
    frame = framing(tuple(args.size), input_hw=None, short_side=480, antialias=False)
    given = {i: frame.pad(frame.resize_masks(m[None, None])[0, 0]) for i, m in masks.items()}

    rows, largest = [], 0.0
    for k, rgb in enumerate(tqdm(images, unit='frame')):
        planes = torch.from_numpy(rgb).permute(2, 0, 1)[None].float()
        image = frame.pad(network.normalise(frame.resize(planes)))
        start = given if k == 0 else {}
        left, right = measure(ours, image, start), measure(plain, image, start)
        rows.append((*left[:2], ours.nbytes / 1e6, *right[:2], plain.nbytes / 1e6))
        largest = max(largest, float((left[2] - right[2]).abs().max()))
    report(args, rows, largest)
    return 0


def report(args: argparse.Namespace, rows: list[tuple[float, ...]], largest: float) -> None:
    """Print the table and its mean."""
    print(f'{args.size[1]}x{args.size[0]}, {args.objects} object(s), {args.threads} thread(s), ')
    print(f'a memory frame every {args.every} step(s); held: between steps, peak: resident')
    print(f'{"":5} {"ours":>30} {"without caches":>34}')
    head = f'{"fps":>8} {"held MB":>10} {"peak MB":>10}'
    print(f'{"step":5} {head}     {head}')
    for k, (s, peak, held, plain_s, plain_peak, plain_held) in enumerate(rows):
        print(
            f'{k:5} {1 / s:8.3f} {held:10.1f} {peak:10.0f}     '
            f'{1 / plain_s:8.3f} {plain_held:10.1f} {plain_peak:10.0f}'
        )
    mine, theirs = (len(rows[1:]) / sum(row[n] for row in rows[1:]) for n in (0, 3))
    print(
        f'all but the first: {mine:.3f} against {theirs:.3f} frames/s, {mine / theirs:.1f} times'
    )
    print(f'largest difference of probabilities: {largest:.1e}')


if __name__ == '__main__':
    raise SystemExit(main())
