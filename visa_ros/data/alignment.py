"""
Do the masks of a video lie on the frames they are given for?

The outline of an object runs along edges of the picture. Masks of a moving object therefore fit
the picture of their own frame better than any other. If they clearly fit other frames better,
their order in the file is wrong; if the object stands still, nothing can be said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.samples import Track
from visa_ros.errors import DataError
from visa_ros.video.opencv import opencv
from visa_ros.video.rle import decode, Rle

OTHER_STEP = 30  # clips of TAO are annotated once in so many frames
_SHIFTS = (-4, -2, -1, 1, 2, 4)
_LOOKED_AT = 5  # frames of a video
_OUTLINE_PX_MIN = 20
# A drift is seen on many frames; of a thirtieth of the frames, a short clip shows but two.
_PAIRS_MIN = {'drift': 4, 'thirtieth': 2}
# How much better another order must fit, on average, and for which share of the masks.
_RATIO = 1.3
_SHARE = 0.75

# Another order of the masks: 0 for every 30th frame, else by how many frames they are late.
_Order = int
_THIRTIETH: _Order = 0


def misplaced(
    pictures: Sequence[Path], own: Sequence[int], tracks: Mapping[str, Track]
) -> dict[str, str]:
    """
    Return annotation id -> which other order its masks fit better, for those that do.

    pictures  all pictures of the video, in order
    own       for each frame of the tracks, which picture it is
    tracks    by annotation id

    DataError if a picture or a mask is damaged, or their sizes differ.
    """
    fits = _measure(pictures, own, tracks)
    told: dict[str, str] = {}
    for annotation, orders in fits.items():
        gains = {o: gain for o, pairs in orders.items() if (gain := _gain(pairs, order=o))}
        if _THIRTIETH in gains:
            told[annotation] = (
                f'mask i fits picture {OTHER_STEP} i {gains[_THIRTIETH]:.1f} times better than '
                f'its own'
            )
        elif gains:
            order = max(gains, key=gains.__getitem__)
            told[annotation] = (
                f'drift: mask i fits frame i {order:+d} {gains[order]:.1f} times better than '
                f'its own'
            )
    return told


def _gain(pairs: Sequence[tuple[float, float]], *, order: _Order) -> float:
    """Return how many times better the other pictures fit; 0 if not clearly so."""
    if len(pairs) < _PAIRS_MIN['thirtieth' if order == _THIRTIETH else 'drift']:
        return 0.0
    mine, other = np.array(pairs).T
    ratio = float(other.mean() / max(float(mine.mean()), 1e-6))
    return ratio if ratio >= _RATIO and (other > mine).mean() >= _SHARE else 0.0


def _measure(
    pictures: Sequence[Path], own: Sequence[int], tracks: Mapping[str, Track]
) -> dict[str, dict[_Order, list[tuple[float, float]]]]:
    """Return, by annotation and order, how well masks fit their own picture and the other."""
    fits: dict[str, dict[_Order, list[tuple[float, float]]]] = {
        annotation: defaultdict(list) for annotation in tracks
    }
    for k in _picked(own, len(pictures), tracks):
        outlines = {a: o for a, track in tracks.items() if (o := _outline(track[k])) is not None}
        if not outlines:
            continue
        mine = _strengths(pictures[own[k]], outlines)
        for order, place in _others(k, own, len(pictures)).items():
            other = _strengths(pictures[place], outlines)
            for annotation in outlines:
                fits[annotation][order].append((mine[annotation], other[annotation]))
    return fits


def _others(k: int, own: Sequence[int], count: int) -> dict[_Order, int]:
    """Return the picture that mask k would belong to in each other order."""
    places = {d: own[k + d] for d in _SHIFTS if 0 <= k + d < len(own)}
    if own[k] != OTHER_STEP * k < count:
        places[_THIRTIETH] = OTHER_STEP * k
    return places


def _picked(own: Sequence[int], count: int, tracks: Mapping[str, Track]) -> list[int]:
    """Choose a few frames with masks, some of them so early that frame 30 k is there."""
    seen = [k for k in range(len(own)) if any(track[k] is not None for track in tracks.values())]
    early = [k for k in seen if own[k] != OTHER_STEP * k < count]
    return sorted({*_spread(seen), *_spread(early)})


def _spread(frames: Sequence[int]) -> list[int]:
    if not frames:
        return []
    places = np.linspace(0, len(frames) - 1, _LOOKED_AT).round().astype(int)
    return [frames[i] for i in places]


def _outline(rle: Rle | None) -> NDArray[np.bool_] | None:
    """Mark the pixels of a mask with a neighbour outside of it; None if there are too few."""
    if rle is None:
        return None
    mask = decode(rle)
    padded = np.pad(mask, 1, mode='edge')  # the border of the picture is no outline
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    outline: NDArray[np.bool_] = mask & ~inner
    return outline if np.count_nonzero(outline) >= _OUTLINE_PX_MIN else None


def _strengths(path: Path, outlines: Mapping[str, NDArray[np.bool_]]) -> dict[str, float]:
    """Return how strong the edges are along each outline, relative to the whole picture."""
    cv2 = opencv()
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise DataError(f'{path}: not a readable picture')
    smooth = cv2.GaussianBlur(image.astype(np.float32), (0, 0), 1.0)
    strength = np.hypot(cv2.Sobel(smooth, -1, 1, 0), cv2.Sobel(smooth, -1, 0, 1))
    usual = max(float(strength.mean()), 1e-6)
    for outline in outlines.values():
        if outline.shape != strength.shape:
            raise DataError(f'{path}: its size is not that of the masks')
    return {a: float(strength[outline].mean()) / usual for a, outline in outlines.items()}
