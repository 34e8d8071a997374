"""ReasonSeg: pictures with implicit questions, masks as labelme's outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.base import FolderSet
from visa_ros.data.files import entry, image_hw, inner_name, read_json, require
from visa_ros.data.samples import IGNORE, ImageQuery, ImageSample
from visa_ros.errors import DataError
from visa_ros.video.opencv import opencv

_EXPLANATIONS = 'explanatory/train.json'
# The files were written on several machines.
_ENCODINGS = ('utf-8', 'cp1252')
_FAR_PX = 30_000  # OpenCV draws with 16 bit


class ReasonSeg(FolderSet):
    """
    ReasonSeg; item i is a picture with its questions, which share one mask.

    reason_seg/ReasonSeg/<split>/<name>.jpg and <name>.json, explanatory/train.json. Pictures are
    in the order of their names. DataError if a file is not of the set's form.
    """

    name = 'reasonseg'
    folder = 'reason_seg/ReasonSeg'
    marker = '*/*.json'

    def __init__(self, root: Path | str, split: str) -> None:
        super().__init__(root, split)
        self._paths = sorted((self.root / split).glob('*.jpg'))
        self._explanations = self._read_explanations()

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder; DataError if the set is not there."""
        found = cls.find(root)
        return tuple(name for name in ('train', 'val', 'test') if (found / name).is_dir())

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, i: int) -> ImageSample:
        if not 0 <= i < len(self):
            raise IndexError(f'{self.name} {self.split}: no item {i}, there are {len(self)}')
        path = self._paths[i]
        outlines = path.with_suffix('.json')
        raw = read_json(outlines, encodings=_ENCODINGS)
        return ImageSample(
            dataset=self.name,
            split=self.split,
            path=path,
            queries=tuple(
                ImageQuery(
                    id=str(k),
                    text=text,
                    is_sentence=entry(raw, 'is_sentence', bool, str(outlines)),
                    source=LabelmeMask(outlines=outlines, picture=path),
                )
                for k, text in enumerate(_texts(raw, str(outlines)))
            ),
            explanation=self._explanations.get(path.name),
        )

    def _read_explanations(self) -> dict[str, tuple[str, str]]:
        """Return the name of a picture -> question and answer in words."""
        path = self.root / _EXPLANATIONS
        if self.split != 'train' or not path.is_file():
            return {}
        return {
            inner_name(entry(raw, 'image', str, str(path)), str(path)): (
                entry(raw, 'query', str, str(path)),
                entry(raw, 'outputs', str, str(path)),
            )
            for raw in require(read_json(path, encodings=_ENCODINGS), list, str(path))
        }


def _texts(raw: object, where: str) -> list[str]:
    texts = [require(text, str, where) for text in entry(raw, 'text', list, where)]
    if not texts:
        raise DataError(f'{where}: has no text')
    return texts


@dataclass(frozen=True, kw_only=True)
class LabelmeMask:
    """
    Outlines that are painted over each other, the largest first.

    outlines  the json with `shapes`
    picture   tells the size
    """

    outlines: Path
    picture: Path

    def label(self) -> NDArray[np.uint8]:
        """Return uint8 (H, W): 1 object, 0 background, 255 not to be judged."""
        where = str(self.outlines)
        raw = read_json(self.outlines, encodings=_ENCODINGS)
        shapes = [_shape(shape, where) for shape in entry(raw, 'shapes', list, where)]
        return paint([s for s in shapes if s is not None], image_hw(self.picture))


def _shape(raw: Any, where: str) -> tuple[NDArray[np.int32], int] | None:
    """Return corners and value of an outline; None for a flag, which is not painted."""
    name = entry(raw, 'label', str, where).lower()
    if 'flag' in name:
        return None
    try:
        corners = np.array(entry(raw, 'points', list, where), np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f'{where}: an outline is not a list of points') from error
    if corners.ndim != 2 or corners.shape[1] != 2 or not (np.abs(corners) < _FAR_PX).all():
        raise DataError(f'{where}: an outline is not a list of points in the picture')
    return corners.astype(np.int32), IGNORE if 'ignore' in name else 1


def paint(
    shapes: Sequence[tuple[NDArray[np.int32], int]], hw: tuple[int, int]
) -> NDArray[np.uint8]:
    """
    Paint outlines and what they enclose, in the order of decreasing area.

    shapes   corners (K, 2) in px and the value to paint
    returns  uint8 (H, W), 0 where nothing is painted
    """

    def painted(image: NDArray[np.uint8], corners: NDArray[np.int32], value: int) -> int:
        cv2 = opencv()
        cv2.polylines(image, [corners], True, value, 1)
        cv2.fillPoly(image, [corners], value)
        return int(np.count_nonzero(image))

    areas = [painted(np.zeros(hw, np.uint8), corners, 1) for corners, _ in shapes]
    image = np.zeros(hw, np.uint8)
    # Of two of the same area the later one in the file comes first, as in LISA's tools.
    for k in sorted(range(len(shapes)), key=areas.__getitem__)[::-1]:
        painted(image, *shapes[k])
    return image
