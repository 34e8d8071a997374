"""Fixtures for all parts."""

from __future__ import annotations

import contextlib

import fakes
import pytest

from visa_ros.pipeline import Pipeline

with contextlib.suppress(ImportError):  # an installed ROS may lack it; most tests do without
    from hypothesis import settings

    # How long an example takes says more about what else the machine does than about the code.
    settings.register_profile('untimed', deadline=None)
    settings.load_profile('untimed')


@pytest.fixture
def clip():
    """Eight small frames with depth; see fakes.clip."""
    return fakes.clip()


@pytest.fixture
def pipeline():
    """A pipeline with fake networks."""
    return Pipeline(segmenter=fakes.FakeSegmenter(), tracker=fakes.FakeTracker())
