"""Ask the running node one question after the other, and watch what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
import time
from typing import TypeVar

from visa_ros.demo.facts import Outcome, Reply, Robot, Shot
from visa_ros.demo.script import Line, Script
from visa_ros.errors import QueryTimeoutError, StaleInputError
from visa_ros.sim.expressions import Expression
from visa_ros.structs import Status

T = TypeVar('T')
Say = Callable[[str], None]

_POLL_S = 0.05
_LOADING_S = 90.0
_CAMERA_S = 30.0
_SPARE_S = 10.0
_ARRIVAL_S = 3.0
_ROUNDING_S = 1e-3


class Interview:
    """Questions and answers in the order of time. Used by the main thread."""

    def __init__(
        self, robot: Robot, script: Script, *, watch: Callable[[], None], say: Say
    ) -> None:
        """
        Get ready.

        watch  called while waiting; raises to stop
        say    told what goes on
        """
        self._robot, self._script, self._pace = robot, script, script.pace
        self._watch, self._say = watch, say

    def wait_for_node(self) -> None:
        """Wait until the node takes questions; QueryTimeoutError if it does not."""
        self._say('loading the model')
        if self._wait(lambda: self._robot.ready() or None, _LOADING_S) is None:
            raise QueryTimeoutError(f'the node did not come up within {_LOADING_S:.0f} s')

    def run(self) -> Iterator[Outcome]:
        """
        Ask all questions; each outcome comes when its tracking is over.

        StaleInputError if the camera stops, SimulationError if it shows another scene.
        """
        self._say('waiting for the camera')
        scene = self._wait(self._robot.scene, _CAMERA_S)
        if scene is None:
            raise StaleInputError(f'the camera node said nothing for {_CAMERA_S:.0f} s')
        self._script.check(scene)
        lines = self._script.lines
        ends_s = [*(line.at_s for line in lines[1:]), lines[-1].at_s + self._pace.slot_s]
        for number, (line, end_s) in enumerate(zip(lines, ends_s, strict=True), start=1):
            self._say(f'question {number} of {len(lines)}: {line.expression.text}')
            window = self._window(line)
            reply = self._ask(line.expression, window)
            yield self._follow(line.expression, reply, window, end_s)

    def _window(self, line: Line) -> tuple[Shot, ...]:
        """Wait for the time of the question; return the frames up to it."""
        patience_s = max(0.0, line.at_s - self._now_s()) + _CAMERA_S
        last = self._wait(lambda: _last_of(self._robot.shots(), line), patience_s)
        if last is None:
            raise StaleInputError(f'no images of the camera for {_CAMERA_S:.0f} s')
        first_s = last.time_s - self._pace.window_s - _ROUNDING_S
        return tuple(s for s in self._robot.shots() if first_s <= s.time_s <= last.time_s)

    def _now_s(self) -> float:
        """Time of the newest frame, in the scene's own time."""
        shots = self._robot.shots()
        return shots[-1].time_s if shots else 0.0

    def _ask(self, expression: Expression, window: Sequence[Shot]) -> Reply:
        timeout_s = self._pace.timeout_s
        poll = self._robot.ask(expression.text, window, timeout_s=timeout_s)
        reply = self._wait(poll, timeout_s + _SPARE_S)
        return reply or Reply(status=Status.TIMEOUT, message='the node did not respond')

    def _follow(
        self, expression: Expression, reply: Reply, window: tuple[Shot, ...], end_s: float
    ) -> Outcome:
        """Let the node track until it is time for the next question."""
        last, bare = window[-1], tuple(map(_without_depth, window))
        if not reply.objects:
            return Outcome(expression=expression, reply=reply, window=bare)
        self._say(f'{reply.status.name}: tracking')
        # Looked for at once: by the next question this frame is forgotten.
        placed_on = self._wait(lambda: self._shot_of(reply, last), _ARRIVAL_S)
        self._wait(lambda: None, max(self._pace.track_s, end_s - self._now_s()))
        # A slow machine has to catch up first.
        self._wait(lambda: self._live(reply, last) or None, _SPARE_S)
        live = self._live(reply, last)
        return Outcome(
            expression=expression,
            reply=reply,
            window=bare,
            placed_on=placed_on,
            live=tuple(map(_without_depth, live)),
            tracks=self._robot.tracks(reply.query_id),
            clouds=self._robot.clouds(reply.query_id),
        )

    def _shot_of(self, reply: Reply, last: Shot) -> Shot | None:
        """Return the frame that the reply's objects are on; None before it arrives."""
        stamp_ns = reply.stamp_ns or last.frame.stamp_ns
        return next((s for s in self._robot.shots() if s.frame.stamp_ns == stamp_ns), None)

    def _live(self, reply: Reply, last: Shot) -> list[Shot]:
        """Shots after the window that the node has tracked on."""
        tracks = self._robot.tracks(reply.query_id)
        later = [s for s in self._robot.shots() if s.frame.stamp_ns > last.frame.stamp_ns]
        return [s for s in later if s.frame.stamp_ns in tracks]

    def _wait(self, look: Callable[[], T | None], patience_s: float) -> T | None:
        """Return what the function gives as soon as it is not None; None if time runs out."""
        until_s = time.monotonic() + patience_s
        while (found := look()) is None and time.monotonic() < until_s:
            self._watch()
            time.sleep(_POLL_S)
        return found


def failures(outcomes: Sequence[Outcome]) -> list[str]:
    """Name the stages that failed; a wrong answer is not one of them."""
    failed = []
    for number, outcome in enumerate(outcomes, start=1):
        reply = outcome.reply
        if not reply.answered:
            failed.append(f'question {number} got {reply.status.name}: {reply.message}')
        elif reply.objects and not outcome.live:
            failed.append(f'no live frame was tracked after question {number}')
    return failed


def _last_of(shots: Sequence[Shot], line: Line) -> Shot | None:
    """Return the newest shot that the question may be asked about; None before its time."""
    due = [shot for shot in shots if shot.time_s >= line.at_s]
    fitting = [shot for shot in due if shot.time_s <= line.until_s]
    return next(iter([*fitting[::-1], *due]), None)


def _without_depth(shot: Shot) -> Shot:
    """Let go of what is not needed any more: frames are kept to the end."""
    return replace(shot, frame=replace(shot.frame, depth_m=None))
