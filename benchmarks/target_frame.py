"""
How good the answers of visa-nano are on the frame that is asked about, before any tracking.

    visa-ros sim render --split val --seed 500 --count 60 --vary --frames 6 --rate 1.3333 \
        --duration 3.6 --expressions 0 -o out/val
    visa-ros sim render --split val --seed 500 --count 60 --vary --frames 6 --rate 1.3333 \
        --duration 3.6 --expressions 0 --instances held_out -o out/val_instances
    python benchmarks/target_frame.py models/visa-nano --data out/val --instances out/val_instances

Asks one question of each type about the last frame of each clip, in words of training and in
words that are kept from it, and prints the mean IoU of the union of all masks with the truth; a
right refusal counts 1. Faster than the benchmark by far: made to watch a training.

What is lost there is told apart: `objects` is the mean IoU of sets of objects, those of which the
answer covers two fifths against those that are meant; `outlines` is the mean IoU of the masks
where these are the same.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from visa_ros.data.tabletop import Clip, Tabletop
from visa_ros.model.segmenter import load_segmenter, VisaSegmenter
from visa_ros.sim.expressions import ABSENT, Expression, make_one, TYPES
from visa_ros.sim.sights import look_at
from visa_ros.structs import Grounding

_DRAWS = 8
_ONE_ALONE = ('category', 'attribute')
_COVERED = 0.4  # of an object, to be part of an answer
_COLUMNS = (*TYPES, 'answered', 'refused', 'objects', 'outlines')


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    How an answer was.

    type     of the question
    iou      of all masks
    objects  IoU of the sets of objects
    refused  whether nothing was found
    """

    type: str
    iou: float
    objects: float
    refused: bool


def main() -> None:
    """Ask, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('model', type=Path)
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--instances', type=Path, help='clips of held-out objects')
    parser.add_argument('--clips', type=int, default=60)
    parser.add_argument('--no-depth', action='store_true', help='pictures alone')
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    segmenter = load_segmenter(args.model)
    depth = not args.no_depth
    plan = {'scenes': (args.data, False), 'instances': (args.instances, False),
            'paraphrases': (args.data, True)}  # fmt: skip
    print(f'{"":12}' + ''.join(f'{name:>10}' for name in _COLUMNS))
    everything: list[Row] = []
    for axis, (folder, held_out) in plan.items():
        if folder is not None:
            rows = list(_axis(segmenter, Tabletop(folder), args.clips, held_out, depth))
            everything += rows
            _print(axis, rows)
    _print('all', everything)


def _axis(
    segmenter: VisaSegmenter, data: Tabletop, clips: int, held_out: bool, depth: bool
) -> Iterator[Row]:
    """Yield how each question is answered."""
    for index in tqdm(range(min(clips, len(data))), leave=False):
        clip = data.clip(index)
        last = len(clip) - 1
        frames = clip.frames(depth=depth)
        asked = list(_ask(clip, np.random.default_rng((index, 9)), held_out))
        answers = segmenter.ground_many(frames[:-1], frames[-1], [e.text for e in asked])
        ids = clip.instances(last)
        for expression, answer in zip(asked, answers, strict=True):
            yield _row(answer, ids, expression)


def _ask(clip: Clip, rng: np.random.Generator, held_out: bool) -> Iterator[Expression]:
    look = look_at(clip.record, len(clip) - 1)
    for kind in TYPES:
        for _ in range(_DRAWS):
            e = make_one(look, kind, rng, held_out=held_out, lost=False)
            if e is None or e.ambiguous or (kind in _ONE_ALONE and len(e.targets) > 1):
                continue
            yield e
            break


def _row(answer: Grounding, ids: np.ndarray, expression: Expression) -> Row:
    found = np.zeros(ids.shape, np.bool_)
    for detection in answer.detections:
        found |= detection.mask
    wanted = np.isin(ids, expression.targets)
    either = np.count_nonzero(found | wanted)
    iou = np.count_nonzero(found & wanted) / either if either else 1.0
    size, covered = np.bincount(ids.ravel()), np.bincount(ids[found], minlength=int(ids.max()) + 1)
    got = {int(i) for i in np.flatnonzero(size) if i and covered[i] > _COVERED * size[i]}
    meant = set(expression.targets) & set(np.flatnonzero(size).tolist())
    objects = len(got & meant) / len(got | meant) if got | meant else 1.0
    return Row(type=expression.type, iou=iou, objects=objects, refused=not answer.detections)


def _print(name: str, rows: list[Row]) -> None:
    answered = [row for row in rows if row.type != ABSENT]
    values = [
        *([row.iou for row in rows if row.type == t] for t in TYPES),
        [row.iou for row in answered],
        [row.refused for row in answered],
        [row.objects for row in answered],
        [row.iou for row in answered if row.objects == 1],
    ]
    cells = ''.join(f'{np.mean(v):10.3f}' if v else f'{"-":>10}' for v in values)
    print(f'{name:12}{cells}', flush=True)


if __name__ == '__main__':
    main()
