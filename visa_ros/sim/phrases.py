"""
How people ask for what an object can do or is known for.

Every phrasing is meant to be true of exactly the categories that carry the tag; where people
would argue about an object, DEBATABLE lists it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visa_ros.sim.knowledge import CATEGORIES, COLORS
from visa_ros.sim.lore import FACTS
from visa_ros.sim.phrases_events import EVENTS
from visa_ros.sim.phrases_kitchen import KITCHEN
from visa_ros.sim.phrases_things import THINGS
from visa_ros.sim.wording import ANYTHING, ASIDES, Phrasings, plural, REQUESTS, ways

TAGS: Mapping[str, Phrasings] = MappingProxyType({**KITCHEN, **THINGS})

# Kinds about which people would argue; a tag is not asked for while one of them is in view.
DEBATABLE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        tag: frozenset(kinds.split(', '))
        for tag, kinds in {
            'drink_from': 'teapot, bowl',
            'drinkware': 'bowl, vase',
            'hot_drink': 'glass, teapot, bowl',
            'liquid': 'spoon, box',
            'pour': 'vase',
            'brew': 'pan, mug, cup',
            'dishes': 'bottle, can, vase',
            'hold_food': 'pan, box',
            'soup': 'plate, pan, mug, cup',
            'flowers': 'bottle, glass',
            'cook': 'teapot',
            'stir': 'fork, knife',
            'pierce': 'knife',
            'cut': 'fork',
            'sharp': 'fork, screwdriver',
            'sour': 'orange',
            'sphere': 'lemon',
            'light': 'phone',
            'powered': 'toy car',
            'electronic': 'flashlight',
            'read': 'phone',
            'study': 'phone',
            'tool': 'flashlight, knife',
            'screw': 'knife',
            'store': 'bowl, can, vase, mug, cup',
            'build': 'box, book',
            'television': 'phone',
        }.items()
    }
)

# Wishes that no kind of object in the world serves.
NOBODY = ways(
    """something to wear on my feet|what unlocks the front door?|something to sit on|what could
    I wash my hands with?|something to brush my hair with|something to dry my hands with|
    what keeps the sun off my head?|something to stick two sheets of paper together with|
    what could I sweep the floor with?|something to take for a headache|a musical
    instrument|something to sleep on|an animal|what would keep my hands warm in winter?|
    something to iron a shirt with|what protects me from the rain?""",
    """my shoes are gone, what could I put on?|something to clean my teeth with|a living
    creature|what would help my aching back?|a piece of clothing""",
)

# Names of things that do not occur in the world.
STRANGERS = ways(
    """pair of scissors|teddy bear|laptop|shoe|hat|umbrella|alarm clock|bunch of keys|stapler|
    toothbrush|wallet|guitar|cactus|sponge|backpack|helmet|hair brush|towel|stuffed rabbit|
    pair of glasses""",
    """suitcase|chess board|headset|necklace|potted plant|wristwatch""",
)

# Families that people speak of in the plural: tag -> (one of them, all of them).
GROUPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        'eat': ('piece of food', 'food'),
        'fruit': ('fruit', 'fruit'),
        'tool': ('tool', 'tools'),
        'toy': ('toy', 'toys'),
        'drinkware': ('drinking vessel', 'drinking vessels'),
        'cutlery': ('piece of cutlery', 'cutlery'),
        'dishes': ('piece of kitchenware', 'kitchenware'),
        'powered': ('electrical device', 'electrical devices'),
    }
)

# Wishes that several tags serve together.
UNIONS: Mapping[frozenset[str], Phrasings] = MappingProxyType(
    {
        frozenset(('eat', 'drink_from')): ways(
            """something to eat or to drink from|what could I have or sip?|I am hungry and
            thirsty.|food and things to drink from|what would I take to a picnic for eating
            and drinking?""",
            """what helps against hunger or thirst?|anything edible or for sipping""",
        ),
        frozenset(('hold_food', 'cutlery')): ways(
            """something to serve food on or to eat it with|what do I lay on the table for
            dinner?|cutlery and the dishes for food|things to set the table with for a meal""",
            """the guests come for supper, what do I set out to eat with and from?|dinner set
            and flatware""",
        ),
        frozenset(('drinkware', 'hold_food')): ways(
            """crockery for food or drinks|something to serve food or juice in|what do I fill
            for the guests at the table?|vessels and dishes to serve a meal and water""",
            """what holds my breakfast and my milk?|anything to serve a meal or a beverage in""",
        ),
        frozenset(('toy', 'tool')): ways(
            """toys and tools|something to play with or to repair things with|what belongs to
            the nursery or to the workshop?|things from the toy box or the toolbox""",
            """what would a kid or a carpenter want?|playthings as well as gear for repairs""",
        ),
        frozenset(('read', 'write')): ways(
            """something to read or to write with|what would an author need?|things for reading
            or writing|what has to do with letters and words?""",
            """objects of a scribe|which ones deal with written language?""",
        ),
    }
)

# {} is what is compared: 'object', 'mug', 'fruit'.
SIZES: Mapping[str, Phrasings] = MappingProxyType(
    {
        'largest': ways(
            """the largest {}|the biggest {}|the {} that takes up the most room|the really big
            {}|the {} larger than all others|which {} is the biggest?""",
            """the bulkiest {}|the most massive looking {}""",
        ),
        'smallest': ways(
            """the smallest {}|the tiniest {}|the {} that takes up the least room|the littlest
            {}|the {} smaller than all others|which {} is the smallest?""",
            """the most compact {}|the {} of minimal size""",
        ),
        'tallest': ways(
            """the tallest {}|the {} that reaches highest|the highest {}|the {} that stands
            taller than all others|which {} is the tallest?""",
            """the most towering {}|the {} of greatest height""",
        ),
    }
)

# {} is what is compared, as in SIZES; left and right as the camera sees them.
EXTREMES: Mapping[str, Phrasings] = MappingProxyType(
    {
        'leftmost': ways(
            """the leftmost {}|the {} on the far left|the {} furthest to the left|the left most
            {}|the first {} from the left|which {} is furthest left?""",
            """the {} at the extreme left side|the very first {} if one starts on the left""",
        ),
        'rightmost': ways(
            """the rightmost {}|the {} on the far right|the {} furthest to the right|the right
            most {}|the first {} from the right|which {} is furthest right?""",
            """the {} at the extreme right side|the very first {} if one starts on the right""",
        ),
        'closest': ways(
            """the closest {}|the {} closest to the camera|the nearest {}|the {} nearest to me|
            the {} in front of all others|which {} is nearest?""",
            """the {} with the least distance to the viewer|the foremost {}""",
        ),
        'farthest': ways(
            """the farthest {}|the {} farthest from the camera|the {} furthest away|the {} that
            is most distant|the {} behind all others|which {} is farthest away?""",
            """the {} with the greatest distance to the viewer|the most remote {}""",
        ),
    }
)

# {} is an object that is named.
RELATIONS: Mapping[str, Phrasings] = MappingProxyType(
    {
        'left': ways(
            'left of {}|to the left of {}|on the left side of {}',
            "further left than {}|at {}'s left",
        ),
        'right': ways(
            'right of {}|to the right of {}|on the right side of {}',
            "further right than {}|at {}'s right",
        ),
        'front': ways(
            'in front of {}|closer to the camera than {}|nearer than {}',
            'less far away than {}|before {}, seen from here',
        ),
        'behind': ways(
            'behind {}|farther from the camera than {}|further back than {}',
            'beyond {}|more distant than {}',
        ),
    }
)
NEAREST_TO = ways(
    """the object next to {}|the thing closest to {}|what is nearest to {}?|the item right
    beside {}|what lies next to {}?""",
    """the neighbor of {}|what has the least distance to {}?""",
)
ALL_OF_THEM = ways(
    'everything {}|all objects {}|what is {}?|whatever is {}',
    'each item that is {}|all that is {}',
)

# {} is the plural; one of them; what is left out.
ALL = ways(
    'all the {}|all {}|the {}|all of the {}|all the {} on the table',
    'the whole lot of {}|the complete set of {}',
)
EVERY_ONE = ways('every {}|each {}|every single {}|every {} on the table', 'any {} there may be')
ALL_BUT = ways(
    'all but {}|everything except {}|all objects but {}|everything but {}|all but not {}',
    'anything apart from {}|the rest, without {}',
)

# What happened; those that name one thing ask for one.
MOTIONS: Mapping[str, Phrasings] = MappingProxyType(
    {
        'moved': ways(
            """the thing that was just moved|what was moved?|what has moved?|the object that
            moved|what changed its place?|everything that moved|the thing that is not where
            it was|which object was moved?|what did not stay where it was?""",
            """whatever changed position|the one that did not remain in place|what was
            displaced?""",
        ),
        'pushed': ways(
            """what was pushed?|the object that was pushed|the thing that was shoved|the thing
            that slid across the table|what slid over the table?|everything that was pushed""",
            """what got nudged along?|the one that was slid aside""",
        ),
        'dropped': ways(
            """what fell?|the object that fell|the thing that was dropped|what was dropped?|the
            thing that fell down|everything that fell onto the table""",
            """what came down from above?|the one that tumbled down""",
        ),
        'carried': ways(
            """what was carried?|the object that was carried|the thing that was lifted and put
            elsewhere|what was picked up and set down?|the thing that was carried away to
            another place|everything that was carried""",
            """what was transported through the air?|the one that got lifted and relocated""",
        ),
    }
)


def all_phrases() -> tuple[str, ...]:
    """Return everything that questions are made of, held-out words and plurals too, sorted."""
    tables = (TAGS, UNIONS, SIZES, EXTREMES, RELATIONS, MOTIONS, EVENTS)
    lists = [wording for table in tables for wording in table.values()]
    lists += [fact.wording for fact in FACTS.values()]
    lists += [NOBODY, STRANGERS, NEAREST_TO, ALL_OF_THEM, ALL, EVERY_ONE, ALL_BUT]
    lists += [ANYTHING, REQUESTS, ASIDES]
    nouns = [name for kind in CATEGORIES.values() for name in kind.names + kind.held_out_names]
    nouns += [noun for group in GROUPS.values() for noun in group]
    nouns += [*ANYTHING.training, *ANYTHING.held_out]
    phrases = {phrase for wording in lists for phrase in wording.training + wording.held_out}
    phrases |= {
        *COLORS,
        *nouns,
        *map(plural, nouns),
        'a',
        'an',
        'some',
        'one',
        'is',
        'are',
        'both',
    }
    return tuple(sorted(phrases))
