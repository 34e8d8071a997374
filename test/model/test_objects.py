"""From logits to objects, and from evidence to a status."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from visa_ros.errors import CheckpointError
from visa_ros.model.decision import DecisionConfig, Evidence, Weights
from visa_ros.model.objects import (
    Candidates,
    conclude,
    divide_whole,
    find_objects,
    Objects,
    outlined,
    split_parts,
    Whole,
)
from visa_ros.nn.outlines import Guide
from visa_ros.structs import Detection, Status

HW = (24, 36)


def boxes(*spans, level=3.0):
    """One logit map (12, 18) per list of boxes (top, left, bottom, right)."""
    low = torch.full((len(spans), 12, 18), -level)
    for k, some in enumerate(spans):
        for top, left, bottom, right in some:
            low[k, top:bottom, left:right] = level
    return low


def candidates(low, *, quality=None):
    count = len(low)
    return Candidates(
        low=low,
        full=functional.interpolate(low[:, None], HW, mode='nearest')[:, 0],
        quality=torch.linspace(0.9, 0.5, count) if quality is None else quality,
        presence=[0.5 + 0.1 * k for k in range(count)],
        labels=[f'thing {k}' for k in range(count)],
    )


def find(low, *, px=1, trust=True, **more):
    return find_objects(
        candidates(low, **more), Evidence(refusal=0.25), min_mask_px=px, trust_quality=trust
    )


def test_objects_come_with_their_evidence():
    low = boxes([(0, 0, 6, 9)], [(6, 9, 12, 12), (0, 15, 3, 18)])
    found = find(low)
    assert [d.label for d in found.detections] == ['thing 0', 'thing 1']
    assert found.detections[0].mask.shape == HW
    assert found.evidence == Evidence(
        refusal=0.25,
        presence=pytest.approx(0.6),
        quality=pytest.approx(0.9),
        certainty=pytest.approx(np.tanh(1.5), abs=1e-6),
        area=pytest.approx((54 + 18 + 9) / 216),
        split=pytest.approx(1 - 72 / 81),  # two of the three boxes touch at a corner
    )


def test_doubles_small_and_empty_masks_are_no_objects():
    low = boxes([(0, 0, 6, 9)], [(0, 0, 6, 8)], [(9, 9, 10, 11)], [])
    assert [d.label for d in find(low, px=3).detections] == ['thing 0']
    assert [d.label for d in find(low, px=1).detections] == ['thing 0', 'thing 2']
    nothing = find(boxes([]))
    assert nothing.detections == ()
    assert nothing.evidence == Evidence(refusal=0.25)


def test_without_a_trained_quality_the_score_is_the_probability_of_the_mask():
    low = torch.cat((boxes([(0, 0, 6, 9)], level=0.4), boxes([(6, 9, 12, 18)], level=4.0)))
    found = find(low, trust=False)
    assert [d.label for d in found.detections] == ['thing 1', 'thing 0']
    want = torch.tensor([4.0, 0.4]).sigmoid().tolist()
    assert [d.score for d in found.detections] == pytest.approx(want, abs=1e-6)


def test_scores_stay_between_0_and_1():
    found = find(boxes([(0, 0, 6, 9)], [(6, 9, 12, 18)]), quality=torch.tensor([1.7, -0.2]))
    assert [d.score for d in found.detections] == [1.0, 0.0]


@pytest.mark.parametrize('bad', [float('nan'), float('inf')])
def test_numbers_that_are_not_finite_are_an_error_not_an_answer(bad):
    low = boxes([(0, 0, 6, 9)])
    low[0, 11, 17] = bad
    with pytest.raises(CheckpointError, match='not finite'):
        find(low)
    with pytest.raises(CheckpointError, match='not finite'):
        find(boxes([(0, 0, 6, 9)]), quality=torch.tensor([bad]))


def detection(*spans):
    mask = np.zeros(HW, bool)
    for top, left, bottom, right in spans:
        mask[top:bottom, left:right] = True
    return Detection(mask=mask, label='mug', score=0.5)


def decide(detections, evidence, decision, **more):
    options = {'answer': 'It is.', 'refusal': 'There is none.', 'max_objects': 0, 'ms': {'a': 1.0}}
    objects = Objects(detections=detections, evidence=evidence)
    return conclude(objects, decision, **(options | more))


TWO = [detection((0, 0, 9, 9)), detection((12, 12, 20, 20))]


def test_the_decision_makes_the_status():
    decision = DecisionConfig(absent=Weights(certainty=-1.0), absent_above=-0.3)
    sure, unsure = Evidence(certainty=0.9), Evidence(certainty=0.1)
    assert decide(TWO, sure, decision).status is Status.FOUND
    absent = decide(TWO, unsure, decision)
    assert (absent.status, absent.answer, absent.detections) == (
        Status.ABSENT,
        'There is none.',
        (),
    )
    assert decide([], sure, decision).status is Status.ABSENT
    asked = decide(TWO, Evidence(certainty=0.9, asking_back=0.8), decision)
    assert asked.status is Status.AMBIGUOUS
    assert len(asked.detections) == 2
    assert asked.ms == {'a': 1.0}


def test_one_object_is_not_ambiguous():
    asking = Evidence(asking_back=0.8)
    assert decide(TWO[:1], asking, DecisionConfig()).status is Status.FOUND
    assert decide(TWO, asking, DecisionConfig(), max_objects=1).status is Status.FOUND


def test_a_split_mask_becomes_several_objects_where_the_decision_goes_by_that():
    decision = DecisionConfig(ambiguous=Weights(split=1.0), ambiguous_above=0.3)
    split = [detection((0, 0, 9, 9), (12, 12, 20, 20))]
    answer = decide(split, Evidence(split=0.44), decision)
    assert answer.status is Status.AMBIGUOUS
    assert [int(d.mask.sum()) for d in answer.detections] == [81, 64]
    assert decide(split, Evidence(split=0.1), decision).status is Status.FOUND


def test_parts_are_whole_and_specks_are_left_out():
    parts = split_parts(detection((0, 0, 9, 9), (12, 12, 20, 20), (22, 30, 24, 32)))
    assert [int(part.mask.sum()) for part in parts] == [81, 64]
    assert all(part.label == 'mug' and part.mask.dtype == bool for part in parts)


def logits(*boxes, hw=(20, 30)):
    """Sure of the boxes (top, left, bottom, right), and that there is nothing else: (n, H, W)."""
    planes = torch.full((len(boxes), *hw), -4.0)
    for plane, (top, left, bottom, right) in zip(planes, boxes, strict=True):
        plane[top:bottom, left:right] = 4.0
    return planes


def divided(union, *named, labels=(), min_mask_px=4):
    parts = logits(*named)
    return divide_whole(
        Whole(low=union, mask=(union > 0).numpy(), quality=0.8, fit=0.9),
        Candidates(low=parts, full=parts, quality=torch.full((len(named),), 0.7),
                   presence=[0.9] * len(named), labels=labels),
        Evidence(refusal=0.2),
        min_mask_px=min_mask_px,
    )  # fmt: skip


LEFT, RIGHT = (2, 2, 8, 8), (2, 20, 8, 26)


@pytest.mark.parametrize(('surest', 'cells'), [(8.0, 36), (2.0, 72), (-1.0, 72)])
def test_an_unsure_answer_reaches_further_below_its_surest_place(surest, cells):
    low = torch.full((20, 30), -9.0)
    low[2:8, 2:8] = surest
    low[2:8, 20:26] = min(surest - 2.5, -0.1)
    rgb = np.full((20, 30, 3), (60, 150, 70), np.uint8)
    rgb[2:8, 2:8] = rgb[2:8, 20:26] = (180, 40, 40)
    found = outlined(low, Guide(rgb, (20, 30)), quality=0.5, fit=0.5)
    assert np.count_nonzero(found.mask) == cells
    assert found.low is low


def test_what_fits_is_divided_among_the_named_objects():
    touching = (2, 8, 8, 14)
    union = logits(LEFT, touching).amax(dim=0)
    found = divided(union, LEFT, touching, labels=('mug', 'cup'))
    assert sorted(d.label for d in found.detections) == ['cup', 'mug']
    masks = {d.label: d.mask for d in found.detections}
    assert (masks['mug'] == (logits(LEFT)[0] > 0).numpy()).all()
    assert (masks['cup'] == (logits(touching)[0] > 0).numpy()).all()
    assert found.evidence.presence == 0.9
    assert found.evidence.refusal == 0.2


def test_parts_that_nobody_names_are_objects_and_names_that_do_not_fit_are_none():
    union = logits(LEFT, RIGHT).amax(dim=0)
    found = divided(union, LEFT, (12, 2, 18, 8), labels=('mug', 'pen'))
    assert sorted(d.label for d in found.detections) == ['', 'mug']
    unnamed = next(d for d in found.detections if not d.label)
    assert (unnamed.mask == (logits(RIGHT)[0] > 0).numpy()).all()
    assert unnamed.score == pytest.approx(0.8)
    bare = divided(union)
    assert [d.label for d in bare.detections] == ['', '']


def test_a_named_object_gets_all_of_the_part_that_it_reaches():
    found = divided(logits((2, 2, 12, 12))[0], (2, 2, 9, 9), labels=('mug',))
    assert [d.label for d in found.detections] == ['mug']
    assert found.detections[0].mask.sum() == 100


def test_of_two_objects_under_one_name_each_is_one_and_a_small_piece_goes_to_the_largest():
    low = torch.full((60, 480), -4.0)
    for left, width in ((4, 16), (40, 20), (80, 5)):
        low[10:26, left : left + width] = 4.0
    found = divide_whole(
        Whole(low=low, mask=(low > 0).numpy(), quality=0.8, fit=0.9),
        Candidates(low=low[None], full=low[None], quality=torch.tensor([0.7]), presence=[0.9],
                   labels=('pen',)),
        Evidence(),
        min_mask_px=4,
    )  # fmt: skip
    assert [d.label for d in found.detections] == ['pen', 'pen']
    assert sorted(int(d.mask.sum()) for d in found.detections) == [256, 400]


def test_where_nothing_fits_the_named_objects_are_left_to_the_decision():
    found = divided(logits((0, 0, 0, 0))[0], LEFT, labels=('mug',))
    assert [d.label for d in found.detections] == ['mug']
    speck = divided(logits((0, 0, 1, 2))[0], LEFT, labels=('mug',))
    assert (speck.detections[0].mask == found.detections[0].mask).all()
    assert not divided(logits((0, 0, 0, 0))[0]).detections


def test_a_strip_of_a_neighbour_is_no_object_of_the_name_that_wins_it():
    left, right = (10, 10, 50, 110), (10, 200, 50, 300)
    low = torch.maximum(*logits(left, right, hw=(60, 480)))
    named = logits(left, right, hw=(60, 480))
    named[0, 10:13, 200:300] = 6.0  # the first name is surer of the edge of the second object
    found = divide_whole(
        Whole(low=low, mask=(low > 0).numpy(), quality=0.8, fit=0.9),
        Candidates(low=named, full=named, quality=torch.tensor([0.7, 0.6]), presence=[0.9] * 2,
                   labels=('mug', 'cup')),
        Evidence(),
        min_mask_px=4,
    )  # fmt: skip
    assert {d.label: int(d.mask.sum()) for d in found.detections} == {'mug': 4000, 'cup': 4000}
    assert len(found.detections) == 2
