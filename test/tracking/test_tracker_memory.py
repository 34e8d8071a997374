"""Reading a memory."""

from __future__ import annotations

import pytest
import torch

from visa_ros.tracking.memory import affinity, best, read_all, similarity

KEY_DIM = 4


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_similarity_is_the_weighted_distance():
    key, query = random(5, KEY_DIM), random(7, KEY_DIM, seed=1)
    shrinkage, selection = 1 + random(5, seed=2) ** 2, torch.sigmoid(random(7, KEY_DIM, seed=3))

    found = similarity(key, shrinkage, query, selection)

    squares = (query[:, None] - key[None]) ** 2 * selection[:, None]
    torch.testing.assert_close(found, -shrinkage * squares.sum(-1) / KEY_DIM**0.5)


def test_similarity_without_selection_lacks_the_term_of_the_query():
    key, query, shrinkage = random(5, KEY_DIM), random(7, KEY_DIM, seed=1), torch.full((5,), 2.0)

    plain = similarity(key, shrinkage, query, None)
    chosen = similarity(key, shrinkage, query, torch.ones_like(query))

    torch.testing.assert_close(torch.softmax(plain, dim=1), torch.softmax(chosen, dim=1))


def test_similarity_takes_batches():
    key, query = random(2, 5, KEY_DIM), random(2, 7, KEY_DIM, seed=1)
    shrinkage, selection = 1 + random(2, 5, seed=2) ** 2, torch.rand(2, 7, KEY_DIM)

    found = similarity(key, shrinkage, query, selection)

    for n in range(2):
        torch.testing.assert_close(
            found[n], similarity(key[n], shrinkage[n], query[n], selection[n])
        )


def test_similarity_passes_gradients_to_all_it_is_made_of():
    parts = [random(5, KEY_DIM), 1 + random(5) ** 2, random(7, KEY_DIM), torch.rand(7, KEY_DIM)]
    parts = [part.double().requires_grad_() for part in parts]

    assert torch.autograd.gradcheck(similarity, tuple(parts))


def test_reading_the_best_of_all_is_reading_all():
    logits, values = random(7, 5), random(5, 2, seed=1)

    torch.testing.assert_close(best(logits, 5).read(values), read_all(logits, values))


def test_without_a_limit_all_are_read():
    logits, values = random(7, 5), random(5, 2, seed=1)
    all_of_them, best_five = affinity(logits, 0), affinity(logits, 5)

    torch.testing.assert_close(all_of_them.read(values), best_five.read(values))
    torch.testing.assert_close(all_of_them.usage(5), best_five.usage(5))


def test_elements_beyond_the_best_do_not_count():
    logits, values = random(7, 5), random(5, 2, seed=1)

    torch.testing.assert_close(best(logits, 1).read(values), values[logits.argmax(dim=1)])


def test_reading_stays_finite_when_everything_is_far():
    far = best(torch.full((3, 5), -1e6), 2)

    assert torch.isfinite(far.read(random(5, 2))).all()


@pytest.mark.parametrize('top_k', [1, 3, 5, 30])
def test_each_query_uses_one_element_in_all(top_k):
    usage = best(random(7, 5), top_k).usage(5)

    assert usage.sum().item() == pytest.approx(7)
    assert usage.min() >= 0
