from itertools import chain

import numpy as np
import pytest
from records import random_record

from visa_ros.errors import ConfigError
from visa_ros.sim.expressions import make_expressions
from visa_ros.sim.knowledge import carriers, CATEGORIES, COLORS, look_alike, may_be_called
from visa_ros.sim.lore import FACTS
from visa_ros.sim.phrases import (
    all_phrases,
    DEBATABLE,
    GROUPS,
    MOTIONS,
    NOBODY,
    STRANGERS,
    TAGS,
    UNIONS,
)
from visa_ros.sim.phrases_events import EVENTS
from visa_ros.sim.splits import split_of, split_seeds, SPLITS
from visa_ros.sim.wording import be_of, indefinite, plural

MAIN_TAGS = [
    'drink_from',
    'drinkware',
    'pour',
    'eat',
    'fruit',
    'cut',
    'sharp',
    'nail',
    'screw',
    'tool',
    'write',
    'read',
    'call',
    'light',
    'toy',
    'cutlery',
    'stir',
    'hold_food',
    'cook',
    'powered',
    'television',
    'flowers',
    'store',
]


def words(text):
    return [word.strip('.,?:').lower().removesuffix("'s") for word in text.split()]


def four_grams(text):
    w = words(text)
    return {tuple(w[i : i + 4]) for i in range(len(w) - 3)}


def test_every_category_has_two_tags_and_every_tag_a_category():
    assert len(CATEGORIES) == 30
    assert all(len(kind.tags) >= 2 for kind in CATEGORIES.values())
    assert set(TAGS) == set(chain.from_iterable(k.tags for k in CATEGORIES.values()))
    assert set(DEBATABLE) <= set(TAGS)
    assert set(GROUPS) <= set(TAGS)


def test_debatable_kinds_exist_and_do_not_carry_the_tag():
    for tag, kinds in DEBATABLE.items():
        assert kinds <= set(CATEGORIES)
        assert not kinds & carriers(tag)


def test_no_name_means_two_things():
    names = [n for k in CATEGORIES.values() for n in (*k.names, *k.held_out_names)]
    strangers = [*STRANGERS.training, *STRANGERS.held_out]

    assert len(names) == len(set(names))
    assert not set(names) & set(strangers)
    assert all(k.names and k.held_out_names for k in CATEGORIES.values())


def test_there_are_enough_ways_to_speak_of_a_tag():
    for tag, phrasings in TAGS.items():
        enough = (12, 4) if tag in MAIN_TAGS else (8, 3)
        assert len(phrasings.training) >= enough[0], tag
        assert len(phrasings.held_out) >= enough[1], tag


def test_no_phrasing_is_used_twice():
    facts = [f.wording for f in FACTS.values()]
    tables = (TAGS, UNIONS, MOTIONS, EVENTS)
    lists = [*(w for t in tables for w in t.values()), *facts, NOBODY]
    phrases = [p.lower().strip('?.') for w in lists for p in (*w.training, *w.held_out)]

    assert len(phrases) == len(set(phrases))
    assert all(phrases)


def test_held_out_phrasings_share_no_four_words_with_training():
    training = set().union(*(four_grams(p) for w in TAGS.values() for p in w.training))

    for phrasings in TAGS.values():
        for phrase in phrasings.held_out:
            assert not four_grams(phrase) & training, phrase


@pytest.mark.parametrize('table', [EVENTS, {k: f.wording for k, f in FACTS.items()}])
def test_held_out_words_about_events_and_facts_are_new(table):
    training = set().union(*(four_grams(p) for w in table.values() for p in w.training))

    for name, phrasings in table.items():
        assert len(phrasings.training) >= 4, name
        assert len(phrasings.held_out) >= 2, name
        for phrase in phrasings.held_out:
            assert not four_grams(phrase) & training, phrase


def test_every_kind_has_a_fact_of_its_own():
    alone = {kind for f in FACTS.values() if len(f.kinds) == 1 for kind in f.kinds}

    assert alone == set(CATEGORIES)
    for fact in FACTS.values():
        assert fact.kinds | fact.debatable <= set(CATEGORIES)
        assert not fact.kinds & fact.debatable


def test_relations_between_words_are_symmetric():
    for a in CATEGORIES:
        assert may_be_called(a, a)
        assert all(may_be_called(a, b) == may_be_called(b, a) for b in CATEGORIES)
    for a in COLORS:
        assert all(look_alike(a, b) == look_alike(b, a) for b in COLORS)
        assert not all(look_alike(a, b) for b in COLORS)


@pytest.mark.parametrize(
    ('noun', 'expected'),
    [
        ('mug', 'mugs'),
        ('glass', 'glasses'),
        ('box', 'boxes'),
        ('kitchen knife', 'kitchen knives'),
        ('loaf of bread', 'loaves of bread'),
        ('toy', 'toys'),
        ('bread', 'bread'),
    ],
)
def test_plurals(noun, expected):
    assert plural(noun) == expected


def test_questions_are_made_of_known_words():
    known = {w for phrase in all_phrases() for w in words(phrase)}
    for seed in range(40):
        for held_out in (False, True):
            rng = np.random.default_rng(seed)
            for e in make_expressions(random_record(seed), 3, rng, count=8, held_out=held_out):
                assert set(words(e.text)) <= known, e.text


@pytest.mark.parametrize(
    ('phrase', 'expected'),
    [
        ('the mug', 'is'),
        ('the glass', 'is'),
        ('both glasses', 'are'),
        ('things that can hold a liquid', 'are'),
        ('something for the flowers', 'is'),
        ('all the food', 'is'),
        ('all but the mug', 'are'),
        ('everything except the mug', 'is'),
        ('the pair of scissors', 'is'),
        ('toys and tools', 'are'),
    ],
)
def test_number(phrase, expected):
    assert be_of(phrase) == expected


def test_articles():
    assert indefinite('apple') == 'an apple'
    assert indefinite('mug') == 'a mug'
    assert indefinite('bread') == 'some bread'


def test_splits_do_not_meet():
    ranges = list(SPLITS.values())
    for i, a in enumerate(ranges):
        assert all(a.stop <= b.start or b.stop <= a.start for b in ranges[i + 1 :])
    for split in SPLITS:
        seeds = split_seeds(split, 3, first=5)
        assert len(seeds) == 3
        assert {split_of(seed) for seed in seeds} == {split}
    assert SPLITS['demo'].start == 2_000_000


@pytest.mark.parametrize(
    ('split', 'count', 'first'), [('dev', 1, 0), ('val', 100_001, 0), ('test', 1, -1)]
)
def test_seeds_that_are_not_there(split, count, first):
    with pytest.raises(ConfigError):
        split_seeds(split, count, first=first)
    with pytest.raises(ConfigError, match='no split'):
        split_of(10**9)
