"""J, F, A and R against the reference's numbers; tolerance 1e-9."""

from __future__ import annotations

import numpy as np
from parity.folder import arrays, assert_within, case_names, cases
import pytest

from visa_ros.eval.metrics import contour_per_frame, region_per_frame
from visa_ros.eval.metrics_robustness import (
    accuracy,
    accuracy_legacy,
    robustness,
    robustness_legacy,
)

FILE = 'metrics_cases.npz'
TOLERANCE = 1e-9
CASES = case_names(FILE)


def frames_of(case):
    """Predictions, truths and foregrounds as bool, and what is added up of overlapping ones."""
    masks = [list(case[key] > 0) for key in ('pred', 'gt', 'fg')]
    return (*masks, list(case.get('gt_overlap', case['gt']).astype(np.uint8)))


@pytest.fixture(scope='module')
def all_cases():
    return cases(arrays(FILE))


def compare(case, key, values):
    if key in case:
        assert_within(f'metrics {key}', np.array(values), case[key], TOLERANCE)


@pytest.mark.parametrize('name', CASES)
def test_region_and_contour(all_cases, name):
    case = all_cases[name]
    predictions, truths, _, total = frames_of(case)
    region, contour = (f(predictions, truths) for f in (region_per_frame, contour_per_frame))
    for scale in ('1', '255'):
        compare(case, f'J_{scale}', region)
        compare(case, f'F_{scale}', contour)
    compare(case, 'J_overlap', region_per_frame(predictions, [t > 0 for t in total]))
    compare(case, 'F_overlap', contour_per_frame(predictions, [t > 0 for t in total]))


@pytest.mark.parametrize('name', CASES)
def test_honest_accuracy_and_robustness(all_cases, name):
    case = all_cases[name]
    predictions, truths, foregrounds, _ = frames_of(case)
    rows = list(zip(predictions, truths, foregrounds, strict=True))
    compare(case, 'A_1', [accuracy(p, t) for p, t, _ in rows])
    compare(case, 'R_1', [robustness(p, t, f) for p, t, f in rows])


@pytest.mark.parametrize('name', CASES)
def test_released_accuracy_and_robustness(all_cases, name):
    case = all_cases[name]
    predictions, truths, foregrounds, totals = frames_of(case)
    single = [t.astype(np.uint8) for t in truths]
    for key, sums in (('255', single), ('overlap', totals)):
        rows = list(zip(predictions, sums, foregrounds, strict=True))
        compare(case, f'A_{key}', [accuracy_legacy(p, t) for p, t, _ in rows])
        compare(case, f'R_{key}', [robustness_legacy(p, t, f) for p, t, f in rows])


def test_cases_are_there(all_cases):
    assert sorted(all_cases) == CASES
