"""Pictures as the network takes them: small, and compared with earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

CELL_PX = 8
CHANNELS = 2
"""Of each earlier picture: mean and greatest difference in a cell."""
_CORNERS = 200
_LEAST_CORNERS = 12
_OUTLIER_PX = 1.5


def resized(rgb: np.ndarray, image_hw: tuple[int, int]) -> np.ndarray:
    """Resize a picture of any size and layout, uint8 (H, W, 3), to (h, w, 3)."""
    if rgb.shape[:2] == image_hw:
        return rgb
    whole = np.ascontiguousarray(rgb)
    larger = image_hw[0] > rgb.shape[0]
    how = cv2.INTER_LINEAR if larger else cv2.INTER_AREA
    return cv2.resize(whole, image_hw[::-1], interpolation=how)


def change_maps(pictures: Sequence[np.ndarray], *, slots: int) -> np.ndarray:
    """
    Compare each earlier picture with the last one, the motion of the camera undone.

    Corners are followed from picture to picture; the homography that most of them agree on, which
    is that of the table, lays an earlier picture over the last one. What then differs has come,
    gone or moved; what stands high above the table differs a little too when the camera moves.

    pictures  uint8 (H, W, 3) each, oldest first, all of one size; H and W are multiples of CELL_PX
    slots     earlier pictures that there is room for; more: the latest count
    returns   float32 (CHANNELS * slots, H / CELL_PX, W / CELL_PX), 0 (alike) to 1; slots that
              stay free come first and are 0
    """
    target = pictures[-1]
    height, width = target.shape[:2]
    maps = np.zeros((slots, CHANNELS, height // CELL_PX, width // CELL_PX), np.float32)
    gray = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]
    earlier_from_target = np.eye(3)
    for k in range(1, min(slots, len(pictures) - 1) + 1):
        step = _homography(gray[-k], gray[-k - 1])
        earlier_from_target = step @ earlier_from_target
        maps[slots - k] = _difference(target, pictures[-k - 1], earlier_from_target)
    return maps.reshape(-1, *maps.shape[2:])


def _homography(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Estimate target_from_source of two grey pictures, (3, 3); identity where nothing holds."""
    corners = cv2.goodFeaturesToTrack(source, _CORNERS, 0.01, 5)
    if corners is None or len(corners) < _LEAST_CORNERS:
        return np.eye(3)
    moved, found, _ = cv2.calcOpticalFlowPyrLK(source, target, corners, None)  # type: ignore[call-overload]
    kept = found.ravel() > 0
    if kept.sum() < _LEAST_CORNERS:
        return np.eye(3)
    matrix, _ = cv2.findHomography(corners[kept], moved[kept], cv2.RANSAC, _OUTLIER_PX)
    return np.eye(3) if matrix is None else np.asarray(matrix)


def _difference(
    target: np.ndarray, earlier: np.ndarray, earlier_from_target: np.ndarray
) -> np.ndarray:
    """Differences per cell, float32 (CHANNELS, h, w); 0 where the earlier picture did not look."""
    height, width = target.shape[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(earlier, earlier_from_target, (width, height), flags=flags)
    there = np.full((height, width), 255, np.uint8)
    there = cv2.warpPerspective(there, earlier_from_target, (width, height), flags=flags)
    gap = cv2.absdiff(cv2.blur(target, (3, 3)), cv2.blur(laid, (3, 3))).mean(axis=2)
    gap[there < 255] = 0
    cells = gap.reshape(height // CELL_PX, CELL_PX, width // CELL_PX, CELL_PX)
    return np.stack((cells.mean(axis=(1, 3)), cells.max(axis=(1, 3)))).astype(np.float32) / 255
