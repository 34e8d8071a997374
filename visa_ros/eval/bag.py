"""
Recordings as a test: a bag is replayed through what the live node runs, frame by frame.

Frames are paired and kept in a window as on the robot; a question is asked at its time, and the
objects found are followed on every later frame. Time is the stamp of the images, so that nothing
depends on the speed of the machine.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import importlib
from pathlib import Path
from typing import Any

import numpy as np

from visa_ros.config import PipelineConfig
from visa_ros.data.files import entry, read_json, require
from visa_ros.errors import DataError, MissingPackageError, VisaError
from visa_ros.eval.compare import compare, FrameTruth, FrameValues, means, MEASURES
from visa_ros.eval.jobs import failure
from visa_ros.eval.metrics import FrameRule
from visa_ros.eval.packed import Bits, NOTHING, pack, stacked
from visa_ros.eval.predict import union_of
from visa_ros.eval.results import Result
from visa_ros.follow.catchup import Backlog
from visa_ros.pipeline import build_buffer, Pipeline
from visa_ros.structs import Frame, ObjectState, Query
from visa_ros.video.bag import BAG_SUFFIXES
from visa_ros.video.encodings import decode_image

_IMAGE = 'sensor_msgs/msg/Image'
_LABELS = ('mono8', '8UC1', 'mono16', '16UC1')
_SLOP_NS = 20_000_000  # as the node pairs images and depth


@dataclass(frozen=True, kw_only=True)
class BagQuestion:
    """
    A question about a recording.

    instances  numbers in the true images of what it means; none: there is no such object
    at_s       s after the first frame at which it is asked; None: when the window is full
    """

    text: str
    instances: tuple[int, ...] = ()
    at_s: float | None = None


def read_questions(path: Path) -> list[BagQuestion]:
    """
    Read a list of {"text": ..., "instances": [...], "at_s": ...}; the last one may be missing.

    DataError that names the entry if one is not of this form.
    """
    questions = []
    for k, raw in enumerate(require(read_json(path), list, str(path))):
        where = f'{path}, entry {k}'
        numbers = entry(raw, 'instances', list, where)
        at_s = raw.get('at_s')
        if at_s is not None and type(at_s) not in (int, float):
            raise DataError(f'{where}, at_s: want seconds, got {at_s!r}')
        questions.append(
            BagQuestion(
                text=entry(raw, 'text', str, where),
                instances=tuple(require(n, int, f'{where}, instances') for n in numbers),
                at_s=at_s,
            )
        )
    return questions


class BagTruth:
    """
    Which instance is where, from a topic of images of numbers.

    Masks are kept as bits, those of the instances that are asked about alone. DataError if the
    topic is missing or holds other images.
    """

    def __init__(self, path: Path, topic: str, instances: Iterable[int]) -> None:
        wanted = sorted(set(instances))
        self._masks: dict[int, tuple[dict[int, Bits], tuple[int, int]]] = {}
        for stamp_ns, numbers in _label_images(path, topic):
            masks = {n: pack(numbers == n) for n in wanted}
            self._masks[stamp_ns] = masks, (numbers.shape[0], numbers.shape[1])
        self._stamps = sorted(self._masks)

    def at(self, frame: Frame, instances: Sequence[int]) -> tuple[FrameTruth, int] | None:
        """
        Return the truth on a frame, and the area in px of all that is asked about.

        None if no image of numbers has about its stamp; DataError if that has another size.
        """
        k = bisect_left(self._stamps, frame.stamp_ns - _SLOP_NS)
        near = [s for s in self._stamps[k : k + 64] if abs(s - frame.stamp_ns) <= _SLOP_NS]
        if not near:
            return None
        stamp_ns = min(near, key=lambda s: abs(s - frame.stamp_ns))
        masks, hw = self._masks[stamp_ns]
        if hw != frame.hw:
            raise DataError(
                f'true image of {hw[1]}x{hw[0]} px, camera {frame.hw[1]}x{frame.hw[0]}'
            )
        everything = stacked(list(masks.values()))
        area = everything[0].count() if everything else 0
        return FrameTruth([masks[n] for n in instances], hw), area


def _label_images(path: Path, topic: str) -> Iterator[tuple[int, np.ndarray]]:
    """Yield stamp in ns and numbers (H, W) of every image of a topic."""
    try:
        highlevel = importlib.import_module('rosbags.highlevel')
        typesys = importlib.import_module('rosbags.typesys')
    except ImportError as error:
        raise MissingPackageError('bags need a package: pip install rosbags') from error
    store = typesys.get_typestore(typesys.Stores.ROS2_HUMBLE)
    try:
        with highlevel.AnyReader(_files_of(path), default_typestore=store) as bag:
            used = [c for c in bag.connections if c.topic == topic and c.msgtype == _IMAGE]
            if not used:
                known = sorted(c.topic for c in bag.connections if c.msgtype == _IMAGE)
                raise DataError(f'{path}: no images on {topic!r}; its image topics are {known}')
            for connection, received_ns, raw in bag.messages(connections=used):
                message = bag.deserialize(raw, connection.msgtype)
                stamp = message.header.stamp
                stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec or received_ns
                yield stamp_ns, _numbers(message, f'{path}, {topic}')
    except VisaError:
        raise
    except Exception as error:  # parsers of damaged files raise anything
        raise DataError(f'{path}: cannot be read as a bag ({error!r})') from error


def _files_of(path: Path) -> list[Path]:
    """A folder without metadata is a single file, or cannot be read at all."""
    if path.is_dir() and not (path / 'metadata.yaml').is_file():
        return sorted(f for f in path.iterdir() if f.suffix.lower() in BAG_SUFFIXES)
    return [path]


def _numbers(message: Any, where: str) -> np.ndarray:
    if message.encoding not in _LABELS:
        raise DataError(f'{where}: numbers are one of {_LABELS}, got {message.encoding!r}')
    return decode_image(
        message.encoding,
        message.height,
        message.width,
        message.step,
        bool(message.is_bigendian),
        message.data,
    )


Seen = tuple[Frame, Bits]


def replay(
    frames: Iterable[Frame],
    pipeline: Pipeline,
    question: BagQuestion,
    config: PipelineConfig,
) -> Iterator[Seen]:
    """
    Run a recording as the node would; yield the mask of every frame from the window's first on.

    The question is asked once, when its time has come or the recording ends. Frames before its
    window are not yielded: the answer says nothing about them.
    """
    pipeline.reset()
    buffer, asked = build_buffer(config.window), False
    first_ns: int | None = None
    for frame in frames:
        if not buffer.push(frame):
            continue
        first_ns = frame.stamp_ns if first_ns is None else first_ns
        window = buffer.snapshot()
        if asked:
            yield frame, _union(pipeline.track(frame, backlog=Backlog(frames=window)))
            if pipeline.reground_due(frame.stamp_ns):
                pipeline.reground(window)
        elif _is_time(question, config, frame.stamp_ns - first_ns):
            asked = True
            yield from _ask(pipeline, question, window)
    if not asked and len(buffer):
        yield from _ask(pipeline, question, buffer.snapshot())


def _is_time(question: BagQuestion, config: PipelineConfig, passed_ns: int) -> bool:
    at_s = config.window.span_s if question.at_s is None else question.at_s
    return passed_ns >= round(at_s * 1e9)


def _ask(pipeline: Pipeline, question: BagQuestion, window: Sequence[Frame]) -> Iterator[Seen]:
    answer = pipeline.ask(Query(instruction=question.text), window)
    given = {frame.stamp_ns: frame.masks for frame in answer.sequence}
    for frame in window:
        yield frame, union_of(given.get(frame.stamp_ns, {}))


def _union(states: Sequence[ObjectState]) -> Bits:
    return union_of({state.object_id: state.mask for state in states if state.visible})


@dataclass(frozen=True, kw_only=True)
class BagRun:
    """
    A recording and how it is judged.

    frames  opens the recording from its start
    truth   None: nothing is compared, masks are counted
    """

    name: str
    frames: Callable[[], Iterable[Frame]]
    truth: BagTruth | None
    config: PipelineConfig
    rule: FrameRule = FrameRule.VISA


def judge_bag(
    run: BagRun, pipeline: Pipeline, questions: Sequence[BagQuestion]
) -> tuple[list[Result], list[dict[str, Any]]]:
    """
    Ask each question in a replay of its own.

    returns  a result per question, and how many frames had masks, and had a truth to compare with
    """
    results, counts = [], []
    for number, question in enumerate(questions):
        values: Mapping[str, float] = {}
        error, tally = '', _Tally(run, question)
        try:
            for frame, mask in replay(run.frames(), pipeline, question, run.config):
                tally.add(frame, mask)
            values = tally.values()
        except Exception as problem:
            error, values = failure(problem), tally.nothing()
        results.append(
            Result(
                video=run.name,
                expression_id=str(number),
                text=question.text,
                frames=tally.frames,
                values=values,
                refused=not error and not tally.masks,
                error=error,
            )
        )
        counts.append(
            {'frames': tally.frames, 'masks': tally.masks, 'compared': len(tally.compared)}
        )
    return results, counts


class _Tally:
    """What one replay gave."""

    def __init__(self, run: BagRun, question: BagQuestion) -> None:
        self._run = run
        self._question = question
        self.compared: list[FrameValues] = []
        self.frames = self.masks = 0

    def add(self, frame: Frame, mask: Bits) -> None:
        """Count a frame, and compare it if its truth is known."""
        self.frames += 1
        self.masks += mask is not NOTHING
        truth = self._run.truth
        known = None if truth is None else truth.at(frame, self._question.instances)
        if known is not None:
            self.compared.append(compare(mask, *known))

    def values(self) -> Mapping[str, float]:
        """Return the measures; DataError if there is a truth, but for none of the frames."""
        if self._run.truth is None:
            return {}
        if not self.compared:
            raise DataError('no frame has a true image of about the same stamp')
        return means(self.compared, self._run.rule)

    def nothing(self) -> Mapping[str, float]:
        """Return the measures of no answer."""
        return {} if self._run.truth is None else dict.fromkeys(MEASURES, 0.0)
