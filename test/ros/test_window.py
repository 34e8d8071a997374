"""The window that two threads share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from visa_ros.errors import StaleInputError
from visa_ros.ros.window import SharedWindow
from visa_ros.video.buffer import FrameBuffer


@pytest.fixture
def window():
    return SharedWindow(FrameBuffer(span_s=1.0, max_frames=4))


def test_a_push_gives_all_frames_so_that_a_tracker_can_catch_up(window, clip):
    moments = [window.push(frame) for frame in clip[:6]]
    assert [len(m.frames) for m in moments] == [1, 2, 3, 4, 4, 4]
    assert moments[-1].frames == tuple(clip[2:6])
    assert window.now().frames == window.recent(10.0).frames == moments[-1].frames


def test_a_late_frame_is_no_news(window, clip):
    window.push(clip[3])
    assert window.push(clip[3]) is None
    assert window.push(clip[2]) is None


def test_a_jump_back_starts_another_epoch(window, clip):
    before = window.push(replace(clip[0], stamp_ns=10**12))
    after = window.push(clip[0])
    assert after.epoch > before.epoch
    assert after.frames == (clip[0],)


def test_an_empty_or_old_window_is_stale(window, clip):
    assert window.now().frames == ()
    with pytest.raises(StaleInputError, match='no image yet'):
        window.recent(1.0)
    window.push(clip[0])
    with pytest.raises(StaleInputError, match='plaid'):
        window.recent(-1.0, 'plaid')
