"""
Recordings of ROS topics: rosbag2 in sqlite3 or MCAP, and bags of ROS 1, without ROS.

Topics that are not named are chosen: the first image topic in colour, the first depth topic of
the same size, and the camera_info next to the colour topic.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import importlib
import logging
from pathlib import Path
from typing import Any

import numpy as np

from visa_ros.errors import (
    DataError,
    EncodingError,
    InvalidFrameError,
    MissingPackageError,
    VisaError,
)
from visa_ros.structs import Camera, Frame
from visa_ros.video.encodings import (
    COLOR_ENCODINGS,
    decode_compressed,
    decode_image,
    DEPTH_ENCODINGS,
    to_depth_m,
    to_rgb,
)
from visa_ros.video.pairing import Pair, StampPairer
from visa_ros.video.source import FrameSource

_log = logging.getLogger(__name__)

BAG_SUFFIXES = ('.mcap', '.db3', '.bag')
_IMAGE = 'sensor_msgs/msg/Image'
_COMPRESSED = 'sensor_msgs/msg/CompressedImage'
_INFO = 'sensor_msgs/msg/CameraInfo'


@dataclass(frozen=True, kw_only=True)
class BagTopics:
    """Topics to read; an empty name is chosen from the bag."""

    image: str = ''
    depth: str = ''
    camera_info: str = ''


def is_bag(path: Path) -> bool:
    """Whether this is a bag's file or folder."""
    if path.is_dir():
        return (path / 'metadata.yaml').is_file() or bool(_storage_files(path))
    return path.suffix.lower() in BAG_SUFFIXES


def read_bag(path: Path, *, topics: BagTopics) -> FrameSource:
    """
    Read the frames of one camera.

    DataError if the bag is damaged, or a topic is not in it or does not fit.
    """
    with _opened(path) as bag:
        chosen = _choose(bag, topics, path)
        count = sum(c.msgcount for c in bag.connections if c.topic == chosen.image)
        span_s = (bag.end_time - bag.start_time) / 1e9
    return FrameSource(
        path=path,
        open_frames=lambda: _frames(path, chosen),
        count=count,
        rate_hz=count / span_s if count > 1 and span_s > 0 else None,
    )


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a bag; whatever its parser stumbles over is a DataError that names the file."""
    try:
        highlevel = importlib.import_module('rosbags.highlevel')
        typesys = importlib.import_module('rosbags.typesys')
    except ImportError as error:
        raise MissingPackageError('bags need a package: pip install rosbags') from error
    files = [path]
    if path.is_dir() and not (path / 'metadata.yaml').is_file():
        files = _storage_files(path)
        if len(files) > 1:
            raise DataError(f'{path}: metadata.yaml is missing: run `ros2 bag reindex {path}`')
    store = typesys.get_typestore(typesys.Stores.ROS2_HUMBLE)
    try:
        with highlevel.AnyReader(files, default_typestore=store) as bag:
            yield bag
    except VisaError:
        raise
    except Exception as error:  # parsers of damaged files raise anything
        raise DataError(
            f'{path}: cannot be read as a bag ({error!r}); `ros2 bag reindex` may repair it'
        ) from error


def _storage_files(path: Path) -> list[Path]:
    return sorted(f for f in path.iterdir() if f.suffix.lower() in BAG_SUFFIXES)


def _choose(bag: Any, topics: BagTopics, path: Path) -> BagTopics:
    """Fill in the names of the topics; DataError if one is not there."""
    kinds = {c.topic: c.msgtype for c in bag.connections if c.msgcount}
    for name in (topics.image, topics.depth, topics.camera_info):
        if name and name not in kinds:
            raise DataError(f'{path}: no messages on {name!r}; its topics are {sorted(kinds)}')
    looks = {
        t: _look(bag, t) for t, kind in sorted(kinds.items()) if kind in (_IMAGE, _COMPRESSED)
    }
    colors = [t for t, (kind, _) in looks.items() if kind == 'color']
    if not topics.image and not colors:
        raise DataError(f'{path}: no image topic in colour; its topics are {sorted(kinds)}')
    image = topics.image or colors[0]
    if image not in looks:
        raise DataError(f'{path}: {image!r} carries {kinds[image]}, not images')
    depths = [t for t, look in looks.items() if look == ('depth', looks[image][1]) and t != image]
    infos = [t for t, kind in sorted(kinds.items()) if kind == _INFO]
    beside = f'{image.rsplit("/", 1)[0]}/camera_info'
    return BagTopics(
        image=image,
        depth=topics.depth or (depths[0] if depths else ''),
        camera_info=topics.camera_info or (beside if beside in infos else ''.join(infos[:1])),
    )


def _look(bag: Any, topic: str) -> tuple[str, tuple[int, ...]]:
    """What the first image of a topic is ('color', 'depth' or ''), and its size."""
    connections = [c for c in bag.connections if c.topic == topic]
    connection, _, raw = next(bag.messages(connections=connections))
    message = bag.deserialize(raw, connection.msgtype)
    if connection.msgtype == _COMPRESSED:
        try:
            pixels = decode_compressed(message.data)
        except EncodingError:
            return '', ()
        return ('color' if pixels.ndim == 3 else 'depth'), pixels.shape[:2]
    hw = (message.height, message.width)
    if message.encoding in DEPTH_ENCODINGS and ('depth' in topic or message.encoding != 'mono16'):
        return 'depth', hw
    return ('color' if message.encoding in COLOR_ENCODINGS else ''), hw


def _frames(path: Path, topics: BagTopics) -> Iterator[Frame]:
    pairer: StampPairer[Any, Any] = StampPairer(use_depth=bool(topics.depth))
    with _opened(path) as bag:
        used = [c for c in bag.connections if c.topic in _names(topics)]
        for connection, received_ns, raw in bag.messages(connections=used):
            message = bag.deserialize(raw, connection.msgtype)
            if connection.topic == topics.camera_info:
                pairer.push_camera(_camera(message, path))
                continue
            stamp = message.header.stamp
            stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec or received_ns
            is_depth = connection.topic == topics.depth
            push = pairer.push_depth if is_depth else pairer.push_image
            for pair in push(stamp_ns, message):
                yield _frame(pair, path)


def _names(topics: BagTopics) -> set[str]:
    return {topics.image, topics.depth, topics.camera_info} - {''}


def _camera(info: Any, path: Path) -> Camera | None:
    """Intrinsics of a CameraInfo; None if the camera is not calibrated."""
    k = info.k if hasattr(info, 'k') else info.K  # ROS 1 writes its matrices in capitals
    d = info.d if hasattr(info, 'd') else info.D
    try:
        return Camera(
            width=int(info.width),
            height=int(info.height),
            fx=float(k[0]),
            fy=float(k[4]),
            cx=float(k[2]),
            cy=float(k[5]),
            distortion_model=str(info.distortion_model) or 'none',
            distortion=tuple(float(value) for value in d),
        )
    except InvalidFrameError as error:
        _log.warning('%s: camera_info is not used: %s', path, error)
        return None


def _frame(pair: Pair[Any, Any], path: Path) -> Frame:
    image, depth = pair.image, pair.depth
    try:
        return Frame(
            rgb=_rgb(image),
            stamp_ns=pair.stamp_ns,
            frame_id=str(image.header.frame_id),
            depth_m=None if depth is None else _depth_m(depth),
            camera=pair.camera,
        )
    except (EncodingError, InvalidFrameError) as error:
        raise DataError(f'{path}: image at {pair.stamp_ns} ns: {error}') from error


def _rgb(message: Any) -> np.ndarray:
    if hasattr(message, 'format'):
        pixels = decode_compressed(message.data)
        return pixels if pixels.ndim == 3 else to_rgb('mono16', pixels)
    return to_rgb(message.encoding, _pixels(message))


def _depth_m(message: Any) -> np.ndarray:
    if hasattr(message, 'format'):
        return to_depth_m('16UC1', decode_compressed(message.data))
    return to_depth_m(message.encoding, _pixels(message))


def _pixels(message: Any) -> np.ndarray:
    return decode_image(
        message.encoding,
        message.height,
        message.width,
        message.step,
        bool(message.is_bigendian),
        message.data,
    )
