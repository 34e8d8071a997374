"""Clean point clouds of single objects, and their files."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError, MissingPackageError
from visa_ros.geometry.boxes import oriented_box
from visa_ros.geometry.lifting import lift_mask, valid_pixels
from visa_ros.geometry.morphology import bounds, grow, shrink
from visa_ros.geometry.planes import fit_plane, Plane
from visa_ros.structs import Camera, Frame, ObjectCloud

MIN_POINTS = 10

_EDGE_PX = 2  # pixels at the edge of a mask often carry the depth of what is behind
_INNER_SHARE = 0.7
_RING_PX = (4, 20)  # the surroundings that show what an object stands on
_RING_SHARE = 0.35
_PLANE_M = 0.006
_PLANE_MIN_M = 0.003
_PLANE_NOISE = 3.0
_PLANE_PER_M = 0.004  # depth noise grows with distance
_KEEP_SHARE = 0.5  # flat objects are their support: leave them whole
_NEIGHBOURS = 16
_OUTLIER_STD = 2.5
_VOXEL_M = 0.008
_GAP_M = 0.02
_GAP_PX = 6.0  # far away, neighbouring pixels are far apart
_PART_SHARE = 0.3
_FAR_M = 1000.0

Mask = NDArray[np.bool_]
Points = NDArray[np.float32]


def object_cloud(frame: Frame, mask: Mask, *, max_points: int = 20000) -> ObjectCloud | None:
    """
    Lift the mask of one object and clean it; the same input gives the same cloud.

    Left out are the rim of the mask, the surface the object stands on, stray points and small
    parts far from the rest.

    mask     bool (H, W)
    returns  None without depth or intrinsics, or when fewer than 10 points are left

    InvalidFrameError if the distortion of the camera is not known; MissingPackageError without
    open3d.
    """
    if frame.depth_m is None or frame.camera is None or not mask.any():
        return None
    inner = _inside(valid_pixels(frame.depth_m, mask, frame.camera), mask)
    points = lift_mask(frame.depth_m, inner, frame.camera)
    colors = frame.rgb[inner]
    plane = _support(frame.depth_m, mask, frame.camera)
    keep = _above(points, plane)
    keep = keep[_largest_parts(points[keep], frame.camera)]
    keep = keep[_spread(len(keep), max_points)]
    keep = keep[_inliers(points[keep])]
    if len(keep) < MIN_POINTS:
        return None
    return _cloud_of(points[keep], colors[keep], plane)


def write_ply(path: Path, cloud: ObjectCloud) -> None:
    """Write points and colours as a binary PLY file; DataError if that fails."""
    open3d = _open3d()
    if not path.parent.is_dir():
        raise DataError(f'{path}: the folder does not exist, make it first')
    points = _point_cloud(cloud.points_m)
    points.colors = open3d.utility.Vector3dVector(cloud.colors / 255.0)
    if not open3d.io.write_point_cloud(str(path), points):
        raise DataError(f'{path}: cannot be written; is the disk full or the folder read-only?')


def _cloud_of(points: Points, colors: NDArray[np.uint8], plane: Plane | None) -> ObjectCloud:
    box = oriented_box(points, up=None if plane is None else plane.normal)
    return ObjectCloud(
        points_m=points,
        colors=colors,
        centroid_m=points.mean(axis=0, dtype=np.float64),
        box_center_m=box.center_m,
        box_rotation=box.rotation,
        box_size_m=box.size_m,
    )


def _inside(valid: Mask, mask: Mask) -> Mask:
    """Pixels away from the edge of the mask, unless it is so thin that it is nearly all edge."""
    for px in range(_EDGE_PX, 0, -1):
        inner = valid & _shrunk(mask, px)
        if inner.sum() >= _INNER_SHARE * valid.sum():
            return inner
    return valid


def _shrunk(mask: Mask, px: int) -> Mask:
    part = bounds(mask, margin_px=px + 1)
    inner = np.zeros_like(mask)
    inner[part] = shrink(mask[part], px)
    return inner


def _support(depth_m: NDArray[np.float32], mask: Mask, camera: Camera) -> Plane | None:
    """The plane around the mask, if there is one."""
    near, far = _RING_PX
    part = bounds(mask, margin_px=far)
    ring = np.zeros_like(mask)
    ring[part] = grow(mask[part], far) & ~grow(mask[part], near)
    points = lift_mask(depth_m, ring, camera)
    if len(points) < MIN_POINTS:
        return None
    return fit_plane(points, tolerance_m=_plane_tolerance_m(points), min_share=_RING_SHARE)


def _plane_tolerance_m(points: Points) -> float:
    return max(_PLANE_M, _PLANE_PER_M * float(np.median(points[:, 2])))


def _above(points: Points, plane: Plane | None) -> NDArray[np.intp]:
    """Positions of the points that stand out of the support, or of all if it is too few."""
    everything = np.arange(len(points))
    if plane is None or not len(points):
        return everything
    tolerance_m = min(_plane_tolerance_m(points), _PLANE_NOISE * plane.noise_m)
    above = np.flatnonzero(plane.height_m(points) > max(tolerance_m, _PLANE_MIN_M))
    return above if len(above) >= _KEEP_SHARE * len(points) else everything


def _spread(count: int, most: int) -> NDArray[np.intp]:
    """At most so many of the positions up to count, evenly."""
    if count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, most).astype(np.intp)


def _largest_parts(points: Points, camera: Camera) -> NDArray[np.intp]:
    """Positions of the points in the largest connected part and others of about its size."""
    if len(points) < MIN_POINTS:
        return np.arange(len(points))
    cells, cell_of, sizes = _cells(points)
    gap_m = max(_GAP_M, _GAP_PX * float(np.median(points[:, 2])) / camera.fx)
    labels = np.asarray(_point_cloud(cells).cluster_dbscan(eps=gap_m, min_points=1))
    part_sizes = np.bincount(labels, weights=sizes)
    large = part_sizes >= _PART_SHARE * part_sizes.max()
    return np.flatnonzero(large[labels[cell_of]])


def _cells(points: Points) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """A grid of cubes: corners of those with points (m), the cube of each point, their sizes."""
    near = np.clip(points, -_FAR_M, _FAR_M)  # a broken depth must not overflow the grid
    grid = np.floor(near / _VOXEL_M).astype(np.int64)
    grid -= grid.min(axis=0)
    shape = grid.max(axis=0) + 1
    numbers = np.ravel_multi_index(tuple(grid.T), tuple(shape))
    cells, cell_of, sizes = np.unique(numbers, return_inverse=True, return_counts=True)
    corners = np.stack(np.unravel_index(cells, tuple(shape)), axis=1).astype(np.float64)
    return corners * _VOXEL_M, cell_of, sizes


def _inliers(points: Points) -> NDArray[np.intp]:
    """Positions of the points whose neighbours are about as near as those of the others."""
    if len(points) <= _NEIGHBOURS:
        return np.arange(len(points))
    _, keep = _point_cloud(points).remove_statistical_outlier(_NEIGHBOURS, _OUTLIER_STD)
    return np.sort(np.asarray(keep, np.intp))


def _point_cloud(points: NDArray[Any]) -> Any:
    open3d = _open3d()
    cloud = open3d.geometry.PointCloud()
    cloud.points = open3d.utility.Vector3dVector(np.asarray(points, np.float64))
    return cloud


def _open3d() -> Any:
    try:
        return importlib.import_module('open3d')
    except (ImportError, OSError) as error:
        raise MissingPackageError(
            f'open3d cannot be loaded ({error}); point clouds need it: '
            'pip install open3d, and apt install libusb-1.0-0 libgomp1'
        ) from error
