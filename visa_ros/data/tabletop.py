"""Clips of the simulated tabletop, as `visa-ros sim render` writes them; read when needed."""

from __future__ import annotations

from collections.abc import Iterable
import json
from pathlib import Path

import cv2
import numpy as np

from visa_ros.errors import DataError
from visa_ros.sim.record import SceneRecord


class Clip:
    """
    One clip of the data set.

    name    its folder, such as 'tabletop/00000007'
    record  what is in it and what happened
    """

    def __init__(self, root: Path, name: str, record: SceneRecord) -> None:
        self._root = root
        self.name = name
        self.record = record

    def __len__(self) -> int:
        return len(self.record.frames)

    def rgb(self, k: int) -> np.ndarray:
        """Return frame k, uint8 (H, W, 3); DataError if it is missing or damaged."""
        return self._image('JPEGImages', k, '.jpg', cv2.IMREAD_COLOR, np.uint8)[:, :, ::-1].copy()

    def instances(self, k: int) -> np.ndarray:
        """Return the instance ids of frame k, uint8 (H, W), 0 for background; DataError as rgb."""
        return self._image('Instances', k, '.png', cv2.IMREAD_UNCHANGED, np.uint8)

    def depth_m(self, k: int) -> np.ndarray:
        """Return the depth of frame k, float32 (H, W), NaN where unknown; DataError as rgb."""
        mm = self._image('Depth', k, '.png', cv2.IMREAD_UNCHANGED, np.uint16)
        return np.where(mm > 0, mm / np.float32(1000), np.float32(np.nan)).astype(np.float32)

    def _image(self, kind: str, k: int, extension: str, flags: int, dtype: type) -> np.ndarray:
        if not 0 <= k < len(self):
            raise DataError(f'clip {self.name}: no frame {k}, it has {len(self)}')
        path = self._root / kind / self.name / f'{k:05d}{extension}'
        image = cv2.imread(str(path), flags) if path.is_file() else None
        if image is None:
            raise DataError(f'{path}: missing or not an image; render the data set again')
        wanted = (self.record.height, self.record.width)
        if image.shape[:2] != wanted or image.dtype != dtype or image.ndim != 2 + (kind[0] == 'J'):
            raise DataError(
                f'{path}: want {dtype.__name__} of {wanted[1]}x{wanted[0]} px, '
                f'got {image.dtype} {image.shape}'
            )
        return image


class Tabletop:
    """
    The complete clips of a folder, in order of their seeds.

    seeds  only the clips of these scenes; None: all

    DataError if the folder has no clip, or not all of those asked for.
    """

    def __init__(self, root: Path | str, seeds: Iterable[int] | None = None) -> None:
        self.root = Path(root)
        scenes = self.root / 'Scenes'
        found = {int(p.stem): p for p in scenes.glob('*/*.json') if p.stem.isdecimal()}
        if not found:
            raise DataError(
                f'{self.root}: no clips here (Scenes/*/*.json); `visa-ros sim render` makes some'
            )
        wanted = sorted(found) if seeds is None else list(seeds)
        missing = [seed for seed in wanted if seed not in found]
        if missing:
            raise DataError(f'{self.root}: no clip of scene {missing[0]} ({len(missing)} missing)')
        self._paths = [found[seed] for seed in wanted]
        self.seeds = tuple(wanted)

    def __len__(self) -> int:
        return len(self._paths)

    def clip(self, i: int) -> Clip:
        """Open clip i; DataError if its record is damaged."""
        path = self._paths[i]
        name = path.relative_to(self.root / 'Scenes').with_suffix('').as_posix()
        try:
            record = SceneRecord.from_json(json.loads(path.read_text(encoding='utf-8')))
        except (OSError, ValueError) as error:
            raise DataError(f'{path}: not a scene record: {error}') from error
        return Clip(self.root, name, record)
