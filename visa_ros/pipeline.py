"""From a window of frames and a question to masks with ids, live tracking and clouds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
import logging
import time
from typing import Protocol

import numpy as np

from visa_ros.answers import answer_of
from visa_ros.config import PipelineConfig, WindowConfig
from visa_ros.errors import InvalidFrameError, MissingPackageError, StaleInputError
from visa_ros.geometry.clouds import object_cloud
from visa_ros.live import follow, LiveTracks, Tracked, Tracker, WindowPass
from visa_ros.structs import (
    Answer,
    Camera,
    Detection,
    Frame,
    Grounding,
    ObjectCloud,
    ObjectState,
    Propagated,
    Query,
    Status,
)
from visa_ros.video.buffer import FrameBuffer
from visa_ros.video.sampling import choose_references, choose_target, select_window

__all__ = ['Pipeline', 'Segmenter', 'Tracker', 'build_buffer']
_log = logging.getLogger(__name__)


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
        self, *, segmenter: Segmenter, tracker: Tracker, config: PipelineConfig | None = None
    ) -> None:
        self._config = config or PipelineConfig()
        self._segmenter = segmenter
        self._tracker = tracker
        self._live = LiveTracks(tracker, max_tracked=self._config.max_tracked)
        self._next_object_id = 1
        self._next_query_id = 1
        self._warned: set[str] = set()

    @property
    def tracked_ids(self) -> tuple[int, ...]:
        """Objects followed on live frames, oldest first."""
        return self._live.ids

    def ask(
        self,
        query: Query,
        frames: Sequence[Frame],
        *,
        deadline: Callable[[], None] | None = None,
    ) -> Answer:
        """
        Answer a question about frames of one camera.

        frames    of one size, oldest first
        deadline  called between stages and frames; raises QueryTimeoutError to stop

        StaleInputError if there is no frame, or none in the window the query asks for.
        """
        check = deadline or _no_deadline
        check()
        part = _window_of(query, frames)
        window, later = frames[part], frames[part.stop :]
        watch = _Stopwatch()
        with watch.stage('ground'):
            target, grounding = self._ground(query, window)
        watch.add('ground', grounding.ms)
        best = _best_of(grounding, query.max_objects)
        if not best:
            return self._answer(grounding, ms=watch.ms)
        tracked = self._number(best)
        with watch.stage('propagate'):
            seen = follow(self._tracker, window, target, _masks_of(tracked, best), check)
        with watch.stage('lift'):
            objects = self._lift_all(tracked, seen, check)
        if query.keep_tracking:
            with watch.stage('keep'):
                self._live.adopt(tracked, seen, later)
        self._next_object_id += len(tracked)
        return self._answer(grounding, objects, seen, ms=watch.ms)

    def track(self, frame: Frame, *, clouds: bool = False) -> tuple[ObjectState, ...]:
        """
        Follow the kept objects on a live frame; () when there are none.

        clouds  lift the masks too, where the frame has depth and intrinsics

        All objects are dropped when the size of the image changes.
        """
        return tuple(
            self._state(tracked, found, frame, clouds) for tracked, found in self._live.step(frame)
        )

    def warm_up(self) -> None:
        """
        Run every stage once on a made-up frame.

        The first answer is then as fast as the others; it changes nothing that is remembered.
        """
        frame, mask = _made_up_view()
        self._segmenter.ground((), frame, 'the mug')
        self._tracker.fork().step(frame.rgb, {1: mask})
        if self._config.clouds:
            self._cloud(frame, Propagated(mask=mask, score=1.0))

    def forget(self, object_ids: Iterable[int]) -> None:
        """Stop following these objects; ids that are not tracked are ignored."""
        self._live.forget(object_ids)

    def reset(self) -> None:
        """Stop following anything. Ids are not used again."""
        self._live.reset()

    def _ground(self, query: Query, window: Sequence[Frame]) -> tuple[int, Grounding]:
        """Ask the model about one frame of the window; returns which, and what it says."""
        sampling = self._config.sampling
        target = choose_target(len(window), sampling.target)
        references = [window[i] for i in choose_references(sampling.references, target)]
        grounding = self._segmenter.ground(
            references, window[target], query.instruction, max_objects=query.max_objects
        )
        return target, grounding

    def _number(self, best: Sequence[Detection]) -> list[Tracked]:
        """Give the next ids, without using them up yet."""
        return [
            Tracked(object_id=i, query_id=self._next_query_id, label=d.label)
            for i, d in enumerate(best, self._next_object_id)
        ]

    def _lift_all(
        self, tracked: Sequence[Tracked], seen: WindowPass, check: Callable[[], None]
    ) -> tuple[ObjectState, ...]:
        """Objects on the newest frame of the window."""
        states = []
        for one in tracked:
            check()
            found = seen.tracks[-1][one.object_id]
            states.append(self._state(one, found, seen.frames[-1], self._config.clouds))
        check()
        return tuple(states)

    def _state(
        self, tracked: Tracked, found: Propagated, frame: Frame, clouds: bool
    ) -> ObjectState:
        return ObjectState(
            object_id=tracked.object_id,
            query_id=tracked.query_id,
            label=tracked.label,
            score=found.score,
            mask=found.mask,
            cloud=self._cloud(frame, found) if clouds and found.visible else None,
        )

    def _cloud(self, frame: Frame, found: Propagated) -> ObjectCloud | None:
        """Lift a mask. A mask is worth having without its cloud: failures are logged, once."""
        if frame.depth_m is None or frame.camera is None:
            return None
        try:
            return object_cloud(frame, found.mask, max_points=self._config.max_cloud_points)
        except (InvalidFrameError, MissingPackageError) as error:
            if str(error) not in self._warned:
                self._warned.add(str(error))
                _log.warning('no point clouds: %s', error)
            return None

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


class _Stopwatch:
    """Milliseconds per stage."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start_s = time.perf_counter()
        yield
        self.ms[name] = 1e3 * (time.perf_counter() - start_s)

    def add(self, stage: str, parts: Mapping[str, float]) -> None:
        """Times of the parts of a stage, as 'stage.part'."""
        self.ms.update({f'{stage}.{part}': ms for part, ms in parts.items()})


def _made_up_view() -> tuple[Frame, np.ndarray]:
    """A gray wall at one metre, and a square on it."""
    camera = Camera(width=160, height=120, fx=120.0, fy=120.0, cx=79.5, cy=59.5)
    mask = np.zeros((120, 160), np.bool_)
    mask[40:80, 60:100] = True
    frame = Frame(
        rgb=np.full((120, 160, 3), 127, np.uint8),
        stamp_ns=1,
        depth_m=np.ones((120, 160), np.float32),
        camera=camera,
    )
    return frame, mask


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


def _best_of(grounding: Grounding, max_objects: int) -> list[Detection]:
    """The objects of the answer, best first; a mask without pixels is no object."""
    if grounding.status == Status.ABSENT:
        return []
    found = sorted(
        (d for d in grounding.detections if d.mask.any()), key=lambda d: d.score, reverse=True
    )
    return found[:max_objects] if max_objects else found


def _masks_of(tracked: Sequence[Tracked], best: Sequence[Detection]) -> dict[int, Propagated]:
    return {
        t.object_id: Propagated(mask=d.mask, score=d.score)
        for t, d in zip(tracked, best, strict=True)
    }
