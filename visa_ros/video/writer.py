"""
Answers on disk: palette pictures, an overlay movie and a JSON file.

    OUT/masks/00000.png   8 bit palette picture per frame, as DAVIS has them: the value is the id
    OUT/overlay.mp4       the clip with the objects drawn onto it
    OUT/clouds/ID.ply     written by the caller, where there is depth
    OUT/result.json       written last: a folder without it is not complete
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
import json
import os
from pathlib import Path
import shutil
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError, MissingPackageError
from visa_ros.structs import Frame
from visa_ros.video.opencv import opencv
from visa_ros.video.overlay import draw_masks, label_image
from visa_ros.video.rle import encode

PARTS = ('masks', 'clouds', 'overlay.mp4', 'result.json')
_MAX_PALETTE_ID = 255

Masks = Mapping[int, NDArray[np.bool_]]


def palette() -> NDArray[np.uint8]:
    """
    The colours of DAVIS and Pascal VOC: uint8 (256, 3).

    Three bits of the index give one bit each of red, green and blue; the lowest three are the
    highest bits of the colour.
    """
    index = np.arange(256)
    colors = np.zeros((256, 3), np.int64)
    for step in range(8):
        for channel in range(3):
            colors[:, channel] |= (index >> (3 * step + channel) & 1) << (7 - step)
    return colors.astype(np.uint8)


def write_mask_png(path: Path, masks: Masks, hw: tuple[int, int]) -> None:
    """Write ids up to 255 as a palette picture; DataError for a higher one."""
    if too_high := [i for i in masks if i > _MAX_PALETTE_ID]:
        raise DataError(f'{path}: ids {too_high} do not fit into a palette of 256 colours')
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingPackageError('pictures need a package: pip install pillow') from error
    image = Image.fromarray(label_image(masks, hw).astype(np.uint8))
    image.putpalette(palette().tobytes())  # turns grey into palette indices
    image.save(path)


class MovieWriter:
    """Writes frames of one size to an mp4 file; a context manager."""

    def __init__(self, path: Path, *, hw: tuple[int, int], rate_hz: float) -> None:
        cv2 = opencv()
        self._pad = (hw[0] % 2, hw[1] % 2)  # the codec needs even sides
        size = (hw[1] + self._pad[1], hw[0] + self._pad[0])
        self._movie = cv2.VideoWriter(
            str(path), cv2.VideoWriter.fourcc(*'mp4v'), max(rate_hz, 1.0), size
        )
        if not self._movie.isOpened():
            raise DataError(f'{path}: cannot be written as a movie; is the folder writable?')

    def __enter__(self) -> MovieWriter:
        """Nothing happens before the first frame."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file."""
        self._movie.release()

    def write(self, rgb: NDArray[np.uint8]) -> None:
        """Add a frame, uint8 (H, W, 3)."""
        rows, columns = self._pad
        padded = np.pad(rgb, ((0, rows), (0, columns), (0, 0)), mode='edge')
        self._movie.write(np.ascontiguousarray(padded[..., ::-1]))


class ResultWriter:
    """Writes one answer, frame by frame; a context manager. See the module for the files."""

    def __init__(
        self, folder: Path, *, hw: tuple[int, int], rate_hz: float, overwrite: bool = False
    ) -> None:
        self._folder = folder
        _prepare(folder, overwrite)
        self._movie = MovieWriter(folder / 'overlay.mp4', hw=hw, rate_hz=rate_hz)
        self._frames: list[dict[str, Any]] = []
        self._index = count()

    def __enter__(self) -> ResultWriter:
        """Nothing happens before the first frame."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the movie; without `finish` the folder stays incomplete."""
        self._movie.__exit__(kind, error, trace)

    def add(self, frame: Frame, masks: Masks, labels: Mapping[int, str]) -> None:
        """Write the visible objects of the next frame."""
        name = f'{next(self._index):05d}.png'
        write_mask_png(self._folder / 'masks' / name, masks, frame.hw)
        self._movie.write(draw_masks(frame.rgb, masks, labels))
        runs = {str(i): encode(mask) for i, mask in sorted(masks.items())}
        self._frames.append(
            {
                'stamp_ns': frame.stamp_ns,
                'picture': f'masks/{name}',
                'masks': {i: {'size': list(r.size), 'counts': r.counts} for i, r in runs.items()},
            }
        )

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Close the movie and write result.json: the summary and the frames."""
        self._movie.__exit__(None, None, None)
        text = json.dumps({**summary, 'frames': self._frames}, indent=1)
        partial = self._folder / '.result.json.part'
        partial.write_text(text + '\n', encoding='utf-8')
        os.replace(partial, self._folder / 'result.json')


def _prepare(folder: Path, overwrite: bool) -> None:
    """Make the folder; of an older result in it nothing is left."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not overwrite:
            raise DataError(f'{folder}: is not empty; give another folder or --overwrite')
        for name in reversed(PARTS):  # result.json first, so that it never describes less
            old = folder / name
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink(missing_ok=True)
        (folder / 'masks').mkdir()
    except OSError as error:
        raise DataError(f'{folder}: cannot be written: {error}') from error
