from itertools import pairwise

from fakes import frame_with
from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from visa_ros.config import WindowConfig
from visa_ros.pipeline import build_buffer
from visa_ros.video.buffer import FrameBuffer

MS = 1_000_000


def frame_at(stamp_ms, *, hw=(4, 6), depth=False):
    return frame_with([], stamp_ns=stamp_ms * MS, hw=hw, depth=depth)


def fill(buffer, stamps_ms):
    return [buffer.push(frame_at(stamp)) for stamp in stamps_ms]


def stamps_ms(buffer, **part):
    return [frame.stamp_ns // MS for frame in buffer.snapshot(**part)]


def test_holds_the_last_frames_oldest_first():
    buffer = FrameBuffer(span_s=10, max_frames=3)
    assert fill(buffer, [0, 100, 200, 300]) == [True] * 4
    assert stamps_ms(buffer) == [100, 200, 300]
    assert buffer.newest.stamp_ns == 300 * MS


def test_is_bounded_in_seconds():
    buffer = FrameBuffer(span_s=0.25, max_frames=100)
    fill(buffer, range(0, 1000, 50))
    assert stamps_ms(buffer) == [700, 750, 800, 850, 900, 950]


def test_is_bounded_in_bytes_but_keeps_the_newest():
    buffer = FrameBuffer(span_s=10, max_frames=100, max_bytes=2 * 4 * 6 * 3)
    fill(buffer, [0, 100, 200])
    assert stamps_ms(buffer) == [100, 200]
    tiny = FrameBuffer(span_s=10, max_frames=100, max_bytes=1)
    fill(tiny, [0, 100])
    assert stamps_ms(tiny) == [100]


def test_fast_camera_is_thinned_and_the_newest_is_always_there():
    buffer = FrameBuffer(span_s=10, max_frames=100, min_gap_s=0.1)
    seen = []
    for stamp in range(0, 310, 30):
        buffer.push(frame_at(stamp))
        seen.append(stamps_ms(buffer)[-1])
    assert seen == list(range(0, 310, 30))
    assert stamps_ms(buffer) == [0, 120, 240, 300]


def test_camera_at_the_rate_of_the_window_loses_nothing_to_jitter():
    buffer = build_buffer(WindowConfig(rate_hz=5.0, span_s=4.0))
    stamps = [200 * k + (7, -9, 0, 12, -5)[k % 5] for k in range(1, 11)]
    fill(buffer, stamps)
    assert stamps_ms(buffer) == stamps


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=60), st.integers(1, 6))
def test_whatever_comes_the_bounds_hold(stamps, max_frames):
    buffer = FrameBuffer(span_s=1.0, max_frames=max_frames, min_gap_s=0.1)
    for stamp in stamps:
        buffer.push(frame_at(stamp))
        held = stamps_ms(buffer)
        assert 1 <= len(held) <= max_frames
        assert held == sorted(set(held))
        assert held[-1] - held[0] <= 1000
        gaps = [b - a for a, b in pairwise(held)]
        assert all(gap >= 100 for gap in gaps[:-1])


def test_late_and_repeated_frames_are_ignored():
    buffer = FrameBuffer(span_s=10, max_frames=10)
    assert fill(buffer, [1000, 1000, 900, 1100]) == [True, False, False, True]
    assert stamps_ms(buffer) == [1000, 1100]


def test_time_jumping_back_starts_anew():
    buffer = FrameBuffer(span_s=10, max_frames=10)
    fill(buffer, [5000, 5100, 200])
    assert stamps_ms(buffer) == [200]


def test_other_image_size_starts_anew():
    buffer = FrameBuffer(span_s=10, max_frames=10)
    fill(buffer, [0, 100])
    assert buffer.push(frame_at(200, hw=(8, 6)))
    assert stamps_ms(buffer) == [200]


@pytest.mark.parametrize(
    ('part', 'expected'),
    [
        ({}, [0, 100, 200, 300]),
        ({'window_s': 0.15}, [200, 300]),
        ({'start_ns': 100 * MS}, [100, 200, 300]),
        ({'end_ns': 150 * MS}, [0, 100]),
        ({'start_ns': 100 * MS, 'end_ns': 100 * MS}, [100]),
        ({'start_ns': 110 * MS, 'end_ns': 120 * MS}, []),
        ({'end_ns': -5}, []),
    ],
    ids=str,
)
def test_part_of_the_window(part, expected):
    buffer = FrameBuffer(span_s=10, max_frames=10)
    fill(buffer, [0, 100, 200, 300])
    assert stamps_ms(buffer, **part) == expected


def test_snapshot_does_not_change():
    buffer = FrameBuffer(span_s=10, max_frames=2)
    fill(buffer, [0, 100])
    taken = buffer.snapshot()
    fill(buffer, [200])
    assert [f.stamp_ns // MS for f in taken] == [0, 100]
    buffer.reset()
    assert (len(buffer), buffer.newest, buffer.snapshot(window_s=1.0)) == (0, None, ())
