"""Pictures and frames of movies from disk. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from visa_ros.errors import DataError
from visa_ros.model.published.preprocess import CLIP_MEAN
from visa_ros.train.instruction.lesson import Rgb

_PICTURES = frozenset(('.jpg', '.jpeg', '.png'))


def read_rgb(path: Path) -> Rgb:
    """Read a picture, uint8 (H, W, 3); DataError if it is missing or damaged."""
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert('RGB'))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f'{path}: missing or not a readable picture: {error}') from error


def blank(side: int) -> Rgb:
    """Make a square of CLIP's mean colour, uint8 (side, side, 3)."""
    colour = np.array([int(255 * mean) for mean in CLIP_MEAN], np.uint8)
    return np.broadcast_to(colour, (side, side, 3)).copy()


def pad_square(rgb: Rgb) -> Rgb:
    """Put a picture into the middle of a square of CLIP's mean colour, uint8 (S, S, 3)."""
    height, width = rgb.shape[:2]
    side = max(height, width)
    square = blank(side)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = rgb
    return square


def spread(total: int, count: int, rng: np.random.Generator) -> list[int]:
    """Choose a random frame in each of `count` equal parts of a video; all if it is shorter."""
    if total <= count:
        return list(range(total))
    edges = [total * k // count for k in range(count + 1)]
    return [int(rng.integers(a, b)) for a, b in pairwise(edges)]


def movie_frames(path: Path, count: int, rng: np.random.Generator) -> tuple[Rgb, ...]:
    """
    Choose frames spread over a movie, or over a folder of pictures.

    returns  uint8 (H, W, 3) each

    DataError if there is nothing that can be read.
    """
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in _PICTURES)
        if not files:
            raise DataError(f'{path}: holds no pictures')
        return tuple(read_rgb(files[k]) for k in spread(len(files), count, rng))
    movie = cv2.VideoCapture(str(path))
    try:
        total = int(movie.get(cv2.CAP_PROP_FRAME_COUNT)) if movie.isOpened() else 0
        frames = tuple(_frames_at(movie, spread(max(total, 0), count, rng)))
    finally:
        movie.release()
    if not frames:
        raise DataError(f'{path}: missing, or not a movie that OpenCV can read')
    return frames


def _frames_at(movie: cv2.VideoCapture, indices: Sequence[int]) -> Iterator[Rgb]:
    """Yield frames; one that cannot be decoded, as the last of some movies, is left out."""
    for index in indices:
        movie.set(cv2.CAP_PROP_POS_FRAMES, index)
        good, bgr = movie.read()
        if good:
            yield np.ascontiguousarray(bgr[:, :, ::-1])
