"""Pictures made more varied than a renderer draws them: light, camera, view, what is behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from visa_ros.errors import DataError

_SUFFIXES = ('.jpg', '.jpeg', '.png')


def photometric(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vary light, colour, sharpness, noise and compression of a picture uint8 (H, W, 3)."""
    rgb = _saturate(_relight(rgb, rng), rng)
    if rng.random() < 0.3:
        rgb = _blur(rgb, rng)
    if rng.random() < 0.5:
        noise = np.empty(rgb.shape, np.int16)
        cv2.setRNGSeed(int(rng.integers(1 << 30)))
        cv2.randn(noise, (0, 0, 0), (float(rng.uniform(1, 12)),) * 3)
        rgb = cv2.add(rgb, noise, dtype=cv2.CV_8U)
    if rng.random() < 0.2:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))]
        rgb = cv2.imdecode(cv2.imencode('.jpg', rgb, quality)[1], cv2.IMREAD_COLOR)
    return rgb


def _relight(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gamma, exposure, white balance, contrast."""
    x = np.arange(256, dtype=np.float32)[:, None] / 255
    x = x ** np.exp(rng.uniform(-0.3, 0.3))
    x = (x - 0.5) * rng.uniform(0.8, 1.25) + 0.5 + rng.uniform(-0.06, 0.08)
    x = x * rng.uniform(0.8, 1.25) * (1 + rng.uniform(-0.08, 0.08, 3))
    table = (np.clip(x, 0, 1) * 255).astype(np.uint8)
    return cv2.LUT(rgb, table[None])


def _saturate(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    gray = cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    share = float(rng.uniform(0.6, 1.35))
    return cv2.addWeighted(rgb, share, gray, 1 - share, 0)


def _blur(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Out of focus, or shaken."""
    if rng.random() < 0.7:
        return cv2.GaussianBlur(rgb, (0, 0), float(rng.uniform(0.4, 1.4)))
    length = int(rng.integers(2, 6))
    kernel = np.ones((1, length), np.float32) / length
    return cv2.filter2D(rgb, -1, kernel if rng.random() < 0.5 else kernel.T)


def view(
    rgb: np.ndarray, instances: np.ndarray, rng: np.random.Generator, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """
    Look at a picture from elsewhere: mirrored, nearer, slanted, the lens a little different.

    rgb        uint8 (H, W, 3)
    instances  uint8 (H, W)
    size       (width, height) of the result, px; of the same shape as the picture
    """
    height, width = instances.shape
    zoom = size[0] / width * (1.0 if rng.random() < 0.25 else np.exp(rng.uniform(0, 0.85)))
    focus = focus_of(instances, rng) if rng.random() < 0.8 else np.array([width, height]) / 2
    slack = np.array([width, height]) / 2 - np.array(size) / (2 * zoom)
    middle = np.array([width, height]) / 2
    focus = np.clip(focus, middle - np.abs(slack), middle + np.abs(slack))
    matrix = cv2.getRotationMatrix2D(tuple(focus), float(rng.normal(0, 8)), float(zoom))
    matrix[:, :2] *= 1 + rng.normal(0, 0.08, (1, 2))
    matrix[0, 1] += zoom * rng.normal(0, 0.06)
    matrix[:, 2] = np.array(size) / 2 - matrix[:, :2] @ focus
    if rng.random() < 0.5:
        matrix[0] = -matrix[0]
        matrix[0, 2] += size[0] - 1
    picture = cv2.warpAffine(
        rgb, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT
    )
    ids = cv2.warpAffine(
        instances, matrix, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT
    )
    return picture, ids


def focus_of(instances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a point (x, y), px, near an object of ids (H, W); the middle where there is none."""
    ids = np.flatnonzero(np.bincount(instances.ravel(), minlength=2)[1:]) + 1
    if not len(ids):
        return np.array(instances.shape[::-1]) / 2
    rows, columns = np.nonzero(instances == rng.choice(ids))
    return np.array([columns.mean(), rows.mean()]) + rng.normal(0, 20, 2)


class Backgrounds:
    """
    Photographs that objects are laid on.

    DataError if the folder has no pictures.
    """

    def __init__(self, folder: Path) -> None:
        paths = sorted(p for p in folder.iterdir() if p.suffix in _SUFFIXES)
        if not paths:
            raise DataError(f'{folder}: no pictures here; `visa-ros sim backgrounds` gets some')
        self._pictures: Sequence[np.ndarray] = [
            cv2.cvtColor(cv2.imread(str(p), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB) for p in paths
        ]

    def behind(
        self, rgb: np.ndarray, instances: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Replace all that is no object, in uint8 (H, W, 3) by ids (H, W), by a photograph."""
        photo = self._patch(instances.shape, rng)
        share = cv2.blur((instances > 0).astype(np.float32), (2, 2))[..., None]
        return (share * rgb + (1 - share) * photo).astype(np.uint8)

    def printed(
        self, rgb: np.ndarray, instances: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Give about half of the objects a pattern, as strong as a print; colours stay in mean."""
        patch = self._patch(instances.shape, rng).astype(np.float32) + 16
        patch /= patch.mean(axis=(0, 1))
        chosen = (rng.random(256) < 0.5) & (np.arange(256) > 0)
        strength = float(rng.uniform(0.2, 0.9)) * chosen[instances].astype(np.float32)
        pattern = 1 + strength[..., None] * (patch - 1)
        return np.clip(rgb * pattern, 0, 255).astype(np.uint8)

    def _patch(self, hw: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Cut a part of size (H, W) out of one of the photographs, at some scale."""
        height, width = hw
        photo = self._pictures[int(rng.integers(len(self._pictures)))]
        scale = max(width / photo.shape[1], height / photo.shape[0]) * rng.uniform(1, 2.2)
        photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        top = int(rng.integers(photo.shape[0] - height + 1))
        left = int(rng.integers(photo.shape[1] - width + 1))
        return photo[top : top + height, left : left + width]
