"""
Many designs of each kind, for training: a kind must not be known by one outline.

They were drawn from what such things look like in shops and homes, without sight of the models
that are kept for evaluation; designs that turned out like one of those were taken out again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from visa_ros.sim.designs import (
    balls,
    books,
    bottles,
    bowls,
    boxes,
    bread,
    candles,
    cans,
    citrus,
    cups,
    devices,
    flashlights,
    fruit,
    glasses,
    knives,
    mugs,
    pans,
    pens,
    plates,
    spoons_and_forks,
    teapots,
    tools,
    toy_blocks,
    toy_cars,
    vases,
)
from visa_ros.sim.shapes import Model

DESIGNS: Mapping[str, Callable[[np.random.Generator], Model]] = MappingProxyType(
    {
        'mug': mugs.mug,
        'cup': cups.cup,
        'glass': glasses.glass,
        'bottle': bottles.bottle,
        'can': cans.can,
        'bowl': bowls.bowl,
        'plate': plates.plate,
        'teapot': teapots.teapot,
        'vase': vases.vase,
        'pan': pans.pan,
        'spoon': spoons_and_forks.spoon,
        'fork': spoons_and_forks.fork,
        'knife': knives.knife,
        'apple': fruit.apple,
        'orange': citrus.orange,
        'banana': fruit.banana,
        'lemon': citrus.lemon,
        'bread': bread.bread,
        'book': books.book,
        'box': boxes.box,
        'ball': balls.ball,
        'toy block': toy_blocks.toy_block,
        'toy car': toy_cars.toy_car,
        'candle': candles.candle,
        'flashlight': flashlights.flashlight,
        'hammer': tools.hammer,
        'screwdriver': tools.screwdriver,
        'pen': pens.pen,
        'phone': devices.phone,
        'remote': devices.remote,
    }
)
