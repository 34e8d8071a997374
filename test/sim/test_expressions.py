from collections import Counter
import re

import numpy as np
import pytest
from records import random_record, record_of, thing

from visa_ros.errors import ConfigError, DataError
from visa_ros.sim.expressions import ABSENT, make_expressions, MIX, TYPES
from visa_ros.sim.knowledge import carriers, CATEGORIES, COLORS, may_be_called
from visa_ros.sim.lore import FACTS
from visa_ros.sim.phrases import DEBATABLE, EXTREMES, MOTIONS, NOBODY, SIZES, STRANGERS, TAGS
from visa_ros.sim.record import Event, EventKind
from visa_ros.sim.wording import ANYTHING, ASIDES, REQUESTS

SEEDS = range(80)
LAST = 3
HELD_OUT = pytest.mark.parametrize('held_out', [False, True])


def ask(record, seed=0, **options):
    options = {'count': 8, **options}
    return make_expressions(record, LAST, np.random.default_rng(seed), **options)


def many(types=None, held_out=False):
    for seed in SEEDS:
        record = random_record(seed)
        for expression in ask(record, seed, types=types, held_out=held_out):
            yield record, expression


def visible(record, frame=LAST):
    """Ids of the visible objects, from left to right."""
    views = [v for v in record.frames[frame].views if v.visible_px >= 0.0006 * 640 * 480]
    return [v.instance_id for v in sorted(views, key=lambda v: v.position_m[0] / v.position_m[2])]


def plain(text):
    return text.lower().rstrip('?.')


def pattern(frame):
    before, after = frame.replace('{be}', '(is|are)').split('{}')
    return re.compile(f'{plain(before)}(?P<core>.+?){re.escape(plain(after.strip()))}')


FRAMES = [pattern(f) for w in (REQUESTS, ASIDES) for f in (*w.training, *w.held_out)]
TAG_OF = {plain(p): tag for tag, w in TAGS.items() for p in (*w.training, *w.held_out)}
KIND_OF = {n: k for k, c in CATEGORIES.items() for n in (*c.names, *c.held_out_names)}
MOVED = {plain(p) for w in MOTIONS.values() for p in (*w.training, *w.held_out)}
FACT_OF = {plain(p): f for f in FACTS.values() for p in (*f.wording.training, *f.wording.held_out)}
NEVER = {plain(p) for w in (NOBODY, STRANGERS) for p in (*w.training, *w.held_out)}


def cores(text):
    """The text without what people say around it, in all ways to read it."""
    matches = [frame.fullmatch(plain(text)) for frame in FRAMES]
    return [plain(text), *(plain(m['core'].strip()) for m in matches if m)]


def said_tag(text):
    """The tag that is asked for, if any."""
    return next((TAG_OF[c] for c in cores(text) if c in TAG_OF), None)


def said_fact(text):
    """The fact that is asked for, if any."""
    return next((FACT_OF[c] for c in cores(text) if c in FACT_OF), None)


def said_thing(text):
    """Colour and category that are asked for, each None where there is none."""
    for core in cores(text):
        noun = re.sub('^(the|a|an|some) ', '', core)
        color = next((c for c in COLORS if noun.startswith(f'{c} ') and noun not in KIND_OF), None)
        kind = KIND_OF.get(noun.removeprefix(f'{color} '))
        if kind or noun.removeprefix(f'{color} ') in (
            'one',
            *ANYTHING.training,
            *ANYTHING.held_out,
        ):
            return color, kind
    return None, None


def category_of(record, instance_id):
    return record.objects[instance_id - 1].category


@HELD_OUT
def test_texts_and_targets_are_well_formed(held_out):
    count = 0
    for record, e in many(held_out=held_out):
        count += 1
        assert e.text.strip() == e.text
        assert e.text
        assert not set(e.text) & set('{}|')
        assert e.type in TYPES
        assert (e.type == ABSENT) == (not e.targets)
        assert e.needs_past or e.type != 'motion'
        in_view = visible(record)
        assert [i for i in in_view if i in e.targets] == list(e.targets)
    assert count > 5 * len(SEEDS)


def test_the_same_seed_asks_the_same_and_never_twice():
    record = random_record(3)
    first, second = ask(record, 9), ask(record, 9)

    assert first == second
    assert first != ask(record, 10)
    assert len({e.text.lower() for e in first}) == len(first)


@HELD_OUT
def test_category_targets_are_all_of_that_kind(held_out):
    for record, e in many(['category'], held_out):
        _, kind = said_thing(e.text)
        assert list(e.targets) == [i for i in visible(record) if category_of(record, i) == kind]


@HELD_OUT
def test_attribute_targets_are_all_of_that_colour_and_kind(held_out):
    for record, e in many(['attribute'], held_out):
        objects = {i: record.objects[i - 1] for i in visible(record)}
        color, kind = said_thing(e.text)
        assert color is not None
        fits = [i for i, o in objects.items() if o.color == color and kind in (None, o.category)]
        assert list(e.targets) == fits


@HELD_OUT
def test_function_targets_are_all_that_carry_the_tag(held_out):
    single = 0
    for record, e in many(['function'], held_out):
        tag = said_tag(e.text)
        if tag is None:  # a wish that several tags serve
            continue
        single += 1
        kinds = {category_of(record, i) for i in visible(record)}
        assert not kinds & DEBATABLE.get(tag, frozenset())
        assert list(e.targets) == [
            i for i in visible(record) if category_of(record, i) in carriers(tag)
        ]
        assert not e.asks_for_one
    assert single > 50


@HELD_OUT
def test_knowledge_targets_are_all_of_which_the_fact_is_true(held_out):
    asked = list(many(['knowledge'], held_out))
    for record, e in asked:
        fact = said_fact(e.text)
        kinds = {i: category_of(record, i) for i in visible(record)}
        assert not set(kinds.values()) & fact.debatable
        assert list(e.targets) == [i for i, kind in kinds.items() if kind in fact.kinds]
    assert len(asked) > 100


@HELD_OUT
def test_what_is_absent_is_nowhere_in_the_scene(held_out):
    seen = Counter()
    for record, e in many([ABSENT], held_out):
        tag, (color, kind) = said_tag(e.text), said_thing(e.text)
        said = {re.sub('^(the|an?|some) ', '', core) for core in cores(e.text)} | set(
            cores(e.text)
        )
        if tag is not None:
            seen['tag'] += 1
            assert not {o.category for o in record.objects} & carriers(tag)
        elif fact := said_fact(e.text):
            seen['fact'] += 1
            assert not {o.category for o in record.objects} & (fact.kinds | fact.debatable)
        elif kind is not None:
            alike = [o for o in record.objects if may_be_called(o.category, kind)]
            seen['color' if alike else 'kind'] += 1
            assert not alike or color is not None
            assert not any(o.color in ('', color) for o in alike)
        else:
            seen['motion' if said & MOVED else 'never'] += 1
            assert e.needs_past == bool(said & MOVED)
            assert said & (MOVED | NEVER), e.text
    assert min(seen[k] for k in ('never', 'motion', 'tag', 'color', 'kind')) > 5


def test_a_name_that_could_be_meant_otherwise_is_not_called_absent():
    for seed in range(60):
        for e in ask(record_of(thing('mug'), thing('bottle')), seed, types=[ABSENT]):
            assert said_thing(e.text)[1] not in ('mug', 'cup', 'bottle', 'vase')


ROW = record_of(
    thing('book', 'red', at=(-0.3, 0.2, 0.0), size_m=(0.2, 0.15, 0.02)),
    thing('mug', 'blue', at=(-0.1, 0.0, 0.0), size_m=(0.08, 0.08, 0.1)),
    thing('mug', 'green', at=(0.1, 0.4, 0.0), size_m=(0.12, 0.12, 0.15)),
    thing('box', 'brown', at=(0.3, -0.1, 0.0), size_m=(0.4, 0.3, 0.25)),
)


@pytest.fixture(scope='module')
def places():
    """Many questions about the places in ROW."""
    return [e for seed in range(300) for e in ask(ROW, seed, types=['spatial'])]


def says(text, phrasings, noun):
    wanted = [p.replace('{}', noun).lower().rstrip('?.') for p in phrasings.training]
    return any(w in text.lower() for w in wanted)


@pytest.mark.parametrize(
    ('which', 'noun', 'expected'),
    [
        ('leftmost', 'object', 1),
        ('rightmost', 'thing', 4),
        ('closest', 'object', 4),
        ('farthest', 'item', 3),
        ('leftmost', 'mug', 2),
        ('farthest', 'mug', 3),
    ],
)
def test_extreme_places(places, which, noun, expected):
    found = [e for e in places if says(e.text, EXTREMES[which], noun)]
    assert found
    assert all(e.targets == (expected,) and e.asks_for_one for e in found)


@pytest.mark.parametrize(
    ('words', 'expected'),
    [
        ('everything left of the box', (1, 2, 3)),
        ('everything right of the book', (2, 3, 4)),
        ('everything behind the book', (3,)),
        ('everything in front of the book', (2, 4)),
        ('the bound book left of the box', (1,)),
        ('the mug behind the book', (3,)),
        ('the mug left of the box', (2, 3)),
    ],
)
def test_relations(places, words, expected):
    found = [e for e in places if words in e.text.lower()]
    assert found
    assert all(e.targets == expected for e in found)
    assert all(e.asks_for_one == words.startswith('the ') for e in found)


def test_places_that_are_too_near_are_not_asked_about():
    close = record_of(thing('mug', at=(0.0, 0.0, 0.0)), thing('book', at=(0.05, 0.03, 0.0)))

    assert all(ask(close, seed, types=['spatial']) == [] for seed in range(20))


@pytest.mark.parametrize(
    ('which', 'noun', 'expected'),
    [('largest', 'object', 4), ('smallest', 'mug', 2), ('tallest', 'object', 4)],
)
def test_sizes(which, noun, expected):
    found = [
        e
        for seed in range(60)
        for e in ask(ROW, seed, types=['size'])
        if says(e.text, SIZES[which], noun)
    ]
    assert found
    assert all(e.targets == (expected,) for e in found)


def test_sizes_that_are_alike_are_not_asked_about():
    alike = record_of(
        thing('ball', size_m=(0.1, 0.1, 0.1)), thing('apple', size_m=(0.11, 0.11, 0.11))
    )

    assert all(ask(alike, seed, types=['size']) == [] for seed in range(20))


def test_flat_things_are_not_told_apart_by_their_height():
    flat = record_of(
        thing('phone', at=(-0.2, 0.0, 0.0), size_m=(0.07, 0.15, 0.009)),
        thing('remote', at=(0.2, 0.0, 0.0), size_m=(0.05, 0.16, 0.02)),
    )
    texts = [e.text.lower() for seed in range(30) for e in ask(flat, seed, types=['size'])]

    assert not any(says(text, SIZES['tallest'], 'object') for text in texts)


THINGS = (thing('mug', at=(-0.2, 0.0, 0.0)), thing('book', at=(0.2, 0.0, 0.0)))
PUSHED = Event(kind=EventKind.PUSHED, instance_id=2, start_s=0.1, end_s=0.5)


def test_what_was_pushed_is_the_answer():
    record = record_of(*THINGS, moves={1: (0.1, 0.0, 0.0)}, events=[PUSHED])
    asked = [e for seed in range(20) for e in ask(record, seed, types=['motion'])]

    assert asked
    assert {e.targets for e in asked} == {(2,)}
    assert any('pushed' in e.text.lower() for e in asked)
    assert not any('carried' in e.text.lower() or 'fell' in e.text.lower() for e in asked)


def test_what_hangs_in_the_air_may_be_carried_or_about_to_fall():
    ongoing = Event(kind=EventKind.CARRIED, instance_id=2, start_s=0.1, end_s=2.0)
    record = record_of(*THINGS, moves={1: (0.1, 0.0, 0.1)}, events=[ongoing])
    asked = [e for seed in range(20) for e in ask(record, seed, types=['motion'])]

    assert {e.targets for e in asked} == {(2,)}
    assert not any('carried' in e.text.lower() or 'picked' in e.text.lower() for e in asked)


def test_what_was_knocked_away_has_moved_but_nobody_is_asked_what_was_pushed():
    moves = {0: (0.0, 0.1, 0.0), 1: (0.1, 0.0, 0.0)}
    record = record_of(*THINGS, moves=moves, events=[PUSHED])
    asked = [e for seed in range(20) for e in ask(record, seed, types=['motion'])]

    assert {e.targets for e in asked} == {(1, 2)}
    assert not any('pushed' in e.text.lower() for e in asked)


@pytest.mark.parametrize('shift', [0.0, 0.02])
def test_nothing_is_said_to_have_moved_by_a_little(shift):
    record = record_of(*THINGS, moves={1: (shift, 0.0, 0.0)}, events=[PUSHED])

    assert all(ask(record, seed, types=['motion']) == [] for seed in range(20))


def test_events_to_come_are_not_known():
    later = Event(kind=EventKind.PUSHED, instance_id=2, start_s=5.0, end_s=6.0)
    record = record_of(*THINGS, events=[later])
    texts = [e.text.lower() for s in range(80) for e in ask(record, s, types=[ABSENT])]

    assert any('moved' in text for text in texts)
    assert all(ask(record, seed, types=['motion']) == [] for seed in range(20))


def test_a_scene_in_which_something_moved_has_no_question_about_nothing_that_moved():
    record = record_of(*THINGS, moves={1: (0.1, 0.0, 0.0)}, events=[PUSHED])
    texts = [e.text.lower() for s in range(80) for e in ask(record, s, types=[ABSENT])]

    assert not any('moved' in text or 'pushed' in text for text in texts)
    assert any('fell' in text or 'carried' in text for text in texts)


def test_the_mug_among_two_is_ambiguous_and_a_mug_is_not():
    asked = [e for seed in range(40) for e in ask(ROW, seed, types=['category'])]
    mugs = [e for e in asked if said_thing(e.text)[1] == 'mug']

    assert {e.targets for e in mugs} == {(2, 3)}
    assert {e.asks_for_one for e in mugs} == {True, False}
    assert all(e.ambiguous == e.asks_for_one for e in mugs)
    assert not any(e.ambiguous for e in asked if said_thing(e.text)[1] != 'mug')


def test_groups():
    asked = [e for seed in range(150) for e in ask(ROW, seed, types=['multi'])]
    found = {core: e.targets for e in asked for core in cores(e.text)}

    assert found['all the mugs'] == found['every mug'] == (2, 3)
    assert found['all but the box'] == (1, 2, 3)
    assert not any(e.asks_for_one for e in asked)


def test_shares_are_those_of_the_mix_where_the_scene_allows_all():
    moves = {0: (0.0, 0.1, 0.0)}
    events = [Event(kind=EventKind.PUSHED, instance_id=1, start_s=0.1, end_s=0.5)]
    record = record_of(*_things_of(ROW), moves=moves, events=events)
    kinds = Counter(e.type for seed in range(400) for e in ask(record, seed, count=4))
    total = sum(kinds.values())

    assert all(abs(kinds[k] / total - share) < 0.04 for k, share in MIX.items())


def _things_of(record):
    views = record.frames[0].views
    return [
        thing(o.category, o.color, at=v.world_m, size_m=o.size_m)
        for o, v in zip(record.objects, views, strict=True)
    ]


def test_scenes_without_anything_to_see_only_lack_things():
    record = record_of(thing('mug', px=10))
    asked = [e for seed in range(20) for e in ask(record, seed)]

    assert asked
    assert all(e.type == ABSENT for e in asked)
    assert not any(said_thing(e.text)[1] == 'mug' for e in asked)


def test_held_out_words_are_not_those_of_training():
    training = {p.lower().rstrip('?.') for w in TAGS.values() for p in w.training}
    names = {name for kind in CATEGORIES.values() for name in kind.names}
    for _, e in many(['category', 'function', ABSENT], held_out=True):
        text = e.text.lower().rstrip('?.')
        assert text not in training
        assert text.removeprefix('the ').removeprefix('a ') not in names


def test_bad_calls_are_refused():
    with pytest.raises(ConfigError, match='colour'):
        ask(ROW, types=['colour'])
    with pytest.raises(ConfigError):
        ask(ROW, types=[])
    with pytest.raises(DataError, match='no frame 4'):
        make_expressions(ROW, 4, np.random.default_rng(0), count=1)
