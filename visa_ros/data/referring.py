"""refCOCO, refCOCO+, refCOCOg and refclef in the layout of their own tools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from visa_ros.data.base import FolderSet
from visa_ros.data.cocofile import read_coco
from visa_ros.data.files import entry
from visa_ros.data.samples import ImageQuery, ImageSample
from visa_ros.data.unpickle import read_plain_pickle
from visa_ros.errors import DataError


class RefCOCO(FolderSet):
    """
    refCOCO; item i is a picture with all its expressions of the split.

    refer_seg/refcoco/refs(unc).p and instances.json,
    refer_seg/images/mscoco/images/train2014/<picture>.jpg. Pictures are in the order of their
    ids. DataError if files are missing or are not of the set's form.
    """

    name = 'refcoco'
    folder = 'refer_seg'
    marker = 'refcoco/refs(unc).p'
    pictures: ClassVar[str] = 'images/mscoco/images/train2014'
    known_splits: ClassVar[tuple[str, ...]] = ('train', 'val', 'testA', 'testB')

    def __init__(self, root: Path | str, split: str) -> None:
        super().__init__(root, split)
        self.refs_file = self.root / self.marker
        self._coco = read_coco(self.refs_file.with_name('instances.json'))
        self._sentences = self._read_sentences()
        self._picture_ids = sorted(self._sentences)

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits of the set; DataError if it is not there."""
        cls.find(root)
        return cls.known_splits

    def __len__(self) -> int:
        return len(self._picture_ids)

    def __getitem__(self, i: int) -> ImageSample:
        if not 0 <= i < len(self):
            raise IndexError(f'{self.name} {self.split}: no item {i}, there are {len(self)}')
        picture_id = self._picture_ids[i]
        picture = self._coco.pictures[picture_id]
        return ImageSample(
            dataset=self.name,
            split=self.split,
            path=self.root / self.pictures / picture.file_name,
            queries=tuple(
                ImageQuery(id=number, text=text, source=self._coco.mask(annotation))
                for number, text, annotation in self._sentences[picture_id]
            ),
        )

    def _read_sentences(self) -> dict[int, list[tuple[str, str, int]]]:
        """Return picture id -> its sentences: id, text, annotation id."""
        refs = read_plain_pickle(self.refs_file)
        if not isinstance(refs, list):
            raise DataError(f'{self.refs_file}: want a list of refs')
        sentences: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
        for k, ref in enumerate(refs):
            where = f'{self.refs_file}, entry {k}'
            if entry(ref, 'split', str, where) != self.split:
                continue
            picture_id = entry(ref, 'image_id', int, where)
            if picture_id not in self._coco.pictures:
                raise DataError(f'{where}: picture {picture_id} is not in {self._coco.path}')
            sentences[picture_id] += _sentences_of(ref, where)
        return dict(sentences)


def _sentences_of(ref: Any, where: str) -> Iterator[tuple[str, str, int]]:
    annotation = entry(ref, 'ann_id', int, where)
    for sentence in entry(ref, 'sentences', list, where):
        number = entry(sentence, 'sent_id', int, where)
        yield str(number), entry(sentence, 'sent', str, where), annotation


class RefCOCOPlus(RefCOCO):
    """refCOCO+: no words of place."""

    name = 'refcoco+'
    marker = 'refcoco+/refs(unc).p'


class RefCOCOg(RefCOCO):
    """refCOCOg: longer expressions, UMD's split."""

    name = 'refcocog'
    marker = 'refcocog/refs(umd).p'
    known_splits = ('train', 'val', 'test')


class RefCLEF(RefCOCO):
    """refclef, on pictures of SAIAPR TC-12."""

    name = 'refclef'
    marker = 'refclef/refs(unc).p'
    pictures = 'images/saiapr_tc-12'
    known_splits = ('train', 'val', 'testA', 'testB', 'testC')
