"""
Folders of pictures, with depth and intrinsics where they are there.

Two layouts are known, and a plain folder of pictures is one without depth:

    DIR/*.jpg|png          or DIR/rgb/*      JPEGImages/CLIP/*    colour
    DIR/depth/*.png                          Depth/CLIP/*         16 bit, millimetres, 0 unknown
    DIR/camera.json                          Scenes/CLIP.json     width height fx fy cx cy

CLIP may be a folder in folders. The right one is what `visa-ros sim render` writes. A depth
picture has the name of its colour picture. The JSON may also give distortion_model, distortion
and frames: [{"stamp_ns": ..}, ..].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
import re
from typing import Any

import numpy as np

from visa_ros.errors import DataError, EncodingError, InvalidFrameError
from visa_ros.structs import Camera, Frame
from visa_ros.video.encodings import decode_compressed, to_depth_m, to_rgb
from visa_ros.video.source import FrameSource

DEFAULT_RATE_HZ = 10.0
_PICTURES = ('.jpg', '.jpeg', '.png')


@dataclass(frozen=True, kw_only=True)
class _Layout:
    colors: tuple[Path, ...]
    depth_folder: Path
    camera_file: Path


def read_folder(path: Path, *, rate_hz: float | None = None) -> FrameSource:
    """
    Read pictures in the order of their names, numbers counted as numbers.

    rate_hz  frames per second where the folder has no stamps; None: 10

    DataError if there is no picture, or a file is damaged.
    """
    layout = _layout_of(path)
    camera, stamps = _camera_of(layout.camera_file)
    if stamps and len(stamps) != len(layout.colors):
        raise DataError(
            f'{layout.camera_file}: {len(stamps)} stamps for {len(layout.colors)} pictures'
        )
    rate = rate_hz or DEFAULT_RATE_HZ
    times = stamps or [round(k * 1e9 / rate) for k in range(len(layout.colors))]

    def frames() -> Iterator[Frame]:
        for file, stamp_ns in zip(layout.colors, times, strict=True):
            yield _frame(file, layout.depth_folder, camera, stamp_ns)

    return FrameSource(
        path=path, open_frames=frames, count=len(layout.colors), rate_hz=_rate_of(times, rate)
    )


def _layout_of(path: Path) -> _Layout:
    depth, camera = _beside(path)
    folder = path / 'rgb' if (path / 'rgb').is_dir() else path
    colors = sorted((f for f in folder.iterdir() if f.suffix.lower() in _PICTURES), key=_natural)
    if not colors:
        raise DataError(f'{folder}: holds no jpg or png picture and no bag')
    return _Layout(colors=tuple(colors), depth_folder=depth, camera_file=camera)


def _beside(path: Path) -> tuple[Path, Path]:
    """Folder of the depth of a folder of pictures, and file of its camera."""
    for whole in path.parents:
        if whole.name == 'JPEGImages':
            clip = path.relative_to(whole)
            root = whole.parent
            return root / 'Depth' / clip, root / 'Scenes' / clip.with_name(f'{clip.name}.json')
    return path / 'depth', path / 'camera.json'


def depths_of(pictures: Sequence[Path]) -> tuple[list[np.ndarray | None], Camera | None]:
    """
    Read what lies beside pictures of one folder.

    returns  depth of each, float32 (H, W), metres, NaN where unknown, None where there is none;
             and, if any has depth, the camera

    DataError if a file is damaged.
    """
    if not has_depth(pictures):
        return [None] * len(pictures), None
    depth_folder, camera_file = _beside(pictures[0].parent)
    files = [depth_folder / f'{picture.stem}.png' for picture in pictures]
    camera, _ = _camera_of(camera_file)
    return [_depth(file) if file.is_file() else None for file in files], camera


def has_depth(pictures: Sequence[Path]) -> bool:
    """Whether the depth of one of some pictures of one folder lies beside it."""
    folder = _beside(pictures[0].parent)[0]
    return any((folder / f'{picture.stem}.png').is_file() for picture in pictures)


def _depth(file: Path) -> np.ndarray:
    try:
        return to_depth_m('16UC1', _pixels(file))
    except EncodingError as error:
        raise DataError(f'{file}: {error}') from error


def _natural(file: Path) -> list[tuple[int, str]]:
    """Sort key in which 2 comes before 10."""
    return [(int(n or 0), text) for text, n in re.findall(r'(\D*)(\d*)', file.stem)]


def _camera_of(file: Path) -> tuple[Camera | None, list[int]]:
    if not file.is_file():
        return None, []
    try:
        raw: dict[str, Any] = json.loads(file.read_text(encoding='utf-8'))
        camera = Camera(
            width=int(raw['width']),
            height=int(raw['height']),
            fx=float(raw['fx']),
            fy=float(raw['fy']),
            cx=float(raw['cx']),
            cy=float(raw['cy']),
            distortion_model=str(raw.get('distortion_model', 'none')),
            distortion=tuple(float(value) for value in raw.get('distortion', ())),
        )
        return camera, [int(frame['stamp_ns']) for frame in raw.get('frames', ())]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f'{file}: no camera in it ({error}); want width height fx fy cx cy'
        ) from error


def _frame(file: Path, depth_folder: Path, camera: Camera | None, stamp_ns: int) -> Frame:
    depth_file = depth_folder / f'{file.stem}.png'
    try:
        pixels = _pixels(file)
        rgb = pixels if pixels.ndim == 3 else to_rgb('mono16', pixels)
        depth_m = _depth(depth_file) if depth_file.is_file() else None
        return Frame(rgb=rgb, stamp_ns=stamp_ns, depth_m=depth_m, camera=camera)
    except InvalidFrameError as error:
        raise DataError(f'{file}: {error}') from error


def _pixels(file: Path) -> np.ndarray:
    try:
        return decode_compressed(file.read_bytes())
    except (OSError, EncodingError) as error:
        raise DataError(f'{file}: cannot be read: {error}') from error


def _rate_of(stamps: list[int], default: float) -> float:
    span_ns = stamps[-1] - stamps[0]
    return (len(stamps) - 1) * 1e9 / span_ns if span_ns > 0 else default
