"""Clips from disk: movies, folders of pictures and bags."""

from __future__ import annotations

from collections.abc import Iterator
import logging
import math
from pathlib import Path

from visa_ros.errors import DataError
from visa_ros.structs import Frame
from visa_ros.video.bag import BAG_SUFFIXES, BagTopics, is_bag, read_bag
from visa_ros.video.folder import read_folder
from visa_ros.video.opencv import opencv
from visa_ros.video.source import FrameSource

__all__ = ['BagTopics', 'FrameSource', 'read_frames']
_log = logging.getLogger(__name__)

_DEFAULT_RATE_HZ = 30.0


def read_frames(
    path: str | Path, *, rate_hz: float | None = None, topics: BagTopics | None = None
) -> FrameSource:
    """
    Open a clip: a movie (mp4, avi, ... whatever OpenCV reads), a folder of pictures (see
    visa_ros.video.folder), or a bag (see visa_ros.video.bag).

    rate_hz  frames per second for pictures and movies that do not tell
    topics   which topics of a bag to read

    DataError if there is nothing, or nothing readable, at the path.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise DataError(f'{path}: no such file or folder')
    if is_bag(path):
        return read_bag(path, topics=topics or BagTopics())
    if path.is_dir():
        return read_folder(path, rate_hz=rate_hz)
    return _read_movie(path, rate_hz)


def _read_movie(path: Path, rate_hz: float | None) -> FrameSource:
    cv2 = opencv()
    movie = cv2.VideoCapture(str(path))
    opened = movie.isOpened()
    told_hz, told_count = movie.get(cv2.CAP_PROP_FPS), movie.get(cv2.CAP_PROP_FRAME_COUNT)
    movie.release()
    if not opened:
        raise DataError(
            f'{path}: cannot be read as a movie; give a movie, a folder of jpg or png pictures, '
            f'or a bag ({", ".join(BAG_SUFFIXES)})'
        )
    rate = told_hz if math.isfinite(told_hz) and told_hz > 0 else rate_hz or _DEFAULT_RATE_HZ
    count = int(told_count) if math.isfinite(told_count) and told_count > 0 else None
    return FrameSource(
        path=path,
        open_frames=lambda: _movie_frames(path, rate, count),
        count=count,
        rate_hz=rate,
    )


def _movie_frames(path: Path, rate_hz: float, count: int | None) -> Iterator[Frame]:
    cv2 = opencv()
    movie = cv2.VideoCapture(str(path))
    try:
        index = 0
        while True:
            good, bgr = movie.read()
            if not good:
                break
            rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            yield Frame(rgb=rgb, stamp_ns=round(index * 1e9 / rate_hz))
            index += 1
    finally:
        movie.release()
    if count and index < count:
        _log.warning('%s: only %d of %d frames could be read', path, index, count)
