"""
Hide an object and let it come back: how often it is found again, and a picture of one.

    python benchmarks/occlusion_strip.py --scenes 40
    python benchmarks/occlusion_strip.py --seed 1000003 -o docs/images/occlusion.png

A simulated thing moves behind another one. The recording is played forwards and then backwards,
so the thing comes out again. visa-nano is asked for it by name on the first frame, and it is
followed from there; the truth is only used to choose scenes and to judge.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

import visa_ros
from visa_ros.config import PipelineConfig, PresenceConfig, WindowConfig
from visa_ros.sim.record import EventKind
from visa_ros.sim.world import record_clip, SimFrame, World, WorldConfig
from visa_ros.structs import Frame, ObjectState
from visa_ros.video.overlay import draw_masks

RATE_HZ = 10.0
MOVING_FRAMES = 35
HIDDEN_FRAMES = 20
FIRST_SEED = 1_000_000
SEEN_SHARE = 0.004
FOUND_IOU = 0.5
PICTURES, WIDTH_PX = 8, 320


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """A thing that is hidden and comes back: the frames, where it is on each, what it is."""

    seed: int
    name: str
    frames: Sequence[Frame]
    truth: Sequence[np.ndarray]


def main() -> None:
    """Judge some scenes, or draw one."""
    args = _arguments()
    seeds = [args.seed] if args.seed is not None else range(FIRST_SEED, FIRST_SEED + args.scenes)
    rows = []
    for seed in tqdm(seeds, desc='scenes', unit='scene'):
        scene = make_scene(seed)
        if scene is None:
            continue
        states = follow(scene)
        if states and args.output is not None:
            args.output.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(args.output), cv2.cvtColor(strip(scene, states), cv2.COLOR_RGB2BGR))
        rows.append(judge(scene, states))
        tqdm.write(rows[-1]['text'])
    found = [row for row in rows if row['found']]
    print(f'{len(rows)} of {len(seeds)} scenes hide a thing whose name is unique')
    print(f'found by name: {len(found)}')
    print(f'of these said to be hidden while it was: {sum(r["hidden"] for r in found)}')
    print(f'of these found again under the same id: {sum(r["back"] for r in found)}')


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--scenes', type=int, default=40, help='test scenes to look at; default: %(default)s')
    add('--seed', type=int, help='one scene instead')
    add('-o', '--output', type=Path, help='draw the last scene there')
    return parser.parse_args()


def make_scene(seed: int) -> Scene | None:
    """Record a scene there and back; None if nothing unique is wholly hidden in it."""
    with World(seed, WorldConfig(events=1, duration_s=MOVING_FRAMES / RATE_HZ)) as world:
        if not any(event.kind == EventKind.HIDDEN for event in world.events):
            return None
        record, shots = record_clip(world, frames=MOVING_FRAMES, rate_hz=RATE_HZ)
    thing = next(event.instance_id for event in record.events if event.kind == EventKind.HIDDEN)
    name = record.objects[thing - 1].category
    first, last = (record.frames[k].views[thing - 1].visible_px for k in (0, -1))
    large = first >= SEEN_SHARE * record.width * record.height
    if not large or last > first / 50 or [o.category for o in record.objects].count(name) > 1:
        return None
    path: list[SimFrame] = [*shots, *[shots[-1]] * HIDDEN_FRAMES, *shots[::-1]]
    return Scene(
        seed=seed,
        name=name,
        frames=[_at(shot.frame, k) for k, shot in enumerate(path)],
        truth=[shot.instances == thing for shot in path],
    )


def _at(frame: Frame, position: int) -> Frame:
    stamp_ns = round((position + 1) * 1e9 / RATE_HZ)
    return Frame(rgb=frame.rgb, depth_m=frame.depth_m, camera=frame.camera, stamp_ns=stamp_ns)


def follow(scene: Scene) -> list[ObjectState]:
    """Ask on the first frame, follow on the others; one state per frame, () if not found."""
    config = PipelineConfig(
        window=WindowConfig(rate_hz=RATE_HZ),
        presence=PresenceConfig(occluded_after_s=0.3, lost_after_s=1.5),
        clouds=False,
    )
    visa = visa_ros.load(config=config)
    visa.push(scene.frames[0])
    answer = visa.ask(f'the {scene.name}')
    if not answer.objects:
        return []
    best = max(answer.objects, key=lambda state: _iou(state.mask, scene.truth[0]))
    states = [best]
    for frame in scene.frames[1:]:
        visa.push(frame)
        states += [state for state in visa.track() if state.object_id == best.object_id]
    return states


def judge(scene: Scene, states: Sequence[ObjectState]) -> dict[str, Any]:
    """Say whether it was found, said to be hidden, and found again."""
    overlaps = [_iou(s.mask, t) for s, t in zip(states, scene.truth, strict=False)]
    before, after = (overlaps[0], overlaps[-1]) if overlaps else (0.0, 0.0)
    while_hidden = states[MOVING_FRAMES + HIDDEN_FRAMES - 1].state.name if states else 'nothing'
    text = f'{scene.seed} {scene.name:12} IoU {before:.2f}  {while_hidden:8}  IoU {after:.2f}'
    return {
        'text': text,
        'found': before > FOUND_IOU,
        'hidden': before > FOUND_IOU and while_hidden != 'VISIBLE',
        'back': before > FOUND_IOU and after > FOUND_IOU,
    }


def strip(scene: Scene, states: Sequence[ObjectState]) -> np.ndarray:
    """Put a few frames into two rows, with masks and states: uint8 (h, w, 3)."""
    chosen = np.linspace(0, len(scene.frames) - 1, PICTURES).round().astype(int)
    pictures = [_picture(scene.frames[k], states[k], k / RATE_HZ) for k in chosen]
    half = PICTURES // 2
    return np.vstack([np.hstack(pictures[:half]), np.hstack(pictures[half:])])


def _picture(frame: Frame, state: ObjectState, time_s: float) -> np.ndarray:
    drawn = draw_masks(frame.rgb, {state.object_id: state.mask}, {state.object_id: state.label})
    scale = WIDTH_PX / drawn.shape[1]
    small = cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    text = f'{time_s:.1f} s  id {state.object_id}  {state.state.name}'
    cv2.rectangle(small, (0, 0), (WIDTH_PX, 18), (0, 0, 0), -1)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(small, text, (4, 13), font, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
    return small


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    union = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / union if union else 1.0


if __name__ == '__main__':
    main()
