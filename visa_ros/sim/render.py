"""Off-screen pictures of a MuJoCo scene: colour, metric depth and instance ids."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from visa_ros.sim import gl


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """
    What the camera sees.

    rgb        uint8   (H, W, 3)
    depth_m    float32 (H, W)  along the optical axis; NaN beyond the far plane
    instances  uint8   (H, W)  0 is background
    """

    rgb: np.ndarray
    depth_m: np.ndarray
    instances: np.ndarray


class SceneRenderer:
    """
    Renders the first camera of a model. To be used and closed by one thread.

    instance_of_body  uint8 (nbody,): the value of each body in instance images
    """

    def __init__(
        self, model: mujoco.MjModel, instance_of_body: np.ndarray, *, width: int, height: int
    ) -> None:
        self._model = model
        self._instance_of_geom = instance_of_body[model.geom_bodyid]
        self._rect = mujoco.MjrRect(0, 0, width, height)
        self._scene = mujoco.MjvScene(model, maxgeom=model.ngeom + 50)
        self._option = mujoco.MjvOption()
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._camera.fixedcamid = 0
        self._closed = False
        gl.make_current()
        self._mjr = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        self._mjr.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR

    def render(self, data: mujoco.MjData) -> View:
        """Render the state; the camera's pose is data.cam_xpos[0], data.cam_xmat[0]."""
        gl.make_current()
        # Worlds of one thread share a context, so another one's buffer may be bound.
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._mjr)
        mujoco.mjv_updateScene(
            self._model, data, self._option, None, self._camera,
            mujoco.mjtCatBit.mjCAT_ALL.value, self._scene,
        )  # fmt: skip
        shape = (self._rect.height, self._rect.width)
        rgb, ids = np.empty((*shape, 3), np.uint8), np.empty((*shape, 3), np.uint8)
        depth = np.empty(shape, np.float32)
        flags = self._scene.flags
        mujoco.mjr_render(self._rect, self._scene, self._mjr)
        mujoco.mjr_readPixels(rgb, None, self._rect, self._mjr)
        # Depth comes from the id pass: it has no anti-aliasing, so both agree at edges.
        for flag in (mujoco.mjtRndFlag.mjRND_SEGMENT, mujoco.mjtRndFlag.mjRND_IDCOLOR):
            flags[flag] = 1
        mujoco.mjr_render(self._rect, self._scene, self._mjr)
        mujoco.mjr_readPixels(ids, depth, self._rect, self._mjr)
        for flag in (mujoco.mjtRndFlag.mjRND_SEGMENT, mujoco.mjtRndFlag.mjRND_IDCOLOR):
            flags[flag] = 0
        return View(
            rgb=np.ascontiguousarray(rgb[::-1]),
            depth_m=self._metres(depth[::-1]),
            instances=self._instances(ids[::-1]),
        )

    def close(self) -> None:
        """Release everything; a second call does nothing."""
        if not self._closed:
            gl.make_current()
            self._mjr.free()
            self._closed = True

    def _metres(self, depth: np.ndarray) -> np.ndarray:
        """Undo the projection of a reversed depth buffer (1 near, 0 far)."""
        extent = self._model.stat.extent
        near, far = self._model.vis.map.znear * extent, self._model.vis.map.zfar * extent
        metres = near * far / (near + depth.astype(np.float64) * (far - near))
        return np.where(depth > 0, metres, np.nan).astype(np.float32)

    def _instances(self, ids: np.ndarray) -> np.ndarray:
        """Decode id colours: the number of a geom in the scene, plus one."""
        table = np.zeros(self._scene.ngeom + 1, np.uint8)
        is_geom = int(mujoco.mjtObj.mjOBJ_GEOM)
        for geom in self._scene.geoms[: self._scene.ngeom]:
            if geom.segid >= 0 and geom.objtype == is_geom:
                table[geom.segid + 1] = self._instance_of_geom[geom.objid]
        number = ids[..., 0].astype(np.int32) + (ids[..., 1].astype(np.int32) << 8)
        return table[number]
