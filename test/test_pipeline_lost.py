"""Objects that go away, come back, or are looked for again."""

import fakes
import numpy as np
import pytest

from visa_ros.config import PipelineConfig, PresenceConfig, RegroundConfig
from visa_ros.pipeline import Pipeline
from visa_ros.structs import Detection, Grounding, Propagated, Query, Status, TrackState

PRESENCE = PresenceConfig(occluded_after_s=0.4, lost_after_s=1.0, visible_after_s=0.2)
VISIBLE, OCCLUDED, LOST = TrackState.VISIBLE, TrackState.OCCLUDED, TrackState.LOST


def frames_of(*discs):
    """Frames 0.2 s apart."""
    return [
        fakes.frame_with(d, stamp_ns=fakes.FIRST_NS + k * 200_000_000) for k, d in enumerate(discs)
    ]


RED, GREEN, BLUE = ('red', 12, 20, 6), ('green', 36, 12, 5), ('blue', 36, 31, 6)
FAR_RED = ('red', 36, 50, 6)


def make(*, tracker=fakes.ForgetfulTracker, segmenter=None, presence=PRESENCE, **reground):
    config = PipelineConfig(presence=presence, reground=RegroundConfig(**reground))
    return Pipeline(segmenter=segmenter or fakes.FakeSegmenter(), tracker=tracker(), config=config)


def follow(pipeline, frames):
    """States of the first object on each frame."""
    return [pipeline.track(frame)[0] for frame in frames]


def test_an_object_that_leaves_is_occluded_then_lost_and_found_by_the_tracker():
    frames = frames_of(*[[RED]] * 3, *[[]] * 8, *[[RED]] * 3)
    pipeline = make(tracker=fakes.FakeTracker)
    pipeline.ask(Query(instruction='red'), frames[:2])
    seen = follow(pipeline, frames[2:])
    assert [s.state for s in seen] == [
        *[VISIBLE] * 3, *[OCCLUDED] * 3, *[LOST] * 3, LOST, VISIBLE, VISIBLE,
    ]  # fmt: skip
    assert {s.object_id for s in seen} == {1}
    hidden = seen[5]
    assert (hidden.visible, hidden.last_seen_ns) == (False, frames[2].stamp_ns)
    assert hidden.last_box_px == (14, 6, 13, 13)
    assert [s.visible for s in seen] == [True] + [False] * 8 + [True] * 3


class Unsure(fakes.FakeTracker):
    """Finds everything, and hardly believes it."""

    def _find(self, rgb, object_id):
        return Propagated(mask=super()._find(rgb, object_id).mask, score=0.3)


def test_low_scores_are_as_good_as_nothing():
    frames = frames_of(*[[RED]] * 10)
    pipeline = make(tracker=Unsure)
    pipeline.ask(Query(instruction='red'), frames[:1])
    assert [s.state for s in follow(pipeline, frames[1:])][-1] == LOST


class Adrift(fakes.FakeTracker):
    """Goes over to whatever is blue."""

    def _find(self, rgb, object_id):
        mask = fakes.near_color(rgb, fakes.PALETTE['blue'])
        return Propagated(mask=mask, score=0.9)


def test_a_mask_on_something_else_is_no_sight_of_the_object():
    frames = frames_of(*[[RED, BLUE]] * 9)
    pipeline = make(tracker=Adrift)
    pipeline.ask(Query(instruction='red'), frames[:1])
    assert [s.state for s in follow(pipeline, frames[1:])][-1] == LOST


def test_what_is_lost_for_long_is_forgotten_and_its_id_is_gone():
    presence = PresenceConfig(
        occluded_after_s=0.2, lost_after_s=0.4, visible_after_s=0.2, forget_after_s=1.0
    )
    frames = frames_of(*[[RED]] * 2, *[[]] * 20)
    pipeline = make(presence=presence)
    pipeline.ask(Query(instruction='red'), frames[:2])
    counts = [len(pipeline.track(frame)) for frame in frames[2:]]
    assert counts == [1] * 8 + [0] * 12
    assert pipeline.ask(Query(instruction='red'), frames[:2]).objects[0].object_id == 2


def lose(pipeline, text, discs, *, without, ground=()):
    """Ask for something, then let it be lost; returns a frame with whatever is there then."""
    frames = frames_of(discs, *[without] * 9, list(ground))
    pipeline.ask(Query(instruction=text), frames[:1])
    states = [pipeline.track(frame) for frame in frames[1:-1]]
    return frames, states[-1]


def test_by_default_the_model_is_never_asked_again():
    segmenter = fakes.FakeSegmenter()
    pipeline = make(segmenter=segmenter)
    frames, _ = lose(pipeline, 'red', [RED], without=[], ground=[RED])
    assert not pipeline.reground_due(10**18)
    assert pipeline.reground(frames) == ()
    assert len(segmenter.calls) == 1


def test_the_model_finds_a_lost_object_and_it_keeps_its_id():
    segmenter = fakes.FakeSegmenter()
    pipeline = make(segmenter=segmenter, when='on_loss', every_s=1.0)
    frames, states = lose(pipeline, 'red', [RED, GREEN], without=[GREEN], ground=[FAR_RED, GREEN])
    assert states[0].state == LOST
    assert pipeline.reground_due(frames[-1].stamp_ns)
    assert pipeline.reground(frames) == (1,)
    references, target, instruction = segmenter.calls[-1]
    assert (target is frames[-1], instruction, len(references)) == (True, 'red', 5)
    (again,) = pipeline.track(frames[-1])
    assert (again.object_id, again.query_id, again.state) == (1, 1, VISIBLE)
    np.testing.assert_array_equal(again.mask, fakes.disc_mask(frames[-1], 'red'))
    assert not pipeline.reground_due(frames[-1].stamp_ns + 10**10)


def test_it_is_asked_again_after_a_while_and_not_before():
    pipeline = make(when='on_loss', every_s=1.0)
    frames, _ = lose(pipeline, 'red', [RED], without=[])
    later = frames_of(*[[]] * 20)[11:]
    assert pipeline.reground(frames) == ()
    due = []
    for frame in later:
        pipeline.track(frame)
        due.append(pipeline.reground_due(frame.stamp_ns))
    assert due == [False] * 5 + [True] * 4


def test_nothing_is_asked_while_all_is_well_or_only_for_a_moment_out_of_sight():
    pipeline = make(when='on_loss', every_s=0.0)
    frames = frames_of(*[[RED]] * 3, *[[]] * 4)
    pipeline.ask(Query(instruction='red'), frames[:1])
    for frame in frames[1:]:
        pipeline.track(frame)
        assert not pipeline.reground_due(frame.stamp_ns)


class Mistaken(fakes.FakeSegmenter):
    """Says that blue is red where there is no red."""

    def ground(self, references, target, instruction, *, max_objects=0):
        found = super().ground(references, target, instruction, max_objects=max_objects)
        if found.detections:
            return found
        mask = fakes.disc_mask(target, 'blue')
        return Grounding(
            status=Status.FOUND,
            answer='This one.',
            detections=(Detection(mask=mask, label='red', score=0.9),),
        )


def test_another_object_does_not_take_over_the_id():
    pipeline = make(segmenter=Mistaken(), when='on_loss', every_s=0.0)
    frames, states = lose(pipeline, 'red', [RED, BLUE], without=[BLUE], ground=[BLUE])
    assert states[0].state == LOST
    assert pipeline.reground(frames) == ()
    assert pipeline.track(frames[-1])[0].state == LOST


class Nearsighted(fakes.ForgetfulTracker):
    """Does not find what has gone far from one frame to the next."""

    def _find(self, rgb, object_id):
        before = self._last[object_id]
        found = super()._find(rgb, object_id)
        if found.visible and np.linalg.norm(self._last[object_id] - before) > 15:
            self._lost.add(object_id)
            return Propagated(mask=np.zeros(rgb.shape[:2], bool), score=0.0)
        return found


def test_what_is_in_view_is_not_taken_for_its_lost_twin():
    pipeline = make(tracker=Nearsighted, when='on_loss', every_s=0.0)
    frames, states = lose(pipeline, 'red', [RED, FAR_RED], without=[RED], ground=[RED])
    assert sorted(s.state for s in states) == [VISIBLE, LOST]
    assert pipeline.reground(frames) == ()
    before = {s.object_id: s.visible for s in states}
    assert {s.object_id: s.visible for s in pipeline.track(frames[-1])} == before


def test_the_twin_gets_its_own_id_back():
    pipeline = make(tracker=Nearsighted, when='on_loss', every_s=0.0)
    shown = [RED, FAR_RED]
    frames, states = lose(pipeline, 'red', shown, without=[RED], ground=shown)
    (lost,) = (s.object_id for s in states if s.state == LOST)
    assert pipeline.reground(frames) == (lost,)
    back = {s.object_id: s for s in pipeline.track(frames[-1])}
    assert np.argwhere(back[lost].mask).mean(axis=0)[1] == pytest.approx(50, abs=1)
    assert all(s.state == VISIBLE for s in back.values())


def test_periodic_asking_corrects_a_tracker_that_went_astray():
    pipeline = make(tracker=Adrift, when='periodic', every_s=0.5)
    frames = frames_of(*[[RED, BLUE]] * 4)
    pipeline.ask(Query(instruction='red'), frames[:1])
    follow(pipeline, frames[1:])
    assert pipeline.reground_due(frames[-1].stamp_ns)
    assert pipeline.reground(frames) == (1,)


def test_periodic_asking_leaves_alone_what_is_right():
    segmenter = fakes.FakeSegmenter()
    pipeline = make(tracker=fakes.FakeTracker, segmenter=segmenter, when='periodic', every_s=0.5)
    frames = frames_of(*[[RED, GREEN]] * 6)
    pipeline.ask(Query(instruction='red'), frames[:1])
    pipeline.ask(Query(instruction='green'), frames[:1])
    for frame in frames[1:]:
        pipeline.track(frame)
    assert (
        pipeline.reground(frames) == pipeline.reground(frames) == pipeline.reground(frames) == ()
    )
    assert [text for _, _, text in segmenter.calls] == ['red', 'green', 'red', 'green']


def test_an_answer_that_came_too_late_is_given_up():
    pipeline = make(when='on_loss', every_s=0.0)
    frames, _ = lose(pipeline, 'red', [RED], without=[], ground=[RED])
    assert pipeline.reground(frames, stop=lambda: True) == ()
    assert pipeline.track(frames[-1])[0].state == LOST
    assert pipeline.reground(frames, stop=lambda: False) == (1,)


class Failing(fakes.FakeSegmenter):
    """Works once."""

    def ground(self, references, target, instruction, *, max_objects=0):
        if self.calls:
            raise RuntimeError('out of memory')
        return super().ground(references, target, instruction, max_objects=max_objects)


def test_a_model_that_fails_leaves_everything_as_it_was():
    pipeline = make(segmenter=Failing(), when='on_loss', every_s=1.0)
    frames, _ = lose(pipeline, 'red', [RED], without=[], ground=[])
    with pytest.raises(RuntimeError):
        pipeline.reground(frames)
    (state,) = pipeline.track(frames[-1])
    assert (state.object_id, state.state) == (1, LOST)
    assert not pipeline.reground_due(frames[-1].stamp_ns)


def test_no_memory_is_kept_of_what_is_no_longer_followed():
    pipeline = make(when='periodic', every_s=0.0)
    frames = frames_of(*[[RED, GREEN]] * 3)
    pipeline.ask(Query(instruction='red'), frames[:1])
    pipeline.forget([1])
    assert not pipeline.reground_due(10**18)
    pipeline.ask(Query(instruction='red'), frames[:1])
    pipeline.reset()
    assert not pipeline.reground_due(10**18)
    pipeline.ask(Query(instruction='green'), frames[:1])
    other = fakes.clip(1, hw=(20, 20))[0]
    assert pipeline.track(other) == ()
    assert not pipeline.reground_due(10**18)
