"""Shots and answers made up from squares, for the tests of the demo."""

from __future__ import annotations

import fakes
import numpy as np

from visa_ros.demo.facts import Outcome, Reply, Shot
from visa_ros.sim.expressions import Expression
from visa_ros.sim.record import ObjectInfo
from visa_ros.structs import Frame, MaskFrame, ObjectState, Status

HW = (48, 64)
GAP_NS = 200_000_000
LEFT, RIGHT = (8, 8), (8, 40)
REPORT_KEYS = [
    'instruction',
    'type',
    'status',
    'right',
    'answer',
    'iou',
    'mean_iou',
    'track_iou',
    'cloud_points',
    'centroid_error_m',
    'ms',
]


def square(corner, side=12):
    """A mask, bool (H, W)."""
    mask = np.zeros(HW, bool)
    mask[corner[0] : corner[0] + side, corner[1] : corner[1] + side] = True
    return mask


def shot(index, *, hidden=()):
    """Instances 1 on the left and 2 on the right, 1 m away from a wall at 2 m."""
    instances = np.zeros(HW, np.uint16)
    for instance, corner in ((1, LEFT), (2, RIGHT)):
        if instance not in hidden:
            instances[square(corner)] = instance
    rgb = np.where(instances[..., None] > 0, 200, 90).astype(np.uint8).repeat(3, axis=2)
    depth_m = np.where(instances > 0, 1.0, 2.0).astype(np.float32)
    frame = Frame(
        rgb=rgb,
        stamp_ns=fakes.FIRST_NS + index * GAP_NS,
        depth_m=depth_m,
        camera=fakes.camera_of(HW),
    )
    return Shot(frame=frame, instances=instances, time_s=index * GAP_NS / 1e9)


def expression(*targets, kind='category'):
    return Expression(text='the mug', type=kind, targets=targets, asks_for_one=True)


def reply(window, masks, *, status=Status.FOUND, center=None):
    """An answer with the same masks, object id -> bool (H, W), on all frames of a window."""
    points = dict.fromkeys(masks, 100) if center is not None else {}
    return Reply(
        status=status,
        text='It is the mug.' if masks else 'There is none.',
        query_id=1,
        objects=tuple(
            ObjectState(object_id=i, query_id=1, label='mug', score=0.9, mask=m)
            for i, m in masks.items()
        ),
        centroids_m={i: np.asarray(center) for i in points},
        cloud_points=points,
        sequence=tuple(
            MaskFrame(stamp_ns=s.frame.stamp_ns, frame_id='camera', masks=masks) for s in window
        )
        if masks
        else (),
        ms={'ground': 12.0, 'total': 340.0},
    )


def outcome(*targets, masks, kind='category', live=3, tracked=None, **answer):
    """An outcome with a window of four frames and some live ones."""
    window = tuple(shot(k) for k in range(4))
    later = tuple(shot(4 + k) for k in range(live)) if masks else ()
    tracked = masks if tracked is None else tracked
    return Outcome(
        expression=expression(*targets, kind=kind),
        reply=reply(window, masks, **answer),
        window=window,
        placed_on=window[-1] if masks else None,
        live=later,
        tracks={s.frame.stamp_ns: tracked for s in later},
    )


def objects():
    return tuple(
        ObjectInfo(
            instance_id=i,
            category=category,
            color=color,
            model_id=f'procedural/{category}',
            size_m=(0.1, 0.1, 0.1),
        )
        for i, category, color in ((1, 'mug', 'red'), (2, 'book', ''))
    )
