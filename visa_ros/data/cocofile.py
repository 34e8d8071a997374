"""COCO's annotation files, of which only the places of the annotations are kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.coco import mask_of
from visa_ros.data.files import entry, inner_path
from visa_ros.data.stream import object_at, objects_in
from visa_ros.errors import DataError


@dataclass(frozen=True, kw_only=True)
class CocoPicture:
    """
    A picture of the file.

    file_name  relative to the folder of the pictures
    hw         height and width in px
    """

    file_name: str
    hw: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class CocoMask:
    """
    The mask of an annotation, read and drawn when it is needed.

    start, end  the annotation's bytes in the file
    """

    path: Path
    id: int
    start: int
    end: int
    hw: tuple[int, int]

    def label(self) -> NDArray[np.uint8]:
        """Return uint8 (H, W): 1 object, 0 background; DataError if it is damaged."""
        where = f'{self.path}, annotation {self.id}'
        annotation = object_at(self.path, self.start, self.end)
        if not isinstance(annotation, dict) or 'segmentation' not in annotation:
            raise DataError(f'{where}: has no segmentation')
        return mask_of(annotation['segmentation'], self.hw, where).astype(np.uint8)


@dataclass(frozen=True, kw_only=True)
class CocoFile:
    """
    An annotation file.

    pictures     picture id -> picture
    categories   category id -> name
    annotations  annotation id -> picture id, category id, first byte, byte behind the last
    """

    path: Path
    pictures: Mapping[int, CocoPicture]
    categories: Mapping[int, str]
    annotations: Mapping[int, tuple[int, int, int, int]]

    def mask(self, annotation_id: int) -> CocoMask:
        """Return the mask of an annotation; DataError if there is none of this id."""
        if annotation_id not in self.annotations:
            raise DataError(f'{self.path}: has no annotation {annotation_id}')
        picture_id, _, start, end = self.annotations[annotation_id]
        if picture_id not in self.pictures:
            raise DataError(f'{self.path}: has no picture {picture_id}')
        hw = self.pictures[picture_id].hw
        return CocoMask(path=self.path, id=annotation_id, start=start, end=end, hw=hw)


def read_coco(path: Path) -> CocoFile:
    """Read pictures, categories and the places of the annotations; DataError if damaged."""
    return CocoFile(
        path=path,
        pictures=dict(_picture(raw, path) for _, _, raw in objects_in(path, 'images')),
        categories={
            entry(raw, 'id', int, str(path)): entry(raw, 'name', str, str(path))
            for _, _, raw in objects_in(path, 'categories')
        },
        annotations={
            entry(raw, 'id', int, str(path)): (
                entry(raw, 'image_id', int, str(path)),
                entry(raw, 'category_id', int, str(path)),
                start,
                end,
            )
            for start, end, raw in objects_in(path, 'annotations')
        },
    )


def _picture(raw: object, path: Path) -> tuple[int, CocoPicture]:
    number = entry(raw, 'id', int, f'{path}, images')
    where = f'{path}, picture {number}'
    hw = entry(raw, 'height', int, where), entry(raw, 'width', int, where)
    if min(hw) < 1:
        raise DataError(f'{where}: {hw[1]}x{hw[0]} px')
    name = inner_path(entry(raw, 'file_name', str, where), where)
    return number, CocoPicture(file_name=name, hw=hw)
