"""
The folder with the reference's numbers, and how tests read it.

`VISA_PARITY_DIR` names it; without that it is `../shared/parity` seen from the repository's root.
A folder may hold only some of the files, and other cases and sizes than the one at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
Case = dict[str, np.ndarray]

# Label -> (largest deviation, tolerance, cases); printed behind the tests' results.
DEVIATIONS: dict[str, tuple[float, float, int]] = {}


def parity_dir() -> Path | None:
    """Return the folder, or None where there is none."""
    named = os.environ.get('VISA_PARITY_DIR')
    folder = Path(named) if named else ROOT.parent / 'shared' / 'parity'
    return folder if folder.is_dir() else None


def path_of(name: str) -> Path:
    """Return the path of a file of the folder; skips the test (or its module) if it is absent."""
    folder = parity_dir()
    if folder is None:
        pytest.skip('no parity folder: set VISA_PARITY_DIR', allow_module_level=True)
    path = folder / name
    if not path.exists():
        pytest.skip(f'the parity folder has no {name}', allow_module_level=True)
    return path


def has(*names: str) -> bool:
    """Whether the folder holds all of these files."""
    folder = parity_dir()
    return folder is not None and all((folder / name).exists() for name in names)


def arrays(name: str) -> Case:
    """Read all arrays of a file, by their full keys."""
    with np.load(path_of(name), allow_pickle=False) as npz:
        return {key: npz[key] for key in npz.files}


def read_json(name: str) -> Any:
    """Read a json file of the folder."""
    return json.loads(path_of(name).read_text(encoding='utf-8'))


def cases(npz: Mapping[str, np.ndarray]) -> dict[str, Case]:
    """Group arrays by the part of their key before the first '/'; others are left out."""
    grouped: dict[str, Case] = {}
    for key in npz:
        case, slash, rest = key.partition('/')
        if slash:
            grouped.setdefault(case, {})[rest] = npz[key]
    return grouped


def case_names(name: str, *, having: str = '') -> list[str]:
    """
    Names of the cases of a .npz or of a json object, for parametrize; empty if it is absent.

    having  only those with this array
    """
    if not has(name):
        return []
    if name.endswith('.json'):
        return sorted(read_json(name))
    grouped = cases(dict.fromkeys(_keys(path_of(name))))
    return sorted(case for case, keys in grouped.items() if not having or having in keys)


def _keys(path: Path) -> list[str]:
    with np.load(path, allow_pickle=False) as npz:
        return list(npz.files)


def assert_within(label: str, found: Any, wanted: Any, tolerance: float) -> None:
    """
    Compare two arrays (or tensors) by their largest absolute difference and remember it.

    label      what is compared; the cases of one label share a row of the final table
    tolerance  largest difference allowed; 0: every bit
    """
    found, wanted = _array(found), _array(wanted)
    assert found.shape == wanted.shape, f'{label}: shape {found.shape}, reference {wanted.shape}'
    assert np.isfinite(found).all() or not np.isfinite(wanted).all(), f'{label}: not finite'
    gap = np.abs(found.astype(np.float64) - wanted.astype(np.float64))
    largest = float(gap.max()) if gap.size else 0.0
    before, _, count = DEVIATIONS.get(label, (0.0, tolerance, 0))
    DEVIATIONS[label] = (max(before, largest), tolerance, count + 1)
    assert largest <= tolerance, f'{label}: differs by {largest:.3g}, allowed {tolerance:.3g}'


def _array(value: Any) -> np.ndarray:
    return np.asarray(value.detach() if hasattr(value, 'detach') else value)
