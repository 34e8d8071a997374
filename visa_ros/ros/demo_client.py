"""The demo's ends of the wires: it listens to camera and node, and asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
import json
import threading
from types import TracebackType
from typing import Any

import numpy as np
import rclpy
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from std_msgs.msg import String

from visa_ros.demo.facts import Reply, Shot, Tracks
from visa_ros.geometry.boxes import oriented_box
from visa_ros.msg import Object, ObjectArray
from visa_ros.ros import camera_node, node
from visa_ros.ros.convert import (
    CLOUD_POINT,
    depth_to_m,
    image_to_rgb,
    info_to_camera,
    msg_to_mask,
)
from visa_ros.ros.greeting import Greeting
from visa_ros.ros.qos import PublisherQos
from visa_ros.ros.stamps import ns_of, NS_PER_S, stamp_of
from visa_ros.sim.record import SceneRecord
from visa_ros.srv import Query
from visa_ros.structs import Camera, Frame, MaskFrame, ObjectCloud, ObjectState, Status, TrackState

_KEPT = 160  # frames; an answer may take 30 s, and is about the frame that was the newest before
_PARTS = ('image', 'depth', 'instances')
_QOS = PublisherQos(depth=10)


class DemoClient:
    """
    A node in a ROS context and a thread of its own; a context manager.

    That thread only stores messages; what is made of them is made in the caller's thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: OrderedDict[int, dict[str, Image]] = OrderedDict()
        self._objects: OrderedDict[int, ObjectArray] = OrderedDict()
        self._shots: OrderedDict[int, Shot] = OrderedDict()
        self._cloud: PointCloud2 | None = None
        self._camera: Camera | None = None
        self._scene: tuple[SceneRecord, int] | None = None

    def __enter__(self) -> DemoClient:
        """Join the ROS domain."""
        self._context = rclpy.Context()
        rclpy.init(args=[], context=self._context)
        self._node = rclpy.create_node('visa_demo', context=self._context)
        for name in _PARTS:
            self._listen(Image, name, partial(self._on_part, name))
        self._listen(CameraInfo, 'camera_info', self._on_info)
        self._listen(String, f'{camera_node.NAME}/scene', self._on_scene, camera_node.LATCHED)
        self._listen(ObjectArray, f'{node.NAME}/objects', self._on_objects)
        self._listen(PointCloud2, f'{node.NAME}/cloud', self._on_cloud)
        self._client = self._node.create_client(Query, f'{node.NAME}/query')
        self._greeting = Greeting(self._client, Query.Request)  # no instruction: a bad request
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._thread = threading.Thread(target=self._executor.spin, name='visa-demo')
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave it."""
        self._executor.shutdown()
        self._thread.join()
        self._node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def ready(self) -> bool:
        """Whether the node takes questions, and its answers arrive."""
        return self._greeting.answered()

    def scene(self) -> SceneRecord | None:
        """What the camera says of its scene, without frames; None before it does."""
        with self._lock:
            return self._scene[0] if self._scene else None

    def shots(self) -> tuple[Shot, ...]:
        """Return the latest shots, oldest first."""
        with self._lock:
            camera, scene = self._camera, self._scene
            if camera is None or scene is None:
                return ()
            complete = [k for k, parts in self._parts.items() if len(parts) == len(_PARTS)]
            new = {stamp_ns: self._parts.pop(stamp_ns) for stamp_ns in complete}
        for stamp_ns, parts in new.items():
            _keep(self._shots, stamp_ns, _shot(stamp_ns, parts, camera, scene[1]))
        return tuple(self._shots[stamp_ns] for stamp_ns in sorted(self._shots))

    def ask(
        self, instruction: str, window: Sequence[Shot], *, timeout_s: float
    ) -> Callable[[], Reply | None]:
        """Ask about a window; the function gives the reply as soon as there is one."""
        request = Query.Request(
            instruction=instruction,
            window_start=stamp_of(window[0].frame.stamp_ns),
            window_end=stamp_of(window[-1].frame.stamp_ns),
            keep_tracking=True,
            timeout_s=timeout_s,
        )
        future = self._client.call_async(request)
        return lambda: _reply(future.result(), window[-1]) if future.done() else None

    def tracks(self, query_id: int) -> Tracks:
        """Return the masks published so far of the objects of a question."""
        with self._lock:
            arrays = dict(self._objects)
        return {
            stamp_ns: {o.id: msg_to_mask(o.mask) for o in mine if o.visible}
            for stamp_ns, array in arrays.items()
            if (mine := [o for o in array.objects if o.query_id == query_id])
        }

    def clouds(self, query_id: int) -> Mapping[int, ObjectCloud]:
        """Return the last published cloud of each object of a question."""
        with self._lock:
            msg, arrays = self._cloud, list(self._objects.values())
        ids = {o.id for array in arrays for o in array.objects if o.query_id == query_id}
        return {} if msg is None else clouds_of(msg, ids)

    def _listen(
        self, kind: type[Any], topic: str, store: Callable[[Any], None], qos: PublisherQos = _QOS
    ) -> None:
        self._node.create_subscription(kind, topic, store, qos.profile())

    def _on_part(self, name: str, msg: Image) -> None:
        stamp_ns = ns_of(msg.header.stamp)
        with self._lock:
            if stamp_ns not in self._parts:
                _keep(self._parts, stamp_ns, {})
            self._parts[stamp_ns][name] = msg

    def _on_info(self, msg: CameraInfo) -> None:
        with self._lock:
            self._camera = self._camera or info_to_camera(msg)

    def _on_scene(self, msg: String) -> None:
        raw = json.loads(msg.data)
        with self._lock:
            self._scene = SceneRecord.from_json(raw['scene']), raw['start_ns']

    def _on_objects(self, msg: ObjectArray) -> None:
        with self._lock:
            _keep(self._objects, ns_of(msg.header.stamp), msg)

    def _on_cloud(self, msg: PointCloud2) -> None:
        with self._lock:
            if msg.width:
                self._cloud = msg


def _keep(latest: OrderedDict[int, Any], stamp_ns: int, item: Any) -> None:
    """Store an item; of too many the one stored first goes."""
    latest[stamp_ns] = item
    if len(latest) > _KEPT:
        latest.popitem(last=False)


def _shot(stamp_ns: int, parts: Mapping[str, Image], camera: Camera, start_ns: int) -> Shot:
    instances = parts['instances']
    frame = Frame(
        rgb=image_to_rgb(parts['image']),
        stamp_ns=stamp_ns,
        frame_id=instances.header.frame_id,
        depth_m=depth_to_m(parts['depth']),
        camera=camera,
    )
    return Shot(
        frame=frame,
        instances=np.frombuffer(instances.data, '<u2').reshape(frame.hw),
        time_s=(stamp_ns - start_ns) / NS_PER_S,
    )


def _reply(response: Query.Response, last: Shot) -> Reply:
    objects = response.objects.objects
    lifted = [o for o in objects if o.cloud_size]
    return Reply(
        status=Status(response.status.code),
        message=response.status.message,
        text=response.answer,
        query_id=response.query_id,
        objects=tuple(_state(o, last.frame.hw) for o in objects),
        stamp_ns=ns_of(response.objects.header.stamp),
        centroids_m={o.id: np.array([o.centroid.x, o.centroid.y, o.centroid.z]) for o in lifted},
        cloud_points={o.id: o.cloud_size for o in lifted},
        sequence=tuple(
            MaskFrame(
                stamp_ns=ns_of(f.header.stamp),
                frame_id=f.header.frame_id,
                masks={i: msg_to_mask(m) for i, m in zip(f.ids, f.masks, strict=True)},
            )
            for f in response.masks.frames
        ),
        ms={part.stage: part.ms for part in response.timing},
    )


def _state(msg: Object, hw: tuple[int, int]) -> ObjectState:
    return ObjectState(
        object_id=msg.id,
        query_id=msg.query_id,
        label=msg.label,
        score=msg.score,
        mask=msg_to_mask(msg.mask) if msg.visible else np.zeros(hw, np.bool_),
        state=TrackState(msg.state),
        last_seen_ns=ns_of(msg.last_seen),
    )


def clouds_of(msg: PointCloud2, ids: Collection[int]) -> dict[int, ObjectCloud]:
    """Read the clouds of these objects, of those that have one, from what the node publishes."""
    points = np.frombuffer(msg.data, CLOUD_POINT)
    return {i: _cloud(points[points['id'] == i]) for i in ids if (points['id'] == i).any()}


def _cloud(points: np.ndarray) -> ObjectCloud:
    points_m = np.stack([points['x'], points['y'], points['z']], axis=1)
    shifts = np.array([16, 8, 0], np.uint32)
    box = oriented_box(points_m)
    return ObjectCloud(
        points_m=points_m,
        colors=((points['rgb'][:, None] >> shifts) & 0xFF).astype(np.uint8),
        centroid_m=points_m.mean(axis=0, dtype=np.float64),
        box_center_m=box.center_m,
        box_rotation=box.rotation,
        box_size_m=box.size_m,
    )
