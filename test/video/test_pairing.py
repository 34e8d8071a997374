import pytest

from visa_ros.structs import Camera
from visa_ros.video.pairing import StampPairer

MS = 1_000_000
CAMERA = Camera(width=4, height=3, fx=2, fy=2, cx=1, cy=1)


def pairer(**options):
    return StampPairer(slop_ns=10 * MS, patience_ns=300 * MS, **options)


def run(one, events):
    """Push ('i' or 'd', ms) events; return (image ms, depth ms or None) of all pairs."""
    out = []
    for kind, stamp_ms in events:
        push = one.push_image if kind == 'i' else one.push_depth
        out += push(stamp_ms * MS, stamp_ms)
    return [(p.image, p.depth) for p in out]


@pytest.mark.parametrize('first', ['i', 'd'])
def test_pairs_whichever_comes_first(first):
    second = 'd' if first == 'i' else 'i'
    events = [(kind, t) for t in (0, 33, 66) for kind in (first, second)]
    assert run(pairer(), events) == [(0, 0), (33, 33), (66, 66)]


def test_depth_may_lag_by_several_images():
    images, depths = [('i', 33 * k) for k in range(5)], [('d', 33 * k) for k in range(5)]
    assert run(pairer(), images + depths) == [(33 * k, 33 * k) for k in range(5)]


def test_slop_takes_the_nearest():
    assert run(pairer(), [('d', 0), ('d', 12), ('i', 9)]) == [(9, 12)]
    assert run(pairer(), [('d', 0), ('i', 11)]) == []


def test_images_between_slower_depths_are_left_out():
    events = []
    for k in range(8):
        events.append(('i', 33 * k))
        if k % 2 == 0:
            events.append(('d', 33 * k))
    assert run(pairer(), events) == [(66 * k, 66 * k) for k in range(4)]


def test_images_go_alone_when_there_is_no_depth():
    out = run(pairer(), [('i', 100 * k) for k in range(6)])
    assert out == [(100 * k, None) for k in range(6)]


def test_nothing_is_sent_before_patience_has_run_out():
    one = pairer()
    assert run(one, [('i', 0), ('i', 100), ('i', 300)]) == []
    assert run(one, [('i', 301)]) == [(0, None), (100, None), (300, None), (301, None)]


def test_depth_that_dies_and_comes_back():
    one = pairer()
    assert run(one, [('i', 0), ('d', 0)]) == [(0, 0)]
    assert run(one, [('i', 200), ('i', 400)]) == []
    assert run(one, [('i', 501), ('d', 501)]) == [(200, None), (400, None), (501, None)]
    assert run(one, [('i', 600), ('d', 600)]) == [(600, 600)]


def test_depth_that_never_matches_does_not_starve_the_images():
    events = [e for k in range(8) for e in (('i', 100 * k), ('d', 100 * k + 50))]
    assert [image for image, _ in run(pairer(), events)] == [100 * k for k in range(8)]


def test_depth_is_not_waited_for_when_it_is_not_used():
    assert run(pairer(use_depth=False), [('d', 0), ('i', 0), ('i', 5)]) == [(0, None), (5, None)]


def test_late_and_repeated_images_are_ignored():
    one = pairer(use_depth=False)
    assert run(one, [('i', 100), ('i', 100), ('i', 50)]) == [(100, None)]


def test_time_jumping_back_starts_anew():
    one = pairer()
    run(one, [('i', 9000), ('d', 8990), ('i', 9033)])
    assert run(one, [('i', 0), ('d', 0), ('i', 33), ('d', 33)]) == [(0, 0), (33, 33)]


def test_waiting_is_bounded():
    one = pairer(capacity=4)
    run(one, [('i', k) for k in range(100)])
    run(one, [('d', 200 + k) for k in range(100)])
    assert (len(one._images), len(one._depths)) == (4, 4)


def test_intrinsics_are_those_known_by_then_and_survive_a_jump():
    one = pairer(use_depth=False)
    (before,) = one.push_image(5000 * MS, 'a')
    one.push_camera(CAMERA)
    (after,) = one.push_image(5001 * MS, 'b')
    (jumped,) = one.push_image(1 * MS, 'c')
    assert (before.camera, after.camera, jumped.camera) == (None, CAMERA, CAMERA)


def test_slow_streams_are_paired():
    events = [e for k in range(5) for e in (('i', 1000 * k), ('d', 1000 * k))]
    assert run(pairer(), events) == [(1000 * k, 1000 * k) for k in range(5)]


def test_a_gap_in_both_streams_does_not_lose_depth():
    events = [('i', 0), ('d', 0), ('i', 5000), ('d', 5000)]
    assert run(pairer(), events) == [(0, 0), (5000, 5000)]
