"""Where installed files are found."""

from __future__ import annotations

import os
from pathlib import Path
import sys

from visa_ros.errors import CheckpointError


def model_dir(name_or_path: str | Path) -> Path:
    """
    Find the folder of a model.

    A path to a folder is taken as it is. A name is looked for beside the package (source
    tree), then as share/visa_ros/models/NAME under the Python prefix and under each entry
    of AMENT_PREFIX_PATH. CheckpointError with the places that were searched if none has it.
    """
    given = Path(name_or_path).expanduser()
    candidates = [given]
    if len(given.parts) == 1:
        candidates += [root / given for root in _model_roots()]
    for folder in candidates:
        if (folder / 'config.json').is_file():
            return folder
    searched = ', '.join(str(folder) for folder in candidates)
    raise CheckpointError(
        f'no model {str(name_or_path)!r}: none of these folders holds a config.json: {searched}'
    )


def _model_roots() -> list[Path]:
    prefixes = [Path(sys.prefix)]
    prefixes += [Path(p) for p in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if p]
    beside = Path(__file__).resolve().parent.parent / 'models'
    return [beside, *(prefix / 'share' / 'visa_ros' / 'models' for prefix in prefixes)]
