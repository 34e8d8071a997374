from pathlib import Path

import numpy as np
import pytest

from visa_ros.errors import DataError
from visa_ros.eval.boundary import boundary_map, disk, f_measure, tolerance_px
from visa_ros.eval.overlap import jaccard, WhenEmpty

PERFECT = WhenEmpty.PERFECT


def blob(rng, shape):
    h, w = shape
    y, x = np.mgrid[:h, :w]
    cy, cx, r = rng.uniform(0, h), rng.uniform(0, w), rng.uniform(3, max(h, w) / 2)
    return ((y - cy) ** 2 + (x - cx) ** 2 < r * r) & (rng.random(shape) < 0.98)


def plain_boundary(mask):
    h, w = mask.shape
    out = np.zeros_like(mask)
    for y in range(h):
        for x in range(w):
            neighbours = [(y, x + 1), (y + 1, x), (y + 1, x + 1)]
            if y == h - 1:
                neighbours = [(y, x + 1)]
            if x == w - 1:
                neighbours = [(y + 1, x)]
            inside = [(v, u) for v, u in neighbours if v < h and u < w]
            out[y, x] = any(mask[v, u] != mask[y, x] for v, u in inside)
    return out


def plain_f(prediction, truth):
    ours, theirs = plain_boundary(prediction), plain_boundary(truth)
    if not ours.any() and not theirs.any():
        return 1.0
    if not ours.any() or not theirs.any():
        return 0.0
    r = tolerance_px(*truth.shape)
    a, b = np.argwhere(ours), np.argwhere(theirs)
    near = ((a[:, None] - b[None]) ** 2).sum(axis=2) <= r * r
    precision, recall = near.any(axis=1).mean(), near.any(axis=0).mean()
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


@pytest.mark.parametrize('seed', range(8))
def test_boundary_and_f_equal_a_plain_reading_of_their_definition(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(8, 60, size=2))
    prediction, truth = blob(rng, shape), blob(rng, shape)

    np.testing.assert_array_equal(boundary_map(truth), plain_boundary(truth))
    expected = plain_f(prediction, truth)
    assert f_measure(prediction, truth, when_empty=PERFECT) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize('score', [jaccard, f_measure])
def test_scores_are_symmetric_and_one_only_for_agreement(score):
    rng = np.random.default_rng(3)
    a, b = blob(rng, (40, 50)), blob(rng, (40, 50))

    assert score(a, a, when_empty=PERFECT) == 1.0
    assert score(a, b, when_empty=PERFECT) == pytest.approx(score(b, a, when_empty=PERFECT))
    assert 0.0 <= score(a, b, when_empty=PERFECT) < 1.0


@pytest.mark.parametrize('score', [jaccard, f_measure])
def test_empty_masks(score):
    empty, full = np.zeros((20, 30), bool), np.zeros((20, 30), bool)
    full[5:9, 5:9] = True

    assert score(empty, empty, when_empty=PERFECT) == 1.0
    assert np.isnan(score(empty, empty, when_empty=WhenEmpty.SKIPPED))
    assert score(full, empty, when_empty=WhenEmpty.SKIPPED) == 0.0
    assert score(empty, full, when_empty=PERFECT) == 0.0


def test_a_mask_that_fills_the_image_has_no_outline():
    everything = np.ones((20, 30), bool)
    part = everything.copy()
    part[:, :10] = False

    assert f_measure(everything, everything, when_empty=PERFECT) == 1.0
    assert f_measure(everything, part, when_empty=PERFECT) == 0.0


@pytest.mark.parametrize('score', [jaccard, f_measure])
@pytest.mark.parametrize(
    ('prediction', 'truth'),
    [
        (np.zeros((4, 5), bool), np.zeros((5, 4), bool)),
        (np.zeros((4, 5), np.uint8), np.zeros((4, 5), bool)),
        (np.zeros((4, 5, 1), bool), np.zeros((4, 5, 1), bool)),
    ],
)
def test_masks_of_other_shapes_and_types_are_refused(score, prediction, truth):
    with pytest.raises(DataError, match='masks: want'):
        score(prediction, truth, when_empty=PERFECT)


def test_disk_holds_the_pixels_within_the_radius():
    assert disk(1).tolist() == [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    assert disk(0).tolist() == [[1]]
    assert disk(7).sum() == 149


@pytest.mark.parity
def test_values_of_the_reference():
    cases = np.load(Path(__file__).with_name('metrics_cases.npz'))
    for case in sorted({key.split('/')[0] for key in cases}):
        pairs = zip(cases[f'{case}/pred'] > 0, cases[f'{case}/gt'] > 0, strict=True)
        for k, (prediction, truth) in enumerate(pairs):
            for name, score in (('J', jaccard), ('F', f_measure)):
                for scale in ('1', '255'):
                    expected = cases[f'{case}/{name}_{scale}'][k]
                    actual = score(prediction, truth, when_empty=PERFECT)
                    assert actual == pytest.approx(expected, abs=1e-9)
