"""What instructions name, and which are more than a name."""

import pytest

from visa_ros.backends.wording import read_names
from visa_ros.errors import InvalidQueryError
from visa_ros.sim import phrases
from visa_ros.sim.knowledge import CATEGORIES, COLORS
from visa_ros.sim.wording import plural, REQUESTS

NAMES = sorted({n for kind in CATEGORIES.values() for n in kind.names + kind.held_out_names})
STRANGERS = phrases.STRANGERS.training + phrases.STRANGERS.held_out


@pytest.mark.parametrize('name', NAMES)
def test_a_name_is_read_as_it_is(name):
    assert read_names(name).phrases == (name,)
    assert read_names(f'The {name}.').phrases == (name,)
    assert read_names(f'all the {plural(name)}').phrases == (plural(name),)


@pytest.mark.parametrize('name', STRANGERS)
def test_names_of_unknown_things_too(name):
    assert read_names(f'find the {name}, please').phrases == (name,)


@pytest.mark.parametrize('color', COLORS)
def test_attributes_belong_to_the_name(color):
    assert read_names(f'the {color} mug').phrases == (f'{color} mug',)


@pytest.mark.parametrize(
    'frame', [f for f in REQUESTS.training + REQUESTS.held_out if 'love' not in f]
)
def test_requests_are_cut_off(frame):
    request = frame.replace('{be}', 'is').replace('{}', 'the red mug')
    if request.startswith('which'):
        with pytest.raises(InvalidQueryError):
            read_names(request)
    else:
        assert read_names(request).phrases == ('red mug',)


@pytest.mark.parametrize(
    ('instruction', 'found'),
    [
        ('Find the red mug please', ['red mug']),
        ('where is the soda can?', ['soda can']),
        ('could you please show me a  Mug', ['mug']),
        ('the mug and the blue bowl', ['mug', 'blue bowl']),
        ('mug, bowl, and a plate', ['mug', 'bowl', 'plate']),
        ('the mug or the mug', ['mug']),
        ('salt and pepper shaker', ['salt and pepper shaker']),
        ('bottle with a red cap', ['bottle with a red cap']),
        ('every single toy block', ['toy block']),
        ('man holding umbrella', ['man holding umbrella']),
        ('painted bowl', ['painted bowl']),
        ('first aid kit', ['first aid kit']),
    ],
)
def test_what_is_named(instruction, found):
    assert read_names(instruction).phrases == tuple(found)


@pytest.mark.parametrize(
    ('instruction', 'one'),
    [
        ('the mug', True),
        ('where is my glass?', True),
        ('that can', True),
        ('the cup of beans', True),
        ('the mugs', False),
        ('mug', False),
        ('a mug', False),
        ('all the mugs', False),
        ('every mug', False),
        ('the mug and the bowl', False),
        ('the scissors', False),
    ],
)
def test_who_asks_for_one(instruction, one):
    assert read_names(instruction).asks_for_one is one


def implicit():
    """Questions of the simulated world that need eyes on the past, places, sizes or a mind."""
    tables = [phrases.MOTIONS, phrases.EXTREMES, phrases.SIZES]
    lists = [wording for table in tables for wording in table.values()]
    lists += [phrases.NEAREST_TO, phrases.ALL_OF_THEM, phrases.ALL_BUT]
    for wording in lists:
        yield from wording.training + wording.held_out
    for wording in phrases.RELATIONS.values():
        yield from (f'the mug {way}' for way in wording.training + wording.held_out)
    for wording in [*phrases.TAGS.values(), *phrases.UNIONS.values(), phrases.NOBODY]:
        everything = wording.training + wording.held_out
        yield from (w for w in everything if w.endswith('?') or w.startswith('something'))


@pytest.mark.parametrize('template', sorted(set(implicit()) - {'the neighbor of {}'}))
def test_implicit_instructions_are_refused(template):
    for filled in (template.replace('{}', 'bowl'), template.replace('{}', 'bowl').rstrip('?')):
        with pytest.raises(InvalidQueryError, match='VISA model'):
            read_names(filled)


@pytest.mark.parametrize(
    ('instruction', 'reason', 'instead'),
    [
        ('what could I drink from?', 'asks a question', 'such as "mug" or "red bowl"'),
        ('the thing that was just moved', 'what happened', 'such as "mug" or "red bowl"'),
        ('the bowl that was moved', 'what happened', 'such as "bowl"'),
        ('the bowl pushed aside by me', 'what happened', '"bowl"'),
        ('find the bowl left of the mug', 'relates places', 'such as "bowl"'),
        ('the largest bowl', 'compares things', 'such as'),
        ('everything', 'names no kind', 'such as'),
        ('a bowl without handle', 'leaves things out', 'such as "bowl"'),
        ('man wearing a hat', 'what things', 'such as "man"'),
        ('can I eat with it', 'asks a question', 'such as'),
        ('give it to me', 'to', 'such as'),
        ('I am thirsty. Get me the mug', 'more than one sentence', 'such as'),
        ('the', 'names no kind', 'such as'),
        ('?!', 'names no kind', 'such as'),
        ('', 'names no kind', 'such as'),
        ('кружка', 'names no kind', 'such as'),
    ],
)
def test_a_refusal_says_why_and_what_to_ask(instruction, reason, instead):
    with pytest.raises(InvalidQueryError) as caught:
        read_names(instruction)
    assert reason in str(caught.value)
    assert instead in str(caught.value)
