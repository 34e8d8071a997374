"""The many designs that training draws from: whole, of real sizes, and none for evaluation."""

from __future__ import annotations

from collections import Counter
import importlib
from pathlib import Path
import pkgutil

import numpy as np
import pytest

from visa_ros.sim import designs
from visa_ros.sim.designs import DESIGNS, glasses, MORE
from visa_ros.sim.designs.drawing import either
from visa_ros.sim.knowledge import COLORS
from visa_ros.sim.objects import make_design, MAKERS, UNSEEN
from visa_ros.sim.shapes import grounded, merged
from visa_ros.sim.world import World
from visa_ros.sim.worldconfig import WorldConfig

SEEDS = range(12)


def models(category: str):
    return [make_design(category, np.random.default_rng(seed)) for seed in SEEDS]


def test_every_kind_has_designs():
    assert set(DESIGNS) == set(MAKERS)


@pytest.mark.parametrize('category', sorted(DESIGNS))
def test_models_are_whole_and_lie_on_the_table(category):
    for model in models(category):
        low, high = model.bounds()
        assert np.isfinite([low, high]).all()
        assert 0.02 < (high - low).max() < 0.33
        assert abs(low[2]) < 1e-9
        assert model.color == '' or model.color in COLORS
        for part in model.parts:
            assert part.faces.min() >= 0
            assert part.faces.max() < len(part.vertices)


@pytest.mark.parametrize('category', sorted(DESIGNS))
def test_designs_differ(category):
    shapes = {(len(m.parts), *(len(p.faces) for p in m.parts)) for m in models(category)}
    assert len(shapes) > 3


def test_the_same_seed_draws_the_same_model():
    once, again = (make_design('mug', np.random.default_rng(5)) for _ in range(2))
    for one, other in zip(once.parts, again.parts, strict=True):
        np.testing.assert_array_equal(one.vertices, other.vertices)


def modules():
    names = [module.name for module in pkgutil.iter_modules(designs.__path__)]
    return [importlib.import_module(f'{designs.__name__}.{name}') for name in names]


def test_no_design_is_one_that_evaluation_keeps():
    kept = {maker.__module__.rpartition('.')[2] for maker in UNSEEN.values()}
    for module in modules():
        source = Path(module.__file__).read_text()
        assert not [name for name in kept if name in source], module.__name__


FURTHER = [
    pytest.param(design, id=f'{kind} {design.__name__}')
    for kind, listed in MORE.items()
    for design in listed
]


@pytest.mark.parametrize('design', FURTHER)
def test_each_further_design_is_of_real_size_and_colour(design):
    for seed in range(8):
        drawn = design(np.random.default_rng(seed))
        assert drawn.color == '' or drawn.color in COLORS
        low, high = merged_bounds(drawn)
        assert np.isfinite([low, high]).all()
        assert 0.02 < (high - low).max() < 0.33


def merged_bounds(model):
    points = np.concatenate([part.vertices for part in merged(grounded(model.parts))])
    return points.min(axis=0), points.max(axis=0)


def test_each_of_the_185_further_designs_is_drawn_for_one_kind():
    listed = {
        design
        for module in modules()
        if module.__name__.endswith('_more')
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, tuple) and callable(value[0])
        for design in value
    }
    drawn = [design for designs_of_kind in MORE.values() for design in designs_of_kind]
    assert set(drawn) == listed
    assert len(drawn) == len(listed) == 185


def test_models_are_of_first_and_of_further_designs():
    draw = either(lambda rng: 'first', [lambda rng: 'one', lambda rng: 'other'])
    rng = np.random.default_rng(0)
    counts = Counter(draw(rng) for _ in range(400))
    assert 150 < counts['first'] < 250
    assert min(counts['one'], counts['other']) > 60


@pytest.mark.parametrize('seed', range(30))
def test_froth_stands_on_beer(seed):
    model = glasses._beer_glass(np.random.default_rng(seed))
    tops = [part.vertices[:, 2].max() for part in model.parts]
    if len(tops) > 2:  # beer, froth, glass
        assert tops[0] < tops[1] < max(tops[2:])


def test_varied_scenes_show_designs():
    config = WorldConfig(instances='varied', width=64, height=48)
    ids = {o.model_id for seed in range(3) for o in World(seed, config).objects}
    assert any(name.startswith('designs/') for name in ids)
    assert not any(name.startswith('unseen/') for name in ids)
