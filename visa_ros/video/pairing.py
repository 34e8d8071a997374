"""Bringing the images and the depth images of one camera together by their stamps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from visa_ros.structs import Camera

I = TypeVar('I')  # noqa: E741  an image, in whatever form the caller has it
D = TypeVar('D')  # a depth image
JUMP_NS = 500_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair(Generic[I, D]):
    """
    An image with the depth that belongs to it.

    stamp_ns  of the image
    depth     None: there is none
    camera    intrinsics known by then; None: there are none yet
    """

    stamp_ns: int
    image: I
    depth: D | None
    camera: Camera | None


@dataclass(kw_only=True, eq=False)
class _Waiting(Generic[I]):
    """An image that has no depth yet."""

    stamp_ns: int
    image: I
    sent: bool = False


class StampPairer(Generic[I, D]):
    """
    Pairs images with depth images that are at most slop_ns apart; each is used once.

    As long as pairs come, images without depth are left out: where depth is slower than colour,
    its rate is the rate of the pairs. When an image has waited for patience_ns, because depth is
    not published, died or never matches, images go out alone until the next match.

    Time is the stamp of the data. A stamp more than half a second behind the last one of its
    kind means that the source started anew: all that waits is dropped. Holds at most `capacity`
    images and depths. Not thread-safe: one thread pushes.
    """

    def __init__(
        self,
        *,
        slop_ns: int = 20_000_000,
        patience_ns: int = 500_000_000,
        capacity: int = 16,
        use_depth: bool = True,
    ) -> None:
        self._slop_ns = slop_ns
        self._patience_ns = patience_ns
        self._use_depth = use_depth
        self._images: deque[_Waiting[I]] = deque(maxlen=capacity)
        self._depths: deque[tuple[int, D]] = deque(maxlen=capacity)
        self._camera: Camera | None = None
        self.reset()

    def reset(self) -> None:
        """Drop all that waits. The intrinsics stay: they are a property of the camera."""
        self._images.clear()
        self._depths.clear()
        self._image_ns: int | None = None
        self._depth_ns: int | None = None
        self._alone = False

    def push_camera(self, camera: Camera | None) -> None:
        """Use these intrinsics for all later pairs; None: they are not known any more."""
        self._camera = camera

    def push_image(self, stamp_ns: int, image: I) -> tuple[Pair[I, D], ...]:
        """Take an image; return what is complete, oldest first."""
        if not self._accept(stamp_ns, self._image_ns):
            return ()
        self._image_ns = stamp_ns
        if not self._use_depth:
            return (self._pair(stamp_ns, image, None),)
        self._images.append(_Waiting(stamp_ns=stamp_ns, image=image))
        if match := self._nearest([s for s, _ in self._depths], stamp_ns):
            return self._join(stamp_ns, match[0])
        longest_ns = stamp_ns - min(w.stamp_ns for w in self._images if not w.sent)
        if self._alone or longest_ns > self._patience_ns:
            return self._send_alone()
        return ()

    def push_depth(self, stamp_ns: int, depth: D) -> tuple[Pair[I, D], ...]:
        """Take a depth image; return what is complete, oldest first."""
        if not self._use_depth or not self._accept(stamp_ns, self._depth_ns):
            return ()
        self._depth_ns = stamp_ns
        self._depths.append((stamp_ns, depth))
        if match := self._nearest([w.stamp_ns for w in self._images], stamp_ns):
            return self._join(match[0], stamp_ns)
        return ()

    def _accept(self, stamp_ns: int, last_ns: int | None) -> bool:
        """False for a late or repeated stamp; a jump back resets first."""
        if last_ns is not None and stamp_ns < last_ns - JUMP_NS:
            self.reset()
            return True
        return last_ns is None or stamp_ns > last_ns

    def _nearest(self, stamps: list[int], stamp_ns: int) -> list[int]:
        """The stamp nearest to this one, if one is within the slop."""
        near = [s for s in stamps if abs(s - stamp_ns) <= self._slop_ns]
        return sorted(near, key=lambda s: abs(s - stamp_ns))[:1]

    def _join(self, image_ns: int, depth_ns: int) -> tuple[Pair[I, D], ...]:
        """Use up an image and a depth image, and with them all that are older."""
        self._alone = False
        image = next(w for w in self._images if w.stamp_ns == image_ns)
        depth = next(d for s, d in self._depths if s == depth_ns)
        while self._images and self._images[0].stamp_ns <= image_ns:
            self._images.popleft()
        while self._depths and self._depths[0][0] <= depth_ns:
            self._depths.popleft()
        return () if image.sent else (self._pair(image_ns, image.image, depth),)

    def _send_alone(self) -> tuple[Pair[I, D], ...]:
        """Send what waits, but remember it: a match tells that depth is back."""
        self._alone = True
        waiting = [w for w in self._images if not w.sent]
        for w in waiting:
            w.sent = True
        return tuple(self._pair(w.stamp_ns, w.image, None) for w in waiting)

    def _pair(self, stamp_ns: int, image: I, depth: D | None) -> Pair[I, D]:
        return Pair(stamp_ns=stamp_ns, image=image, depth=depth, camera=self._camera)
