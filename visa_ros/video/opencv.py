"""OpenCV, loaded when it is first needed."""

from __future__ import annotations

import importlib
from typing import Any

from visa_ros.errors import MissingPackageError


def opencv() -> Any:
    """The module cv2; MissingPackageError if it cannot be loaded."""
    try:
        return importlib.import_module('cv2')
    except ImportError as error:
        raise MissingPackageError(
            f'OpenCV cannot be loaded ({error}): pip install opencv-python-headless'
        ) from error
