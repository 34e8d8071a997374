"""The values from packed masks are those of the definitions, to the last digit."""

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from visa_ros.data.samples import Truth
from visa_ros.errors import DataError
from visa_ros.eval.compare import compare, FrameTruth, means, MEASURES, VideoTruth
from visa_ros.eval.metrics import FrameRule, score_track
from visa_ros.eval.metrics_revos import score_expression
from visa_ros.eval.packed import pack
from visa_ros.video.rle import encode


def clip(rng, hw, frames):
    """Masks that come, go, and touch the border; bool (T, H, W)."""
    masks = np.zeros((frames, *hw), np.bool_)
    for mask in masks:
        kind = rng.integers(4)
        if kind == 1:
            mask[:] = rng.random(hw) < 0.2
        if kind >= 2:
            top, bottom = sorted(rng.integers(0, hw[0] + 1, 2))
            left, right = sorted(rng.integers(0, hw[1] + 1, 2))
            mask[top:bottom, left:right] = True
    return masks


def track(masks):
    return tuple(encode(mask) if mask.any() else None for mask in masks)


@given(st.integers(0, 1 << 30), st.integers(0, 3))
@settings(max_examples=120, deadline=None)
def test_measures_are_those_of_the_definitions(seed, objects):
    rng = np.random.default_rng(seed)
    hw, frames = tuple(rng.integers(1, 90, 2)), int(rng.integers(1, 6))
    hw = (int(hw[0]), int(hw[1]))
    names = tuple('abc'[:objects])
    clips = {name: clip(rng, hw, frames) for name in (*names, 'other')}
    tracks = {name: track(masks) for name, masks in clips.items()}
    predicted = clip(rng, hw, frames)

    video = VideoTruth(tracks, hw)
    areas = [video.area(tuple(tracks), k) for k in range(frames)]
    found = [compare(pack(predicted[k]), video.frame(names, k), areas[k]) for k in range(frames)]

    truth = Truth(hw=hw, count=frames, tracks=tuple(tracks[name] for name in names))
    foreground = np.any([*clips.values()], axis=0)
    expected = score_expression(
        0, list(predicted), [truth.total(k) for k in range(frames)], list(foreground)
    ).measures()
    assert means(found, FrameRule.VISA) == {name: expected[name] for name in MEASURES}


@pytest.mark.parametrize('rule', FrameRule)
def test_rules_count_the_frames_they_say(rule):
    rng = np.random.default_rng(3)
    for _ in range(20):
        true, predicted = clip(rng, (30, 40), 6), clip(rng, (30, 40), 6)
        frames = [
            compare(pack(p), FrameTruth([pack(t)], (30, 40)), 10)
            for p, t in zip(predicted, true, strict=True)
        ]
        expected = score_track(list(predicted), list(true), rule=rule)
        found = means(frames, rule)
        np.testing.assert_equal(found['J'], expected.region.mean)
        np.testing.assert_equal(found['F'], expected.contour.mean)


def test_an_expression_about_too_many_objects_is_refused():
    video = VideoTruth({'a': (None,)}, (4, 4))
    with pytest.raises(DataError, match='255 objects'):
        video.frame(('a',) * 255, 0)
