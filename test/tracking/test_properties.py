"""What must hold for a tracker that has learnt its job: the shipped one, on drawn clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from visa_ros.tracking import load_tracker
from visa_ros.train.shapes import shapes_clip

NANO = Path(__file__).parents[2] / 'models' / 'visa-nano'
HW = (192, 256)
MARGIN = 48
LEAST_PX = 300


@pytest.fixture(scope='module')
def nano():
    return load_tracker(NANO)


@pytest.fixture
def tracker(nano):
    return nano.fork()


@pytest.fixture(scope='module')
def scenes():
    """Clips (rgb, instances) with room for a shift on each side."""
    hw = tuple(n + 2 * MARGIN for n in HW)
    clips = [shapes_clip(np.random.default_rng(seed), frames=20, hw=hw) for seed in range(2)]
    return [(clip.rgb[:5], clip.instances[:5]) for clip in clips]


def view(images, shift=(0, 0)):
    """The middle of the images, moved."""
    top, left = (MARGIN + n for n in shift)
    return images[:, top : top + HW[0], left : left + HW[1]]


def objects(labels, limit=3):
    """The largest objects of one frame, as masks by id."""
    ids, counts = np.unique(labels[labels > 0], return_counts=True)
    order = [int(i) for n, i in sorted(zip(counts, ids, strict=True), reverse=True)]
    masks = {i: labels == i for i in order[:limit]}
    return {i: m for i, m in masks.items() if m.sum() >= LEAST_PX}


def run(tracker, images, masks):
    tracker.reset()
    return [tracker.step(rgb, masks if k == 0 else None) for k, rgb in enumerate(images)]


def iou(left, right):
    return (left & right).sum() / max((left | right).sum(), 1)


def agreement(left, right, ids):
    """Mean IoU of two results of one step."""
    return np.mean([iou(left[i].mask, right[i].mask) for i in ids])


def test_a_static_scene_keeps_its_masks(tracker, scenes):
    scores = []
    for rgb, labels in scenes:
        masks = objects(view(labels)[0])
        found = run(tracker, np.repeat(view(rgb)[:1], 8, axis=0), masks)
        scores += [iou(found[-1][i].mask, mask) for i, mask in masks.items()]
        assert agreement(found[-1], found[1], masks) > 0.9  # and nothing creeps

    assert np.mean(scores) > 0.85


@pytest.mark.parametrize('shift', [(16, 0), (-16, 48)])
def test_shifting_the_images_shifts_the_masks(tracker, scenes, shift):
    scores = []
    for rgb, labels in scenes:
        first = objects(view(labels)[0])
        moved = {i: view(labels == i, shift)[0] for i in first}
        # An object that the border cuts would be another one after the shift.
        whole = [i for i, mask in moved.items() if mask.sum() == first[i].sum()]
        here = run(tracker, view(rgb), {i: first[i] for i in whole})
        there = run(tracker, view(rgb, shift), {i: moved[i] for i in whole})
        back = [-n for n in shift]
        for a, b in zip(here, there, strict=True):
            scores += [iou(np.roll(a[i].mask, back, (0, 1)), b[i].mask) for i in whole]

    assert scores
    assert np.mean(scores) > 0.85


def test_the_order_of_objects_does_not_matter(tracker, scenes):
    for rgb, labels in scenes:
        masks = objects(view(labels)[0])
        renamed = dict(zip(masks, reversed(masks), strict=True))
        here = run(tracker, view(rgb), masks)
        there = run(tracker, view(rgb), {renamed[i]: mask for i, mask in masks.items()})
        for a, b in zip(here, there, strict=True):
            for i in masks:
                assert iou(a[i].mask, b[renamed[i]].mask) > 0.99 or not a[i].mask.any()


def test_forward_then_backward_returns(tracker, scenes):
    scores = []
    for rgb, labels in scenes:
        masks = objects(view(labels)[0])
        ahead = run(tracker, view(rgb), masks)
        end = {i: p.mask for i, p in ahead[-1].items() if p.visible}
        back = run(tracker, view(rgb)[::-1], end)
        scores += [iou(back[-1][i].mask, masks[i]) for i in end]

    assert np.mean(scores) > 0.7


@pytest.mark.parametrize('how', ['step', 'add'])
def test_an_object_added_later_does_not_disturb_the_others(tracker, scenes, how):
    scores = []
    for rgb, labels in scenes:
        images, masks = view(rgb), objects(view(labels)[0])
        late = max(masks)
        early = {i: mask for i, mask in masks.items() if i != late}
        other = tracker.fork()
        alone = run(tracker, images, early)
        new = {late: view(labels)[2] == late}
        for k, image in enumerate(images):
            if how == 'add' and k == 3:
                other.add(images[2], new)
            given = {0: early, 2: new if how == 'step' else None}.get(k)
            found = other.step(image, given)
            if early and k > 2:
                assert late in found
                scores.append(agreement(found, alone[k], early))

    assert np.mean(scores) > 0.85


def test_forgetting_an_object_does_not_disturb_the_others(tracker, scenes):
    scores = []
    for rgb, labels in scenes:
        images, masks = view(rgb), objects(view(labels)[0])
        gone, kept = max(masks), [i for i in masks if i != max(masks)]
        together = run(tracker, images, masks)
        tracker.reset()
        for k, image in enumerate(images):
            found = tracker.step(image, masks if k == 0 else None)
            if k == 2:
                tracker.forget([gone])
            elif k > 2 and kept:
                assert gone not in found
                scores.append(agreement(found, together[k], kept))

    assert np.mean(scores) > 0.85
