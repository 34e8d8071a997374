"""`visa-ros segment`: answer a question about a clip."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, TYPE_CHECKING

from visa_ros.errors import ConfigError, DataError, MissingPackageError
from visa_ros.structs import Answer, Frame, ObjectState, Query, Status

if TYPE_CHECKING:
    from visa_ros.pipeline import Pipeline
    from visa_ros.video.writer import ResultWriter

EXIT_CODES = {
    Status.FOUND: 0,
    Status.NOT_VISIBLE_NOW: 0,
    Status.ABSENT: 3,
    Status.AMBIGUOUS: 4,
}
_MAX_WINDOW_BYTES = 1 << 29

_EPILOG = """\
VIDEO is a movie, a folder of jpg or png pictures (with depth/ and camera.json beside them, or
as `visa-ros sim render` writes them), or a bag: rosbag2 in sqlite3 or MCAP, or ROS 1.

The question is put to a window of the clip: its start, or as much of it as --window-s and
--window-frames allow. What is found is tracked through the rest. If it is not found, the next
window is asked, until the clip ends.

exit codes:
  0 found   2 error   3 absent   4 several fit a question for one (all are written)

examples:
  visa-ros segment kitchen.mp4 "what could I drink from?" -o out/kitchen
  visa-ros segment data/JPEGImages/000007 "the red ball" -o out/ball
  visa-ros segment bag/ "the cup" -o out/cup --topic /camera/color/image_raw --start 3 --end 10
"""


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command's arguments."""
    parser = subparsers.add_parser(
        'segment',
        help='answer a question about a movie, a folder of pictures or a bag',
        description='Answer a question about a clip: masks, an overlay movie and point clouds.',
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('video', type=Path, metavar='VIDEO', help='movie, folder or bag')
    parser.add_argument('instruction', help='what to find, in words')
    parser.add_argument('-o', '--out', type=Path, required=True, help='folder to write')
    parser.add_argument('--overwrite', action='store_true', help='replace an older result')
    parser.add_argument('--model', default='visa-nano', help='name or folder (%(default)s)')
    parser.add_argument('--max-objects', type=int, default=0, help='best so many; 0: all')
    parser.add_argument('--no-ply', dest='ply', action='store_false', help='write no clouds')
    _add_part(parser)
    _add_source(parser)
    _add_hardware(parser)


def _add_part(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group('part of the clip')
    group.add_argument('--start', type=float, default=0.0, help='s from its first frame')
    group.add_argument('--end', type=float, default=float('inf'), help='s from its first frame')
    group.add_argument('--window-s', type=float, default=0.0, help='s of a window; 0: any')
    group.add_argument(
        '--window-frames', type=int, default=120, help='frames of a window (%(default)s)'
    )


def _add_source(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group('reading')
    group.add_argument('--rate', type=float, help='frames per second, where VIDEO has none')
    group.add_argument('--topic', default='', help='image topic of a bag')
    group.add_argument('--depth-topic', default='', help='depth topic of a bag')
    group.add_argument('--info-topic', default='', help='camera_info topic of a bag')


def _add_hardware(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group('hardware')
    group.add_argument(
        '--device', default='auto', help='auto, cpu, cuda, cuda:N or mps (%(default)s)'
    )
    group.add_argument(
        '--precision', default='auto', help='auto, fp32, bf16 or fp16 (%(default)s)'
    )
    group.add_argument(
        '--quantization', default='none', help='none, 8bit or 4bit, of a published VISA'
    )


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    from visa_ros.api import load_pipeline
    from visa_ros.config import PipelineConfig
    from visa_ros.video.reader import BagTopics, read_frames
    from visa_ros.video.writer import ResultWriter

    _check(args)
    query = Query(instruction=args.instruction, max_objects=args.max_objects)
    topics = BagTopics(image=args.topic, depth=args.depth_topic, camera_info=args.info_topic)
    source = read_frames(args.video, rate_hz=args.rate, topics=topics)
    frames = _part(source, args.start, args.end)
    first = next(frames, None)
    if first is None:
        raise DataError(f'{args.video}: no frame from --start to --end')
    pipeline = load_pipeline(
        args.model,
        args.device,
        PipelineConfig(clouds=args.ply),
        precision=args.precision,
        quantization=args.quantization,
    )
    writer = ResultWriter(
        args.out, hw=first.hw, rate_hz=source.rate_hz or 10.0, overwrite=args.overwrite
    )
    with writer, _progress(source.count) as bar:
        clip = _Clip(chain([first], frames), args.window_s, args.window_frames, bar.update)
        answer = segment(pipeline, clip, query, writer)
        summary = _summary(answer, _write_clouds(answer, args.out))
        writer.finish({'instruction': query.instruction, **summary})
    print(_line(answer, args.out))
    return EXIT_CODES[answer.status]


class _Clip:
    """Frames taken window by window, or one by one."""

    def __init__(
        self,
        frames: Iterator[Frame],
        window_s: float,
        window_frames: int,
        progress: Callable[[], Any],
    ) -> None:
        self._frames = frames
        self._window_ns = round(window_s * 1e9)
        self._window_frames = window_frames
        self._progress = progress

    def __iter__(self) -> Iterator[Frame]:
        """The frames that are left."""
        for frame in self._frames:
            self._progress()
            yield frame

    def window(self) -> list[Frame]:
        """The next frames, as many as a window holds; none at the end."""
        taken: list[Frame] = []
        left = _MAX_WINDOW_BYTES
        for frame in self:
            taken.append(frame)
            left -= frame.rgb.nbytes + (0 if frame.depth_m is None else frame.depth_m.nbytes)
            span_ns = frame.stamp_ns - taken[0].stamp_ns
            full = bool(self._window_ns) and span_ns >= self._window_ns
            if full or left <= 0 or len(taken) == self._window_frames:
                break
        return taken


def segment(pipeline: Pipeline, clip: _Clip, query: Query, writer: ResultWriter) -> Answer:
    """Ask window by window until something is found, track it through the rest, write it all."""
    window = clip.window()
    while True:
        answer = pipeline.ask(query, window)
        labels = {o.object_id: o.label for o in answer.objects}
        masks = [entry.masks for entry in answer.sequence] or [{} for _ in window]
        for frame, found in zip(window, masks, strict=True):
            writer.add(frame, found, labels)
        if answer.objects or not (window := clip.window()):
            break
    for frame in clip:
        states = pipeline.track(frame)
        writer.add(frame, {o.object_id: o.mask for o in states if o.visible}, labels)
    return answer


def _check(args: argparse.Namespace) -> None:
    if not 0 <= args.start <= args.end:
        raise ConfigError(f'--start {args.start} and --end {args.end}: want 0 <= start <= end')
    if args.window_s < 0 or args.window_frames < 1 or args.max_objects < 0:
        raise ConfigError('--window-s, --window-frames and --max-objects must not be negative')
    if args.rate is not None and not 0 < args.rate < float('inf'):
        raise ConfigError(f'--rate {args.rate}: want a number > 0')


def _part(frames: Iterable[Frame], start_s: float, end_s: float) -> Iterator[Frame]:
    first_ns: int | None = None
    for frame in frames:
        first_ns = frame.stamp_ns if first_ns is None else first_ns
        time_s = (frame.stamp_ns - first_ns) / 1e9
        if time_s > end_s:
            return
        if time_s >= start_s:
            yield frame


def _progress(total: int | None) -> Any:
    try:
        from tqdm import tqdm
    except ImportError as error:
        raise MissingPackageError('the progress bar needs a package: pip install tqdm') from error
    return tqdm(total=total, unit='frame', desc='segment')


def _write_clouds(answer: Answer, out: Path) -> dict[int, str]:
    """Write the clouds there are; returns their paths below OUT by id."""
    from visa_ros.geometry.clouds import write_ply

    names = {}
    for one in answer.objects:
        if one.cloud is not None:
            names[one.object_id] = f'clouds/{one.object_id}.ply'
            (out / 'clouds').mkdir(exist_ok=True)
            write_ply(out / names[one.object_id], one.cloud)
    return names


def _summary(answer: Answer, clouds: Mapping[int, str]) -> dict[str, Any]:
    """What result.json holds next to the frames."""
    return {
        'status': answer.status.name,
        'answer': answer.text,
        'message': answer.message,
        'window_ns': [entry.stamp_ns for entry in answer.sequence[:1] + answer.sequence[-1:]],
        'objects': [_object(one, clouds.get(one.object_id)) for one in answer.objects],
        'ms': {stage: round(ms, 1) for stage, ms in answer.ms.items()},
    }


def _object(one: ObjectState, cloud_file: str | None) -> dict[str, Any]:
    """One object at the end of the window; lengths in m, in the optical frame."""
    raw: dict[str, Any] = {
        'id': one.object_id,
        'label': one.label,
        'score': round(one.score, 4),
        'visible': one.visible,
        'cloud': None,
    }
    if one.cloud is not None:
        raw['cloud'] = {
            'file': cloud_file,
            'points': len(one.cloud.points_m),
            'centroid_m': one.cloud.centroid_m.tolist(),
            'box_center_m': one.cloud.box_center_m.tolist(),
            'box_rotation': one.cloud.box_rotation.tolist(),
            'box_size_m': one.cloud.box_size_m.tolist(),
        }
    return raw


def _line(answer: Answer, out: Path) -> str:
    names = ', '.join(f'{o.object_id} {o.label}'.strip() for o in answer.objects)
    return ' | '.join(
        part for part in (answer.status.name, names, answer.message, f'{out}') if part
    )
