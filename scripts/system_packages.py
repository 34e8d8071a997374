"""
Print which of Debian's and Ubuntu's packages are missing here, one line, empty when none is.

Judged by what loads, not by what is installed, so that other distributions pass too. Run by the
interpreter that the environment will be made of; needs nothing but its standard library.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
from pathlib import Path
import shutil
import sys
import sysconfig

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from visa_ros.errors import SimulationError
from visa_ros.sim import gl

RENDERING = ['libegl1', 'libegl-mesa0', 'libgl1-mesa-dri']
OPEN3D = {
    'libEGL.so.1': 'libegl1',
    'libGL.so.1': 'libgl1',
    'libX11.so.6': 'libx11-6',
    'libidn2.so.0': 'libidn2-0',
    'libudev.so.1': 'libudev1',
    'libusb-1.0.so.0': 'libusb-1.0-0',
}


def loads(library: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def renders() -> bool:
    """Whether some OpenGL works without a display."""
    os.environ.pop('MUJOCO_GL', None)
    try:
        gl.backend()
    except SimulationError:
        return False
    return True


def missing() -> list[str]:
    """Return the packages to install: for the environment, the messages, the world, the clouds."""
    python = f'{sys.version_info.major}.{sys.version_info.minor}'
    packages = [package for library, package in OPEN3D.items() if not loads(library)]
    if not importlib.util.find_spec('ensurepip'):
        packages.append(f'python{python}-venv')
    if not Path(sysconfig.get_path('include'), 'Python.h').exists():
        packages.append(f'libpython{python}-dev')
    if not shutil.which('c++'):
        packages.append('g++')
    if not renders():
        packages += RENDERING
    return sorted(set(packages))


if __name__ == '__main__':
    print(*missing())  # noqa: T201
