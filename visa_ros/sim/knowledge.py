"""
What the simulated world knows about its objects: names, colours, and what they are good for.

A tag is something that is true of an object: what it can do, when it helps, what is known of it.
The ways to speak of a tag are in visa_ros.sim.phrases. Words marked as held out are never used
in training; they tell whether a model understands or has learned by heart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Named colours as RGB in 0..1; the renderer may vary them a little.
COLORS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        'red': (0.75, 0.06, 0.06),
        'orange': (0.92, 0.42, 0.04),
        'yellow': (0.88, 0.78, 0.08),
        'green': (0.08, 0.50, 0.12),
        'blue': (0.08, 0.18, 0.72),
        'purple': (0.40, 0.10, 0.55),
        'pink': (0.92, 0.48, 0.64),
        'brown': (0.36, 0.20, 0.09),
        'black': (0.05, 0.05, 0.05),
        'gray': (0.45, 0.45, 0.46),
        'white': (0.92, 0.92, 0.90),
    }
)

# Two colours that light and texture can make look alike; none is asked for as a counterexample
# of the other.
SIMILAR_COLORS: tuple[frozenset[str], ...] = tuple(
    frozenset(group)
    for group in (
        ('red', 'orange', 'brown'),
        ('red', 'pink', 'purple'),
        ('orange', 'yellow', 'brown'),
        ('blue', 'purple'),
        ('black', 'gray', 'brown'),
        ('gray', 'white'),
    )
)


@dataclass(frozen=True, kw_only=True)
class Category:
    """
    A kind of object.

    names           what people call it; the first is the plainest
    held_out_names  further names, for evaluation only
    tags            keys of visa_ros.sim.phrases.TAGS that are true of it
    """

    names: tuple[str, ...]
    held_out_names: tuple[str, ...]
    tags: frozenset[str]


def _kind(names: str, held_out_names: str, tags: str) -> Category:
    return Category(
        names=tuple(names.split(', ')),
        held_out_names=tuple(held_out_names.split(', ')),
        tags=frozenset(tags.split()),
    )


CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        'mug': _kind(
            'mug, coffee mug, tea mug',
            'coffee beaker',
            'drink_from drinkware hot_drink liquid dishes',
        ),
        'cup': _kind(
            'cup, drinking cup', 'teacup', 'drink_from drinkware hot_drink liquid dishes'
        ),
        'glass': _kind(
            'glass, drinking glass, water glass', 'tumbler', 'drink_from drinkware liquid dishes'
        ),
        'bottle': _kind(
            'bottle, water bottle, drink bottle', 'flask', 'drink_from packaged pour liquid'
        ),
        'can': _kind(
            'can, soda can, drink can', 'beverage tin', 'drink_from packaged pour liquid'
        ),
        'bowl': _kind('bowl, soup bowl, cereal bowl', 'deep dish', 'hold_food soup liquid dishes'),
        'plate': _kind('plate, dinner plate, flat plate', 'platter', 'hold_food dishes'),
        'teapot': _kind('teapot, tea pot, pot of tea', 'tea kettle', 'brew pour liquid dishes'),
        'vase': _kind('vase, flower vase', 'urn', 'flowers liquid'),
        'pan': _kind('pan, frying pan, cooking pan', 'skillet', 'cook liquid dishes'),
        'spoon': _kind('spoon, soup spoon, tablespoon', 'teaspoon', 'cutlery stir dishes'),
        'fork': _kind('fork, dinner fork, table fork', 'salad fork', 'cutlery pierce dishes'),
        'knife': _kind(
            'knife, kitchen knife, table knife', 'cutting blade', 'cutlery cut sharp dishes'
        ),
        'apple': _kind('apple, fresh apple', 'crisp apple', 'eat fruit sphere apple_lore'),
        'orange': _kind('orange, orange fruit', 'tangerine, mandarin', 'eat fruit citrus sphere'),
        'banana': _kind('banana, ripe banana', 'plantain', 'eat fruit banana_lore'),
        'lemon': _kind('lemon, lemon fruit', 'citron', 'eat fruit citrus sour'),
        'bread': _kind('bread, loaf of bread, bread loaf', 'loaf', 'eat bakery'),
        'book': _kind('book, paper book, bound book', 'novel, textbook', 'read study paper'),
        'box': _kind('box, cardboard box, packing box', 'carton', 'store paper'),
        'ball': _kind('ball, toy ball, round ball', 'bouncy ball', 'toy sport sphere'),
        'toy block': _kind('toy block, building block, block', 'toy brick, toy cube', 'toy build'),
        'toy car': _kind('toy car, model car, little car', 'miniature automobile', 'toy wheels'),
        'candle': _kind('candle, wax candle', 'taper, pillar candle', 'light flame'),
        'flashlight': _kind(
            'flashlight, torch, pocket torch', 'electric hand lamp', 'light powered'
        ),
        'hammer': _kind('hammer, claw hammer', 'mallet', 'nail tool'),
        'screwdriver': _kind(
            'screwdriver, screw driver, hand screwdriver', 'turnscrew', 'screw tool'
        ),
        'pen': _kind('pen, ballpoint pen, writing pen', 'biro', 'write study'),
        'phone': _kind('phone, mobile phone, cell phone', 'smartphone', 'call powered electronic'),
        'remote': _kind(
            'remote, remote control, tv remote', 'tv clicker', 'television powered electronic'
        ),
    }
)

# Kinds that people may call by each other's name: none is said to be absent beside the other.
CONFUSABLE: tuple[frozenset[str], ...] = (
    frozenset(('mug', 'cup')),
    frozenset(('cup', 'glass')),
    frozenset(('bottle', 'vase')),
    frozenset(('box', 'toy block')),
    frozenset(('bowl', 'cup')),
    frozenset(('bowl', 'plate')),
    frozenset(('ball', 'apple')),
    frozenset(('ball', 'orange')),
    frozenset(('knife', 'screwdriver')),
    frozenset(('phone', 'remote')),
)


def carriers(tag: str) -> frozenset[str]:
    """Return the categories that carry a tag."""
    return frozenset(name for name, kind in CATEGORIES.items() if tag in kind.tags)


def may_be_called(category: str, other: str) -> bool:
    """Whether someone could reasonably call an object of one kind by the name of the other."""
    return category == other or any({category, other} <= pair for pair in CONFUSABLE)


def look_alike(color: str, other: str) -> bool:
    """Whether two colours may be taken for each other."""
    return color == other or any({color, other} <= group for group in SIMILAR_COLORS)
