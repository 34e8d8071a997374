"""Sets of parts of things: PACO-LVIS and PASCAL-Part, both in COCO's form."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import ClassVar

from visa_ros.data.base import FolderSet
from visa_ros.data.cocofile import read_coco
from visa_ros.data.samples import ImageQuery, ImageSample
from visa_ros.errors import DataError


class PartSet(FolderSet):
    """
    One split of a set of parts; item i is a picture with a query for each annotation.

    Pictures are in the order of their ids; those without annotations are left out. DataError if
    files are missing or are not of the set's form.
    """

    prefix: ClassVar[str]
    folder = '.'

    def __init__(self, root: Path | str, split: str) -> None:
        super().__init__(root, split)
        self._coco = read_coco(self._file())
        by_picture = defaultdict(list)
        for annotation_id, (picture_id, category_id, _, _) in self._coco.annotations.items():
            if category_id not in self._coco.categories:
                raise DataError(f'{self._coco.path}: has no category {category_id}')
            by_picture[picture_id].append((annotation_id, category_id))
        self._by_picture = dict(by_picture)
        self._picture_ids = sorted(self._by_picture)

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder; DataError if the set is not there."""
        files = cls.find(root).glob(cls.marker)
        return tuple(sorted(file.stem.removeprefix(cls.prefix) for file in files))

    def __len__(self) -> int:
        return len(self._picture_ids)

    def __getitem__(self, i: int) -> ImageSample:
        if not 0 <= i < len(self):
            raise IndexError(f'{self.name} {self.split}: no item {i}, there are {len(self)}')
        picture_id = self._picture_ids[i]
        queries = []
        for annotation_id, category_id in self._by_picture[picture_id]:
            names = names_of(self._coco.categories[category_id])
            mask = self._coco.mask(annotation_id)
            queries.append(
                ImageQuery(id=str(annotation_id), text=names[0], variants=names[1:], source=mask)
            )
        return ImageSample(
            dataset=self.name,
            split=self.split,
            path=self._picture(self._coco.pictures[picture_id].file_name),
            queries=tuple(queries),
        )

    def _file(self) -> Path:
        return (self.root / self.marker).with_name(f'{self.prefix}{self.split}.json')

    def _picture(self, file_name: str) -> Path:
        raise NotImplementedError


def names_of(category: str) -> tuple[str, ...]:
    """
    Return how a category may be called.

    'trash_can' is ('trash can',), 'mug:handle' is ('mug handle', 'the handle of the mug').
    """
    whole, _, part = (text.split('_(')[0] for text in category.strip().partition(':'))
    whole, part = whole.replace('_', ' '), part.replace('_', ' ')
    return (f'{whole} {part}', f'the {part} of the {whole}') if part else (whole,)


class PACOLVIS(PartSet):
    """PACO-LVIS: vlpart/paco/annotations/paco_lvis_v1_<split>.json on coco/train2017."""

    name = 'paco-lvis'
    marker = 'vlpart/paco/annotations/paco_lvis_v1_*.json'
    prefix = 'paco_lvis_v1_'

    def _picture(self, file_name: str) -> Path:
        inside = file_name if '/' in file_name else f'train2017/{file_name}'
        return self.root / 'coco' / inside


class PascalPart(PartSet):
    """PASCAL-Part: vlpart/pascal_part/<split>.json on VOC 2010 in VOCdevkit beside it."""

    name = 'pascal-part'
    marker = 'vlpart/pascal_part/*.json'
    prefix = ''

    def _picture(self, file_name: str) -> Path:
        pictures = self.root / 'vlpart/pascal_part/VOCdevkit/VOC2010/JPEGImages'
        return pictures / file_name
