"""
Ask a robot's cameras a question: reasoning video segmentation for ROS 2.

Importing this package loads nothing heavy. `load` builds the default model:

    visa = visa_ros.load()
    for frame in visa_ros.read_frames('video.mp4'):
        visa.push(frame)
    answer = visa.ask('what could I drink from?')
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

# In a source tree this folder hides the installed one, which holds the generated messages.
__path__ = pkgutil.extend_path(__path__, __name__)
__version__ = '0.1.0'

_PUBLIC = {
    'load': 'visa_ros.api',
    'Visa': 'visa_ros.api',
    'read_frames': 'visa_ros.video.reader',
    'Frame': 'visa_ros.structs',
    'Camera': 'visa_ros.structs',
    'Query': 'visa_ros.structs',
    'Answer': 'visa_ros.structs',
    'Status': 'visa_ros.structs',
}
__all__ = ['__version__', *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _PUBLIC:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(importlib.import_module(_PUBLIC[name]), name)
