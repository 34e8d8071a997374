"""
The procedural set: generators of models for each category.

MAKERS draws what training renders, DESIGNS more of it for varied scenes. UNSEEN draws, for the
same categories, shapes and colours that they cannot: for evaluation on held-out instances alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from visa_ros.errors import ConfigError
from visa_ros.sim import (
    cutlery,
    food,
    goods,
    tableware,
    tools,
    unseen_food,
    unseen_kitchen,
    unseen_things,
)
from visa_ros.sim.designs import DESIGNS
from visa_ros.sim.shapes import grounded, merged, Model

Generator = Callable[[np.random.Generator], Model]

MAKERS: Mapping[str, Generator] = MappingProxyType(
    {
        'mug': tableware.mug,
        'cup': tableware.cup,
        'glass': tableware.glass,
        'bottle': tableware.bottle,
        'can': tableware.can,
        'bowl': tableware.bowl,
        'plate': tableware.plate,
        'teapot': tableware.teapot,
        'vase': tableware.vase,
        'pan': tableware.pan,
        'spoon': cutlery.spoon,
        'fork': cutlery.fork,
        'knife': cutlery.knife,
        'apple': food.apple,
        'orange': food.orange,
        'banana': food.banana,
        'lemon': food.lemon,
        'bread': food.bread,
        'book': goods.book,
        'box': goods.box,
        'ball': goods.ball,
        'toy block': goods.toy_block,
        'toy car': goods.toy_car,
        'candle': goods.candle,
        'flashlight': tools.flashlight,
        'hammer': tools.hammer,
        'screwdriver': tools.screwdriver,
        'pen': tools.pen,
        'phone': tools.phone,
        'remote': tools.remote,
    }
)


UNSEEN: Mapping[str, Generator] = MappingProxyType(
    {
        'mug': unseen_kitchen.mug,
        'cup': unseen_kitchen.cup,
        'glass': unseen_kitchen.glass,
        'bottle': unseen_kitchen.bottle,
        'can': unseen_kitchen.can,
        'bowl': unseen_kitchen.bowl,
        'plate': unseen_kitchen.plate,
        'teapot': unseen_kitchen.teapot,
        'vase': unseen_kitchen.vase,
        'pan': unseen_kitchen.pan,
        'spoon': unseen_kitchen.spoon,
        'fork': unseen_kitchen.fork,
        'knife': unseen_kitchen.knife,
        'apple': unseen_food.apple,
        'orange': unseen_food.orange,
        'banana': unseen_food.banana,
        'lemon': unseen_food.lemon,
        'bread': unseen_food.bread,
        'book': unseen_things.book,
        'box': unseen_things.box,
        'ball': unseen_things.ball,
        'toy block': unseen_things.toy_block,
        'toy car': unseen_things.toy_car,
        'candle': unseen_things.candle,
        'flashlight': unseen_things.flashlight,
        'hammer': unseen_things.hammer,
        'screwdriver': unseen_things.screwdriver,
        'pen': unseen_things.pen,
        'phone': unseen_things.phone,
        'remote': unseen_things.remote,
    }
)


def make_object(category: str, rng: np.random.Generator) -> Model:
    """Draw a model of the category; ConfigError if there is none of that name."""
    return _make(MAKERS, category, rng, f'procedural/{category}')


def make_design(category: str, rng: np.random.Generator) -> Model:
    """Draw a model of one of many designs; ConfigError if there is none of that name."""
    return _make(DESIGNS, category, rng, f'designs/{category}')


def make_unseen_object(category: str, rng: np.random.Generator) -> Model:
    """Draw a model as make_object never does; ConfigError if there is none of that name."""
    return _make(UNSEEN, category, rng, f'unseen/{category}')


def _make(
    makers: Mapping[str, Generator], category: str, rng: np.random.Generator, model_id: str
) -> Model:
    if category not in makers:
        raise ConfigError(f'category {category!r}: choose from {sorted(makers)}')
    model = makers[category](rng)
    return replace(model, parts=merged(grounded(model.parts)), model_id=model_id)
