"""The ROS domain of the demo: processes of this machine alone, with room for large images."""

from __future__ import annotations

import os
from pathlib import Path
import sys

from visa_ros.errors import VisaError

_PROFILES = Path('config') / 'fastdds_shm.xml'
_DOMAINS = 100  # higher domains use ports that Linux hands out to clients


def ros_environment(logs: Path) -> dict[str, str]:
    """
    Variables for the demo and its processes.

    logs  where ROS writes its own logs

    VisaError if the profiles of Fast DDS are not installed.
    """
    profiles = str(_find(_PROFILES))
    old = os.environ.get('ROS_DISTRO') in ('humble', 'jazzy')
    return {
        'ROS_DOMAIN_ID': str(1 + os.getpid() % _DOMAINS),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'ROS_LOCALHOST_ONLY': '1',  # Humble's name for it
        'FASTRTPS_DEFAULT_PROFILES_FILE' if old else 'FASTDDS_DEFAULT_PROFILES_FILE': profiles,
        'ROS_LOG_DIR': str(logs / 'ros'),
        'PYTHONUNBUFFERED': '1',
    }


def _find(name: Path) -> Path:
    """Find a file of the package, in the source tree or where it is installed."""
    roots = [Path(__file__).parents[2]]
    prefixes = [sys.prefix, *os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)]
    roots += [Path(prefix) / 'share' / 'visa_ros' for prefix in prefixes if prefix]
    for root in roots:
        if (root / name).is_file():
            return root / name
    raise VisaError(f'{name} is missing: install the package again (searched {roots})')
