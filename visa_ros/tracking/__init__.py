"""Following objects from image to image."""

from visa_ros.tracking.checkpoint import load_tracker
from visa_ros.tracking.published import convert_xmem
from visa_ros.tracking.tracker import MemoryTracker

__all__ = ['MemoryTracker', 'convert_xmem', 'load_tracker']
