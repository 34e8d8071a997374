"""The simulated tabletop: the same seed gives the same objects, motion and pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType

import mujoco
import numpy as np

from visa_ros.errors import SimulationError
from visa_ros.sim import cameras, scene
from visa_ros.sim.events import plan_events
from visa_ros.sim.motion import Director
from visa_ros.sim.record import Event, FrameInfo, ObjectInfo, ObjectView, SceneRecord
from visa_ros.sim.render import SceneRenderer
from visa_ros.sim.stage import set_stage, Stage
from visa_ros.sim.survey import visible_pixels
from visa_ros.sim.worldconfig import WorldConfig
from visa_ros.structs import Camera, Frame

DEFAULT = WorldConfig()


@dataclass(kw_only=True, eq=False)
class SimFrame:
    """
    One picture of the world and the truth about it.

    frame              rgb, depth, camera and stamp
    instances          uint8 (H, W); 0 is background, else the instance id
    world_from_camera  float64 (4, 4), of the optical frame
    info               where every object is, and how much of it is seen
    """

    frame: Frame
    instances: np.ndarray
    world_from_camera: np.ndarray
    info: FrameInfo


class World:
    """
    A table with objects at rest at t = 0, on which things happen as time advances.

    One thread makes it, renders and closes it. SimulationError if no scene can be built.
    """

    def __init__(self, seed: int, config: WorldConfig = DEFAULT) -> None:
        self.seed = seed
        self.config = config
        self.time_s = 0.0
        self._stage: Stage = set_stage(seed, config)
        self._data = self._stage.new_data()
        self.objects: tuple[ObjectInfo, ...] = self._stage.objects
        plan = plan_events(self._stage, seed, count=config.events, duration_s=config.duration_s)
        self.events: tuple[Event, ...] = plan.events
        self._director = Director(self._stage.model, self._stage.qpos, plan.script)
        self._director.guide(self._data, 0)
        self._step = 0
        self.camera: Camera = cameras.intrinsics(
            config.width, config.height, self._stage.camera_path.fovy_deg
        )
        self._renderer: SceneRenderer | None = None
        self._closed = False

    def __enter__(self) -> World:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the renderer; the world cannot be rendered any more."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None
        self._closed = True

    def advance(self, until_s: float) -> None:
        """Let time pass until until_s; a time already past changes nothing."""
        last = int(np.floor(until_s / scene.TIMESTEP_S + 1e-6))
        while self._step < last:
            self._director.step(self._data, self._step)
            self._step += 1
        self.time_s = max(self.time_s, until_s)

    def render(self) -> SimFrame:
        """
        Render what the camera sees now.

        SimulationError if there is no working OpenGL or the world is closed.
        """
        if self._closed:
            raise SimulationError('the world is closed; make a new one')
        if self._renderer is None:
            self._renderer = SceneRenderer(
                self._stage.model, self._stage.instance_of_body,
                width=self.config.width, height=self.config.height,
            )  # fmt: skip
        pose = self._pose()
        mujoco.mj_kinematics(self._stage.model, self._data)
        self._data.cam_xpos[0] = pose[:3, 3]
        self._data.cam_xmat[0] = (pose[:3, :3] @ cameras.OPTICAL_FROM_GL).ravel()
        view = self._renderer.render(self._data)
        stamp_ns = round(self.time_s * 1e9)
        counts = np.bincount(view.instances.ravel(), minlength=len(self.objects) + 1)
        return SimFrame(
            frame=Frame(rgb=view.rgb, stamp_ns=stamp_ns, depth_m=view.depth_m, camera=self.camera),
            instances=view.instances,
            world_from_camera=pose,
            info=self._info(counts, pose, stamp_ns),
        )

    def survey(self, *, stride: int = 4) -> FrameInfo:
        """
        Tell where everything is now and how much of it is seen, without OpenGL.

        stride  of the rays that count pixels: visible_px is a multiple of its square

        The same on every machine, whatever its graphics driver draws.
        """
        pose = self._pose()
        mujoco.mj_kinematics(self._stage.model, self._data)
        counts = visible_pixels(
            self._stage.model, self._data, self._stage.instance_of_body,
            pose=pose, camera=self.camera, stride=stride,
        )  # fmt: skip
        return self._info(counts, pose, round(self.time_s * 1e9))

    def record(self, frames: Iterable[FrameInfo]) -> SceneRecord:
        """Put what is known of the world and of some frames together."""
        camera = self.camera
        return SceneRecord(
            seed=self.seed, width=camera.width, height=camera.height,
            fx=camera.fx, fy=camera.fy, cx=camera.cx, cy=camera.cy,
            objects=self.objects, events=self.events, frames=tuple(frames),
        )  # fmt: skip

    def _pose(self) -> np.ndarray:
        return self._stage.camera_path.world_from_camera(self.time_s)

    def _info(self, counts: np.ndarray, pose: np.ndarray, stamp_ns: int) -> FrameInfo:
        centres = self._stage.centres(self._data)
        local = (centres - pose[:3, 3]) @ pose[:3, :3]
        views = tuple(
            ObjectView(
                instance_id=o.instance_id,
                visible_px=int(counts[o.instance_id]),
                position_m=tuple(local[i].tolist()),
                world_m=tuple(centres[i].tolist()),
            )
            for i, o in enumerate(self.objects)
        )
        return FrameInfo(
            stamp_ns=stamp_ns, world_from_camera=tuple(pose.ravel().tolist()), views=views
        )


def record_clip(
    world: World, *, frames: int, rate_hz: float
) -> tuple[SceneRecord, list[SimFrame]]:
    """Render so many frames from the world's present time on, and what happened in them."""
    start_s = world.time_s
    shots: list[SimFrame] = []
    for k in range(frames):
        world.advance(start_s + k / rate_hz)
        shots.append(world.render())
    return world.record(shot.info for shot in shots), shots


def survey_clip(world: World, *, frames: int, rate_hz: float) -> SceneRecord:
    """Do as record_clip does, without pictures and without OpenGL."""
    start_s = world.time_s
    infos: list[FrameInfo] = []
    for k in range(frames):
        world.advance(start_s + k / rate_hz)
        infos.append(world.survey())
    return world.record(infos)
