"""What all video sets share: expressions about the frames of videos."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar

from visa_ros.data.base import FolderSet
from visa_ros.data.files import entry, inner_name, inner_path, read_json, require
from visa_ros.data.samples import TrackSource, VideoSample
from visa_ros.errors import DataError

_EXPRESSION_KEYS = frozenset(('exp', 'obj_id', 'anno_id', 'type_id'))


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """An entry of a video's `expressions`, as VideoSample has it."""

    id: str
    text: str
    type_id: int | None
    object_ids: tuple[str, ...]
    annotation_ids: tuple[str, ...]
    attributes: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Video:
    """
    An entry of `videos`.

    frames       names without extension, sorted
    hw           height and width in px; None: not told
    expressions  sorted by their ids as texts
    """

    name: str
    frames: tuple[str, ...]
    hw: tuple[int, int] | None
    expressions: tuple[Expression, ...]


@dataclass(frozen=True, kw_only=True)
class VideoFiles:
    """
    Where a split of a set keeps its parts.

    expressions  the json of videos and expressions
    pictures     folder of one folder per video
    masks        None: they are not public
    """

    expressions: Path
    pictures: Path
    masks: TrackSource | None = field(repr=False)


class VideoSet(FolderSet):
    """
    One split of a set of videos with expressions; item i is an expression.

    Videos are in the order of their names, expressions in that of their ids as texts. Opening
    reads the expressions alone. DataError if files are missing or are not of the set's form.

    released  split -> videos of the release, where they are known
    """

    released: ClassVar[Mapping[str, int]] = {}

    def __init__(self, root: Path | str, split: str) -> None:
        super().__init__(root, split)
        self.files = self._files()
        self.videos = self._videos()
        self._ends = list(accumulate(len(video.expressions) for video in self.videos))

    def _files(self) -> VideoFiles:
        raise NotImplementedError

    def _videos(self) -> tuple[Video, ...]:
        return read_videos(self.files.expressions)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, i: int) -> VideoSample:
        if not 0 <= i < len(self):
            raise IndexError(f'{self.name} {self.split}: no item {i}, there are {len(self)}')
        at = bisect_right(self._ends, i)
        video = self.videos[at]
        expression = video.expressions[i - self._start(at)]
        return VideoSample(
            dataset=self.name,
            split=self.split,
            video=video.name,
            expression_id=expression.id,
            text=expression.text,
            frames=video.frames,
            folder=self.files.pictures / video.name,
            type_id=expression.type_id,
            hw=video.hw,
            object_ids=expression.object_ids,
            annotation_ids=expression.annotation_ids,
            attributes=expression.attributes,
            source=self.files.masks,
        )

    def items_of(self, at: int) -> range:
        """Return the items that are about video `at`, so that its frames are read once."""
        return range(self._start(at), self._ends[at])

    def _start(self, at: int) -> int:
        return self._ends[at - 1] if at else 0


def read_videos(path: Path) -> tuple[Video, ...]:
    """Read a meta_expressions file; DataError that names the entry that is not of its form."""
    videos = entry(read_json(path), 'videos', dict, str(path))
    return tuple(_video(name, videos[name], path) for name in sorted(videos))


def _video(name: str, raw: Any, path: Path) -> Video:
    where = f'{path}, video {name}'
    expressions = entry(raw, 'expressions', dict, where)
    frames = tuple(sorted(inner_name(f, where) for f in entry(raw, 'frames', list, where)))
    if not frames or len(set(frames)) < len(frames):
        raise DataError(f'{where}: has no frames, or one twice')
    return Video(
        name=inner_path(name, f'{path}, video'),
        frames=frames,
        hw=_hw(raw, where),
        expressions=tuple(_expression(i, expressions[i], where) for i in sorted(expressions)),
    )


def _hw(raw: Mapping[str, Any], where: str) -> tuple[int, int] | None:
    if raw.get('height') is None and raw.get('width') is None:
        return None
    height, width = entry(raw, 'height', int, where), entry(raw, 'width', int, where)
    if height < 1 or width < 1:
        raise DataError(f'{where}: {width}x{height} px')
    return height, width


def _expression(key: str, raw: Any, where: str) -> Expression:
    where = f'{where}, expression {key}'
    text = entry(raw, 'exp', str, where)
    type_id = raw.get('type_id')
    return Expression(
        id=inner_name(key, where),
        text=text,
        type_id=None if type_id is None else require(type_id, int, f'{where}, type_id'),
        object_ids=_ids(raw.get('obj_id'), f'{where}, obj_id'),
        annotation_ids=_ids(raw.get('anno_id'), f'{where}, anno_id'),
        attributes={k: v for k, v in raw.items() if k not in _EXPRESSION_KEYS},
    )


def _ids(raw: object, where: str) -> tuple[str, ...]:
    """Ids are a list, or one alone; numbers, or texts of numbers."""
    values = raw if isinstance(raw, list) else [] if raw is None else [raw]
    texts = tuple(str(value) for value in values)
    if not all(text.removeprefix('-').isdecimal() and text.isascii() for text in texts):
        raise DataError(f'{where}: want numbers, got {texts}')
    return texts
