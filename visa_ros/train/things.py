"""What every pixel of a training picture belongs to, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from visa_ros.sim.happenings import answers_of
from visa_ros.sim.knowledge import COLORS
from visa_ros.sim.phrases_events import EVENTS
from visa_ros.sim.questions import MOTION_KINDS
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.sights import Look

UNKNOWN = -100
"""Class that no loss counts."""
NUMBERS = 8
"""Of an object: distance, length, height, volume; centre (x, y) and box (w, h) in the picture."""
_RELATIVE = 4
HAPPENINGS = ('moved', *MOTION_KINDS, *EVENTS)
_COLOR_OF = {name: k for k, name in enumerate(COLORS)}
COLOR_COUNT = len(COLORS)


@dataclass(frozen=True, kw_only=True, eq=False)
class Things:
    """
    The objects of a frame, by instance id; row 0 is the background.

    category  int64 (256,)  0 is background, else 1 + index of the label
    color     int64 (256,)  index of the colour; UNKNOWN where it has none worth naming
    relative  float32 (256, 4)  natural logarithms, less their means over what the frame shows
    happened  float32 (256, len(HAPPENINGS))  0 or 1; NaN where nobody could say
    """

    category: np.ndarray
    color: np.ndarray
    relative: np.ndarray
    happened: np.ndarray


def things_of(
    record: SceneRecord, frame: int, label_of: Mapping[str, int], look: Look | None = None
) -> Things:
    """Tell what is known of the objects of a frame; without a look, nothing of its past."""
    category = np.zeros(256, np.int64)
    color = np.full(256, UNKNOWN, np.int64)
    relative = np.zeros((256, _RELATIVE), np.float32)
    shown = []
    for item, sight in zip(record.objects, record.frames[frame].views, strict=True):
        k = item.instance_id
        category[k] = label_of[item.category]
        color[k] = _COLOR_OF.get(item.color, UNKNOWN)
        size = np.asarray(item.size_m)
        sizes = (np.linalg.norm(size), size[2], np.cbrt(size.prod()))
        relative[k] = np.log((max(sight.position_m[2], 0.05), *np.maximum(sizes, 1e-3)))
        if sight.visible_px:
            shown.append(k)
    if shown:
        relative[1:] -= relative[shown].mean(axis=0)
    return Things(
        category=category, color=color, relative=relative, happened=_happened(record, look)
    )


def _happened(record: SceneRecord, look: Look | None) -> np.ndarray:
    flags = np.full((256, len(HAPPENINGS)), np.nan, np.float32)
    if look is None:
        return flags
    known: dict[str, frozenset[int]] = dict(answers_of(look)) if look.past else {}
    if look.motion_is_clear:
        known['moved'] = frozenset(s.info.instance_id for s in look.moved)
    if not look.ongoing:
        known |= {
            word: look.happened.get(kind, frozenset()) for word, kind in MOTION_KINDS.items()
        }
    ids = [o.instance_id for o in record.objects]
    for column, name in enumerate(HAPPENINGS):
        if name in known:
            flags[ids, column] = [k in known[name] for k in ids]
    return flags


@dataclass(frozen=True, kw_only=True, eq=False)
class DenseTruth:
    """
    What each of h x w cells shows, by what is in its middle.

    category, color  int64 (h, w); UNKNOWN as in Things
    numbers          float32 (NUMBERS, h, w)
    happened         float32 (len(HAPPENINGS), h, w)
    """

    category: np.ndarray
    color: np.ndarray
    numbers: np.ndarray
    happened: np.ndarray


def dense_truth(instances: np.ndarray, things: Things, *, cell_px: int) -> DenseTruth:
    """Look at the middle of each cell of an instance picture, uint8 (H, W)."""
    half = cell_px // 2
    ids = instances[half::cell_px, half::cell_px]
    rows, columns = np.mgrid[
        half : instances.shape[0] : cell_px, half : instances.shape[1] : cell_px
    ]
    boxes = _boxes(instances)[ids]  # (h, w, 4)
    scale = np.float32(1 / 32)
    place = (
        (boxes[..., 0] - columns) * scale, (boxes[..., 1] - rows) * scale,
        np.log(boxes[..., 2] * scale), np.log(boxes[..., 3] * scale),
    )  # fmt: skip
    numbers = np.concatenate((np.moveaxis(things.relative[ids], -1, 0), np.stack(place)))
    return DenseTruth(
        category=things.category[ids],
        color=things.color[ids],
        numbers=numbers.astype(np.float32),
        happened=np.moveaxis(things.happened[ids], -1, 0),
    )


def _boxes(instances: np.ndarray) -> np.ndarray:
    """Centre x, y and width, height of each id, float32 (256, 4), px; 1 where it is not there."""
    boxes = np.ones((256, 4), np.float32)
    for k in np.flatnonzero(np.bincount(instances.ravel(), minlength=256)):
        rows, columns = np.nonzero(instances == k)
        low, high = (columns.min(), rows.min()), (columns.max() + 1, rows.max() + 1)
        boxes[k] = (columns.mean(), rows.mean(), high[0] - low[0], high[1] - low[1])
    return boxes


def stack(truths: Sequence[DenseTruth]) -> DenseTruth:
    """Put those of several pictures together, along a new first axis."""
    names = ('category', 'color', 'numbers', 'happened')
    return DenseTruth(**{n: np.stack([getattr(t, n) for t in truths]) for n in names})
