"""Sets with a class for each pixel: ADE20K, COCO-Stuff, Mapillary Vistas 2.0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visa_ros.data.base import FolderSet
from visa_ros.data.files import entry, read_json
from visa_ros.data.samples import IGNORE, SemanticSample
from visa_ros.errors import DataError

_UNKNOWN = -1


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """
    Class numbers by stored value.

    table  256 numbers; 255 for ignored, -1 for values that must not occur
    """

    table: tuple[int, ...]

    def labels(self, path: Path) -> NDArray[np.uint8]:
        """Read a class map, uint8 (H, W), 255 for ignored; DataError if it is damaged."""
        try:
            with Image.open(path) as image:
                stored = np.asarray(image)
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise DataError(f'{path}: missing or not a picture') from error
        if stored.ndim != 2 or stored.dtype != np.uint8:
            raise DataError(f'{path}: want 8 bit numbers, got {stored.dtype} {stored.shape}')
        numbers = np.array(self.table, np.int16)[stored]
        if (numbers == _UNKNOWN).any():
            wrong = int(stored[numbers == _UNKNOWN][0])
            raise DataError(f'{path}: value {wrong} is no class of this set')
        classes: NDArray[np.uint8] = numbers.astype(np.uint8)
        return classes


def lookup(numbers: Sequence[int]) -> Lookup:
    """Make a table from the numbers of the values 0, 1, ..; 255 is ignored, others are wrong."""
    rest = [_UNKNOWN] * (IGNORE - len(numbers))
    return Lookup(table=(*numbers, *rest, IGNORE))


class SemanticSet(FolderSet):
    """
    One split of a set with class maps; item i is a picture.

    Pictures are in the order of their maps' names. DataError if files are not of the set's form.
    """

    def __init__(self, root: Path | str, split: str) -> None:
        super().__init__(root, split)
        self.classes = self._classes()
        self._lookup = self._table()
        self._maps = sorted(self._map_folder().glob('*.png'))

    def __len__(self) -> int:
        return len(self._maps)

    def __getitem__(self, i: int) -> SemanticSample:
        if not 0 <= i < len(self):
            raise IndexError(f'{self.name} {self.split}: no item {i}, there are {len(self)}')
        path = self._maps[i]
        return SemanticSample(
            dataset=self.name,
            split=self.split,
            path=self._picture_folder() / f'{path.stem}.jpg',
            label_path=path,
            classes=self.classes,
            labelling=self._lookup,
        )

    def _classes(self) -> tuple[str, ...]:
        raise NotImplementedError

    def _table(self) -> Lookup:
        return lookup(range(len(self.classes)))

    def _map_folder(self) -> Path:
        raise NotImplementedError

    def _picture_folder(self) -> Path:
        raise NotImplementedError


def _folders(parent: Path) -> tuple[str, ...]:
    return tuple(sorted(p.name for p in parent.iterdir() if p.is_dir()))


class ADE20K(SemanticSet):
    """
    ADE20K's 150 classes of the scene parsing challenge.

    ade20k/images/<split>/<name>.jpg, annotations/<split>/<name>.png, objectInfo150.txt with the
    names. A stored 0 or 255 is ignored, n is class n - 1.
    """

    name = 'ade20k'
    folder = 'ade20k'
    marker = 'images/*'

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder; DataError if the set is not there."""
        return _folders(cls.find(root) / 'images')

    def _classes(self) -> tuple[str, ...]:
        # Index, ratio, train, val, stuff, names; the first name of several is the usual one.
        rows = _lines(self.root / 'objectInfo150.txt')[1:]
        return tuple(row.split('\t')[-1].split(',')[0].strip() for row in rows)

    def _table(self) -> Lookup:
        return lookup((IGNORE, *range(len(self.classes))))

    def _map_folder(self) -> Path:
        return self.root / 'annotations' / self.split

    def _picture_folder(self) -> Path:
        return self.root / 'images' / self.split


class COCOStuff(SemanticSet):
    """
    COCO-Stuff on COCO's pictures.

    cocostuff/<split>/<name>.png, cocostuff/labels.txt, coco/<split>/<name>.jpg. Classes with a
    '-' in their name are not to be asked for: they are ignored.
    """

    name = 'cocostuff'
    folder = '.'
    marker = 'cocostuff/*2017'

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder; DataError if the set is not there."""
        return tuple(sorted(p.name for p in cls.find(root).glob(cls.marker)))

    def _classes(self) -> tuple[str, ...]:
        # '0: unlabeled' is stored as 255, '1: person' as 0, and so on.
        path = self.root / 'cocostuff' / 'labels.txt'
        pairs = [line.partition(':') for line in _lines(path)]
        names = {number.strip(): name.strip() for number, _, name in pairs}
        if not all(number.isdecimal() for number in names):
            raise DataError(f'{path}: want lines such as "1: person"')
        return tuple(names.get(str(n), '') for n in range(1, 1 + max(map(int, names), default=0)))

    def _table(self) -> Lookup:
        return lookup([IGNORE if '-' in name else k for k, name in enumerate(self.classes)])

    def _map_folder(self) -> Path:
        return self.root / 'cocostuff' / self.split

    def _picture_folder(self) -> Path:
        return self.root / 'coco' / self.split


class Mapillary(SemanticSet):
    """
    Mapillary Vistas 2.0.

    mapillary/config_v2.0.json, <split>/images/<name>.jpg, <split>/v2.0/labels/<name>.png.
    """

    name = 'mapillary'
    folder = 'mapillary'
    marker = 'config_v2.0.json'

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder; DataError if the set is not there."""
        return tuple(sorted(p.parents[1].name for p in cls.find(root).glob('*/v2.0/labels')))

    def _classes(self) -> tuple[str, ...]:
        path = self.root / self.marker
        labels = entry(read_json(path), 'labels', list, str(path))
        return tuple(entry(label, 'readable', str, str(path)).lower() for label in labels)

    def _map_folder(self) -> Path:
        return self.root / self.split / 'v2.0' / 'labels'

    def _picture_folder(self) -> Path:
        return self.root / self.split / 'images'


def _lines(path: Path) -> list[str]:
    """Read the lines of a list of classes, without empty ones."""
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except (OSError, ValueError) as error:
        raise DataError(
            f'{path}: missing or not a text; docs/datasets.md tells where the names of the '
            f'classes come from'
        ) from error
    return [line for line in lines if line.strip()]
