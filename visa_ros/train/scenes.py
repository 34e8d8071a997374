"""Pictures of a clip, as a question finds them: the newest and some before it, or a single one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from visa_ros.data.tabletop import Clip
from visa_ros.model.pictures import resized
from visa_ros.sim.record import SceneRecord
from visa_ros.train.augment import Backgrounds, photometric
from visa_ros.train.reliefs import drawn_relief, spoiled
from visa_ros.train.zoom import zoom_in

_LATE_SHARE = 0.6  # of the scenes end with their clip
_BACKGROUND_SHARE = 0.3  # of the pictures without references
_PRINT_SHARE = 0.2
_LEAST_PX = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """
    Pictures of a clip.

    record     the clip as far as it is known
    frame      number of the picture that is asked about; the last of the record, or when one
               looks back, one of the first
    pictures   uint8 (R + 1, H, W, 3), the one that is asked about last
    target     uint8 (2 H, 2 W, 3), the same in full
    instances  uint8 (H, W), of the same
    relief     float32 (CHANNELS, H, W), see visa_ros.geometry.relief, of the same; at times 0
    """

    record: SceneRecord
    frame: int
    pictures: np.ndarray
    target: np.ndarray
    instances: np.ndarray
    relief: np.ndarray

    @property
    def looks_back(self) -> bool:
        """Whether the other pictures come after the one that is asked about."""
        return self.frame < len(self.record.frames) - 1

    def shows(self, ids: Sequence[int]) -> bool:
        """Whether all of these objects can be seen in the picture that is asked about."""
        counts = np.bincount(self.instances.ravel(), minlength=256)
        return all(counts[i] >= _LEAST_PX for i in ids)


class SceneMaker:
    """
    Takes scenes from clips.

    past_hw  of earlier pictures, px; the picture that is asked about is twice as high and wide
    """

    def __init__(self, past_hw: tuple[int, int], backgrounds: Backgrounds | None) -> None:
        self._hw, self._backgrounds = past_hw, backgrounds
        self._full = (2 * past_hw[1], 2 * past_hw[0])  # (width, height)

    def of_past(self, clip: Clip, references: int, rng: np.random.Generator) -> Scene:
        """Some frames up to one of the later ones; mostly the last."""
        frames = len(clip)
        late = rng.random() < _LATE_SHARE
        last = frames - 1 if late else int(rng.integers(min(references, frames - 1), frames))
        past = np.rint(np.linspace(0, last, references + 1)).astype(int)[:-1]
        record = replace(clip.record, frames=clip.record.frames[: last + 1])
        return self._scene(clip, record, last, past.tolist(), rng)

    def looking_back(self, clip: Clip, references: int, rng: np.random.Generator) -> Scene:
        """One of the first frames, and what came after it, the newest first."""
        last = len(clip) - 1
        first = int(rng.integers(2)) if last > references else 0
        later = np.rint(np.linspace(last, first, references + 1)).astype(int)[:-1]
        return self._scene(clip, clip.record, first, later.tolist(), rng)

    def single(self, clip: Clip, rng: np.random.Generator) -> Scene:
        """One frame, seen from nearer, at times before another background."""
        frame = int(rng.integers(len(clip)))
        rgb, instances = clip.rgb(frame), clip.instances(frame)
        if self._backgrounds is not None:
            if rng.random() < _BACKGROUND_SHARE:
                rgb = self._backgrounds.behind(rgb, instances, rng)
            if rng.random() < _PRINT_SHARE:
                rgb = self._backgrounds.printed(rgb, instances, rng)
        rgb, instances, depth_m, record = zoom_in(
            rgb, instances, clip.record, frame, rng, self._full, spoiled(clip.depth_m(frame), rng)
        )
        target = photometric(rgb, rng)
        return Scene(
            record=record,
            frame=0,
            pictures=resized(target, self._hw)[None],
            target=target,
            instances=instances[::2, ::2],
            relief=drawn_relief(depth_m, record, self._hw, rng),
        )

    def _scene(
        self,
        clip: Clip,
        record: SceneRecord,
        frame: int,
        others: Sequence[int],
        rng: np.random.Generator,
    ) -> Scene:
        pictures, target = self._pictures(clip, (*others, frame), rng)
        ids = cv2.resize(clip.instances(frame), self._hw[::-1], interpolation=cv2.INTER_NEAREST)
        return Scene(
            record=record,
            frame=frame,
            pictures=pictures,
            target=target,
            instances=ids,
            relief=drawn_relief(spoiled(clip.depth_m(frame), rng), record, self._hw, rng),
        )

    def _pictures(
        self, clip: Clip, frames: Sequence[int], rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Read frames, uint8 (T, H, W, 3), and the last in full; they vary alike."""
        seed = int(rng.integers(1 << 32))
        full = resized(clip.rgb(frames[-1]), self._full[::-1])
        small = [resized(clip.rgb(k), self._hw) for k in frames]
        varied = photometric(np.concatenate(small), np.random.default_rng(seed))
        target = photometric(full, np.random.default_rng(seed))
        return varied.reshape(len(frames), *small[0].shape), target
