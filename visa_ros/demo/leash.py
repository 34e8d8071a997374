"""
`python -m visa_ros.demo.leash PARENT MODULE ARGS...`: run a module's main() as a child process
that ends with its parent, even when the parent is killed.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(argv: list[str]) -> None:
    """Tie this process to its parent and become the module."""
    parent, module, *args = argv
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before it could take this process along
        return
    sys.argv = [module, *args]
    importlib.import_module(module).main()


if __name__ == '__main__':
    main(sys.argv[1:])
