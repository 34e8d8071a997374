"""Ref-YouTube-VOS and Ref-DAVIS17: the ids of their masks are not written down but counted."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from types import MappingProxyType

from visa_ros.data.files import entry, read_json, require
from visa_ros.data.masks import PickledMasks, PngMasks
from visa_ros.data.video import Expression, read_videos, Video, VideoFiles, VideoSet

_META = 'meta_expressions'


class RefYouTubeVOS(VideoSet):
    """
    Ref-YouTube-VOS.

    Ref-Youtube-VOS/<split>/JPEGImages/<video>/<frame>.jpg,
    meta_expressions/<split>/meta_expressions.json, train/meta.json,
    and the masks: <split>/mask_dict.pkl, else <split>/Annotations/<video>/<frame>.png.

    An annotation id is a running number over the videos in the order of their names and, in each,
    over the expressions in the order of their ids as texts. 'valid' and 'test' have no masks: a
    server scores them. 'valid' of the download holds the videos of 'test' too; where the
    expressions of 'test' are there, they are taken out.
    """

    name = 'ref-youtube-vos'
    folder = 'Ref-Youtube-VOS'
    released = MappingProxyType({'train': 3471, 'valid': 202, 'test': 305})
    marker = f'{_META}/*/meta_expressions.json'

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder."""
        files = cls.find(root).glob(cls.marker)
        return tuple(sorted(file.parent.name for file in files))

    def _expressions(self, split: str) -> Path:
        return self.root / _META / split / 'meta_expressions.json'

    def _files(self) -> VideoFiles:
        return VideoFiles(
            expressions=self._expressions(self.split),
            pictures=self.root / self.split / 'JPEGImages',
            masks=self._masks(),
        )

    def _masks(self) -> PickledMasks | PngMasks | None:
        folder = self.root / self.split
        if (folder / 'mask_dict.pkl').is_file():
            return PickledMasks(folder / 'mask_dict.pkl')
        if (folder / 'Annotations').is_dir():
            return PngMasks(folder / 'Annotations')
        return None if self.split in {'valid', 'test'} else PickledMasks(folder / 'mask_dict.pkl')

    def _videos(self) -> tuple[Video, ...]:
        videos = self._counted(read_videos(self.files.expressions))
        hidden = self._expressions('test')
        if self.split == 'valid' and hidden.is_file():
            names = {video.name for video in read_videos(hidden)}
            videos = tuple(video for video in videos if video.name not in names)
        return videos

    def _counted(self, videos: tuple[Video, ...]) -> tuple[Video, ...]:
        """Fill in the annotation ids, and the categories where the set names them."""
        numbers = map(str, count())
        by_object = isinstance(self.files.masks, PngMasks)
        categories = self._categories()

        def filled(video: Video, expression: Expression) -> Expression:
            number = next(numbers)
            names = categories.get(video.name, {})
            found = [names[i] for i in expression.object_ids if i in names]
            attributes = {**expression.attributes, 'category': found[0]} if found else None
            return replace(
                expression,
                annotation_ids=expression.object_ids if by_object else (number,),
                attributes=attributes or expression.attributes,
            )

        return tuple(
            replace(video, expressions=tuple(filled(video, e) for e in video.expressions))
            for video in videos
        )

    def _categories(self) -> dict[str, dict[str, str]]:
        """Read video -> object id -> category; empty where the set has no such file."""
        path = self.root / self.split / 'meta.json'
        if not path.is_file():
            return {}
        videos = entry(read_json(path), 'videos', dict, str(path))
        return {name: _names_in(video, f'{path}, {name}') for name, video in videos.items()}


def _names_in(video: object, where: str) -> dict[str, str]:
    objects = entry(video, 'objects', dict, where)
    return {i: require(o, dict, where).get('category', '') for i, o in objects.items()}


class RefDAVIS17(RefYouTubeVOS):
    """
    Ref-DAVIS17 in the form of Ref-YouTube-VOS, below davis17/; 'valid' has masks.

    The expressions of an object come from several annotators, one after the other.
    """

    name = 'ref-davis17'
    folder = 'davis17'
    released = MappingProxyType({'train': 60, 'valid': 30})

    def _masks(self) -> PickledMasks | PngMasks | None:
        folder = self.root / self.split
        if (folder / 'mask_dict.pkl').is_file() or not (folder / 'Annotations').is_dir():
            return PickledMasks(folder / 'mask_dict.pkl')
        return PngMasks(folder / 'Annotations')
