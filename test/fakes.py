"""
Stand-ins for the trained networks and clips to run them on.

They satisfy the protocols of visa_ros.pipeline, need numpy alone and are right on images made
of plain colours, such as those of `clip`.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from visa_ros.structs import Camera, Detection, Frame, Grounding, Propagated, Status

PALETTE = {
    'red': (220, 30, 30),
    'green': (30, 180, 30),
    'blue': (30, 30, 220),
    'yellow': (230, 220, 30),
}
BACKGROUND = (120, 120, 120)
TOLERANCE = 60
FIRST_NS = 1_000_000_000


def blobs(mask):
    """Connected parts (4 neighbours) of a bool image, largest first."""
    left = mask.copy()
    parts = []
    while left.any():
        part = np.zeros_like(mask)
        queue = deque([tuple(np.argwhere(left)[0])])
        left[queue[0]] = False
        while queue:
            v, u = queue.popleft()
            part[v, u] = True
            for y, x in ((v - 1, u), (v + 1, u), (v, u - 1), (v, u + 1)):
                if 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and left[y, x]:
                    left[y, x] = False
                    queue.append((y, x))
        parts.append(part)
    return sorted(parts, key=np.sum, reverse=True)


def near_color(rgb, color):
    """Pixels of about this colour, bool (H, W)."""
    distance = np.abs(rgb.astype(np.int16) - np.asarray(color, np.int16)).max(axis=2)
    return distance < TOLERANCE


class FakeSegmenter:
    """
    Finds plain colours by name.

    'red' gives every red blob; 'the red one' is AMBIGUOUS where there are several; a colour
    that is not there, or no colour at all ('a unicorn'), is ABSENT.
    """

    def __init__(self):
        self.calls = []

    def ground(self, references, target, instruction, *, max_objects=0):
        self.calls.append((list(references), target, instruction))
        words = instruction.lower().replace('?', ' ').split()
        found = [
            Detection(mask=part, label=word, score=0.9 - 0.1 * rank)
            for word in words
            if word in PALETTE
            for rank, part in enumerate(blobs(near_color(target.rgb, PALETTE[word])))
        ]
        if not found:
            return Grounding(status=Status.ABSENT, answer='There is none.', ms={'encode': 1.0})
        several = 'the' in words and len(found) > 1
        return Grounding(
            status=Status.AMBIGUOUS if several else Status.FOUND,
            answer='It is there.',
            detections=tuple(found),
            ms={'encode': 1.0},
        )


class FakeTracker:
    """Follows blobs of one colour: on each frame the one nearest to where it was seen last."""

    def __init__(self):
        self._colors = {}
        self._last = {}
        self.steps = 0

    @property
    def ids(self):
        return tuple(self._colors)

    @property
    def memory_bytes(self):
        return 16 * len(self._colors)

    def step(self, rgb, masks=None):
        self.steps += 1
        for object_id, mask in (masks or {}).items():
            self._colors[object_id] = np.median(rgb[mask], axis=0)
            self._last[object_id] = np.argwhere(mask).mean(axis=0)
        return {object_id: self._find(rgb, object_id) for object_id in self._colors}

    def forget(self, ids):
        for object_id in ids:
            self._colors.pop(object_id, None)
            self._last.pop(object_id, None)

    def reset(self):
        self.forget(self.ids)

    def fork(self):
        return type(self)()

    def _find(self, rgb, object_id):
        parts = blobs(near_color(rgb, self._colors[object_id]))
        if not parts:
            return Propagated(mask=np.zeros(rgb.shape[:2], bool), score=0.0)
        centers = [np.argwhere(part).mean(axis=0) for part in parts]
        steps = [np.linalg.norm(center - self._last[object_id]) for center in centers]
        best = int(np.argmin(steps))
        self._last[object_id] = centers[best]
        return Propagated(mask=parts[best], score=0.8)


class ForgetfulTracker(FakeTracker):
    """Never finds again what it has lost once, until a mask of it is given."""

    def __init__(self):
        super().__init__()
        self._lost = set()

    def step(self, rgb, masks=None):
        self._lost -= set(masks or {})
        return super().step(rgb, masks)

    def _find(self, rgb, object_id):
        found = super()._find(rgb, object_id)
        if not found.visible:
            self._lost.add(object_id)
        if object_id in self._lost:
            return Propagated(mask=np.zeros(rgb.shape[:2], bool), score=0.0)
        return found


class ListeningTracker(FakeTracker):
    """Notes every image that it or a fork of it steps on, in `seen`."""

    def __init__(self, seen=None):
        super().__init__()
        self.seen = [] if seen is None else seen

    def step(self, rgb, masks=None):
        self.seen.append(rgb)
        return super().step(rgb, masks)

    def fork(self):
        return type(self)(self.seen)


def camera_of(hw):
    """A pinhole camera for images of this size."""
    height, width = hw
    return Camera(
        width=width, height=height, fx=width, fy=width, cx=(width - 1) / 2, cy=(height - 1) / 2
    )


def frame_with(discs, *, stamp_ns=FIRST_NS, hw=(48, 64), depth=True):
    """
    Make a frame of coloured discs on grey.

    discs  (colour name, v, u, radius in px) each; depth is 1 m on them and 2 m elsewhere
    """
    rgb = np.full((*hw, 3), BACKGROUND, np.uint8)
    depth_m = np.full(hw, 2.0, np.float32)
    v, u = np.mgrid[: hw[0], : hw[1]]
    for color, center_v, center_u, radius in discs:
        disc = np.hypot(v - center_v, u - center_u) <= radius
        rgb[disc] = PALETTE[color]
        depth_m[disc] = 1.0
    return Frame(
        rgb=rgb,
        stamp_ns=stamp_ns,
        depth_m=depth_m if depth else None,
        camera=camera_of(hw) if depth else None,
    )


def clip(count=8, *, hw=(48, 64), gap_s=0.2, depth=True):
    """
    Make frames where red moves right, two greens stand still and blue leaves half way.
    """
    frames = []
    for k in range(count):
        discs = [('red', 12, 8 + 4 * k, 6), ('green', 36, 12, 5), ('green', 36, 50, 4)]
        if k < count / 2:
            discs.append(('blue', 36, 31, 5))
        stamp_ns = FIRST_NS + round(k * gap_s * 1e9)
        frames.append(frame_with(discs, stamp_ns=stamp_ns, hw=hw, depth=depth))
    return frames


def disc_mask(frame, color):
    """All pixels of a colour, bool (H, W)."""
    return near_color(frame.rgb, PALETTE[color])
