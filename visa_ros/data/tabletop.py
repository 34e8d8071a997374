"""
Clips of the simulated tabletop, as `visa-ros sim render` and `sim benchmark` write them.

Pictures and masks are read when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from visa_ros.data.files import entry, read_json, require
from visa_ros.data.revos import ReVOS
from visa_ros.data.samples import Truth, VideoSample
from visa_ros.errors import DataError
from visa_ros.sim.record import SceneRecord
from visa_ros.structs import Frame


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

    def frames(self, *, depth: bool = True) -> list[Frame]:
        """Return all frames as a camera gives them; depth where it is there, if wanted."""
        depth = depth and (self._root / 'Depth' / self.name).is_dir()
        return [
            Frame(
                rgb=self.rgb(k),
                stamp_ns=info.stamp_ns,
                depth_m=self.depth_m(k) if depth else None,
                camera=self.record.camera,
            )
            for k, info in enumerate(self.record.frames)
        ]

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


class Tabletops:
    """The clips of several folders, one folder after the other; errors as of Tabletop."""

    def __init__(self, roots: Sequence[Path | str]) -> None:
        self._parts = [Tabletop(root) for root in roots]

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def clip(self, i: int) -> Clip:
        """Open clip i; DataError if its record is damaged."""
        for part in self._parts:
            if i < len(part):
                return part.clip(i)
            i -= len(part)
        raise IndexError('no such clip')


@dataclass(frozen=True, kw_only=True)
class BenchmarkQuestion:
    """
    One expression of Tabletop-ReasonVOS and its answer.

    expression_id  within the clip, such as '7'
    text           what is asked
    type           'category', ..., 'absent', as in visa_ros.sim.expressions.TYPES
    axis           what is new against training beside the scene: 'scenes' (nothing else),
                   'instances' (the objects) or 'paraphrases' (the words)
    targets        instance ids of the answer; empty: nothing in the clip is meant
    target_frame   the last frame that shows all targets; the last one where there are none
    needs_past     one picture is not enough to answer it
    sample         the same as an item of a ReVOS set, which has the masks
    """

    expression_id: str
    text: str
    type: str
    axis: str
    targets: tuple[int, ...]
    target_frame: int
    needs_past: bool
    sample: VideoSample

    @property
    def type_id(self) -> int:
        """As in ReVOS: 0 referring, 1 reasoning, 2 no such object."""
        return require(self.sample.type_id, int, f'{self.sample}, type_id')

    def truth(self) -> Truth:
        """Return the true masks of all frames, still compressed; DataError if damaged."""
        return self.sample.truth()


class TabletopReasonVos:
    """
    The benchmark that `visa-ros sim benchmark` makes; clips in the order of their names.

    The folder is a ReVOS set of one split, so visa_ros.data.revos.ReVOS(root, 'test') opens it
    too and gives the same samples. DataError if the folder does not hold the whole benchmark.
    """

    SPLIT = 'test'

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        about = self.root / 'benchmark.json'
        if not about.is_file():
            raise DataError(
                f'{self.root}: not a finished benchmark (no benchmark.json); '
                f'`visa-ros sim benchmark -o {self.root}` makes or finishes it'
            )
        raw = read_json(about)
        self.name = entry(raw, 'name', str, str(about))
        self.checksum = entry(raw, 'checksum', str, str(about))
        self.set = ReVOS(self.root, self.SPLIT)
        seeds = [int(video.name.rpartition('/')[2]) for video in self.set.videos]
        self._clips = Tabletop(self.root, seeds)

    def __len__(self) -> int:
        """Count the clips."""
        return len(self.set.videos)

    def clip(self, i: int) -> Clip:
        """Open clip i; DataError if its record is damaged."""
        return self._clips.clip(i)

    def questions(self, i: int) -> list[BenchmarkQuestion]:
        """Return what is asked about clip i, in the order of the ids; DataError if damaged."""
        samples = (self.set[k] for k in self.set.items_of(i))
        return [_question(sample) for sample in samples]


def _question(sample: VideoSample) -> BenchmarkQuestion:
    raw: Mapping[str, Any] = dict(sample.attributes)
    where = str(sample)
    return BenchmarkQuestion(
        expression_id=sample.expression_id,
        text=sample.text,
        type=entry(raw, 'type', str, where),
        axis=entry(raw, 'axis', str, where),
        targets=tuple(entry(raw, 'targets', list, where)),
        target_frame=entry(raw, 'target_frame', int, where),
        needs_past=entry(raw, 'needs_past', bool, where),
        sample=sample,
    )
