"""Boxes and labels for RViz."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy

from geometry_msgs.msg import Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from visa_ros.ros.convert import box_pose, box_size
from visa_ros.structs import ObjectCloud, ObjectState, TrackState
from visa_ros.video.overlay import color_of

BOXES, LABELS = 'boxes', 'labels'
_TEXT_HEIGHT_M = 0.03
_BOX_ALPHA = 0.4
_GREY = 0.6
_REMEMBERED = 64  # places


class MarkerBoard:
    """
    Remembers which markers are shown, to take away those of objects that are gone.

    An object that is OCCLUDED keeps its box at its last place, in grey, one that is LOST only
    its label. These are sent once, with the stamp of that place: a viewer that knows how the
    camera moved shows them where the object was in the room.
    """

    def __init__(self) -> None:
        self._shown: dict[int, TrackState] = {}
        self._places: dict[int, list[Marker]] = {}

    def update(self, states: Iterable[ObjectState], header: Header) -> MarkerArray:
        """Show these objects, as far as it is known where they are or were, and nothing else."""
        markers: list[Marker] = []
        shown: dict[int, TrackState] = {}
        for state in states:
            i, known = state.object_id, self._shown.get(state.object_id)
            if state.cloud is not None:
                shown[i] = TrackState.VISIBLE
                markers += self._remember(i, _present(state, state.cloud, header))
            elif not state.visible and state.state == TrackState.VISIBLE and known:
                shown[i] = known  # one frame without it: no reason to let it flicker
            elif not state.visible and state.state != TrackState.VISIBLE and i in self._places:
                shown[i] = state.state
                if known != state.state:
                    markers += _absent(self._places[i], state.state)
        gone = [_gone(i, ns, header) for i in self._shown.keys() - shown for ns in (BOXES, LABELS)]
        self._shown = shown
        return MarkerArray(markers=[*gone, *markers])

    def _remember(self, object_id: int, markers: list[Marker]) -> list[Marker]:
        self._places.pop(object_id, None)
        self._places[object_id] = markers
        if len(self._places) > _REMEMBERED:
            del self._places[next(iter(self._places))]
        return markers


def _present(state: ObjectState, cloud: ObjectCloud, header: Header) -> list[Marker]:
    return [_box(state, cloud, header), _label(state, cloud, header)]


def _absent(place: list[Marker], state: TrackState) -> list[Marker]:
    """In grey; a marker that is sent again replaces the one of the same name and id."""
    box, label = deepcopy(place)
    for marker in (box, label):
        marker.color = ColorRGBA(r=_GREY, g=_GREY, b=_GREY, a=marker.color.a)
    label.text = f'{label.text} ({state.name.lower()})'
    if state == TrackState.LOST:
        box = _gone(box.id, BOXES, box.header)
    return [box, label]


def _gone(object_id: int, ns: str, header: Header) -> Marker:
    return Marker(header=header, ns=ns, id=object_id, action=Marker.DELETE)


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
