"""Boxes and labels for RViz."""

from __future__ import annotations

from collections.abc import Iterable

from geometry_msgs.msg import Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from visa_ros.ros.convert import box_pose, box_size
from visa_ros.structs import ObjectCloud, ObjectState
from visa_ros.video.overlay import color_of

BOXES, LABELS = 'boxes', 'labels'
_TEXT_HEIGHT_M = 0.03
_BOX_ALPHA = 0.4


class MarkerBoard:
    """Remembers which markers are shown, to take away those of objects that are gone."""

    def __init__(self) -> None:
        self._shown: set[int] = set()

    def update(self, states: Iterable[ObjectState], header: Header) -> MarkerArray:
        """Show the objects that have a cloud, and nothing else."""
        seen = {s.object_id: (s, s.cloud) for s in states if s.cloud is not None}
        markers = [
            Marker(header=header, ns=ns, id=object_id, action=Marker.DELETE)
            for object_id in sorted(self._shown - seen.keys())
            for ns in (BOXES, LABELS)
        ]
        for state, cloud in seen.values():
            markers += [_box(state, cloud, header), _label(state, cloud, header)]
        self._shown = set(seen)
        return MarkerArray(markers=markers)


def _box(state: ObjectState, cloud: ObjectCloud, header: Header) -> Marker:
    msg = _marker(state, header, BOXES, Marker.CUBE, _BOX_ALPHA)
    msg.pose = box_pose(cloud)
    msg.scale = box_size(cloud)
    return msg


def _label(state: ObjectState, cloud: ObjectCloud, header: Header) -> Marker:
    """Write the label above the object; up is -y in the optical frame."""
    msg = _marker(state, header, LABELS, Marker.TEXT_VIEW_FACING, 1.0)
    top = cloud.points_m[:, 1].min()
    x, _, z = cloud.centroid_m
    msg.pose.position.x, msg.pose.position.z = float(x), float(z)
    msg.pose.position.y = float(top) - _TEXT_HEIGHT_M
    msg.scale = Vector3(x=0.0, y=0.0, z=_TEXT_HEIGHT_M)
    msg.text = f'{state.object_id} {state.label}'.strip()
    return msg


def _marker(state: ObjectState, header: Header, ns: str, kind: int, alpha: float) -> Marker:
    r, g, b = (float(c) / 255.0 for c in color_of(state.object_id))
    msg = Marker(header=header, ns=ns, id=state.object_id, type=kind, action=Marker.ADD)
    msg.color = ColorRGBA(r=r, g=g, b=b, a=alpha)
    return msg
