"""Clips of textured shapes that fly over each other: endless practice for a tracker."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from visa_ros.train.clips import TrainingClip

_SPRITE_PX = 96
_OPAQUE = 128
_SHADOW_PX = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class _Flyer:
    """
    A shape and how it moves; lengths in px, the clip's time runs from 0 to 1.

    sprite    uint8 (_SPRITE_PX, _SPRITE_PX, 4)  RGB and opacity
    centre    (3, 2)  x, y: at the start, the bend and the end of its path
    angle, scale  (2,)  at the start and the end
    """

    sprite: np.ndarray
    centre: np.ndarray
    angle: np.ndarray
    scale: np.ndarray

    def placed(self, time: float) -> np.ndarray:
        """Affine map (2, 3) from the sprite to the frame."""
        start, bend, end = self.centre
        x, y = (1 - time) ** 2 * start + 2 * time * (1 - time) * bend + time**2 * end
        angle = self.angle[0] + time * (self.angle[1] - self.angle[0])
        scale = self.scale[0] + time * (self.scale[1] - self.scale[0])
        middle = _SPRITE_PX / 2
        matrix = cv2.getRotationMatrix2D((middle, middle), angle, scale)
        matrix[:, 2] += (x - middle, y - middle)
        return matrix


def shapes_clip(
    rng: np.random.Generator, *, frames: int, hw: tuple[int, int] = (192, 256)
) -> TrainingClip:
    """Draw a clip of 3 to 8 shapes in front of a texture that drifts."""
    flyers = [_flyer(rng, hw) for _ in range(rng.integers(3, 9))]
    if rng.random() < 0.5:  # a twin that differs only in where it is
        flyers.append(_flyer(rng, hw, sprite=flyers[0].sprite))
    ground = _texture(rng, (hw[0] + 40, hw[1] + 40), cells=int(rng.integers(2, 24)))
    drift = rng.uniform(-15, 15, (2, 2)) * (rng.random() < 0.5) + 20
    clip = TrainingClip(
        rgb=np.empty((frames, *hw, 3), np.uint8), instances=np.zeros((frames, *hw), np.uint8)
    )
    for k in range(frames):
        time = k / max(frames - 1, 1)
        x, y = (drift[0] + time * (drift[1] - drift[0])).astype(int)
        clip.rgb[k] = ground[y : y + hw[0], x : x + hw[1]]
        for number, flyer in enumerate(flyers, start=1):
            _draw(clip.rgb[k], clip.instances[k], flyer, number, time)
    return clip


def _draw(rgb: np.ndarray, instances: np.ndarray, flyer: _Flyer, number: int, time: float) -> None:
    """Paint a shape and its shadow into the part of the frame that they touch."""
    matrix = flyer.placed(time)
    side = _SPRITE_PX
    corners = matrix @ np.array([[0, side, 0, side], [0, 0, side, side], [1, 1, 1, 1]])
    low = np.maximum(corners.min(axis=1).astype(int) - _SHADOW_PX, 0)
    high = corners.max(axis=1).astype(int) + _SHADOW_PX
    part = (slice(low[1], max(high[1], 0)), slice(low[0], max(high[0], 0)))
    view = rgb[part]
    if view.size == 0:
        return
    matrix[:, 2] -= low
    size = (view.shape[1], view.shape[0])
    shadow = matrix + np.array([[0, 0, 4.0], [0, 0, 5.0]])
    dark = cv2.blur(cv2.warpAffine(flyer.sprite[..., 3], shadow, size), (9, 9))
    layer = cv2.warpAffine(flyer.sprite, matrix, size)
    opacity = layer[..., 3:] / np.float32(255)
    light = 1 - np.float32(0.3 / 255) * dark[..., None]
    view[:] = view * light * (1 - opacity) + layer[..., :3] * opacity
    instances[part][layer[..., 3] >= _OPAQUE] = number


def _flyer(
    rng: np.random.Generator, hw: tuple[int, int], sprite: np.ndarray | None = None
) -> _Flyer:
    height, width = hw
    start = rng.uniform(0.1, 0.9, 2) * (width, height)
    reach = rng.choice((2.0, 25.0, 90.0))
    start_scale = np.exp(rng.uniform(np.log(0.2), np.log(1.0)))
    start_angle = rng.uniform(0, 360)
    return _Flyer(
        sprite=_sprite(rng) if sprite is None else sprite,
        centre=start + np.stack([np.zeros(2), *rng.normal(0, reach, (2, 2))]),
        angle=start_angle + np.array([0, rng.normal(0, reach)]),
        scale=start_scale * np.array([1, np.exp(rng.normal(0, 0.15))]),
    )


def _sprite(rng: np.random.Generator) -> np.ndarray:
    """A blob, a polygon or a rod, with its own texture."""
    corners = int(rng.choice((3, 4, 5, 24, 24, 24)))
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 6)
    radius = np.ones(corners)
    for wave in range(2, 5):
        radius += rng.normal(0, 0.25 / wave) * np.cos(wave * turn + rng.uniform(0, 6))
    thin = rng.choice((1.0, 0.7, 0.35, 0.12))
    outline = np.stack([np.cos(turn), thin * np.sin(turn)], axis=1) * radius[:, None]
    outline *= (_SPRITE_PX / 2 - 3) / np.abs(outline).max()
    opacity = np.zeros((_SPRITE_PX, _SPRITE_PX), np.uint8)
    cv2.fillPoly(opacity, [np.round(outline + _SPRITE_PX / 2).astype(np.int32)], 255)
    if rng.random() < 0.15:  # a ring
        cv2.circle(opacity, (_SPRITE_PX // 2, _SPRITE_PX // 2), int(_SPRITE_PX * 0.15), 0, -1)
    texture = _texture(rng, (_SPRITE_PX, _SPRITE_PX), cells=int(rng.integers(2, 12)))
    return np.dstack((texture, cv2.blur(opacity, (3, 3))))


def _texture(rng: np.random.Generator, hw: tuple[int, int], *, cells: int) -> np.ndarray:
    """Random colours between a few anchors, as patches or stripes, with a slope of light."""
    base = rng.uniform(20, 235, 3)
    strength = rng.choice((4.0, 20.0, 60.0))
    grid = base + rng.normal(0, strength, (cells, cells, 3))
    if rng.random() < 0.2:
        grid[:] = grid[:1]
    smooth = cv2.INTER_CUBIC if rng.random() < 0.7 else cv2.INTER_NEAREST
    image = cv2.resize(grid.astype(np.float32), hw[::-1], interpolation=smooth)
    slope = np.linspace(*rng.uniform(0.7, 1.2, 2), hw[0])[:, None, None]
    image = image * slope + rng.normal(0, rng.uniform(0, 5), (*hw, 1))
    return np.clip(image, 0, 255).astype(np.uint8)
