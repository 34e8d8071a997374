"""What the node publishes about a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import Image, PointCloud2
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from visa_ros.msg import ObjectArray
from visa_ros.ros.convert import (
    cloud_to_msg,
    labels_to_image,
    objects_to_msg,
    rgb_to_image,
)
from visa_ros.ros.markers import MarkerBoard
from visa_ros.ros.places import draw_places
from visa_ros.ros.process import until_shutdown
from visa_ros.ros.qos import NodeQos, PublisherQos
from visa_ros.ros.stamps import header_of
from visa_ros.structs import Frame, ObjectState
from visa_ros.video.overlay import draw_masks, label_image

States = Sequence[ObjectState]
MAX_LABEL = 65535  # what a pixel of mono16 holds; later objects are not in ~/label_image

Make = Callable[[Frame, States, Header], Any]


class Outputs:
    """
    The node's topics. A message is only made when somebody listens.

    Everything carries the stamp and the frame of the image it is about. Used by one thread.
    """

    def __init__(self, node: Node, qos: NodeQos) -> None:
        self._node = node
        self._board = MarkerBoard()
        self._topics: list[tuple[Any, Make]] = []
        self._clouds = [
            self._add(ObjectArray, 'objects', qos.objects, _objects),
            self._add(PointCloud2, 'cloud', qos.cloud, _cloud),
            self._add(MarkerArray, 'markers', qos.markers, self._markers),
        ]
        self._add(Image, 'label_image', qos.label_image, _label_image)
        self._add(Image, 'overlay', qos.overlay, _overlay)

    @property
    def clouds_wanted(self) -> bool:
        """Whether anybody listens to a topic that needs the masks lifted."""
        with until_shutdown(self._node):
            return any(publisher.get_subscription_count() for publisher in self._clouds)
        return False

    def publish(self, frame: Frame, states: States) -> None:
        """Publish the objects on a frame."""
        header = header_of(frame.stamp_ns, frame.frame_id)
        with until_shutdown(self._node):
            for publisher, make in self._topics:
                if publisher.get_subscription_count():
                    publisher.publish(make(frame, states, header))

    def _add(self, kind: type[Any], name: str, qos: PublisherQos, make: Make) -> Any:
        publisher = self._node.create_publisher(kind, f'~/{name}', qos.profile())
        self._topics.append((publisher, make))
        return publisher

    def _markers(self, _: Frame, states: States, header: Header) -> MarkerArray:
        return self._board.update(states, header)


def _objects(_: Frame, states: States, header: Header) -> ObjectArray:
    return objects_to_msg(states, header)


def _cloud(_: Frame, states: States, header: Header) -> PointCloud2:
    return cloud_to_msg(states, header)


def _label_image(frame: Frame, states: States, header: Header) -> Image:
    masks = {s.object_id: s.mask for s in states if s.object_id <= MAX_LABEL}
    return labels_to_image(label_image(masks, frame.hw), header)


def _overlay(frame: Frame, states: States, header: Header) -> Image:
    masks = {s.object_id: s.mask for s in states}
    labels = {s.object_id: s.label for s in states}
    return rgb_to_image(draw_places(draw_masks(frame.rgb, masks, labels), states), header)
