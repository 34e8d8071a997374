"""Models bent out of shape: still things that stand on a table, alike for the same seed."""

import numpy as np
import pytest

from visa_ros.sim.deform import varied
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.sim.objects import make_object
from visa_ros.sim.world import record_clip, World, WorldConfig


def draw(category, seed):
    return varied(make_object(category, np.random.default_rng(seed)), np.random.default_rng(seed))


@pytest.mark.parametrize('category', CATEGORIES)
def test_a_varied_model_stands_and_keeps_its_colour(category):
    for seed in range(8):
        plain, model = make_object(category, np.random.default_rng(seed)), draw(category, seed)
        low, high = model.bounds()
        assert abs(low[2]) < 1e-9
        np.testing.assert_allclose(low[:2], -high[:2], atol=1e-9)
        assert 0.02 < (high - low).max() < 0.4
        assert model.color == plain.color
        assert all(np.isfinite(part.vertices).all() for part in model.parts)
        assert sum(len(p.faces) for p in model.parts) == sum(len(p.faces) for p in plain.parts)


def test_most_models_are_changed_and_each_seed_gives_the_same():
    sizes = [
        np.subtract(*make_object('mug', np.random.default_rng(s)).bounds()) for s in range(40)
    ]
    others = [np.subtract(*draw('mug', s).bounds()) for s in range(40)]
    changed = [not np.allclose(a, b) for a, b in zip(sizes, others, strict=True)]
    assert 20 <= sum(changed) < 40
    for one, other in zip(draw('pan', 3).parts, draw('pan', 3).parts, strict=True):
        np.testing.assert_array_equal(one.vertices, other.vertices)
        assert one.rgba == other.rgba


def test_a_world_of_varied_models_renders():
    config = WorldConfig(width=160, height=120, instances='varied', events=0)
    with World(5, config) as world:
        record, shots = record_clip(world, frames=1, rate_hz=1.0)
    assert len(record.objects) >= config.objects_min
    assert len(np.unique(shots[0].instances)) > 2
