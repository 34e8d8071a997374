"""Marks the tests of this folder and prints how far ours is from the reference."""

from __future__ import annotations

from pathlib import Path

from parity.folder import DEVIATIONS, parity_dir
import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.parity)
            item.own_markers = [_with_reason(mark) for mark in item.own_markers]


def _with_reason(mark):
    """Say in a reader's words why a test without any case is skipped."""
    if mark.name == 'skip' and mark.kwargs.get('reason', '').startswith('got empty parameter set'):
        absent = 'has no such case' if parity_dir() else 'is absent: set VISA_PARITY_DIR'
        return pytest.mark.skip(reason=f'the parity folder {absent}').mark
    return mark


def pytest_terminal_summary(terminalreporter):
    if not DEVIATIONS:
        return
    terminalreporter.section('parity: largest deviation from the reference')
    width = max(map(len, DEVIATIONS))
    for label, (largest, tolerance, count) in sorted(DEVIATIONS.items()):
        allowed = f'{tolerance:.0e}' if tolerance else 'exact'
        terminalreporter.write_line(
            f'{label:{width}}  {largest:8.1e}  allowed {allowed:>6}  {count} compared'
        )


@pytest.fixture(scope='session')
def folder():
    """The parity folder; skips where it is absent."""
    found = parity_dir()
    if found is None:
        pytest.skip('no parity folder: set VISA_PARITY_DIR')
    return found
