import numpy as np
import pytest

from visa_ros.errors import DataError
from visa_ros.eval.metrics_robustness import (
    abstention,
    accuracy,
    accuracy_legacy,
    robustness,
    robustness_legacy,
)


@pytest.fixture
def masks():
    truth, foreground = np.zeros((2, 10, 10), bool)
    truth[:4] = True
    foreground[:8] = True
    return truth, foreground


def test_a_perfect_answer_is_honestly_perfect_but_not_as_released(masks):
    truth, foreground = masks
    assert accuracy(truth, truth) == 1.0
    assert robustness(truth, truth, foreground) == 1.0
    assert robustness_legacy(truth, truth.astype(np.uint8), foreground) == 1.0
    # Only the background agrees: 0 is 0, but 255 is not 1.
    assert accuracy_legacy(truth, truth.astype(np.uint8)) == pytest.approx(0.6)


def test_a_few_false_pixels_cost_little_and_everything_as_released(masks):
    truth, foreground = masks
    prediction = truth.copy()
    prediction[9, :2] = True
    assert robustness(prediction, truth, foreground) == pytest.approx(1 - 2 / 80)
    assert robustness_legacy(prediction, truth.astype(np.uint8), foreground) == 0.0
    large = np.zeros((100, 100), bool)
    large[:90] = True
    one = np.zeros_like(large)
    one[99, 99] = True
    nothing = np.zeros((100, 100), np.uint8)
    assert robustness_legacy(one, nothing, large) == pytest.approx(1 - 255 / 9000)


def test_overlapping_objects_run_over_as_released(masks):
    truth, foreground = masks
    total = truth.astype(np.uint8)
    total[:2] = 2
    # (1 - 2) mod 256 = 255, 255 * 255 mod 256 = 1: each of the 20 px counts one.
    assert robustness_legacy(truth, total, foreground) == pytest.approx(1 - 20 / 80)
    assert robustness(truth, total > 0, foreground) == 1.0


def test_without_foreground_any_false_pixel_is_all_wrong():
    empty, dot = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    dot[1, 1] = True
    assert robustness(empty, empty, empty) == 1.0
    assert robustness(dot, empty, empty) == 0.0
    assert robustness_legacy(empty, empty.astype(np.uint8), empty) == 1.0


def test_masks_that_do_not_fit_are_refused(masks):
    truth, foreground = masks
    with pytest.raises(DataError):
        accuracy(truth, truth[1:])
    with pytest.raises(DataError):
        robustness(truth, truth, foreground[1:])
    with pytest.raises(DataError, match='uint8'):
        robustness_legacy(truth, truth, foreground)
    with pytest.raises(DataError):
        accuracy_legacy(truth.astype(np.uint8), truth.astype(np.uint8))


def test_refusals_are_right_or_wrong():
    absent = [True, True, True, False, False, False, False]
    refused = [True, True, False, True, False, False, False]
    told = abstention(absent, refused)
    assert told.precision == pytest.approx(2 / 3)
    assert told.recall == pytest.approx(2 / 3)
    assert told.false_refusals == pytest.approx(1 / 4)


def test_shares_of_nothing_are_not_told():
    told = abstention([False], [False])
    assert (told.precision, told.recall, told.false_refusals) == (None, None, 0.0)
    assert abstention([], []).false_refusals is None
    with pytest.raises(DataError, match='1 expressions against 2'):
        abstention([True], [True, True])
