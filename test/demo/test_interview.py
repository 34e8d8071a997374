from dataclasses import replace

from demo.scenes import expression, GAP_NS, LEFT, objects, reply, shot, square
import pytest
from records import record_of

from visa_ros.demo.interview import failures, Interview
from visa_ros.demo.scores import centroid_error_m
from visa_ros.demo.script import Line, Pace, Script
from visa_ros.errors import QueryTimeoutError, SimulationError, StaleInputError
from visa_ros.sim.worldconfig import WorldConfig
from visa_ros.structs import Status

PACE = Pace(window_s=0.4, slot_s=0.6, track_s=0.2, timeout_s=0.1)
SCRIPT = Script(
    seed=7,
    world=WorldConfig(),
    pace=PACE,
    objects=objects(),
    events=(),
    lines=(
        Line(at_s=0.6, until_s=0.6, expression=expression(1)),
        Line(at_s=1.2, until_s=9.9, expression=expression(kind='absent')),
    ),
)


class FakeRobot:
    """One more frame each time somebody looks; finds the left square, except when told not to."""

    def __init__(self, *, frames=100, silent=False, tracking=True, ahead=0):
        self.asked, self._ahead = [], ahead
        self._frames, self._silent, self._tracking = frames, silent, tracking
        self._shots = []

    def ready(self):
        return not self._silent

    def scene(self):
        return replace(record_of(), seed=SCRIPT.seed, objects=SCRIPT.objects)

    def shots(self):
        if len(self._shots) < self._frames:
            self._shots.append(shot(len(self._shots)))
        return tuple(self._shots)

    def ask(self, instruction, window, *, timeout_s):
        self.asked.append([s.time_s for s in window])
        masks = {1: square(LEFT)} if len(self.asked) == 1 else {}
        status = Status.FOUND if masks else Status.ABSENT
        answer = reply(window, masks, status=status, center=(0.0, 0.0, 1.0))
        if self._ahead:
            newest_ns = window[-1].frame.stamp_ns + self._ahead * GAP_NS
            answer = replace(answer, stamp_ns=newest_ns)
        return lambda: None if self._silent else answer

    def tracks(self, query_id):
        return {s.frame.stamp_ns: {1: square(LEFT)} for s in self._shots if self._tracking}

    def clouds(self, query_id):
        return {}


def interview(robot, watch=lambda: None):
    return Interview(robot, SCRIPT, watch=watch, say=lambda text: None)


def test_each_question_is_about_the_frames_of_the_script():
    robot = FakeRobot()
    first, second = interview(robot).run()
    assert robot.asked[0] == pytest.approx([0.2, 0.4, 0.6])
    assert robot.asked[1][-1] >= 1.2
    assert len(robot.asked[1]) == 3
    assert [first.reply.status, second.reply.status] == [Status.FOUND, Status.ABSENT]
    assert failures([first, second]) == []


def test_a_late_question_is_about_the_newest_frame_for_which_it_is_right():
    robot = FakeRobot()
    while len(robot.shots()) < 20:  # it is 3.8 s
        pass
    list(interview(robot).run())
    assert robot.asked[0][-1] == pytest.approx(0.6)
    assert robot.asked[1][-1] > 3.8


def test_tracking_is_watched_on_the_frames_after_the_window():
    first, second = interview(FakeRobot()).run()
    assert first.live
    assert first.live[0].time_s > first.window[-1].time_s
    assert second.live == ()


def test_only_the_frame_of_the_objects_keeps_its_depth():
    for outcome in interview(FakeRobot()).run():
        assert all(s.frame.depth_m is None for s in (*outcome.window, *outcome.live))
        if outcome.reply.objects:
            assert outcome.placed_on.frame.depth_m is not None


@pytest.mark.parametrize('tracking', [True, False])
@pytest.mark.parametrize('ahead', [0, 1, 8])
def test_objects_on_a_newer_frame_are_judged_there(monkeypatch, ahead, tracking):
    monkeypatch.setattr('visa_ros.demo.interview._SPARE_S', 0.1)
    first, second = interview(FakeRobot(ahead=ahead, tracking=tracking)).run()
    newest = first.window[-1].frame.stamp_ns + ahead * GAP_NS
    assert first.placed_on.frame.stamp_ns == newest
    assert centroid_error_m(first) < 0.5
    assert second.placed_on is None


def test_objects_on_a_frame_that_never_arrives_have_no_place(monkeypatch):
    monkeypatch.setattr('visa_ros.demo.interview._ARRIVAL_S', 0.1)
    first, _ = interview(FakeRobot(ahead=500)).run()
    assert first.placed_on is None
    assert centroid_error_m(first) is None


def test_a_node_that_does_not_respond_has_failed(monkeypatch):
    monkeypatch.setattr('visa_ros.demo.interview._SPARE_S', 0.0)
    outcomes = list(interview(FakeRobot(silent=True)).run())
    assert [o.reply.status for o in outcomes] == [Status.TIMEOUT] * 2
    assert failures(outcomes)[0].startswith('question 1 got TIMEOUT')


def test_a_node_that_does_not_track_has_failed(monkeypatch):
    monkeypatch.setattr('visa_ros.demo.interview._SPARE_S', 0.1)
    outcomes = list(interview(FakeRobot(tracking=False)).run())
    assert failures(outcomes) == ['no live frame was tracked after question 1']


def test_a_node_that_does_not_come_up_is_an_error(monkeypatch):
    monkeypatch.setattr('visa_ros.demo.interview._LOADING_S', 0.1)
    with pytest.raises(QueryTimeoutError, match='did not come up'):
        interview(FakeRobot(silent=True)).wait_for_node()


def test_a_camera_that_stops_is_an_error(monkeypatch):
    monkeypatch.setattr('visa_ros.demo.interview._CAMERA_S', 0.1)
    with pytest.raises(StaleInputError, match='no images'):
        list(interview(FakeRobot(frames=2)).run())


def test_a_camera_of_another_scene_is_an_error():
    robot = FakeRobot()
    robot.scene = record_of
    with pytest.raises(SimulationError, match='another scene'):
        list(interview(robot).run())


def test_whoever_watches_can_stop_it():
    def watch():
        raise SimulationError('stop')

    with pytest.raises(SimulationError, match='stop'):
        list(interview(FakeRobot(), watch).run())
