"""Looking back: what is not on the newest frame is looked for on the oldest."""

from __future__ import annotations

import fakes
import pytest

from visa_ros.config import PipelineConfig, SamplingConfig
from visa_ros.errors import QueryTimeoutError
from visa_ros.pipeline import Pipeline
from visa_ros.structs import Query, Status
from visa_ros.video.sampling import later_references


def make(**settings):
    segmenter = fakes.FakeSegmenter()
    config = PipelineConfig(**settings)
    return segmenter, Pipeline(segmenter=segmenter, tracker=fakes.FakeTracker(), config=config)


def stamps(call):
    references, target, _ = call
    return [frame.stamp_ns for frame in references], target.stamp_ns


def test_what_has_left_is_found_on_the_oldest_frame(clip):
    segmenter, pipeline = make(sampling=SamplingConfig(references=3))
    answer = pipeline.ask(Query(instruction='blue'), clip)
    assert answer.status == Status.NOT_VISIBLE_NOW
    assert [bool(entry.masks) for entry in answer.sequence] == [True] * 4 + [False] * 4
    times = [frame.stamp_ns for frame in clip]
    assert stamps(segmenter.calls[0])[1] == times[-1]
    later, first = stamps(segmenter.calls[1])
    assert first == times[0]
    assert later == [times[k] for k in later_references(3, len(clip))]
    assert later == sorted(later, reverse=True)
    assert later[0] == times[-1]


def test_there_is_one_look_at_what_is_there(clip):
    segmenter, pipeline = make()
    assert pipeline.ask(Query(instruction='red'), clip).status == Status.FOUND
    assert len(segmenter.calls) == 1


def test_what_was_never_there_is_absent_after_two_looks(clip):
    segmenter, pipeline = make()
    answer = pipeline.ask(Query(instruction='a unicorn'), clip)
    assert (answer.status, answer.objects) == (Status.ABSENT, ())
    assert len(segmenter.calls) == 2


@pytest.mark.parametrize(
    ('settings', 'frames'),
    [({'look_back': False}, 8), ({}, 1), ({'sampling': SamplingConfig(target='first')}, 8)],
)
def test_there_is_nothing_to_look_back_to(clip, settings, frames):
    segmenter, pipeline = make(**settings)
    assert pipeline.ask(Query(instruction='a unicorn'), clip[:frames]).status == Status.ABSENT
    assert len(segmenter.calls) == 1


def test_time_may_run_out_between_the_looks(clip):
    segmenter, pipeline = make()

    def deadline():
        if segmenter.calls:
            raise QueryTimeoutError('too late')

    with pytest.raises(QueryTimeoutError):
        pipeline.ask(Query(instruction='a unicorn'), clip, deadline=deadline)
    assert len(segmenter.calls) == 1


@pytest.mark.parametrize(
    ('wanted', 'count', 'chosen'), [(3, 10, (9, 6, 3)), (5, 3, (2, 1)), (0, 4, ()), (2, 1, ())]
)
def test_later_frames_are_spread_down_to_the_second(wanted, count, chosen):
    assert later_references(wanted, count) == chosen
