"""Fixtures for all parts."""

from __future__ import annotations

import fakes
import pytest

from visa_ros.pipeline import Pipeline


@pytest.fixture
def clip():
    """Eight small frames with depth; see fakes.clip."""
    return fakes.clip()


@pytest.fixture
def pipeline():
    """A pipeline with fake networks."""
    return Pipeline(segmenter=fakes.FakeSegmenter(), tracker=fakes.FakeTracker())
