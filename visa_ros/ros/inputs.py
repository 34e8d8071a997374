"""The camera's topics as frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from visa_ros.errors import InvalidFrameError, VisaError
from visa_ros.ros.convert import depth_to_m, image_to_rgb, info_to_camera
from visa_ros.ros.params import InputConfig
from visa_ros.ros.qos import NodeQos
from visa_ros.ros.stamps import ns_of
from visa_ros.ros.streams import Stream
from visa_ros.ros.watch import Complaints
from visa_ros.structs import Camera, Frame
from visa_ros.video.pairing import Pair, StampPairer

_NO_CLOUDS = 'there are masks, but no clouds'


@dataclass(frozen=True, kw_only=True, eq=False)
class _Image:
    """rgb: uint8 (H, W, 3)."""

    rgb: np.ndarray
    frame_id: str


class CameraInput:
    """
    Subscribes to image, depth and camera_info, pairs them and hands frames over.

    Everything runs in the thread that spins the node; any thread may read `trouble`.
    """

    def __init__(
        self, node: Node, config: InputConfig, qos: NodeQos, on_frame: Callable[[Frame], None]
    ) -> None:
        self._on_frame = on_frame
        self._rectified = config.rectified
        self._complaints = Complaints()
        self._pairer: StampPairer[_Image, np.ndarray] = StampPairer(
            slop_ns=round(config.pair_within_s * 1e9),
            patience_ns=round(config.depth_patience_s * 1e9),
            use_depth=config.use_depth,
        )
        self._info: CameraInfo | None = None

        def stream(kind: type[Any], name: str, handle: Callable[[Any], None], why: str) -> Stream:
            return Stream(
                node, kind, name, handle, qos=getattr(qos, name),
                report_after_s=config.report_after_s, consequence=why,
            )  # fmt: skip

        self._image = stream(Image, 'image', self._on_image, 'questions get STALE_INPUT')
        self._others = [stream(CameraInfo, 'camera_info', self._on_info, _NO_CLOUDS)]
        if config.use_depth:
            self._others.append(stream(Image, 'depth', self._on_depth, _NO_CLOUDS))

    @property
    def trouble(self) -> str:
        """Why images arrive and cannot be used; '' if they can."""
        return self._complaints.text('image')

    def look(self) -> None:
        """Fit the subscriptions to the publishers, report what has changed; every second."""
        self._image.match()
        self._image.look()
        for stream in self._others:
            stream.match()
            if self._image.flowing:  # without images nobody misses the others
                stream.look()

    def _on_image(self, msg: Image) -> None:
        with self._complaining('image'):
            stamp_ns = ns_of(msg.header.stamp)
            if stamp_ns == 0:
                raise InvalidFrameError('the stamp is zero: the camera must stamp its images')
            image = _Image(rgb=image_to_rgb(msg), frame_id=msg.header.frame_id)
            self._send(self._pairer.push_image(stamp_ns, image))

    def _on_depth(self, msg: Image) -> None:
        with self._complaining('depth'):
            depth_m = depth_to_m(msg)
            self._send(self._pairer.push_depth(ns_of(msg.header.stamp), depth_m))

    def _on_info(self, msg: CameraInfo) -> None:
        if self._info is not None and _same_camera(msg, self._info):
            return
        self._info = msg
        self._pairer.push_camera(None)
        with self._complaining('camera_info'):
            self._pairer.push_camera(info_to_camera(msg, rectified=self._rectified))

    def _send(self, pairs: Iterable[Pair[_Image, np.ndarray]]) -> None:
        for pair in pairs:
            hw = pair.image.rgb.shape[:2]
            self._on_frame(
                Frame(
                    rgb=pair.image.rgb,
                    stamp_ns=pair.stamp_ns,
                    frame_id=pair.image.frame_id,
                    depth_m=self._fitting_depth(pair.depth, hw),
                    camera=self._fitting_camera(pair.camera, hw),
                )
            )

    def _fitting_depth(self, depth_m: np.ndarray | None, hw: tuple[int, int]) -> np.ndarray | None:
        if depth_m is None or depth_m.shape == hw:
            self._complaints.over('size of depth')
            return depth_m
        self._complaints.tell(
            'size of depth',
            f'{_size(depth_m.shape)} px does not match the image of {_size(hw)} px: '
            f'subscribe to depth that is registered to the image; {_NO_CLOUDS}',
        )
        return None

    def _fitting_camera(self, camera: Camera | None, hw: tuple[int, int]) -> Camera | None:
        if camera is None or (camera.height, camera.width) == hw:
            self._complaints.over('size in camera_info')
            return camera
        self._complaints.tell(
            'size in camera_info',
            f'{camera.width}x{camera.height} px does not match the image of {_size(hw)} px: '
            f'subscribe to the camera_info of this very image; {_NO_CLOUDS}',
        )
        return None

    @contextmanager
    def _complaining(self, about: str) -> Iterator[None]:
        """Turn the errors of a message into one complaint per episode."""
        try:
            yield
        except VisaError as error:
            self._complaints.tell(about, str(error))
        else:
            self._complaints.over(about)


def _same_camera(one: CameraInfo, other: CameraInfo) -> bool:
    """Compare all but the header."""
    names = [n for n in one.get_fields_and_field_types() if n != 'header']
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in names)


def _size(hw: tuple[int, ...]) -> str:
    return f'{hw[1]}x{hw[0]}'
