"""Something to run a model on before the first image comes."""

from __future__ import annotations

import numpy as np

from visa_ros.structs import Camera, Frame


def made_up_view() -> tuple[Frame, np.ndarray]:
    """A gray wall at one metre, and a square on it."""
    camera = Camera(width=160, height=120, fx=120.0, fy=120.0, cx=79.5, cy=59.5)
    mask = np.zeros((120, 160), np.bool_)
    mask[40:80, 60:100] = True
    frame = Frame(
        rgb=np.full((120, 160, 3), 127, np.uint8),
        stamp_ns=1,
        depth_m=np.ones((120, 160), np.float32),
        camera=camera,
    )
    return frame, mask
