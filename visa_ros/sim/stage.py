"""Set the scene of a world: cast, places, model, and the state after everything came to rest."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from visa_ros.errors import SimulationError
from visa_ros.sim import cameras, scene
from visa_ros.sim.cameras import CameraPath
from visa_ros.sim.deform import varied
from visa_ros.sim.household import household_maker
from visa_ros.sim.layout import arrange, draw_cast, Maker, Spot, Thing
from visa_ros.sim.objects import make_design, make_object, make_unseen_object, MAKERS
from visa_ros.sim.record import ObjectInfo
from visa_ros.sim.shapes import Model
from visa_ros.sim.worldconfig import WorldConfig

ATTEMPTS = 12
SETTLE_STEPS, WATCH_STEPS = 200, 40
REST_CHANGE = 1e-3
"""A thing is at rest when no number of its pose changes by more while it is watched."""
ON_TABLE_M = 0.45
_DESIGN_SHARE = 0.7  # of varied models


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """
    A compiled scene at rest.

    things, objects   in the same order; body i + 1 of the model is things[i]
    qpos              the state at rest: 7 numbers per thing (position, quaternion w x y z)
    instance_of_body  uint8 (nbody,)
    width, height     of the image, px
    """

    model: mujoco.MjModel
    things: tuple[Thing, ...]
    objects: tuple[ObjectInfo, ...]
    camera_path: CameraPath
    qpos: np.ndarray
    instance_of_body: np.ndarray
    width: int
    height: int

    def new_data(self) -> mujoco.MjData:
        """Make a fresh simulation at rest."""
        data = mujoco.MjData(self.model)
        data.qpos[:] = self.qpos
        mujoco.mj_forward(self.model, data)
        return data

    def centres(self, data: mujoco.MjData) -> np.ndarray:
        """Centres of the bounding boxes in the world, (things, 3), m."""
        poses = data.qpos.reshape(-1, 7)
        return np.stack([
            pose[:3] + rotated(pose[3:], [0, 0, thing.size_m[2] / 2])
            for pose, thing in zip(poses, self.things, strict=True)
        ])  # fmt: skip


def rotated(quaternion: np.ndarray, vector: np.ndarray | list[float]) -> np.ndarray:
    """Rotate a vector by a quaternion (w x y z)."""
    result = np.empty(3)
    mujoco.mju_rotVecQuat(result, np.asarray(vector, float), np.asarray(quaternion, float))
    return result


def set_stage(seed: int, config: WorldConfig) -> Stage:
    """
    Draw scenes from the seed until one stands: enough objects, all at rest on the table.

    SimulationError if none of ATTEMPTS does.
    """
    maker, categories = _maker(config)
    for attempt in range(ATTEMPTS):
        stage = _try_stage(np.random.default_rng([seed, attempt]), config, maker, categories)
        if stage is not None:
            return stage
    raise SimulationError(
        f'seed {seed}: {config.objects_min} to {config.objects_max} objects did not come to rest '
        f'on the table in {ATTEMPTS} attempts; ask for fewer'
    )


def _maker(config: WorldConfig) -> tuple[Maker, tuple[str, ...]]:
    """What draws the models, and of which categories."""
    make, categories = _plain_maker(config)
    return (_varying(make) if config.instances == 'varied' else make), categories


def _plain_maker(config: WorldConfig) -> tuple[Maker, tuple[str, ...]]:
    if config.instances == 'held_out':
        return make_unseen_object, tuple(MAKERS)
    if config.assets == 'procedural':
        return make_object, tuple(MAKERS)
    household = household_maker(config.household_dir, mixed=config.assets == 'mixed')
    return household.make, household.categories


def _varying(make: Maker) -> Maker:
    def draw(category: str, rng: np.random.Generator) -> Model:
        drawn = make_design if rng.random() < _DESIGN_SHARE else make
        return varied(drawn(category, rng), rng)

    return draw


def _try_stage(
    rng: np.random.Generator, config: WorldConfig, maker: Maker, categories: tuple[str, ...]
) -> Stage | None:
    path = cameras.draw_path(rng, moving=config.moving_camera)
    count = int(rng.integers(config.objects_min, config.objects_max + 1))
    cast = draw_cast(rng, maker, categories, count)
    placed = [(t, s) for t, s in zip(cast, arrange(rng, cast), strict=True) if s is not None]
    if len(placed) < config.objects_min:
        return None
    things, spots = tuple(t for t, _ in placed), tuple(s for _, s in placed)
    model = scene.build(
        rng, things, spots, width=config.width, height=config.height, fovy_deg=path.fovy_deg
    )
    qpos = _settle(model, spots)
    if qpos is None:
        return None
    return Stage(
        model=model, things=things, objects=_describe(things), camera_path=path, qpos=qpos,
        instance_of_body=np.arange(model.nbody, dtype=np.uint8),
        width=config.width, height=config.height,
    )  # fmt: skip


def _settle(model: mujoco.MjModel, spots: tuple[Spot, ...]) -> np.ndarray | None:
    """Let everything come to rest; None if something keeps moving or leaves its place."""
    data = mujoco.MjData(model)
    for _ in range(4):
        mujoco.mj_step(model, data, SETTLE_STEPS)
        before = data.qpos.copy()
        mujoco.mj_step(model, data, WATCH_STEPS)
        if np.abs(data.qpos - before).max() < REST_CHANGE:
            break
    else:
        return None
    places = data.qpos.reshape(-1, 7)[:, :2]
    moved = np.linalg.norm(places - [(s.x, s.y) for s in spots], axis=1)
    if moved.max() > 0.1 or np.linalg.norm(places, axis=1).max() > ON_TABLE_M:
        return None
    return data.qpos.copy()


def _describe(things: tuple[Thing, ...]) -> tuple[ObjectInfo, ...]:
    return tuple(
        ObjectInfo(
            instance_id=i + 1,
            category=thing.category,
            color=thing.model.color,
            model_id=thing.model.model_id,
            size_m=tuple(thing.size_m.tolist()),
        )
        for i, thing in enumerate(things)
    )
