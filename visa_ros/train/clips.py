"""Batches for training a tracker: clips drawn, distorted, cropped, and their objects chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from visa_ros.data.tabletop import Clip, Tabletop
    from visa_ros.sim.record import SceneRecord

_LEAST_PX = 16
_MANY_PX = 60


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingClip:
    """
    Some frames and the objects in them.

    rgb        uint8 (T, H, W, 3)
    instances  uint8 (T, H, W)  0 is background
    """

    rgb: np.ndarray
    instances: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class ClipBatch:
    """
    B clips of T frames, up to N objects each.

    rgb      float (B, T, 3, H, W)  0 to 255
    labels   int64 (B, T, H, W)     0 to N, 0 is background
    prompts  float (B, N, H, W)     the masks given on the first frame, 0 or 1, not exact
    present  bool  (B, N)           False where a clip has fewer objects
    """

    rgb: Tensor
    labels: Tensor
    prompts: Tensor
    present: Tensor


class TabletopClips:
    """Draws clips of a rendered tree, in either direction of time and at several speeds."""

    def __init__(self, tabletop: Tabletop, indices: Sequence[int]):
        self._tabletop = tabletop
        self._indices = indices

    def video(self, rng: np.random.Generator, *, frames: int) -> TrainingClip:
        """Frames in order, 1 to 3 apart."""
        clip = self._tabletop.clip(int(rng.choice(self._indices)))
        total = len(clip.record.frames)
        gap = int(rng.integers(1, 1 + min(3, max(1, (total - 1) // max(frames - 1, 1)))))
        latest = max(0, total - 1 - gap * (frames - 1))
        first = int(rng.integers(0, latest + 1))
        if clip.record.events and rng.random() < 0.7:
            first = _before_event(clip.record, rng, lead=gap * (frames - 1))
        first = min(max(first, 0), latest)
        chosen = [min(first + gap * k, total - 1) for k in range(frames)]
        return _load(clip, chosen[::-1] if rng.random() < 0.5 else chosen)

    def still(self, rng: np.random.Generator, *, frames: int) -> TrainingClip:
        """One frame, seen from a view that moves."""
        clip = self._tabletop.clip(int(rng.choice(self._indices)))
        chosen = _load(clip, [int(rng.integers(0, len(clip.record.frames)))])
        return TrainingClip(
            rgb=np.repeat(chosen.rgb, frames, axis=0),
            instances=np.repeat(chosen.instances, frames, axis=0),
        )


def make_batch(
    clips: Sequence[TrainingClip],
    rng: np.random.Generator,
    *,
    objects: int,
    crop_hw: tuple[int, int],
    jitter: float,
) -> ClipBatch:
    """
    Crop and distort clips of the same length, and choose up to `objects` objects in each.

    jitter  how much the view differs from frame to frame; 0: one view for the whole clip
    """
    views = [_view(clip, rng, crop_hw, jitter) for clip in clips]
    labels, present = zip(*(_relabel(v.instances, rng, objects) for v in views), strict=True)
    prompts = [
        np.stack([blemish(label[0] == n, rng) for n in range(1, objects + 1)]) for label in labels
    ]
    rgb = np.stack([_repaint(v.rgb, rng) for v in views])
    return ClipBatch(
        rgb=torch.from_numpy(rgb).permute(0, 1, 4, 2, 3).float(),
        labels=torch.from_numpy(np.stack(labels)).long(),
        prompts=torch.from_numpy(np.stack(prompts)).float(),
        present=torch.from_numpy(np.stack(present)),
    )


def blemish(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Spoil a mask bool (H, W) in the ways a segmenter does, half of the time; never empty it."""
    kind = rng.integers(0, 6)
    kernel = np.ones((3, 3), np.uint8)
    pixels = mask.astype(np.uint8)
    if kind == 0:
        pixels = cv2.dilate(pixels, kernel, iterations=int(rng.integers(1, 3)))
    elif kind == 1:
        pixels = cv2.erode(pixels, kernel)
    elif kind == 2:
        factor = int(rng.choice((4, 8)))
        height, width = mask.shape
        coarse = cv2.resize(
            pixels.astype(np.float32),
            (width // factor, height // factor),
            interpolation=cv2.INTER_AREA,
        )
        pixels = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
    return pixels.astype(bool) if pixels.any() else mask


def _before_event(record: SceneRecord, rng: np.random.Generator, *, lead: int) -> int:
    """Choose a first frame such that something happens within the `lead` frames after it."""
    event = record.events[rng.integers(len(record.events))]
    moment_ns = 1e9 * rng.uniform(event.start_s, event.end_s)
    stamps_ns = [frame.stamp_ns for frame in record.frames]
    return int(np.searchsorted(stamps_ns, moment_ns)) - int(rng.integers(1, lead + 1))


def _load(clip: Clip, chosen: Sequence[int]) -> TrainingClip:
    return TrainingClip(
        rgb=np.stack([clip.rgb(k) for k in chosen]),
        instances=np.stack([clip.instances(k) for k in chosen]),
    )


def _view(
    clip: TrainingClip, rng: np.random.Generator, crop_hw: tuple[int, int], jitter: float
) -> TrainingClip:
    """Look at a clip through a window near one of its objects."""
    focus = _focus(clip.instances[0], rng)
    scale = np.exp(rng.uniform(np.log(0.7), np.log(1.6)))
    angle = rng.normal(0, 8)
    mirror = rng.random() < 0.5
    size = crop_hw[::-1]
    rgb, instances = [], []
    drift = np.zeros(4)
    for image, ids in zip(clip.rgb, clip.instances, strict=True):
        matrix = cv2.getRotationMatrix2D(
            tuple(focus), angle + 8 * drift[0], scale * np.exp(0.12 * drift[1])
        )
        matrix[:, 2] += np.array(size) / 2 - focus + 14 * drift[2:]
        if mirror:
            matrix[0] = -matrix[0]
            matrix[0, 2] += size[0] - 1
        rgb.append(cv2.warpAffine(image, matrix, size, borderValue=(127, 127, 127)))
        instances.append(cv2.warpAffine(ids, matrix, size, flags=cv2.INTER_NEAREST))
        drift = drift + jitter * rng.normal(0, 1, 4)
    return TrainingClip(rgb=np.stack(rgb), instances=np.stack(instances))


def _focus(instances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A point (x, y) not far from an object."""
    ids = [i for i in np.unique(instances) if i > 0]
    if not ids:
        return np.array(instances.shape[::-1]) / 2
    rows, cols = np.nonzero(instances == rng.choice(ids))
    return np.array([cols.mean(), rows.mean()]) + rng.uniform(-40, 40, 2)


def _relabel(
    instances: np.ndarray, rng: np.random.Generator, objects: int
) -> tuple[np.ndarray, np.ndarray]:
    """Choose objects that the first frame shows; labels (T, H, W) and which slots are used."""
    count = np.bincount(instances[0].ravel(), minlength=256)
    seen = [i for i in range(1, 256) if count[i] >= _LEAST_PX]
    weight = np.array([_interest(instances, i) for i in seen])
    chosen = []
    if seen:
        number = min(len(seen), objects)
        chosen = rng.choice(seen, number, replace=False, p=weight / weight.sum())
    table = np.zeros(256, np.uint8)
    table[list(chosen)] = np.arange(1, len(chosen) + 1)
    return table[instances], np.arange(objects) < len(chosen)


def _interest(instances: np.ndarray, number: int) -> float:
    """Objects that change are rarer than those that lie still, and teach more."""
    first, last = instances[0] == number, instances[-1] == number
    moved = (first ^ last).sum() / max((first | last).sum(), 1)
    return (0.3 + moved) * (1.0 if first.sum() >= _MANY_PX else 0.4)


def _repaint(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vary light, colour, sharpness and noise; mostly alike within a clip."""
    values = rgb.astype(np.float32)
    mean = values.mean((1, 2), keepdims=True)
    gain = rng.uniform(0.7, 1.3) * rng.uniform(0.93, 1.07, (len(rgb), 1, 1, 3))
    values = (values - mean) * rng.uniform(0.75, 1.25) + mean * gain
    if rng.random() < 0.08:
        values[:] = values.mean(-1, keepdims=True)
    if rng.random() < 0.25:
        values = np.stack([cv2.GaussianBlur(v, (0, 0), rng.uniform(0.4, 1.2)) for v in values])
    noise = rng.standard_normal(values.shape, dtype=np.float32) * np.float32(rng.uniform(0, 8))
    return np.clip(values + noise, 0, 255)
