import math

import numpy as np
from PIL import Image
import pytest

from visa_ros.data.masks import PngMasks
from visa_ros.data.synthetic import make_tree
from visa_ros.errors import DataError
from visa_ros.eval.metrics import (
    contour_per_frame,
    FrameRule,
    region_per_frame,
    score_track,
    statistics,
)
from visa_ros.video.rle import decode

VISA, DAVIS, UNSUPERVISED, BENCHMARK = FrameRule


def shifted(mask, dy, dx):
    """Move a mask; what comes in is empty."""
    out = np.zeros_like(mask)
    h, w = mask.shape
    out[max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = mask[
        max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)
    ]
    return out


def plain_outline(mask):
    """DAVIS: a pixel is on the outline if the next one right, down or diagonally differs."""
    right, down, both = (shifted(mask, dy, dx) for dy, dx in ((0, -1), (-1, 0), (-1, -1)))
    outline = (mask ^ right) | (mask ^ down) | (mask ^ both)
    outline[-1] = mask[-1] ^ right[-1]
    outline[:, -1] = mask[:, -1] ^ down[:, -1]
    outline[-1, -1] = False
    return outline


def plain_dilate(mask, radius):
    offsets = range(-radius, radius + 1)
    near = [(y, x) for y in offsets for x in offsets if y * y + x * x <= radius * radius]
    return np.logical_or.reduce([shifted(mask, y, x) for y, x in near])


def plain_f(prediction, truth):
    """F as davis2017-evaluation defines it."""
    ours, theirs = plain_outline(prediction), plain_outline(truth)
    radius = int(np.ceil(0.008 * np.linalg.norm(truth.shape)))
    n_ours, n_theirs = ours.sum(), theirs.sum()
    if n_ours == 0 and n_theirs == 0:
        return 1.0
    if n_ours == 0 or n_theirs == 0:
        return 0.0
    precision = (ours & plain_dilate(theirs, radius)).sum() / n_ours
    recall = (theirs & plain_dilate(ours, radius)).sum() / n_theirs
    return 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)


def plain_j(prediction, truth):
    union = (prediction | truth).sum()
    return 1.0 if union == 0 else (prediction & truth).sum() / union


def plain_statistics(values):
    """Mean, recall and decay as davis2017-evaluation defines them."""
    ids = (np.round(np.linspace(1, len(values), 5) + 1e-10) - 1).astype(np.uint8)
    bins = [values[ids[i] : ids[i + 1] + 1] for i in range(4)]
    return np.mean(values), np.mean(values > 0.5), np.mean(bins[0]) - np.mean(bins[3])


@pytest.fixture(scope='module')
def davis(tmp_path_factory):
    """A DAVIS tree and predictions for it that are moved, cut, empty or invented."""
    root = make_tree('ref-davis17', tmp_path_factory.mktemp('davis')) / 'valid'
    predictions = root / 'Predictions'
    rng = np.random.default_rng(5)
    for path in sorted((root / 'Annotations').rglob('*.png')):
        numbers = np.asarray(Image.open(path))
        moved = np.roll(numbers, tuple(rng.integers(-2, 3, 2)), axis=(0, 1))
        if rng.random() < 0.2:
            moved = np.zeros_like(moved)
        if rng.random() < 0.2:
            moved = moved.copy()
            moved[:3, :3] = 2
        out = predictions / path.relative_to(root / 'Annotations')
        out.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(moved).save(out)
    return root


def objects_of(davis):
    """Yield the masks of each object: predictions, truths."""
    for video in sorted((davis / 'Annotations').iterdir()):
        frames = tuple(sorted(path.stem for path in video.iterdir()))
        first = np.asarray(Image.open(video / f'{frames[0]}.png'))
        for number in range(1, first.max() + 1):
            yield tuple(
                [
                    decode(rle) if rle else np.zeros(first.shape, bool)
                    for rle in PngMasks(davis / part).track(video.name, frames, str(number))
                ]
                for part in ('Predictions', 'Annotations')
            )


@pytest.mark.parametrize(('rule', 'frames'), [(DAVIS, slice(1, -1)), (UNSUPERVISED, slice(None))])
def test_values_are_those_of_davis2017_evaluation(davis, rule, frames):
    ours, theirs = [], []
    for predictions, truths in objects_of(davis):
        score = score_track(predictions, truths, rule=rule)
        ours.append([*vars(score.region).values(), *vars(score.contour).values()])
        pairs = list(zip(predictions, truths, strict=True))[frames]
        j = np.array([plain_j(p, t) for p, t in pairs])
        f = np.array([plain_f(p, t) for p, t in pairs])
        theirs.append([*plain_statistics(j), *plain_statistics(f)])
        assert score.both == pytest.approx((j.mean() + f.mean()) / 2, abs=1e-9)
        assert score.frames == len(pairs)
    assert len(ours) == 5
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
    assert 0.1 < np.mean(ours, axis=0)[0] < 0.99


def plain_vos_benchmark(predictions, truths):
    """Fed frame by frame: an object is known once either has it, and told if the truth has."""
    known = in_truth = False
    j, f = [], []
    for prediction, truth in list(zip(predictions, truths, strict=True))[1:-1]:
        in_truth |= truth.any()
        known |= truth.any() or prediction.any()
        if known:
            j.append(plain_j(prediction, truth))
            f.append(plain_f(prediction, truth))
    return (np.mean(j), np.mean(f)) if in_truth else None


def sequences():
    rng = np.random.default_rng(2)
    for _ in range(30):
        steps = int(rng.integers(3, 9))
        masks = rng.random((2, steps, 12, 14)) < 0.4
        masks &= rng.random((2, steps, 1, 1)) < 0.5
        yield list(masks[0]), list(masks[1])


def test_values_are_those_of_vos_benchmark():
    told = 0
    for predictions, truths in sequences():
        expected = plain_vos_benchmark(predictions, truths)
        score = score_track(predictions, truths, rule=BENCHMARK)
        if expected is None:
            assert score.frames == 0
            assert math.isnan(score.both)
        else:
            told += 1
            found = (score.region.mean, score.contour.mean)
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
    assert 0 < told < 30


def test_rules_differ_for_an_object_that_comes_late():
    empty, full = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    full[2:6, 2:6] = True
    truths = [empty, empty, empty, full, full, full]
    predictions = [empty, empty, empty, full, empty, full]
    scores = {r: score_track(predictions, truths, rule=r).region.mean for r in FrameRule}
    assert scores[VISA] == scores[UNSUPERVISED] == pytest.approx(5 / 6)
    assert scores[DAVIS] == pytest.approx(3 / 4)
    assert scores[BENCHMARK] == pytest.approx(1 / 2)


def test_rules_differ_for_an_object_that_never_comes():
    empty, dot = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    dot[4, 4] = True
    for predictions, expected in (([empty] * 4, 1.0), ([empty, dot, empty, empty], 0.75)):
        score = score_track(predictions, [empty] * 4, rule=VISA)
        assert score.region.mean == expected
        assert math.isnan(score_track(predictions, [empty] * 4, rule=BENCHMARK).both)


def test_rules_are_named():
    assert FrameRule('vos-benchmark') is BENCHMARK
    assert [rule.value for rule in FrameRule] == [
        'visa',
        'davis',
        'davis-unsupervised',
        'vos-benchmark',
    ]


def test_void_pixels_are_not_judged():
    truth = np.zeros((12, 12), bool)
    truth[3:9, 3:9] = True
    wrong = truth.copy()
    wrong[:, 9:] = True
    void = np.zeros_like(truth)
    void[:, 9:] = True
    assert score_track([wrong], [truth], rule=VISA).both < 1
    assert score_track([wrong], [truth], rule=VISA, void=[void]).both == 1


@pytest.mark.parametrize('count', [1, 2, 3, 4, 5, 9, 100, 255])
def test_statistics_are_those_of_davis(count):
    values = np.random.default_rng(count).random(count)
    found = statistics(values)
    expected = plain_statistics(values)
    np.testing.assert_allclose(list(vars(found).values()), expected, atol=1e-12)


def test_decay_is_what_is_lost_on_the_way():
    falling = np.linspace(1, 0, 1000)
    assert statistics(falling).decay == pytest.approx(0.75, abs=0.01)
    assert statistics(falling[::-1]).decay == pytest.approx(-0.75, abs=0.01)
    assert statistics(falling).recall == 0.5
    assert math.isnan(statistics(np.array([])).mean)


def test_frames_are_counted_off():
    masks = [np.zeros((4, 5), bool)] * 2
    with pytest.raises(DataError, match='2 frames against 1'):
        score_track(masks, masks[:1], rule=VISA)
    with pytest.raises(DataError, match='2 frames against 1'):
        score_track(masks, masks, rule=VISA, void=masks[:1])
    with pytest.raises(DataError, match='masks: want'):
        region_per_frame(masks, [np.zeros((5, 4), bool)] * 2)
    assert contour_per_frame([], []).shape == (0,)
