"""Outlines carried by optical flow: sharper than a coarse network's, and given up in time."""

import cv2
import numpy as np
import pytest

from visa_ros.structs import Propagated
from visa_ros.tracking.flow import FlowSharpener

HW = (120, 160)


@pytest.fixture(scope='module')
def ground():
    noise = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    return cv2.resize(noise, HW[::-1], interpolation=cv2.INTER_CUBIC)


def scene(ground, x, y=40, *, object_id=1):
    """A disc with texture on the ground; picture and mask."""
    mask = np.zeros(HW, np.uint8)
    cv2.circle(mask, (x, y), 17, 1, -1)
    rgb = ground.copy()
    texture = np.roll(ground[::-1], (y, x), (0, 1)) // 2 + 100
    rgb[mask > 0] = texture[mask > 0]
    return rgb, mask > 0


def coarse(mask):
    """What a network that decides in cells of 10 px makes of a mask."""
    small = cv2.resize(mask.astype(np.float32), (16, 12), interpolation=cv2.INTER_AREA)
    return Propagated(mask=cv2.resize(small, HW[::-1], interpolation=cv2.INTER_NEAREST) > 0.5,
                      score=0.6)  # fmt: skip


def iou(one, other):
    return (one & other).sum() / (one | other).sum()


def begun(ground, x=60):
    sharpener = FlowSharpener(HW[0])
    rgb, mask = scene(ground, x)
    sharpener.look(rgb)
    assert sharpener.carry([1]) is None
    first = sharpener.sharpen({1: Propagated(mask=mask, score=1.0)}, given=[1])
    assert (first[1].mask == mask).all()
    return sharpener


def test_outlines_stay_sharp_where_things_move_a_little(ground):
    sharpener = begun(ground)
    sharp, plain = [], []
    for step in range(1, 13):
        rgb, mask = scene(ground, 60 + step)
        sharpener.look(rgb)
        found = sharpener.sharpen({1: coarse(mask)}, given=[])[1]
        sharp.append(iou(found.mask, mask))
        plain.append(iou(coarse(mask).mask, mask))
        assert 0.6 < found.score <= 1
    assert min(sharp) > 0.75
    assert np.mean(sharp) > np.mean(plain) + 0.1


def test_the_network_decides_where_flow_explains_nothing(ground):
    sharpener = begun(ground)
    rgb, far = scene(ground, 130, y=90)
    sharpener.look(rgb)
    assert sharpener.carry([1]) is None
    found = sharpener.sharpen({1: coarse(far)}, given=[])[1]
    assert iou(found.mask, far) > 0.6
    sharpener.look(ground)
    gone = Propagated(mask=np.zeros(HW, bool), score=0.0)
    found = sharpener.sharpen({1: gone}, given=[])[1]
    assert not found.mask.any()
    assert found.score == 0


def test_colours_give_an_outline_to_what_the_network_alone_has_found(ground):
    sharpener = begun(ground)
    _, far = scene(ground, 120, y=80)
    rgb = np.where(far[..., None], (180, 60, 50), (70, 110, 150)).astype(np.uint8)
    sharpener.look(rgb)
    found = sharpener.sharpen({1: coarse(far)}, given=[])[1]
    assert iou(coarse(far).mask, far) < 0.85
    assert iou(found.mask, far) > 0.93


def test_where_colours_tell_nothing_the_network_decides(ground):
    sharpener = begun(ground)
    gray = np.full((*HW, 3), 120, np.uint8)
    speck = np.zeros(HW, bool)
    speck[80:90, 120:130] = True
    sharpener.look(gray)
    found = sharpener.sharpen({1: Propagated(mask=speck, score=0.5)}, given=[])[1]
    assert iou(found.mask, speck) > 0.5


def test_flow_alone_does_for_two_pictures_of_a_still_scene(ground):
    sharpener = begun(ground)
    rgb, mask = scene(ground, 60)
    for _ in range(3):
        for _ in range(2):
            sharpener.look(rgb)
            carried = sharpener.carry([1])
            assert iou(carried[1].mask, mask) > 0.95
            assert carried[1].score > 0.9
        sharpener.look(rgb)
        assert sharpener.carry([1]) is None
        sharpener.sharpen({1: coarse(mask)}, given=[])


def test_what_is_not_in_sight_is_looked_for_by_the_network(ground):
    sharpener = begun(ground)
    rgb, mask = scene(ground, 60)
    sharpener.look(rgb)
    assert sharpener.carry([1, 2]) is None
    hidden = Propagated(mask=np.zeros(HW, bool), score=0.0)
    sharpener.sharpen({1: coarse(mask), 2: hidden}, given=[])
    sharpener.look(rgb)
    assert sharpener.carry([1, 2]) is None


def test_masks_are_disjoint_and_given_ones_exact(ground):
    sharpener = FlowSharpener(HW[0])
    rgb, left = scene(ground, 60)
    right = np.roll(left, 30, axis=1) & ~left
    sharpener.look(rgb)
    sharpener.sharpen({1: Propagated(mask=left, score=1.0),
                       2: Propagated(mask=right, score=1.0)}, given=[1, 2])  # fmt: skip
    sharpener.look(rgb)
    found = sharpener.sharpen({1: coarse(left), 2: coarse(right)}, given=[])
    assert not (found[1].mask & found[2].mask).any()
    sharpener.look(rgb)
    corrected = np.roll(left, 8, axis=1)
    found = sharpener.sharpen({1: Propagated(mask=corrected, score=1.0), 2: coarse(right)}, [1])
    assert (found[1].mask == corrected).all()
    assert not (found[2].mask & corrected).any()


def test_memory_is_bounded_and_forgotten(ground):
    sharpener = begun(ground)
    assert 0 < sharpener.nbytes <= sharpener.max_bytes(HW, objects=1)
    sharpener.forget([1, 7])
    assert sharpener.nbytes == 0
    rgb, mask = scene(ground, 60)
    sharpener.look(rgb)
    assert iou(sharpener.sharpen({1: coarse(mask)}, given=[])[1].mask, coarse(mask).mask) == 1


def test_images_may_change_in_size(ground):
    sharpener = begun(ground)
    rgb, mask = scene(ground, 60)
    large = cv2.resize(rgb, (320, 200))
    wide = cv2.resize(mask.astype(np.uint8), (320, 200)) > 0
    sharpener.look(large)
    assert sharpener.carry([1]) is None
    found = sharpener.sharpen({1: Propagated(mask=wide, score=0.5)}, given=[])
    assert found[1].mask.shape == (200, 320)
    assert found[1].score == 0.5
