"""Areas of objects, padded to as many for each picture."""

import torch
from torch.nn import functional

from visa_ros.train.areas import Areas, drawn, fits_of


def things(*owners):
    """Areas of objects, and last of the background, where each cell of outlines has one owner."""
    ids = torch.tensor(owners)
    picture = ids.repeat_interleave(4, dim=0).repeat_interleave(4, dim=1)
    wanted = [*range(1, int(ids.max()) + 1), 0]
    return torch.stack([(picture == k).float() for k in wanted])


def test_areas_keep_the_background_last_and_say_what_only_fills_up():
    one, two = things([0, 1], [0, 1]), things([2, 1], [0, 3])
    areas = Areas.of([one, two])
    assert areas.masks.shape == (2, 4, 8, 8)
    assert areas.there.tolist() == [[True, False, False, True], [True] * 4]
    assert areas.shown.tolist() == [[True, False, False], [True] * 3]
    assert torch.equal(areas.masks[0, -1], one[-1])
    assert torch.equal(areas.masks[1], two)
    torch.testing.assert_close(areas.shares[0, 0], torch.tensor([0, 0.5, 0, 0.5]))
    assert not areas.shares[0, 1:3].any()


def test_means_are_over_each_area():
    areas = Areas.of([things([2, 1], [0, 2])])
    maps = torch.tensor([[[[1.0, 5.0], [7.0, 3.0]]]])
    assert areas.means(maps).tolist() == [[[5.0, 2.0, 7.0]]]
    soft = torch.rand(1, 3, 8, 8)
    cells = functional.avg_pool2d(soft, 4)
    wanted = (cells * maps).sum(dim=(2, 3)) / cells.sum(dim=(2, 3))
    torch.testing.assert_close(Areas.of(list(soft)).means(maps)[0, 0], wanted[0])


def test_an_object_out_of_view_has_no_share():
    hidden = things([0, 2], [0, 2])
    areas = Areas.of([hidden])
    assert areas.shown.tolist() == [[False, True]]
    assert areas.there.all()


def test_truth_is_unknown_where_a_row_is_only_filled_up():
    truth = fits_of(
        [torch.tensor([[True, False]]), torch.zeros(0, 3, dtype=torch.bool)], (2, 2, 3)
    )
    assert truth[0, 0, :2].tolist() == [1.0, 0.0]
    assert truth[0, 0, 2].isnan()
    assert truth[0, 1].isnan().all()
    assert truth[1].isnan().all()


def test_only_real_ones_are_drawn_and_each_once():
    real = torch.tensor([[True, False, True, True], [False, False, False, True], [False] * 4])
    seen = set()
    for seed in range(20):
        torch.manual_seed(seed)
        picture, number = drawn(real, 2)
        pairs = list(zip(picture.tolist(), number.tolist(), strict=True))
        assert len(set(pairs)) == len(pairs) == 3
        assert all(real[pair] for pair in pairs)
        seen.update(pairs)
    assert seen == {(0, 0), (0, 2), (0, 3), (1, 3)}
