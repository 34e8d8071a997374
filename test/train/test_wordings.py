"""Words for training alone keep away from those that are held out."""

import re

import pytest

from visa_ros.sim import phrases, wording
from visa_ros.sim.knowledge import CATEGORIES, COLORS
from visa_ros.sim.lore import FACTS
from visa_ros.sim.phrases_events import EVENTS
from visa_ros.train.wordings import more_words, validation_words

MORE, VALIDATION = more_words(), validation_words()
TABLES = (
    *(phrases.TAGS, phrases.UNIONS, phrases.SIZES, phrases.EXTREMES, phrases.RELATIONS),
    *(phrases.MOTIONS, EVENTS),
)
LISTS = (
    *(w for table in TABLES for w in table.values()),
    *(fact.wording for fact in FACTS.values()),
    *(phrases.NOBODY, phrases.STRANGERS, phrases.NEAREST_TO, phrases.ALL_OF_THEM),
    *(phrases.ALL, phrases.EVERY_ONE, phrases.ALL_BUT),
    *(wording.REQUESTS, wording.ASIDES, wording.ANYTHING),
)
HELD_OUT = frozenset(phrase for ways in LISTS for phrase in ways.held_out)
HELD_OUT_NAMES = frozenset(n for kind in CATEGORIES.values() for n in kind.held_out_names) | {
    *phrases.STRANGERS.held_out
}
NEW = frozenset(
    [phrase for ways in VALIDATION.phrasings.values() for phrase in ways]
    + [name for names in VALIDATION.names.values() for name in names]
    + [phrase for ways in MORE.phrasings.values() for phrase in ways]
    + [name for names in MORE.names.values() for name in names]
    + [name for names in MORE.definitions.values() for name in names]
    + [name for pairs in MORE.groups.values() for pair in pairs for name in pair]
)


def words(text):
    return re.findall(r"[a-z0-9']+|\{\}", text.lower())


def fours(text):
    found = words(text)
    return {tuple(found[k : k + 4]) for k in range(len(found) - 3)}


def test_no_four_words_in_a_row_are_held_out():
    kept = {four for phrase in HELD_OUT for four in fours(phrase)}
    assert not [phrase for phrase in NEW if fours(phrase) & kept]
    assert not NEW & HELD_OUT


def test_no_held_out_name_is_used():
    def names_in(phrase):
        spaced = f' {" ".join(words(phrase))} '
        return [n for n in HELD_OUT_NAMES if f' {n} ' in spaced or f' {n}s ' in spaced]

    assert not [(phrase, names_in(phrase)) for phrase in NEW if names_in(phrase)]


@pytest.mark.parametrize('ways', LISTS, ids=lambda ways: ways.training[0][:30])
def test_every_list_has_more_and_its_slots_are_kept(ways):
    more = MORE.phrasings[ways]
    slots = {phrase.count('{}') for phrase in ways.training}
    assert len(more) >= 9
    assert len(set(more)) == len(more)
    assert {phrase.count('{}') for phrase in more} <= slots
    assert not set(more) & set(ways.training)
    assert all(phrase.isascii() and phrase == phrase.strip() and phrase for phrase in more)


def test_every_kind_has_more_names_without_a_colour():
    assert MORE.names.keys() == MORE.definitions.keys() == CATEGORIES.keys()
    for kind, known in MORE.names.items():
        names = (*known, *MORE.definitions[kind])
        assert len(known) >= 4, kind
        others = {n for k, c in CATEGORIES.items() if k != kind for n in c.names}
        assert not set(names) & others, kind
        assert not [n for n in names if set(n.split()) & set(COLORS) and 'orange' not in n], kind


def test_what_is_chosen_by_was_not_learned():
    learned = {
        name for names in (MORE.names, MORE.definitions) for n in names.values() for name in n
    }
    learned |= {name for kind in CATEGORIES.values() for name in kind.names}
    for kind, names in VALIDATION.names.items():
        assert len(names) >= 8, kind
        assert not set(names) & learned, kind
    trained = [p for ways in LISTS for p in (*ways.training, *MORE.phrasings[ways])]
    trained_fours = {four for phrase in (*trained, *learned) for four in fours(phrase)}
    subjects = [*phrases.TAGS.values(), *(fact.wording for fact in FACTS.values())]
    for ways in subjects:
        fresh = VALIDATION.phrasings[ways]
        assert len(fresh) >= 2
        assert not set(fresh) & set(trained)
        assert not [phrase for phrase in fresh if fours(phrase) & trained_fours]
