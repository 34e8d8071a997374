"""Poses as transform messages."""

from __future__ import annotations

from geometry_msgs.msg import Transform, TransformStamped
import numpy as np

from visa_ros.ros.stamps import stamp_of


def quaternion_of(rotation: np.ndarray) -> tuple[float, float, float, float]:
    """
    Turn a rotation matrix into a unit quaternion x, y, z, w with w >= 0.

    rotation  (3, 3), orthonormal, right-handed
    """
    # The symmetric matrix whose largest eigenvector is the quaternion: Bar-Itzhack (2000).
    r = np.asarray(rotation, np.float64)
    k = np.array(
        [
            [r[0, 0] - r[1, 1] - r[2, 2], 0.0, 0.0, 0.0],
            [r[1, 0] + r[0, 1], r[1, 1] - r[0, 0] - r[2, 2], 0.0, 0.0],
            [r[2, 0] + r[0, 2], r[2, 1] + r[1, 2], r[2, 2] - r[0, 0] - r[1, 1], 0.0],
            [r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], np.trace(r)],
        ]
    )
    quaternion = np.linalg.eigh(k)[1][:, -1]  # reads the lower triangle only
    x, y, z, w = quaternion * (1.0 if quaternion[3] >= 0 else -1.0)
    return float(x), float(y), float(z), float(w)


def transform_of(target_from_source: np.ndarray) -> Transform:
    """Turn a rigid (4, 4) matrix into a message."""
    msg = Transform()
    t, q = msg.translation, msg.rotation
    t.x, t.y, t.z = (float(v) for v in target_from_source[:3, 3])
    q.x, q.y, q.z, q.w = quaternion_of(target_from_source[:3, :3])
    return msg


def stamped_transform(
    world_from_camera: np.ndarray, *, stamp_ns: int, world: str, camera: str
) -> TransformStamped:
    """Say where a camera is in the world, as TF wants it: parent `world`, child `camera`."""
    msg = TransformStamped(transform=transform_of(world_from_camera), child_frame_id=camera)
    msg.header.stamp = stamp_of(stamp_ns)
    msg.header.frame_id = world
    return msg
