import itertools

import numpy as np
import pytest

from visa_ros.sim.motion import Motion, smooth
from visa_ros.sim.record import EventKind
from visa_ros.sim.world import World, WorldConfig

CONFIG = WorldConfig(width=128, height=96, events=1, duration_s=3.0)


def positions(world: World) -> np.ndarray:
    return np.array([v.world_m for v in world.render().info.views])


@pytest.fixture(scope='module')
def stories():
    """Events of some seeds by kind: (event, seed)."""
    found: dict[EventKind, list[int]] = {kind: [] for kind in EventKind}
    for seed in range(60):
        for event in World(seed, CONFIG).events:
            found[event.kind].append(seed)
        if all(len(seeds) >= 2 for seeds in found.values()):
            break
    return found


@pytest.mark.parametrize('kind', list(EventKind))
def test_events_of_every_kind_are_true(stories, kind):
    assert stories[kind], f'no {kind.value} among the seeds'
    for seed in stories[kind][:2]:
        with World(seed, CONFIG) as world:
            (event,) = world.events
            world.advance(event.start_s)
            before, seen = positions(world), _pixels(world, event.instance_id)
            world.advance(event.end_s)
            after = positions(world)
            shift = np.linalg.norm(after - before, axis=1)
            actors = {event.instance_id - 1, event.other_id - 1}
            others = [i for i in range(len(shift)) if i not in actors]

            assert 0 <= event.start_s < event.end_s <= CONFIG.duration_s
            assert shift[others].max(initial=0) < 0.01
            if kind is EventKind.HIDDEN:
                assert shift[event.other_id - 1] > 0.03
                assert shift[event.instance_id - 1] < 0.01
                assert _pixels(world, event.instance_id) <= max(3, 0.15 * seen)
            elif kind is EventKind.TAKEN_AWAY:
                assert _pixels(world, event.instance_id) == 0
            elif kind is not EventKind.DROPPED:
                assert shift[event.instance_id - 1] >= 0.03


def _pixels(world: World, instance_id: int) -> int:
    return int((world.render().instances == instance_id).sum())


def test_dropped_things_fall_and_stay_on_the_table(stories):
    for seed in stories[EventKind.DROPPED][:3]:
        with World(seed, CONFIG) as world:
            (event,) = world.events
            heights = []
            for t in np.linspace(event.start_s, event.end_s, 12)[1:]:
                world.advance(float(t))
                heights.append(positions(world)[event.instance_id - 1][2])
            world.advance(CONFIG.duration_s + 1)
            x, y, z = positions(world)[event.instance_id - 1]
            assert max(heights) - z > 0.08
            assert np.hypot(x, y) < 0.6


def test_several_events_come_in_order_and_to_different_things():
    config = WorldConfig(width=64, height=48, events=3)
    for seed in range(5):
        events = World(seed, config).events
        assert 1 <= len(events) <= 3
        assert [e.start_s for e in events] == sorted(e.start_s for e in events)
        assert all(a.end_s <= b.start_s for a, b in itertools.pairwise(events))
        actors = [i for e in events for i in (e.instance_id, e.other_id) if i]
        assert len(actors) == len(set(actors))


def test_no_events_no_motion():
    with World(2, WorldConfig(width=64, height=48, events=0)) as world:
        before = positions(world)
        world.advance(3.0)
        np.testing.assert_allclose(positions(world), before, atol=6e-3)


def test_a_motion_starts_and_ends_where_it_should():
    rest = np.array([0.1, 0.2, 0.0, 1, 0, 0, 0])
    carry = Motion(
        thing=0, start=0, stop=100, goal=(0.4, -0.1), lift_m=0.2, travel=(0.2, 0.8), lowered=0.7
    )
    np.testing.assert_allclose(carry.pose(rest, 0.0), rest)
    np.testing.assert_allclose(carry.pose(rest, 1.0)[:3], [0.4, -0.1, 0.0], atol=1e-12)
    assert carry.pose(rest, 0.5)[2] == pytest.approx(0.2)
    assert smooth(-1) == 0
    assert smooth(0.5) == pytest.approx(0.5)
    assert smooth(2) == 1
