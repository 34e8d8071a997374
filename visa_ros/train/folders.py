"""Clips of any data set for following objects: pictures, and masks next to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from visa_ros.errors import DataError
from visa_ros.train.clips import TrainingClip

_PICTURES, _MASKS = 'JPEGImages', 'Annotations'
_EXTENSIONS = ('.jpg', '.jpeg', '.png')
_IGNORED_LABEL = 255
_LONGEST_GAP = 5


class FolderClips:
    """
    Draws clips of a tree as DAVIS and YouTube-VOS have it, or of single pictures in such a tree.

    Annotations/**/x.png is grey or has a palette, its values are the ids of objects, 0 is
    background, 255 is ignored; JPEGImages/**/x.jpg is its picture. The masks of one folder, in
    the order of their names, are a video.

    short_side  px that the shorter side of larger pictures is reduced to

    DataError if there are no masks; when drawing, if a file is missing or damaged.
    """

    def __init__(self, root: Path | str, *, short_side: int = 480):
        self._root = Path(root)
        self._short_side = short_side
        self._masks = sorted((self._root / _MASKS).rglob('*.png'))
        if not self._masks:
            raise DataError(f'{self._root}: no masks here ({_MASKS}/**/*.png)')
        folders: dict[Path, list[Path]] = {}
        for path in self._masks:
            folders.setdefault(path.parent, []).append(path)
        self._videos = [masks for masks in folders.values() if len(masks) > 1]

    def video(self, rng: np.random.Generator, *, frames: int) -> TrainingClip:
        """Frames in order, in either direction, 1 to 5 masks apart."""
        if not self._videos:
            raise DataError(f'{self._root}: no videos here, only single pictures')
        masks = self._videos[rng.integers(len(self._videos))]
        widest = max(1, (len(masks) - 1) // max(frames - 1, 1))
        gap = int(rng.integers(1, 1 + min(_LONGEST_GAP, widest)))
        first = int(rng.integers(0, max(1, len(masks) - gap * (frames - 1))))
        chosen = [masks[min(first + gap * k, len(masks) - 1)] for k in range(frames)]
        return self._load(chosen[::-1] if rng.random() < 0.5 else chosen)

    def still(self, rng: np.random.Generator, *, frames: int) -> TrainingClip:
        """One picture, several times."""
        clip = self._load([self._masks[rng.integers(len(self._masks))]])
        return TrainingClip(
            rgb=np.repeat(clip.rgb, frames, axis=0),
            instances=np.repeat(clip.instances, frames, axis=0),
        )

    def _load(self, masks: Sequence[Path]) -> TrainingClip:
        frames = [(self._picture(path), _read(path, colours=False)) for path in masks]
        shapes = {a.shape[:2] for frame in frames for a in frame}
        if len(shapes) > 1:
            raise DataError(f'{masks[0].parent}: pictures and masks differ in size')
        height, width = shapes.pop()
        scale = min(1.0, self._short_side / min(height, width))
        size = (round(scale * width), round(scale * height))
        rgb = [cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p, _ in frames]
        labels = [cv2.resize(m, size, interpolation=cv2.INTER_NEAREST) for _, m in frames]
        instances = np.stack(labels)
        instances[instances == _IGNORED_LABEL] = 0
        return TrainingClip(rgb=np.stack(rgb), instances=instances)

    def _picture(self, mask: Path) -> np.ndarray:
        inner = mask.relative_to(self._root / _MASKS)
        for extension in _EXTENSIONS:
            path = (self._root / _PICTURES / inner).with_suffix(extension)
            if path.is_file():
                return _read(path, colours=True)
        raise DataError(f'{mask}: no picture for it in {self._root / _PICTURES}')


def _read(path: Path, *, colours: bool) -> np.ndarray:
    """Read RGB uint8 (H, W, 3), or labels uint8 (H, W): the numbers of a palette's colours."""
    try:
        with Image.open(path) as image:
            if colours:
                return np.asarray(image.convert('RGB'))
            if image.mode not in ('P', 'L', '1'):
                raise DataError(f'{path}: want a grey picture or a palette, got {image.mode}')
            return np.asarray(image).astype(np.uint8)
    except (OSError, ValueError) as error:
        raise DataError(f'{path}: cannot be read: {error}') from error
