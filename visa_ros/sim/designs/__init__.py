"""
Many designs of each kind, for training: a kind must not be known by one outline.

They were drawn from what such things look like in shops and homes, without sight of the models
that are kept for evaluation; designs that turned out like one of those were taken out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from visa_ros.sim.designs import (
    apples_more,
    balls,
    balls_more,
    bananas_more,
    books,
    books_more,
    bottles,
    bottles_more,
    bowls,
    bowls_more,
    boxes,
    boxes_more,
    bread,
    breads_more,
    candles,
    candles_more,
    cans,
    cans_more,
    citrus,
    cups,
    cups_more,
    devices,
    flashlights,
    flashlights_more,
    forks_more,
    fruit,
    glasses,
    glasses_more,
    hammers_more,
    knives,
    knives_more,
    lemons_more,
    mugs,
    mugs_more,
    oranges_more,
    pans,
    pans_more,
    pens,
    pens_more,
    phones_more,
    plates,
    plates_more,
    remotes_more,
    screwdrivers_more,
    spoons_and_forks,
    spoons_more,
    teapots,
    teapots_more,
    tools,
    toy_blocks,
    toy_blocks_more,
    toy_cars,
    toy_cars_more,
    vases,
    vases_more,
)
from visa_ros.sim.designs.drawing import Design, either

_FIRST: Mapping[str, Design] = {
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

MORE: Mapping[str, Sequence[Design]] = MappingProxyType(
    {
        'mug': mugs_more.MUGS,
        'cup': cups_more.CUPS,
        'glass': glasses_more.GLASSES,
        'bottle': bottles_more.BOTTLES,
        'can': cans_more.CANS,
        'bowl': bowls_more.BOWLS,
        'plate': plates_more.PLATES,
        'teapot': teapots_more.TEAPOTS,
        'vase': vases_more.VASES,
        'pan': pans_more.PANS,
        'spoon': spoons_more.SPOONS,
        'fork': forks_more.FORKS,
        'knife': knives_more.KNIVES,
        'apple': apples_more.APPLES,
        'orange': oranges_more.ORANGES,
        'banana': bananas_more.BANANAS,
        'lemon': lemons_more.LEMONS,
        'bread': breads_more.BREADS,
        'book': books_more.BOOKS,
        'box': boxes_more.BOXES,
        'ball': balls_more.BALLS,
        'toy block': toy_blocks_more.BLOCKS,
        'toy car': toy_cars_more.CARS,
        'candle': candles_more.CANDLES,
        'flashlight': flashlights_more.FLASHLIGHTS,
        'hammer': hammers_more.HAMMERS,
        'screwdriver': screwdrivers_more.SCREWDRIVERS,
        'pen': pens_more.PENS,
        'phone': phones_more.PHONES,
        'remote': remotes_more.REMOTES,
    }
)
"""Further designs of each kind, each a function of its own."""

DESIGNS: Mapping[str, Design] = MappingProxyType(
    {kind: either(first, MORE[kind]) for kind, first in _FIRST.items()}
)
"""What draws a model of each kind, of any design."""
