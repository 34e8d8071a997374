"""What every pixel of a training picture belongs to, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from visa_ros.sim.comparisons import GAP_DEPTH_M, GAP_X
from visa_ros.sim.happenings import answers_of
from visa_ros.sim.knowledge import COLORS
from visa_ros.sim.phrases import MOTIONS, RELATIONS, SIZES
from visa_ros.sim.phrases_events import EVENTS
from visa_ros.sim.questions import MOTION_KINDS
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.sights import Look, Sight

UNKNOWN = -100
"""Class that no loss counts."""
NUMBERS = 10
"""
Of an object: distance, length, height, volume; centre (x, y) as seen from a cell, box (w, h), and
centre (x, y) in the picture.
"""
_RELATIVE = 4
_LEAST_COVER = 0.12  # of a cell
HAPPENINGS = ('moved', *MOTION_KINDS, *EVENTS)
EXTREMES: Mapping[str, tuple[float, float, float]] = {
    'leftmost': (1, 0, GAP_X),
    'rightmost': (-1, 0, GAP_X),
    'closest': (0, 1, GAP_DEPTH_M),
    'farthest': (0, -1, GAP_DEPTH_M),
}
"""What is first among all objects, and among its kind: shares of x and depth, and by how much."""
FLAGS = (*HAPPENINGS, *EXTREMES, *(f'{name} of its kind' for name in EXTREMES))
SENSES = ('', *SIZES, *EXTREMES, *RELATIONS, 'nearest_to', *MOTIONS, *EVENTS, *COLORS)
"""What may decide a question beside kinds."""
_COLOR_OF = {name: k for k, name in enumerate(COLORS)}
COLOR_COUNT = len(COLORS)


@dataclass(frozen=True, kw_only=True, eq=False)
class Things:
    """
    The objects of a frame, by instance id; row 0 is the background.

    category  int64 (256,)  0 is background, else 1 + index of the label
    color     int64 (256,)  index of the colour; UNKNOWN where it has none worth naming
    relative  float32 (256, 4)  natural logarithms, less their means over what the frame shows
    flags     float32 (256, len(FLAGS))  0 or 1; NaN where nobody could say
    """

    category: np.ndarray
    color: np.ndarray
    relative: np.ndarray
    flags: np.ndarray


def things_of(
    record: SceneRecord,
    frame: int,
    label_of: Mapping[str, int],
    look: Look | None = None,
    seen: Sequence[Sight] = (),
) -> Things:
    """
    Tell what is known of the objects of a frame.

    look  for what has happened to them
    seen  for what is first in some direction
    """
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
    flags = np.concatenate((_happened(record, look), _extremes(seen)), axis=1)
    return Things(category=category, color=color, relative=relative, flags=flags)


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


def _extremes(seen: Sequence[Sight]) -> np.ndarray:
    flags = np.full((256, 2 * len(EXTREMES)), np.nan, np.float32)
    pools = [(0, list(seen))]
    kinds = sorted({sight.category for sight in seen})
    pools += [(len(EXTREMES), [s for s in seen if s.category == kind]) for kind in kinds]
    for first, pool in pools:
        ids = [sight.info.instance_id for sight in pool]
        for column, (of_x, of_depth, gap) in enumerate(EXTREMES.values(), first):
            values = np.array([of_x * s.x + of_depth * s.depth_m for s in pool])
            if len(values) < 2:
                continue
            behind = values - values.min()
            clear = np.sort(behind)[1] >= gap
            verdict = np.where(behind > gap, 0.0, np.nan)
            flags[ids, column] = np.where(clear & (behind == 0), 1.0, verdict)
    return flags


@dataclass(frozen=True, kw_only=True, eq=False)
class DenseTruth:
    """
    What each of h x w cells shows: the object that covers most of it, if any covers enough.

    category, color  int64 (h, w); UNKNOWN as in Things
    numbers          float32 (NUMBERS, h, w)
    flags            float32 (len(FLAGS), h, w)
    """

    category: np.ndarray
    color: np.ndarray
    numbers: np.ndarray
    flags: np.ndarray


def dense_truth(instances: np.ndarray, things: Things, *, cell_px: int) -> DenseTruth:
    """Look at the cells of an instance picture, uint8 (H, W)."""
    half = cell_px // 2
    ids = shown_ids(instances, cell_px)
    rows, columns = np.mgrid[
        half : instances.shape[0] : cell_px, half : instances.shape[1] : cell_px
    ]
    boxes = _boxes(instances)[ids]  # (h, w, 4)
    scale = np.float32(1 / 32)
    place = (
        (boxes[..., 0] - columns) * scale, (boxes[..., 1] - rows) * scale,
        np.log(boxes[..., 2] * scale), np.log(boxes[..., 3] * scale),
        4 * boxes[..., 0] / instances.shape[1] - 2, 4 * boxes[..., 1] / instances.shape[0] - 2,
    )  # fmt: skip
    numbers = np.concatenate((np.moveaxis(things.relative[ids], -1, 0), np.stack(place)))
    return DenseTruth(
        category=things.category[ids],
        color=things.color[ids],
        numbers=numbers.astype(np.float32),
        flags=np.moveaxis(things.flags[ids], -1, 0),
    )


def shown_ids(instances: np.ndarray, cell_px: int) -> np.ndarray:
    """Tell the id of what each cell shows, uint8 (h, w); thin things count too."""
    height, width = instances.shape
    cells = instances.reshape(height // cell_px, cell_px, width // cell_px, cell_px)
    shown = np.zeros((height // cell_px, width // cell_px), np.uint8)
    most = np.full(shown.shape, _LEAST_COVER * cell_px**2)
    for k in np.flatnonzero(np.bincount(instances.ravel(), minlength=256)[1:]) + 1:
        cover = (cells == k).sum(axis=(1, 3))
        shown[cover > most] = k
        most = np.maximum(most, cover)
    return shown


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
    names = ('category', 'color', 'numbers', 'flags')
    return DenseTruth(**{n: np.stack([getattr(t, n) for t in truths]) for n in names})
