"""How images of any size are shown to the network, and its masks brought back to their size."""

from __future__ import annotations

from dataclasses import dataclass
import math

from torch import Tensor
import torch.nn.functional as F

from visa_ros.tracking.config import GRID

_MARGIN = 1
"""Px around a support that are cut out with it: it reaches so far by interpolation."""

Part = tuple[slice, slice]
"""Rows and columns of an image, px."""


@dataclass(frozen=True, kw_only=True)
class Framing:
    """
    Resize, then pad to whole multiples of GRID.

    image_hw   px of the image
    inner_hw   px that it is resized to
    padding    px added left, right, above and below
    antialias  see TrackerConfig
    """

    image_hw: tuple[int, int]
    inner_hw: tuple[int, int]
    padding: tuple[int, int, int, int]
    antialias: bool

    @property
    def network_hw(self) -> tuple[int, int]:
        """Px that the network sees."""
        left, right, above, below = self.padding
        return self.inner_hw[0] + above + below, self.inner_hw[1] + left + right

    def resize(self, rgb: Tensor) -> Tensor:
        """Image float (1, 3, H, W) to the inner size."""
        if tuple(rgb.shape[-2:]) == self.inner_hw:
            return rgb
        return F.interpolate(
            rgb, self.inner_hw, mode='bilinear', align_corners=False, antialias=self.antialias
        )

    def resize_masks(self, masks: Tensor) -> Tensor:
        """Masks float (1, N, H, W), 0 or 1, to the inner size; with antialiasing 0 to 1."""
        if tuple(masks.shape[-2:]) == self.inner_hw or self.antialias:
            return self.resize(masks)
        return F.interpolate(masks, self.inner_hw, mode='nearest')

    def pad(self, planes: Tensor) -> Tensor:
        """Inner size (..., H', W') to the network's, with zeros."""
        return F.pad(planes, self.padding)

    def restore(self, planes: Tensor) -> Tensor:
        """Float (N, ...) of the network's size to the image's size."""
        return _enlarged(self.unpad(planes), self.image_hw)

    def unpad(self, planes: Tensor) -> Tensor:
        """Float (N, ...) of the network's size to the inner size."""
        left, _, above, _ = self.padding
        height, width = self.inner_hw
        return planes[:, above : above + height, left : left + width]

    def restore_part(self, planes: Tensor, support: Tensor) -> tuple[Tensor, Part]:
        """
        Restore as much of the image as can hold what is in the support, or nothing.

        planes   float (N, ...) of the network's size
        support  bool (H', W')  of the inner size
        returns  float (N, H'', W''), and where in the image they are

        It has all pixels that interpolate between positions of the support, and there the
        values that `restore` gives.
        """
        cuts = [
            _cut(support.any(dim=1 - axis), self.image_hw[axis], self.inner_hw[axis])
            for axis in (0, 1)
        ]
        (rows, out_rows), (columns, out_columns) = cuts
        part = self.unpad(planes)[:, rows, columns]
        hw = (out_rows.stop - out_rows.start, out_columns.stop - out_columns.start)
        return _enlarged(part, hw), (out_rows, out_columns)


def _enlarged(planes: Tensor, hw: tuple[int, int]) -> Tensor:
    if tuple(planes.shape[-2:]) == hw:
        return planes
    return F.interpolate(planes[None], hw, mode='bilinear', align_corners=False)[0]


def _cut(support: Tensor, image: int, inner: int) -> tuple[slice, slice]:
    """
    Cut out along one axis, where whole numbers of px fall together.

    support  bool (inner,)
    returns  px of the inner size with a margin, and px of the image that are the same part
    """
    where = support.nonzero()
    if not len(where):
        return slice(0, 0), slice(0, 0)
    units = math.gcd(image, inner)
    inside, outside = inner // units, image // units
    first = max(int(where[0]) - _MARGIN, 0) // inside
    last = min(-(-(int(where[-1]) + 1 + _MARGIN) // inside), units)
    return slice(first * inside, last * inside), slice(first * outside, last * outside)


def framing(
    image_hw: tuple[int, int],
    *,
    input_hw: tuple[int, int] | None,
    short_side: int,
    antialias: bool,
) -> Framing:
    """Frame images of a size; see TrackerConfig for the settings."""
    inner_hw = input_hw or image_hw
    if short_side:
        height, width = (n * short_side // min(image_hw) for n in image_hw)
        inner_hw = (height, width)
    above, left = ((-n % GRID) // 2 for n in inner_hw)
    below, right = ((-n % GRID + 1) // 2 for n in inner_hw)
    return Framing(
        image_hw=image_hw,
        inner_hw=inner_hw,
        padding=(left, right, above, below),
        antialias=antialias,
    )
