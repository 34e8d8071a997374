"""Knowing an object again by its look."""

from dataclasses import replace

import fakes
from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from visa_ros.config import RegroundConfig
from visa_ros.follow.identity import learned, likeness, look_of, recognise
from visa_ros.structs import Frame

ENOUGH = RegroundConfig().likeness


def look(discs, color, label='', *, hw=(48, 64), light=1.0, depth=True):
    frame = fakes.frame_with(discs, hw=hw, depth=depth)
    mask = fakes.disc_mask(frame, color)
    lit = np.clip(frame.rgb * light, 0, 255).astype(np.uint8)
    return look_of(replace(frame, rgb=lit), mask, label)


RED = look([('red', 20, 20, 8)], 'red')


@pytest.mark.parametrize(
    'again',
    [
        look([('red', 30, 50, 8)], 'red'),
        look([('red', 20, 20, 6)], 'red'),
        look([('red', 20, 20, 8)], 'red', light=0.75),
        look([('red', 20, 20, 8)], 'red', light=1.15),
        look([('red', 20, 0, 8)], 'red'),
    ],
    ids=['elsewhere', 'smaller', 'darker', 'brighter', 'cut off'],
)
def test_the_same_object_looks_alike(again):
    assert likeness(RED, again) >= ENOUGH


@pytest.mark.parametrize('color', ['green', 'blue', 'yellow'])
def test_another_colour_is_another_object(color):
    assert likeness(RED, look([(color, 20, 20, 8)], color)) < ENOUGH / 2


def test_another_size_is_another_object():
    assert likeness(RED, look([('red', 20, 20, 2)], 'red')) < ENOUGH


def test_size_is_metric_where_there_is_depth():
    near = fakes.frame_with([('red', 20, 20, 12)])
    far = fakes.frame_with([('red', 20, 20, 4)])
    near = replace(near, depth_m=near.depth_m / 3)
    views = [look_of(f, fakes.disc_mask(f, 'red')) for f in (near, far)]
    assert views[0].size_m == pytest.approx(views[1].size_m, rel=0.1)
    assert likeness(*views) > ENOUGH
    assert likeness(*(replace(view, size_m=None) for view in views)) < ENOUGH


def test_another_label_counts_against_it():
    mug, cup = replace(RED, label='mug'), replace(RED, label='cup')
    assert likeness(mug, cup) < likeness(mug, RED) == likeness(mug, mug)


def test_nothing_has_no_look():
    frame = fakes.frame_with([])
    assert look_of(frame, np.zeros(frame.hw, bool)) is None


def random_look(seed, pixels):
    rng = np.random.default_rng(seed)
    frame = Frame(rgb=rng.integers(0, 256, (30, 40, 3), np.uint8), stamp_ns=1)
    mask = np.zeros(frame.hw, bool)
    mask.ravel()[rng.choice(mask.size, pixels, replace=False)] = True
    return look_of(frame, mask)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 99), st.integers(1, 1200), st.integers(0, 99), st.integers(1, 1200))
def test_likeness_is_symmetric_and_from_0_to_1(seed, pixels, other_seed, other_pixels):
    one, other = random_look(seed, pixels), random_look(other_seed, other_pixels)
    assert one.colors.shape == (256,)
    assert one.colors.sum() == pytest.approx(1.0, abs=1e-5)
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert likeness(one, one) == pytest.approx(1.0, abs=1e-5)
    merged = learned(one, other)
    assert merged.colors.sum() == pytest.approx(1.0, abs=1e-5)
    assert merged.place == other.place


def test_learning_goes_from_one_look_to_another():
    green, known = look([('green', 20, 20, 8)], 'green'), RED
    for _ in range(30):
        known = learned(known, green)
    assert likeness(known, green) > 0.95 > likeness(known, RED)


def test_everybody_is_found_once():
    red, blue = RED, look([('blue', 20, 20, 8)], 'blue')
    assert recognise({4: red, 9: blue}, [blue, red], at_least=ENOUGH) == {4: 1, 9: 0}
    assert recognise({4: red, 9: red}, [red], at_least=ENOUGH) == {4: 0}
    assert recognise({4: red}, [red, red], at_least=ENOUGH) == {4: 0}
    assert recognise({4: red}, [blue], at_least=ENOUGH) == {}
    assert recognise({}, [red], at_least=ENOUGH) == recognise({4: red}, [], at_least=0.1) == {}


def test_between_equals_the_nearer_one_is_taken():
    left, right = (look([('red', 20, u, 8)], 'red') for u in (12, 50))
    assert recognise({1: right, 2: left}, [left, right], at_least=ENOUGH) == {1: 1, 2: 0}
