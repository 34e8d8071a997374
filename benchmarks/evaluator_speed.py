"""
How fast folders of predicted masks are scored, against a straightforward evaluator.

A synthetic set is written in the form of ReVOS, with predictions beside it: shapes that move,
overlap and leave the picture, several expressions about each of them. The straightforward
evaluator goes through expressions and frames with numpy and OpenCV, as evaluators of this kind
do. Both read the same files in the same run, and their values must agree to 1e-9.

    python benchmarks/evaluator_speed.py --workers 1 2 4
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
import json
import math
import os
from pathlib import Path
import tempfile
import time

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from visa_ros.data.revos import ReVOS
from visa_ros.data.samples import VideoSample
from visa_ros.eval.compare import MEASURES
from visa_ros.eval.jobs import VideoPlan
from visa_ros.eval.metrics import FrameRule
from visa_ros.eval.predict import FolderPredictor
from visa_ros.eval.results import Result
from visa_ros.eval.run import run_plan, RunConfig
from visa_ros.video.rle import decode, encode, Rle

Mask = NDArray[np.bool_]
SPLIT = 'valid'
SIZES = ((480, 854), (720, 1280))
OBJECTS = 4
AGREE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Shape:
    """An ellipse that moves: px, px per frame."""

    at: tuple[float, float]
    speed: tuple[float, float]
    axes: tuple[int, int]
    angle: float

    def mask(self, hw: tuple[int, int], k: int, shift: tuple[int, int] = (0, 0)) -> Mask:
        """Draw it on frame k, bool (H, W); `shift` px off and a little larger."""
        center = [round(self.at[i] + self.speed[i] * k + shift[i]) for i in (0, 1)]
        axes = [a + sum(map(abs, shift)) // 2 for a in self.axes]
        image = np.zeros(hw, np.uint8)
        cv2.ellipse(image, center, axes, self.angle, 0, 360, 1, -1)
        return image.astype(np.bool_)


def draw_shapes(rng: np.random.Generator, hw: tuple[int, int], frames: int) -> list[Shape]:
    """Make the shapes of one video; some leave the picture."""
    height, width = hw
    return [
        Shape(
            at=(float(rng.uniform(0, width)), float(rng.uniform(0, height))),
            speed=tuple(rng.uniform(-0.6, 0.6, 2) * width / frames),
            axes=(int(rng.integers(8, width // 7)), int(rng.integers(8, height // 5))),
            angle=float(rng.uniform(0, 180)),
        )
        for _ in range(OBJECTS)
    ]


def write_set(root: Path, *, videos: int, frames: int, expressions: int) -> ReVOS:
    """Write masks and predictions; pictures are not needed to score."""
    rng = np.random.default_rng(0)
    masks: dict[str, list[dict[str, object] | None]] = {}
    listed, grounds = {}, {}
    for number in tqdm(range(videos), desc='drawing', unit='video'):
        name, hw = f'synthetic/{number:04d}', SIZES[number % len(SIZES)]
        shapes = draw_shapes(rng, hw, frames)
        tracks = [[shape.mask(hw, k) for k in range(frames)] for shape in shapes]
        ids = [OBJECTS * number + k for k in range(OBJECTS)]
        masks |= {str(i): [rle_json(m) for m in t] for i, t in zip(ids, tracks, strict=True)}
        union = [np.any(frame, axis=0) for frame in zip(*tracks, strict=True)]
        grounds[name] = {'masks_rle': [rle_json(m) for m in union]}
        asked = {}
        for e in range(expressions):
            meant = sorted(rng.choice(OBJECTS, 1 + (e % 4 == 3), replace=False).tolist())
            asked[str(e)] = {
                'exp': f'question {e}',
                'obj_id': meant,
                'anno_id': [ids[k] for k in meant],
                'type_id': e % 2,
            }
            write_masks(root / 'masks' / name / str(e), [shapes[k] for k in meant], hw, frames, e)
        names = [f'{k:05d}' for k in range(frames)]
        listed[name] = {
            'frames': names, 'height': hw[0], 'width': hw[1], 'expressions': asked,
        }  # fmt: skip
    folder = root / 'ReVOS'
    folder.mkdir(parents=True)
    save(folder / f'meta_expressions_{SPLIT}_.json', {'videos': listed})
    save(folder / 'mask_dict.json', masks)
    save(folder / 'mask_dict_foreground.json', grounds)
    return ReVOS(root, SPLIT)


def write_masks(
    folder: Path, shapes: Sequence[Shape], hw: tuple[int, int], frames: int, e: int
) -> None:
    """Write a prediction that is a little off, as 8 bit pictures of 0 and 255."""
    folder.mkdir(parents=True)
    for k in range(frames):
        mask = np.any([s.mask(hw, k, (e % 5 - 2, k % 3)) for s in shapes], axis=0)
        cv2.imwrite(str(folder / f'{k:05d}.png'), mask.astype(np.uint8) * 255)


def rle_json(mask: Mask) -> dict[str, object] | None:
    """Write a mask as ReVOS does."""
    rle = encode(mask)
    return {'size': list(rle.size), 'counts': rle.counts} if mask.any() else None


def save(path: Path, value: object) -> None:
    """Write json."""
    path.write_text(json.dumps(value), encoding='utf-8')


def straightforward(dataset: ReVOS, masks: Path) -> Iterator[dict[str, float]]:
    """Score expression by expression, frame by frame."""
    for at in range(len(dataset.videos)):
        grounds = dataset.foreground(at)
        for i in dataset.items_of(at):
            sample = dataset[i]
            rows = list(plain_frames(sample, masks, grounds))
            yield dict(zip(MEASURES, np.mean(rows, axis=0).tolist(), strict=True))


def plain_frames(
    sample: VideoSample, masks: Path, grounds: Sequence[Rle | None]
) -> Iterator[tuple[float, ...]]:
    """Yield the measures of each frame."""
    truth = sample.truth()
    for k, frame in enumerate(sample.frames):
        total = truth.total(k)
        path = masks / sample.video / sample.expression_id / f'{frame}.png'
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        rle = grounds[k]
        ground = np.zeros(truth.hw, np.bool_) if rle is None else decode(rle)
        mask, real, area = picture > 0, total > 0, ground.sum() + 1e-6
        union = np.logical_or(mask, real).sum()
        legacy = ((np.uint8(1) - total) * picture).sum(dtype=np.int64)
        honest = np.logical_and(mask, np.logical_not(real)).sum()
        yield (
            np.logical_and(mask, real).sum() / union if union else 1.0,
            plain_f(mask, real),
            float((total == picture).mean()),
            max(0.0, 1 - legacy / area),
            max(0.0, 1 - honest / area),
        )


def plain_outline(mask: Mask) -> Mask:
    """Mark what differs from the right, lower or lower right neighbour."""
    right, below, corner = mask.copy(), mask.copy(), mask.copy()
    right[:, :-1] = mask[:, 1:]
    below[:-1] = mask[1:]
    corner[:-1, :-1] = mask[1:, 1:]
    outline = (mask ^ right) | (mask ^ below) | (mask ^ corner)
    outline[-1] = mask[-1] ^ right[-1]
    outline[:, -1] = mask[:, -1] ^ below[:, -1]
    outline[-1, -1] = False
    return outline


def plain_f(mask: Mask, real: Mask) -> float:
    """Compare two outlines on the whole picture."""
    radius = math.ceil(0.008 * math.hypot(*mask.shape))
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    disk = (x * x + y * y <= radius * radius).astype(np.uint8)
    ours, theirs = plain_outline(mask), plain_outline(real)
    near_ours = cv2.dilate(ours.astype(np.uint8), disk)
    near_theirs = cv2.dilate(theirs.astype(np.uint8), disk)
    if not ours.sum() or not theirs.sum():
        return float(ours.sum() == theirs.sum())
    precision = np.logical_and(ours, near_theirs).sum() / ours.sum()
    recall = np.logical_and(theirs, near_ours).sum() / theirs.sum()
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def packed(dataset: ReVOS, masks: Path, workers: int) -> tuple[list[Result], float]:
    """Score with the package; returns the results and s."""
    predictor = FolderPredictor(masks)
    began = time.perf_counter()
    plan = VideoPlan(dataset, predictor, rule=FrameRule.VISA)
    config = RunConfig(settings={}, workers=workers)
    results = run_plan(plan, lambda key: predictor.source(plan.question(key)), config)
    return results, time.perf_counter() - began


def largest_difference(plain: Sequence[dict[str, float]], results: Sequence[Result]) -> float:
    """Return by how much the values of any expression differ."""
    pairs = zip(plain, results, strict=True)
    return max(abs(row[name] - result.values[name]) for row, result in pairs for name in MEASURES)


def main() -> int:
    """Run the benchmark; the exit code is 1 if the values differ."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0].strip())
    parser.add_argument('--videos', type=int, default=6)
    parser.add_argument('--frames', type=int, default=40)
    parser.add_argument('--expressions', type=int, default=8, help='per video')
    parser.add_argument('--workers', type=int, nargs='+', default=[1, os.cpu_count() or 1])
    args = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        dataset = write_set(
            root, videos=args.videos, frames=args.frames, expressions=args.expressions
        )
        count = sum(len(dataset[i].frames) for i in range(len(dataset)))
        began = time.perf_counter()
        plain = list(
            tqdm(straightforward(dataset, root / 'masks'), total=len(dataset), unit='expression')
        )
        plain_s = time.perf_counter() - began
        rows = [('numpy and OpenCV, 1 process', plain_s, 0.0)]
        for workers in args.workers:
            results, taken_s = packed(dataset, root / 'masks', workers)
            name = f'visa-ros, {workers} process' + 'es' * (workers > 1)
            rows.append((name, taken_s, largest_difference(plain, results)))
    print(f'{len(dataset)} expressions, {count} frames of {SIZES[0][1]} and {SIZES[1][1]} px')
    print(f'{"":30} {"s":>7} {"ms/frame":>9} {"times":>6}  difference')
    for name, taken_s, off in rows:
        ms = 1e3 * taken_s / count
        print(f'{name:30} {taken_s:7.2f} {ms:9.3f} {plain_s / taken_s:6.1f}  {off:.1e}')
    return int(max(off for *_, off in rows) > AGREE)


if __name__ == '__main__':
    raise SystemExit(main())
