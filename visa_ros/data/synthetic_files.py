"""Writing the files that the synthetic sets are made of."""

from __future__ import annotations

import json
from pathlib import Path
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visa_ros.video.rle import encode

# The colours of DAVIS: object 1 dark red, 2 dark green, 3 olive.
_PALETTE = (0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0)


def save_json(path: Path, value: Any) -> None:
    """Write a json file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding='utf-8')


def save_pickle(path: Path, value: Any) -> None:
    """Write a pickle, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(value, protocol=4))


def save_picture(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Write a JPEG, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path, quality=95, subsampling=0)


def save_numbers(path: Path, numbers: NDArray[np.uint8], *, palette: bool = False) -> None:
    """Write a PNG of 8 bit numbers, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(numbers)
    if palette:
        picture = picture.convert('L')
        picture.putpalette(_PALETTE)
    picture.save(path)


def rle_json(mask: NDArray[np.bool_]) -> dict[str, Any] | None:
    """Return a mask as COCO's json has it; None for an empty one."""
    if not mask.any():
        return None
    rle = encode(mask)
    return {'size': list(rle.size), 'counts': rle.counts}


def runs_json(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Return a mask with its runs as a plain list, background first."""
    flat = np.concatenate(([False], mask.T.reshape(-1), [False]))
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    bounds = np.concatenate(([0], edges, [mask.size]))
    return {'size': list(mask.shape), 'counts': [int(n) for n in np.diff(bounds)]}
