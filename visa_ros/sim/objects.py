"""The procedural set: one generator of models for each category."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from visa_ros.errors import ConfigError
from visa_ros.sim import cutlery, food, goods, tableware, tools
from visa_ros.sim.shapes import grounded, merged, Model

MAKERS: Mapping[str, Callable[[np.random.Generator], Model]] = MappingProxyType(
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


def make_object(category: str, rng: np.random.Generator) -> Model:
    """Draw a model of the category; ConfigError if there is none of that name."""
    if category not in MAKERS:
        raise ConfigError(f'category {category!r}: choose from {sorted(MAKERS)}')
    model = MAKERS[category](rng)
    return replace(model, parts=merged(grounded(model.parts)), model_id=f'procedural/{category}')
