"""A single picture of a clip seen from nearer, with the record that fits what it shows."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from visa_ros.sim.record import SceneRecord
from visa_ros.train.augment import focus_of

_FARTHEST, _NEAREST = 1.0, 2.6  # times


def zoom_in(
    rgb: np.ndarray,
    instances: np.ndarray,
    record: SceneRecord,
    frame: int,
    rng: np.random.Generator,
    size: tuple[int, int],
    depth_m: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, SceneRecord]:
    """
    Cut a part of a picture out, near an object; questions about it follow from the new record.

    rgb        uint8 (H, W, 3)
    instances  uint8 (H, W)
    frame      number of the picture in the record
    size       (width, height) of the result, px; of the same shape as the picture
    depth_m    float32 (H, W), NaN where unknown
    returns    picture, instances, depth, and a record of this one frame, with its camera
    """
    window = _window(instances, rng)
    zoomed = window[0].stop - window[0].start < 0.8 * len(instances)
    how = cv2.INTER_LINEAR if zoomed else cv2.INTER_AREA
    picture = cv2.resize(rgb[window], size, interpolation=how)
    ids = cv2.resize(instances[window], size, interpolation=cv2.INTER_NEAREST)
    how = cv2.INTER_LINEAR if zoomed else cv2.INTER_NEAREST
    depth = cv2.resize(depth_m[window], size, interpolation=how)
    return picture, ids, depth, _seen(record, frame, window, ids)


def _window(instances: np.ndarray, rng: np.random.Generator) -> tuple[slice, slice]:
    """Draw rows and columns to be cut out."""
    height, width = instances.shape
    zoom = float(np.exp(rng.uniform(np.log(_FARTHEST), np.log(_NEAREST))))
    part = np.array([width, height]) / zoom
    corner = np.clip(focus_of(instances, rng) - part / 2, 0, [width, height] - part)
    left, top = np.floor(corner).astype(int)
    right, bottom = np.minimum(np.ceil(corner + part).astype(int), [width, height])
    return slice(top, bottom), slice(left, right)


def _seen(
    record: SceneRecord, frame: int, window: tuple[slice, slice], ids: np.ndarray
) -> SceneRecord:
    """Tell what the window, resized to ids (H, W), shows of a frame."""
    rows, columns = window
    height, width = ids.shape
    scale_x, scale_y = width / (columns.stop - columns.start), height / (rows.stop - rows.start)
    info = record.frames[frame]
    counts = np.bincount(ids.ravel(), minlength=256)
    views = tuple(replace(v, visible_px=int(counts[v.instance_id])) for v in info.views)
    return replace(
        record,
        width=width,
        height=height,
        fx=record.fx * scale_x,
        fy=record.fy * scale_y,
        cx=(record.cx - columns.start) * scale_x,
        cy=(record.cy - rows.start) * scale_y,
        frames=(replace(info, views=views),),
    )
