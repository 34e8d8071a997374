"""Tiny synthetic copies of all data sets."""

from __future__ import annotations

import shutil

import pytest

from visa_ros.data.synthetic import make_tree, WRITERS


@pytest.fixture(scope='session')
def trees(tmp_path_factory):
    """All sets below one common root, to be read only."""
    root = tmp_path_factory.mktemp('trees')
    for name in WRITERS:
        make_tree(name, root)
    return root


@pytest.fixture
def tree(tmp_path):
    """Make one set that the test may damage; returns the common root."""

    def make(name):
        shutil.rmtree(tmp_path / 'tree', ignore_errors=True)
        make_tree(name, tmp_path / 'tree')
        return tmp_path / 'tree'

    return make
