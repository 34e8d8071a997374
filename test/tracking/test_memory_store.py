"""What stays in memory, what becomes of the rest, and that there is a bound."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest
import torch

from visa_ros.errors import ConfigError
from visa_ros.tracking import store as store_module
from visa_ros.tracking.config import LongTermConfig
from visa_ros.tracking.elements import Elements, Segment
from visa_ros.tracking.longterm import condense, make_room
from visa_ros.tracking.store import MemoryFrame, MemoryStore

KEY_DIM, VALUE_DIM, PLACES = 4, 3, 6
LONG_TERM = LongTermConfig(batch=2, prototypes=5, elements=12)
EITHER = pytest.mark.parametrize('long_term', [None, LONG_TERM], ids=['working', 'long-term'])


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def frame(ids, *, prompted=(), seed=0):
    return MemoryFrame(
        key=random(PLACES, KEY_DIM, seed=seed),
        shrinkage=torch.ones(PLACES),
        selection=torch.rand(PLACES, KEY_DIM, generator=torch.Generator().manual_seed(seed)),
        values={i: random(PLACES, VALUE_DIM, seed=100 * seed + i) for i in ids},
        prompted=frozenset(prompted),
    )


def read(store, seed=0):
    return store.read(random(7, KEY_DIM, seed=1000 + seed), torch.ones(7, KEY_DIM))


def memory(*, recent=5, long_term=None):
    return MemoryStore(recent=recent, top_k=3, long_term=long_term)


def bound(store, objects):
    return store.max_bytes(places=PLACES, objects=objects, key_dim=KEY_DIM, value_dim=VALUE_DIM)


def elements(count, *, ids=(1,), seed=0):
    shown = frame(ids, seed=seed)
    return Elements.new(
        Segment(length=count, ids=frozenset(ids)),
        key=shown.key[:count],
        shrinkage=shown.shrinkage[:count],
        selection=shown.selection[:count],
        values={i: v[:count] for i, v in shown.values.items()},
    )


def test_an_empty_memory_says_nothing():
    assert read(memory()) == {}
    assert memory().nbytes == 0
    assert memory().sizes == (0, 0)


@EITHER
@settings(max_examples=40, deadline=None)
@given(
    prompts=st.lists(st.sets(st.integers(1, 3), max_size=2), min_size=1, max_size=25),
    recent=st.integers(1, 4),
)
def test_memory_is_bounded_and_keeps_the_newest_prompt_of_each_object(prompts, recent, long_term):
    store = memory(recent=recent, long_term=long_term)
    for n, prompted in enumerate(prompts):
        store.add(frame((1, 2, 3), prompted=prompted, seed=n))
        assert read(store, n).keys() == {1, 2, 3}
        assert store.nbytes <= bound(store, 3)

    ever = set().union(*prompts)
    assert {i for s in store.segments for i in s.prompted} == ever
    assert store.sizes[1] <= LONG_TERM.elements
    for object_id in ever:
        last = max(n for n, prompted in enumerate(prompts) if object_id in prompted)
        kept = store._elements.key
        assert all((kept == row).all(dim=1).any() for row in random(PLACES, KEY_DIM, seed=last))


@EITHER
@settings(max_examples=40, deadline=None)
@given(events=st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=1, max_size=30))
def test_objects_come_and_go_within_the_bound(events, long_term):
    store, ids = memory(recent=2, long_term=long_term), set()
    for n, (object_id, comes) in enumerate(events):
        if comes:
            ids.add(object_id)
            store.add(frame(sorted(ids), prompted=(object_id,), seed=n))
        else:
            ids.discard(object_id)
            store.forget([object_id])
        found = read(store, n)
        assert found.keys() == ids
        assert all(torch.isfinite(value).all() for value in found.values())
        assert store.nbytes <= bound(store, len(ids))
        assert all(s.ids <= ids and s.ids for s in store.segments)
    store.forget(ids)
    assert store.nbytes == 0


def test_old_frames_go_without_long_term_memory():
    store = memory(recent=2)
    for n in range(6):
        store.add(frame((1,), prompted=(1,) if n == 0 else (), seed=n))

    assert store.sizes == (3 * PLACES, 0)
    kept = [random(PLACES, KEY_DIM, seed=n) for n in (0, 4, 5)]
    assert torch.equal(store._elements.key, torch.cat(kept))


def test_old_frames_become_prototypes():
    store, sizes = memory(recent=1, long_term=LONG_TERM), []
    for n in range(8):
        store.add(frame((1,), prompted=(1,) if n == 0 else (), seed=n))
        sizes.append(store.sizes)
        read(store, n)

    full = [places * PLACES for places in (1, 2, 3)]
    assert [working for working, _ in sizes] == [
        *full,
        full[1],
        full[2],
        full[1],
        full[2],
        full[1],
    ]
    assert [long for _, long in sizes[:6]] == [0, 0, 0, 5, 5, 10]
    assert sizes[7][1] <= 12


def test_objects_read_only_elements_that_they_are_in():
    early, late = frame((1,), seed=1), frame((1, 2), seed=2)
    both, alone = memory(), memory()
    both.add(early)
    both.add(late)
    alone.add(late)

    torch.testing.assert_close(read(both)[2], read(alone)[2])
    assert not torch.allclose(read(both)[1], read(alone)[1])


@EITHER
def test_an_object_added_later_does_not_change_what_others_read(long_term):
    with_late, without = (memory(recent=2, long_term=long_term) for _ in range(2))
    for n in range(9):
        ids = (1,) if n < 3 else (1, 2)
        with_late.add(frame(ids, prompted=ids if n in (0, 3) else (), seed=n))
        without.add(frame((1,), prompted=(1,) if n in (0, 3) else (), seed=n))
        torch.testing.assert_close(read(with_late, n)[1], read(without, n)[1])
        # What object 2 reads is worth keeping, too; leave that aside.
        with_late._elements.use.copy_(without._elements.use)
        with_late._elements.life.copy_(without._elements.life)


@EITHER
def test_forgetting_an_object_frees_memory_and_does_not_change_the_others(long_term):
    both, alone = (memory(recent=2, long_term=long_term) for _ in range(2))
    for n in range(7):
        prompted = n in (0, 2)
        both.add(frame((1, 2), prompted=(1, 2) if prompted else (), seed=n))
        alone.add(frame((1,), prompted=(1,) if prompted else (), seed=n))
        torch.testing.assert_close(read(both, n)[1], read(alone, n)[1])
    before = both.nbytes

    both.forget([2, 99])

    assert both.nbytes < before
    assert both.nbytes == alone.nbytes
    torch.testing.assert_close(read(both)[1], read(alone)[1])


def test_forgetting_all_objects_of_a_frame_drops_it():
    store = memory()
    store.add(frame((1,), prompted=(1,)))
    store.add(frame((1, 2), prompted=(2,)))

    store.forget([1])

    assert store.sizes == (PLACES, 0)
    assert list(read(store)) == [2]
    store.forget([2])
    assert store.nbytes == 0
    store.add(frame((3,)))
    assert list(read(store)) == [3]


@pytest.mark.parametrize('count', [1, 5])
def test_objects_read_together_as_each_by_itself(count):
    store = memory()
    store.add(frame(range(1, count + 1)))
    together = read(store)
    for object_id in range(1, count + 1):
        alone = memory()
        alone.add(frame((object_id,)))
        torch.testing.assert_close(together[object_id], read(alone)[object_id])


def test_reading_in_parts_is_reading(monkeypatch):
    whole, parts = memory(), memory()
    for store in (whole, parts):
        store.add(frame((1, 2)))
    expected = read(whole)
    monkeypatch.setattr(store_module, '_LOGITS_AT_ONCE', 2 * PLACES)

    found = read(parts)

    for i in (1, 2):
        torch.testing.assert_close(found[i], expected[i])
    torch.testing.assert_close(parts._elements.use, whole._elements.use)


def test_every_reading_counts():
    store = memory()
    store.add(frame((1, 2)))
    for n in range(4):
        read(store, n)

    assert store._elements.use.sum().item() == pytest.approx(4 * 7)  # one per query and reading
    assert store._elements.usage.sum().item() == pytest.approx(7, rel=1e-4)


def test_prototypes_of_alike_elements_are_these():
    candidates = elements(1)
    several = Elements.join([candidates] * 4)

    found = condense(several, 2)

    assert len(found) == 2
    torch.testing.assert_close(found.values[1], candidates.values[1].expand(2, -1))
    torch.testing.assert_close(found.shrinkage, candidates.shrinkage.expand(2))


def test_the_most_read_become_prototypes():
    candidates = elements(PLACES)
    candidates.count(torch.tensor([0.0, 3.0, 1.0, 0.0, 2.0, 0.5]))

    found = condense(candidates, 3)

    assert torch.equal(found.key, candidates.key[[1, 4, 2]])
    assert len(condense(candidates, 100)) == PLACES


def test_prototypes_know_an_object_from_where_it_was():
    early, late = elements(PLACES, ids=(1,)), elements(PLACES, ids=(1, 2), seed=1)

    found = condense(Elements.join([early, late]), 4)

    assert found.segments[0].ids == {1, 2}
    low, high = late.values[2].amin(0) - 1e-5, late.values[2].amax(0) + 1e-5
    assert ((found.values[2] >= low) & (found.values[2] <= high)).all()


@pytest.mark.parametrize('limit', [PLACES + 1, PLACES, PLACES - 1, 1, 0])
def test_making_room_keeps_the_most_read(limit):
    full = elements(PLACES)
    full.count(torch.arange(PLACES).float())

    left = make_room(full, limit)

    kept = min(limit, PLACES)
    assert torch.equal(left.key, full.key[PLACES - kept :])
    assert left.segments == tuple(s for s in left.segments if s.length)


def test_elements_that_are_read_equally_little_go_together():
    full = elements(PLACES)
    full.count(torch.tensor([0.0, 0.0, 0.0, 1.0, 2.0, 3.0]))

    assert len(make_room(full, PLACES - 1)) == 3


def test_long_term_segments_are_joined():
    store = memory(recent=1, long_term=LongTermConfig(batch=1, prototypes=2, elements=50))
    for n in range(20):
        store.add(frame((1,), seed=n))
        read(store, n)

    assert sum(s.long_term for s in store.segments) == 1


@pytest.mark.parametrize(
    'sizes', [{'batch': 0}, {'prototypes': 0}, {'prototypes': 20, 'elements': 10}]
)
def test_a_long_term_memory_that_cannot_be_is_refused(sizes):
    with pytest.raises(ConfigError, match='long_term'):
        LongTermConfig(**sizes)
