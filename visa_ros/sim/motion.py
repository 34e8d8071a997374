"""Guide things along smooth paths; physics has them before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np

PARKED_M = 40.0
"""Things that are away stand here, beyond the far plane of the camera."""


@dataclass(frozen=True, kw_only=True)
class Motion:
    """
    A thing is led from where it is to a place on the table, for steps start to stop.

    thing       index in the stage
    goal        x, y in m
    origin      x, y where it starts; None: where it is
    lift_m      height of the path above the thing's rest
    turn_rad    heading gained on the way
    raised, travel, lowered  when it rises (until), moves sideways (from, until) and comes
                down (from), as shares of the way; raised 0: it starts in the air, lowered 1:
                it is let go there
    """

    thing: int
    start: int
    stop: int
    goal: tuple[float, float]
    origin: tuple[float, float] | None = None
    lift_m: float = 0.0
    turn_rad: float = 0.0
    raised: float = 0.3
    travel: tuple[float, float] = (0.0, 1.0)
    lowered: float = 1.0

    def pose(self, rest: np.ndarray, share: float) -> np.ndarray:
        """Position and quaternion (7,) at a share of the way, from the pose at its start."""
        xy = rest[:2] if self.origin is None else np.asarray(self.origin)
        way = smooth((share - self.travel[0]) / (self.travel[1] - self.travel[0]))
        height = smooth(share / self.raised) if self.raised > 0 else 1.0
        if self.lowered < 1:
            height -= smooth((share - self.lowered) / (1 - self.lowered))
        pose = rest.copy()
        pose[:2] = xy + (np.asarray(self.goal) - xy) * way
        pose[2] += self.lift_m * height
        half = self.turn_rad * way / 2
        yaw = np.array([np.cos(half), 0, 0, np.sin(half)])
        mujoco.mju_mulQuat(pose[3:], yaw, rest[3:])
        return pose


@dataclass(frozen=True, kw_only=True)
class Hold:
    """
    A thing stays put for steps start to stop (None: for ever), free of contacts.

    away  it is out of the scene; else it stays where it is
    """

    thing: int
    start: int
    stop: int | None
    away: bool


class Director:
    """
    Steps the physics and leads things through their motions. For one simulation, from step 0.

    rest  qpos at rest
    """

    def __init__(
        self, model: mujoco.MjModel, rest: np.ndarray, script: Sequence[Motion | Hold]
    ) -> None:
        self._model = model
        self._rest = rest.reshape(-1, 7)
        self._script = tuple(script)
        self._begun: dict[int, np.ndarray] = {}
        self._hulls = [
            int(np.flatnonzero((model.geom_bodyid == i + 1) & (model.geom_group == 3))[0])
            for i in range(len(self._rest))
        ]
        for thing in range(len(self._rest)):
            self._set_contacts(thing, on=True)

    def step(self, data: mujoco.MjData, step: int) -> None:
        """Advance by one timestep from the given step on."""
        self.guide(data, step)
        mujoco.mj_step(self._model, data)

    def guide(self, data: mujoco.MjData, step: int) -> None:
        """Put the things that are led or held at this step where they belong."""
        for number, part in enumerate(self._script):
            if part.start <= step and (part.stop is None or step < part.stop):
                qpos = data.qpos[7 * part.thing : 7 * part.thing + 7]
                if number not in self._begun:
                    self._begun[number] = self._begin(part, qpos)
                pose, velocity = self._target(part, self._begun[number], step)
                qpos[:] = pose
                data.qvel[6 * part.thing : 6 * part.thing + 6] = 0
                data.qvel[6 * part.thing : 6 * part.thing + 3] = velocity
            elif step == part.stop:
                self._set_contacts(part.thing, on=True)

    def _begin(self, part: Motion | Hold, qpos: np.ndarray) -> np.ndarray:
        if isinstance(part, Motion):
            self._set_contacts(part.thing, on=True)
            return self._rest[part.thing].copy() if part.origin is not None else qpos.copy()
        self._set_contacts(part.thing, on=False)
        pose = qpos.copy()
        if part.away:
            pose[:3] = PARKED_M + part.thing, 0, 0
        return pose

    def _target(
        self, part: Motion | Hold, begun: np.ndarray, step: int
    ) -> tuple[np.ndarray, np.ndarray]:
        if isinstance(part, Hold):
            return begun, np.zeros(3)
        count = part.stop - part.start
        pose = part.pose(begun, (step - part.start) / count)
        ahead = part.pose(begun, (step + 1 - part.start) / count)
        return pose, (ahead[:3] - pose[:3]) / self._model.opt.timestep

    def _set_contacts(self, thing: int, *, on: bool) -> None:
        hull = self._hulls[thing]
        self._model.geom_contype[hull] = self._model.geom_conaffinity[hull] = int(on)


def smooth(share: float) -> float:
    """Go from 0 to 1 without a jerk; constant outside."""
    t = min(max(share, 0.0), 1.0)
    return t * t * t * (10 + t * (6 * t - 15))
