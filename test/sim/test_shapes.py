import numpy as np
import pytest

from visa_ros.errors import ConfigError
from visa_ros.sim.knowledge import CATEGORIES, COLORS
from visa_ros.sim.objects import make_object, make_unseen_object, MAKERS, UNSEEN
from visa_ros.sim.shapes import (
    circle,
    corner_normals,
    cylinder,
    grounded,
    lathe,
    loop,
    merged,
    move,
    Part,
    rounded_box,
    sphere,
    sweep,
    turn,
)


def volume(part: Part) -> float:
    a, b, c = part.vertices[part.faces].transpose(1, 0, 2)
    return float((np.cross(a, b) * c).sum() / 6)


SETS = {'procedural': make_object, 'unseen': make_unseen_object}


def test_every_category_has_makers():
    assert tuple(MAKERS) == tuple(UNSEEN) == tuple(CATEGORIES)


def test_an_unknown_category_is_named():
    with pytest.raises(ConfigError, match='unicorn'):
        make_object('unicorn', np.random.default_rng(0))


@pytest.mark.parametrize('kind', SETS)
@pytest.mark.parametrize('category', MAKERS)
def test_models_are_sound_and_of_household_size(category, kind):
    for seed in range(6):
        model = SETS[kind](category, np.random.default_rng(seed))
        low, high = model.bounds()

        np.testing.assert_allclose([*(low + high)[:2], low[2]], 0, atol=1e-9)
        assert 0.02 < (high - low).max() < 0.45
        assert (high - low).min() > 0.004
        assert model.color in ('', *COLORS)
        assert model.model_id == f'{kind}/{category}'
        assert 40 < sum(len(part.faces) for part in model.parts) < 3000
        for part in model.parts:
            assert np.isfinite(part.vertices).all()
            assert part.faces.min() >= 0
            assert part.faces.max() < len(part.vertices)
            assert all(0 <= c <= 1 for c in part.rgba)


@pytest.mark.parametrize('category', MAKERS)
def test_models_vary_and_repeat_by_seed(category):
    first, again, other = (make_object(category, np.random.default_rng(s)) for s in (3, 3, 4))

    np.testing.assert_array_equal(first.parts[0].vertices, again.parts[0].vertices)
    assert not np.allclose(first.bounds()[1], other.bounds()[1])


@pytest.mark.parametrize(
    ('part', 'expected'),
    [
        (sphere(0.5, rings=60, segments=90), np.pi / 6),
        (cylinder(0.5, 2.0, segments=200), np.pi / 2),
        (rounded_box((1, 2, 3), radius=1e-4), 6.0),
        (sweep([(0, 0, 0), (1, 0, 0), (2, 0, 0)], circle(200), 0.5), np.pi / 2),
        (lathe([(0, 0), (1, 0), (0, 3)], segments=200), np.pi),
    ],
)
def test_closed_surfaces_face_outwards(part, expected):
    assert volume(part) == pytest.approx(expected, rel=5e-3)


def test_normals_are_smooth_on_a_sphere_and_sharp_on_a_box():
    ball = sphere(1.0, rings=24, segments=36)
    normals = corner_normals(ball)
    assert (normals * ball.vertices[ball.faces]).sum(-1).min() > 0.98

    box = rounded_box((1, 1, 1), radius=1e-6)
    flat = np.abs(corner_normals(box)).max(-1)
    assert np.median(flat) == pytest.approx(1.0)


def test_parts_of_one_material_are_merged_without_change():
    parts = [sphere(0.1), move(sphere(0.2), (1, 0, 0)), turn(cylinder(0.1, 1.0), 'y', 90)]
    (whole,) = merged(parts)

    assert volume(whole) == pytest.approx(sum(volume(p) for p in parts))
    assert grounded(parts)[0].vertices[:, 2].min() >= -1e-12


def test_a_loop_passes_through_its_points():
    points = np.array([(0, 0, 0), (1, 2, 0), (2, 0, 1), (3, 1, 1)], float)
    np.testing.assert_allclose(loop(points, count=7)[::2], points, atol=1e-12)
