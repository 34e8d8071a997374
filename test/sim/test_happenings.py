from dataclasses import replace

import numpy as np
import pytest
from records import record_of, thing

from visa_ros.errors import ConfigError
from visa_ros.sim.expressions import make_expressions, make_one
from visa_ros.sim.happenings import answers_of
from visa_ros.sim.record import Event, EventKind, SceneRecord
from visa_ros.sim.sights import look_at
from visa_ros.sim.world import record_clip, survey_clip, World, WorldConfig

LAST = 3
ROW = tuple(
    thing(kind, at=(x, 0.0, 0.0))
    for kind, x in (('mug', -0.3), ('book', -0.1), ('pen', 0.1), ('box', 0.3))
)
EARLY, LATE = {'start_s': 0.05, 'end_s': 0.2}, {'start_s': 0.3, 'end_s': 0.5}


def event(kind, instance_id, other_id=0, **when):
    return Event(kind=kind, instance_id=instance_id, other_id=other_id, **(when or EARLY))


def clip(*events, moved=(), unseen=()) -> SceneRecord:
    """The row; some of it is moved by the end, some is out of view at the end."""
    moves = {i - 1: (0.0, 0.1, 0.0) for i in moved}
    record = record_of(*ROW, moves=moves, events=events)
    views = [
        replace(v, visible_px=0) if v.instance_id in unseen else v for v in record.frames[-1].views
    ]
    return replace(
        record, frames=(*record.frames[:-1], replace(record.frames[-1], views=tuple(views)))
    )


def answers(record):
    return {name: set(ids) for name, ids in answers_of(look_at(record, LAST)).items() if ids}


def test_what_was_put_down():
    record = clip(event(EventKind.CARRIED, 2), moved=[2])
    assert answers(record) == {'put_down': {2}, 'stayed': {1, 3, 4}}


def test_what_fell_was_not_put_down():
    record = clip(event(EventKind.CARRIED, 2), event(EventKind.DROPPED, 3, **LATE), moved=[2, 3])
    assert answers(record) == {'first': {2}, 'last': {3}, 'fell': {3}, 'stayed': {1, 4}}


def test_the_last_of_several_that_were_put_down():
    record = clip(
        event(EventKind.CARRIED, 2),
        event(EventKind.HIDDEN, 1, 4, **LATE),
        moved=[2, 4],
        unseen=[1],
    )
    found = answers(record)

    assert found.pop('stayed') == {3}
    assert found == {
        'put_down_last': {4}, 'first': {2}, 'last': {4}, 'hidden': {1}, 'hider': {4}
    }  # fmt: skip


def test_what_is_still_to_be_seen_is_not_hidden():
    record = clip(event(EventKind.HIDDEN, 1, 4), moved=[4])
    assert answers(record) == {'put_down': {4}, 'stayed': {1, 2, 3}}


def test_what_was_taken_away_is_asked_for_only_where_it_may_be():
    record = clip(event(EventKind.TAKEN_AWAY, 3), moved=[3], unseen=[3])
    look = look_at(record, LAST)
    rngs = [np.random.default_rng(seed) for seed in range(60)]
    drawn = {lost: {make_one(look, 'event', r, held_out=False, lost=lost).targets for r in rngs}
             for lost in (False, True)}  # fmt: skip

    assert answers(record) == {'taken_away': {3}, 'stayed': {1, 2, 4}}
    assert drawn == {False: {(1, 2, 4)}, True: {(1, 2, 4), (3,)}}
    assert [s.info.instance_id for s in look.with_lost().seen] == [1, 2, 3, 4]


def test_hidden_and_taken_away_together_are_not_told_apart():
    record = clip(
        event(EventKind.TAKEN_AWAY, 3),
        event(EventKind.HIDDEN, 1, 4, **LATE),
        moved=[3, 4],
        unseen=[1, 3],
    )
    assert not {'taken_away', 'hidden', 'hider'} & set(answers(record))


def test_what_came_from_outside_is_new():
    record = clip(event(EventKind.DROPPED, 2), moved=[2])
    views = tuple(
        replace(v, world_m=(41.0, 0.0, 0.0), visible_px=0) if v.instance_id == 2 else v
        for v in record.frames[0].views
    )
    first = replace(record.frames[0], views=views)
    record = replace(record, frames=(first, *record.frames[1:]))

    assert answers(record) == {'fell': {2}, 'arrived': {2}, 'stayed': {1, 3, 4}}


@pytest.mark.parametrize(
    'record',
    [
        clip(),
        clip(event(EventKind.CARRIED, 2, start_s=0.1, end_s=2.0), moved=[2]),
        clip(event(EventKind.PUSHED, 2), moved=[2, 3]),
        clip(event(EventKind.PUSHED, 2)),
    ],
    ids=['nothing', 'not over', 'something else moved', 'nothing moved'],
)
def test_nothing_is_told_of_what_is_not_clear(record):
    assert answers(record) == {}
    assert not any(
        make_expressions(record, LAST, np.random.default_rng(seed), count=3, types=['event'])
        for seed in range(5)
    )


def test_events_that_overlap_have_no_order():
    record = clip(
        event(EventKind.PUSHED, 2, start_s=0.1, end_s=0.4),
        event(EventKind.PUSHED, 3, start_s=0.3, end_s=0.5),
        moved=[2, 3],
    )
    assert answers(record) == {'stayed': {1, 4}}


@pytest.mark.parametrize('instances', ['train', 'held_out'])
def test_rays_see_what_is_drawn(instances):
    config = WorldConfig(width=320, height=240, events=1, duration_s=1.0, instances=instances)
    with World(1_600_003, config) as world:
        surveyed = survey_clip(world, frames=3, rate_hz=2.0)
    with World(1_600_003, config) as world:
        drawn, _ = record_clip(world, frames=3, rate_hz=2.0)

    assert surveyed.objects == drawn.objects
    for ours, theirs in zip(surveyed.frames, drawn.frames, strict=True):
        assert ours.stamp_ns == theirs.stamp_ns
        for a, b in zip(ours.views, theirs.views, strict=True):
            assert a.world_m == b.world_m
            assert abs(a.visible_px - b.visible_px) <= 60 + 0.1 * b.visible_px


def test_held_out_instances_are_other_ones():
    config = WorldConfig(width=64, height=48, events=0)
    models = {
        kind: {o.model_id for o in World(5, replace(config, instances=kind)).objects}
        for kind in ('train', 'held_out')
    }
    assert all(name.startswith('procedural/') for name in models['train'])
    assert all(name.startswith('unseen/') for name in models['held_out'])
    with pytest.raises(ConfigError, match='instances'):
        WorldConfig(instances='all')
    with pytest.raises(ConfigError, match='household'):
        WorldConfig(instances='held_out', assets='household', household_dir='x')
