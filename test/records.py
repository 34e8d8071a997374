"""Scene records made up from a seed, without any physics."""

from __future__ import annotations

import numpy as np

from visa_ros.sim.knowledge import CATEGORIES, COLORS
from visa_ros.sim.record import Event, EventKind, FrameInfo, ObjectInfo, ObjectView, SceneRecord

WIDTH, HEIGHT, FOCAL = 640, 480, 600.0
CAMERA_HEIGHT_M = 1.0
SECOND_NS = 1_000_000_000


def thing(
    category: str,
    color: str = '',
    *,
    at: tuple[float, float, float] = (0.0, 0.0, 0.0),
    size_m: tuple[float, float, float] = (0.1, 0.1, 0.1),
    px: int = 2000,
) -> dict:
    """Describe an object: x to the right, y away from the camera, z up."""
    return {'category': category, 'color': color, 'at': at, 'size_m': size_m, 'px': px}


def record_of(*things: dict, moves: dict[int, tuple] | None = None, events=(), frames: int = 4):
    """
    Make a clip in which the things of `moves` (index -> offset) shift evenly.

    The camera looks along the world's y axis from one metre before the origin.
    """
    moves = moves or {}
    objects = tuple(
        ObjectInfo(
            instance_id=i + 1,
            category=t['category'],
            color=t['color'],
            model_id=f'procedural/{t["category"]}',
            size_m=t['size_m'],
        )
        for i, t in enumerate(things)
    )
    infos = []
    for k in range(frames):
        share = k / max(frames - 1, 1)
        views = []
        for i, t in enumerate(things):
            world = np.asarray(t['at']) + share * np.asarray(moves.get(i, (0.0, 0.0, 0.0)))
            x, y, z = (float(v) for v in world)
            views.append(
                ObjectView(
                    instance_id=i + 1,
                    visible_px=t['px'],
                    position_m=(x, -z, y + CAMERA_HEIGHT_M),
                    world_m=(x, y, z),
                )
            )
        infos.append(
            FrameInfo(
                stamp_ns=k * SECOND_NS // 5,
                world_from_camera=tuple(np.eye(4).ravel().tolist()),
                views=tuple(views),
            )
        )
    return SceneRecord(
        seed=0,
        width=WIDTH,
        height=HEIGHT,
        fx=FOCAL,
        fy=FOCAL,
        cx=(WIDTH - 1) / 2,
        cy=(HEIGHT - 1) / 2,
        objects=objects,
        events=tuple(events),
        frames=tuple(infos),
    )


def random_record(seed: int) -> SceneRecord:
    """Make a clip of up to nine things, often of the same kinds, some moved, some unseen."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(list(CATEGORIES), size=6)
    count = int(rng.integers(1, 10))
    things = [
        thing(
            str(rng.choice(kinds)),
            str(rng.choice(['', *COLORS])),
            at=tuple(rng.uniform((-0.4, -0.3, 0.0), (0.4, 0.5, 0.1)).tolist()),
            size_m=tuple(rng.uniform(0.03, 0.3, size=3).tolist()),
            px=int(rng.choice([0, 100, 300, 5000], p=[0.1, 0.1, 0.2, 0.6])),
        )
        for _ in range(count)
    ]
    moves, events = {}, []
    kinds_of_event = [EventKind.PUSHED, EventKind.DROPPED, EventKind.CARRIED]
    for index in rng.permutation(count)[: int(rng.integers(0, 3))].tolist():
        moves[index] = tuple(rng.choice([0.005, 0.02, 0.1, -0.2]) * np.array([1.0, 0.5, 0.0]))
        kind = kinds_of_event[int(rng.integers(3))]
        events.append(Event(kind=kind, instance_id=index + 1, start_s=0.1, end_s=0.5))
    return record_of(*things, moves=moves, events=events)
