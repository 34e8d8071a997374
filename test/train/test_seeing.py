"""What training pictures show and what is known of them."""

import numpy as np
from PIL import Image
import pytest
import torch

from visa_ros.data.tabletop import Tabletop
from visa_ros.errors import DataError
from visa_ros.sim.dataset import render_dataset
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.sim.sights import look_at
from visa_ros.sim.world import WorldConfig
from visa_ros.train.augment import Backgrounds, photometric, view
from visa_ros.train.dense import DenseHead, pointing_loss
from visa_ros.train.things import dense_truth, FLAGS, stack, things_of, UNKNOWN
from visa_ros.train.zoom import zoom_in

LABEL_OF = {label: k + 1 for k, label in enumerate(CATEGORIES)}


@pytest.fixture(scope='module')
def clip(tmp_path_factory):
    """A clip in which something moves."""
    folder = tmp_path_factory.mktemp('clips')
    config = WorldConfig(width=128, height=96, duration_s=1.5)
    render_dataset(folder, [3], config=config, frames=5, rate_hz=2.0, progress=False)
    return Tabletop(folder).clip(0)


@pytest.mark.parametrize('seed', range(6))
def test_a_view_moves_picture_and_instances_alike(seed):
    ids = np.zeros((120, 160), np.uint8)
    ids[40:70, 50:90] = 7
    rgb = np.where(ids[..., None] > 0, 255, 0).astype(np.uint8).repeat(3, axis=2)
    picture, moved = view(rgb, ids, np.random.default_rng(seed), (128, 96))
    assert picture.shape == (96, 128, 3)
    assert set(np.unique(moved)) <= {0, 7}
    assert np.count_nonzero((picture[..., 0] > 127) != (moved == 7)) < 0.03 * moved.size


def test_photometric_changes_depend_on_the_generator_alone():
    rgb = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    one, again, other = (photometric(rgb, np.random.default_rng(k)) for k in (5, 5, 6))
    assert one.shape == rgb.shape
    assert one.dtype == np.uint8
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_objects_are_laid_on_photographs(tmp_path):
    with pytest.raises(DataError, match='sim backgrounds'):
        Backgrounds(tmp_path)
    Image.fromarray(np.full((30, 90, 3), (10, 200, 30), np.uint8)).save(tmp_path / 'a.png')
    ids = np.zeros((60, 80), np.uint8)
    ids[20:40, 20:40] = 1
    rgb = np.full((60, 80, 3), 255, np.uint8)
    made = Backgrounds(tmp_path).behind(rgb, ids, np.random.default_rng(0))
    assert (made[25:35, 25:35] == 255).all()
    assert (made[ids == 0][:, 0] < 255).all()
    assert tuple(made[5, 60]) == (10, 200, 30)


@pytest.mark.parametrize('seed', range(5))
def test_a_nearer_view_comes_with_the_record_of_what_it_shows(clip, seed):
    last, rng = len(clip) - 1, np.random.default_rng(seed)
    rgb, ids, depth_m, record = zoom_in(
        clip.rgb(last), clip.instances(last), clip.record, last, rng, (96, 72), clip.depth_m(last)
    )
    assert depth_m.shape == ids.shape
    assert rgb.shape == (72, 96, 3)
    assert (record.width, record.height, len(record.frames)) == (96, 72, 1)
    whole = clip.record.frames[last]
    for view_, before in zip(record.frames[0].views, whole.views, strict=True):
        mine = ids == view_.instance_id
        assert view_.visible_px == mine.sum()
        x, y, z = view_.position_m
        column, row = record.fx * x / z + record.cx, record.fy * y / z + record.cy
        # What is seen whole has its centre within its outline's box.
        if (
            before.visible_px
            and not (mine[[0, -1]].any() or mine[:, [0, -1]].any())
            and mine.any()
        ):
            rows, columns = np.nonzero(mine)
            assert columns.min() - 3 <= column <= columns.max() + 3
            assert rows.min() - 3 <= row <= rows.max() + 3


def test_cells_tell_what_covers_most_of_them(clip):
    last = len(clip) - 1
    things = things_of(clip.record, last, LABEL_OF, look_at(clip.record, last))
    ids = clip.instances(last)
    truth = dense_truth(ids, things, cell_px=8)
    assert truth.category.shape == (12, 16)
    cells = ids.reshape(12, 8, 16, 8).transpose(0, 2, 1, 3).reshape(12, 16, 64)
    cover = (cells[..., None] == np.arange(1, 256)).sum(axis=2)
    owner = np.where(cover.max(axis=2) > 0.12 * 64, cover.argmax(axis=2) + 1, 0)
    np.testing.assert_array_equal(truth.category, things.category[owner])
    assert ((owner > 0) & (ids[4::8, 4::8] == 0)).any()  # thin things and edges count too
    rows, columns = np.nonzero(owner)
    x = 8 * columns + 4 + 32 * truth.numbers[4][rows, columns]
    mine = owner[rows, columns]
    for k in np.unique(mine):
        np.testing.assert_allclose(x[mine == k], np.nonzero(ids == k)[1].mean(), atol=1e-3)


def test_nearer_and_larger_things_have_smaller_and_larger_numbers(clip):
    things = things_of(clip.record, 0, LABEL_OF)
    views = {v.instance_id: v for v in clip.record.frames[0].views if v.visible_px}
    order = sorted(views, key=lambda k: views[k].position_m[2])
    assert list(np.diff(things.relative[order, 0]) >= 0) == [True] * (len(order) - 1)
    heights = {o.instance_id: o.size_m[2] for o in clip.record.objects}
    tall = sorted(views, key=heights.__getitem__)
    assert (np.diff(things.relative[tall, 2]) >= 0).all()
    np.testing.assert_allclose(things.relative[order].mean(axis=0), 0, atol=1e-5)


def test_what_is_first_in_a_direction_is_told_by_a_gap(clip):
    look = look_at(clip.record, 0)
    assert np.isnan(things_of(clip.record, 0, LABEL_OF).flags).all()
    flags = things_of(clip.record, 0, LABEL_OF, seen=look.seen).flags
    left = flags[:, FLAGS.index('leftmost')]
    order = sorted(look.seen, key=lambda s: s.x)
    first, second, last = (s.info.instance_id for s in (*order[:2], order[-1]))
    if order[1].x - order[0].x >= 0.06:
        assert left[first] == 1
        assert left[second] == 0
    else:
        assert np.isnan(left[[first, second]]).all()
    assert left[last] == 0
    kinds = [s.category for s in look.seen]
    single = [s.info.instance_id for s in look.seen if kinds.count(s.category) == 1]
    assert np.isnan(flags[single, FLAGS.index('leftmost of its kind')]).all()


def test_what_has_happened_is_known_with_a_past_alone(clip):
    last = len(clip) - 1
    look = look_at(clip.record, last)
    known = things_of(clip.record, last, LABEL_OF, look)
    moved = known.flags[:, FLAGS.index('moved')]
    ids = [o.instance_id for o in clip.record.objects]
    if look.motion_is_clear:
        assert {k for k in ids if moved[k] == 1} == {s.info.instance_id for s in look.moved}
    else:
        assert np.isnan(moved[ids]).all()
    assert np.isnan(things_of(clip.record, last, LABEL_OF).flags).all()


def test_dense_losses_fall_for_the_truth_and_ignore_the_unknown(clip):
    things = things_of(clip.record, 0, LABEL_OF)
    truth = stack([dense_truth(clip.instances(0), things, cell_px=8)] * 2)
    torch.manual_seed(0)
    head = DenseHead(8, len(LABEL_OF))
    features = torch.randn(2, 12 * 16, 8, requires_grad=True)
    optimizer = torch.optim.Adam([features, *head.parameters()], lr=0.1)
    names = ('x kind', 'x color', 'x number')
    first = head.losses(features, truth, 'x')
    assert set(first) == set(names)
    for _ in range(30):
        optimizer.zero_grad()
        sum(head.losses(features, truth, 'x').values()).backward()
        optimizer.step()
    later = head.losses(features, truth, 'x')
    assert all(later[name] < 0.5 * first[name] for name in names)
    truth.color[:] = UNKNOWN
    assert head.losses(features, truth, 'x')['x color'] == 0


def test_a_guess_that_points_at_its_object_costs_least():
    areas = torch.zeros(3, 4, 4)
    areas[0, :2], areas[1, 2, :2], areas[2] = 1, 1, 1 - areas[:2].amax(dim=0)
    areas[2] = 1 - areas[0] - areas[1]
    guess = 8 * (areas[:2] - 0.5)
    right = pointing_loss(guess, areas, torch.tensor([0, 1]))
    wrong = pointing_loss(guess, areas, torch.tensor([1, 0]))
    assert (right < 0.05).all()
    assert (wrong > 3).all()
