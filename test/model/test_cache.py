"""What is kept of frames, and when it goes."""

from dataclasses import dataclass
import gc
import threading
import weakref

import numpy as np
import pytest
import torch

from visa_ros.errors import ConfigError
from visa_ros.model.cache import bytes_of, FrameCache
from visa_ros.structs import Frame

KB = 1024


def make_frame(stamp=0):
    return Frame(rgb=np.zeros((4, 4, 3), np.uint8), stamp_ns=stamp)


def kilobytes(count):
    return torch.zeros(count * 256)


def test_a_value_is_found_by_kind_and_by_these_very_frames():
    cache = FrameCache(100 * KB)
    one, two = make_frame(), make_frame()
    value = kilobytes(1)
    cache.put('a', (one, two), value)
    assert cache.get('a', (one, two)) is value
    assert cache.get('a', (two, one)) is None
    assert cache.get('b', (one, two)) is None
    assert cache.get('a', (one,)) is None
    assert cache.get('a', (one, make_frame())) is None  # equal pixels are not the same frame


def test_what_was_unused_for_longest_goes_first():
    cache = FrameCache(3 * KB)
    frames = [make_frame() for _ in range(4)]
    for frame in frames[:3]:
        cache.put('a', (frame,), kilobytes(1))
    cache.get('a', frames[:1])
    cache.put('a', frames[3:], kilobytes(1))
    held = [cache.get('a', (frame,)) is not None for frame in frames]
    assert held == [True, False, True, True]
    assert cache.nbytes == 3 * KB


@pytest.mark.parametrize('budget', [0, 1, 5 * KB, 64 * KB])
def test_the_budget_holds_whatever_is_put(budget):
    rng = np.random.default_rng(0)
    cache = FrameCache(budget)
    frames = [make_frame() for _ in range(6)]
    for _ in range(200):
        some = tuple(frames[i] for i in rng.integers(0, 6, rng.integers(1, 4)))
        cache.put(int(rng.integers(0, 3)), some, kilobytes(int(rng.integers(1, 12))))
        assert cache.nbytes <= budget
        if rng.random() < 0.1:
            frames[int(rng.integers(0, 6))] = make_frame()
    some = frames = None
    assert cache.nbytes == 0


def test_a_value_larger_than_the_budget_costs_no_other():
    cache = FrameCache(2 * KB)
    frame, other = make_frame(), make_frame()
    cache.put('a', (frame,), kilobytes(1))
    cache.put('a', (other,), kilobytes(3))
    assert cache.get('a', (frame,)) is not None
    assert cache.get('a', (other,)) is None


def test_a_new_value_takes_the_place_of_the_old_one():
    cache = FrameCache(10 * KB)
    frame = make_frame()
    cache.put('a', (frame,), kilobytes(4))
    cache.put('a', (frame,), kilobytes(1))
    assert cache.nbytes == KB


def test_what_belongs_to_a_dropped_frame_goes_with_it():
    cache = FrameCache(100 * KB)
    kept, dropped = make_frame(), make_frame()
    cache.put('a', (kept,), kilobytes(1))
    cache.put('a', (dropped,), kilobytes(2))
    cache.put('b', (kept, dropped), kilobytes(4))
    del dropped
    assert cache.nbytes == KB
    assert cache.get('a', (kept,)) is not None


def test_a_frame_at_the_address_of_a_dead_one_finds_nothing():
    cache = FrameCache(100 * KB)
    seen = set()
    for k in range(50):
        frame = make_frame(k)
        assert cache.get('a', (frame,)) is None
        cache.put('a', (frame,), kilobytes(1))
        seen.add(id(frame))
        del frame
    assert len(seen) < 50  # addresses did come again


def test_frames_may_die_in_another_thread():
    cache = FrameCache(1000 * KB)
    frames = [make_frame(k) for k in range(200)]
    kept = frames[::2]

    def drop():
        while frames:
            frames.pop()

    thread = threading.Thread(target=drop)
    for frame in frames:
        cache.put('a', (frame,), kilobytes(1))
    del frame
    thread.start()
    for _ in range(200):
        for frame in kept[:5]:
            assert cache.get('a', (frame,)) is not None
    thread.join()
    assert cache.nbytes == len(kept) * KB


def test_frames_do_not_keep_the_cache_alive():
    frame, cache = make_frame(), FrameCache(10 * KB)
    cache.put('a', (frame,), kilobytes(1))
    watched = weakref.ref(cache)
    gc.disable()
    try:
        del cache
        assert watched() is None
    finally:
        gc.enable()


def test_clear_forgets_everything():
    cache = FrameCache(10 * KB)
    frame = make_frame()
    cache.put('a', (frame,), kilobytes(1))
    cache.clear()
    assert cache.nbytes == 0
    assert cache.get('a', (frame,)) is None
    cache.put('a', (frame,), kilobytes(1))
    assert cache.nbytes == KB


def test_memory_is_counted_once_and_with_what_a_view_keeps_alive():
    @dataclass(frozen=True)
    class Pair:
        one: torch.Tensor
        rest: tuple

    whole = kilobytes(4)
    assert bytes_of(whole[:8]) == 4 * KB
    assert (
        bytes_of(Pair(whole[:8], ({'x': whole[8:]}, [kilobytes(1)], 'words', 3, None))) == 5 * KB
    )
    assert bytes_of(None) == 0


def test_a_negative_budget_is_refused():
    with pytest.raises(ConfigError, match='-1 bytes'):
        FrameCache(-1)
