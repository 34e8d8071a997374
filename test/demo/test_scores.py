from dataclasses import replace

from demo.scenes import LEFT, outcome, RIGHT, shot, square
import numpy as np
import pytest

from visa_ros.demo.scores import centroid_error_m, overlaps, score
from visa_ros.geometry.lifting import lift_mask
from visa_ros.structs import Status


def place(instance):
    """Mean of the visible surface of an instance."""
    frame = shot(0).frame
    return lift_mask(frame.depth_m, shot(0).instances == instance, frame.camera).mean(axis=0)


def test_a_perfect_answer():
    scores = score(outcome(1, masks={5: square(LEFT)}, center=place(1)))
    assert scores.iou == (1.0,) * 4
    assert scores.mean_iou == scores.track_iou == 1.0
    assert scores.cloud_points == 100
    assert scores.centroid_error_m == pytest.approx(0.0, abs=1e-6)


def test_objects_are_scored_together_whatever_their_ids():
    masks = {8: square(RIGHT), 9: square(LEFT)}
    assert score(outcome(1, 2, masks=masks)).mean_iou == 1.0
    assert score(outcome(1, masks=masks)).mean_iou == pytest.approx(0.5)


def test_a_refusal_is_right_where_nothing_fits():
    scores = score(outcome(masks={}, kind='absent'))
    assert scores.iou is scores.mean_iou is scores.track_iou is None
    assert scores.cloud_points is scores.centroid_error_m is None


def test_what_was_missed_scores_nothing():
    scores = score(outcome(1, masks={}))
    assert scores.iou == (0.0,) * 4
    assert scores.track_iou == 0.0
    assert scores.centroid_error_m is None


def test_what_was_invented_scores_nothing():
    scores = score(outcome(masks={1: square(LEFT)}, kind='absent', center=place(1)))
    assert scores.iou == (0.0,) * 4
    assert scores.track_iou == 0.0
    assert scores.centroid_error_m is None


def test_without_an_answer_there_are_no_figures():
    scores = score(outcome(1, masks={}, status=Status.TIMEOUT))
    assert scores.iou is scores.track_iou is None


def test_without_live_frames_there_is_no_figure_for_them():
    assert score(outcome(1, masks={1: square(LEFT)}, live=0)).track_iou is None


def test_a_lost_object_is_right_only_while_it_is_hidden():
    tracks = {shot(0).frame.stamp_ns: {}}
    assert overlaps([shot(0)], tracks, [1]) == [0.0]
    assert overlaps([shot(0, hidden=[1])], tracks, [1]) == [1.0]


def test_only_frames_that_were_answered_count():
    whole = outcome(1, masks={1: square(LEFT)})
    part = replace(whole.reply, sequence=whole.reply.sequence[2:])
    assert score(replace(whole, reply=part)).iou == (1.0, 1.0)


def test_a_cloud_is_held_against_the_target_its_mask_overlaps():
    off = place(1) + np.array([0.03, 0.0, 0.04])
    both = outcome(1, 2, masks={1: square(LEFT)}, center=off)
    assert centroid_error_m(both) == pytest.approx(0.05, abs=1e-6)


def test_a_cloud_elsewhere_is_held_against_the_nearest_target():
    wrong = outcome(2, masks={1: square(LEFT)}, center=place(1))
    apart = float(np.linalg.norm(place(1) - place(2)))
    assert centroid_error_m(wrong) == pytest.approx(apart, abs=1e-6)


def test_without_depth_or_clouds_there_is_no_error_of_place():
    bare = outcome(1, masks={1: square(LEFT)})
    assert centroid_error_m(bare) is None
    deep = outcome(1, masks={1: square(LEFT)}, center=place(1))
    flat = replace(deep.placed_on, frame=replace(deep.placed_on.frame, depth_m=None))
    assert centroid_error_m(replace(deep, placed_on=flat)) is None
    assert centroid_error_m(replace(deep, placed_on=None)) is None


def test_masks_are_right_from_half_an_overlap_on():
    half, less = square(LEFT), square(LEFT)
    half[:, LEFT[1] : LEFT[1] + 6] = False
    less[:, LEFT[1] : LEFT[1] + 7] = False
    assert score(outcome(1, masks={1: square(LEFT)})).right
    assert score(outcome(1, masks={1: half})).right
    assert not score(outcome(1, masks={1: less})).right
    assert not score(outcome(1, masks={1: square(RIGHT)})).right


def test_only_the_window_says_whether_it_is_right():
    good = square(LEFT)
    assert score(outcome(1, masks={1: good}, tracked={})).right
    assert score(outcome(1, masks={1: good}, live=0, status=Status.AMBIGUOUS)).right


def test_a_refusal_is_right_only_where_nothing_fits():
    assert score(outcome(masks={}, kind='absent', status=Status.ABSENT)).right
    assert not score(outcome(1, masks={}, status=Status.ABSENT)).right
    assert not score(outcome(masks={1: square(LEFT)}, kind='absent')).right


def test_a_refusal_is_wrong_even_of_what_was_hidden_for_most_of_the_window():
    refused = outcome(1, masks={}, status=Status.ABSENT)
    shots = (*(shot(k, hidden=[1]) for k in range(3)), refused.window[-1])
    scores = score(replace(refused, window=shots))
    assert scores.mean_iou == 0.75
    assert not scores.right


def test_no_answer_is_wrong():
    for targets in ((), (1,)):
        assert not score(outcome(*targets, masks={}, status=Status.TIMEOUT)).right
