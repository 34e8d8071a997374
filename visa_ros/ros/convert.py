"""
Messages to numpy and back: the one place that knows how both are laid out.

Arrays of messages are filled through array.array, the only way that is fast on every
distribution. Nothing here needs a node.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
import numpy as np
from sensor_msgs.msg import CameraInfo, Image, PointCloud2, PointField, RegionOfInterest
from std_msgs.msg import Header

from visa_ros.errors import EncodingError, InvalidFrameError
from visa_ros.follow.confidence import box_of
from visa_ros.geometry.camera import camera_from_info
from visa_ros.msg import FrameMasks, MaskRle, MaskSequence, Object, ObjectArray
from visa_ros.ros.bridge import foreign_to_rgb
from visa_ros.ros.stamps import header_of, stamp_of
from visa_ros.ros.tf import quaternion_of
from visa_ros.structs import Camera, MaskFrame, ObjectCloud, ObjectState
from visa_ros.video import rle
from visa_ros.video.encodings import (
    COLOR_ENCODINGS,
    decode_image,
    DEPTH_ENCODINGS,
    to_depth_m,
    to_rgb,
)

CLOUD_POINT = np.dtype([('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('rgb', '<u4'), ('id', '<u4')])
_MAX_MM = 65535


def image_to_rgb(msg: Image) -> np.ndarray:
    """Read a colour or grey image: uint8 (H, W, 3), RGB order; EncodingError if unreadable."""
    if msg.encoding in COLOR_ENCODINGS:
        return to_rgb(msg.encoding, _pixels(msg))
    return foreign_to_rgb(msg)


def depth_to_m(msg: Image) -> np.ndarray:
    """
    Read a depth image: float32 (H, W), metres, NaN where unknown.

    16UC1 and mono16 are millimetres. EncodingError if unreadable.
    """
    if msg.encoding not in DEPTH_ENCODINGS:
        raise EncodingError(
            f'depth encoding {msg.encoding!r} is not supported: '
            f'publish one of {sorted(DEPTH_ENCODINGS)}'
        )
    return to_depth_m(msg.encoding, _pixels(msg))


def info_to_camera(msg: CameraInfo, *, rectified: bool = False) -> Camera:
    """
    Read the intrinsics of the image that belongs to this message.

    rectified  the image is: its projection is P and it has no distortion

    A region of interest and binning are taken into account. InvalidFrameError if the camera
    is not calibrated or its distortion model is not known.
    """
    fx, fy, cx, cy = (msg.p[i] for i in (0, 5, 2, 6)) if rectified else _k_of(msg)
    if fx == 0.0 or fy == 0.0:
        raise InvalidFrameError(
            f'camera_info: {"P" if rectified else "K"} is zero: calibrate the camera'
        )
    roi, bin_x, bin_y = msg.roi, max(1, msg.binning_x), max(1, msg.binning_y)
    cx, cy = cx - roi.x_offset, cy - roi.y_offset
    return camera_from_info(
        width=(roi.width or msg.width) // bin_x,
        height=(roi.height or msg.height) // bin_y,
        k=_k_matrix(fx / bin_x, fy / bin_y, cx / bin_x, cy / bin_y),
        d=() if rectified else msg.d,
        distortion_model='none' if rectified or not msg.d else msg.distortion_model,
    )


def camera_to_info(camera: Camera, header: Header) -> CameraInfo:
    """Write intrinsics; the image is its own rectified one where there is no distortion."""
    k = _k_matrix(camera.fx, camera.fy, camera.cx, camera.cy)
    msg = CameraInfo(header=header, height=camera.height, width=camera.width)
    distorted = camera.distortion_model != 'none'
    msg.distortion_model = camera.distortion_model if distorted else 'plumb_bob'
    msg.d = array('d', camera.distortion if distorted else (0.0,) * 5)
    msg.k = np.array(k)
    msg.r = np.eye(3).ravel()
    msg.p = np.array([*k[0:3], 0.0, *k[3:6], 0.0, *k[6:9], 0.0])
    return msg


def rgb_to_image(rgb: np.ndarray, header: Header) -> Image:
    """Write uint8 (H, W, 3), RGB order, as rgb8."""
    return _image(rgb, 'rgb8', header)


def labels_to_image(labels: np.ndarray, header: Header) -> Image:
    """Write uint16 (H, W) as mono16."""
    return _image(labels.astype('<u2', copy=False), 'mono16', header)


def depth_to_image(depth_m: np.ndarray, encoding: str, header: Header) -> Image:
    """Write float32 (H, W) metres as 32FC1, or as 16UC1: mm, 0 where unknown or beyond it."""
    if encoding == '32FC1':
        return _image(depth_m.astype('<f4', copy=False), encoding, header)
    if encoding != '16UC1':
        raise EncodingError(f'depth encoding {encoding!r}: choose 32FC1 or 16UC1')
    mm = np.rint(np.nan_to_num(depth_m, nan=0.0, posinf=0.0, neginf=0.0) * 1e3)
    mm[(mm < 0) | (mm > _MAX_MM)] = 0
    return _image(mm.astype('<u2'), encoding, header)


def mask_to_msg(mask: np.ndarray) -> MaskRle:
    """Compress a mask, bool (H, W)."""
    packed = rle.encode(mask)
    return MaskRle(height=packed.size[0], width=packed.size[1], counts=packed.counts)


def msg_to_mask(msg: MaskRle) -> np.ndarray:
    """Inverse of mask_to_msg; DataError if it is damaged or holds no mask."""
    return rle.decode(rle.Rle((msg.height, msg.width), msg.counts))


def sequence_to_msg(sequence: Iterable[MaskFrame]) -> MaskSequence:
    """Write the masks of a window."""
    return MaskSequence(frames=[_frame_masks(frame) for frame in sequence])


def objects_to_msg(states: Iterable[ObjectState], header: Header) -> ObjectArray:
    """Write the objects of one frame."""
    return ObjectArray(header=header, objects=[_object(state) for state in states])


def cloud_to_msg(states: Iterable[ObjectState], header: Header) -> PointCloud2:
    """Write the points of all objects, with colour and id, as one unorganised cloud."""
    parts = [_points(s.object_id, s.cloud) for s in states if s.cloud is not None]
    points = np.concatenate([*parts, np.zeros(0, CLOUD_POINT)])
    msg = PointCloud2(header=header, height=1, width=len(points), is_dense=True)
    kinds: Mapping[str, int] = {
        'x': PointField.FLOAT32,
        'y': PointField.FLOAT32,
        'z': PointField.FLOAT32,
        'rgb': PointField.FLOAT32,  # the bits of 0x00RRGGBB, as PCL and RViz want it
        'id': PointField.UINT32,
    }
    msg.fields = [
        PointField(name=name, offset=CLOUD_POINT.fields[name][1], datatype=kind, count=1)
        for name, kind in kinds.items()
    ]
    msg.point_step = CLOUD_POINT.itemsize
    msg.row_step = CLOUD_POINT.itemsize * len(points)
    msg.data = bytes_of(points)
    return msg


def box_pose(cloud: ObjectCloud) -> Pose:
    """Centre and axes of the oriented box."""
    x, y, z, w = quaternion_of(cloud.box_rotation)
    return Pose(position=_point(cloud.box_center_m), orientation=Quaternion(x=x, y=y, z=z, w=w))


def box_size(cloud: ObjectCloud) -> Vector3:
    """Full side lengths of the oriented box."""
    x, y, z = (float(v) for v in cloud.box_size_m)
    return Vector3(x=x, y=y, z=z)


def bytes_of(values: np.ndarray) -> array:
    """Copy the memory of an array into the form that messages take fastest."""
    data = array('B')
    data.frombytes(np.ascontiguousarray(values).reshape(-1).view(np.uint8).data)
    return data


def _pixels(msg: Image) -> np.ndarray:
    return decode_image(
        msg.encoding, msg.height, msg.width, msg.step, bool(msg.is_bigendian), msg.data
    )


def _image(pixels: np.ndarray, encoding: str, header: Header) -> Image:
    height, width = pixels.shape[:2]
    msg = Image(header=header, height=height, width=width, encoding=encoding)
    msg.step = pixels.nbytes // height
    msg.data = bytes_of(pixels)
    return msg


def _k_of(msg: CameraInfo) -> tuple[float, float, float, float]:
    return msg.k[0], msg.k[4], msg.k[2], msg.k[5]


def _k_matrix(fx: float, fy: float, cx: float, cy: float) -> Sequence[float]:
    return [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0]


def _frame_masks(frame: MaskFrame) -> FrameMasks:
    msg = FrameMasks(header=header_of(frame.stamp_ns, frame.frame_id))
    msg.ids = array('I', frame.masks.keys())
    msg.masks = [mask_to_msg(mask) for mask in frame.masks.values()]
    return msg


def _object(state: ObjectState) -> Object:
    msg = Object(
        id=state.object_id,
        query_id=state.query_id,
        label=state.label,
        score=float(state.score),
        visible=state.visible,
        state=int(state.state),
        last_seen=stamp_of(state.last_seen_ns),
    )
    if state.visible:
        left, top, width, height = box_of(state.mask)
        msg.region = RegionOfInterest(x_offset=left, y_offset=top, width=width, height=height)
        msg.mask = mask_to_msg(state.mask)
    if state.cloud is None:
        msg.centroid = Point(x=np.nan, y=np.nan, z=np.nan)
        return msg
    msg.cloud_size = len(state.cloud.points_m)
    msg.centroid = _point(state.cloud.centroid_m)
    msg.box_pose = box_pose(state.cloud)
    msg.box_size = box_size(state.cloud)
    return msg


def _points(object_id: int, cloud: ObjectCloud) -> np.ndarray:
    points = np.empty(len(cloud.points_m), CLOUD_POINT)
    points['x'], points['y'], points['z'] = cloud.points_m.T
    r, g, b = cloud.colors.T.astype(np.uint32)
    points['rgb'] = (r << 16) | (g << 8) | b
    points['id'] = object_id
    return points


def _point(xyz: np.ndarray) -> Point:
    x, y, z = (float(v) for v in xyz)
    return Point(x=x, y=y, z=z)
