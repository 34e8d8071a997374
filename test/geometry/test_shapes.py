from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from visa_ros.geometry.boxes import oriented_box
from visa_ros.geometry.morphology import bounds, grow, shrink
from visa_ros.geometry.planes import fit_plane


def rotation(seed):
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return q * np.linalg.det(q)


def box_points(size_m, count=2000, seed=0):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (count, 3)) * size_m


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize('on_plane', [False, True])
def test_box_of_a_turned_box(seed, on_plane):
    turn, shift = rotation(seed), np.array([0.1, -0.2, 1.0])
    points = box_points((0.3, 0.2, 0.1)) @ turn.T + shift
    box = oriented_box(points, up=turn[:, 2] if on_plane else None)
    np.testing.assert_allclose(box.center_m, shift, atol=0.01)
    np.testing.assert_allclose(sorted(box.size_m), (0.1, 0.2, 0.3), atol=0.03)
    if on_plane:
        np.testing.assert_allclose(box.rotation[:, 2], turn[:, 2], atol=1e-9)
        assert box.size_m[2] == pytest.approx(0.1, abs=0.002)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 30),
    flat=st.sampled_from([(1, 1, 1), (1, 1, 0), (1, 0, 0), (0, 0, 0)]),
    up=st.booleans(),
)
def test_box_holds_all_points_however_few_or_flat(seed, count, flat, up):
    turn = rotation(seed)
    points = box_points(flat, count, seed) @ turn.T
    box = oriented_box(points, up=turn[:, 2] if up else None)
    np.testing.assert_allclose(box.rotation.T @ box.rotation, np.eye(3), atol=1e-9)
    assert np.linalg.det(box.rotation) == pytest.approx(1.0)
    local = (points - box.center_m) @ box.rotation
    assert (np.abs(local) <= box.size_m / 2 + 1e-9).all()


def table_and_clutter(share, seed=0, count=1000):
    rng = np.random.default_rng(seed)
    points = np.column_stack((rng.uniform(-0.3, 0.3, (count, 2)), np.full(count, 1.0)))
    points[:, 2] += 0.3 * points[:, 1] + rng.normal(0, 0.001, count)
    clutter = rng.random(count) > share
    points[clutter, 2] -= rng.uniform(0.05, 0.4, clutter.sum())
    return points


@pytest.mark.parametrize('share', [1.0, 0.7, 0.45])
def test_plane_is_found_in_clutter(share):
    plane = fit_plane(table_and_clutter(share), tolerance_m=0.006, min_share=0.35)
    truth = np.array([0, 0.3, -1.0]) / np.hypot(0.3, 1)
    np.testing.assert_allclose(plane.normal, truth, atol=0.02)
    assert plane.height_m(np.zeros((1, 3)))[0] > 0.9
    assert plane.noise_m < 0.003


def test_no_plane_where_too_few_points_agree():
    assert fit_plane(table_and_clutter(0.2), tolerance_m=0.006, min_share=0.35) is None


def test_plane_is_the_same_each_time():
    points = table_and_clutter(0.5, count=5000)
    one, two = (fit_plane(points, tolerance_m=0.006, min_share=0.3) for _ in range(2))
    np.testing.assert_array_equal(one.normal, two.normal)


@pytest.mark.parametrize('points', [np.zeros((0, 3)), np.zeros((2, 3)), np.zeros((9, 3))])
def test_no_plane_through_too_little(points):
    assert fit_plane(points, tolerance_m=0.006, min_share=0.3) is None


def brute_grow(mask, px):
    out = np.zeros_like(mask)
    for v, u in np.argwhere(mask):
        out[max(0, v - px) : v + px + 1, max(0, u - px) : u + px + 1] = True
    return out


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), px=st.integers(0, 9), share=st.floats(0, 1))
def test_grow_and_shrink(seed, px, share):
    mask = np.random.default_rng(seed).random((6, 8)) < share
    np.testing.assert_array_equal(grow(mask, px), brute_grow(mask, px))
    np.testing.assert_array_equal(shrink(mask, px), ~brute_grow(~mask, px))


def test_bounds_enclose_the_mask_with_a_margin():
    mask = np.zeros((10, 12), bool)
    mask[4:6, 9] = True
    assert mask[bounds(mask)].shape == (2, 1)
    assert mask[bounds(mask, margin_px=3)].shape == (8, 6)
