"""Masks drawn onto images, and as images of ids."""

from __future__ import annotations

from collections.abc import Mapping
import colorsys

import numpy as np
from numpy.typing import NDArray

from visa_ros.errors import DataError
from visa_ros.video.opencv import opencv

_GOLDEN = 0.618034  # steps of the golden ratio keep the hues of neighbouring ids apart
_OPACITY = 0.45
_MAX_ID = 65535

Masks = Mapping[int, NDArray[np.bool_]]


def color_of(object_id: int) -> tuple[int, int, int]:
    """A bright colour (RGB, 0 to 255) that belongs to this id in every picture and cloud."""
    red, green, blue = colorsys.hsv_to_rgb(object_id * _GOLDEN % 1.0, 0.85, 1.0)
    return round(255 * red), round(255 * green), round(255 * blue)


def label_image(masks: Masks, hw: tuple[int, int]) -> NDArray[np.uint16]:
    """
    Write each object's id into its pixels: uint16 (H, W), 0 elsewhere.

    Where masks overlap the smaller one is on top. DataError for an id above 65535.
    """
    image = np.zeros(hw, np.uint16)
    for object_id in sorted(masks, key=lambda i: int(masks[i].sum()), reverse=True):
        if not 0 < object_id <= _MAX_ID:
            raise DataError(f'object id {object_id} does not fit into 16 bits')
        image[masks[object_id]] = object_id
    return image


def draw_masks(
    rgb: NDArray[np.uint8], masks: Masks, labels: Mapping[int, str]
) -> NDArray[np.uint8]:
    """
    Draw objects onto a copy of an image: tinted, outlined, with their labels.

    rgb     uint8 (H, W, 3)
    labels  id -> text; an id without one is shown as its number
    """
    cv2 = opencv()
    image = np.array(rgb, order='C')
    shown = {i: masks[i] for i in sorted(masks) if masks[i].any()}
    for object_id, mask in shown.items():
        tint = np.array(color_of(object_id), np.float32)
        image[mask] = ((1 - _OPACITY) * image[mask] + _OPACITY * tint).astype(np.uint8)
    for object_id, mask in shown.items():
        contours, _ = cv2.findContours(
            mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        cv2.drawContours(image, contours, -1, color_of(object_id), 1)
    for object_id, mask in shown.items():
        text = f'{object_id} {labels.get(object_id, "")}'.strip()
        _write(image, text, mask, color_of(object_id))
    return image


def _write(
    image: NDArray[np.uint8], text: str, mask: NDArray[np.bool_], color: tuple[int, int, int]
) -> None:
    """Put a label above the mask, or below its top edge where there is no room."""
    cv2 = opencv()
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, max(0.35, image.shape[0] / 960)
    plain = text.encode('ascii', 'replace').decode('ascii')
    (width, height), _ = cv2.getTextSize(plain, font, scale, 1)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left = max(0, min(int(columns[0]), image.shape[1] - width - 4))
    bottom = max(int(rows[0]) - 3, height + 3)
    cv2.rectangle(image, (left, bottom - height - 3), (left + width + 3, bottom + 2), color, -1)
    cv2.putText(image, plain, (left + 2, bottom), font, scale, (0, 0, 0), 1, cv2.LINE_AA)
