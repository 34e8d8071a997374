"""
How well the change maps of visa-nano tell what has moved, before anything is learned.

    visa-ros sim render --split val --count 100 --vary --frames 6 --rate 1.3333 --duration 3.6 \
        --expressions 0 -o out/val
    python benchmarks/change_maps.py out/val

For each visible object of the last frame: the mean difference to the first frame inside its true
mask, as it is and with the motion of the camera undone. Prints how often a moved object differs
more than one that was not moved (area under the ROC curve; 0.5 is chance).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from visa_ros.data.tabletop import Clip, Tabletop
from visa_ros.model.pictures import CELL_PX, change_maps, resized
from visa_ros.sim.sights import look_at

_HW = (192, 256)
_SWUNG = 0.01  # change of an element of the camera's pose


def main() -> None:
    """Compare, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('data', type=Path)
    args = parser.parse_args()
    tabletop = Tabletop(args.data)
    values: dict[tuple[str, str, bool], list[float]] = defaultdict(list)
    for index in tqdm(range(len(tabletop))):
        _judge(tabletop.clip(index), values)
    for camera in ('still', 'moving'):
        for how in ('as it is', 'undone'):
            moved, stayed = (np.array(values[camera, how, m]) for m in (True, False))
            area = np.mean(moved[:, None] > stayed) + 0.5 * np.mean(moved[:, None] == stayed)
            print(
                f'{camera:7} camera, {how:8}: {area:.3f} ({len(moved)} moved, {len(stayed)} not)'
            )


def _judge(clip: Clip, values: dict[tuple[str, str, bool], list[float]]) -> None:
    record, last = clip.record, len(clip) - 1
    look = look_at(record, last)
    if not look.past or not look.outcome_is_clear:
        return
    poses = [np.array(record.frames[k].world_from_camera) for k in (0, last)]
    camera = 'moving' if np.abs(poses[1] - poses[0]).max() > _SWUNG else 'still'
    pictures = [resized(clip.rgb(k), _HW) for k in range(last + 1)]
    undone = change_maps(pictures, slots=last)[0]
    bare = cv2.absdiff(pictures[0], pictures[-1]).mean(axis=2) / 255
    bare = cv2.resize(bare, undone.shape[::-1], interpolation=cv2.INTER_AREA)
    ids = cv2.resize(clip.instances(last), _HW[::-1], interpolation=cv2.INTER_NEAREST)
    moved = {s.info.instance_id for s in look.moved}
    for sight in look.seen:
        mask = (ids == sight.info.instance_id).astype(np.float32)
        share = cv2.resize(mask, undone.shape[::-1], interpolation=cv2.INTER_AREA)
        if mask.sum() >= CELL_PX**2 / 2:
            for how, found in (('as it is', bare), ('undone', undone)):
                mean = float((found * share).sum() / share.sum())
                values[camera, how, sight.info.instance_id in moved].append(mean)


if __name__ == '__main__':
    main()
