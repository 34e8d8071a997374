"""Density-peak merging of tokens (spec 1.4)."""

import torch

from visa_ros.model.token_merge import average_clusters, cluster_dpc_knn, merge_tokens


def test_separate_groups_are_found():
    rng = torch.Generator().manual_seed(0)
    centers = torch.randn(4, 8, generator=rng) * 20
    member = torch.arange(40) % 4
    tokens = (centers[member] + 0.1 * torch.randn(40, 8, generator=rng))[None]
    index = cluster_dpc_knn(tokens, count=4, nearest=3)[0]
    for group in range(4):
        assert len(set(index[member == group].tolist())) == 1
    assert len(set(index.tolist())) == 4


def test_average_is_the_mean_of_the_members():
    tokens = torch.randn(2, 10, 3)
    index = torch.randint(0, 4, (2, 10))
    merged = average_clusters(tokens, index, count=4)
    for batch in range(2):
        for cluster in range(4):
            members = tokens[batch, index[batch] == cluster]
            want = members.mean(dim=0) if len(members) else torch.zeros(3)
            torch.testing.assert_close(merged[batch, cluster], want, atol=1e-5, rtol=1e-5)


def test_every_round_is_kept_and_pictures_are_independent():
    tokens = torch.randn(3, 64, 5)
    merged = merge_tokens(tokens, clusters=(16, 8, 4), neighbors=(5, 3, 3))
    assert merged.shape == (3, 28, 5)
    alone = merge_tokens(tokens[1:2], clusters=(16, 8, 4), neighbors=(5, 3, 3))
    torch.testing.assert_close(merged[1:2], alone)


def test_noise_comes_from_the_generator():
    tokens = torch.zeros(1, 12, 2)
    first, again = (
        merge_tokens(tokens, clusters=(4,), neighbors=(3,), rng=torch.Generator().manual_seed(5))
        for _ in range(2)
    )
    torch.testing.assert_close(first, again)
