"""MeViS, and LV-VIS in the form in which VISA uses it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from visa_ros.data.masks import MaskDict
from visa_ros.data.video import Video, VideoFiles, VideoSet


class MeViS(VideoSet):
    """
    MeViS: expressions about motion.

    mevis/<split>/JPEGImages/<video>/<frame>.jpg, meta_expressions.json, mask_dict.json. The
    split 'valid' has no masks: a server scores it.
    """

    name = 'mevis'
    folder = 'mevis'
    released = MappingProxyType({'train': 1662, 'valid_u': 50, 'valid': 140})
    marker = '*/meta_expressions.json'

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder."""
        files = cls.find(root).glob(cls.marker)
        return tuple(sorted(file.parent.name for file in files))

    def _files(self) -> VideoFiles:
        folder = self.root / self.split
        masks = folder / 'mask_dict.json'
        public = masks.is_file() or self.split != 'valid'
        return VideoFiles(
            expressions=folder / 'meta_expressions.json',
            pictures=folder / 'JPEGImages',
            masks=MaskDict(masks) if public else None,
        )


class LVVIS(MeViS):
    """LV-VIS: names of categories as expressions; the same tree below lvvis/."""

    name = 'lvvis'
    folder = 'lvvis'
    released = MappingProxyType({})

    def _videos(self) -> tuple[Video, ...]:
        return tuple(
            replace(
                video,
                expressions=tuple(
                    replace(e, text=e.text.replace('_', ' ')) for e in video.expressions
                ),
            )
            for video in super()._videos()
        )
