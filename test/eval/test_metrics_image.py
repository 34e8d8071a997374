import math

import numpy as np
import pytest

from visa_ros.errors import DataError
from visa_ros.eval.metrics_image import (
    count_pixels,
    cumulative_iou,
    generalised_iou,
    PixelCounts,
)


def plain_lisa(predictions, truths):
    """LISA's definition: histograms of the two classes, pixels of 255 taken out of both."""
    inside, union, ratios = np.zeros(2), np.zeros(2), []
    for prediction, truth in zip(predictions, truths, strict=True):
        judged = truth != 255
        output, target = prediction[judged].astype(int), truth[judged].astype(int)
        both = np.bincount(output[output == target], minlength=2)[:2]
        either = np.bincount(output, minlength=2) + np.bincount(target, minlength=2) - both
        inside, union = inside + both, union + either
        ratio = both / (either + 1e-5)
        ratio[either == 0] += 1.0
        ratios.append(ratio)
    return (inside / (union + 1e-10))[1], np.mean(ratios, axis=0)[1]


def test_values_are_those_of_lisa():
    rng = np.random.default_rng(4)
    truths = [rng.choice([0, 1, 255], (20, 30), p=[0.6, 0.3, 0.1]).astype(np.uint8)]
    truths += [rng.integers(0, 2, (9, 11)).astype(np.uint8) for _ in range(5)]
    truths += [np.zeros((6, 6), np.uint8), np.full((6, 6), 255, np.uint8)]
    predictions = [rng.random(t.shape) < 0.4 for t in truths]
    predictions[-2][:] = False
    counts = [count_pixels(p, t) for p, t in zip(predictions, truths, strict=True)]
    expected = plain_lisa(predictions, truths)
    assert cumulative_iou(counts) == pytest.approx(expected[0], abs=1e-9)
    assert generalised_iou(counts) == pytest.approx(expected[1], abs=1e-9)


def test_large_objects_weigh_more_in_ciou_only():
    counts = [PixelCounts(intersection=900, union=1000), PixelCounts(intersection=0, union=10)]
    assert cumulative_iou(counts) == pytest.approx(900 / 1010)
    assert generalised_iou(counts) == pytest.approx(0.45, abs=1e-6)


def test_ignored_pixels_do_not_count():
    truth = np.zeros((4, 4), np.uint8)
    truth[0], truth[1] = 1, 255
    marked = np.zeros((4, 4), bool)
    marked[:2] = True
    assert count_pixels(marked, truth) == PixelCounts(intersection=4, union=4)


def test_nothing_is_no_number():
    assert math.isnan(cumulative_iou([]))
    assert math.isnan(generalised_iou([]))
    nothing = [PixelCounts(intersection=0, union=0)]
    assert math.isnan(cumulative_iou(nothing))
    assert generalised_iou(nothing) == 1.0


@pytest.mark.parametrize(
    ('prediction', 'truth'),
    [
        (np.zeros((4, 5), bool), np.zeros((5, 4), np.uint8)),
        (np.zeros((4, 5), np.uint8), np.zeros((4, 5), np.uint8)),
        (np.zeros((4, 5), bool), np.zeros((4, 5), bool)),
        (np.zeros((4, 5), bool), np.full((4, 5), 2, np.uint8)),
    ],
)
def test_other_masks_are_refused(prediction, truth):
    with pytest.raises(DataError):
        count_pixels(prediction, truth)
