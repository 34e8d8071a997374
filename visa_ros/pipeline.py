"""From a window of frames and a question to masks with ids, live tracking and clouds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from visa_ros.answers import answer_of, best_of, masks_of
from visa_ros.choosing import ByPosition
from visa_ros.config import PipelineConfig, WindowConfig
from visa_ros.errors import StaleInputError
from visa_ros.follow.catchup import Backlog
from visa_ros.follow.objects import FollowedObjects
from visa_ros.follow.states import StateMaker
from visa_ros.live import follow, Tracked, Tracker, WindowPass
from visa_ros.stopwatch import Stopwatch
from visa_ros.structs import (
    Answer,
    Choice,
    Detection,
    Frame,
    Grounding,
    ObjectState,
    Propagated,
    Query,
    Status,
)
from visa_ros.video.buffer import FrameBuffer
from visa_ros.video.sampling import choose_references, later_references, select_window
from visa_ros.warmup import made_up_view

__all__ = ['Backlog', 'FrameSampler', 'Pipeline', 'Segmenter', 'Tracker', 'build_buffer']


class Segmenter(Protocol):
    """Finds what an instruction means on one frame."""

    def ground(
        self,
        references: Sequence[Frame],
        target: Frame,
        instruction: str,
        *,
        max_objects: int = 0,
    ) -> Grounding:
        """Look at the references (oldest first, may be none) and answer for the target."""
        ...


class FrameSampler(Protocol):
    """Chooses the frames of a window that the model looks at."""

    def choose(self, frames: Sequence[Frame], instruction: str) -> Choice:
        """Choose from at least one frame, oldest first, for this instruction."""
        ...


def build_buffer(config: WindowConfig) -> FrameBuffer:
    """Make the sliding window that a config describes."""
    return FrameBuffer(
        span_s=config.span_s,
        max_frames=config.max_frames,
        min_gap_s=0.9 / config.rate_hz,  # a camera of this very rate jitters: lose none of it
        max_bytes=round(config.max_mb * 1e6),
    )


class Pipeline:
    """
    Answers questions about windows of frames and follows the objects it found.

    Owned by one thread. It reads no clock but for the times of its stages: time is the stamp of
    the frames. When a question fails or runs out of time, everything is as it was before it.
    """

    def __init__(
        self,
        *,
        segmenter: Segmenter,
        tracker: Tracker,
        config: PipelineConfig | None = None,
        sampler: FrameSampler | None = None,
    ) -> None:
        """
        Put the networks together.

        sampler  None: frames are chosen by their positions, as config.sampling says; ConfigError
                 if it says what takes a sampler
        """
        self._config = config or PipelineConfig()
        self._segmenter = segmenter
        self._tracker = tracker
        self._sampler = sampler or ByPosition(self._config.sampling)
        self._states = StateMaker(max_cloud_points=self._config.max_cloud_points)
        self._followed = FollowedObjects(tracker, self._config, self._states)
        self._next_object_id = 1
        self._next_query_id = 1

    @property
    def tracked_ids(self) -> tuple[int, ...]:
        """Objects followed on live frames, oldest first."""
        return self._followed.ids

    @property
    def steps(self) -> int:
        """Steps of the tracker on live frames so far; see Backlog.step_s."""
        return self._followed.steps

    def ask(
        self,
        query: Query,
        frames: Sequence[Frame],
        *,
        deadline: Callable[[], None] | None = None,
        step_s: float = 0.0,
    ) -> Answer:
        """
        Answer a question about frames of one camera.

        frames    of one size, oldest first; the newest one is now
        deadline  called between stages and frames; raises QueryTimeoutError to stop
        step_s    s that one step of the tracker takes, as measured; 0: it does not matter

        StaleInputError if there is no frame, or none in the window the query asks for.
        """
        check = deadline or _no_deadline
        check()
        part = _window_of(query, frames)
        window, backlog = frames[part], Backlog(frames=frames, step_s=step_s)
        watch = Stopwatch()
        target, grounding = self._look(query, window, check, watch)
        best = best_of(grounding, query.max_objects)
        if not best:
            return self._answer(grounding, ms=watch.ms)
        tracked = self._number(best, query.instruction)
        with watch.stage('propagate'):
            masks = masks_of(tracked, best)
            later = self._followed.leading_to(frames[-1], window[-1].stamp_ns, backlog)
            seen = follow(self._tracker, window, later, target, masks, check)
        with watch.stage('lift'):
            objects = self._lift_all(tracked, seen, check)
        if query.keep_tracking:
            with watch.stage('keep'):
                self._followed.adopt(tracked, seen, backlog)
        self._next_object_id += len(tracked)
        return self._answer(grounding, objects, seen, ms=watch.ms)

    def track(
        self, frame: Frame, *, clouds: bool = False, backlog: Backlog | None = None
    ) -> tuple[ObjectState, ...]:
        """
        Follow the kept objects on a live frame; () when there are none.

        clouds   lift the masks too, where the frame has depth and intrinsics
        backlog  frames that came before this one while nobody tracked: some of them are looked
                 at on the way, as config.catch_up says; None: none

        All objects are dropped when the size of the image changes.
        """
        return self._followed.track(frame, clouds=clouds, backlog=backlog or Backlog())

    def reground_due(self, stamp_ns: int) -> bool:
        """Whether it is time, at this stamp, to ask the model again for an object."""
        return self._followed.due(stamp_ns) is not None

    def reground(
        self, frames: Sequence[Frame], *, stop: Callable[[], bool] | None = None
    ) -> tuple[int, ...]:
        """
        Ask the model again for the objects of one query, if that is due.

        Objects that are found again keep their ids; see regrounding.refind.

        frames   of one size, oldest first, at least one; the newest one is now
        stop     asked when the model has answered: True gives its answer up
        returns  ids of the objects that were found again
        """
        newest = frames[-1]
        wanted = self._followed.due(newest.stamp_ns)
        if wanted is None:
            return ()
        self._followed.asked(wanted.query_id)
        last = len(frames) - 1
        references = choose_references(self._config.sampling.references, last)
        choice = Choice(target=last, references=references)
        grounding = self._ground(frames, choice, wanted.instruction)
        if stop is not None and stop():
            return ()
        return self._followed.find_again(wanted.query_id, grounding, newest)

    def warm_up(self) -> None:
        """
        Run every stage once on a made-up frame.

        The first answer is then as fast as the others; it changes nothing that is remembered.
        """
        frame, mask = made_up_view()
        self._segmenter.ground((), frame, 'the mug')
        self._tracker.fork().step(frame.rgb, {1: mask})
        if self._config.clouds:
            self._states.cloud(frame, Propagated(mask=mask, score=1.0))

    def forget(self, object_ids: Iterable[int]) -> None:
        """Stop following these objects; ids that are not tracked are ignored."""
        self._followed.forget(object_ids)

    def reset(self) -> None:
        """Stop following anything. Ids are not used again."""
        self._followed.reset()

    def _look(
        self,
        query: Query,
        window: Sequence[Frame],
        check: Callable[[], None],
        watch: Stopwatch,
    ) -> tuple[int, Grounding]:
        """Ask the model about one frame of the window; returns which, and what it says."""
        with watch.stage('choose'):
            choice = self._sampler.choose(window, query.instruction)
        check()
        with watch.stage('ground'):
            target, grounding = self._grounded(query, window, choice, check)
        watch.add('ground', grounding.ms)
        return target, grounding

    def _grounded(
        self, query: Query, window: Sequence[Frame], choice: Choice, check: Callable[[], None]
    ) -> tuple[int, Grounding]:
        """Ask about the target, and where nothing on it fits, about the oldest frame."""
        grounding = self._ground(window, choice, query.instruction, query.max_objects)
        absent = grounding.status is Status.ABSENT
        if absent and self._config.look_back and choice.target:
            check()
            later = later_references(self._config.sampling.references, len(window))
            first = Choice(target=0, references=later)
            earlier = self._ground(window, first, query.instruction, query.max_objects)
            if earlier.status is not Status.ABSENT:
                return 0, earlier
        return choice.target, grounding

    def _ground(
        self, window: Sequence[Frame], choice: Choice, instruction: str, max_objects: int = 0
    ) -> Grounding:
        references = [window[i] for i in choice.references]
        return self._segmenter.ground(
            references, window[choice.target], instruction, max_objects=max_objects
        )

    def _number(self, best: Sequence[Detection], instruction: str) -> list[Tracked]:
        """Give the next ids, without using them up yet."""
        return [
            Tracked(
                object_id=i, query_id=self._next_query_id, label=d.label, instruction=instruction
            )
            for i, d in enumerate(best, self._next_object_id)
        ]

    def _lift_all(
        self, tracked: Sequence[Tracked], seen: WindowPass, check: Callable[[], None]
    ) -> tuple[ObjectState, ...]:
        """Objects on the newest frame."""
        states = []
        for one in tracked:
            check()
            found, presence = seen.tracks[-1][one.object_id], self._followed.presence(one, seen)
            clouds = self._config.clouds
            states.append(self._states.state(one, presence, found, seen.newest, clouds=clouds))
        check()
        return tuple(states)

    def _answer(
        self,
        grounding: Grounding,
        objects: tuple[ObjectState, ...] = (),
        seen: WindowPass | None = None,
        *,
        ms: Mapping[str, float],
    ) -> Answer:
        query_id = self._next_query_id
        self._next_query_id += 1
        return answer_of(grounding, objects, seen, query_id=query_id, ms=ms)


def _no_deadline() -> None:
    pass


def _window_of(query: Query, frames: Sequence[Frame]) -> slice:
    if not frames:
        raise StaleInputError('there is no image yet: check that the camera is running')
    part = select_window(
        frames, start_ns=query.start_ns, end_ns=query.end_ns, window_s=query.window_s
    )
    if part.start == part.stop:
        raise StaleInputError(
            'no image in the requested window: the images kept go '
            f'from {frames[0].stamp_ns} to {frames[-1].stamp_ns} ns'
        )
    return part
