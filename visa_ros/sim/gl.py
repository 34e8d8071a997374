"""Pick an OpenGL that works without a display: EGL, else OSMesa."""

from __future__ import annotations

import atexit
import ctypes
import ctypes.util
import functools
import os
import threading
from typing import Any
import weakref

from visa_ros.errors import SimulationError

_EGL_PLATFORM_DEVICE_EXT = 0x313F
_INSTALL = (
    'no OpenGL for off-screen rendering was found; '
    'run: apt-get install -y libegl1 libgl1-mesa-dri   (or: apt-get install -y libosmesa6)'
)


@functools.cache
def backend() -> str:
    """
    Name of the GL backend of this process: 'egl', 'osmesa', or what MUJOCO_GL says.

    The first call sets MUJOCO_GL, which MuJoCo reads when its first context is made.
    SimulationError names the package to install if nothing loads.
    """
    wanted = os.environ.get('MUJOCO_GL', '').strip().lower()
    if wanted:
        return wanted
    found = 'egl' if _egl_works() else 'osmesa' if ctypes.util.find_library('OSMesa') else ''
    if not found:
        raise SimulationError(_INSTALL)
    os.environ['MUJOCO_GL'] = found
    return found


class _PerThread(threading.local):
    """The context of each thread; drivers compile their shaders anew for every context."""

    context: Any = None


_CURRENT = _PerThread()


def make_current() -> None:
    """
    Make this thread's off-screen context current; it is made on the first call.

    SimulationError if the backend does not work.
    """
    if _CURRENT.context is None:
        _CURRENT.context = _new_context()
        # Later, when modules are gone, its destructor would fail.
        atexit.register(_free, weakref.ref(_CURRENT.context))
    _CURRENT.context.make_current()


def _free(reference: weakref.ref[Any]) -> None:
    context = reference()
    if context is not None:
        context.free()


def _new_context() -> Any:
    name = backend()
    try:
        if name == 'egl':
            from mujoco.egl import GLContext
        elif name == 'osmesa':
            from mujoco.osmesa import GLContext
        else:
            from mujoco import GLContext
        # All drawing goes to framebuffers of their own, so this size does not matter.
        return GLContext(64, 64)
    except (ImportError, RuntimeError, AttributeError, OSError) as error:
        raise SimulationError(f'MUJOCO_GL={name} does not work ({error}); {_INSTALL}') from error


def _egl_works() -> bool:
    """Whether some EGL device can be initialised; asked through ctypes, which binds nothing."""
    try:
        egl = ctypes.CDLL('libEGL.so.1')
    except OSError:
        return False
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    names = (b'eglQueryDevicesEXT', b'eglGetPlatformDisplayEXT')
    pointers = [egl.eglGetProcAddress(name) for name in names]
    if not all(pointers):
        return False
    address, integer = ctypes.c_void_p, ctypes.c_int
    query = ctypes.CFUNCTYPE(integer, integer, address, address)(pointers[0])
    display_of = ctypes.CFUNCTYPE(address, integer, address, address)(pointers[1])
    egl.eglInitialize.argtypes = [address, address, address]
    devices, count = (address * 16)(), integer(0)
    if not query(16, devices, ctypes.byref(count)):
        return False
    for device in devices[: count.value]:
        display = display_of(_EGL_PLATFORM_DEVICE_EXT, device, None)
        if display and egl.eglInitialize(display, None, None):
            return True
    return False
