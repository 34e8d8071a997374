from dataclasses import replace

import fakes
import numpy as np
import pytest

from visa_ros.config import PipelineConfig, SamplingConfig
from visa_ros.errors import QueryTimeoutError, StaleInputError
from visa_ros.pipeline import Pipeline
from visa_ros.structs import Camera, Detection, Frame, Grounding, Query, Status


def make(*, tracker=None, **settings):
    return Pipeline(
        segmenter=fakes.FakeSegmenter(),
        tracker=tracker or fakes.FakeTracker(),
        config=PipelineConfig(**settings),
    )


def ask(pipeline, text, frames, **options):
    return pipeline.ask(Query(instruction=text, **options), frames)


def iou(one, other):
    return (one & other).sum() / (one | other).sum()


def test_masks_run_through_the_window(pipeline, clip):
    answer = ask(pipeline, 'red', clip)
    assert (answer.status, answer.message, answer.query_id) == (Status.FOUND, '', 1)
    assert [entry.stamp_ns for entry in answer.sequence] == [f.stamp_ns for f in clip]
    for entry, frame in zip(answer.sequence, clip, strict=True):
        assert iou(entry.masks[1], fakes.disc_mask(frame, 'red')) == 1
        assert entry.frame_id == frame.frame_id
    (one,) = answer.objects
    assert (one.object_id, one.query_id, one.label, one.visible) == (1, 1, 'red', True)
    assert one.cloud.centroid_m[2] == pytest.approx(1.0, abs=0.01)
    assert {'choose', 'ground', 'ground.encode', 'propagate', 'lift', 'keep'} == set(answer.ms)


@pytest.mark.parametrize('target', ['latest', 'middle', 'first'])
def test_any_target_reaches_the_whole_window(clip, target):
    answer = ask(make(sampling=SamplingConfig(target=target)), 'red', clip)
    for entry, frame in zip(answer.sequence, clip, strict=True):
        assert iou(entry.masks[1], fakes.disc_mask(frame, 'red')) == 1


def test_the_model_sees_the_target_and_earlier_frames(clip):
    segmenter = fakes.FakeSegmenter()
    ask(Pipeline(segmenter=segmenter, tracker=fakes.FakeTracker()), 'red', clip)
    ((references, target, text),) = segmenter.calls
    assert target is clip[-1]
    assert [clip.index(r) for r in references] == [0, 1, 3, 4, 6]
    assert text == 'red'


def test_one_frame_is_a_window(pipeline, clip):
    answer = ask(pipeline, 'red', clip[:1])
    assert answer.status == Status.FOUND
    assert len(answer.sequence) == 1


def test_absent_has_no_masks_and_says_what_to_do(pipeline, clip):
    answer = ask(pipeline, 'a unicorn', clip)
    assert (answer.status, answer.objects, answer.sequence) == (Status.ABSENT, (), ())
    assert 'other words' in answer.message
    assert answer.text == 'There is none.'
    assert pipeline.tracked_ids == ()


def test_ambiguous_gives_all_candidates(pipeline, clip):
    answer = ask(pipeline, 'the green one', clip)
    assert answer.status == Status.AMBIGUOUS
    assert [o.object_id for o in answer.objects] == [1, 2]
    assert all(set(entry.masks) == {1, 2} for entry in answer.sequence)
    assert answer.message.startswith('2 objects fit')


def test_object_that_left_is_not_visible_now(clip):
    pipeline = make(sampling=SamplingConfig(target='first'))
    answer = ask(pipeline, 'blue', clip)
    assert answer.status == Status.NOT_VISIBLE_NOW
    assert [bool(entry.masks) for entry in answer.sequence] == [True] * 4 + [False] * 4
    assert 'Last seen 0.8 s' in answer.message
    (one,) = answer.objects
    assert (one.visible, one.cloud) == (False, None)
    assert pipeline.track(clip[0])[0].visible


def test_best_objects_first_and_no_more_than_asked_for(pipeline, clip):
    answer = ask(pipeline, 'green red', clip, max_objects=2)
    assert [o.label for o in answer.objects] == ['green', 'red']
    scores = [o.score for o in answer.objects]
    assert scores == sorted(scores, reverse=True)


class ListedSegmenter:
    """Answers with what it was given."""

    def __init__(self, status, *masks):
        self.grounding = Grounding(
            status=status,
            answer='',
            detections=tuple(Detection(mask=m, label='', score=0.5) for m in masks),
        )

    def ground(self, references, target, instruction, *, max_objects=0):
        return self.grounding


def test_empty_mask_is_never_an_answer(clip):
    segmenter = ListedSegmenter(Status.FOUND, np.zeros(clip[0].hw, bool))
    answer = ask(Pipeline(segmenter=segmenter, tracker=fakes.FakeTracker()), 'x', clip)
    assert (answer.status, answer.objects) == (Status.ABSENT, ())


def test_ids_are_never_used_again(pipeline, clip):
    first = ask(pipeline, 'green', clip)
    pipeline.reset()
    absent = ask(pipeline, 'a unicorn', clip)
    second = ask(pipeline, 'red', clip, keep_tracking=False)
    assert [o.object_id for o in (*first.objects, *second.objects)] == [1, 2, 3]
    assert [a.query_id for a in (first, absent, second)] == [1, 2, 3]


def test_no_frame_is_stale(pipeline, clip):
    with pytest.raises(StaleInputError, match='camera is running'):
        ask(pipeline, 'red', [])
    with pytest.raises(StaleInputError, match='requested window'):
        ask(pipeline, 'red', clip, start_ns=clip[-1].stamp_ns + 1)


def test_part_of_the_window(pipeline, clip):
    answer = ask(pipeline, 'red', clip, window_s=0.45)
    assert [e.stamp_ns for e in answer.sequence] == [f.stamp_ns for f in clip[-3:]]
    early = ask(pipeline, 'red', clip, end_ns=clip[2].stamp_ns)
    assert [e.stamp_ns for e in early.sequence] == [f.stamp_ns for f in clip[:3]]


def test_frames_after_the_window_lead_up_to_now():
    frames = fakes.clip(8)
    tracker = fakes.FakeTracker()
    pipeline = make(tracker=tracker)
    ask(pipeline, 'red', frames[:7], end_ns=frames[2].stamp_ns)
    assert iou(pipeline.track(frames[7])[0].mask, fakes.disc_mask(frames[7], 'red')) == 1


def test_tracking_goes_on_with_all_objects(pipeline, clip):
    ask(pipeline, 'red', clip[:4])
    ask(pipeline, 'blue', clip[:4])
    ask(pipeline, 'green', clip[:4], keep_tracking=False)
    assert pipeline.tracked_ids == (1, 2)
    states = pipeline.track(clip[5], clouds=True)
    assert [(s.object_id, s.query_id, s.label, s.visible) for s in states] == [
        (1, 1, 'red', True),
        (2, 2, 'blue', False),
    ]
    assert iou(states[0].mask, fakes.disc_mask(clip[5], 'red')) == 1
    assert states[0].cloud is not None
    assert pipeline.track(clip[6])[0].cloud is None
    pipeline.forget([1, 99])
    assert pipeline.tracked_ids == (2,)
    pipeline.reset()
    assert pipeline.track(clip[7]) == ()


def test_object_out_of_sight_joins_the_others_and_is_found_when_it_returns(clip):
    pipeline = make(sampling=SamplingConfig(target='first'))
    ask(pipeline, 'red', clip)
    ask(pipeline, 'blue', clip)
    assert [s.visible for s in pipeline.track(clip[7])] == [True, False]
    assert [s.visible for s in pipeline.track(clip[1])] == [True, True]


def test_oldest_objects_give_way(clip):
    pipeline = make(max_tracked=2)
    ask(pipeline, 'red', clip)
    ask(pipeline, 'green', clip)
    assert pipeline.tracked_ids == (2, 3)
    assert [s.object_id for s in pipeline.track(clip[0])] == [2, 3]
    single = make(max_tracked=1)
    ask(single, 'green', clip)
    assert [s.object_id for s in single.track(clip[0])] == [1]


def deadline_after(calls):
    left = iter(range(calls))

    def check():
        if next(left, None) is None:
            raise QueryTimeoutError('too slow')

    return check


class CountingDeadline:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1


def test_running_out_of_time_changes_nothing(pipeline, clip):
    ask(pipeline, 'red', clip)
    counter = CountingDeadline()
    make().ask(Query(instruction='green'), clip, deadline=counter)
    assert counter.calls > len(clip)
    for calls in range(counter.calls):
        with pytest.raises(QueryTimeoutError):
            pipeline.ask(Query(instruction='green'), clip, deadline=deadline_after(calls))
        assert pipeline.tracked_ids == (1,)
    answer = ask(pipeline, 'green', clip)
    assert (answer.query_id, [o.object_id for o in answer.objects]) == (2, [2, 3])


class BrittleTracker(fakes.FakeTracker):
    """Fails on steps as long as `broken` is set; forks share it."""

    broken = False

    def step(self, rgb, masks=None):
        found = super().step(rgb, masks)
        if BrittleTracker.broken and masks and 2 in masks and self.ids[:1] == (1,):
            raise RuntimeError('out of memory')
        return found


def test_failing_tracker_keeps_what_was_tracked(clip, monkeypatch):
    pipeline = make(tracker=BrittleTracker())
    ask(pipeline, 'red', clip)
    monkeypatch.setattr(BrittleTracker, 'broken', True)
    with pytest.raises(RuntimeError):
        ask(pipeline, 'green', clip)
    monkeypatch.setattr(BrittleTracker, 'broken', False)
    assert [s.object_id for s in pipeline.track(clip[3])] == [1]
    assert ask(pipeline, 'green', clip).query_id == 2


def test_without_depth_or_intrinsics_there_are_masks_but_no_clouds(pipeline, clip):
    for frames in (fakes.clip(depth=False), [replace(f, camera=None) for f in clip]):
        answer = ask(pipeline, 'red', frames)
        assert answer.status == Status.FOUND
        assert answer.objects[0].cloud is None


def test_clouds_can_be_switched_off(clip):
    assert ask(make(clouds=False), 'red', clip).objects[0].cloud is None


def test_unknown_distortion_is_logged_once_and_costs_only_the_clouds(pipeline, clip, caplog):
    camera = clip[0].camera
    odd = Camera(
        width=64, height=48, fx=camera.fx, fy=camera.fy, cx=camera.cx, cy=camera.cy,
        distortion_model='odd', distortion=(0.1,),
    )  # fmt: skip
    frames = [replace(frame, camera=odd) for frame in clip]
    for _ in range(2):
        assert ask(pipeline, 'red', frames).objects[0].cloud is None
    assert caplog.text.count("'odd'") == 1


def test_other_image_size_drops_the_objects(pipeline, clip):
    ask(pipeline, 'red', clip)
    other = Frame(rgb=np.zeros((10, 10, 3), np.uint8), stamp_ns=clip[-1].stamp_ns + 1)
    assert pipeline.track(other) == ()
    assert pipeline.tracked_ids == ()
    ask(pipeline, 'red', clip)
    small = fakes.clip(hw=(48, 60))
    assert [o.object_id for o in ask(pipeline, 'red', small).objects] == [3]
    assert pipeline.tracked_ids == (3,)


def test_warming_up_leaves_no_trace(pipeline, clip):
    pipeline.warm_up()
    assert pipeline.tracked_ids == ()
    answer = ask(pipeline, 'red', clip)
    assert (answer.query_id, [o.object_id for o in answer.objects]) == (1, [1])
