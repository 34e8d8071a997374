"""Where objects that are out of sight were seen last, drawn onto images."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from visa_ros.structs import ObjectState, TrackState
from visa_ros.video.opencv import opencv

_GREY = (150, 150, 150)


def draw_places(rgb: np.ndarray, states: Iterable[ObjectState]) -> np.ndarray:
    """
    Draw a grey rectangle and a label where objects that are OCCLUDED or LOST were seen last.

    rgb      uint8 (H, W, 3), is drawn onto
    returns  the same array
    """
    cv2 = opencv()
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, max(0.35, rgb.shape[0] / 960)
    for state in states:
        if state.visible or state.state == TrackState.VISIBLE or state.last_box_px is None:
            continue
        left, top, width, height = state.last_box_px
        cv2.rectangle(rgb, (left, top), (left + width - 1, top + height - 1), _GREY, 1)
        text = ' '.join(
            part for part in (str(state.object_id), state.label, state.state.name.lower()) if part
        )
        plain = text.encode('ascii', 'replace').decode('ascii')
        (_, text_height), _ = cv2.getTextSize(plain, font, scale, 1)
        place = (left, max(top - 3, text_height + 3))
        cv2.putText(rgb, plain, place, font, scale, _GREY, 1, cv2.LINE_AA)
    return rgb
