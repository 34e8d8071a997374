"""Where things are while events are planned, and where they could go."""

from __future__ import annotations

import functools

import numpy as np

from visa_ros.sim import cameras
from visa_ros.sim.layout import apart, hull, REACH_M, share_inside
from visa_ros.sim.stage import Stage

VIEW_MARGIN = 0.06
"""Share of the image at each edge in which an event would be cut off."""


class Places:
    """
    The footprints of all things, kept up to date while events are added to a plan.

    Each thing takes part in at most one event; look() sets the time of the camera's pose.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._points = [_points(stage, i) for i in range(len(stage.things))]
        self._outlines = [hull(points[:, :2]) for points in self._points]
        self._free = set(range(len(stage.things)))
        self._present = set(self._free)
        path = stage.camera_path
        self._camera = cameras.intrinsics(stage.width, stage.height, path.fovy_deg)
        self._pose = path.world_from_camera(0.0)

    def look(self, time_s: float) -> None:
        """Judge what is in view from where the camera is at that time."""
        self._pose = self.stage.camera_path.world_from_camera(time_s)

    def present(self) -> list[int]:
        """Things on the table."""
        return sorted(self._present)

    def free(self) -> list[int]:
        """Things to which nothing happens yet."""
        return sorted(self._free)

    def in_view(self) -> list[int]:
        """Free things whose centre lies well within the image."""
        return [i for i in self.free() if self._visible(self._points[i].mean(0))]

    def position(self, thing: int) -> tuple[float, float]:
        """Where the origin of the thing is, m."""
        x, y = self.stage.qpos.reshape(-1, 7)[thing, :2]
        return float(x), float(y)

    def heading(self, thing: int) -> float:
        """Direction of its first axis on the table, rad."""
        w, x, y, z = self.stage.qpos.reshape(-1, 7)[thing, 3:]
        return float(np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))

    def free_goal(
        self,
        rng: np.random.Generator,
        thing: int,
        *,
        near_m: float,
        far_m: float,
        spare_m: float = 0.012,
        along_table: bool = False,
    ) -> tuple[float, float] | None:
        """Find where the thing could go; along the table it must not meet others on its way."""
        start = np.array(self.position(thing))
        for _ in range(40):
            angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(near_m, far_m)
            goal = start + length * np.array([np.cos(angle), np.sin(angle)])
            if np.linalg.norm(goal) > REACH_M or not self._visible([*goal, 0.03]):
                continue
            steps = np.linspace(0, 1, 2 + int(length / 0.02)) if along_table else np.ones(1)
            if all(self._clear(thing, (goal - start) * s, spare_m) for s in steps):
                return float(goal[0]), float(goal[1])
        return None

    def clearance(
        self,
        thing: int,
        goal: tuple[float, float],
        origin: tuple[float, float] | None = None,
    ) -> float:
        """Height at which the thing passes over everything on its way, m."""
        start = np.array(origin or self.position(thing))
        offset = start - self.position(thing)
        count = 2 + int(np.linalg.norm(np.array(goal) - start) / 0.03)
        ways = offset + np.linspace(0, 1, count)[:, None] * (np.array(goal) - start)
        others = [i for i in self._present if i != thing]
        highest = [
            self._points[i][:, 2].max()
            for i in others
            if any(not self._clear(thing, way, 0.01, against=[i]) for way in ways)
        ]
        return float(max([0.05, *highest]) + 0.03)

    def outside(self, rng: np.random.Generator, thing: int) -> tuple[float, float]:
        """Place beside the picture, to the left or the right, where the thing is not seen."""
        start = np.array(self.position(thing))
        side = self._pose[:2, 0] * float(rng.choice([-1.0, 1.0]))
        span = float(np.ptp(self._points[thing][:, :2], axis=0).max())
        for far in np.arange(0.5, 3.0, 0.1):
            at = start + far * side
            edge = at - span * side
            if not self._visible([*edge, 0.15], margin=-0.1):
                return float(at[0]), float(at[1])
        return float(at[0]), float(at[1])

    def in_front(self, other: int, thing: int) -> tuple[float, float, float] | None:
        """Position and turn at which one thing hides another from the camera; None if none."""
        target, cover = self._points[thing], self._points[other]
        centre = target[:, :2].mean(0)
        toward = self._pose[:2, 3] - centre
        toward /= np.linalg.norm(toward)
        start = np.array(self.position(other))
        reach = np.ptp(target[:, :2] @ toward) / 2 + 0.012
        for turn in np.deg2rad(np.arange(0, 180, 30)):
            turned = turned_points(cover, start, turn)
            depth = np.ptp(turned[:, :2] @ toward) / 2
            goal = centre + toward * (reach + depth) - (turned[:, :2].mean(0) - start)
            shift = np.array([*(goal - start), 0.0])
            if np.linalg.norm(goal) > REACH_M + 0.06 or not self._covers(turned + shift, target):
                continue
            if self._free_for(turned + shift, other):
                return float(goal[0]), float(goal[1]), float(turn)
        return None

    def over(self, other: int, thing: int) -> tuple[float, float, float] | None:
        """Position and turn at which one thing, if it were hollow, would hold another; or None."""
        if any(abs(_up(self.stage, i)) < 0.98 for i in (thing, other)):
            return None
        inner, outer = self.stage.things[thing].size_m, self.stage.things[other].size_m
        turn = self.heading(thing) - self.heading(other)
        for quarter, sides in ((0.0, outer), (np.pi / 2, outer[[1, 0, 2]])):
            if (inner + 0.008 < sides).all():
                return (*self.position(thing), turn + quarter)
        return None

    def moved(self, thing: int, goal: tuple[float, float], *, turn_rad: float = 0.0) -> None:
        """Note that the thing will be there."""
        start = np.array(self.position(thing))
        points = turned_points(self._points[thing], start, turn_rad)
        self._points[thing] = points + np.array([*(np.array(goal) - start), 0.0])
        self._outlines[thing] = hull(self._points[thing][:, :2])
        self.busy(thing)

    def gone(self, thing: int) -> None:
        """Note that the thing will not be on the table any more."""
        self._present.discard(thing)
        self.busy(thing)

    def busy(self, thing: int) -> None:
        """Note that something happens to the thing."""
        self._free.discard(thing)

    def _visible(self, point: np.ndarray | list[float], *, margin: float = VIEW_MARGIN) -> bool:
        at = cameras.project(np.asarray(point, float)[None], self._pose, self._camera)[0]
        share = at / [self._camera.width, self._camera.height]
        return bool((share > margin).all() and (share < 1 - margin).all())

    def _clear(
        self, thing: int, shift: np.ndarray, spare_m: float, against: list[int] | None = None
    ) -> bool:
        mine = grown(self._outlines[thing], spare_m) + shift
        others = self.present() if against is None else against
        return all(apart(mine, self._outlines[i]) for i in others if i != thing)

    def _free_for(self, points: np.ndarray, thing: int) -> bool:
        mine = grown(hull(points[:, :2]), 0.004)
        return all(apart(mine, self._outlines[i]) for i in self.present() if i != thing)

    def _covers(self, cover: np.ndarray, target: np.ndarray) -> bool:
        outline = hull(cameras.project(cover, self._pose, self._camera))
        middle = outline.mean(0)
        seen = cameras.project(target, self._pose, self._camera)
        return share_inside(seen, middle + 0.97 * (outline - middle)) > 0.97


def _points(stage: Stage, thing: int) -> np.ndarray:
    """Outermost points of a thing at rest in the world, (n, 3), m."""
    vertices = np.concatenate([part.vertices for part in stage.things[thing].model.parts])
    vertices = vertices[np.unique(np.argmax(vertices @ _directions().T, axis=0))]
    pose = stage.qpos.reshape(-1, 7)[thing]
    return vertices @ _matrix(pose[3:]).T + pose[:3]


@functools.cache
def _directions(count: int = 160) -> np.ndarray:
    """Unit vectors (count, 3) spread evenly over the sphere."""
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.pi * (1 + 5**0.5) * np.arange(count)
    flat = np.sqrt(1 - z * z)
    return np.stack((flat * np.cos(angle), flat * np.sin(angle), z), 1)


def _matrix(quaternion: np.ndarray) -> np.ndarray:
    w, x, y, z = quaternion
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip


def _up(stage: Stage, thing: int) -> float:
    """Height of the tip of the thing's own z axis, -1 to 1."""
    return float(_matrix(stage.qpos.reshape(-1, 7)[thing, 3:])[2, 2])


def turned_points(points: np.ndarray, origin: np.ndarray, turn_rad: float) -> np.ndarray:
    """Turn points (n, 3) about a vertical axis through origin (2,)."""
    c, s = np.cos(turn_rad), np.sin(turn_rad)
    flat = (points[:, :2] - origin) @ np.array([[c, s], [-s, c]]) + origin
    return np.concatenate((flat, points[:, 2:]), axis=1)


def grown(outline: np.ndarray, spare_m: float) -> np.ndarray:
    """Outline (k, 2) with some room around it."""
    middle = outline.mean(0)
    away = outline - middle
    length = np.linalg.norm(away, axis=1, keepdims=True)
    return middle + away * (1 + spare_m / np.maximum(length, 1e-6))
