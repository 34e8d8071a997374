"""The files in which video sets keep their masks, each read object by object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import json
from pathlib import Path
import re
from typing import Any

import numpy as np
from PIL import Image

from visa_ros.data.coco import rle_of
from visa_ros.data.samples import Track
from visa_ros.data.unpickle import read_plain_pickle
from visa_ros.errors import DataError
from visa_ros.video.rle import encode

# The text of a mask holds no quotation mark, so nothing but a key of the file looks like this.
_ANNOTATION = re.compile(rb'"(-?\d{1,18})"\s*:\s*\[')
_VIDEO = re.compile(rb'"([^"\\]{1,400})"\s*:\s*\{\s*"(?:masks_rle|foreground_ratio)"\s*:')
_CHUNK_BYTES = 1 << 22
_KEY_BYTES = 512  # longest key with what follows it: two chunks share so many bytes


class JsonEntries:
    """
    The entries of one large json object, read one at a time.

    Hundreds of MB need not be parsed to open a set: the first access looks for the keys alone,
    and remembers where each entry begins and ends.
    """

    def __init__(self, path: Path, key: re.Pattern[bytes]) -> None:
        self.path = path
        self._key = key
        self._places: dict[str, tuple[int, int]] | None = None

    def keys(self) -> Iterable[str]:
        """Return all keys, in the order of the file."""
        return self._index().keys()

    def __contains__(self, key: str) -> bool:
        return key in self._index()

    def read(self, key: str) -> Any:
        """Parse one entry; DataError if it is missing or damaged."""
        place = self._index().get(key)
        if place is None:
            raise DataError(f'{self.path}: has no entry {key!r}')
        with self.path.open('rb') as file:
            file.seek(place[0])
            content = file.read(place[1] - place[0])
        try:
            text = content.decode('utf-8').lstrip()
            value, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError) as error:
            raise DataError(f'{self.path}: entry {key!r} is damaged: {error}') from error
        if text[end:].lstrip()[:1] not in {',', '}'}:
            raise DataError(f'{self.path}: entry {key!r} is damaged: it does not end')
        return value

    def _index(self) -> dict[str, tuple[int, int]]:
        if self._places is None:
            self._places = self._scan()
        return self._places

    def _scan(self) -> dict[str, tuple[int, int]]:
        found = list(_find(self.path, self._key))
        ends = [start for _, start, _ in found[1:]] + [self.path.stat().st_size]
        places: dict[str, tuple[int, int]] = {}
        for (name, _, value), end in zip(found, ends, strict=True):
            key = name.decode('utf-8', 'replace')
            if key in places:
                raise DataError(f'{self.path}: has two entries {key!r}')
            places[key] = (value, end)
        return places


def _find(path: Path, key: re.Pattern[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Yield each key, where it starts, and where its value does."""
    try:
        file = path.open('rb')
    except OSError as error:
        raise DataError(f'{path}: missing; docs/datasets.md shows the tree') from error
    with file:
        done, tail = 0, b''  # bytes before `tail`; what the next chunk may complete
        while chunk := file.read(_CHUNK_BYTES):
            text = tail + chunk
            last = 0
            for match in key.finditer(text):
                value = text.index(b':', match.end(1)) + 1
                yield match[1], done + match.start(), done + value
                last = match.end()
            keep = max(last, len(text) - _KEY_BYTES)
            done, tail = done + keep, text[keep:]


class MaskDict:
    """mask_dict.json: annotation id -> a mask or null per frame."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries = JsonEntries(path, _ANNOTATION)

    def track(self, video: str, frames: tuple[str, ...], annotation_id: str) -> Track:
        """Return one object's masks; DataError if missing, damaged or not one per frame."""
        return track_of(self.raw(annotation_id), frames, f'{self.path}, mask {annotation_id}')

    def raw(self, annotation_id: str) -> Any:
        """Return the entry as the file has it."""
        return self._entries.read(annotation_id)


class PickledMasks:
    """mask_dict.pkl: the same in a pickle, which has to be read as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: dict[str, Any] | None = None

    def track(self, video: str, frames: tuple[str, ...], annotation_id: str) -> Track:
        """Return one object's masks; DataError if missing, damaged or not one per frame."""
        return track_of(self.raw(annotation_id), frames, f'{self.path}, mask {annotation_id}')

    def raw(self, annotation_id: str) -> Any:
        """Return the entry as the file has it."""
        if self._entries is None:
            entries = read_plain_pickle(self.path)
            if not isinstance(entries, dict):
                raise DataError(f'{self.path}: want a dict of masks')
            self._entries = {str(key): value for key, value in entries.items()}
        if annotation_id not in self._entries:
            raise DataError(f'{self.path}: has no entry {annotation_id!r}')
        return self._entries[annotation_id]

    def __getstate__(self) -> dict[str, Any]:
        """Leave the masks out: another process reads them itself."""
        return {'path': self.path, '_entries': None}


class PngMasks:
    """
    Annotations/<video>/<frame>.png: pictures of numbers, one for each object of the video.

    Here the annotation id is the number of the object.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def track(self, video: str, frames: tuple[str, ...], annotation_id: str) -> Track:
        """Return one object's masks; DataError if a picture is missing or has no numbers."""
        number = int(annotation_id)
        masks = (self._numbers(video, frame) == number for frame in frames)
        return tuple(encode(mask) if mask.any() else None for mask in masks)

    def _numbers(self, video: str, frame: str) -> np.ndarray:
        path = self.path / video / f'{frame}.png'
        try:
            with Image.open(path) as image:
                numbers = np.asarray(image)
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise DataError(f'{path}: missing or not a picture') from error
        if numbers.ndim != 2:
            raise DataError(f'{path}: want a picture with a palette, got {numbers.shape}')
        return numbers


class Foreground:
    """mask_dict_foreground.json: the union of all annotated objects of each video."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries = JsonEntries(path, _VIDEO)

    def track(self, video: str, frames: tuple[str, ...]) -> Track:
        """Return the union's masks; DataError if missing, damaged or not one per frame."""
        entry = self._entries.read(video)
        where = f'{self.path}, {video}'
        masks = entry.get('masks_rle') if isinstance(entry, dict) else None
        return track_of(masks, frames, where)


def track_of(masks: object, frames: tuple[str, ...], where: str) -> Track:
    """Turn a list of masks and nulls into a track; DataError if there is not one per frame."""
    if not isinstance(masks, list):
        raise DataError(f'{where}: want a list of masks')
    if len(masks) != len(frames):
        raise DataError(f'{where}: {len(masks)} masks for {len(frames)} frames')
    return tuple(None if mask is None else rle_of(mask, where) for mask in masks)
