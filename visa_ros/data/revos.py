"""ReVOS: referring and reasoning expressions, and some about things that are not there."""

from __future__ import annotations

from pathlib import Path

from visa_ros.data.masks import Foreground, MaskDict
from visa_ros.data.samples import Track
from visa_ros.data.video import VideoFiles, VideoSet
from visa_ros.video.rle import decode, encode, Rle

_PREFIX = 'meta_expressions_'


class ReVOS(VideoSet):
    """
    ReVOS, and what is written in its form, such as `visa-ros sim render` does.

    ReVOS/JPEGImages/<video>/<frame>.jpg, meta_expressions_<split>_.json, mask_dict.json,
    mask_dict_foreground.json (may be missing: it can be computed).
    """

    name = 'revos'
    folder = 'ReVOS'
    marker = f'{_PREFIX}*.json'

    def __init__(self, root: Path | str, split: str) -> None:
        super().__init__(root, split)
        self.foreground_file = self.root / 'mask_dict_foreground.json'
        self._foreground = Foreground(self.foreground_file)

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder, such as 'valid'; DataError if it is none."""
        files = cls.find(root).glob(cls.marker)
        # A frame sampler's copy has a name behind the last underscore: 'valid__llamavid'.
        return tuple(sorted(file.stem.removeprefix(_PREFIX).removesuffix('_') for file in files))

    def _files(self) -> VideoFiles:
        plain = self.root / f'{_PREFIX}{self.split}.json'
        return VideoFiles(
            expressions=plain if plain.is_file() else plain.with_name(f'{plain.stem}_.json'),
            pictures=self.root / 'JPEGImages',
            masks=MaskDict(self.root / 'mask_dict.json'),
        )

    def foreground(self, at: int) -> Track:
        """
        Return the union of all objects that any expression of video `at` means, per frame.

        The measure R is relative to it. Read from the set's own file, computed where it has none.
        DataError if masks are missing or damaged.
        """
        video = self.videos[at]
        if self.foreground_file.is_file():
            return self._foreground.track(video.name, video.frames)
        truths = [self[i].truth() for i in self.items_of(at)]
        tracks = {track for truth in truths for track in truth.tracks}
        return tuple(_union([track[k] for track in tracks]) for k in range(len(video.frames)))


def _union(rles: list[Rle | None]) -> Rle | None:
    known = [rle for rle in rles if rle is not None]
    if len(known) < 2:
        return known[0] if known else None
    mask = decode(known[0])
    for rle in known[1:]:
        mask |= decode(rle)
    return encode(mask)
