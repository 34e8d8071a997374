import numpy as np
import pytest
from records import record_of, thing

from visa_ros.demo.schedule import MOTION, TYPES
from visa_ros.demo.script import choose, INSTEAD, Pace, write_script
from visa_ros.errors import SimulationError
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.worldconfig import WorldConfig

SEED = 2_000_007
CONFIG = WorldConfig(width=160, height=120, events=2, duration_s=12.0)
PACE = Pace(slot_s=3.0)


@pytest.fixture
def record():
    return record_of(
        thing('mug', 'red', at=(-0.3, 0.0, 0.0)),
        thing('book', 'blue', at=(0.0, 0.2, 0.0)),
        thing('hammer', at=(0.3, 0.4, 0.0)),
        moves={2: (0.1, 0.0, 0.0)},
    )


@pytest.fixture(scope='module')
def script():
    return write_script(SEED, CONFIG, PACE)


def test_the_same_seed_asks_the_same(script):
    assert write_script(SEED, CONFIG, PACE) == script


def test_another_seed_asks_something_else(script):
    other = write_script(SEED + 1, CONFIG, PACE)
    assert [line.expression for line in other.lines] != [x.expression for x in script.lines]


def test_the_script_asks_of_every_type_with_the_right_answers(script):
    kinds = {o.instance_id: o.category for o in script.objects}
    asked = {line.expression.type: line.expression for line in script.lines}
    assert asked.keys() == set(TYPES)
    assert asked['absent'].targets == ()
    (named,) = {kinds[i] for i in asked['category'].targets}
    assert any(name in asked['category'].text for name in CATEGORIES[named].names)
    movers = {e.other_id or e.instance_id for e in script.events}
    assert set(asked[MOTION].targets) <= movers


def test_questions_come_in_order_of_time_and_never_twice(script):
    times = [line.at_s for line in script.lines]
    texts = [line.expression.text for line in script.lines]
    assert all(line.until_s >= line.at_s for line in script.lines)
    assert times == sorted(times)
    assert len(set(texts)) == len(texts)


def test_a_camera_with_another_scene_is_noticed(script):
    scene = record_of(thing('mug'))
    with pytest.raises(SimulationError, match='another scene'):
        script.check(scene)
    same = {**vars(scene), 'seed': SEED, 'objects': script.objects, 'events': script.events}
    script.check(SceneRecord(**same))


@pytest.mark.parametrize('kind', TYPES)
def test_the_wanted_type_is_asked(record, kind):
    assert choose(record, kind, np.random.default_rng(1)).type == kind


def test_the_answer_to_what_moved_is_what_moved(record):
    assert choose(record, MOTION, np.random.default_rng(1)).targets == (3,)


def test_where_nothing_moved_something_else_is_asked():
    still = record_of(thing('mug', 'red'), thing('book', 'blue', at=(0.3, 0.2, 0.0)))
    assert choose(still, MOTION, np.random.default_rng(1)).type in INSTEAD


def test_a_question_is_not_repeated(record):
    first = choose(record, 'spatial', np.random.default_rng(1))
    again = choose(record, 'spatial', np.random.default_rng(1), asked=[first.text])
    assert again.text != first.text


def test_a_question_with_one_answer_is_preferred():
    mugs = [thing('mug', at=(x, 0.0, 0.0)) for x in (-0.4, -0.2, 0.0)]
    table = record_of(*mugs, thing('book', at=(0.3, 0.0, 0.0)))
    chosen = [choose(table, 'category', np.random.default_rng(s)) for s in range(20)]
    assert sum(expression.ambiguous for expression in chosen) < 10


def test_an_empty_table_is_an_error():
    unseen = record_of(thing('mug', px=0))
    with pytest.raises(SimulationError, match='another seed'):
        choose(unseen, 'category', np.random.default_rng(1))
