"""A tiny tracker learns to follow squares from clips on disk, within seconds."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import torch

from visa_ros.errors import ConfigError, DataError
from visa_ros.sim.record import FrameInfo, SceneRecord
from visa_ros.tracking import load_tracker
from visa_ros.tracking.config import NetworkConfig, TrackerConfig
from visa_ros.train.clips import blemish, make_batch, TrainingClip
from visa_ros.train.shapes import shapes_clip
from visa_ros.train.tracker import clip_loss, TrackerTraining, train_tracker

HW = (64, 96)
SIDE = 20
CONFIG = TrackerConfig(
    network=NetworkConfig(
        key_encoder='tiny',
        key_dim=16,
        value_dim=16,
        hidden_dim=8,
        value_widths=(8, 8, 16),
        decoder_widths=(16, 8),
        update_dim=8,
    ),
    input_hw=HW,
)
TRAINING = TrackerTraining(
    clips=4,
    objects=2,
    still_frames=2,
    video_frames=3,
    videos_from=0.0,
    crop_hw=(64, 64),
    rate=5e-3,
    warmup=5,
    averaging=0.9,
    autocast=False,
)


def squares(seed, k):
    """Frame k of two squares that move: rgb (H, W, 3) and ids (H, W)."""
    rng = np.random.default_rng(seed)
    rgb = np.full((*HW, 3), rng.integers(20, 90, 3), np.uint8)
    ids = np.zeros(HW, np.uint8)
    for number in (1, 2):
        color = np.zeros(3)
        color[rng.permutation(3)[:2]] = rng.uniform(120, 255, 2)
        limits = np.array(HW) - SIDE
        start, speed = rng.integers(0, limits), rng.integers(-3, 5, 2)
        top, left = np.clip(start + k * speed, 0, limits)
        rgb[top : top + SIDE, left : left + SIDE] = color
        ids[top : top + SIDE, left : left + SIDE] = number
    return rgb, ids


def write_clip(root, seed, frames=5):
    name = f'tabletop/{seed:08d}'
    (root / 'Scenes/tabletop').mkdir(parents=True, exist_ok=True)
    for kind in ('JPEGImages', 'Instances'):
        (root / kind / name).mkdir(parents=True)
    for k in range(frames):
        rgb, ids = squares(seed, k)
        cv2.imwrite(str(root / 'JPEGImages' / name / f'{k:05d}.jpg'), rgb[:, :, ::-1])
        cv2.imwrite(str(root / 'Instances' / name / f'{k:05d}.png'), ids)
    pose = tuple(np.eye(4).ravel())
    record = SceneRecord(
        seed=seed,
        width=HW[1],
        height=HW[0],
        fx=80.0,
        fy=80.0,
        cx=48.0,
        cy=32.0,
        objects=(),
        events=(),
        frames=tuple(
            FrameInfo(stamp_ns=k * 200_000_000, world_from_camera=pose, views=())
            for k in range(frames)
        ),
    )
    path = (root / 'Scenes' / name).with_suffix('.json')
    path.write_text(json.dumps(record.to_json()), encoding='utf-8')


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp('data')
    for seed in range(30):
        write_clip(root, seed)
    return root


@pytest.fixture(scope='module')
def trained(data, tmp_path_factory):
    """A folder with a trained tracker; training takes some seconds."""
    out = tmp_path_factory.mktemp('tracker')
    train_tracker(data, out, steps=120, config=CONFIG, training=TRAINING)
    return out


def iou(left, right):
    return (left & right).sum() / max((left | right).sum(), 1)


def mean_iou(tracker, seed, steps):
    """Follow both squares of a scene that was not trained on."""
    tracker.reset()
    rgb, ids = squares(seed, 0)
    tracker.step(rgb, {1: ids == 1, 2: ids == 2})
    ious = []
    for k in steps:
        rgb, ids = squares(seed, k)
        found = tracker.step(rgb)
        ious += [iou(found[n].mask, ids == n) for n in (1, 2) if (ids == n).sum() > SIDE**2 / 2]
    return np.mean(ious)


def test_moving_squares_are_followed(trained):
    tracker = load_tracker(trained)

    assert np.mean([mean_iou(tracker, seed, range(1, 6)) for seed in range(900, 910)]) > 0.5


def test_a_static_scene_keeps_its_masks(trained):
    tracker = load_tracker(trained)

    assert np.mean([mean_iou(tracker, seed, [0] * 15) for seed in range(900, 910)]) > 0.5


def test_other_objects_keep_their_masks_when_one_comes_or_goes(trained):
    kept = load_tracker(trained)
    ious = []
    for seed in range(900, 906):
        kept.reset()
        rgb, ids = squares(seed, 0)
        kept.step(rgb, {1: ids == 1})
        other = kept.fork()
        other.step(rgb, {1: ids == 1})
        other.step(rgb, {2: ids == 2})
        kept.step(rgb)
        ious.append(iou(kept.step(rgb)[1].mask, other.step(rgb)[1].mask))
        other.forget([2])
        ious.append(iou(kept.step(rgb)[1].mask, other.step(rgb)[1].mask))

    assert np.mean(ious) > 0.7


def test_training_goes_on_where_it_stopped(data, tmp_path):
    few = {'config': CONFIG, 'training': TRAINING, 'seed': 3}
    train_tracker(data, tmp_path, steps=2, **few)
    state = torch.load(tmp_path / 'train_state.pt', weights_only=True)
    assert state['step'] == 2

    train_tracker(data, tmp_path, steps=4, resume=True, **few)

    state = torch.load(tmp_path / 'train_state.pt', weights_only=True)
    assert state['step'] == 4
    assert not list(tmp_path.glob('*.part'))


def test_the_same_seed_gives_the_same_weights(tmp_path):
    for name in ('a', 'b'):
        train_tracker(None, tmp_path / name, steps=2, config=CONFIG, training=TRAINING)
    first, second = ((tmp_path / n / 'tracker.safetensors').read_bytes() for n in ('a', 'b'))

    assert first == second


def test_training_needs_an_end_and_data(tmp_path):
    with pytest.raises(ConfigError, match='minutes'):
        train_tracker(None, tmp_path, config=CONFIG)
    with pytest.raises(DataError):
        train_tracker(tmp_path, tmp_path / 'out', steps=1, config=CONFIG)


def test_batches_are_what_they_say():
    rng = np.random.default_rng(0)
    clips = [shapes_clip(rng, frames=3) for _ in range(2)]

    batch = make_batch(clips, rng, objects=3, crop_hw=(64, 80), jitter=1.0)

    assert batch.rgb.shape == (2, 3, 3, 64, 80)
    assert 0 <= batch.rgb.min() <= batch.rgb.max() <= 255
    assert batch.labels.shape == (2, 3, 64, 80)
    assert batch.labels.max() <= 3
    for n in range(3):
        given = batch.prompts[:, n].flatten(1).any(dim=1)
        assert (given == batch.present[:, n]).all()


def test_a_clip_without_objects_is_a_batch_without_objects():
    clip = TrainingClip(
        rgb=np.zeros((2, 64, 64, 3), np.uint8), instances=np.zeros((2, 64, 64), np.uint8)
    )

    batch = make_batch([clip], np.random.default_rng(0), objects=2, crop_hw=(64, 64), jitter=0.5)

    assert not batch.present.any()
    loss, found = clip_loss(torch.zeros(1, 1, 3, 64, 64), batch)
    assert torch.isfinite(loss)
    assert found == 0.0


def test_shapes_move_and_are_drawn_the_same_for_the_same_seed():
    clip = shapes_clip(np.random.default_rng(5), frames=4)
    again = shapes_clip(np.random.default_rng(5), frames=4)

    assert (clip.rgb == again.rgb).all()
    assert (clip.instances == again.instances).all()
    assert clip.instances.max() >= 1
    assert (clip.instances[0] != clip.instances[-1]).any()


def test_spoilt_masks_are_near_the_mask_and_never_empty():
    rng = np.random.default_rng(0)
    dot = np.zeros((32, 32), bool)
    dot[5, 5] = True
    square = np.zeros((32, 32), bool)
    square[8:24, 8:24] = True
    for _ in range(40):
        assert blemish(dot, rng).any()
        assert iou(blemish(square, rng), square) > 0.6
