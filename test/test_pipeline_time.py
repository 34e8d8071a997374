"""Questions about the past, and the way back to the camera after an answer."""

import fakes
import numpy as np
import pytest

from visa_ros.config import CatchUpConfig, PipelineConfig, SamplingConfig
from visa_ros.errors import ConfigError, QueryTimeoutError
from visa_ros.pipeline import Backlog, Pipeline
from visa_ros.structs import Choice, Query, Status, TrackState


class Pointing:
    """Chooses what it is told to; notes what it is asked."""

    def __init__(self, target, references=()):
        self.choice = Choice(target=target, references=references)
        self.asked = []

    def choose(self, frames, instruction):
        self.asked.append((len(frames), instruction))
        return self.choice


def make(*, tracker=None, segmenter=None, sampler=None, **settings):
    return Pipeline(
        segmenter=segmenter or fakes.FakeSegmenter(),
        tracker=tracker or fakes.FakeTracker(),
        config=PipelineConfig(**settings),
        sampler=sampler,
    )


def ask(pipeline, text, frames, **options):
    return pipeline.ask(Query(instruction=text, **options), frames)


def put_down(count=12):
    """A clip in which red is carried to the right, put down in frame 5, and pushed in the end."""
    columns = [8, 16, 24, 32, 40, 48, 48, 48, 48, 48, 50, 52]
    return [
        fakes.frame_with(
            [('red', 20, columns[k], 6), ('green', 40, 10, 4)],
            stamp_ns=fakes.FIRST_NS + k * 200_000_000,
        )
        for k in range(count)
    ]


@pytest.mark.parametrize('target', [0, 5, 11])
def test_what_did_i_just_put_down(target):
    frames = put_down()
    pipeline = make(sampler=Pointing(target))
    answer = ask(pipeline, 'the red thing that I just put down', frames)
    assert answer.status == Status.FOUND
    assert [entry.stamp_ns for entry in answer.sequence] == [f.stamp_ns for f in frames]
    for entry, frame in zip(answer.sequence, frames, strict=True):
        np.testing.assert_array_equal(entry.masks[1], fakes.disc_mask(frame, 'red'))
    (now,) = answer.objects
    np.testing.assert_array_equal(now.mask, fakes.disc_mask(frames[-1], 'red'))
    assert now.cloud.centroid_m[0] == pytest.approx((52 - 31.5) / 64, abs=0.03)
    assert (now.state, now.last_seen_ns) == (TrackState.VISIBLE, frames[-1].stamp_ns)
    assert now.last_box_px == (46, 14, 13, 13)


def test_a_window_that_ends_in_the_past_says_where_it_is_now():
    frames = put_down()
    pipeline = make()
    answer = ask(pipeline, 'red', frames, end_ns=frames[3].stamp_ns)
    assert [entry.stamp_ns for entry in answer.sequence] == [f.stamp_ns for f in frames[:4]]
    (now,) = answer.objects
    np.testing.assert_array_equal(now.mask, fakes.disc_mask(frames[-1], 'red'))
    assert now.last_seen_ns == frames[-1].stamp_ns


def test_seen_in_the_past_and_gone_now():
    frames = fakes.clip()
    pipeline = make()
    answer = ask(pipeline, 'blue', frames, end_ns=frames[2].stamp_ns)
    assert answer.status == Status.NOT_VISIBLE_NOW
    assert 'Last seen 0.8 s' in answer.message
    (gone,) = answer.objects
    assert (gone.visible, gone.state) == (False, TrackState.OCCLUDED)
    assert gone.last_seen_ns == frames[3].stamp_ns


def test_the_sampler_is_asked_about_the_window_and_obeyed():
    frames, sampler, segmenter = put_down(), Pointing(2, (1, 3)), fakes.FakeSegmenter()
    ask(make(sampler=sampler, segmenter=segmenter), 'red', frames, end_ns=frames[6].stamp_ns)
    assert sampler.asked == [(7, 'red')]
    ((references, target, _),) = segmenter.calls
    assert target is frames[2]
    assert references == [frames[1], frames[3]]


@pytest.mark.parametrize(
    'sampling',
    [
        SamplingConfig(target='uniform'),
        SamplingConfig(target='text_guided', asker='own'),
        SamplingConfig(scheme='global'),
    ],
)
def test_what_takes_a_sampler_is_not_done_without_one(sampling):
    with pytest.raises(ConfigError, match='sampler'):
        make(sampling=sampling)
    make(sampling=sampling, sampler=Pointing(0))


def test_a_sampler_that_fails_changes_nothing(clip):
    class Broken:
        def choose(self, frames, instruction):
            raise QueryTimeoutError('the other model took too long')

    pipeline = make(sampler=Broken())
    with pytest.raises(QueryTimeoutError):
        ask(pipeline, 'red', clip)
    assert pipeline.tracked_ids == ()


def numbers(seen, frames):
    """Positions of images among frames."""
    known = {id(frame.rgb): k for k, frame in enumerate(frames)}
    return [known[id(rgb)] for rgb in seen]


@pytest.fixture
def behind():
    """A pipeline that followed red and blue up to frame 3 of 20, and what its tracker sees."""
    frames = fakes.clip(20, hw=(48, 96))
    tracker = fakes.ListeningTracker()
    pipeline = make(tracker=tracker, catch_up=CatchUpConfig(frames=4))
    ask(pipeline, 'red', frames[:4])
    ask(pipeline, 'blue', frames[:4])
    tracker.seen.clear()
    return pipeline, frames, tracker.seen


def test_after_an_answer_the_tracker_catches_up_with_some_frames(behind):
    pipeline, frames, seen = behind
    before = pipeline.steps
    states = pipeline.track(frames[19], backlog=Backlog(frames=frames))
    assert numbers(seen, frames) == [6, 9, 12, 15, 19]
    assert pipeline.steps - before == 5
    np.testing.assert_array_equal(states[0].mask, fakes.disc_mask(frames[19], 'red'))
    assert states[1].last_seen_ns == frames[9].stamp_ns


def test_a_slow_tracker_goes_on_with_the_newest_frame(behind):
    pipeline, frames, seen = behind
    pipeline.track(frames[19], backlog=Backlog(frames=frames, step_s=0.3))
    assert numbers(seen, frames) == [11, 19]
    seen.clear()
    pipeline.track(frames[19], backlog=Backlog(frames=frames, step_s=0.3))
    assert numbers(seen, frames) == [19]


def test_without_a_backlog_only_the_newest_frame_is_looked_at(behind):
    pipeline, frames, seen = behind
    pipeline.track(frames[19])
    assert numbers(seen, frames) == [19]


def test_nothing_is_looked_at_for_objects_that_nobody_follows():
    frames, tracker = fakes.clip(), fakes.ListeningTracker()
    pipeline = make(tracker=tracker)
    assert pipeline.track(frames[-1], backlog=Backlog(frames=frames)) == ()
    assert tracker.seen == []


def test_a_new_answer_brings_the_other_objects_up_to_now(behind):
    pipeline, frames, seen = behind
    ask(pipeline, 'green', frames, window_s=0.1)
    assert numbers(seen, frames) == [19, 6, 9, 12, 15, 19]
    states = pipeline.track(frames[19])
    assert [s.label for s in states] == ['red', 'blue', 'green', 'green']
    np.testing.assert_array_equal(states[0].mask, fakes.disc_mask(frames[19], 'red'))


def test_the_way_from_a_past_window_to_now_is_short_as_well():
    frames, tracker = fakes.clip(20, hw=(48, 96)), fakes.ListeningTracker()
    pipeline = make(tracker=tracker, catch_up=CatchUpConfig(frames=4))
    ask(pipeline, 'red', frames, end_ns=frames[3].stamp_ns, keep_tracking=False)
    assert numbers(tracker.seen, frames) == [3, 6, 9, 12, 15, 19, 3, 2, 1, 0]
    tracker.seen.clear()
    query = Query(instruction='red', end_ns=frames[3].stamp_ns, keep_tracking=False)
    pipeline.ask(query, frames, step_s=0.6)
    assert numbers(tracker.seen, frames) == [3, 19, 3, 2, 1, 0]


def test_an_answer_that_nobody_waits_for_takes_no_place(clip):
    pipeline = make(max_tracked=2)
    ask(pipeline, 'red', clip[:4])
    ask(pipeline, 'blue', clip[:4])
    late = ask(pipeline, 'green', clip[:4])
    assert pipeline.tracked_ids == (3, 4)
    pipeline.forget(o.object_id for o in late.objects)
    assert pipeline.tracked_ids == (1, 2)
    assert [s.label for s in pipeline.track(clip[3])] == ['red', 'blue']


def test_ids_go_on_whatever_happens(clip):
    pipeline = make()
    used = [1]
    ask(pipeline, 'red', clip)

    def next_id(frames):
        (one,) = ask(pipeline, 'red', frames).objects
        assert one.object_id > used[-1]
        used.append(one.object_id)

    pipeline.reset()
    next_id(clip)
    next_id(clip[:2])  # time jumped back
    pipeline.track(clip[0])
    next_id(fakes.clip(hw=(48, 60)))
    pipeline.forget(pipeline.tracked_ids)
    next_id(clip)
    with pytest.raises(ZeroDivisionError):
        pipeline.ask(Query(instruction='red'), clip, deadline=lambda: 1 // 0)
    next_id(clip)
    assert used == sorted(set(used))
