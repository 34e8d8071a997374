"""Reading and bounding the memory."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest
import torch

from visa_ros.tracking.memory import MemoryFrame, read_all, read_best, similarity, WorkingMemory

KEY_DIM, VALUE_DIM, ELEMENTS = 4, 3, 6


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def frame(ids, *, prompted=(), seed=0):
    return MemoryFrame(
        key=random(ELEMENTS, KEY_DIM, seed=seed),
        shrinkage=torch.ones(ELEMENTS),
        values={i: random(ELEMENTS, VALUE_DIM, seed=100 * seed + i) for i in ids},
        prompted=frozenset(prompted),
    )


def test_similarity_is_the_weighted_distance():
    key, query = random(5, KEY_DIM), random(7, KEY_DIM, seed=1)
    shrinkage, selection = 1 + random(5, seed=2) ** 2, torch.sigmoid(random(7, KEY_DIM, seed=3))

    found = similarity(key, shrinkage, query, selection)

    squares = (query[:, None] - key[None]) ** 2 * selection[:, None]
    torch.testing.assert_close(found, -shrinkage * squares.sum(-1) / KEY_DIM**0.5)


def test_reading_the_best_of_all_is_reading_all():
    logits, values = random(7, 5), random(5, 2, seed=1)

    torch.testing.assert_close(read_best(logits, values, 5), read_all(logits, values))


def test_elements_beyond_the_best_do_not_count():
    logits, values = random(7, 5), random(5, 2, seed=1)
    best = logits.argmax(dim=1)

    torch.testing.assert_close(read_best(logits, values, 1), values[best])


def test_reading_stays_finite_when_everything_is_far():
    values = random(5, 2)

    assert torch.isfinite(read_best(torch.full((3, 5), -1e6), values, 2)).all()


def test_an_empty_memory_says_nothing():
    memory = WorkingMemory(recent=2, top_k=3)

    assert memory.read(random(7, KEY_DIM), torch.ones(7, KEY_DIM)) == {}
    assert memory.nbytes == 0


@settings(max_examples=30, deadline=None)
@given(
    prompts=st.lists(st.sets(st.integers(1, 3), max_size=2), min_size=1, max_size=25),
    recent=st.integers(1, 4),
)
def test_memory_is_bounded_and_keeps_the_newest_prompt_of_each_object(prompts, recent):
    memory = WorkingMemory(recent=recent, top_k=3)
    for n, prompted in enumerate(prompts):
        memory.add(frame((1, 2, 3), prompted=prompted, seed=n))
        memory.read(random(7, KEY_DIM), torch.ones(7, KEY_DIM))

    ever = set().union(*prompts)
    assert len(memory.frames) <= recent + len(ever)
    assert memory.nbytes <= 2 * len(memory.frames) * ELEMENTS * (KEY_DIM + 1 + 3 * VALUE_DIM) * 4
    for object_id in ever:
        last = max(n for n, prompted in enumerate(prompts) if object_id in prompted)
        key = random(ELEMENTS, KEY_DIM, seed=last)
        assert any(torch.equal(f.key, key) for f in memory.frames)


def test_objects_read_only_frames_that_they_are_in():
    query, selection = random(7, KEY_DIM), torch.ones(7, KEY_DIM)
    early, late = frame((1,), seed=1), frame((1, 2), seed=2)
    both, alone = WorkingMemory(recent=5, top_k=3), WorkingMemory(recent=5, top_k=3)
    both.add(early)
    both.add(late)
    alone.add(late)

    torch.testing.assert_close(both.read(query, selection)[2], alone.read(query, selection)[2])
    assert not torch.allclose(both.read(query, selection)[1], alone.read(query, selection)[1])


def test_forgetting_all_objects_of_a_frame_drops_it():
    memory = WorkingMemory(recent=5, top_k=3)
    memory.add(frame((1,), prompted=(1,)))
    memory.add(frame((1, 2), prompted=(2,)))

    memory.forget([1])
    assert len(memory.frames) == 1
    assert list(memory.read(random(7, KEY_DIM), torch.ones(7, KEY_DIM))) == [2]
    memory.forget([2])
    assert memory.nbytes == 0


@pytest.mark.parametrize('count', [1, 5])
def test_objects_read_together_as_each_by_itself(count):
    query, selection = random(7, KEY_DIM), torch.ones(7, KEY_DIM)
    memory = WorkingMemory(recent=5, top_k=3)
    memory.add(frame(range(1, count + 1)))
    together = memory.read(query, selection)
    for object_id in range(1, count + 1):
        alone = WorkingMemory(recent=5, top_k=3)
        alone.add(frame((object_id,)))
        torch.testing.assert_close(together[object_id], alone.read(query, selection)[object_id])
