"""Following objects from image to image."""

from visa_ros.tracking.checkpoint import load_tracker
from visa_ros.tracking.tracker import MemoryTracker

__all__ = ['MemoryTracker', 'load_tracker']
