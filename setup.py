"""
The build of this package for pip, as pyproject.toml names it (PEP 517): `pip install .`.

The work is scikit-build-core's, which runs CMakeLists.txt. This file decides what is built:

- with the messages, against the ROS 2 wheels of PyPI, where such wheels exist;
- else, or with VISA_ROS_MESSAGES=off, the Python modules alone. With a sourced ROS the messages
  come from `colcon build`: their libraries must lie where that ROS looks for them;
- `pip install -e .` installs the messages and a path to this folder, and none of its modules, so
  that no old copy of them can ever be imported.
"""

from __future__ import annotations

import os
from pathlib import Path
import platform
import sys
from typing import Any

from scikit_build_core import build as backend

ROOT = Path(__file__).resolve().parent
ROS_PYTHONS = range(10, 15)

Settings = dict[str, Any] | None


def with_messages() -> bool:
    """Whether the messages are generated and built here."""
    choice = os.environ.get('VISA_ROS_MESSAGES', 'auto')
    if choice not in ('on', 'off', 'auto'):
        raise SystemExit(f'VISA_ROS_MESSAGES={choice}: want on, off or auto')
    has_wheels = (
        platform.system() == 'Linux'
        and platform.machine() == 'x86_64'
        and sys.implementation.name == 'cpython'
        and sys.version_info.minor in ROS_PYTHONS
    )
    return choice == 'on' or (choice == 'auto' and has_wheels and 'ROS_DISTRO' not in os.environ)


def settings_for(given: Settings, *, develop: bool) -> dict[str, Any]:
    """Return the user's --config-settings together with ours."""
    ours: dict[str, Any] = {'cmake.define.VISA_ROS_DEVELOP': 'ON' if develop else 'OFF'}
    if with_messages():
        ours['cmake.define.CMAKE_PROJECT_visa_ros_INCLUDE'] = 'cmake/ros_wheels.cmake'
    else:
        ours |= {'cmake.define.VISA_ROS_MESSAGES': 'OFF', 'wheel.py-api': 'py3'}
        ours['wheel.platlib'] = 'false'
    return ours | (given or {})


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Name what pip has to install before the build."""
    needs = backend.get_requires_for_build_wheel(settings_for(config_settings, develop=False))
    if with_messages():
        lines = (ROOT / 'requirements/build.txt').read_text(encoding='utf-8').splitlines()
        needs += [line for line in lines if line and not line.startswith('#')]
    return needs


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build the package as users install it; return the wheel's file name."""
    settings = settings_for(config_settings, develop=False)
    return backend.build_wheel(wheel_directory, settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build the messages and a path to this folder; return the wheel's file name."""
    settings = settings_for(config_settings, develop=True)
    return backend.build_wheel(wheel_directory, settings, metadata_directory)


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: Settings = None
) -> str:
    """Write the name, version and requirements, which are the same for every kind of build."""
    settings = settings_for(config_settings, develop=False)
    return backend.prepare_metadata_for_build_wheel(metadata_directory, settings)


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
get_requires_for_build_editable = get_requires_for_build_wheel
get_requires_for_build_sdist = backend.get_requires_for_build_sdist
build_sdist = backend.build_sdist

if __name__ == '__main__':
    raise SystemExit('this file is run by pip: pip install .')
